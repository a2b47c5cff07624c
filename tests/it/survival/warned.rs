//! Whoever keeps a gateway running is told in time of what ends or is missing: once at its day, and as a metric.

use std::{collections::BTreeMap, fs};

use http::StatusCode;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use serde_json::{Value, json};
use sluis::{
    crypto::keys::{KeyAlgorithm, PrivateKey},
    domain::{clock::Clock as _, id::SystemEntropy, party::Role},
    identity::key_proof,
    store::{db::Backend, read::Chore},
    telemetry::{
        Format,
        observed::{Expiry, Observed},
        reminder::Reminded,
    },
};
use tracing::instrument::WithSubscriber as _;

use crate::support::{Actor, Gateway, Lines, on_each_backend, removed_from_school, submission};

const DAY: SignedDuration = SignedDuration::from_hours(24);
const SECOND: SignedDuration = SignedDuration::from_secs(1);
const MARKS: [i32; 4] = [30, 14, 7, 1];

/// Who looks at a gateway's log and metrics, from the first moment on.
struct Operator<'g> {
    gateway: &'g Gateway,
    reminded: Reminded,
    lines: Lines,
}

impl<'g> Operator<'g> {
    /// After the gateway's own first look: where that met a warning for the first time just while a subscriber was made here,
    /// the warning was lost (tracing keeps what it found out about a place in the code).
    async fn of(gateway: &'g Gateway) -> Self {
        let operator = Self { gateway, reminded: Reminded::default(), lines: Lines::default() };
        while operator.metric("sluis_expires_timestamp_seconds").await.is_empty() {
            tokio::task::yield_now().await;
        }
        operator
    }

    /// The warnings with one of these codes that a look at this instant gives; a second look gives none.
    async fn at(&mut self, now: Timestamp, codes: &[&str]) -> Vec<Value> {
        self.gateway.clock.set(now);
        let first = self.look(codes).await;
        assert_eq!(self.look(codes).await, Vec::<Value>::new(), "said twice at {now}");
        first
    }

    async fn look(&mut self, codes: &[&str]) -> Vec<Value> {
        let logged = self.lines.subscriber(Format::Json, "warn");
        self.gateway.running.look_around(&mut self.reminded).with_subscriber(logged).await;
        let said = self.lines.take();
        let said = said.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        said.filter(|line| codes.contains(&line["error_code"].as_str().unwrap_or_default())).collect()
    }

    /// The series of a metric whose values are whole, by their labels.
    async fn metric(&self, name: &str) -> BTreeMap<String, i64> {
        let series = self.figures(name).await.into_iter();
        series.map(|(labels, value)| (labels, value.to_string().parse().unwrap())).collect()
    }

    /// The series of a metric, by their labels.
    async fn figures(&self, name: &str) -> BTreeMap<String, f64> {
        let url = format!("http://{}/metrics", self.gateway.running.ops);
        let text = self.gateway.http(None).get(url).send().await.unwrap().text().await.unwrap();
        let series = text.lines().filter_map(|line| line.strip_prefix(name)?.rsplit_once(' '));
        series.map(|(labels, value)| (labels.to_owned(), value.parse().unwrap())).collect()
    }
}

async fn publish_until(actor: &Actor, until: Timestamp) {
    let key = PrivateKey::generate(KeyAlgorithm::EcdhEsA256kw).unwrap();
    let proof = key_proof::state(key.public(), Some(actor.party), &actor.own, actor.clock.now()).unwrap();
    let body = json!({ "key": key.public().to_jwk(), "proof": proof, "validUntil": until.to_string() });
    actor.post("/v1/keys", &body).await.expect_status(StatusCode::CREATED);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ends_is_said_at_its_days_and_once() {
    on_each_backend(async |gateway| {
        let start = gateway.clock.now();
        let college = gateway.without_key(Role::WerkEnInkomen);
        publish_until(&college, start + DAY * 50).await;
        let elsewhere = "0373".parse().unwrap();
        gateway.running.exchange.end_municipality(college.party, elsewhere, start + DAY * 20).await.unwrap();

        let mut operator = Operator::of(gateway).await;
        let codes = ["expires_soon", "expired"];
        let first = operator.at(start + SECOND, &codes).await;
        let mut said: Vec<_> = first.into_iter().map(|line| (start + SECOND, line)).collect();
        let ends = operator.metric("sluis_expires_timestamp_seconds").await;
        let kind_of = |labels: &str| labels.split('"').nth(1).unwrap().to_owned();
        let name_of = |labels: &str| labels.split('"').nth(3).unwrap().to_owned();
        let kinds: std::collections::BTreeSet<String> = ends.keys().map(|labels| kind_of(labels)).collect();
        let expected = [
            "authority",
            "mandate",
            "party-certificate",
            "party-key",
            "revocation-list",
            "server-certificate",
        ];
        assert_eq!(kinds.into_iter().collect::<Vec<_>>(), expected);

        let end_of = |seconds: &i64| Timestamp::from_second(*seconds).unwrap();
        // The same as days from the moment of asking, also where nobody looked again since.
        for later in [0, 5, 25] {
            let now = start + DAY * later;
            gateway.clock.set(now);
            let days = operator.figures("sluis_expires_days").await;
            assert_eq!(days.keys().collect::<Vec<_>>(), ends.keys().collect::<Vec<_>>());
            for (labels, left) in days {
                let whole = end_of(&ends[&labels]).duration_since(now).as_secs_f64() / 86_400.0;
                assert!((left - whole).abs() < 0.001, "{labels}: {left} days, not {whole}");
            }
        }
        gateway.clock.set(start + SECOND);
        let mut instants: Vec<Timestamp> = ends
            .values()
            .map(end_of)
            .flat_map(|end| MARKS.map(|mark| end - DAY * mark).into_iter().chain([end]))
            .flat_map(|at| [at, at + SECOND])
            .filter(|at| *at > start + SECOND)
            .collect();
        instants.sort_unstable();
        instants.dedup();
        for at in instants {
            let lines = operator.at(at, &codes).await;
            said.extend(lines.into_iter().map(|line| (at, line)));
        }
        for (labels, end) in &ends {
            let (kind, name, end) = (kind_of(labels), name_of(labels), end_of(end));
            let of_it = said
                .iter()
                .filter(|(_, line)| line["kind"] == kind.as_str() && line["name"] == name.as_str());
            let told: Vec<_> = of_it.map(|(at, line)| (*at, line["days"].as_i64())).collect();
            // At the first look after the moment, as the whole days that are left then.
            let passes = |mark: &&i32| end - DAY * **mark > start;
            let mut expected: Vec<_> = MARKS
                .iter()
                .filter(passes)
                .map(|mark| (end - DAY * *mark + SECOND, Some(i64::from(*mark) - 1)))
                .collect();
            if expected.len() < MARKS.len() {
                let left = end.duration_since(start + SECOND).as_secs() / DAY.as_secs();
                expected.insert(0, (start + SECOND, Some(left)));
            }
            // A key or mandate that has ended is gone, and with it what was said of it.
            if !["party-key", "mandate"].contains(&kind.as_str()) {
                expected.push((end + SECOND, None));
            }
            assert_eq!(told, expected, "{kind} {name}");
        }
    })
    .await;
}

#[test]
fn what_lives_for_days_is_not_said_to_end_from_its_first_day_on() {
    let start: Timestamp = "2026-09-15T09:00:00Z".parse().unwrap();
    for (life, expected) in [(1, vec![0]), (10, vec![0]), (20, vec![6, 0]), (90, vec![29, 13, 6, 0])] {
        let (lines, mut reminded) = (Lines::default(), Reminded::default());
        let at = start + DAY * life;
        let list = Expiry { kind: "revocation-list", name: "a.crl".to_owned(), since: Some(start), at };
        let observed = Observed { expiries: vec![list], ..Observed::default() };
        tracing::subscriber::with_default(lines.subscriber(Format::Json, "warn"), || {
            for hours in 1..24 * life {
                reminded.say(&observed, start + SignedDuration::from_hours(hours.into()));
            }
        });
        let days = |line: &str| serde_json::from_str::<Value>(line).unwrap()["days"].as_i64().unwrap();
        assert_eq!(lines.take().lines().map(days).collect::<Vec<_>>(), expected, "{life} days");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_party_without_a_key_and_a_chore_that_is_due_are_said_once() {
    on_each_backend(async |gateway| {
        let start = gateway.clock.now();
        let mut operator = Operator::of(gateway).await;
        let codes = ["party_without_key"];
        let parties = gateway.laid.parties.len();
        assert_eq!(operator.at(start, &codes).await.len(), parties);
        assert_eq!(operator.metric("sluis_party_without_active_key").await.len(), parties);
        let college = gateway.party(Role::WerkEnInkomen).await;
        assert!(operator.at(start + SECOND, &codes).await.is_empty());
        let without = operator.metric("sluis_party_without_active_key").await;
        assert_eq!(without.len(), parties - 1);
        // One that comes to lack a key is another matter than one that lacked it before.
        let key = college.key.public().thumbprint();
        college.post(&format!("/v1/keys/{key}/retirement"), &json!({})).await.expect_status(StatusCode::OK);
        let lost = operator.at(start + SECOND * 2, &codes).await;
        assert_eq!(lost.len(), 1);
        assert_eq!(lost[0]["name"], college.party.to_string());

        let store = gateway.store().await;
        let sqlite = store.backend() == Backend::Sqlite;
        // Of PostgreSQL other tools make copies, and tell nobody here.
        let daily: &[&str] = if sqlite { &["backup_due", "log_verify_due"] } else { &["log_verify_due"] };
        let codes = ["backup_due", "log_verify_due"];
        let said = |lines: Vec<Value>| {
            lines.iter().map(|line| line["error_code"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert!(operator.at(start + DAY, &codes).await.is_empty());
        assert_eq!(said(operator.at(start + SignedDuration::from_hours(27), &codes).await), daily);
        for name in ["sluis_last_backup_timestamp_seconds", "sluis_last_log_verify_timestamp_seconds"] {
            let expected = if sqlite || name.contains("verify") { vec![0] } else { vec![] };
            let found = operator.metric(name).await;
            assert_eq!(found.into_values().collect::<Vec<_>>(), expected, "{name}: never");
        }
        let done = start + DAY * 2;
        for chore in [Chore::Backup, Chore::LogVerify] {
            store.note_chore(chore, done).await.unwrap();
        }
        store.close().await;
        let mut days = Vec::new();
        for hours in (0..24 * 16).step_by(6) {
            let lines = operator.at(done + SignedDuration::from_hours(hours), &["log_verify_due"]).await;
            days.extend(lines.iter().map(|line| line["days"].as_i64().unwrap()));
        }
        assert_eq!(days, [1, 7, 14], "again only when it becomes worse");
        assert_eq!(
            operator
                .metric("sluis_last_log_verify_timestamp_seconds")
                .await
                .into_values()
                .collect::<Vec<_>>(),
            [done.as_second()]
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_collects_is_said_a_week_and_a_day_before_it_lapses() {
    on_each_backend(async |gateway| {
        let start = gateway.clock.now();
        let school = gateway.party(Role::ProSchool).await;
        let college = gateway.party(Role::Doorstroompunt).await;
        let mut sent = Vec::new();
        for number in 0..2 {
            let person = removed_from_school(&format!("L-{number}"), 19, start);
            let body = submission(
                gateway,
                "verwijderingsmelding",
                "doorstroompunt-taak",
                &person,
                Role::Doorstroompunt,
            );
            let key = format!("een-sleutel-voor-{number}");
            let pushed = school.push("/v1/packets", &key, &body).await;
            sent.push(pushed.expect_status(StatusCode::CREATED).json());
        }
        let end: Timestamp = sent[0]["expires"].as_str().unwrap().parse().unwrap();
        let mut operator = Operator::of(gateway).await;
        let codes = ["packets_lapsing"];
        let said = |lines: Vec<Value>| {
            let told =
                lines.iter().map(|line| (line["days"].as_i64().unwrap(), line["copies"].as_i64().unwrap()));
            told.collect::<Vec<_>>()
        };
        assert!(operator.at(end - DAY * 7 - SECOND * 2, &codes).await.is_empty());
        assert_eq!(said(operator.at(end - DAY * 7 + SECOND * 30, &codes).await), [(7, 2)]);
        let lapsing = operator.metric("sluis_packets_lapsing").await;
        assert_eq!((lapsing["{days=\"7\"}"], lapsing["{days=\"1\"}"]), (2, 0));
        college.pull(sent[0]["id"].as_str().unwrap()).await;
        assert!(operator.at(end - DAY * 2, &codes).await.is_empty());
        assert_eq!(said(operator.at(end - DAY + SECOND * 30, &codes).await), [(1, 1)]);
        let lapsing = operator.metric("sluis_packets_lapsing").await;
        assert_eq!((lapsing["{days=\"7\"}"], lapsing["{days=\"1\"}"]), (1, 1));
        assert!(operator.at(end + SECOND * 30, &codes).await.is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_read_again_ends_by_its_new_day_at_once() {
    let gateway = Gateway::start().await;
    let operator = Operator::of(&gateway).await;
    gateway.pass(1.day());
    let (now, tls) = (gateway.clock.now(), &gateway.laid.config.tls);
    let own = "00000099000000000001".parse().unwrap();
    let entropy = SystemEntropy::new();
    let renewed = gateway.laid.authority.server(own, "Een gateway", &["localhost"], now, &entropy).unwrap();
    fs::write(&tls.key, renewed.key_pem.as_bytes()).unwrap();
    fs::write(&tls.certificate, &renewed.chain_pem).unwrap();
    fs::write(&tls.revocation.files[0], gateway.laid.authority.revocation_list(&[], 1_000, now).unwrap())
        .unwrap();
    let of = |ends: &BTreeMap<String, i64>, kind: &str| {
        let found = ends.iter().find(|(labels, _)| labels.contains(&format!("\"{kind}\"")));
        *found.unwrap().1
    };
    let before = operator.metric("sluis_expires_timestamp_seconds").await;
    gateway.running.reload().await;
    let after = operator.metric("sluis_expires_timestamp_seconds").await;
    for kind in ["server-certificate", "revocation-list"] {
        assert!(of(&after, kind) > of(&before, kind), "{kind}: {before:#?} {after:#?}");
    }
    let list = gateway.running.exchange.trust().revocations.ends().max().unwrap();
    assert_eq!(of(&after, "revocation-list"), list.as_second());
    gateway.stop().await;
}
