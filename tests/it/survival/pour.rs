//! A stream of pushes by many callers at once, each with a key of its own, until the gateway no longer answers.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use http::StatusCode;
use serde_json::Value;
use tokio::task::JoinSet;

use super::process::{Process, Site, removal};
use crate::support::Actor;

const CALLERS: usize = 8;

/// A push, and what the gateway answered if it did.
#[derive(Clone)]
pub(crate) struct Sent {
    pub(crate) key: String,
    pub(crate) body: Value,
    pub(crate) answer: Option<Value>,
}

/// A stream of pushes that goes on.
pub(crate) struct Pour {
    acknowledged: Arc<AtomicUsize>,
    callers: JoinSet<Vec<Sent>>,
}

impl Pour {
    /// Begins: each caller has its own connection, and pushes one packet after another.
    pub(crate) fn begin(site: &Site, school: &Actor, process: &Process, name: &str) -> Self {
        let acknowledged = Arc::new(AtomicUsize::new(0));
        let mut callers = JoinSet::new();
        for caller in 0..CALLERS {
            let (school, count) = (site.again(school, process), Arc::clone(&acknowledged));
            let (name, now) = (format!("{name}-{caller}"), site.now);
            let body = removal(&name, now);
            callers.spawn(async move {
                let mut all = Vec::new();
                for number in 0.. {
                    let (key, mut body) = (format!("stroom-{name}-{number}"), body.clone());
                    body["person"]["reference"]["value"] = Value::from(format!("{name}-{number}"));
                    let answer = push(&school, &key, &body).await;
                    let ended = answer.is_none();
                    all.push(Sent { key, body, answer });
                    if ended {
                        break;
                    }
                    count.fetch_add(1, Ordering::SeqCst);
                }
                all
            });
        }
        Self { acknowledged, callers }
    }

    /// Waits until this many were acknowledged.
    pub(crate) async fn reach(&self, enough: usize) {
        while self.acknowledged.load(Ordering::SeqCst) < enough {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// Waits until every caller found that the gateway does not answer.
    pub(crate) async fn end(self) -> Vec<Sent> {
        self.callers.join_all().await.into_iter().flatten().collect()
    }
}

/// What the gateway answered; none when the connection failed before the answer was whole.
async fn push(school: &Actor, key: &str, body: &Value) -> Option<Value> {
    let request = school
        .http
        .post(format!("{}/v1/packets", school.base))
        .header("idempotency-key", key)
        .header("sluis-staff-reference", "medewerker-1")
        .header("sluis-staff-function", "trajectbegeleider")
        .header("content-type", "application/json")
        .body(body.to_string());
    let answer = request.send().await.ok()?;
    let status = answer.status();
    let text = answer.text().await.ok()?;
    assert_eq!(status, StatusCode::CREATED, "{text}");
    Some(same(serde_json::from_str(&text).unwrap()))
}

/// An answer without its receipts, which are newer in every repetition.
fn same(mut answer: Value) -> Value {
    for recipient in answer["recipients"].as_array_mut().unwrap() {
        assert!(recipient.as_object_mut().unwrap().remove("receipt").is_some());
    }
    answer
}

/// Repeats every push at a gateway that was started again: what was acknowledged is answered the same, what was not is
/// there once from now on. Answers the packets.
pub(crate) async fn repeat(school: &Actor, all: &[Sent]) -> BTreeSet<String> {
    let mut packets = BTreeSet::new();
    for sent in all {
        let repeated = push(school, &sent.key, &sent.body).await.expect("a repetition is answered");
        match &sent.answer {
            Some(answer) => assert_eq!(&repeated, answer, "the same key gives the same packet"),
            None => assert_eq!(push(school, &sent.key, &sent.body).await, Some(repeated.clone())),
        }
        assert!(packets.insert(repeated["id"].as_str().unwrap().to_owned()), "one packet per key");
    }
    packets
}

/// Everything that stands in a party's inbox.
pub(crate) async fn inbox(recipient: &Actor) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut path = "/v1/inbox?limit=100".to_owned();
    loop {
        let page = recipient.get(&path).await;
        let page = page.expect_status(StatusCode::OK).json();
        for item in page["items"].as_array().unwrap() {
            found.insert(item["id"].as_str().unwrap().to_owned());
        }
        let Some(next) = page["next"].as_u64() else { return found };
        path = format!("/v1/inbox?limit=100&after={next}");
    }
}
