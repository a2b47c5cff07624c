//! `tests/interop/verify_log.py`, which was written from `docs/log-format.md` alone, agrees with what the program writes.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use serde_json::Value;

use super::{
    generated::is_here,
    live::{COLLEGE, Live, SCHOOL},
};

fn verified(arguments: &[&Path]) -> Output {
    Command::new("python3").arg("tests/interop/verify_log.py").args(arguments).output().unwrap()
}

fn has_cryptography() -> bool {
    let check = Command::new("python3").args(["-c", "import cryptography, jwcrypto"]).output();
    is_here("cryptography or jwcrypto for python3", check.is_ok_and(|output| output.status.success()))
}

#[test]
fn interop_a_program_of_the_page_alone_verifies_the_vectors() {
    if !has_cryptography() {
        return;
    }
    let vectors = Path::new("tests/vectors/log");
    for arguments in [
        vec![vectors.join("folder"), "--vkey".into(), vectors.join("folder/vkey")],
        vec!["--vectors".into(), vectors.join("vectors.json")],
    ] {
        let arguments: Vec<&Path> = arguments.iter().map(AsRef::as_ref).collect();
        let ended = verified(&arguments);
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stdout));
    }
}

#[test]
fn interop_a_program_of_the_page_alone_verifies_a_log_and_a_partys_account() {
    if !has_cryptography() {
        return;
    }
    let live = Live::start();
    live.program.run(&["log", "export", "--out", "copy", "--proof", "3"]).done();
    let (copy, vkey) = (live.program.path("copy"), live.program.path("copy/vkey"));
    let sound = verified(&[&copy, Path::new("--vkey"), &vkey]);
    assert!(sound.status.success(), "{}", String::from_utf8_lossy(&sound.stdout));
    for party in [SCHOOL, COLLEGE] {
        let entries: Vec<Value> = live.items(party, &["entries"]);
        assert!(!entries.is_empty(), "{party}");
        let own = live.program.path("own.json");
        let judged = |entries: &[Value]| {
            fs::write(&own, serde_json::to_vec(entries).unwrap()).unwrap();
            verified(&[Path::new("--vkey"), &vkey, Path::new("--entries"), &own])
        };
        let whole = judged(&entries);
        assert!(whole.status.success(), "{}", String::from_utf8_lossy(&whole.stdout));
        if entries.len() > 2 {
            let gap = [&entries[..1], &entries[2..]].concat();
            assert_eq!(judged(&gap).status.code(), Some(1), "{party}: one was kept from it");
        }
    }
    let bundle = copy.join("leaf-hashes");
    fs::write(&bundle, fs::read_to_string(&bundle).unwrap().replacen('0', "1", 1)).unwrap();
    assert_eq!(verified(&[&copy, Path::new("--vkey"), &vkey]).status.code(), Some(1));
}
