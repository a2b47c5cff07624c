//! Random steps of a school, two desks and a stranger, a person who changes her mind, an operator and a clock, against a small
//! model that knows only what is promised (docs/threat-model.md).
//!
//! `SLUIS_PROMISES_RUNS=200 cargo test --test it promises` plays so many runs on each database, other ones each
//! time, instead of the same few.

mod model;
mod next;
mod play;
mod words;

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use proptest::test_runner::{Config, RngSeed, TestError, TestRunner};
use proptest_state_machine::{ReferenceStateMachine as _, StateMachineTest as _};

use self::{
    model::World,
    play::Promises,
    words::{By, Outcome, Party, Person, Step, Until, Verdict, What, Wish},
};
use crate::{store::support::Place, support::left_out};

/// How often each kind of step came to what.
#[derive(Clone, Copy)]
struct Tally(&'static Mutex<BTreeMap<(String, Verdict), u32>>);

impl Tally {
    const fn of(postgres: bool) -> Self {
        static OF: [Mutex<BTreeMap<(String, Verdict), u32>>; 2] =
            [Mutex::new(BTreeMap::new()), Mutex::new(BTreeMap::new())];
        Self(if postgres { &OF[1] } else { &OF[0] })
    }

    fn count(self, step: &Step, verdict: Verdict) {
        let kind = match step {
            Step::Send(_, what, _, _) => format!("Send {what:?}"),
            _ => format!("{step:?}").split('(').next().unwrap().to_owned(),
        };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry((kind, verdict)).or_default() += 1;
    }

    /// A model that is never at work proves nothing: of each of these there was one.
    fn expect(self, kinds: &[(&str, Verdict)]) {
        let counted = self.0.lock().unwrap();
        for (kind, verdict) in kinds {
            let times = counted.get(&((*kind).to_owned(), *verdict)).copied().unwrap_or_default();
            assert!(times > 0, "{kind} never came to {verdict:?}: {counted:?}");
        }
    }
}

/// Plays these steps once: what a failure prints can be played again.
fn play<const POSTGRES: bool>(steps: Vec<Step>) {
    let mut world = World::new(POSTGRES);
    for step in &steps {
        assert!(world.may(step), "{step:?} cannot follow");
        world = world.after(step);
    }
    Promises::<POSTGRES>::test_sequential(Config::default(), World::new(POSTGRES), steps, None);
}

#[expect(clippy::disallowed_methods, reason = "a test is no gateway: it may be told how long to go on")]
fn run<const POSTGRES: bool>(few: u32) -> Tally {
    let asked = std::env::var("SLUIS_PROMISES_RUNS").ok();
    let cases = asked.as_ref().map_or(few, |runs| runs.parse().expect("SLUIS_PROMISES_RUNS is a number"));
    // A few runs are the same ones each time: whether they come by everything that is expected must not be luck.
    let rng_seed = if asked.is_none() { RngSeed::Fixed(20_260_101) } else { Config::default().rng_seed };
    let config =
        Config { cases, rng_seed, max_shrink_iters: 400, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new(config.clone());
    let strategy = Promises::<POSTGRES>::sequential_strategy(30..=60);
    let played = runner.run(&strategy, |(world, steps, seen)| {
        Promises::<POSTGRES>::test_sequential(config.clone(), world, steps, seen);
        Ok(())
    });
    match played {
        Ok(()) => {}
        Err(TestError::Fail(why, (_, steps, _))) => {
            let steps: Vec<String> =
                steps.iter().enumerate().map(|(at, step)| format!("{:>3}. {step:?}", at + 1)).collect();
            panic!("a promise is broken: {why}\nby these steps:\n{}", steps.join("\n"));
        }
        Err(TestError::Abort(why)) => panic!("{why}"),
    }
    Tally::of(POSTGRES)
}

/// A request that was acknowledged and then taken back is answered no more.
#[test]
fn what_was_taken_back_is_not_answered() {
    use Person::Adult;
    play::<false>(vec![
        Step::Declare(0, Adult, By::Person, Wish::Agrees, Until::Withdrawn),
        Step::Send(1, What::Request, Adult, None),
        Step::Pull(1, Party::College),
        Step::Acknowledge(1, Party::College),
        Step::TakeBack(1, Party::School),
        Step::Answer(1, Outcome::Yes),
    ]);
}

/// A document whose request was taken back is over for the college too, collected or not.
#[test]
fn what_rests_on_a_request_that_was_taken_back_is_over() {
    use Person::Minor;
    for collected in [false, true] {
        let mut steps = vec![
            Step::Declare(0, Minor, By::Parent, Wish::Agrees, Until::InThreeDays),
            Step::Send(2, What::Request, Minor, None),
            Step::Answer(2, Outcome::Yes),
            Step::Send(19, What::Document, Minor, Some(2)),
        ];
        steps.extend(collected.then_some(Step::Pull(19, Party::College)));
        steps.extend([Step::TakeBack(2, Party::School), Step::Acknowledge(19, Party::College)]);
        play::<false>(steps);
    }
}

/// The request ends with the agreement on which it rested, also where another was given since.
#[test]
fn what_was_asked_on_an_agreement_that_was_taken_back_carries_nothing() {
    use Person::Adult;
    let agrees = |name| Step::Declare(name, Adult, By::Person, Wish::Agrees, Until::Withdrawn);
    // Before its term has passed and after, waiting and acknowledged.
    for (minutes, received) in [(0, false), (15_847, false), (0, true)] {
        let mut steps = vec![agrees(4), Step::Send(7, What::Request, Adult, None)];
        if received {
            steps.extend([Step::Pull(7, Party::College), Step::Acknowledge(7, Party::College)]);
        }
        steps.extend([
            Step::Answer(7, Outcome::Yes),
            Step::Pass(minutes),
            agrees(11),
            Step::TakeBackWish(4),
            Step::Send(28, What::Document, Adult, Some(7)),
        ]);
        play::<false>(steps);
    }
}

/// The college that answered continues, though the key to which the request was sealed is lost since.
#[test]
fn what_was_answered_before_a_key_was_revoked_still_carries() {
    use Person::Adult;
    play::<false>(vec![
        Step::Declare(0, Adult, By::Person, Wish::Agrees, Until::Withdrawn),
        Step::Send(1, What::Request, Adult, None),
        Step::Answer(1, Outcome::Yes),
        Step::RevokeKey(Party::College),
        Step::PublishKey(Party::College),
        Step::Send(2, What::Document, Adult, Some(1)),
        Step::Pull(2, Party::College),
    ]);
}

#[test]
fn what_is_promised_holds_whatever_comes_after_what() {
    run::<false>(16).expect(&[
        ("Send Request", Verdict::Done),
        ("Send Request", Verdict::Refused),
        ("Send Document", Verdict::Done),
        ("Send Document", Verdict::Refused),
        ("Send Profile", Verdict::Done),
        ("Send Profile", Verdict::Refused),
        ("Send Removal", Verdict::Done),
        ("Send TooMuch", Verdict::Refused),
        ("Pull", Verdict::Done),
        ("Pull", Verdict::Refused),
        ("Pull", Verdict::Hidden),
        ("Copy", Verdict::Done),
        ("Copy", Verdict::Hidden),
        ("Acknowledge", Verdict::Done),
        ("TakeBackWish", Verdict::Done),
        ("TakeBack", Verdict::Done),
        ("TakeBack", Verdict::Hidden),
        ("Repeat", Verdict::Done),
        ("Restart", Verdict::Done),
        ("Second", Verdict::Done),
        ("Pass", Verdict::Done),
    ]);
}

#[test]
fn what_is_promised_holds_on_postgresql_too() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let Some(place) = runtime.block_on(Place::postgres()) else {
        left_out("the promises on PostgreSQL");
        return;
    };
    runtime.block_on(place.remove());
    run::<true>(2).expect(&[("Pull", Verdict::Done)]);
}
