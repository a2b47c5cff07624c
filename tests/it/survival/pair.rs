//! Two gateways on one database: one log, one policy, and a withdrawal through one is heeded by the other at once.

use std::{collections::BTreeSet, time::Duration};

use http::StatusCode;
use serde_json::{Value, json};
use sluis::{
    accesslog::verify::{Check, verify},
    cli::running::Running,
    domain::{clock::Clock as _, party::Role},
    identity::{ClientCertificate, IdentityFault},
    policy::catalogue::Catalogue,
};
use sqlx::AnyPool;
use tokio::task::JoinSet;

use crate::support::{Actor, Answer, Gateway, declaration, left_school, removed_from_school, submission};

const PURPOSE: &str = "loopbaanbegeleiding";
const ROUNDS: usize = 24;

/// Two gateways on one database, and the parties at the first.
struct Pair {
    one: Gateway,
    two: Running,
    school: Actor,
    college: Actor,
}

impl Pair {
    async fn each() -> Vec<Self> {
        let mut pairs = Vec::new();
        for gateway in [Some(Gateway::start().await), Gateway::start_on_postgres().await] {
            let Some(one) = gateway else { continue };
            let two = one.second().await;
            let school = one.party(Role::ProSchool).await;
            let college = one.party(Role::WerkEnInkomen).await;
            pairs.push(Self { one, two, school, college });
        }
        pairs
    }

    /// A packet that waits on a toestemming; answers its id and the declaration's.
    async fn waits(&self, name: &str) -> (String, String) {
        let now = self.one.clock.now();
        let pupil = left_school(name, 17, now);
        let agrees =
            declaration("toestemming", "uitstroomprofiel", &pupil, "persoon", Role::WerkEnInkomen, now);
        let agreed = self.school.post("/v1/declarations", &agrees).await;
        let agreed = agreed.expect_status(StatusCode::CREATED).text("/id");
        let pushed = self
            .school
            .push("/v1/packets", &format!("pakket-van-leerling-{name}"), &self.profile(&pupil))
            .await;
        (pushed.expect_status(StatusCode::CREATED).text("/id"), agreed)
    }

    fn profile(&self, pupil: &Value) -> Value {
        let mut body = submission(&self.one, "uitstroomprofiel", PURPOSE, pupil, Role::WerkEnInkomen);
        // This category is not for Werk & Inkomen.
        body["content"].as_object_mut().unwrap().remove("leerplicht");
        body
    }

    /// Rebuilds the log and compares it with the store; answers its size.
    async fn verify(&self) -> u64 {
        let log = self.one.log();
        let (store, keys) = (self.one.store().await, self.one.keys());
        let view = store.log().await.unwrap();
        let check = Check { bodies: Some(keys.at_rest.as_ref()), ..Check::with(&log) };
        let report = verify(&view, &check).await.unwrap();
        assert!(report.is_sound(), "{report:?}");
        store.close().await;
        view.head().size
    }

    async fn stop(self) {
        self.two.stop().await;
        self.one.stop().await;
    }
}

fn payload(packet: &str) -> String {
    format!("/v1/packets/{packet}/payload")
}

/// The index of a release, from its header.
fn released(answer: &Answer) -> u64 {
    answer.headers["sluis-log-index"].to_str().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn pushes_through_both_leave_one_log_without_a_gap() {
    for pair in Box::pin(Pair::each()).await {
        let before = pair.verify().await;
        let now = pair.one.clock.now();
        let mut tasks = JoinSet::new();
        for number in 0..40 {
            let school = if number % 2 == 0 { pair.school.clone() } else { pair.school.at(&pair.two) };
            let pupil = removed_from_school(&format!("L-{number}"), 19, now);
            let mut body = submission(
                &pair.one,
                "verwijderingsmelding",
                "doorstroompunt-taak",
                &pupil,
                Role::Doorstroompunt,
            );
            body["content"].as_object_mut().unwrap().remove("nummer");
            if number == 0 {
                pair.one.party(Role::Doorstroompunt).await;
            }
            tasks.spawn(async move {
                let pushed = school.push("/v1/packets", &format!("tweetal-{number}-sleutel"), &body).await;
                pushed.expect_status(StatusCode::CREATED).json()["recipients"][0]["logIndex"]
                    .as_u64()
                    .unwrap()
            });
        }
        let indexes: BTreeSet<u64> = tasks.join_all().await.into_iter().collect();
        let after = pair.verify().await;
        // One entry is the key's that the Doorstroompunt published.
        assert_eq!(after, before + 41);
        assert_eq!(indexes, (before + 1..after).collect::<BTreeSet<_>>());
        pair.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_withdrawn_through_one_is_not_released_through_the_other() {
    for pair in Box::pin(Pair::each()).await {
        let (mut first, mut stopped) = (0, 0);
        for round in 0..ROUNDS {
            let (packet, agreed) = pair.waits(&format!("L-{round}")).await;
            let (school, college) = (pair.school.at(&pair.two), pair.college.clone());
            // In turn the person and the sender take it back; in turn one and the other has a small lead.
            let (path, body) = if round % 2 == 0 {
                (format!("/v1/declarations/{agreed}/withdrawal"), json!({ "by": "persoon" }))
            } else {
                (format!("/v1/packets/{packet}/withdrawal"), json!({}))
            };
            let lead = Duration::from_millis(u64::try_from(round / 2 % 4).unwrap() * 4);
            let withdraw = async {
                if round % 3 == 0 {
                    tokio::time::sleep(lead).await;
                }
                school.post(&path, &body).await
            };
            let pull = async {
                if round % 3 == 1 {
                    tokio::time::sleep(lead).await;
                }
                college.get(&payload(&packet)).await
            };
            // In most rounds both at once; in some the one has its answer before the other asks.
            let (withdrawn, pulled) = match round % 6 {
                4 => {
                    let pulled = pull.await;
                    (withdraw.await, pulled)
                }
                5 => (withdraw.await, pull.await),
                _ => tokio::join!(withdraw, pull),
            };
            let withdrawn = withdrawn.expect_status(StatusCode::OK).json();
            let index = withdrawn["logIndex"].as_u64().unwrap();
            if pulled.status == StatusCode::OK {
                assert!(released(&pulled) < index, "withdrawn, then released");
                assert_eq!(withdrawn["told"][0]["packet"], packet, "who has it is told");
                first += 1;
            } else {
                // Withdrawn before it was decided, or while.
                let refused = [StatusCode::GONE, StatusCode::FORBIDDEN].contains(&pulled.status);
                assert!(refused, "{} {}", pulled.status, String::from_utf8_lossy(&pulled.body));
                assert_eq!(withdrawn["stopped"][0]["packet"], packet);
                stopped += 1;
            }
            for gateway in [pair.college.clone(), pair.college.at(&pair.two)] {
                gateway.get(&payload(&packet)).await.expect_status(StatusCode::GONE);
            }
        }
        assert!(
            first > 0 && stopped > 0,
            "{first} released before their withdrawal, {stopped} stopped by it"
        );
        pair.verify().await;
        pair.stop().await;
    }
}

/// An objection ends no copy: only that the decision is compared with the person's last change holds the release back.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_objected_to_through_one_is_not_released_through_the_other() {
    for pair in Box::pin(Pair::each()).await {
        let (mut first, mut stopped) = (0, 0);
        for round in 0..ROUNDS {
            let name = format!("L-{round}");
            let (packet, _) = pair.waits(&name).await;
            let (school, college) = (pair.school.at(&pair.two), pair.college.clone());
            let now = pair.one.clock.now();
            let pupil = left_school(&name, 17, now);
            let to = Role::WerkEnInkomen;
            let objection = declaration("bezwaar", "uitstroomprofiel", &pupil, "persoon", to, now);
            let path = payload(&packet);
            let (object, pull) = (school.post("/v1/declarations", &objection), college.get(&path));
            // In most rounds both at once; in some the one has its answer before the other asks.
            let (objected, pulled) = match round % 6 {
                4 => {
                    let pulled = pull.await;
                    (object.await, pulled)
                }
                5 => (object.await, pull.await),
                0 | 1 => tokio::join!(object, pull),
                _ => {
                    let (pulled, objected) = tokio::join!(pull, object);
                    (objected, pulled)
                }
            };
            let index = objected.expect_status(StatusCode::CREATED).json()["logIndex"].as_u64().unwrap();
            if pulled.status == StatusCode::OK {
                assert!(released(&pulled) < index, "objected, then released");
                first += 1;
            } else {
                pulled.expect_problem(403, "guards.bezwaar-toestemming");
                stopped += 1;
            }
        }
        assert!(
            first > 0 && stopped > 0,
            "{first} released before their objection, {stopped} held back by it"
        );
        pair.verify().await;
        pair.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_deliveries_at_once_are_two_entries() {
    for pair in Box::pin(Pair::each()).await {
        for round in 0..6 {
            let (packet, _) = pair.waits(&format!("L-{round}")).await;
            let (here, there) = (pair.college.clone(), pair.college.at(&pair.two));
            let path = payload(&packet);
            let (one, other) = tokio::join!(here.get(&path), there.get(&path));
            let indexes: BTreeSet<u64> =
                [&one, &other].map(|answer| released(answer.expect_status(StatusCode::OK))).into();
            assert_eq!(indexes.len(), 2, "each release is an entry of its own");
            assert_eq!(one.body, other.body, "the same sealed body");
        }
        pair.verify().await;
        pair.stop().await;
    }
}

/// What a gateway with other policies makes of the database when it becomes the active one.
const OTHER: &str = "UPDATE log_head SET policy_digest = \
     'c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00'";

#[tokio::test(flavor = "multi_thread")]
async fn who_is_left_behind_by_a_policy_does_nothing() {
    for pair in Box::pin(Pair::each()).await {
        let (packet, agreed) = pair.waits("L-1").await;
        let size = pair.verify().await;
        meddle(&pair.one, OTHER).await;
        for running in [&pair.one.running, &pair.two] {
            let (school, college) = (pair.school.at(running), pair.college.at(running));
            let pupil = left_school("L-1", 17, pair.one.clock.now());
            let withdrawal = format!("/v1/declarations/{agreed}/withdrawal");
            for answer in [
                school.push("/v1/packets", "na-het-nieuwe-beleid", &pair.profile(&pupil)).await,
                college.get(&payload(&packet)).await,
                school.post(&withdrawal, &json!({ "by": "persoon" })).await,
            ] {
                answer.expect_status(StatusCode::SERVICE_UNAVAILABLE);
                assert!(answer.headers.contains_key("retry-after"));
            }
        }
        assert_eq!(pair.verify().await, size, "nothing was written by either");
        let digest = Catalogue::embedded().unwrap().digest();
        let back: &'static str = Box::leak(format!("UPDATE log_head SET policy_digest = '{digest}'").into());
        meddle(&pair.one, back).await;
        pair.college.get(&payload(&packet)).await.expect_status(StatusCode::OK);
        pair.stop().await;
    }
}

async fn meddle(gateway: &Gateway, statement: &'static str) {
    let url = gateway.laid.config.database.connect_url().unwrap().to_string();
    let pool = AnyPool::connect(&url).await.unwrap();
    sqlx::query(statement).execute(&pool).await.unwrap();
    pool.close().await;
}

/// A list that one gateway has used is not undone by an older one: not at the other, and not at one that starts afterwards.
#[tokio::test(flavor = "multi_thread")]
async fn an_older_revocation_list_is_taken_by_neither_gateway_nor_after_a_restart() {
    for pair in Box::pin(Pair::each()).await {
        let Pair { one, two, school, college } = pair;
        let laid = one.laid.parties.iter().find(|laid| laid.party == college.party).unwrap();
        let certificate = ClientCertificate::read(&laid.certificate.der).unwrap();
        let file = one.laid.config.tls.revocation.files.first().unwrap();
        let older = std::fs::read(file).unwrap();
        let newer =
            one.laid.authority.revocation_list(&[&laid.certificate.serial], 2, one.clock.now()).unwrap();
        std::fs::write(file, newer).unwrap();
        one.running.reload().await;
        std::fs::write(file, older).unwrap();
        two.reload().await;
        one.running.reload().await;
        let three = one.second().await;
        for running in [&one.running, &two, &three] {
            let trust = running.exchange.trust();
            let judged = trust.revocations.check(&certificate, one.clock.now());
            assert_eq!(judged, Err(IdentityFault::Revoked));
            school.at(running).get("/v1/inbox").await.expect_status(StatusCode::OK);
        }
        two.stop().await;
        three.stop().await;
        one.stop().await;
    }
}
