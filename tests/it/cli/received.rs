//! Keys are made and published, what comes is kept, checked and opened, and the log is not taken at its word.

use std::path::Path;

use axum::{body::Body, http::Response};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD, prelude::BASE64_STANDARD};
use josekit::{
    jwe::{self, ECDH_ES, JweHeader, RSA_OAEP},
    jwk::Jwk,
    jws::ES256,
};
use rustls::pki_types::{CertificateDer, pem::PemObject as _};
use serde_json::{Value, json};
use sluis::{
    accesslog::{
        entry::{self, Commitments, Event, Outcome, Part, PartName},
        receipt::{About, Claims},
    },
    cli::{Exit, files},
    crypto::{
        keys::{PrivateKey, RecipientKey},
        sign::ReceiptKey,
    },
    domain::id::PacketId,
    merkle::{checkpoint::Checkpoint, hash::leaf_hash, note::LogKey, tlog_proof::TlogProof},
};

use super::stub::{Stub, json, run};

const ID: &str = "01990000-0000-7000-8000-000000000001";
const SALT: [u8; 32] = [7; 32];

/// A log of one leaf, and the body of the caller's part of it.
struct Log {
    key: LogKey,
    leaf: [u8; entry::LEAF_LENGTH],
    proof: TlogProof,
    body: String,
    path: [String; 3],
}

fn log() -> Log {
    let key = LogKey::from_seed("sluis.example/test/2026".parse().unwrap(), &[9; 32]).unwrap();
    let body = Part::of(Event::Pull, Outcome::ALL[0]).to_json().unwrap();
    let of = |name: PartName, body: &[u8]| entry::commitment(name, &SALT, body);
    let commitments = Commitments(
        PartName::ALL.map(|name| of(name, if name == PartName::Recipient { &body } else { b"" })),
    );
    let leaf = entry::leaf(1_000, &commitments.root());
    let root = leaf_hash(&leaf);
    let checkpoint = Checkpoint { origin: "sluis.example/test/2026".parse().unwrap(), size: 1, root };
    let checkpoint = key.sign(&checkpoint).unwrap();
    let proof = TlogProof { extra: None, index: 0, hashes: Vec::new(), checkpoint };
    let path = commitments.path(PartName::Recipient).map(|hash| BASE64_STANDARD.encode(hash.0));
    Log { key, leaf, proof, body: String::from_utf8(body).unwrap(), path }
}

fn receipt(log: &Log, key: &ReceiptKey, packet: &str) -> String {
    let about = About {
        as_of: None,
        party: "00000099000000001000/werk-en-inkomen".parse().unwrap(),
        packet: Some(packet.parse::<PacketId>().unwrap()),
        event: Event::Pull,
        leaf: &log.leaf,
        proof: &log.proof,
    };
    key.sign(&Claims::new("https://sluis.example", "2026-09-01T10:00:00Z".parse().unwrap(), &about)).unwrap()
}

/// What an independent sealer makes of a packet for a public key.
fn sealed(public: &Value, packet: &str) -> String {
    sealed_otherwise(public, packet, br#"{"achternaam":"Sluis"}     "#, &[])
}

/// The same, with another content and other members in the header (`null`: left out).
fn sealed_otherwise(public: &Value, packet: &str, content: &[u8], other: &[(&str, Value)]) -> String {
    let mut header = JweHeader::new();
    header.set_content_encryption("A256GCM");
    header.set_token_type("JWE");
    header.set_content_type("application/vnd.sluis.packet+json");
    header.set_key_id(public["kid"].as_str().unwrap());
    for (name, value) in [("dataset", "overgangsdocument"), ("packet", packet)] {
        header.set_claim(name, Some(value.into())).unwrap();
    }
    for (name, value) in other {
        header.set_claim(name, Some(value.clone()).filter(|value| !value.is_null())).unwrap();
    }
    let jwk = Jwk::from_map(public.as_object().unwrap().clone()).unwrap();
    if public["kty"] == "RSA" {
        jwe::serialize_compact(content, &header, &RSA_OAEP.encrypter_from_jwk(&jwk).unwrap()).unwrap()
    } else {
        jwe::serialize_compact(content, &header, &ECDH_ES.encrypter_from_jwk(&jwk).unwrap()).unwrap()
    }
}

fn released(jwe: impl AsRef<[u8]>, receipt: &str) -> Response<Body> {
    Response::builder()
        .header("content-type", "application/jose")
        .header("sluis-log-index", "0")
        .header("sluis-receipt", receipt)
        .body(Body::from(jwe.as_ref().to_vec()))
        .unwrap()
}

async fn key_pair(folder: &Path, kind: &str) -> Value {
    let out = folder.join("enc.jwk");
    let ended = run(&[
        "sluis",
        "--json",
        "client",
        "keys",
        "generate",
        "--kind",
        kind,
        "--out",
        out.to_str().unwrap(),
    ])
    .await;
    assert_eq!(ended.exit, Exit::Done, "{ended:?}");
    files::check_private(&out).unwrap();
    ended.json()["key"].clone()
}

/// A stub that releases this packet, with a profile that knows the keys of gateway and party.
async fn stub_with<Came: AsRef<[u8]> + Send + Sync + 'static>(
    kind: &str,
    packet: &'static str,
    tamper: fn(String) -> Came,
) -> Stub {
    let folder = tempfile::TempDir::new().unwrap();
    let public = key_pair(folder.path(), kind).await;
    let log = log();
    let signing = ReceiptKey::from_pem(&ReceiptKey::generate_pem().unwrap()).unwrap();
    let (jwe, receipt) = (tamper(sealed(&public, packet)), receipt(&log, &signing, ID));
    let stub = Stub::start(move |_, _| released(&jwe, &receipt)).await;
    std::fs::rename(folder.path().join("enc.jwk"), stub.path("enc.jwk")).unwrap();
    stub.write("receipt.jwk", &signing.public_jwk().to_string());
    let profile = stub.profile_text();
    let vkey = log.key.vkey();
    stub.write(
        "profile.toml",
        &format!(
            "{profile}encryption_keys = [\"enc.jwk\"]\nreceipt_key = \"receipt.jwk\"\nlog_vkey = \"{vkey}\"\n"
        ),
    );
    stub
}

#[tokio::test]
async fn a_packet_is_kept_checked_and_opened_with_each_kind_of_key() {
    for kind in ["rsa-3072", "p-256", "x25519"] {
        let stub = stub_with(kind, ID, |jwe| jwe).await;
        let out = stub.path("in");
        let ended = stub.client(&["--json", "pull", ID, "--out", out.to_str().unwrap(), "--show"]).await;
        assert_eq!(ended.exit, Exit::Done, "{kind}: {ended:?}");
        let document = ended.json();
        assert_eq!(document["content"], json!({"achternaam": "Sluis"}), "{kind}");
        assert_eq!((&document["checked"], &document["logIndex"]), (&json!("proven"), &json!(0)));
        for ending in ["jwe", "receipt", "json"] {
            files::check_private(&out.join(format!("{ID}.{ending}"))).unwrap();
        }
        let again = stub.client(&["pull", ID, "--out", out.to_str().unwrap()]).await;
        assert_eq!(again.exit, Exit::Done, "{again:?}");
        assert!(
            again.stderr.contains("Bewijs klopt") && !again.stdout.contains("Bewijs"),
            "the verdict is no content"
        );
        assert!(!again.stdout.contains("Sluis"), "content is printed only when asked for");
    }
}

#[tokio::test]
async fn a_packet_that_does_not_open_is_kept_all_the_same() {
    let changed = |jwe: String| {
        let (head, tag) = jwe.rsplit_once('.').unwrap();
        format!("{head}.{}", tag.chars().rev().collect::<String>())
    };
    let stub = stub_with("p-256", ID, changed).await;
    let out = stub.path("in");
    let ended = stub.client(&["pull", ID, "--out", out.to_str().unwrap()]).await;
    assert_eq!(ended.exit, Exit::Configuration, "{ended:?}");
    assert!(out.join(format!("{ID}.jwe")).exists() && !out.join(format!("{ID}.json")).exists());

    let stub = stub_with("p-256", "01990000-0000-7000-8000-000000000002", |jwe| jwe).await;
    let ended = stub.client(&["pull", ID, "--show"]).await;
    assert_eq!(
        (ended.exit, ended.stdout.contains("Sluis")),
        (Exit::Configuration, false),
        "another packet is not opened"
    );
}

/// The compact form has five parts and nothing around them: what stands there is not in the digest of the log.
#[tokio::test]
async fn a_packet_with_anything_around_it_is_kept_and_not_opened() {
    let around: [fn(String) -> String; 5] = [
        |jwe| format!("{jwe}\n"),
        |jwe| format!("{jwe}\r\n"),
        |jwe| format!(" {jwe}"),
        |jwe| format!("{jwe}\t"),
        |jwe| format!("\u{feff}{jwe}"),
    ];
    for (number, tamper) in around.into_iter().enumerate() {
        let stub = stub_with("p-256", ID, tamper).await;
        let out = stub.path("in");
        let ended = stub.client(&["pull", ID, "--out", out.to_str().unwrap(), "--show"]).await;
        assert_eq!(ended.exit, Exit::Configuration, "{number}: {ended:?}");
        assert!(!ended.stdout.contains("Sluis"), "{number}: {ended:?}");
        let kept = std::fs::read_to_string(out.join(format!("{ID}.jwe"))).unwrap();
        assert_ne!(kept.trim_matches(['\u{feff}', ' ', '\n', '\r', '\t']), kept, "{number}: as it came");
        assert!(!out.join(format!("{ID}.json")).exists(), "{number}");
    }
}

/// A receipt is given once for what was written down: whatever came with it, both are kept as they came.
#[tokio::test]
async fn bytes_that_are_no_text_are_kept_with_their_receipt_and_not_opened() {
    let no_text: [fn(String) -> Vec<u8>; 4] = [
        |jwe| [jwe.as_bytes(), &[0xff]].concat(),
        |jwe| [&jwe.as_bytes()[..300], &[0xff], &jwe.as_bytes()[301..]].concat(),
        |jwe| format!("\u{feff}{jwe}").encode_utf16().flat_map(u16::to_le_bytes).collect(),
        |_| (0..=255).collect(),
    ];
    for (number, tamper) in no_text.into_iter().enumerate() {
        let stub = stub_with("p-256", ID, tamper).await;
        let out = stub.path("in");
        let ended = stub.client(&["pull", ID, "--out", out.to_str().unwrap(), "--show"]).await;
        assert_eq!(ended.exit, Exit::Configuration, "{number}: {ended:?}");
        assert!(
            ended.stderr.contains("Bewijs klopt") && !ended.stdout.contains("Sluis"),
            "{number}: {ended:?}"
        );
        let kept = std::fs::read(out.join(format!("{ID}.jwe"))).unwrap();
        assert!(String::from_utf8(kept).is_err(), "{number}: as it came");
        files::check_private(&out.join(format!("{ID}.receipt"))).unwrap();
        assert!(!out.join(format!("{ID}.json")).exists(), "{number}");
    }
}

#[tokio::test]
async fn of_an_endless_packet_the_begin_and_the_receipt_are_kept() {
    const MOST: usize = 64 << 20;
    let stub = stub_with("p-256", ID, |jwe| jwe + &"A".repeat(MOST)).await;
    let out = stub.path("in");
    let ended = stub.client(&["pull", ID, "--out", out.to_str().unwrap()]).await;
    assert_eq!(ended.exit, Exit::Configuration, "{ended:?}");
    assert!(ended.stderr.contains("langer dan een gateway"), "{ended:?}");
    assert_eq!(std::fs::read(out.join(format!("{ID}.jwe"))).unwrap().len(), MOST + 1);
    files::check_private(&out.join(format!("{ID}.receipt"))).unwrap();
    assert!(!out.join(format!("{ID}.json")).exists());
    // Of any other call such an answer says nothing.
    assert_eq!(stub.client(&["inbox"]).await.exit, Exit::Unavailable);
}

/// A name, what is sealed, and members of the header that are set (`null`: left out).
type Case = (&'static str, &'static [u8], Vec<(&'static str, Value)>);

/// What a sealer who knows the public key may try, and a gateway that lies may release.
#[tokio::test]
async fn what_is_no_packet_as_promised_is_kept_and_not_opened() {
    let good = br#"{"achternaam":"Sluis"}"#;
    let cases: [Case; 21] = [
        ("no JSON", b"geheim", vec![]),
        ("nothing", b"", vec![]),
        ("only padding", b"    ", vec![]),
        ("a list", b"[{\"achternaam\":\"Sluis\"}]", vec![]),
        ("a text", b"\"Sluis\"", vec![]),
        ("not UTF-8", b"{\"achternaam\":\"Sl\xfcis\"}", vec![]),
        ("a name twice", b"{\"achternaam\":\"Sluis\",\"achternaam\":\"Dam\"}", vec![]),
        ("a name twice, deeper", b"{\"persoon\":{\"a\":1,\"\\u0061\":2}}", vec![]),
        ("two objects", b"{}{}", vec![]),
        ("another type", good, vec![("typ", json!("JWT"))]),
        ("no type", good, vec![("typ", Value::Null)]),
        ("other content", good, vec![("cty", json!("application/json"))]),
        ("an age identity", good, vec![("cty", json!("application/vnd.sluis.age-identity"))]),
        ("no content type", good, vec![("cty", Value::Null)]),
        ("an input of the sender", good, vec![("apu", json!("QWxpY2U"))]),
        ("an input for the recipient", good, vec![("apv", json!("Qm9i"))]),
        ("compressed", good, vec![("zip", json!("DEF"))]),
        ("no dataset", good, vec![("dataset", Value::Null)]),
        ("a dataset that is no code", good, vec![("dataset", json!("../etc"))]),
        ("no packet", good, vec![("packet", Value::Null)]),
        ("another key's name", good, vec![("kid", json!("other"))]),
    ];
    let folder = tempfile::TempDir::new().unwrap();
    let public = key_pair(folder.path(), "p-256").await;
    let log = log();
    let signing = ReceiptKey::from_pem(&ReceiptKey::generate_pem().unwrap()).unwrap();
    let id = |number: usize| format!("01990000-0000-7000-8000-0000000001{number:02}");
    let answers: Vec<(String, String, String)> = cases
        .iter()
        .enumerate()
        .map(|(number, (_, content, other))| {
            let id = id(number);
            let jwe = sealed_otherwise(&public, &id, content, other);
            let receipt = receipt(&log, &signing, &id);
            (id, jwe, receipt)
        })
        .collect();
    let stub = Stub::start(move |head, _| {
        let (_, jwe, receipt) = answers.iter().find(|(id, ..)| head.path.contains(id.as_str())).unwrap();
        released(jwe, receipt)
    })
    .await;
    std::fs::rename(folder.path().join("enc.jwk"), stub.path("enc.jwk")).unwrap();
    stub.write("profile.toml", &format!("{}encryption_keys = [\"enc.jwk\"]\n", stub.profile_text()));
    let out = stub.path("in");
    for (number, (name, ..)) in cases.iter().enumerate() {
        let id = id(number);
        let ended = stub.client(&["pull", &id, "--out", out.to_str().unwrap(), "--show"]).await;
        assert_eq!(ended.exit, Exit::Configuration, "{name}: {ended:?}");
        assert!(!ended.stdout.contains("Sluis") && !ended.stderr.contains("geheim"), "{name}: {ended:?}");
        assert!(out.join(format!("{id}.jwe")).exists(), "{name}: what came is kept");
        assert!(!out.join(format!("{id}.json")).exists(), "{name}: opened");
    }
}

#[tokio::test]
async fn a_receipt_of_another_log_or_another_signer_is_not_believed() {
    let stub = stub_with("p-256", ID, |jwe| jwe).await;
    let profile = stub.read("profile.toml");
    let other = LogKey::from_seed("sluis.example/test/2026".parse().unwrap(), &[8; 32]).unwrap();
    stub.write("profile.toml", &profile.replace(&log().key.vkey(), &other.vkey()));
    let ended = stub.client(&["pull", ID, "--show"]).await;
    assert_eq!(ended.exit, Exit::Unproven, "{ended:?}");
    assert!(ended.stderr.contains("het ontvangstbewijs klopt niet"), "{}", ended.stderr);
    assert!(ended.stdout.contains("Sluis"), "it came, and was opened");
    let ended = stub.client(&["--json", "pull", ID, "--show"]).await;
    assert_eq!(
        (&ended.json()["checked"], &ended.json()["receiptFault"]["exit"]),
        (&json!("failed"), &json!(4))
    );
    let evidence = stub.path(&format!("{ID}.unproven"));
    assert_eq!(ended.json()["receiptFile"].as_str(), evidence.to_str());
    assert_eq!(std::fs::read_to_string(&evidence).unwrap(), ended.json()["receipt"].as_str().unwrap());
    std::fs::remove_file(&evidence).unwrap();
    let out = stub.path("kept");
    let ended = stub.client(&["--json", "pull", ID, "--out", out.to_str().unwrap()]).await;
    let asked = out.join(format!("{ID}.receipt"));
    assert_eq!(ended.exit, Exit::Unproven);
    assert_eq!(ended.json()["receiptFile"].as_str(), asked.to_str());
    assert!(!evidence.exists() && asked.exists(), "it stands where it was asked");

    stub.write("profile.toml", &profile);
    let other = ReceiptKey::from_pem(&ReceiptKey::generate_pem().unwrap()).unwrap();
    stub.write("receipt.jwk", &other.public_jwk().to_string());
    assert_eq!(stub.client(&["pull", ID, "--show"]).await.exit, Exit::Unproven);

    stub.write("profile.toml", &profile.replace("receipt_key = \"receipt.jwk\"\n", ""));
    let ended = stub.client(&["pull", ID, "--show"]).await;
    assert_eq!(ended.exit, Exit::Done);
    assert!(ended.stderr.contains("de handtekening is niet gecontroleerd"), "{}", ended.stderr);
}

/// Leaving the receipt out is easier than forging one.
#[tokio::test]
async fn a_packet_that_comes_without_a_receipt_is_not_proven() {
    let stub = stub_with("p-256", ID, |jwe| jwe).await;
    let keys = std::fs::read_to_string(stub.path("enc.jwk")).unwrap();
    let profile = stub.read("profile.toml");
    let public = PrivateKey::from_jwk(&serde_json::from_str(&keys).unwrap()).unwrap().public().to_jwk();
    let jwe = sealed(&public, ID);
    let bare = Stub::start(move |_, _| {
        let mut answer = released(&jwe, "");
        answer.headers_mut().remove("sluis-receipt");
        answer
    })
    .await;
    for name in ["enc.jwk", "receipt.jwk"] {
        std::fs::copy(stub.path(name), bare.path(name)).unwrap();
        files::check_private(&bare.path(name)).unwrap_or_default();
    }
    let known = profile.lines().filter(|line| !bare.profile_text().contains(line.split('=').next().unwrap()));
    let known = known.collect::<Vec<_>>().join("\n");
    bare.write("profile.toml", &format!("{}{known}\n", bare.profile_text()));
    let ended = bare.client(&["pull", ID, "--show"]).await;
    assert_eq!(ended.exit, Exit::Unproven, "{ended:?}");
    assert!(ended.stderr.contains("gaf geen ontvangstbewijs"), "{}", ended.stderr);
    assert!(ended.stdout.contains("Sluis"), "it came, and was opened");
}

#[tokio::test]
async fn every_receipt_of_a_batch_and_of_a_sheet_is_checked() {
    let log = log();
    let signing = ReceiptKey::from_pem(&ReceiptKey::generate_pem().unwrap()).unwrap();
    let holds = receipt(&log, &signing, ID);
    let stub = Stub::start(move |seen, _| {
        if seen.path.starts_with("/v1/datasets/") {
            let schema = json!({ "type": "object", "properties": { "persoon": { "type": "object", "properties": { "achternaam": { "type": "string" } } } } });
            return json(200, &json!({ "code": "toets", "schema": schema }));
        }
        let body = String::from_utf8_lossy(&seen.body);
        let (id, receipt) = match () {
            () if body.contains("refused") => {
                return json(403, &json!({ "title": "Not allowed", "errors": [] }));
            }
            () if body.contains("other") => (&*ID.replace('1', "2"), &*holds),
            () if body.contains("torn") => (ID, "a.b.c"),
            () => (ID, &*holds),
        };
        json(201, &json!({ "id": id, "recipients": [{ "receipt": receipt }] }))
    })
    .await;
    stub.write("receipt.jwk", &signing.public_jwk().to_string());
    let keys = format!("receipt_key = \"receipt.jwk\"\nlog_vkey = \"{}\"\n", log.key.vkey());
    stub.write("profile.toml", &format!("{}{keys}", stub.profile_text()));
    let words = ["good", "other", "torn", "refused"];
    let batch = words.map(|word| format!("{{\"content\":\"{word}\"}}")).join("\n");
    let sheet =
        format!("dataset;persoon.achternaam\n{}", words.map(|word| format!("toets;{word}\n")).concat());
    for (option, file) in
        [("--batch", stub.write("b.ndjson", &batch)), ("--csv", stub.write("s.csv", &sheet))]
    {
        let file = file.to_str().unwrap();
        let ended = stub.client(&["push", option, file, "--json"]).await;
        assert_eq!(ended.exit, Exit::Unproven, "{ended:?}");
        let tally = ended.json();
        assert_eq!(
            (&tally["accepted"], &tally["unproven"], &tally["refused"]),
            (&json!(3), &json!(2), &json!(1))
        );
        let report: Vec<Value> = std::fs::read_to_string(format!("{file}.report.ndjson"))
            .unwrap()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let rows: Vec<_> = report.iter().map(|row| (&row["status"], &row["checked"][0])).collect();
        let accepted = json!("accepted");
        assert_eq!(
            rows,
            [
                (&accepted, &json!("proven")),
                (&accepted, &json!("failed")),
                (&accepted, &json!("failed")),
                (&json!("refused"), &Value::Null)
            ]
        );
        assert_eq!(report[1]["receiptFaults"][0]["exit"], 4);

        // The next run sends no row again that was accepted, and the alarm stays.
        let before = stub.seen().len();
        let ended = stub.client(&["push", option, file]).await;
        let sent = stub.seen().into_iter().skip(before).filter(|seen| seen.path == "/v1/packets").count();
        assert_eq!((ended.exit, sent), (Exit::Unproven, 1), "{ended:?}");
        assert!(
            ended.stdout.contains("aangenomen: het ontvangstbewijs gaat over een ander pakket"),
            "{ended:?}"
        );
        assert!(ended.stdout.contains("2 aangenomen met een ontvangstbewijs dat niet klopt"), "{ended:?}");
    }

    // Without keys nothing can be checked, which is said.
    stub.write("profile.toml", &stub.profile_text());
    let file = stub.write("u.ndjson", &batch);
    let ended = stub.client(&["push", "--batch", file.to_str().unwrap()]).await;
    assert!(ended.stderr.contains("de ontvangstbewijzen zijn niet gecontroleerd"), "{ended:?}");
}

#[tokio::test]
async fn a_whole_dataset_is_pulled_of_what_waits() {
    let folder = tempfile::TempDir::new().unwrap();
    let public = key_pair(folder.path(), "p-256").await;
    let [waits, broken, before, elsewhere] =
        [1, 2, 3, 4].map(|number| format!("{}{number}", ID.trim_end_matches('1')));
    let items = json!({ "items": [
        { "id": waits, "dataset": "overgangsdocument", "state": "waiting" },
        { "id": broken, "dataset": "overgangsdocument", "state": "waiting" },
        { "id": before, "dataset": "overgangsdocument", "state": "collected" },
        { "id": elsewhere, "dataset": "uitstroomprofiel", "state": "waiting" },
    ]});
    let signing = ReceiptKey::from_pem(&ReceiptKey::generate_pem().unwrap()).unwrap();
    let (own, receipt) = (waits.clone(), receipt(&log(), &signing, &waits));
    let stub = Stub::start(move |seen, _| match seen.path.split('/').nth(2) {
        Some("inbox") => json(200, &items),
        Some("parties") => json(200, &json!({ "items": [] })),
        Some("datasets") => json(404, &json!({ "title": "Not found" })),
        _ if seen.path.contains(&own) => released(sealed(&public, &own), &receipt),
        _ => released("no packet", "a.b.c"),
    })
    .await;
    std::fs::rename(folder.path().join("enc.jwk"), stub.path("enc.jwk")).unwrap();
    stub.write("profile.toml", &format!("{}encryption_keys = [\"enc.jwk\"]\n", stub.profile_text()));
    let out = stub.path("in");
    let pull = ["pull", "--dataset", "overgangsdocument", "--out", out.to_str().unwrap()];
    let ended = stub.client(&[&["--json"], &pull[..]].concat()).await;
    assert_eq!(ended.exit, Exit::Partial, "{ended:?}");
    let lines: Vec<Value> = ended.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&lines[0]["id"], &lines[1]["id"], lines.len()), (&json!(waits), &json!(broken), 2));
    assert_eq!((&lines[0]["dataset"], &lines[1]["error"]["exit"]), (&json!("overgangsdocument"), &json!(78)));
    assert!(out.join(format!("{waits}.json")).exists() && out.join(format!("{broken}.jwe")).exists());
    for id in [before, elsewhere] {
        assert!(stub.seen().iter().all(|seen| !seen.path.contains(&id)), "{id} was pulled");
    }

    let ended = stub.client(&["pull", "--dataset", "overgangsdocumen", "--show"]).await;
    assert_eq!(ended.exit, Exit::Refused, "a code that nobody has is not an empty inbox: {ended:?}");
    for faulty in [&["pull", "--show"][..], &["pull", ID, "--dataset", "overgangsdocument", "--show"]] {
        assert_eq!(stub.client(faulty).await.exit, Exit::Usage);
    }
}

/// What its sender does instead, where there is a copy for the person and where there is none.
#[tokio::test]
async fn a_sender_is_shown_the_copy_only_where_there_is_one() {
    for (roles, has_copy) in [(vec!["doorstroompunt"], false), (vec!["doorstroompunt", "betrokkene"], true)] {
        let of = |role: &&str| json!({ "party": { "oin": "00000099000000001000", "role": role } });
        let recipients: Vec<Value> = roles.iter().map(of).collect();
        let stub = Stub::start(move |seen, _| {
            if seen.path == format!("/v1/packets/{ID}") {
                return json(200, &json!({ "id": ID, "recipients": recipients }));
            }
            let text = "dit is van uzelf";
            json(
                404,
                &json!({ "type": "not-found", "errors": [{ "code": "own-packet", "nl": text, "en": text }] }),
            )
        });
        let stub = stub.await;
        let public = key_pair(stub.folder.path(), "p-256").await;
        assert!(public.is_object());
        stub.write("profile.toml", &format!("{}encryption_keys = [\"enc.jwk\"]\n", stub.profile_text()));
        let ended = stub.client(&["pull", ID, "--show"]).await;
        assert_eq!(ended.exit, Exit::Refused, "{ended:?}");
        assert_eq!(ended.stderr.contains("--copy"), has_copy, "{ended:?}");
    }
}

#[tokio::test]
async fn nothing_is_pulled_without_a_key_to_open_it_with() {
    let stub = Stub::start(|_, _| released("a.b.c.d.e", "")).await;
    assert_eq!(stub.client(&["pull", ID, "--show"]).await.exit, Exit::Configuration);
    assert!(stub.seen().is_empty(), "the gateway would have logged a release");
}

/// A private key in PEM, as other tools make it: its public half is published, and it must be the owner's alone.
#[tokio::test]
async fn of_a_private_key_in_pem_the_public_half_is_published() {
    let stub = Stub::start(|_, _| json(201, &json!({}))).await;
    let made = rcgen::KeyPair::generate().unwrap();
    let file = stub.path("enc.pem");
    files::write_private(&file, made.serialize_pem().as_bytes()).unwrap();
    stub.write("no-key", "-----BEGIN NOTHING-----");
    let publish = ["keys", "publish", file.to_str().unwrap()];
    assert_eq!(stub.client(&publish).await.exit, Exit::Done);
    let body: Value = serde_json::from_slice(&stub.seen()[0].body).unwrap();
    assert_eq!(body["key"]["crv"], "P-256");
    assert!(body["key"].get("d").is_none(), "the private half stays here");
    let ended = stub.client(&["keys", "publish", stub.path("no-key").to_str().unwrap()]).await;
    assert_eq!(ended.exit, Exit::Usage, "{ended:?}");
}

/// A certificate beside the key would be dropped: who put it there hears so before anything is sent.
#[tokio::test]
async fn a_key_with_a_certificate_of_its_own_is_not_published_without_it() {
    let stub = Stub::start(|_, _| json(201, &json!({}))).await;
    let mut public = key_pair(stub.folder.path(), "p-256").await;
    public["x5c"] = json!(["MIIB"]);
    stub.write("with.jwk", &public.to_string());
    let ended = stub.client(&["keys", "publish", stub.path("with.jwk").to_str().unwrap()]).await;
    assert_eq!(ended.exit, Exit::Usage, "{ended:?}");
    assert!(format!("{ended:?}").contains("x5c"), "{ended:?}");
    assert!(stub.seen().is_empty(), "nothing is sent");
}

#[tokio::test]
async fn a_key_is_published_with_proof_by_the_partys_certificate() {
    let stub = Stub::start(|_, _| json(201, &json!({}))).await;
    let public = key_pair(stub.folder.path(), "p-256").await;
    let file = stub.path("enc.jwk");
    let ended =
        stub.client(&["keys", "publish", file.to_str().unwrap(), "--until", "2027-12-31T24:00:00Z"]).await;
    assert_eq!(ended.exit, Exit::Usage, "{ended:?}");
    let until = "2027-12-31T23:00:00Z";
    let ended = stub.client(&["keys", "publish", file.to_str().unwrap(), "--until", until]).await;
    assert_eq!(ended.exit, Exit::Done, "{ended:?}");
    let body: Value = serde_json::from_slice(&stub.seen()[0].body).unwrap();
    assert_eq!(body["validUntil"], until);
    assert_eq!(body["key"], public);
    assert!(body["key"].get("d").is_none(), "the private half stays here");

    let proof = body["proof"].as_str().unwrap();
    let header: Value =
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(proof.split('.').next().unwrap()).unwrap()).unwrap();
    let certificate = BASE64_STANDARD.decode(header["x5c"][0].as_str().unwrap()).unwrap();
    let own = CertificateDer::from_pem_slice(stub.read("party.pem").as_ref()).unwrap();
    assert_eq!(certificate, *own);
    let (_, parsed) = x509_parser::parse_x509_certificate(&certificate).unwrap();
    let verifier = ES256.verifier_from_der(parsed.public_key().raw).unwrap();
    let (payload, _) = josekit::jws::deserialize_compact(proof, &verifier).unwrap();
    let payload: Value = serde_json::from_slice(&payload).unwrap();
    assert_eq!(payload["thumbprint"], RecipientKey::from_jwk(&public).unwrap().thumbprint());

    let ended = stub.client(&["keys", "retire", "../../parties"]).await;
    assert_eq!((ended.exit, stub.seen().len()), (Exit::Usage, 1), "a thumbprint is no path");
}

#[tokio::test]
async fn a_key_file_is_never_overwritten() {
    let folder = tempfile::TempDir::new().unwrap();
    key_pair(folder.path(), "p-256").await;
    let out = folder.path().join("enc.jwk");
    let before = std::fs::read(&out).unwrap();
    let ended = run(&["sluis", "client", "keys", "generate", "--out", out.to_str().unwrap()]).await;
    assert_eq!(ended.exit, Exit::Usage);
    assert_eq!(std::fs::read(&out).unwrap(), before);
}

#[tokio::test]
async fn entries_are_verified_one_by_one() {
    let entries = |body: &str| {
        let log = log();
        let part = json!({"part": "recipient", "salt": BASE64_STANDARD.encode(SALT), "body": body, "path": log.path});
        json!({"items": [{"index": 0, "leaf": BASE64_STANDARD.encode(log.leaf), "parts": [part],
                          "proof": log.proof.to_string()}], "next": null})
    };
    let good = log().body;
    let bad = good.replace("pull", "push");
    assert_ne!(good, bad);
    for (body, exit, holds) in [(good, Exit::Done, true), (bad, Exit::Refused, false)] {
        let answer = entries(&body);
        let stub = Stub::start(move |_, _| json(200, &answer)).await;
        assert_eq!(
            stub.client(&["entries", "--verify"]).await.exit,
            Exit::Configuration,
            "no vkey, no verdict"
        );
        stub.write("profile.toml", &format!("{}log_vkey = \"{}\"\n", stub.profile_text(), log().key.vkey()));
        let ended = stub.client(&["--json", "entries", "--verify"]).await;
        assert_eq!(ended.exit, exit, "{ended:?}");
        let first: Value = serde_json::from_str(ended.stdout.lines().next().unwrap()).unwrap();
        assert_eq!(first["verified"]["holds"], holds);
    }
}
