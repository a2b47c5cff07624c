//! Certificates that no authority should issue.

use rcgen::{
    CertificateParams, CustomExtension, DnType, DnValue, ExtendedKeyUsagePurpose, Issuer, KeyPair,
    KeyUsagePurpose,
};
use sluis::identity::authority::Authority;

/// The object identifier of `subject.serialNumber`.
const SERIAL_NUMBER: &[u64] = &[2, 5, 4, 5];

/// A client's certificate of an organisation, to be made odd.
pub(crate) fn of_client(oin: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::OrganizationName, "Zaffier");
    let oin = DnValue::PrintableString(oin.try_into().unwrap());
    params.distinguished_name.push(DnType::CustomDnType(SERIAL_NUMBER.to_vec()), oin);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params.use_authority_key_identifier_extension = true;
    params
}

/// A server's certificate for these hosts, to be made odd.
pub(crate) fn of_server(names: &[&str]) -> CertificateParams {
    let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).unwrap();
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    params
}

/// An extension that every reader must know, and none does.
pub(crate) fn unknown_extension() -> CustomExtension {
    let mut extension = CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 99_999, 1], vec![5, 0]);
    extension.set_criticality(true);
    extension
}

/// The certificate and its authority's, in PEM.
pub(crate) fn chain(params: &CertificateParams, key: &KeyPair, authority: &Authority) -> String {
    let own = KeyPair::from_pem(authority.key_pem()).unwrap();
    let issuer = Issuer::from_ca_cert_pem(authority.certificate_pem(), own).unwrap();
    params.signed_by(key, &issuer).unwrap().pem() + authority.certificate_pem()
}
