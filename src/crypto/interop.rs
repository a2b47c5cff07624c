//! What Sluis makes, opened by software that is not ours, and the other way round. See `tests/interop/README.md`.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{
    envelope::{self, Identity},
    keys::{KeyAlgorithm, PrivateKey},
    seal::{self, OpenError},
    sign::ReceiptKey,
};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Whether python3 has the module; if not, says so loudly, or fails where CI asks for it.
fn is_here(module: &str) -> bool {
    let check = Command::new("python3").args(["-c", &format!("import {module}")]).output();
    let here = check.is_ok_and(|output| output.status.success());
    if !here {
        assert!(
            std::env::var_os("SLUIS_INTEROP").is_none_or(|value| value != "required"),
            "python3 has no `{module}`, and SLUIS_INTEROP=required"
        );
        if let Some(file) = std::env::var_os("SLUIS_LEFT_OUT") {
            let thread = std::thread::current();
            let mut file = fs::OpenOptions::new().append(true).open(file).unwrap();
            writeln!(file, "{}", thread.name().unwrap()).unwrap();
        }
        // Past what a passing test keeps to itself.
        writeln!(
            std::io::stderr(),
            "\nleft out: python3 has no `{module}` (pip install -r tests/interop/requirements.txt)"
        )
        .unwrap();
    }
    here
}

fn run(script: &str, files: &[PathBuf]) -> Vec<u8> {
    let script = root().join("tests/interop").join(script);
    let output = Command::new("python3").arg(script).args(files).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn put(folder: &TempDir, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    path
}

#[test]
fn interop_other_software_opens_what_sluis_seals() {
    for (module, script) in
        [("jwcrypto", "open_jwe.py"), ("joserfc", "open_jwe_joserfc.py"), ("authlib", "open_jwe_authlib.py")]
    {
        if is_here(module) {
            opens_what_sluis_seals(script);
        }
    }
}

fn opens_what_sluis_seals(script: &str) {
    let folder = tempfile::tempdir().unwrap();
    let keys = KeyAlgorithm::ALL.map(|algorithm| PrivateKey::generate(algorithm).unwrap());
    for key in keys.into_iter().chain([PrivateKey::generate_x25519().unwrap()]) {
        let key = key.named("2026-1").unwrap();
        for content in [json!({"stages": ["bakkerij é"]}), json!({"long": "x".repeat(100_000)})] {
            let (message, packet) = seal::tests::message_of(&content, key.public());
            let files = [put(&folder, "m.jwe", message), put(&folder, "key.jwk", key.to_jwk().to_string())];
            let opened: Value = serde_json::from_slice(&run(script, &files)).unwrap();
            assert_eq!(opened["content"], content, "{script} {key:?}");
            let header = json!({
                "alg": key.public().algorithm().as_str(), "cty": seal::CTY, "dataset": "overgangsdocument",
                "enc": "A256GCM", "kid": "2026-1", "packet": packet.to_string(),
            });
            assert_eq!(opened["header"], header, "{script} {key:?}");
        }
    }
}

#[test]
fn interop_jwcrypto_verifies_receipts() {
    if !is_here("jwcrypto") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let key = ReceiptKey::from_pem(&ReceiptKey::generate_pem().unwrap()).unwrap();
    let claims = json!({"event": "released", "index": 7});
    let files = [
        put(&folder, "receipt", key.sign(&claims).unwrap()),
        put(&folder, "key.jwk", key.public_jwk().to_string()),
    ];
    let said: Value = serde_json::from_slice(&run("verify_receipt.py", &files)).unwrap();
    assert_eq!(said, claims);
}

#[test]
fn interop_pyrage_opens_exports() {
    if !is_here("pyrage") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (identity, content) = (Identity::generate(), vec![7; 200_000]);
    let mut message = Vec::new();
    envelope::seal(&mut content.as_slice(), &mut message, &[identity.recipient()]).unwrap();
    let files = [put(&folder, "export.age", message), put(&folder, "identity", identity.expose().as_bytes())];
    assert_eq!(run("open_age.py", &files), content);
}

#[test]
fn vectors_by_jwcrypto_open_or_are_refused() {
    let mut count = 0;
    for entry in fs::read_dir(root().join("tests/vectors/sealed-packet")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let case: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let key = PrivateKey::from_jwk(&case["key"]).unwrap();
        let opened = seal::open(case["jwe"].as_str().unwrap(), &key);
        let expect = match case["expect"].as_str().unwrap() {
            "opens" => {
                assert_eq!(
                    opened.unwrap().1.expose(),
                    case["content"].as_str().unwrap().as_bytes(),
                    "{name}"
                );
                count += 1;
                continue;
            }
            "compressed" => OpenError::Compressed,
            "content" => OpenError::Content,
            "critical" => OpenError::Critical,
            "encryption" => OpenError::Encryption,
            "ephemeral-key" => OpenError::EphemeralKey,
            "foreign" => OpenError::Foreign,
            "key-algorithm" => OpenError::KeyAlgorithm,
            "kind" => OpenError::Kind,
            "malformed" => OpenError::Malformed,
            "other-key" => OpenError::OtherKey,
            "unopenable" => OpenError::Unopenable,
            other => panic!("{name}: unknown expectation {other}"),
        };
        assert_eq!(opened.unwrap_err(), expect, "{name}");
        count += 1;
    }
    assert!(count >= 59, "only {count} vectors were found");
}
