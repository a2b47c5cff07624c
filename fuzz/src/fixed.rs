//! The keys, certificates and instant that seeds were made with. Invented, and of no use for anything else.

use std::sync::{Arc, LazyLock};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair},
};
use jiff::Timestamp;
use rustls::pki_types::{PrivatePkcs8KeyDer, pem::PemObject as _};
use serde_json::Value;
use sluis::{
    crypto::{envelope::Identity, keys::PrivateKey, sign::ReceiptKey},
    domain::{
        clock::SetClock,
        party::{PartyId, Role},
    },
    identity::{
        ClientCertificate, Peer, Registration, RegistrationState,
        anchors::{AnchorSource, TrustAnchors},
        revocations::{ListSource, Revocations},
        tls::OwnCertificate,
    },
    merkle::note::{LogKey, LogVerifier},
    policy::Catalogue,
};

/// When every seed was made.
pub(super) const NOW: &str = "2026-09-01T12:00:00Z";
/// What the envelope of the seeds holds.
pub(super) const CONTENT: &str = r#"{"persoon":{"achternaam":"Voorbeeld"}}"#;

/// See [`NOW`].
pub(super) fn now() -> Timestamp {
    NOW.parse().unwrap()
}

/// The clock of every configuration.
pub(super) fn clock() -> Arc<SetClock> {
    Arc::new(SetClock::at(now()))
}

/// The policies that the program has built in.
pub(super) static CATALOGUE: LazyLock<Arc<Catalogue>> = LazyLock::new(|| Catalogue::embedded().unwrap());

/// The throw-away authority as a trust anchor.
pub(super) static ANCHORS: LazyLock<TrustAnchors> = LazyLock::new(|| {
    let (pem, prefixes) = (include_bytes!("../fixed/authority.pem"), ["00000099".to_owned()]);
    TrustAnchors::read(&[AnchorSource { name: "fixed", pem, prefixes: &prefixes }]).unwrap()
});

/// The authority's list, on which nobody stands.
pub(super) static LISTS: LazyLock<Revocations> = LazyLock::new(|| {
    let bytes = include_bytes!("../fixed/authority.crl");
    let source = ListSource { name: "fixed", bytes: Some(bytes) };
    Revocations::read(&[source], &ANCHORS, &Revocations::none(), now()).revocations
});

/// The authority's key: a mutated list would otherwise end at its signature.
pub(super) fn sign(message: &[u8]) -> Vec<u8> {
    static KEY: LazyLock<EcdsaKeyPair> = LazyLock::new(|| {
        let key = PrivatePkcs8KeyDer::from_pem_slice(include_bytes!("../fixed/authority.key")).unwrap();
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, key.secret_pkcs8_der()).unwrap()
    });
    KEY.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec()
}

/// The party's certificate and key.
pub(super) static OWN: LazyLock<OwnCertificate> = LazyLock::new(|| {
    OwnCertificate::from_pem(include_bytes!("../fixed/party.pem"), include_bytes!("../fixed/party.key"))
        .unwrap()
});

/// The party, connected by its certificate.
pub(super) static PEER: LazyLock<Peer> = LazyLock::new(|| {
    let certificate = ClientCertificate::read(OWN.leaf()).unwrap();
    let registration = Registration {
        party: PartyId::new(certificate.oin(), Role::WerkEnInkomen),
        name: "Duinwijk".to_owned(),
        certificate: certificate.registration(),
        state: RegistrationState::Active,
    };
    Peer::admit(Arc::new(certificate), registration, &LISTS, now()).unwrap()
});

/// A sealed message of the vectors, with its key and content.
pub(super) struct Vector {
    /// The private key that opens it.
    pub(super) key: PrivateKey,
    /// The message.
    pub(super) jwe: String,
    /// What it holds.
    pub(super) content: String,
}

/// P-256 and X25519: RSA is too slow to open thousands.
pub(super) static SEALED: LazyLock<[Vector; 2]> = LazyLock::new(|| {
    [
        include_str!("../../tests/vectors/sealed-packet/ecdh-es-p256.json"),
        include_str!("../../tests/vectors/sealed-packet/ecdh-es-x25519.json"),
    ]
    .map(vector)
});

/// One of every algorithm. Few mutations reach the decryption.
pub(super) static OPENED: LazyLock<[Vector; 4]> = LazyLock::new(|| {
    [
        include_str!("../../tests/vectors/sealed-packet/rsa-oaep.json"),
        include_str!("../../tests/vectors/sealed-packet/rsa-oaep-256.json"),
        include_str!("../../tests/vectors/sealed-packet/ecdh-es-x25519.json"),
        include_str!("../../tests/vectors/sealed-packet/ecdh-es-a256kw-p256.json"),
    ]
    .map(vector)
});

fn vector(case: &str) -> Vector {
    let case: Value = serde_json::from_str(case).unwrap();
    let member = |name: &str| case[name].as_str().unwrap().to_owned();
    let key = PrivateKey::from_jwk(&case["key"]).unwrap();
    Vector { key, jwe: member("jwe"), content: member("content") }
}

/// The gateway's receipt key, its public half.
pub(super) static RECEIPT_KEY: LazyLock<Value> = LazyLock::new(|| {
    ReceiptKey::from_pem(include_str!("../../keys.example/receipt.v1.pem")).unwrap().public_jwk().clone()
});

/// The key of an age envelope.
pub(super) static IDENTITY: LazyLock<Identity> =
    LazyLock::new(|| include_str!("../fixed/age.key").parse().unwrap());

/// The log's key.
pub(super) static LOG_KEY: LazyLock<LogKey> =
    LazyLock::new(|| LogKey::from_seed("sluis.example/2026".parse().unwrap(), &[1; 32]).unwrap());

/// Its public half.
pub(super) static LOG: LazyLock<LogVerifier> =
    LazyLock::new(|| LogVerifier::from_vkey(&LOG_KEY.vkey()).unwrap());
