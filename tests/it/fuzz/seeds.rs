//! Writes the seeds that hold signatures, and the keys for them: anew when a format changes.

use std::{fs, path::Path, sync::Arc};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD, prelude::BASE64_STANDARD};
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, pem::PemObject as _};
use serde_json::json;
use sluis::{
    accesslog::{
        entry::{EntryDraft, Event, Outcome, Own, Part, leaf, open_part, prepare},
        own::OwnEntry,
        receipt::{About, Claims},
    },
    crypto::{
        at_rest::AtRest,
        envelope::{self, Identity},
        keys::{KeyAlgorithm, PrivateKey},
        sign::ReceiptKey,
    },
    domain::id::SystemEntropy,
    identity::{authority::Authority, key_proof, tls::OwnCertificate},
    merkle::{checkpoint::Checkpoint, hash::leaf_hash, note::LogKey, tlog_proof::TlogProof},
};
use zeroize::Zeroizing;

fn write(path: &str, bytes: impl AsRef<[u8]>) {
    let path = Path::new("fuzz").join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// The header as JSON on a line, then the rest: what mutations can get hold of.
fn opened(message: &str) -> String {
    let (header, rest) = message.split_once('.').unwrap();
    let header = String::from_utf8(URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
    format!("{header}\n{rest}")
}

#[test]
#[ignore = "changes files of the repository: `cargo test --test it fuzz::seeds -- --ignored`"]
fn written_anew() {
    let (now, entropy) = ("2026-09-01T12:00:00Z".parse().unwrap(), SystemEntropy::new());
    let party = "00000099000000001000/werk-en-inkomen".parse().unwrap();

    let authority = Authority::root("fuzz", now, &entropy).unwrap();
    let issued =
        authority.client("00000099000000001000".parse().unwrap(), "Duinwijk", "fuzz", now, &entropy).unwrap();
    let list = |revoked: &[&[u8]]| authority.revocation_list(revoked, 1, now).unwrap();
    write("fixed/authority.pem", authority.certificate_pem());
    write("fixed/authority.key", authority.key_pem());
    write("fixed/authority.crl", list(&[]));
    write("fixed/party.pem", &issued.chain_pem);
    write("fixed/party.key", issued.key_pem.as_str());
    write("corpus/certificate/ok-party", &issued.der);
    write(
        "corpus/certificate/no-authority",
        CertificateDer::from_pem_slice(authority.certificate_pem().as_bytes()).unwrap(),
    );
    write("corpus/revocation_list/ok-two", list(&[&[1, 2, 3], &[0x7f; 20]]));
    write(
        "corpus/revocation_list/ok-der",
        CertificateRevocationListDer::from_pem_slice(list(&[&[9]]).as_bytes()).unwrap(),
    );

    let own = OwnCertificate::from_pem(issued.chain_pem.as_bytes(), issued.key_pem.as_bytes()).unwrap();
    let key = PrivateKey::generate(KeyAlgorithm::EcdhEs).unwrap();
    let jwk = key.public().to_jwk();
    let statement = key_proof::state(key.public(), Some(party), &own, now).unwrap();
    write("corpus/key_proof/ok-statement", format!("{jwk}\n{statement}"));
    write("corpus/key_proof/ok-opened", format!("{jwk}\n{}", opened(&statement)));
    write("corpus/key_proof/no-proof", jwk.to_string());
    // The certificate's own key as an encryption key, with its chain.
    let mut certified = PrivateKey::from_pem(&issued.key_pem).unwrap().public().to_jwk();
    certified["x5c"] = json!(own.chain().map(|der| BASE64_STANDARD.encode(der)).collect::<Vec<_>>());
    write("corpus/key_proof/ok-chain", certified.to_string());
    let rsa = PrivateKey::generate(KeyAlgorithm::RsaOaep).unwrap();
    write("corpus/recipient_key/ok-rsa", rsa.public().to_jwk().to_string());
    write("corpus/recipient_key/ok-p256", jwk.to_string());
    write("corpus/recipient_key/no-private", key.to_jwk().to_string());

    let identity = Identity::generate();
    let mut sealed = Vec::new();
    let content = br#"{"persoon":{"achternaam":"Voorbeeld"}}"#;
    envelope::seal(&mut content.as_slice(), &mut sealed, &[identity.recipient()]).unwrap();
    write("fixed/age.key", identity.expose().as_str());
    write("corpus/envelope/ok-envelope", sealed);

    let ring = Arc::new(AtRest::new([(1, Zeroizing::new([7; 32]))]).unwrap());
    let part = Part { cause: Some("for-sender".to_owned()), ..Part::default() };
    let draft = EntryDraft {
        shared: Part::of(Event::Push, Outcome::Permitted),
        sender: Some(Own { party, part, staff: None }),
        ..EntryDraft::default()
    };
    let prepared = prepare(draft, Arc::clone(&ring), Arc::new(SystemEntropy::new())).unwrap();
    let numbered = prepared.numbered(|_| 1).unwrap();
    let leaf = leaf(7, &numbered.commitments.root());
    let log = LogKey::from_seed("sluis.example/2026".parse().unwrap(), &[1; 32]).unwrap();
    let sign = |leaf: &[u8]| {
        log.sign(&Checkpoint { origin: log.origin().clone(), size: 1, root: leaf_hash(leaf) }).unwrap()
    };
    let proof = |leaf| TlogProof { extra: None, index: 0, hashes: Vec::new(), checkpoint: sign(leaf) };
    let parts =
        numbered.bodies.map(|body| open_part(body.part, &body.commitment, &body.sealed, &ring).unwrap());
    let entry = OwnEntry::new(0, &leaf, (&numbered.commitments, &parts), &proof(&leaf));
    write("corpus/leaf/ok-leaf", leaf);
    write("corpus/own_entry/ok-entry", serde_json::to_vec(&entry).unwrap());
    write("corpus/json_typed/ok-entry", serde_json::to_vec(&entry).unwrap());
    write("corpus/note/ok-note", sign(b"sluis"));
    write("corpus/tlog_proof/ok-proof", proof(b"sluis").to_string());
    write("corpus/vkey/ok-vkey", log.vkey());
    write("corpus/checkpoint/ok-checkpoint", sign(b"sluis").split_once("\n\n").unwrap().0.to_owned() + "\n");

    let about = About {
        as_of: None,
        party,
        packet: Some("0197b3a0-0000-7000-8000-000000000001".parse().unwrap()),
        event: Event::Push,
        leaf: &leaf,
        proof: &proof(&leaf),
    };
    let receipt_key = ReceiptKey::from_pem(include_str!("../../../keys.example/receipt.v1.pem")).unwrap();
    let claims = Claims::new("https://sluis.example", now, &about);
    let receipt = receipt_key.sign(&claims).unwrap();
    write("corpus/receipt/ok-opened", opened(&receipt));
    write("corpus/receipt/ok-receipt", receipt);
}
