//! Each of the gateway's keys gets a new version while two gateways answer calls: none fails, and what was handed out holds.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use reqwest::StatusCode;
use rustix::process::Signal;
use serde_json::{Value, json};
use sluis::{crypto::sign, domain::party::Role, merkle::note::LogVerifier};
use tokio::{process::Command, task::JoinSet};

use super::process::{GENEROUS, PATIENCE, Process, Site, removal, sluis};
use crate::{store::support::Place, support::Actor};

/// What parties were handed, and how many rounds of calls were made through each gateway.
#[derive(Default)]
struct Handed {
    receipts: Mutex<Vec<String>>,
    checkpoints: Mutex<Vec<String>>,
    rounds: [AtomicUsize; 2],
    ends: AtomicBool,
}

impl Handed {
    /// Pushes through one gateway, collects through the other, and keeps what it is given; until it is told to end.
    async fn calls(
        self: Arc<Self>,
        gateway: usize,
        [school, there, recipient]: [Actor; 3],
        now: jiff::Timestamp,
    ) {
        while !self.ends.load(Ordering::SeqCst) {
            let number = self.rounds[gateway].load(Ordering::SeqCst);
            let (key, pupil) =
                (format!("sleutel-van-draaien-{gateway}-{number}"), format!("leerling-{gateway}-{number}"));
            let pushed = school.push("/v1/packets", &key, &removal(&pupil, now)).await;
            pushed.expect_status(StatusCode::CREATED);
            self.receipts.lock().unwrap().push(pushed.text("/recipients/0/receipt"));
            let packet = pushed.text("/id");
            recipient.get(&format!("/v1/packets/{packet}/payload")).await.expect_status(StatusCode::OK);
            let acknowledged =
                recipient.post(&format!("/v1/packets/{packet}/acknowledgement"), &json!({})).await;
            acknowledged.expect_status(StatusCode::OK);
            // The same submission again, through the other gateway: it is known.
            let again = there.push("/v1/packets", &key, &removal(&pupil, now)).await;
            assert_eq!(again.expect_status(StatusCode::CREATED).text("/id"), packet);
            school.get("/v1/entries?limit=5").await.expect_status(StatusCode::OK);
            recipient.get("/v1/inbox").await.expect_status(StatusCode::OK);
            let checkpoint = school.get("/checkpoint").await;
            let checkpoint = checkpoint.expect_status(StatusCode::OK).body.clone();
            self.checkpoints.lock().unwrap().push(String::from_utf8(checkpoint).unwrap());
            self.rounds[gateway].fetch_add(1, Ordering::SeqCst);
            // Calls without a pause would keep the operator's commands, and every other test, from the processor.
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until each gateway has carried out another two rounds, begun after now.
    async fn goes_on(&self, calls: &mut JoinSet<()>) {
        let before = [0, 1].map(|gateway| self.rounds[gateway].load(Ordering::SeqCst));
        let done = async {
            while (0..2).any(|gateway| self.rounds[gateway].load(Ordering::SeqCst) < before[gateway] + 2) {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let ended = async { calls.join_next().await.expect("calls").expect("a call failed") };
        tokio::select! {
            () = ended => panic!("the calls ended"),
            done = tokio::time::timeout(PATIENCE, done) => done.expect("the calls go on"),
        }
    }
}

async fn operate(site: &Site, arguments: &[&str]) -> Value {
    let mut command: Command = sluis();
    let output = command.args(arguments).arg("--json").arg("--config").arg(&site.laid.config_path).output();
    let output = output.await.unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(output.stdout.split(|byte| *byte == b'\n').next().unwrap()).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_call_fails_while_each_key_is_rotated_with_two_gateways_running() {
    for place in Place::all().await {
        let site = Site::new(Some(place), GENEROUS).await;
        let (one, two) = (site.start("info").await, site.start("info").await);
        let school = site.party(Role::ProSchool, &one).await;
        let recipient = site.party(Role::Doorstroompunt, &one).await;
        let mut public = vec![one.log.vkey().to_owned()];
        let mut receipt_keys: Vec<Value> = Vec::new();
        let handed = Arc::new(Handed::default());
        let mut calls = JoinSet::new();
        for (gateway, (here, there)) in [(&one, &two), (&two, &one)].into_iter().enumerate() {
            let actors =
                [site.again(&school, here), site.again(&school, there), site.again(&recipient, there)];
            calls.spawn(Arc::clone(&handed).calls(gateway, actors, site.now));
        }
        handed.goes_on(&mut calls).await;
        let shown = operate(&site, &["keys", "show"]).await;
        receipt_keys.extend(keys_of(&shown));
        for kind in ["at-rest", "pseudonym", "receipt", "log"] {
            let made = operate(&site, &["keys", "rotate", kind]).await;
            match kind {
                "receipt" => {
                    receipt_keys.push(serde_json::from_str(made["public"].as_str().unwrap()).unwrap());
                }
                "log" => public.push(made["public"].as_str().unwrap().to_owned()),
                _ => {}
            }
            handed.goes_on(&mut calls).await;
            // An operator's command works with the new version at once, before any gateway does.
            let municipality = ["party", "block", "00000099000090010000/werk-en-inkomen"];
            operate(&site, &municipality).await;
            operate(&site, &["party", "unblock", municipality[2]]).await;
            handed.goes_on(&mut calls).await;
            for gateway in [&one, &two] {
                let before = turned(gateway);
                gateway.told(Signal::HUP);
                while turned(gateway) == before {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
                handed.goes_on(&mut calls).await;
            }
        }
        handed.ends.store(true, Ordering::SeqCst);
        while let Some(ended) = calls.join_next().await {
            ended.unwrap();
        }

        let verifiers: Vec<_> = public.iter().map(|vkey| LogVerifier::from_vkey(vkey).unwrap()).collect();
        let checkpoints = std::mem::take(&mut *handed.checkpoints.lock().unwrap());
        let mut by = [0; 2];
        for checkpoint in &checkpoints {
            let signer = verifiers.iter().position(|key| key.open(checkpoint).is_ok());
            by[signer.expect("by one of the keys")] += 1;
        }
        assert!(by.iter().all(|count| *count > 0), "by both keys of the log: {by:?}");
        let receipts = std::mem::take(&mut *handed.receipts.lock().unwrap());
        for receipt in &receipts {
            let holds = receipt_keys.iter().any(|key| sign::verify::<Value>(receipt, key).is_ok());
            assert!(holds, "a receipt holds under one of the keys");
        }
        let (first, middle) = (checkpoints.first().unwrap(), &checkpoints[checkpoints.len() / 2]);
        for (name, kept) in [("first", first), ("middle", middle)] {
            let file = site.folder.path().join(name);
            std::fs::write(&file, kept).unwrap();
            let sound = operate(&site, &["log", "verify", "--checkpoint", file.to_str().unwrap()]).await;
            assert_eq!(sound["report"]["findings"], json!([]), "{sound}");
        }
        one.stop().await;
        two.stop().await;
        site.remove().await;
    }
}

/// A second gateway with a folder of keys of its own, which is a copy.
async fn apart(site: &Site) -> (Process, PathBuf) {
    let own = site.laid.config.keys.dir.with_file_name("keys-of-two");
    std::fs::create_dir(&own).unwrap();
    for file in std::fs::read_dir(&site.laid.config.keys.dir).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), own.join(file.file_name())).unwrap();
    }
    let config = site.beside("two.toml", &format!("[keys]\ndir = \"{}\"\n", own.display()));
    (site.start_with(&config, "info").await, own)
}

/// Brings the new version of a key to the other machine.
fn bring(site: &Site, made: &Value, to: &Path) {
    let file = Path::new(made["file"].as_str().unwrap()).file_name().unwrap();
    std::fs::copy(site.laid.config.keys.dir.join(file), to.join(file)).unwrap();
}

/// In the order of docs/operator/guide.md: rotate on one machine, bring the file to the other, then reload both.
#[tokio::test(flavor = "multi_thread")]
async fn no_call_fails_while_each_key_is_rotated_and_brought_to_another_machine() {
    for place in Place::all().await {
        let site = Site::new(Some(place), GENEROUS).await;
        let one = site.start("info").await;
        let (two, own) = apart(&site).await;
        let school = site.party(Role::ProSchool, &one).await;
        let recipient = site.party(Role::Doorstroompunt, &one).await;
        let handed = Arc::new(Handed::default());
        let mut calls = JoinSet::new();
        for (gateway, (here, there)) in [(&one, &two), (&two, &one)].into_iter().enumerate() {
            let actors =
                [site.again(&school, here), site.again(&school, there), site.again(&recipient, there)];
            calls.spawn(Arc::clone(&handed).calls(gateway, actors, site.now));
        }
        handed.goes_on(&mut calls).await;
        for kind in ["at-rest", "pseudonym", "receipt", "log"] {
            let made = operate(&site, &["keys", "rotate", kind]).await;
            handed.goes_on(&mut calls).await;
            bring(&site, &made, &own);
            for gateway in [&one, &two] {
                let before = turned(gateway);
                gateway.told(Signal::HUP);
                while turned(gateway) == before {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
                handed.goes_on(&mut calls).await;
            }
        }
        handed.ends.store(true, Ordering::SeqCst);
        while let Some(ended) = calls.join_next().await {
            ended.unwrap();
        }
        for gateway in [one, two] {
            assert!(!gateway.logged().contains("key_missing"));
            gateway.stop().await;
        }
        site.remove().await;
    }
}

/// In another order: a gateway that lacks a version says which, gives nothing that it cannot judge, and goes on as soon as the file
/// is there.
#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_lacks_a_version_says_so_and_takes_it_when_it_comes() {
    for place in Place::all().await {
        let site = Site::new(Some(place), GENEROUS).await;
        let one = site.start("info").await;
        let (two, own) = apart(&site).await;
        let school = site.party(Role::ProSchool, &one).await;
        let recipient = site.again(&site.party(Role::Doorstroompunt, &one).await, &two);
        for (kind, name) in [("at-rest", "at-rest.v2.key"), ("log", "log.v<number>.key")] {
            let made = operate(&site, &["keys", "rotate", kind]).await;
            let before = turned(&one);
            one.told(Signal::HUP);
            while turned(&one) == before {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            let key = format!("sleutel-onder-nieuw-{kind}");
            let pushed = school.push("/v1/packets", &key, &removal(kind, site.now)).await;
            let packet = pushed.expect_status(StatusCode::CREATED).text("/id");
            let payload = format!("/v1/packets/{packet}/payload");
            recipient.get(&payload).await.expect_status(StatusCode::SERVICE_UNAVAILABLE);
            two.logs("key_missing").await;
            two.logs(name).await;
            bring(&site, &made, &own);
            recipient.get(&payload).await.expect_status(StatusCode::OK);
            let acknowledgement = format!("/v1/packets/{packet}/acknowledgement");
            recipient.post(&acknowledgement, &json!({})).await.expect_status(StatusCode::OK);
            let before = turned(&two);
            two.told(Signal::HUP);
            while turned(&two) == before {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
        one.stop().await;
        two.stop().await;
        site.remove().await;
    }
}

/// How often it took up new versions.
fn turned(gateway: &Process) -> usize {
    gateway.logged().matches("new versions of the gateway's own keys are in use").count()
}

/// The public keys of receipts, as `keys show` has them.
fn keys_of(shown: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    let mut waiting = vec![shown];
    while let Some(value) = waiting.pop() {
        if value.get("kty").is_some() {
            found.push(value.clone());
        }
        match value {
            Value::Object(members) => waiting.extend(members.values()),
            Value::Array(items) => waiting.extend(items),
            _ => {}
        }
    }
    found
}
