use rcgen::{
    CertificateParams, DnType, DnValue, IsCa, KeyPair, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, PKCS_RSA_SHA256,
    RsaKeySize, SigningKey,
};

use super::*;
use crate::{domain::id::SystemEntropy, identity::authority::Authority};

const OIN: &str = "00000099000000001000";

fn now() -> Timestamp {
    "2026-09-01T12:00:00Z".parse().unwrap()
}

fn issued() -> Vec<u8> {
    let entropy = SystemEntropy::new();
    let authority = Authority::root("test", now(), &entropy).unwrap();
    authority
        .client(OIN.parse().unwrap(), "Gemeente Duinwijk", "werk-en-inkomen", now(), &entropy)
        .unwrap()
        .der
}

fn params(serials: &[&str], organisations: &[&str]) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    // rcgen keeps one value per type, so a second one comes under another spelling of the same OID.
    for serial in serials {
        params
            .distinguished_name
            .push(DnType::CustomDnType(vec![2, 5, 4, 5]), DnValue::Utf8String((*serial).to_owned()));
    }
    for organisation in organisations {
        params.distinguished_name.push(DnType::OrganizationName, *organisation);
    }
    params
}

fn self_signed(params: &CertificateParams, key: &impl SigningKey) -> Vec<u8> {
    params.self_signed(key).unwrap().der().to_vec()
}

#[test]
fn a_certificate_of_an_organisation_is_read() {
    let certificate = ClientCertificate::read(&issued()).unwrap();
    assert_eq!(certificate.oin().as_str(), OIN);
    assert_eq!(certificate.organisation(), "Gemeente Duinwijk");
    assert_eq!(certificate.key(), CertificateKey::P256);
    assert_eq!(certificate.serial().len(), 16);
    assert_eq!(certificate.serial_text().len(), 32);
    assert!(certificate.not_before() < now() && now() < certificate.not_after());
    assert_eq!(certificate.spki_digest(), Digest::of(certificate.spki()));
}

#[test]
fn the_registration_is_of_issuer_subject_and_key() {
    let key = KeyPair::generate().unwrap();
    let of = |params: &CertificateParams, key: &KeyPair| {
        ClientCertificate::read(&self_signed(params, key)).unwrap().registration()
    };
    let first = of(&params(&[OIN], &["Duinwijk"]), &key);
    let mut renewed = params(&[OIN], &["Duinwijk"]);
    renewed.serial_number = Some(2_u64.into());
    renewed.not_after = rcgen::date_time_ymd(2030, 1, 1);
    assert_eq!(of(&renewed, &key), first, "a renewal with the same key is the same registration");
    assert_ne!(of(&params(&[OIN], &["Zandwijk"]), &key), first);
    assert_ne!(of(&params(&[OIN], &["Duinwijk"]), &KeyPair::generate().unwrap()), first);
    // The bytes are fixed: parties register digests.
    let der = self_signed(&params(&[OIN], &["Duinwijk"]), &key);
    let certificate = parse(&der).unwrap();
    let mut bytes = Vec::new();
    for part in [certificate.issuer().as_raw(), certificate.subject().as_raw(), certificate.public_key().raw]
    {
        bytes.extend(u64::try_from(part.len()).unwrap().to_be_bytes());
        bytes.extend(part);
    }
    assert_eq!(first, Digest::of(&bytes));
}

#[test]
fn weak_and_unknown_keys_are_refused() {
    let params = params(&[OIN], &["Duinwijk"]);
    let read = |der: Vec<u8>| ClientCertificate::read(&der).map(|certificate| certificate.key());
    let rsa = |size| KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, size).unwrap();
    assert_eq!(read(self_signed(&params, &rsa(RsaKeySize::_2048))), Err(CertificateFault::Key));
    assert_eq!(read(self_signed(&params, &rsa(RsaKeySize::_3072))), Ok(CertificateKey::Rsa));
    let ed25519 = KeyPair::generate_for(&PKCS_ED25519).unwrap();
    assert_eq!(read(self_signed(&params, &ed25519)), Err(CertificateFault::Key));
    let p384 = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap();
    assert_eq!(read(self_signed(&params, &p384)), Ok(CertificateKey::P384));
}

#[test]
fn names_that_do_not_say_one_organisation_are_refused() {
    let key = KeyPair::generate().unwrap();
    let long = "x".repeat(201);
    for (serials, organisations, expect) in [
        (vec![], vec!["Duinwijk"], CertificateFault::Oin),
        (vec!["12345"], vec!["Duinwijk"], CertificateFault::Oin),
        (vec!["99999999000000001000"], vec!["Duinwijk"], CertificateFault::Oin),
        (vec![OIN], vec![], CertificateFault::Organisation),
        (vec![OIN], vec![" "], CertificateFault::Organisation),
        (vec![OIN], vec!["Duin\nwijk"], CertificateFault::Organisation),
        (vec![OIN], vec![long.as_str()], CertificateFault::Organisation),
    ] {
        let der = self_signed(&params(&serials, &organisations), &key);
        assert_eq!(ClientCertificate::read(&der), Err(expect), "{serials:?} {organisations:?}");
    }
}

#[test]
fn a_second_serial_number_makes_it_nobodys() {
    // rcgen writes an attribute once, so the organisation's OID (2.5.4.10) is changed into serialNumber's (2.5.4.5).
    let key = KeyPair::generate().unwrap();
    let mut der = self_signed(&params(&[OIN], &["00000099000000002000"]), &key);
    let organisation = [0x06, 0x03, 0x55, 0x04, 0x0a];
    let places: Vec<_> = (0..der.len() - 5).filter(|at| der[*at..*at + 5] == organisation).collect();
    assert_eq!(places.len(), 2, "in issuer and subject");
    for at in places {
        der[at + 4] = 0x05;
    }
    assert_eq!(ClientCertificate::read(&der), Err(CertificateFault::Oin));
}

#[test]
fn an_authority_is_no_party() {
    let mut params = params(&[OIN], &["Duinwijk"]);
    params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let der = self_signed(&params, &KeyPair::generate().unwrap());
    assert_eq!(ClientCertificate::read(&der), Err(CertificateFault::Authority));
}

#[test]
fn hostile_bytes_are_refused_without_a_panic() {
    let der = issued();
    let long = vec![0; 70_000];
    for wrong in [&[][..], &[0x30], &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff], &long] {
        assert_eq!(ClientCertificate::read(wrong), Err(CertificateFault::NotACertificate));
    }
    assert!(ClientCertificate::read(&[der.as_slice(), &[0]].concat()).is_err(), "trailing bytes");
    for at in 0..der.len() {
        assert!(ClientCertificate::read(&der[..at]).is_err());
        for mask in [0x01, 0x80, 0xff] {
            let mut changed = der.clone();
            changed[at] ^= mask;
            // Some changes leave a readable certificate; its signature is not this function's matter.
            drop(ClientCertificate::read(&changed));
        }
    }
}
