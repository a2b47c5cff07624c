use std::{fs, os::unix::fs::PermissionsExt};

use tempfile::TempDir;

use super::*;
use crate::{
    crypto::{at_rest::Place, sign},
    domain::id::SystemEntropy,
};

const ORIGIN: &str = "sluis.example/test/2026";

fn made() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    GatewayKeys::generate(folder.path(), ORIGIN, &SystemEntropy::new()).unwrap();
    folder
}

fn put(folder: &TempDir, name: &str, content: &str) {
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

fn faults(folder: &TempDir) -> Vec<String> {
    let prefix = format!("{}/", folder.path().display());
    let faults = GatewayKeys::load(folder.path(), true).unwrap_err();
    faults.iter().map(|fault| fault.to_string().replace(&prefix, "")).collect()
}

fn rotated(folder: &TempDir, kind: KeyKind) -> u32 {
    let made = GatewayKeys::make(folder.path(), kind, &SystemEntropy::new()).unwrap();
    let version = made.version();
    made.put_in_place().unwrap();
    version
}

#[test]
fn what_is_made_can_be_loaded() {
    let folder = made();
    let keys = GatewayKeys::load(folder.path(), true).unwrap();
    for kind in KeyKind::ALL {
        let mode = fs::metadata(folder.path().join(kind.file_name(1))).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let receipt = keys.receipt.signing().sign(&json!({"index": 1})).unwrap();
    let jwk = &keys.receipt.jwks()["keys"][0];
    assert!(sign::verify::<Value>(&receipt, jwk).is_ok());
    assert_eq!(keys.log.signing().origin(), ORIGIN);
    assert!(!format!("{keys:?}").contains("PRIVATE"));
}

#[test]
fn the_log_key_is_one_that_signed_note_takes() {
    use signed_note::{Note, StandardSigner, StandardVerifier, VerifierList};
    let keys = GatewayKeys::load(made().path(), true).unwrap();
    let mut note = Note::new(b"text\n", &[]).unwrap();
    note.add_sigs(&[&StandardSigner::new(&keys.log.signing().expose()).unwrap()]).unwrap();
    assert_eq!(keys.log.signing().to_note_key().unwrap().vkey(), keys.log.vkeys()[0]);
    let verifier = StandardVerifier::new(&keys.log.vkeys()[0]).unwrap();
    assert!(note.verify(&VerifierList::new(vec![Box::new(verifier)])).is_ok());
    // The key of signed_note's own documentation.
    let known = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
    let key: LogSecret = known.parse().unwrap();
    assert_eq!(key.vkey(), "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
    for wrong in [known.replace("c74f20a3", "c74f20a4"), known.replace("Peter", "P ter"), format!("{known}+")]
    {
        assert!(wrong.parse::<LogSecret>().is_err(), "{wrong}");
    }
}

#[test]
fn an_existing_key_is_never_overwritten() {
    let folder = made();
    let before = fs::read(folder.path().join("at-rest.v1.key")).unwrap();
    let refused = GatewayKeys::generate(folder.path(), ORIGIN, &SystemEntropy::new()).unwrap_err();
    assert_eq!(refused.len(), 4);
    assert_eq!(fs::read(folder.path().join("at-rest.v1.key")).unwrap(), before);
}

#[test]
fn rotation_adds_a_version_and_keeps_the_old_ones() {
    let folder = made();
    let here = Place { table: "t", row: "r", column: "c" };
    let before = GatewayKeys::load(folder.path(), true).unwrap();
    let kept = before.at_rest.seal(here, b"value", &SystemEntropy::new()).unwrap();
    let receipt = before.receipt.signing().sign(&json!({})).unwrap();
    for kind in KeyKind::ALL {
        assert_eq!(rotated(&folder, kind), 2);
    }
    assert_eq!(rotated(&folder, KeyKind::AtRest), 3);
    let after = GatewayKeys::load(folder.path(), true).unwrap();
    assert_eq!(after.at_rest.open(here, &kept).unwrap().as_slice(), b"value");
    let sealed = after.at_rest.seal(here, b"value", &SystemEntropy::new()).unwrap();
    assert_eq!(sealed[..4], [0, 0, 0, 3]);
    let jwks = after.receipt.jwks();
    assert_eq!(jwks["keys"][0]["kid"], after.receipt.signing().kid());
    assert!(sign::verify::<Value>(&receipt, &jwks["keys"][1]).is_ok());
    assert_eq!(after.log.vkeys()[1], before.log.vkeys()[0]);
    assert_eq!(after.log.signing().origin(), ORIGIN);
}

#[test]
fn every_fault_is_said_at_once() {
    let folder = made();
    let path = |name: &str| folder.path().join(name);
    fs::set_permissions(path("at-rest.v1.key"), fs::Permissions::from_mode(0o640)).unwrap();
    fs::remove_file(path("receipt.v1.pem")).unwrap();
    put(&folder, "pseudonym.v1.key", &"00".repeat(32));
    put(&folder, "log.v1.key", "nonsense");
    put(&folder, "at-rest.v1.key~", "");
    put(&folder, "at-rest.v01.key", "");
    put(&folder, "README.md", "");
    let told = faults(&folder);
    assert_eq!(told.len(), 6, "{told:#?}");
    for part in [
        "`at-rest.v1.key` is open to others",
        "no `receipt.v1.pem`",
        "`pseudonym.v1.key` must hold 64",
        "`log.v1.key` must hold one line",
        "`at-rest.v1.key~` is named almost",
        "`at-rest.v01.key` is named almost",
    ] {
        assert!(told.iter().any(|fault| fault.contains(part)), "{part}: {told:#?}");
    }
}

#[test]
fn one_secret_serves_one_use_and_one_gateway_keeps_one_log() {
    let folder = made();
    let secret = fs::read_to_string(folder.path().join("at-rest.v1.key")).unwrap();
    put(&folder, "pseudonym.v1.key", &secret.to_uppercase());
    assert!(faults(&folder)[0].contains("the same secret"));
    let folder = made();
    put(&folder, "log.v2.key", &LogSecret::new("other.example/2027", &[3; 32]).unwrap().expose());
    assert!(faults(&folder)[0].contains("more than one origin"));
}

#[test]
fn strict_mode_refuses_the_example_keys() {
    let folder = tempfile::tempdir().unwrap();
    for (kind, content) in example::FILES {
        put(&folder, &kind.file_name(1), content);
    }
    assert!(GatewayKeys::load(folder.path(), false).is_ok(), "they are whole, and fit for rehearsals");
    let told = faults(&folder);
    assert_eq!(told.iter().filter(|fault| fault.contains("keys.example")).count(), 4, "{told:#?}");
    // Nor in another file or spelling.
    let folder = made();
    put(&folder, "pseudonym.v2.key", &format!("  {}\n\n", example::FILES[0].1.trim().to_uppercase()));
    assert!(faults(&folder)[0].contains("keys.example"));
}

#[test]
fn a_folder_that_others_can_write_to_is_refused() {
    let folder = made();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
    assert!(faults(&folder)[0].contains("open to others"));
    assert!(matches!(
        GatewayKeys::load(&folder.path().join("nowhere"), true).unwrap_err().first(),
        Some(KeyFileFault::Io { .. })
    ));
}

#[test]
fn a_print_tells_keys_apart_and_is_no_plain_digest_of_a_secret() {
    let (folder, other) = (made(), made());
    let one = GatewayKeys::load(folder.path(), true).unwrap().prints;
    assert_eq!(GatewayKeys::load(folder.path(), true).unwrap().prints, one);
    let two = GatewayKeys::load(other.path(), true).unwrap().prints;
    for kind in KeyKind::ALL {
        let print = one.get(kind, 1).unwrap();
        assert_ne!(Some(print), two.get(kind, 1), "{kind:?}");
        let text = fs::read_to_string(folder.path().join(kind.file_name(1))).unwrap();
        let secret = match OneKey::read(kind, &text).unwrap() {
            OneKey::Bytes(bytes) => Digest::of(bytes.as_slice()),
            OneKey::Receipt(_) => Digest::of(text.as_bytes()),
            OneKey::Log(key) => Digest::of(key.seed()),
        };
        assert!(print != secret && print != Digest::of(text.trim().as_bytes()), "{kind:?}");
    }
    let departures = two.departures(&one);
    assert_eq!(departures, KeyKind::ALL.map(|kind| Departure::Other(kind, 1)));
}

#[test]
fn two_rotations_of_one_folder_are_not_made_at_once() {
    let folder = made();
    let first = GatewayKeys::make(folder.path(), KeyKind::AtRest, &SystemEntropy::new()).unwrap();
    let second = GatewayKeys::make(folder.path(), KeyKind::Log, &SystemEntropy::new()).unwrap_err();
    assert!(matches!(second.as_slice(), [KeyFileFault::Busy(_)]), "{second:?}");
    first.take_away().unwrap();
    assert_eq!(rotated(&folder, KeyKind::AtRest), 2);
}

#[test]
fn a_whole_key_that_a_rotation_left_beside_is_taken_up() {
    let folder = made();
    let left = GatewayKeys::make(folder.path(), KeyKind::Pseudonym, &SystemEntropy::new()).unwrap();
    let print = left.print();
    drop(left);
    let again = GatewayKeys::make(folder.path(), KeyKind::Pseudonym, &SystemEntropy::new()).unwrap();
    assert_eq!(again.print(), print, "its entry may be on its way");
    drop(again);
    let known = [(KeyKind::Pseudonym, 2, print)].into_iter().collect();
    assert_eq!(
        GatewayKeys::put_recorded_in_place(folder.path(), &known).unwrap(),
        ["pseudonym.v2.key".to_owned()]
    );
    assert_eq!(
        GatewayKeys::load(folder.path(), true).unwrap().prints.get(KeyKind::Pseudonym, 2),
        Some(print)
    );
}
