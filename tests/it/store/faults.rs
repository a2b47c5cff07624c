//! Whatever fails, wherever: the log verifies, nothing stands without its entry, and no `Committed` was false.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use sluis::store::{
    write::{Deliver, WithdrawDeclaration},
    writer::{
        WriteError,
        fault::{FaultPoint, Injected, Step},
    },
};

use super::support::{Place, Rig, college, declare, permit, person, push, school};

/// Fails at the given passages of a step.
#[derive(Debug, Default)]
struct Faulty {
    plan: Mutex<Option<Plan>>,
    passed: AtomicUsize,
}

#[derive(Debug, Clone, Copy)]
struct Plan {
    step: Step,
    /// Which passage fails first, and whether all after it do.
    nth: usize,
    for_ever: bool,
}

impl Faulty {
    fn plan(&self, plan: Option<Plan>) {
        *self.plan.lock().unwrap() = plan;
        self.passed.store(0, Ordering::SeqCst);
    }
}

impl FaultPoint for Faulty {
    fn at(&self, step: Step) -> Result<(), Injected> {
        let plan = *self.plan.lock().unwrap();
        let Some(plan) = plan.filter(|plan| plan.step == step) else { return Ok(()) };
        let passage = self.passed.fetch_add(1, Ordering::SeqCst);
        let fails = passage == plan.nth || (plan.for_ever && passage > plan.nth);
        if fails { Err(Injected) } else { Ok(()) }
    }
}

/// What became of one write, as its caller and as the database see it.
#[derive(Debug, PartialEq)]
enum Fate {
    Committed,
    NotWritten,
    Unknown,
}

fn fate<T>(outcome: &Result<T, WriteError>) -> Fate {
    match outcome {
        Ok(_) => Fate::Committed,
        Err(WriteError::Unavailable(_)) => Fate::NotWritten,
        Err(WriteError::Unknown) => Fate::Unknown,
        Err(other) => panic!("{other:?}"),
    }
}

fn expected(plan: Plan) -> Fate {
    match plan.step {
        Step::Begin | Step::Lock => Fate::NotWritten,
        Step::Commit | Step::Committed => Fate::Unknown,
        _ if plan.for_ever => Fate::NotWritten,
        // Failed once: the write is tried once more, alone.
        _ => Fate::Committed,
    }
}

async fn check(rig: &Rig, plan: Plan, before: u64, fate: Fate, is_there: bool) {
    let appended = rig.verify_log().await - before;
    assert_eq!(fate, expected(plan), "{plan:?}");
    assert_eq!(appended == 1, is_there, "{plan:?}: an effect and its entry stand or fall together");
    match fate {
        Fate::Committed => assert!(is_there, "{plan:?}: a false `Committed`"),
        Fate::NotWritten => assert!(!is_there, "{plan:?}: written, and denied"),
        Fate::Unknown => assert_eq!(is_there, plan.step == Step::Committed, "{plan:?}"),
    }
}

#[tokio::test]
async fn whatever_fails_the_log_and_the_effects_agree() {
    for place in Place::all().await {
        let store = place.begun().await;
        let faulty = Arc::new(Faulty::default());
        let rig = Rig::with(store.clone(), Some(Arc::<Faulty>::clone(&faulty))).await;
        // So that every append below fills no tile, except the one where a tile is due.
        rig.write(sluis::store::write::Record, 240).await.unwrap().into_inner();
        let plans = Step::ALL.into_iter().flat_map(|step| {
            let passages = if step == Step::Statement { 0..5 } else { 0..1 };
            passages.flat_map(move |nth| [false, true].map(|for_ever| Plan { step, nth, for_ever }))
        });
        for plan in plans {
            let declaration = declare(rig.now(), &person());
            let (id, who) = (declaration.id, declaration.person.clone());
            let before = rig.verify_log().await;
            faulty.plan(Some(plan));
            let declared = rig.write(declaration, 1).await;
            faulty.plan(None);
            let is_there = store.declaration(id).await.unwrap().is_some();
            // A declaration is four statements: a fifth passage does not occur.
            let reached = plan.nth < 4;
            if reached {
                check(&rig, plan, before, fate(&declared), is_there).await;
            }

            let declaration = declare(rig.now(), &person());
            let (id, who) = if is_there { (id, who) } else { (declaration.id, declaration.person.clone()) };
            if !is_there {
                rig.done(declaration).await;
            }
            let mut push = push(rig.now(), &who, &[college()]);
            push.recipients[0].declarations = vec![id];
            let packet = push.packet.id;
            let before = rig.verify_log().await;
            faulty.plan(Some(plan));
            let pushed = rig.write(push, 1).await;
            faulty.plan(None);
            let is_there = store.packet(packet).await.unwrap().is_some();
            if plan.nth < 4 {
                check(&rig, plan, before, fate(&pushed), is_there).await;
            }
            if !is_there {
                continue;
            }

            let before = rig.verify_log().await;
            let permit = permit(rig.now(), packet, college(), Vec::new());
            faulty.plan(Some(plan));
            let delivered = rig.write(Deliver { permit }, 1).await;
            faulty.plan(None);
            let row = store.packet(packet).await.unwrap().unwrap();
            if plan.nth < 1 {
                check(&rig, plan, before, fate(&delivered), row.recipients[0].collected_index.is_some())
                    .await;
            }

            let before = rig.verify_log().await;
            let withdraw = WithdrawDeclaration {
                id,
                recorder: school(),
                by: sluis::domain::declaration::Capacity::Ouder,
            };
            faulty.plan(Some(plan));
            let withdrawn = rig.write(withdraw, 1).await;
            faulty.plan(None);
            let row = store.packet(packet).await.unwrap().unwrap();
            check(&rig, plan, before, fate(&withdrawn), row.recipients[0].ended_index.is_some()).await;
        }
        assert!(rig.verify_log().await > 256, "a tile was filled on the way");
        store.close().await;
        place.remove().await;
    }
}
