//! A throw-away certificate authority, for `sluis init --dev`, the demo and tests.
//!
//! Every certificate says so in its subject. Never list one as a trust anchor of a gateway that handles real people.

use std::{fmt, time::Duration};

use jiff::{SignedDuration, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DistinguishedName, DnType, DnValue,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, RevokedCertParams,
    SerialNumber, date_time_ymd,
};
use zeroize::Zeroizing;

use crate::domain::{
    id::{Entropy, NoEntropy},
    oin::Oin,
};

/// Stands in the organisation of the authority, and behind the common name of all that it issues.
pub const MARK: &str = "throw-away";

const AUTHORITY_LASTS: SignedDuration = SignedDuration::from_hours(24 * 3650);
const LEAF_LASTS: SignedDuration = SignedDuration::from_hours(24 * 397);
const LIST_LASTS: SignedDuration = SignedDuration::from_hours(24 * 397);
/// Clocks of two machines differ.
const GRACE: SignedDuration = SignedDuration::from_mins(5);

/// Nothing was made.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// No randomness for the serial number.
    #[error(transparent)]
    NoEntropy(#[from] NoEntropy),
    /// The instant is before 1970.
    #[error("the throw-away authority works from 1970 onwards")]
    Time,
    /// A name that cannot stand in a certificate, a key that cannot be read, or no key could be made.
    #[error("the throw-away certificate could not be made")]
    Failed(#[from] rcgen::Error),
}

/// A throw-away authority with its key (P-256).
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    chain_pem: String,
    key_pem: Zeroizing<String>,
}

/// What an authority issued.
#[derive(Clone)]
pub struct Issued {
    /// The certificate in PEM, and behind it those of the intermediate authorities, if any.
    pub chain_pem: String,
    /// The certificate in DER.
    pub der: Vec<u8>,
    /// The private key in PEM (PKCS#8, P-256).
    pub key_pem: Zeroizing<String>,
    /// The serial number, to revoke it by.
    pub serial: Vec<u8>,
}

impl fmt::Debug for Issued {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Issued(serial {}, key redacted)", hex::encode(&self.serial))
    }
}

impl Authority {
    /// A new root. `label` tells it from others in messages. The key is made with the library's own randomness.
    ///
    /// # Errors
    /// [`AuthorityError`].
    pub fn root(label: &str, now: Timestamp, entropy: &dyn Entropy) -> Result<Self, AuthorityError> {
        let key = KeyPair::generate()?;
        let params = authority_params(label, None, now, entropy)?;
        let certificate = params.self_signed(&key)?;
        Ok(Self::of(params, key, certificate.pem()))
    }

    /// An intermediate authority under this one. Its certificates come with the chain that leads here.
    ///
    /// # Errors
    /// [`AuthorityError`].
    pub fn intermediate(
        &self,
        label: &str,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Result<Self, AuthorityError> {
        let key = KeyPair::generate()?;
        let params = authority_params(label, Some(0), now, entropy)?;
        let certificate = params.signed_by(&key, &self.issuer)?;
        Ok(Self::of(params, key, certificate.pem()))
    }

    /// A root that was kept in two files.
    ///
    /// # Errors
    /// [`AuthorityError::Failed`] when they are not a certificate and a key.
    pub fn from_pem(certificate_pem: &str, key_pem: &str) -> Result<Self, AuthorityError> {
        let issuer = Issuer::from_ca_cert_pem(certificate_pem, KeyPair::from_pem(key_pem)?)?;
        Ok(Self {
            issuer,
            chain_pem: certificate_pem.to_owned(),
            key_pem: Zeroizing::new(key_pem.to_owned()),
        })
    }

    /// The authority's certificate in PEM, to be listed as a trust anchor.
    #[must_use]
    pub fn certificate_pem(&self) -> &str {
        &self.chain_pem
    }

    /// The authority's key in PEM.
    #[must_use]
    pub fn key_pem(&self) -> &str {
        &self.key_pem
    }

    /// A client certificate for an organisation: OIN in subject.serialNumber, name in O, `label` (such as the role) in CN.
    ///
    /// # Errors
    /// [`AuthorityError`].
    pub fn client(
        &self,
        oin: Oin,
        organisation: &str,
        label: &str,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Result<Issued, AuthorityError> {
        let mut params = leaf_params(oin, organisation, label, &[], now, entropy)?;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.issue(&params)
    }

    /// A server certificate for host names and IP addresses. It may be used as a client too, as those of `PKIoverheid`.
    ///
    /// # Errors
    /// [`AuthorityError`].
    pub fn server(
        &self,
        oin: Oin,
        organisation: &str,
        names: &[&str],
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Result<Issued, AuthorityError> {
        let label = names.first().copied().unwrap_or("gateway");
        let mut params = leaf_params(oin, organisation, label, names, now, entropy)?;
        params.extended_key_usages =
            vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        self.issue(&params)
    }

    /// A certificate for servers only, as public authorities issue them since 2026: no client may use it.
    ///
    /// # Errors
    /// [`AuthorityError`].
    pub fn server_only(
        &self,
        oin: Oin,
        organisation: &str,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Result<Issued, AuthorityError> {
        let mut params = leaf_params(oin, organisation, "server", &[], now, entropy)?;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        self.issue(&params)
    }

    /// A client certificate that does not say for what it may be used, as old software makes them.
    ///
    /// # Errors
    /// [`AuthorityError`].
    pub fn without_usage(
        &self,
        oin: Oin,
        organisation: &str,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Result<Issued, AuthorityError> {
        self.issue(&leaf_params(oin, organisation, "anything", &[], now, entropy)?)
    }

    /// A revocation list in PEM that names these serial numbers; `number` must rise with each list.
    ///
    /// # Errors
    /// [`AuthorityError`].
    pub fn revocation_list(
        &self,
        revoked: &[&[u8]],
        number: u64,
        now: Timestamp,
    ) -> Result<String, AuthorityError> {
        let revoked_certs = revoked.iter().map(|serial| {
            Ok(RevokedCertParams {
                serial_number: SerialNumber::from_slice(serial),
                revocation_time: date_time_ymd(1970, 1, 1) + since_1970(now)?,
                reason_code: None,
                invalidity_date: None,
            })
        });
        let list = CertificateRevocationListParams {
            this_update: date_time_ymd(1970, 1, 1) + since_1970(now)?,
            next_update: date_time_ymd(1970, 1, 1) + since_1970(after(now, LIST_LASTS))?,
            crl_number: SerialNumber::from(number),
            issuing_distribution_point: None,
            revoked_certs: revoked_certs.collect::<Result<_, AuthorityError>>()?,
            key_identifier_method: KeyIdMethod::Sha256,
        };
        Ok(list.signed_by(&self.issuer)?.pem()?)
    }

    fn of(params: CertificateParams, key: KeyPair, chain_pem: String) -> Self {
        let key_pem = Zeroizing::new(key.serialize_pem());
        Self { issuer: Issuer::new(params, key), chain_pem, key_pem }
    }

    fn issue(&self, params: &CertificateParams) -> Result<Issued, AuthorityError> {
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.issuer)?;
        Ok(Issued {
            chain_pem: format!("{}{}", certificate.pem(), self.chain_pem),
            der: certificate.der().to_vec(),
            key_pem: Zeroizing::new(key.serialize_pem()),
            serial: params.serial_number.as_ref().map(SerialNumber::to_bytes).unwrap_or_default(),
        })
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Authority(throw-away, key redacted)")
    }
}

fn authority_params(
    label: &str,
    depth: Option<u8>,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<CertificateParams, AuthorityError> {
    let mut name = DistinguishedName::new();
    name.push(DnType::OrganizationName, format!("Sluis, {MARK}: not for real people"));
    name.push(DnType::CommonName, format!("{label} ({MARK})"));
    let depth = depth.map_or(BasicConstraints::Unconstrained, BasicConstraints::Constrained);
    let mut params = CertificateParams::default();
    params.not_before = date_time_ymd(1970, 1, 1) + since_1970(before(now))?;
    params.not_after = date_time_ymd(1970, 1, 1) + since_1970(after(now, AUTHORITY_LASTS))?;
    params.serial_number = Some(serial(entropy)?);
    params.distinguished_name = name;
    params.is_ca = IsCa::Ca(depth);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(params)
}

fn leaf_params(
    oin: Oin,
    organisation: &str,
    label: &str,
    names: &[&str],
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<CertificateParams, AuthorityError> {
    let mut name = DistinguishedName::new();
    name.push(DnType::CustomDnType(vec![2, 5, 4, 5]), DnValue::PrintableString(oin.as_str().try_into()?));
    name.push(DnType::OrganizationName, organisation);
    name.push(DnType::CommonName, format!("{label} ({MARK})"));
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names)?;
    params.not_before = date_time_ymd(1970, 1, 1) + since_1970(before(now))?;
    params.not_after = date_time_ymd(1970, 1, 1) + since_1970(after(now, LEAF_LASTS))?;
    params.serial_number = Some(serial(entropy)?);
    params.distinguished_name = name;
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}

/// Sixteen random bytes: positive, and never with a leading zero, so that it has one spelling.
fn serial(entropy: &dyn Entropy) -> Result<SerialNumber, AuthorityError> {
    let mut bytes = [0; 16];
    entropy.fill(&mut bytes)?;
    if let Some(first) = bytes.first_mut() {
        *first = (*first & 0x3f) | 0x40;
    }
    Ok(SerialNumber::from_slice(&bytes))
}

fn before(now: Timestamp) -> Timestamp {
    now.checked_sub(GRACE).unwrap_or(now)
}

fn after(now: Timestamp, span: SignedDuration) -> Timestamp {
    now.checked_add(span).unwrap_or(Timestamp::MAX)
}

/// How far the instant lies behind 1970, which is how rcgen's dates are reached without naming their type.
fn since_1970(instant: Timestamp) -> Result<Duration, AuthorityError> {
    u64::try_from(instant.as_second()).map(Duration::from_secs).map_err(|_| AuthorityError::Time)
}

/// A certificate in PEM (RFC 7468), also one that nobody would issue.
#[cfg(test)]
pub(super) fn certificate_pem(der: &[u8]) -> String {
    let text = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, der);
    format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
}
