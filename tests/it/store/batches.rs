//! What shares a transaction: each write is judged by those before it, and none pays for another.

use std::sync::{Arc, Condvar, Mutex};

use sluis::{
    domain::{declaration::Capacity, id::PacketId},
    policy::facts::AsOf,
    store::{
        Committed,
        read::CopyState,
        subject,
        write::{
            Acknowledge, BlockParty, Deliver, Effect, NewPerson, Once, Push, Pushed, Record, RemoveParty,
            RevokeKey, WithdrawDeclaration, WithdrawPacket,
        },
        writer::{
            BATCH, Conflict, Done, WriteError,
            fault::{FaultPoint, Injected, Step},
        },
    },
};
use tokio::task::JoinHandle;

use super::support::{
    Place, Rig, college, declare, idempotency, key, other_college, permit, person, person_id, push, school,
    thumbprint,
};

/// Holds the writer at a step, and counts the transactions.
#[derive(Debug, Default)]
struct Gate {
    state: Mutex<State>,
    moved: Condvar,
}

#[derive(Debug, Default)]
struct State {
    closed: Option<Step>,
    held: bool,
    begun: usize,
}

impl FaultPoint for Gate {
    fn at(&self, step: Step) -> Result<(), Injected> {
        let mut state = self.state.lock().unwrap();
        state.begun += usize::from(step == Step::Begin);
        if state.closed == Some(step) {
            state.held = true;
            self.moved.notify_all();
            drop(self.moved.wait_while(state, |state| state.closed.is_some()).unwrap());
        }
        Ok(())
    }
}

impl Gate {
    /// Keeps the writer busy with a write of its own until it is opened: what is handed over meanwhile is one batch.
    async fn closed(&self, rig: &Rig) {
        self.closed_at(Step::Begin, rig).await;
    }

    async fn closed_at(&self, step: Step, rig: &Rig) {
        self.state.lock().unwrap().closed = Some(step);
        let rig = rig.clone();
        drop(tokio::spawn(async move { rig.done(Record).await }));
        tokio::task::yield_now().await;
        let state = self.state.lock().unwrap();
        let mut state = self.moved.wait_while(state, |state| !state.held).unwrap();
        (state.held, state.begun) = (false, 0);
    }

    fn open(&self) {
        self.state.lock().unwrap().closed = None;
        self.moved.notify_all();
    }

    /// How many transactions began since the gate was closed.
    fn begun(&self) -> usize {
        self.state.lock().unwrap().begun
    }
}

/// Runs the same test on every database there is, with a gate before the writer.
async fn on_each_gated<F, R>(test: F)
where
    F: Fn(Rig, Arc<Gate>) -> R,
    R: Future<Output = ()>,
{
    for place in Place::all().await {
        let store = place.begun().await;
        let gate = Arc::new(Gate::default());
        let rig = Rig::at(&place, store.clone(), Some(Arc::<Gate>::clone(&gate))).await;
        test(rig.clone(), gate).await;
        rig.verify_log().await;
        store.close().await;
        place.remove().await;
    }
}

type Answer<E> = JoinHandle<Result<Done<<E as Effect>::Outcome>, WriteError>>;

/// Hands over a write; it stands behind those that were handed over before.
async fn hand_over<E: Effect>(rig: &Rig, effect: E) -> Answer<E> {
    let (before, own) = (rig.writer.waiting(), rig.clone());
    let answer = tokio::spawn(async move { own.write(effect, 1).await.map(Committed::into_inner) });
    while rig.writer.waiting() == before {
        tokio::task::yield_now().await;
    }
    answer
}

/// Writes two in one batch: one transaction, whatever becomes of them.
async fn both<A: Effect, B: Effect>(
    rig: &Rig,
    gate: &Gate,
    first: A,
    second: B,
) -> (Result<Done<A::Outcome>, WriteError>, Result<Done<B::Outcome>, WriteError>) {
    gate.closed(rig).await;
    let (first, second) = (hand_over(rig, first).await, hand_over(rig, second).await);
    gate.open();
    let outcomes = (first.await.unwrap(), second.await.unwrap());
    assert_eq!(gate.begun(), 1, "transactions");
    outcomes
}

fn pushed(rig: &Rig, who: &NewPerson) -> Push {
    push(rig.now(), who, &[college()])
}

async fn state_of(rig: &Rig, packet: PacketId) -> CopyState {
    rig.store.message(packet).await.unwrap().unwrap().copies[0].state
}

#[tokio::test]
async fn a_refused_write_costs_its_neighbours_nothing() {
    on_each_gated(|rig, gate| async move {
        let declaration = declare(rig.now(), &person());
        let (id, who) = (declaration.id, declaration.person.clone());
        rig.done(declaration).await;
        rig.done(WithdrawDeclaration { id, recorder: school(), by: Capacity::Persoon }).await;
        let before = rig.verify_log().await;
        // All but its last row could be written.
        let mut bad = pushed(&rig, &who);
        bad.idempotency = Some(idempotency("key-of-the-school-1", 1));
        bad.recipients[0].declarations = vec![id];
        let packet = bad.packet.id;
        let mut bad = Some(bad);

        gate.closed(&rig).await;
        let (mut good, mut refused) = (Vec::new(), None);
        for number in 0..BATCH {
            match bad.take_if(|_| number == 100) {
                Some(bad) => refused = Some(hand_over(&rig, bad).await),
                None => good.push(hand_over(&rig, pushed(&rig, &person())).await),
            }
        }
        gate.open();
        let refused = refused.unwrap().await.unwrap();
        assert!(matches!(refused, Err(WriteError::StaleFacts)), "{refused:?}");
        let mut indexes = Vec::new();
        for good in good {
            indexes.extend(good.await.unwrap().unwrap().evidence.into_iter().map(|one| one.index));
        }
        assert_eq!(gate.begun(), 1, "transactions");
        let first = before + 1;
        assert_eq!(indexes, (first..first + 255).collect::<Vec<_>>());
        assert_eq!(rig.store.message(packet).await.unwrap(), None);
        let key = rig.made_under(school(), "key-of-the-school-1").await;
        assert_eq!(key, None, "nothing of it stays");
    })
    .await;
}

#[tokio::test]
async fn a_statement_that_fails_costs_the_write_that_broke_it() {
    on_each_gated(|rig, gate| async move {
        // Someone changed the database past the writer.
        rig.run("CREATE UNIQUE INDEX once ON message (dataset_version) WHERE dataset_version = 7").await;
        let seventh = || {
            let mut push = pushed(&rig, &person());
            push.packet.dataset_version = 7;
            push
        };
        rig.done(seventh()).await;
        gate.closed(&rig).await;
        let mut writes = Vec::new();
        for number in 0..30 {
            let bad = number % 10 == 3;
            let push = if bad { seventh() } else { pushed(&rig, &person()) };
            writes.push((bad, hand_over(&rig, push).await));
        }
        gate.open();
        for (bad, outcome) in writes {
            let outcome = outcome.await.unwrap();
            assert_eq!(bad, matches!(outcome, Err(WriteError::Unavailable(_))), "{outcome:?}");
        }
        assert_eq!(gate.begun(), 1 + 30, "together, and each alone");
        assert_eq!(rig.verify_log().await, 1 + 1 + 27);
    })
    .await;
}

#[tokio::test]
async fn a_new_pupil_is_one_person_for_the_whole_batch() {
    on_each_gated(|rig, gate| async move {
        let pupil = person();
        let (one, other) = (pushed(&rig, &pupil), pushed(&rig, &pupil));
        let (first, second) = both(&rig, &gate, one, other).await;
        assert!(first.is_ok() && second.is_ok(), "{first:?}, {second:?}");

        // Neither knew of the other's person when it was decided.
        let (pupil, again) = (person(), person_id());
        let rival = NewPerson { id: again, ..pupil.clone() };
        let (first, second) = both(&rig, &gate, pushed(&rig, &pupil), pushed(&rig, &rival)).await;
        assert!(first.is_ok() && matches!(second, Err(WriteError::StaleFacts)), "{second:?}");
        assert_eq!(rig.store.person(&pupil.pseudonyms).await.unwrap(), Some(pupil.id));
    })
    .await;
}

#[tokio::test]
async fn a_withdrawal_and_a_push_that_rests_on_it_know_of_each_other() {
    on_each_gated(|rig, gate| async move {
        let declared = async || {
            let declaration = declare(rig.now(), &person());
            let (id, who) = (declaration.id, declaration.person.clone());
            rig.done(declaration).await;
            let mut resting = pushed(&rig, &who);
            resting.recipients[0].declarations = vec![id];
            (resting, WithdrawDeclaration { id, recorder: school(), by: Capacity::Persoon })
        };
        let (resting, withdraw) = declared().await;
        let packet = resting.packet.id;
        let (stored, withdrawn) = both(&rig, &gate, resting, withdraw).await;
        let (stored, withdrawn) = (stored.unwrap(), withdrawn.unwrap().outcome);
        assert!(withdrawn.index > stored.evidence[0].index);
        let copies: Vec<_> = withdrawn.copies.iter().map(|one| (one.packet, one.collected)).collect();
        assert_eq!(copies, [(packet, false)]);
        assert_eq!((state_of(&rig, packet).await, rig.bodies().await), (CopyState::Withdrawn, 0));

        let (resting, withdraw) = declared().await;
        let packet = resting.packet.id;
        let (withdrawn, stored) = both(&rig, &gate, withdraw, resting).await;
        assert!(withdrawn.unwrap().outcome.copies.is_empty());
        assert!(matches!(stored, Err(WriteError::StaleFacts)), "{stored:?}");
        assert_eq!(rig.store.message(packet).await.unwrap(), None);

        // What was decided on the person as it was is void for those behind a change, not for those before it.
        let packet = rig.push(pushed(&rig, &person())).await;
        let about = [subject::person(packet.person)];
        let early = Deliver { permit: rig.permit(packet.id, college(), &about).await };
        let late = Deliver { permit: rig.permit(packet.id, college(), &about).await };
        let objection = declare(rig.now(), &NewPerson { id: packet.person, ..person() });
        gate.closed(&rig).await;
        let early = hand_over(&rig, early).await;
        let objection = hand_over(&rig, objection).await;
        let late = hand_over(&rig, late).await;
        gate.open();
        assert!(early.await.unwrap().is_ok() && objection.await.unwrap().is_ok());
        assert!(matches!(late.await.unwrap(), Err(WriteError::StaleFacts)));
        assert_eq!(gate.begun(), 1, "transactions");
    })
    .await;
}

#[tokio::test]
async fn a_copy_is_released_as_those_before_left_it() {
    on_each_gated(|rig, gate| async move {
        let release = |packet| Deliver { permit: permit(rig.now(), packet, college(), AsOf::default()) };
        let packet = rig.push(pushed(&rig, &person())).await.id;
        let (first, second) = both(&rig, &gate, release(packet), release(packet)).await;
        let (first, second) = (first.unwrap().outcome, second.unwrap().outcome);
        assert_eq!((second.index, &second.jwe), (first.index + 1, &first.jwe), "each has its own entry");
        let copy = rig.store.message(packet).await.unwrap().unwrap().copies.remove(0);
        assert_eq!(copy.collected_index, Some(first.index), "the first counts");

        let acknowledge = Acknowledge { packet, party: college(), person: None };
        let (acknowledged, late) = both(&rig, &gate, acknowledge, release(packet)).await;
        assert!(acknowledged.is_ok());
        assert!(matches!(late, Err(WriteError::Conflict(Conflict::Gone))), "{late:?}");
        assert_eq!(rig.bodies().await, 0);

        // Stored, released and acknowledged at once: it is there once, as the last left it.
        let push = pushed(&rig, &person());
        let (packet, body) = (push.packet.id, push.recipients[0].sealed.jwe().to_owned());
        gate.closed(&rig).await;
        let stored = hand_over(&rig, push).await;
        let released = hand_over(&rig, release(packet)).await;
        let acknowledged = hand_over(&rig, Acknowledge { packet, party: college(), person: None }).await;
        gate.open();
        let stored = stored.await.unwrap().unwrap();
        assert_eq!(released.await.unwrap().unwrap().outcome.jwe, body);
        let acknowledged = acknowledged.await.unwrap().unwrap().outcome;
        assert_eq!(acknowledged.index, stored.evidence[0].index + 2);
        assert_eq!((state_of(&rig, packet).await, rig.bodies().await), (CopyState::Acknowledged, 0));

        let packet = rig.push(pushed(&rig, &person())).await.id;
        let withdraw = WithdrawPacket { packet, sender: school() };
        let (released, withdrawn) = both(&rig, &gate, release(packet), withdraw).await;
        assert!(released.is_ok() && withdrawn.unwrap().outcome[0].collected, "who has it is told");
    })
    .await;
}

#[tokio::test]
async fn one_key_in_one_batch_makes_one_thing() {
    on_each_gated(|rig, gate| async move {
        let keyed = |key: &str, body| {
            let mut push = pushed(&rig, &person());
            push.idempotency = Some(idempotency(key, body));
            push
        };
        let (one, same) = (keyed("key-of-the-school-1", 1), keyed("key-of-the-school-1", 1));
        let packet = one.packet.id;
        let (first, second) = both(&rig, &gate, one, same).await;
        assert!(matches!(first.unwrap().outcome, Pushed::Stored { .. }));
        let second = second.unwrap();
        assert_eq!((second.outcome, second.evidence.len()), (Pushed::Replayed { packet }, 0));

        let (one, other) = (keyed("key-of-the-school-2", 1), keyed("key-of-the-school-2", 2));
        let (first, second) = both(&rig, &gate, one, other).await;
        assert!(first.is_ok());
        assert!(matches!(second, Err(WriteError::Conflict(Conflict::KeyReused))), "{second:?}");

        let mut declaration = declare(rig.now(), &person());
        declaration.idempotency = Some(idempotency("key-of-the-school-3", 1));
        let again = declaration.clone();
        let (first, second) = both(&rig, &gate, declaration, again).await;
        assert_eq!(first.unwrap().outcome, second.unwrap().outcome);
    })
    .await;
}

#[tokio::test]
async fn whoever_is_taken_out_leaves_nothing_that_waits() {
    on_each_gated(|rig, gate| async move {
        for party in [school(), college(), other_college()] {
            rig.register(party).await;
        }
        rig.done(key(college(), &thumbprint(college()))).await;
        let removal = RemoveParty { party: college() };
        let push = pushed(&rig, &person());
        let packet = push.packet.id;
        let (stored, removed) = both(&rig, &gate, push, removal).await;
        assert!(stored.is_ok());
        assert!(matches!(removed, Err(WriteError::Conflict(Conflict::State))), "{removed:?}");

        let revoke = RevokeKey { thumbprint: thumbprint(college()), party: None };
        let (revoked, late) = both(&rig, &gate, revoke, pushed(&rig, &person())).await;
        assert_eq!(revoked.unwrap().outcome[0].packet, packet);
        assert!(matches!(late, Err(WriteError::StaleFacts)), "{late:?}");
        assert_eq!(state_of(&rig, packet).await, CopyState::Withheld);

        let block = BlockParty { party: college(), blocked: true };
        let (removed, blocked) = both(&rig, &gate, removal, block).await;
        assert_eq!(removed.unwrap().outcome, Once::Now);
        assert!(matches!(blocked, Err(WriteError::Conflict(Conflict::NotFound))), "{blocked:?}");
        assert!(rig.registered().await.party(&college()).is_none());
    })
    .await;
}

/// The runtime on which a gateway was put together ends; its writer is on none of it.
#[test]
fn who_still_waits_is_answered_when_the_runtime_of_the_caller_ends() {
    let runtime =
        || tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (first, second) = (runtime(), runtime());
    for place in first.block_on(Place::all()) {
        let (gate, url) = (Arc::new(Gate::default()), place.url.clone());
        let faults: Arc<dyn FaultPoint> = Arc::<Gate>::clone(&gate);
        let third = runtime();
        let (rig, dropped) = third.block_on(async {
            let rig = Rig::at(&place, place.begun().await, Some(faults)).await;
            // Whoever handed over what is held before its COMMIT goes away, and whoever waits behind it.
            gate.closed_at(Step::Commit, &rig).await;
            let dropped = hand_over(&rig, Record).await;
            (rig, dropped)
        });
        drop(third);
        gate.open();
        second.block_on(async {
            let done = rig.write(Record, 1).await.unwrap().into_inner();
            assert_eq!(done.evidence[0].index, 2, "{url}: behind what was handed over before");
            assert!(dropped.await.is_err(), "its waiter ended");
            drop(rig);
            let rig = Rig::on(place.open().await).await;
            assert_eq!(rig.verify_log().await, 3, "{url}");
            rig.store.close().await;
            place.remove().await;
        });
    }
}
