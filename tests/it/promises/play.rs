//! Plays the steps against a whole gateway, and compares after each what the promises say.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use http::{Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use proptest::{
    prelude::*,
    strategy::{BoxedStrategy, Union},
};
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest};
use serde_json::{Value, json};
use sluis::{
    accesslog::{
        entry::{Event, Outcome, PartName},
        own::OwnEntry,
        verify::{Check, verify},
    },
    cli::running::Running,
    crypto::{
        keys::{KeyAlgorithm, PrivateKey},
        seal::open_packet,
    },
    domain::{
        clock::{Clock as _, amsterdam_date},
        id::{PacketId, SystemEntropy},
        party::Role,
    },
};
use tokio::runtime::Runtime;

use super::{
    Tally,
    model::{OPEN_DAYS, World},
    words::{By, Outcome as Said, PARTIES, Party, Person, Step, Until, Verdict, What, Wish},
};
use crate::{
    hostile::support::essence,
    stories::steps::join,
    support::{Actor, Answer, Gateway, declaration, left_school, removed_from_school, submission},
};

/// The machine whose state is the world, on SQLite or on PostgreSQL.
pub(super) struct Promises<const POSTGRES: bool>;

impl<const POSTGRES: bool> ReferenceStateMachine for Promises<POSTGRES> {
    type State = World;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<World> {
        Just(World::new(POSTGRES)).boxed()
    }

    fn transitions(world: &World) -> BoxedStrategy<Step> {
        // A step is left out of a shorter run, and never another one.
        let steps = world.next().into_iter().map(|(weight, step)| (weight, Just(step)));
        Union::new_weighted(steps.collect()).no_shrink().boxed()
    }

    fn apply(world: World, step: &Step) -> World {
        world.after(step)
    }

    fn preconditions(world: &World, step: &Step) -> bool {
        world.may(step)
    }
}

/// What was handed in, and what it was answered.
struct Handed {
    path: &'static str,
    key: String,
    body: Value,
    answer: Value,
}

/// A gateway, its parties, and what they remember.
struct Stage {
    gateway: Gateway,
    second: Option<Running>,
    actors: BTreeMap<Party, Actor>,
    keys: BTreeMap<(Party, u8), Arc<PrivateKey>>,
    handed: BTreeMap<u8, Handed>,
    /// What was answered first to what may be repeated without a key.
    first: BTreeMap<(&'static str, u8), Value>,
    begun: Timestamp,
    steps: usize,
    /// How the last answer begins.
    said: Mutex<String>,
    seen: BTreeMap<Party, Seen>,
    tally: Tally,
}

/// How far a party has read its account.
#[derive(Default, Clone, Copy)]
struct Seen {
    after: Option<u64>,
    number: u64,
    decisions: u64,
}

/// The stage with the threads that it runs on.
pub(super) struct Playing {
    stage: Option<Stage>,
    runtime: Option<Runtime>,
}

impl Playing {
    fn with<T>(&mut self, play: impl AsyncFnOnce(&mut Stage) -> T) -> T {
        let stage = self.stage.as_mut().unwrap();
        self.runtime.as_ref().unwrap().block_on(play(stage))
    }
}

/// A run that failed leaves its gateway behind.
impl Drop for Playing {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            let inside = runtime.enter();
            drop(self.stage.take());
            drop(inside);
            runtime.shutdown_background();
        }
    }
}

impl<const POSTGRES: bool> StateMachineTest for Promises<POSTGRES> {
    type SystemUnderTest = Playing;
    type Reference = Self;

    fn init_test(world: &World) -> Playing {
        let runtime = Runtime::new().unwrap();
        let stage = runtime.block_on(Box::pin(Stage::set(world.postgres)));
        Playing { stage: Some(stage), runtime: Some(runtime) }
    }

    fn apply(mut playing: Playing, world: &World, step: Step) -> Playing {
        if step == Step::Restart {
            let stage = playing.stage.take().unwrap();
            let runtime = playing.runtime.as_ref().unwrap();
            let gateway = runtime.block_on(Box::pin(stage.gateway.restart()));
            playing.stage = Some(Stage { gateway, ..stage });
        }
        playing.with(async |stage| Box::pin(stage.play(world, &step)).await);
        playing.with(async |stage| Box::pin(stage.read_accounts(world)).await);
        playing
    }

    fn teardown(mut playing: Playing, mut world: World) {
        let shut_out: Vec<Party> = world.shut_out().collect();
        for who in shut_out {
            let step = Step::Unblock(who);
            world = world.after(&step);
            playing.with(async |stage| Box::pin(stage.play(&world, &step)).await);
        }
        playing.with(async |stage| Box::pin(stage.look_back(&world)).await);
        let stage = playing.stage.take().unwrap();
        playing.runtime.as_ref().unwrap().block_on(Box::pin(stage.strike()));
    }
}

impl Stage {
    async fn set(postgres: bool) -> Self {
        let gateway =
            if postgres { Gateway::start_on_postgres().await.unwrap() } else { Gateway::start().await };
        let mut actors = BTreeMap::new();
        let mut keys = BTreeMap::new();
        for party in PARTIES {
            let actor = match party {
                Party::School => gateway.party(Role::ProSchool).await,
                Party::College => gateway.party(Role::WerkEnInkomen).await,
                Party::Doorstroompunt => gateway.party(Role::Doorstroompunt).await,
                Party::Stranger => {
                    let oin = gateway.without_key(Role::ProSchool).party.oin.to_string();
                    join(&gateway, "Een andere school", &oin, Role::MboSchool, &[]).await
                }
            };
            keys.insert((party, 1), Arc::clone(&actor.key));
            actors.insert(party, actor);
        }
        let begun = gateway.clock.now();
        let mut stage = Self {
            gateway,
            second: None,
            actors,
            keys,
            handed: BTreeMap::new(),
            first: BTreeMap::new(),
            begun,
            steps: 0,
            said: Mutex::default(),
            seen: BTreeMap::new(),
            tally: Tally::of(postgres),
        };
        // What stands in the accounts before the first step.
        for party in PARTIES {
            let seen = stage.read(party, Seen::default()).await;
            stage.seen.insert(party, Seen { decisions: 0, ..seen });
        }
        stage
    }

    async fn strike(self) {
        if let Some(second) = self.second {
            second.stop().await;
        }
        self.gateway.stop().await;
    }

    /// A party at one of the gateways, in turn.
    fn at(&self, party: Party) -> Actor {
        let running = match &self.second {
            Some(second) if self.steps.is_multiple_of(2) => second,
            _ => &self.gateway.running,
        };
        self.actors[&party].at(running)
    }

    fn id(&self, name: u8) -> String {
        self.handed[&name].answer["id"].as_str().unwrap().to_owned()
    }

    /// A number of the right form that was never given out.
    fn absent(&self) -> String {
        PacketId::new(self.gateway.clock.now(), &SystemEntropy::new()).unwrap().to_string()
    }

    async fn play(&mut self, world: &World, step: &Step) {
        self.steps += 1;
        let exchange = Arc::clone(&self.gateway.running.exchange);
        let verdict = match *step {
            Step::Declare(name, of, by, wish, until) => {
                let body = self.wish(wish, of, by, until);
                self.hand_in(name, "/v1/declarations", body).await
            }
            Step::Send(name, what, of, on) => {
                let path = if what == What::Request { "/v1/requests" } else { "/v1/packets" };
                let body = self.body(what, of, on);
                self.hand_in(name, path, body).await
            }
            Step::Repeat(name) => {
                let Handed { path, key, body, answer } = &self.handed[&name];
                let again = self.at(Party::School).push(path, key, body).await;
                let verdict = self.verdict(&again);
                if verdict == Verdict::Done {
                    assert_eq!(without_receipts(again.json()), *answer, "repeated: another answer");
                }
                verdict
            }
            Step::TakeBackWish(name) => {
                let by = self.handed[&name].body["givenBy"].clone();
                let path = format!("/v1/declarations/{}/withdrawal", self.id(name));
                let answer = self.at(Party::School).post(&path, &json!({ "by": by })).await;
                self.same_as_first("withdrawal", "withdrawnAt", name, &answer)
            }
            Step::Answer(name, outcome) => {
                let path = format!("/v1/requests/{}/answer", self.id(name));
                let outcome = if outcome == Said::Yes { "ja" } else { "nee" };
                let answer = self.at(Party::College).post(&path, &json!({ "outcome": outcome })).await;
                self.same_as_first("answer", "logIndex", name, &answer)
            }
            Step::Pull(name, by) => {
                let answer = self.try_on(by, Method::GET, "payload", name, None).await;
                if answer.status == StatusCode::OK {
                    let sent = &world.sent[&name];
                    let (recipient, allowed) = (sent.what.recipient(), sent.what.categories());
                    self.opens_for_nobody_else(name, &answer, (recipient, sent.key), allowed);
                }
                self.verdict(&answer)
            }
            Step::Copy(name, by) => {
                let answer = self.try_on(by, Method::GET, "copy", name, None).await;
                if answer.status == StatusCode::OK {
                    let allowed = What::Document.categories();
                    self.opens_for_nobody_else(name, &answer, (Party::School, 1), allowed);
                }
                self.verdict(&answer)
            }
            Step::Acknowledge(name, by) => {
                let answer = self.try_on(by, Method::POST, "acknowledgement", name, Some(json!({}))).await;
                self.same_as_first("acknowledgement", "acknowledgedAt", name, &answer)
            }
            Step::TakeBack(name, by) => {
                self.verdict(&self.try_on(by, Method::POST, "withdrawal", name, Some(json!({}))).await)
            }
            Step::Block(who) | Step::Unblock(who) => {
                let blocked = matches!(step, Step::Block(..));
                let (party, cause) = (self.actors[&who].party, blocked.then_some("laptop-stolen"));
                exchange.block_party(party, blocked, cause).await.unwrap();
                Verdict::Done
            }
            Step::RevokeKey(of) => {
                let thumbprint = self.actors[&of].key.public().thumbprint().to_owned();
                let path = format!("/v1/keys/{thumbprint}/revocation");
                self.verdict(&self.at(of).post(&path, &json!({})).await)
            }
            Step::PublishKey(of) => {
                let key = Arc::new(PrivateKey::generate(KeyAlgorithm::EcdhEsA256kw).unwrap());
                let number = u8::try_from(self.keys.range((of, 0)..=(of, u8::MAX)).count()).unwrap() + 1;
                self.keys.insert((of, number), Arc::clone(&key));
                self.actors.get_mut(&of).unwrap().key = key;
                self.verdict(&self.at(of).publish().await)
            }
            Step::Pass(..) => {
                self.gateway.clock.set(self.begun + SignedDuration::from_mins(world.minutes));
                exchange.do_what_is_due().await.unwrap();
                Verdict::Done
            }
            Step::SetBack => {
                self.gateway.clock.set(self.gateway.clock.now() - SignedDuration::from_secs(2));
                Verdict::Done
            }
            Step::Ahead => {
                let right = self.gateway.clock.now();
                self.gateway.clock.jump(right + SignedDuration::from_hours(24 * 40));
                let body = self.body(What::Removal, Person::Adult, None);
                let key = format!("te-vroeg-{:012}", self.steps);
                if world.may_report() {
                    let answer = self.at(Party::School).push("/v1/packets", &key, &body).await;
                    answer.expect_problem(503, "clock");
                }
                self.gateway.clock.jump(right);
                Verdict::Done
            }
            Step::Restart => Verdict::Done,
            Step::Second => {
                self.second = Some(self.gateway.second().await);
                Verdict::Done
            }
        };
        let promised = world.verdict;
        assert_eq!(
            verdict,
            promised,
            "the gateway says {verdict:?}, the promises {promised:?}: {}",
            self.said.lock().unwrap()
        );
        self.tally.count(step, verdict);
    }

    fn verdict(&self, answer: &Answer) -> Verdict {
        let said = String::from_utf8_lossy(&answer.body);
        *self.said.lock().unwrap() = said.chars().take(400).collect();
        judge(answer)
    }

    async fn hand_in(&mut self, name: u8, path: &'static str, body: Value) -> Verdict {
        let key = format!("belofte-{name:012}");
        let answer = self.at(Party::School).push(path, &key, &body).await;
        let verdict = self.verdict(&answer);
        if verdict == Verdict::Done {
            let answer = without_receipts(answer.json());
            self.handed.insert(name, Handed { path, key, body, answer });
        }
        verdict
    }

    /// A call about a message; who may not know of it is answered as after one that never was.
    async fn try_on(&self, by: Party, method: Method, verb: &str, name: u8, body: Option<Value>) -> Answer {
        let actor = self.at(by);
        let (id, absent) = (self.id(name), self.absent());
        let body = body.map(|body| body.to_string().into_bytes());
        let call = async |id: &str| {
            actor.call(method.clone(), &format!("/v1/packets/{id}/{verb}"), &[], body.clone()).await
        };
        let answer = call(&id).await;
        if judge(&answer) == Verdict::Hidden {
            let (status, headers, said) = essence(&call(&absent).await);
            let nothing = (status, headers, said.replace(&absent, &id));
            assert_eq!(essence(&answer), nothing, "what is hidden looks like nothing");
        }
        answer
    }

    /// Promise 7: what is repeated is answered as it was first.
    fn same_as_first(&mut self, what: &'static str, member: &str, name: u8, answer: &Answer) -> Verdict {
        let verdict = self.verdict(answer);
        if verdict == Verdict::Done {
            let said = answer.json()[member].clone();
            assert!(!said.is_null(), "no {member}: {}", answer.json());
            let first = self.first.entry((what, name)).or_insert_with(|| said.clone());
            assert_eq!(*first, said, "{what} repeated: another {member}");
        }
        verdict
    }

    /// Promises 2 and 3: what was released is what was sent, of allowed categories, and opens with the recipient's key alone.
    fn opens_for_nobody_else(&self, name: u8, answer: &Answer, whose: (Party, u8), allowed: &[&str]) {
        let id = self.id(name).parse().unwrap();
        let jwe = std::str::from_utf8(&answer.body).unwrap().trim();
        for (owner, key) in &self.keys {
            let opened = open_packet(jwe, key, id);
            if *owner != whose {
                assert!(opened.is_err(), "a key of {owner:?} opens it");
                continue;
            }
            let (_, content) = opened.unwrap();
            let content: Value = serde_json::from_slice(content.expose()).unwrap();
            let within = content.as_object().unwrap().keys().all(|member| allowed.contains(&&**member));
            assert!(within, "more than the basis allows: {content}");
            assert_eq!(content, self.handed[&name].body["content"], "another content than was sent");
        }
    }

    /// Promises 4 and 5: each decision stands in the account of whom it concerns, and no number is missing.
    async fn read_accounts(&mut self, world: &World) {
        for party in PARTIES {
            if world.shut_out().any(|shut| shut == party) {
                continue;
            }
            let seen = self.read(party, self.seen[&party]).await;
            self.seen.insert(party, seen);
            let expected = world.accounts[&party];
            let found = seen.decisions;
            assert_eq!(found, expected, "{found} decisions in the account of {party:?}, not {expected}");
        }
    }

    /// Reads on in an account; each entry is proven.
    async fn read(&self, party: Party, mut seen: Seen) -> Seen {
        let log = self.gateway.log();
        loop {
            let after = seen.after.map(|after| format!("&after={after}")).unwrap_or_default();
            let answer = self.at(party).get(&format!("/v1/entries?limit=500{after}")).await;
            let page = answer.expect_status(StatusCode::OK).json();
            for entry in page["items"].as_array().unwrap() {
                let entry: OwnEntry = serde_json::from_value(entry.clone()).unwrap();
                let index = entry.index;
                let entry = entry.verify(&log).unwrap();
                assert_eq!(entry.number(), Some(seen.number + 1), "a gap in the account of {party:?}");
                let shared = entry.parts.iter().find(|(name, _)| *name == PartName::Shared);
                let shared = shared.and_then(|(_, part)| part.clone()).unwrap();
                let event = shared.event;
                let is_released = shared.outcome == Some(Outcome::Permitted);
                assert!(!is_released || shared.basis.is_some(), "{event:?}: what leaves names its basis");
                // What the clock does is no decision.
                let by_clock = matches!(event, Some(Event::Notice | Event::Expire | Event::Forget));
                seen.decisions += u64::from(!by_clock);
                seen = Seen { after: Some(index), number: seen.number + 1, ..seen };
            }
            if page["next"].is_null() {
                return seen;
            }
        }
    }

    /// Promises 5 and 7 at the end: what was acknowledged is there, and the log is whole.
    async fn look_back(&mut self, world: &World) {
        self.read_accounts(world).await;
        for name in world.sent.keys() {
            let path = format!("/v1/packets/{}", self.id(*name));
            let path = if self.handed[name].path == "/v1/requests" {
                path.replace("packets", "requests")
            } else {
                path
            };
            self.at(Party::School).get(&path).await.expect_status(StatusCode::OK);
        }
        for name in world.said.keys() {
            let path = format!("/v1/declarations/{}", self.id(*name));
            self.at(Party::School).get(&path).await.expect_status(StatusCode::OK);
        }
        let (store, keys, log) = (self.gateway.store().await, self.gateway.keys(), self.gateway.log());
        let check = Check { bodies: Some(keys.at_rest.as_ref()), ..Check::with(&log) };
        let report = verify(&store.log().await.unwrap(), &check).await.unwrap();
        assert!(report.is_sound(), "{report:?}");
        store.close().await;
    }

    fn person(&self, of: Person, what: Option<What>) -> Value {
        let (reference, years) = match of {
            Person::Adult => ("L-18", 18),
            Person::Minor => ("L-17", 17),
        };
        let make = if what == Some(What::Removal) { removed_from_school } else { left_school };
        let mut person = make(reference, years, self.gateway.clock.now());
        // The day of birth does not move with the clock.
        person["birthDate"] = left_school(reference, years, self.begun)["birthDate"].clone();
        if of == Person::Minor {
            let born = amsterdam_date(self.begun).saturating_sub(jiff::Span::new().years(17).months(2));
            person["birthDate"] = json!(born.to_string());
        }
        person
    }

    fn wish(&self, wish: Wish, of: Person, by: By, until: Until) -> Value {
        let what = wish.about();
        let kind = match wish {
            Wish::Agrees => "instemming",
            Wish::Consents => "toestemming",
            Wish::Objects(_) => "bezwaar",
            Wish::Restricts(_) => "beperking",
        };
        let by = if by == By::Person { "persoon" } else { "ouder" };
        let now = self.gateway.clock.now();
        let mut body = declaration(kind, dataset(what), &self.person(of, None), by, role(what), now);
        if until == Until::InThreeDays {
            let until = amsterdam_date(now).saturating_add(jiff::Span::new().days(3));
            body["until"] = json!(until.to_string());
        }
        body
    }

    fn body(&self, what: What, of: Person, on: Option<u8>) -> Value {
        let purpose = match what {
            What::Request | What::Document => "voortzetting-ondersteuning",
            What::Profile | What::TooMuch => "loopbaanbegeleiding",
            What::Removal => "doorstroompunt-taak",
        };
        let person = self.person(of, Some(what));
        let mut body = submission(&self.gateway, dataset(what), purpose, &person, role(what));
        let surplus = match what {
            What::Profile => Some("leerplicht"),
            What::Removal => Some("nummer"),
            What::Request | What::Document | What::TooMuch => None,
        };
        if let Some(surplus) = surplus {
            body["content"].as_object_mut().unwrap().remove(surplus);
        }
        if let Some(on) = on {
            body["request"] = json!(self.id(on));
        }
        let ends = self.gateway.clock.now() + SignedDuration::from_hours(24 * OPEN_DAYS);
        body["expires"] = json!(ends.to_string());
        body
    }
}

const fn dataset(what: What) -> &'static str {
    match what {
        What::Request => "verzoek-voortzetting",
        What::Document => "overgangsdocument",
        What::Profile | What::TooMuch => "uitstroomprofiel",
        What::Removal => "verwijderingsmelding",
    }
}

const fn role(what: What) -> Role {
    match what.recipient() {
        Party::Doorstroompunt => Role::Doorstroompunt,
        _ => Role::WerkEnInkomen,
    }
}

/// What an answer comes to.
fn judge(answer: &Answer) -> Verdict {
    let said = String::from_utf8_lossy(&answer.body);
    match answer.status.as_u16() {
        200 | 201 => Verdict::Done,
        403 if said.contains("urn:sluis:problem:blocked") => Verdict::Shut,
        400 | 403 | 409 | 410 => Verdict::Refused,
        404 => Verdict::Hidden,
        status => panic!("{status}: {said}"),
    }
}

/// A receipt is signed anew, with a newer proof.
fn without_receipts(mut answer: Value) -> Value {
    for recipient in answer["recipients"].as_array_mut().into_iter().flatten() {
        recipient.as_object_mut().unwrap().remove("receipt");
    }
    answer.as_object_mut().unwrap().remove("receipt");
    answer
}
