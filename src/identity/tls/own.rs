//! The certificate by which this side of a connection proves itself.

use std::fmt;

use rustls::{
    client::verify_server_name,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
    server::ParsedCertificate,
};

use super::fault::TlsError;
use crate::{
    domain::pem::unmarked,
    identity::certificate::{is_short_rsa, may_sign, parse},
};

/// Why no caller that follows the standards takes the own certificate of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnFault {
    /// It is an authority's.
    Authority,
    /// Its extended key usage leaves out `serverAuth` (RFC 5280, section 4.2.1.12).
    Usage,
    /// Its key usage leaves out `digitalSignature` (RFC 8446, section 4.4.2.2).
    KeyUsage,
    /// It has no `subjectAltName`; a common name says nothing of a host (RFC 9525, section 2).
    NoNames,
    /// Its `subjectAltName` does not cover the host.
    OtherNames,
}

/// The own certificate chain and its key.
pub struct OwnCertificate {
    pub(super) chain: Vec<CertificateDer<'static>>,
    pub(super) key: PrivateKeyDer<'static>,
}

impl OwnCertificate {
    /// Reads the chain, leaf first, and the key. They are matched when a configuration is made.
    ///
    /// # Errors
    /// [`TlsError::Certificate`] or [`TlsError::Key`].
    pub fn from_pem(chain: &[u8], key: &[u8]) -> Result<Self, TlsError> {
        let chain: Vec<_> = CertificateDer::pem_slice_iter(unmarked(chain))
            .collect::<Result<_, _>>()
            .map_err(|_| TlsError::Certificate)?;
        if chain.is_empty() || chain.iter().any(|certificate| parse(certificate).is_err()) {
            return Err(TlsError::Certificate);
        }
        Ok(Self { chain, key: PrivateKeyDer::from_pem_slice(unmarked(key)).map_err(|_| TlsError::Key)? })
    }

    /// The leaf in DER.
    #[must_use]
    pub fn leaf(&self) -> &[u8] {
        self.chain.first().map(AsRef::as_ref).unwrap_or_default()
    }

    /// The certificates in DER, leaf first.
    pub fn chain(&self) -> impl Iterator<Item = &[u8]> {
        self.chain.iter().map(AsRef::as_ref)
    }

    /// Whether it rests on an RSA key below 3072 bits, its own or that of an authority between it and the root. The NCSC
    /// phases those out (guidelines for TLS, 2025).
    #[must_use]
    pub fn is_phased_out(&self) -> bool {
        self.chain.iter().any(|certificate| {
            parse(certificate).is_ok_and(|certificate| is_short_rsa(certificate.public_key()))
        })
    }

    /// Whether each certificate was issued by the one that follows it, as whoever calls expects (RFC 8446, section 4.4.2).
    #[must_use]
    pub fn is_in_order(&self) -> bool {
        self.chain.windows(2).all(|pair| {
            let read: Vec<_> = pair.iter().filter_map(|der| parse(der).ok()).collect();
            matches!(read.as_slice(), [issued, above] if issued.issuer().as_raw() == above.subject().as_raw())
        })
    }

    /// Why callers would refuse it under this name, whatever the day is: all that is wrong.
    #[must_use]
    pub fn faults_as(&self, host: &str) -> Vec<OwnFault> {
        let Some(Ok(leaf)) = self.chain.first().map(|der| parse(der)) else { return Vec::new() };
        let mut faults = Vec::new();
        if leaf.is_ca() {
            faults.push(OwnFault::Authority);
        }
        let usage = leaf.extended_key_usage().ok().flatten();
        if usage.is_some_and(|usage| !usage.value.server_auth) {
            faults.push(OwnFault::Usage);
        }
        if !may_sign(&leaf) {
            faults.push(OwnFault::KeyUsage);
        }
        let names = leaf.subject_alternative_name().ok().flatten();
        match names {
            Some(names) if !names.value.general_names.is_empty() => {
                if !self.covers(host) {
                    faults.push(OwnFault::OtherNames);
                }
            }
            _ => faults.push(OwnFault::NoNames),
        }
        faults
    }

    fn covers(&self, host: &str) -> bool {
        let Ok(name) = ServerName::try_from(host) else { return false };
        let leaf = self.chain.first().and_then(|der| ParsedCertificate::try_from(der).ok());
        leaf.is_some_and(|leaf| verify_server_name(&leaf, &name).is_ok())
    }

    pub(in crate::identity) fn key_der(&self) -> &[u8] {
        self.key.secret_der()
    }
}

impl fmt::Debug for OwnCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OwnCertificate({} certificates, key redacted)", self.chain.len())
    }
}
