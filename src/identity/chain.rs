//! A certificate as it is presented: with those of the authorities between it and the root.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use rustls::pki_types::{CertificateDer, pem::PemObject as _};
use x509_parser::certificate::X509Certificate;

use super::{
    certificate::{CertificateFault, ClientCertificate, parse},
    tls::{Door, NotLetIn, provider},
};
use crate::domain::pem::unmarked;

/// How many certificates a chain has at most: a client's, and what a verifier would follow.
const LONGEST: usize = 6;

/// An organisation's certificate, followed by those of the authorities up to the root, which may be left out.
#[derive(Debug, Clone)]
pub struct CertificateChain {
    leaf: ClientCertificate,
    ders: Vec<CertificateDer<'static>>,
}

impl CertificateChain {
    /// Reads the certificates of a PEM text, the organisation's own first, and passes over whatever else it holds.
    ///
    /// # Errors
    /// [`CertificateFault`]: of the first, or that another is none, or that there are too many.
    pub fn from_pem(pem: &[u8]) -> Result<Self, CertificateFault> {
        let ders = CertificateDer::pem_slice_iter(unmarked(pem)).collect::<Result<Vec<_>, _>>();
        let ders = ders.map_err(|_| CertificateFault::NotACertificate)?;
        if ders.len() > LONGEST {
            return Err(CertificateFault::TooMany);
        }
        if ders.iter().any(|der| parse(der).is_err()) {
            return Err(CertificateFault::NotACertificate);
        }
        let leaf = ClientCertificate::read(ders.first().ok_or(CertificateFault::NotACertificate)?)?;
        Ok(Self { leaf, ders })
    }

    /// The organisation's own.
    #[must_use]
    pub const fn leaf(&self) -> &ClientCertificate {
        &self.leaf
    }

    /// All of them in DER.
    #[must_use]
    pub fn ders(&self) -> &[CertificateDer<'static>] {
        &self.ders
    }

    /// One line: each in base64, with a blank between them.
    #[must_use]
    pub fn to_line(&self) -> String {
        self.ders.iter().map(|der| STANDARD.encode(der)).collect::<Vec<_>>().join(" ")
    }
}

/// Whether the chain that was written as a line would be let in now ([`CertificateChain::to_line`]).
///
/// # Errors
/// [`NotLetIn`].
pub fn line_is_let_in(line: &str, door: &Door<'_>, now: Timestamp) -> Result<(), NotLetIn> {
    let ders = line.split(' ').map(|one| STANDARD.decode(one).map(CertificateDer::from));
    let ders = ders.collect::<Result<Vec<_>, _>>().map_err(|_| CertificateFault::NotACertificate)?;
    door.lets_in(&ders, now).map(drop)
}

/// Whether each certificate certifies the one before it (RFC 7517, section 4.7): by its name, and by a signature that TLS takes too.
///
/// # Errors
/// [`CertificateFault`] when one of them is none.
pub(super) fn is_linked(ders: &[CertificateDer<'_>]) -> Result<bool, CertificateFault> {
    let chain = ders.iter().map(|der| parse(der)).collect::<Result<Vec<_>, _>>()?;
    Ok(chain.iter().zip(chain.iter().skip(1)).all(|(issued, above)| {
        issued.issuer().as_raw() == above.subject().as_raw() && is_signed_by(issued, above)
    }))
}

fn is_signed_by(issued: &X509Certificate<'_>, above: &X509Certificate<'_>) -> bool {
    let key = &above.public_key().subject_public_key.data;
    let (said, signature) = (issued.tbs_certificate.as_ref(), &issued.signature_value.data);
    let known = provider().signature_verification_algorithms.all;
    known.iter().any(|algorithm| algorithm.verify_signature(key, said, signature).is_ok())
}
