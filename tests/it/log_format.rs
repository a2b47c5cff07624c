//! The page about the log's format says what the program writes: outsiders check the log with nothing else.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sluis::{
    accesslog::{
        entry::{
            CategoryFault, Commitments, EntryDraft, Event, LEAF_LENGTH, Outcome, Own, Part, PartName, Staff,
            Version, commitment, leaf, open_part, prepare,
        },
        folder::{Folder, FolderWriter},
        own::OwnEntry,
        receipt::{About, Claims, TYP},
        verify::{Check, verify},
    },
    crypto::{
        at_rest::AtRest,
        sign::{self, ReceiptKey},
    },
    domain::{
        declaration::{Capacity, DeclarationKind, EvidenceKind, Verdict},
        digest::Digest,
        id::{Entropy, NoEntropy},
        party::{PartyId, Role},
    },
    merkle::{
        checkpoint::Checkpoint,
        hash::leaf_hash,
        note::{LogKey, LogVerifier},
        proof,
        tile::TileSet,
        tlog_proof::TlogProof,
        tree::Tree,
    },
};
use zeroize::Zeroizing;

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
        number: Some(17),
        reader: Some(party),
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
        answer: Some("ja".parse().unwrap()),
        jwe_sha256: Some(Digest([1; 32])),
        key_thumbprint: Some("A".repeat(43)),
        policy_digest: Some(Digest([2; 32])),
        person: Some("0197b3a0-0000-7000-8000-000000000004".parse().unwrap()),
        staff: Some(Staff::new("medewerker-1", "trajectbegeleider").unwrap()),
        certificate: Some(Digest([3; 32])),
        cause: Some("expired".to_owned()),
        as_of: Some(3),
        subjects: ["request/1".to_owned()].into(),
        rows: ["message:0197b3a0-0000-7000-8000-000000000001".to_owned()].into(),
        gone: ["message:0197b3a0-0000-7000-8000-000000000005".to_owned()].into(),
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

/// What stands in `tests/vectors/log`, beside the folder of a log of three entries.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Vectors {
    vkey: String,
    /// Time, commitments and leaf hash of the entry that is shown with all its parts.
    time: u64,
    commitments: [Digest; 5],
    leaf_hash: Digest,
    entry: OwnEntry,
    receipt_key: Value,
    receipt: String,
    /// What the school and the college each get of the log.
    readers: BTreeMap<String, Vec<OwnEntry>>,
}

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/log");

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("../vectors/log/vectors.json")).unwrap()
}

#[test]
fn the_example_on_the_page_is_that_of_the_vectors() {
    let json = section("An example to check a program with").split("```json\n").nth(1).unwrap();
    let page: Value = serde_json::from_str(json.split("```").next().unwrap()).unwrap();
    let mut vectors = serde_json::to_value(vectors()).unwrap();
    vectors.as_object_mut().unwrap().remove("readers");
    assert_eq!(page, vectors);
}

#[test]
fn the_vectors_verify() {
    let vectors = vectors();
    let log = LogVerifier::from_vkey(&vectors.vkey).unwrap();
    let proven = vectors.entry.verify(&log).unwrap();
    let commitments = Commitments(vectors.commitments);
    assert_eq!((proven.leaf.time, proven.leaf.root), (vectors.time, commitments.root()));
    assert_eq!(proven.parts.len(), PartName::ALL.len());
    assert!(proven.parts.iter().any(|(_, part)| part.is_none()), "an absent part is shown too");
    let municipality =
        proven.parts.iter().flat_map(|(_, part)| part).find_map(|part| part.municipality.clone());
    assert_eq!(municipality.unwrap().as_str(), "0361");
    for (part, expected) in vectors.entry.parts.iter().zip(vectors.commitments) {
        let salt: [u8; 32] = BASE64_STANDARD.decode(&part.salt).unwrap().try_into().unwrap();
        assert_eq!(commitment(part.part, &salt, part.body.as_bytes()), expected);
    }
    let bytes = leaf(vectors.time, &commitments.root());
    assert_eq!((BASE64_STANDARD.encode(bytes), bytes.len()), (vectors.entry.leaf.clone(), LEAF_LENGTH));
    assert_eq!(leaf_hash(&bytes), vectors.leaf_hash);
    let claims: Claims = sign::verify(&vectors.receipt, &vectors.receipt_key).unwrap();
    assert_eq!((claims.leaf.clone(), claims.index), (vectors.entry.leaf, vectors.entry.index));
    claims.verify(&log).unwrap();
    for (reader, entries) in vectors.readers {
        let numbers = entries.iter().map(|entry| entry.verify(&log).unwrap().number().unwrap());
        let expected: Vec<u64> = (1..).take(entries.len()).collect();
        assert_eq!(numbers.collect::<Vec<_>>(), expected, "{reader}");
    }
}

#[tokio::test]
async fn the_folder_of_the_vectors_verifies() {
    let log = LogVerifier::from_vkey(&vectors().vkey).unwrap();
    let folder = Folder::open(&Path::new(FOLDER).join("folder")).unwrap();
    let report = verify(&folder, &Check::with(&log)).await.unwrap();
    assert!(report.is_sound(), "{:?}", report.findings);
    assert_eq!(report.entries, 3);
}

/// Salts one after the other, so that whoever makes the vectors anew makes the same.
#[derive(Debug, Default)]
struct Counting(AtomicU8);

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
        bytes.fill(self.0.fetch_add(1, Ordering::Relaxed));
        Ok(())
    }
}

/// To make the vectors anew after a change of the format; the page then takes its example from them.
#[test]
#[ignore = "writes tests/vectors/log"]
fn make_the_vectors() {
    let (school, college) = ("00000099000020000000/pro-school", "00000099000090010000/werk-en-inkomen");
    let at_rest = Arc::new(AtRest::new([(1, Zeroizing::new([7; 32]))]).unwrap());
    let entropy: Arc<dyn Entropy> = Arc::new(Counting::default());
    let own = |party: &str, part: Part| Some(Own { party: party.parse().unwrap(), part, staff: None });
    let shared = Part {
        trace_id: Some("4bf92f3577b34da6a3ce929d0e0e4736".to_owned()),
        caller: Some(school.parse().unwrap()),
        sender: Some(school.parse().unwrap()),
        recipient: Some(college.parse().unwrap()),
        packet: Some("0197b3a0-0000-7000-8000-000000000001".parse().unwrap()),
        dataset: Some("overgangsdocument".parse().unwrap()),
        dataset_version: Some(1),
        purpose: Some("voortzetting-ondersteuning".parse().unwrap()),
        municipality: Some("0361".parse().unwrap()),
        basis: Some("overgangsdocument.pro".parse().unwrap()),
        categories: ["persoon", "school"].iter().map(|code| code.parse().unwrap()).collect(),
        as_of: Some(2),
        ..Part::of(Event::Push, Outcome::Permitted)
    };
    let for_school = Part {
        conditions: vec!["overgangsdocument.voortzetting".to_owned()],
        person: Some("0197b3a0-0000-7000-8000-000000000004".parse().unwrap()),
        staff: Some(Staff::new("m-4", "stagecoördinator \"PrO\"").unwrap()),
        ..Part::default()
    };
    let drafts = [
        EntryDraft { shared: Part::of(Event::PolicyActivated, Outcome::Recorded), ..EntryDraft::default() },
        EntryDraft {
            shared: Part {
                trace_id: Some("4bf92f3577b34da6a3ce929d0e0e4735".to_owned()),
                caller: Some(college.parse().unwrap()),
                cause: Some("unknown-packet".to_owned()),
                ..Part::of(Event::Lookup, Outcome::Refused)
            },
            recipient: own(college, Part::default()),
            gateway: Some(Part { certificate: Some(Digest([3; 32])), ..Part::default() }),
            ..EntryDraft::default()
        },
        EntryDraft {
            shared,
            sender: own(school, for_school),
            recipient: own(college, Part::default()),
            ..EntryDraft::default()
        },
    ];
    let mut numbers = BTreeMap::new();
    let entries: Vec<_> = drafts
        .into_iter()
        .map(|draft| {
            let prepared = prepare(draft, Arc::clone(&at_rest), Arc::clone(&entropy)).unwrap();
            let number = |party: &PartyId| {
                let number = numbers.entry(*party).or_insert(0);
                *number += 1;
                *number
            };
            prepared.numbered(number).unwrap()
        })
        .collect();
    let times = [1_789_462_800_000, 1_789_462_800_100, 1_789_462_800_123];
    let leaves: Vec<_> =
        times.into_iter().zip(&entries).map(|(time, entry)| leaf(time, &entry.commitments.root())).collect();
    let key = LogKey::from_seed("sluis.example/noord-holland-noord/2026".parse().unwrap(), &[1; 32]).unwrap();
    let (mut tree, mut tiles) = (Tree::new(), TileSet::new());
    for leaf in &leaves {
        tree.append(leaf_hash(leaf));
    }
    tiles.extend(tree.partial());
    let checkpoint = Checkpoint { origin: key.origin().clone(), size: 3, root: tree.root() };
    let checkpoint = key.sign(&checkpoint).unwrap();
    let proof = |index| {
        let hashes = proof::inclusion(index, 3, &tiles).unwrap();
        TlogProof { extra: None, index, hashes, checkpoint: checkpoint.clone() }
    };
    let shown = |index: usize, may: &dyn Fn(PartName) -> bool| {
        let entry = &entries[index];
        let opened = entry
            .bodies
            .iter()
            .filter(|body| may(body.part))
            .map(|body| open_part(body.part, &body.commitment, &body.sealed, &at_rest).unwrap());
        let opened: Vec<_> = opened.collect();
        let at = u64::try_from(index).unwrap();
        OwnEntry::new(at, &leaves[index], (&entry.commitments, &opened), &proof(at))
    };
    let of = |own: PartName, indexes: &[usize]| {
        let may = |part| part == PartName::Shared || part == own;
        indexes.iter().map(|index| shown(*index, &may)).collect::<Vec<_>>()
    };
    let receipt_key = ReceiptKey::from_pem(&ReceiptKey::generate_pem().unwrap()).unwrap();
    let about = About {
        party: school.parse().unwrap(),
        packet: Some("0197b3a0-0000-7000-8000-000000000001".parse().unwrap()),
        event: Event::Push,
        as_of: Some(2),
        leaf: &leaves[2],
        proof: &proof(2),
    };
    let at = "2026-09-15T09:00:00Z".parse().unwrap();
    let vectors = Vectors {
        vkey: key.vkey(),
        time: times[2],
        commitments: entries[2].commitments.0,
        leaf_hash: leaf_hash(&leaves[2]),
        entry: shown(2, &|_| true),
        receipt_key: receipt_key.public_jwk().clone(),
        receipt: receipt_key.sign(&Claims::new(&key.origin().to_string(), at, &about)).unwrap(),
        readers: [
            (school.to_owned(), of(PartName::Sender, &[2])),
            (college.to_owned(), of(PartName::Recipient, &[1, 2])),
        ]
        .into(),
    };
    let folder = Path::new(FOLDER);
    drop(fs::remove_dir_all(folder));
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join("vectors.json"), format!("{}\n", serde_json::to_string_pretty(&vectors).unwrap()))
        .unwrap();
    let mut writer = FolderWriter::create(&folder.join("folder")).unwrap();
    for leaf in &leaves {
        writer.append(leaf).unwrap();
    }
    writer.finish(&checkpoint, &key.vkey(), &[2]).unwrap();
}
