//! The page about the log's format says what the program writes: outsiders check the log with nothing else.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::Deserialize;
use serde_json::Value;
use sluis::{
    accesslog::{
        entry::{
            CategoryFault, Event, LEAF_LENGTH, Outcome, Part, PartName, Staff, Version, commitment, leaf,
        },
        own::OwnEntry,
        receipt::{Claims, TYP},
    },
    crypto::sign,
    domain::{
        declaration::{Capacity, DeclarationKind, EvidenceKind, Verdict},
        digest::Digest,
        party::Role,
    },
    merkle::{hash::leaf_hash, note::LogVerifier},
};

const PAGE: &str = include_str!("../../docs/log-format.md");

/// A section of the page, without its head.
fn section(head: &str) -> &'static str {
    let (_, rest) = PAGE.split_once(&format!("\n## {head}\n")).unwrap();
    rest.split("\n## ").next().unwrap()
}

/// The rows of the tables of a section: the word in the first cell, and the rest.
fn rows(section: &'static str) -> Vec<(&'static str, &'static str)> {
    section.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`')).collect()
}

/// Every member, so that a new one does not compile before it stands here.
fn full() -> Part {
    let party = "00000099000000001000/werk-en-inkomen".parse().unwrap();
    let packet = "0197b3a0-0000-7000-8000-000000000001".parse().unwrap();
    Part {
        v: Version,
        event: Some(Event::Push),
        outcome: Some(Outcome::Permitted),
        trace_id: Some("4bf92f3577b34da6a3ce929d0e0e4736".to_owned()),
        caller: Some(party),
        on_behalf_of: Some(party),
        sender: Some(party),
        recipient: Some(party),
        subject: Some(party),
        packet: Some(packet),
        request: Some(packet),
        declaration: Some("0197b3a0-0000-7000-8000-000000000002".parse().unwrap()),
        declaration_kind: Some(DeclarationKind::Instemming),
        capacity: Some(Capacity::Persoon),
        evidence: Some(EvidenceKind::Formulier),
        verdict: Some(Verdict::Gegrond),
        notice: Some("0197b3a0-0000-7000-8000-000000000003".parse().unwrap()),
        dataset: Some("overgangsdocument".parse().unwrap()),
        dataset_version: Some(1),
        purpose: Some("voortzetting-ondersteuning".parse().unwrap()),
        municipality: Some("0361".parse().unwrap()),
        basis: Some("overgangsdocument.pro".parse().unwrap()),
        provisions: vec!["wvo2020:2.31b:3".parse().unwrap()],
        conditions: vec!["overgangsdocument.voortzetting".to_owned()],
        ages: [("leeftijd-verzoek".to_owned(), [17, 18])].into(),
        faults: vec![CategoryFault {
            category: "leerplicht".parse().unwrap(),
            code: "forbidden-category".to_owned(),
        }],
        categories: ["school".parse().unwrap()].into(),
        omitted: ["wensen".parse().unwrap()].into(),
        continues: Some(true),
        jwe_sha256: Some(Digest([1; 32])),
        key_thumbprint: Some("A".repeat(43)),
        policy_digest: Some(Digest([2; 32])),
        person: Some("0197b3a0-0000-7000-8000-000000000004".parse().unwrap()),
        staff: Some(Staff::new("medewerker-1", "trajectbegeleider").unwrap()),
        certificate: Some(Digest([3; 32])),
        cause: Some("expired".to_owned()),
        as_of: Some(3),
        subjects: ["request/1".to_owned()].into(),
        entries: Some([0, 1]),
    }
}

/// The names of the members of an object whose texts have no quotes, in the order in which they are written.
fn names(json: &str) -> Vec<String> {
    let pieces: Vec<&str> = json.split('"').collect();
    let (mut names, mut depth) = (Vec::new(), 0);
    for (number, piece) in pieces.iter().enumerate() {
        let is_text = number % 2 == 1;
        if is_text && depth == 1 && pieces[number + 1].starts_with(':') {
            names.push((*piece).to_owned());
        }
        for mark in piece.chars().filter(|_| !is_text) {
            depth += match mark {
                '{' | '[' => 1,
                '}' | ']' => -1,
                _ => 0,
            };
        }
    }
    names
}

#[test]
fn the_page_names_every_member_of_a_part_in_its_order() {
    let written = names(std::str::from_utf8(&full().to_json().unwrap()).unwrap());
    let told: Vec<&str> = rows(section("Members of a part")).into_iter().map(|(name, _)| name).collect();
    assert_eq!(told, written);
}

#[test]
fn the_page_names_every_word_that_a_member_may_have() {
    fn words<T: serde::Serialize>(all: impl IntoIterator<Item = T>) -> Vec<String> {
        all.into_iter().map(|one| serde_json::to_value(one).unwrap().as_str().unwrap().to_owned()).collect()
    }
    for (member, expected) in [
        ("outcome", words(Outcome::ALL)),
        ("declarationKind", words(DeclarationKind::ALL)),
        ("capacity", words(Capacity::ALL)),
        ("evidence", words(EvidenceKind::ALL)),
        ("verdict", words(Verdict::ALL)),
    ] {
        let (_, row) =
            rows(section("Members of a part")).into_iter().find(|(name, _)| *name == member).unwrap();
        let told: Vec<&str> = row.split('`').skip(1).step_by(2).collect();
        assert_eq!(told, expected, "{member}");
    }
    for role in Role::ALL {
        assert!(section("Members of a part").contains(&format!("`{}`", role.as_str())), "{role}");
    }
}

#[test]
fn the_page_names_every_claim_of_a_receipt() {
    let claims = Claims {
        as_of: Some(2),
        iss: "i".to_owned(),
        iat: 1,
        party: "00000099000000001000/werk-en-inkomen".parse().unwrap(),
        packet: Some("0197b3a0-0000-7000-8000-000000000001".parse().unwrap()),
        event: Event::Pull.into(),
        index: 1,
        leaf: String::new(),
        proof: String::new(),
    };
    let written = names(&serde_json::to_string(&claims).unwrap());
    let told: Vec<&str> = rows(section("Receipts")).into_iter().map(|(name, _)| name).collect();
    assert_eq!(told, written);
    for said in [TYP, "ES256", "`released`"] {
        assert!(section("Receipts").contains(said), "{said}");
    }
    assert!(serde_json::to_string(&claims).unwrap().contains("\"event\":\"released\""));
}

/// The example on the page.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Example {
    vkey: String,
    time: u64,
    commitments: [Digest; 4],
    leaf_hash: Digest,
    entry: OwnEntry,
    receipt_key: Value,
    receipt: String,
}

#[test]
fn the_example_on_the_page_verifies() {
    let json = section("An example to check a program with").split("```json\n").nth(1).unwrap();
    let example: Example = serde_json::from_str(json.split("```").next().unwrap()).unwrap();
    let log = LogVerifier::from_vkey(&example.vkey).unwrap();
    let proven = example.entry.verify(&log).unwrap();
    assert_eq!((proven.leaf.time, proven.leaf.commitments), (example.time, example.commitments));
    assert_eq!(proven.parts.len(), PartName::ALL.len());
    assert!(proven.parts.iter().any(|(_, part)| part.is_none()), "an absent part is shown too");
    let municipality =
        proven.parts.iter().flat_map(|(_, part)| part).find_map(|part| part.municipality.clone());
    assert_eq!(municipality.unwrap().as_str(), "0361");
    for (part, expected) in example.entry.parts.iter().zip(example.commitments) {
        let salt: [u8; 32] = BASE64_STANDARD.decode(&part.salt).unwrap().try_into().unwrap();
        assert_eq!(commitment(part.part, &salt, part.body.as_bytes()), expected);
    }
    let bytes = leaf(example.time, &example.commitments);
    assert_eq!((BASE64_STANDARD.encode(bytes), bytes.len()), (example.entry.leaf.clone(), LEAF_LENGTH));
    assert_eq!(leaf_hash(&bytes), example.leaf_hash);
    let claims: Claims = sign::verify(&example.receipt, &example.receipt_key).unwrap();
    assert_eq!((claims.leaf.clone(), claims.index), (example.entry.leaf, example.entry.index));
    claims.verify(&log).unwrap();
}
