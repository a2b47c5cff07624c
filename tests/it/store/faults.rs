//! Whatever fails, wherever: the log verifies, nothing stands without its entry, and no `Committed` was false.

mod table;
mod terms;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, mem,
    sync::{Arc, Mutex},
};

use sluis::store::{
    Committed,
    write::Effect,
    writer::{
        Done, WriteError,
        fault::{FaultPoint, Injected, Step},
    },
};

use super::support::{Place, Rig, verifier};

/// Fails at the given passages of a step.
#[derive(Debug, Default)]
struct Faulty {
    plan: Mutex<Option<Plan>>,
    passed: Mutex<Passages>,
}

/// How often each step was passed.
type Passages = BTreeMap<Step, usize>;

#[derive(Debug, Clone, Copy)]
struct Plan {
    step: Step,
    /// Which passage fails first, and whether all after it do.
    nth: usize,
    for_ever: bool,
}

impl Plan {
    /// Every fault of a write that passes the steps so often. What fails once is tried again and succeeds: that is tried
    /// where the most was changed before, and at each step of the log itself with an effect that is nothing else.
    fn all(passages: &Passages) -> Vec<Self> {
        let tables = passages.get(&Step::Table).copied().unwrap_or_default();
        let plans = |step: Step| {
            let passed = passages.get(&step).copied().unwrap_or_default();
            assert!(passed > 0 || matches!(step, Step::Look | Step::Table), "{step:?} is never passed");
            (0..passed).flat_map(move |nth| {
                let ways: &[bool] = match step {
                    // Nothing is tried again.
                    Step::Begin | Step::Lock | Step::Commit | Step::Committed => &[false],
                    Step::Table if nth + 1 == tables => &[true, false],
                    _ if tables == 0 => &[true, false],
                    _ => &[true],
                };
                ways.iter().map(move |for_ever| Self { step, nth, for_ever: *for_ever })
            })
        };
        Step::ALL.into_iter().flat_map(plans).collect()
    }
}

impl Faulty {
    /// Answers what was passed under the former plan.
    fn plan(&self, plan: Option<Plan>) -> Passages {
        *self.plan.lock().unwrap() = plan;
        mem::take(&mut *self.passed.lock().unwrap())
    }
}

impl FaultPoint for Faulty {
    fn at(&self, step: Step) -> Result<(), Injected> {
        let mut passed = self.passed.lock().unwrap();
        let passages = passed.entry(step).or_default();
        let passage = mem::replace(passages, *passages + 1);
        let plan = *self.plan.lock().unwrap();
        let Some(plan) = plan.filter(|plan| plan.step == step) else { return Ok(()) };
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
        Err(WriteError::Unknown(_)) => Fate::Unknown,
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

type Outcome<E> = Result<Committed<Done<<E as Effect>::Outcome>>, WriteError>;

/// A gateway whose database fails at wish, and what was tried on it.
struct Bench {
    rig: Rig,
    faulty: Arc<Faulty>,
    tried: BTreeSet<String>,
}

impl Bench {
    /// Tries one effect at every fault. `given` makes what the effect needs, and is called again whenever the effect was
    /// carried out; so what failed is tried again on the same rows.
    async fn try_each<I, E: Effect>(
        &mut self,
        given: impl AsyncFn(&Rig) -> I,
        effect: impl Fn(&Rig, &I) -> E,
        is_there: impl AsyncFn(&Rig, &I) -> bool,
    ) {
        let name = std::any::type_name::<E>().rsplit("::").next().unwrap();
        let ready = given(&self.rig).await;
        assert!(!is_there(&self.rig, &ready).await, "{name}: there before it was done");
        let (_, passages) = self.write(effect(&self.rig, &ready), None).await;
        assert!(is_there(&self.rig, &ready).await, "{name}: not there when all went well");

        let mut ready = given(&self.rig).await;
        for plan in Plan::all(&passages) {
            let before = self.rig.store.head().await.unwrap().size;
            let (outcome, passed) = self.write(effect(&self.rig, &ready), Some(plan)).await;
            assert!(
                passed.get(&plan.step).is_some_and(|passed| *passed > plan.nth),
                "{name}, {plan:?}: nothing failed"
            );
            let is_there = is_there(&self.rig, &ready).await;
            self.check(
                &format!("{name}, {plan:?}"),
                plan,
                before,
                outcome.map(Committed::into_inner),
                is_there,
            )
            .await;
            if is_there {
                ready = given(&self.rig).await;
            }
        }
        self.rig.verify_log().await;
        self.tried.insert(name.to_owned());
    }

    async fn write<E: Effect>(&self, effect: E, plan: Option<Plan>) -> (Outcome<E>, Passages) {
        self.faulty.plan(plan);
        let outcome = self.rig.write(effect, 1).await;
        (outcome, self.faulty.plan(None))
    }

    async fn check<T>(
        &self,
        what: &str,
        plan: Plan,
        before: u64,
        outcome: Result<Done<T>, WriteError>,
        is_there: bool,
    ) {
        let head = self.rig.store.head().await.unwrap();
        let leaves = self.rig.store.leaves(before, u64::MAX).await.unwrap().len();
        assert_eq!(verifier().open(&head.checkpoint).unwrap().size, head.size, "{what}");
        assert_eq!(u64::try_from(leaves).unwrap(), head.size - before, "{what}: a leaf for each entry");
        assert_eq!(leaves, usize::from(is_there), "{what}: an effect and its entry stand or fall together");
        let fate = fate(&outcome);
        assert_eq!(fate, expected(plan), "{what}");
        match fate {
            Fate::Committed => assert!(is_there, "{what}: a false `Committed`"),
            Fate::NotWritten => assert!(!is_there, "{what}: written, and denied"),
            Fate::Unknown => assert_eq!(is_there, plan.step == Step::Committed, "{what}"),
        }
        if let Ok(done) = outcome {
            let indexes: Vec<u64> = done.evidence.iter().map(|evidence| evidence.index).collect();
            assert_eq!(indexes, [before], "{what}: evidence of another entry");
        }
    }
}

/// Which files of `src/store/write` the effects of each table stand in.
const PARTIES: &[&str] = &["certificate", "member", "municipality", "party"];
const KEYS: &[&str] = &["key", "rotate"];
const DECLARATIONS: &[&str] = &["decide", "declare"];
const PACKETS: &[&str] = &["answer", "deliver", "push"];
const ENDS: &[&str] = &["expire", "narrow", "undelivered", "withdraw"];
const TERMS: &[&str] = &["erase", "forget", "warn"];
const LOG: &[&str] = &["policy", "record"];

/// Every effect that these sources can write.
fn effects(files: &[&str]) -> BTreeSet<String> {
    let read = |file: &&str| fs::read_to_string(format!("src/store/write/{file}.rs")).unwrap();
    let names = |source: String| {
        let effects = source.lines().filter_map(|line| line.strip_prefix("impl Effect for "));
        effects.map(|rest| rest.trim_end_matches(" {").to_owned()).collect::<Vec<_>>()
    };
    files.iter().map(read).flat_map(names).collect()
}

#[test]
fn every_effect_belongs_to_a_table() {
    let files = fs::read_dir("src/store/write").unwrap().map(|file| file.unwrap().path());
    let all: Vec<String> = files.map(|file| file.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    // It changes nothing of anyone, and so has no entry that it could stand or fall with.
    let all: Vec<&str> = all.iter().map(String::as_str).filter(|file| *file != "probe").collect();
    let tables = [PARTIES, KEYS, DECLARATIONS, PACKETS, ENDS, TERMS, LOG].concat();
    assert_eq!(effects(&tables), effects(&all));
    let implementing = |file: &str| fs::read_to_string(file).unwrap().matches(" Effect for ").count();
    let folder = all.iter().map(|file| implementing(&format!("src/store/write/{file}.rs"))).sum::<usize>();
    assert_eq!(folder, effects(&all).len(), "an effect that is written down in another way");
}

/// Tries a table on every database, and asks whether it holds every effect of its files.
async fn try_table(files: &[&str], table: impl AsyncFn(&mut Bench)) {
    for place in Place::all().await {
        let store = place.begun().await;
        let faulty = Arc::new(Faulty::default());
        let rig = Rig::with(store.clone(), Some(Arc::<Faulty>::clone(&faulty))).await;
        let mut bench = Bench { rig, faulty, tried: BTreeSet::new() };
        table(&mut bench).await;
        bench.rig.verify_log().await;
        assert_eq!(bench.tried, effects(files), "an effect without a row in its table");
        store.close().await;
        place.remove().await;
    }
}

#[tokio::test]
async fn whatever_fails_the_log_agrees_with_parties() {
    try_table(PARTIES, table::parties).await;
}

#[tokio::test]
async fn whatever_fails_the_log_agrees_with_keys() {
    try_table(KEYS, table::keys).await;
}

#[tokio::test]
async fn whatever_fails_the_log_agrees_with_declarations() {
    try_table(DECLARATIONS, table::declarations).await;
}

#[tokio::test]
async fn whatever_fails_the_log_agrees_with_packets() {
    try_table(PACKETS, table::packets).await;
}

#[tokio::test]
async fn whatever_fails_the_log_agrees_with_ends() {
    try_table(ENDS, table::ends).await;
}

#[tokio::test]
async fn whatever_fails_the_log_agrees_with_terms() {
    try_table(TERMS, terms::terms).await;
}

#[tokio::test]
async fn whatever_fails_the_log_agrees_with_the_log_itself() {
    try_table(LOG, table::the_log).await;
}
