//! `sluis demo --exit`, as a stranger runs it.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    process::{Output, Stdio},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;
use sluis::{
    accesslog::{
        folder::Folder,
        verify::{Check, verify},
    },
    merkle::note::LogVerifier,
};
use sqlx::AnyPool;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader},
    time::timeout,
};

use super::{
    needles::{Needles, files_below},
    process::{PATIENCE, sluis},
};

async fn demo(here: &Path, arguments: &[&str]) -> Output {
    let mut command = sluis();
    command.arg("demo").args(arguments).current_dir(here).stdout(Stdio::piped()).stderr(Stdio::piped());
    timeout(PATIENCE, command.output()).await.expect("the demo does not end").unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_side_by_side_play_the_story_and_leave_what_is_described() {
    let here = tempfile::tempdir().unwrap();
    let (one, other) = tokio::join!(demo(here.path(), &["--exit"]), demo(here.path(), &["--exit", "--json"]));
    assert_eq!(
        (one.status.code(), other.status.code()),
        (Some(0), Some(0)),
        "{}{}",
        said(&one),
        said(&other)
    );
    let mut left: Vec<_> = fs::read_dir(here.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    assert_eq!(left, ["sluis-demo", "sluis-demo-2"], "each has a folder of its own");
    let told: Vec<Value> = other
        .stdout
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect();
    assert!(told.len() > 10 && told.iter().all(|step| step["asTold"] == true), "one step per line");
    let is_refused = |step: &&Value| step["status"].as_u64().unwrap() >= 400;
    let refused: BTreeSet<_> =
        told.iter().filter(is_refused).map(|step| step["logIndex"].as_u64().expect("an entry")).collect();
    assert_eq!(refused.len(), 5, "each refusal is an entry of its own");
    let text = said(&one);
    let refused: Vec<&str> = text.lines().filter(|line| line.contains(" → 4")).collect();
    assert_eq!(refused.iter().filter(|line| line.contains(" (log ")).count(), 5, "{refused:?}");
    for folder in left {
        left_behind(&here.path().join(folder)).await;
    }
}

async fn left_behind(folder: &Path) {
    for file in [
        "story.json",
        "gateway/gateway.db",
        "log/checkpoint",
        "parties/zaffier/certificate.pem",
        "parties/zaffier/encryption.jwk",
        "parties/zaffier/overgangsdocument.jwe",
        "parties/zaffier/overgangsdocument.receipt",
        "parties/zaffier/overgangsdocument.json",
    ] {
        assert!(folder.join(file).is_file(), "{file} is not there");
    }
    // Who has no part in the story can look too.
    for party in fs::read_dir(folder.join("parties")).unwrap().map(|entry| entry.unwrap().path()) {
        assert!(party.join("encryption.jwk").is_file(), "{}", party.display());
        let profile = fs::read_to_string(party.join("profile.toml")).unwrap();
        assert!(!profile.contains("localhost:0\""), "{profile}");
    }
    // Both forms are shown: what the encryption module prescribes, and what a party may choose by its key.
    for (party, algorithm) in [("zaffier", "RSA-OAEP"), ("praktijkschool", "ECDH-ES")] {
        let sealed =
            fs::read_dir(folder.join("parties").join(party)).unwrap().map(|entry| entry.unwrap().path());
        let sealed: Vec<_> =
            sealed.filter(|path| path.extension().is_some_and(|ending| ending == "jwe")).collect();
        assert!(!sealed.is_empty(), "{party} collected nothing");
        for path in sealed {
            let jwe = fs::read_to_string(path).unwrap();
            let header = URL_SAFE_NO_PAD.decode(jwe.split('.').next().unwrap()).unwrap();
            assert_eq!(serde_json::from_slice::<Value>(&header).unwrap()["alg"], algorithm, "{party}");
        }
    }
    let story: Vec<Value> = serde_json::from_slice(&fs::read(folder.join("story.json")).unwrap()).unwrap();
    assert!(story.iter().any(|step| step["status"] == 403 && step["reasons"][0]["code"].is_string()));
    let opened: Value =
        serde_json::from_slice(&fs::read(folder.join("parties/zaffier/overgangsdocument.json")).unwrap())
            .unwrap();
    assert_eq!(opened["persoon"]["voornamen"], "Toby");

    let log = Folder::open(&folder.join("log")).unwrap();
    let vkey = log.vkey().unwrap().unwrap();
    let vkey = LogVerifier::from_vkey(vkey.trim()).unwrap();
    assert!(verify(&log, &Check::with(&vkey)).await.unwrap().is_sound());

    // Nothing of Toby, nor of what the school wrote about him, is kept by the gateway.
    let born = opened["persoon"]["geboortedatum"].as_str().unwrap().to_owned();
    let needles = Needles::of(
        [
            "Toby",
            "Sluisstraat",
            "1811 AB",
            "0612345678",
            "L-2031",
            "Z-2026-0117",
            "Snoeien, maaien en planten.",
            &born,
        ]
        .map(str::to_owned),
    );
    for path in files_below(&folder.join("gateway")) {
        needles.absent(&path.display().to_string(), &fs::read(&path).unwrap());
    }
}

#[tokio::test]
async fn a_folder_that_holds_something_is_refused_and_left_alone() {
    let here = tempfile::tempdir().unwrap();
    let mine = here.path().join("van-mij");
    fs::create_dir(&mine).unwrap();
    fs::write(mine.join("brief.txt"), "van mij").unwrap();
    let refused = demo(here.path(), &["--exit", "--dir", "van-mij"]).await;
    assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
    assert!(said(&refused).contains("staat al iets"));
    assert_eq!(files_below(&mine), [mine.join("brief.txt")]);
    assert_eq!(fs::read_to_string(mine.join("brief.txt")).unwrap(), "van mij");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_that_goes_otherwise_ends_it_and_is_named() {
    let here = tempfile::tempdir().unwrap();
    let folder = here.path().join("anders");
    let mut command = sluis();
    command.args(["demo", "--exit", "--json", "--dir", "anders"]).current_dir(here.path());
    let mut playing = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdout = BufReader::new(playing.stdout.take().unwrap());
    let mut first = String::new();
    timeout(PATIENCE, stdout.read_line(&mut first)).await.expect("the story does not begin").unwrap();
    // While it plays, another gateway makes other policies the active ones: what follows is a 503.
    sqlx::any::install_default_drivers();
    let pool =
        AnyPool::connect(&format!("sqlite:{}", folder.join("gateway/gateway.db").display())).await.unwrap();
    sqlx::query(
        "UPDATE log_head SET policy_digest = 'c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00'",
    )
    .execute(&pool)
    .await
    .unwrap();
    pool.close().await;
    let mut steps = String::new();
    timeout(PATIENCE, stdout.read_to_string(&mut steps)).await.expect("the demo does not end").unwrap();
    let ended = playing.wait_with_output().await.unwrap();
    let text = format!("{first}{steps}{}", said(&ended));
    assert!(ended.status.code().is_some_and(|code| code != 0), "{text}");
    let last: Value =
        serde_json::from_str(steps.lines().rfind(|line| line.contains("asTold")).unwrap()).unwrap();
    assert_eq!((&last["asTold"], &last["status"]), (&Value::from(false), &Value::from(503)), "{text}");
    assert!(text.contains(&format!("step {} went otherwise than told", last["step"])), "{text}");
    assert!(folder.join("story.json").is_file(), "what happened so far is kept");
}
