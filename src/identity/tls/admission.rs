//! Whether a certificate would be let in, asked before it calls.

use std::sync::Arc;

use jiff::Timestamp;
use rustls::{
    CertificateError, Error,
    pki_types::{CertificateDer, UnixTime},
};
use x509_parser::oid_registry::{
    OID_X509_EXT_BASIC_CONSTRAINTS, OID_X509_EXT_CRL_DISTRIBUTION_POINTS, OID_X509_EXT_EXTENDED_KEY_USAGE,
    OID_X509_EXT_KEY_USAGE, OID_X509_EXT_NAME_CONSTRAINTS, OID_X509_EXT_SUBJECT_ALT_NAME, Oid,
};

use super::{provider, verifier::PartyVerifier};
use crate::identity::{
    CertificateFault, ClientCertificate, IdentityFault, anchors::TrustAnchors, certificate::parse,
    revocations::Revocations,
};

/// Why the listener would not let a certificate in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotLetIn {
    /// It is no certificate of an organisation with an OIN and a sound key.
    #[error(transparent)]
    Form(#[from] CertificateFault),
    /// It does not hold yet.
    #[error("the certificate is not valid yet")]
    Early,
    /// It holds no longer.
    #[error("the certificate has expired")]
    Expired,
    /// Its extended key usage leaves out `clientAuth` (RFC 5280, section 4.2.1.12), or it has none.
    #[error("the certificate may not be used by a client: its extended key usage does not name clientAuth")]
    Usage,
    /// Its key usage leaves out `digitalSignature` (RFC 5280, section 4.2.1.3).
    #[error("the certificate's key may not sign: its key usage does not name digitalSignature")]
    KeyUsage,
    /// No anchor vouches for OINs that begin as this one does.
    #[error("no trust anchor of this gateway vouches for OINs that begin as this one does")]
    Prefix,
    /// No chain to an authority that vouches for its OIN.
    #[error("the certificate does not come from an authority that this gateway trusts for its OIN")]
    Authority,
    /// Its authority, or the one above that, has withdrawn it.
    #[error("the certificate, or that of an authority above it, has been revoked")]
    Revoked,
    /// No list says whether it is revoked, or none that holds.
    #[error(
        "whether the certificate is revoked cannot be told: its authority's list is missing or has expired"
    )]
    RevocationUnknown,
    /// A signature of the chain is false, or made in a way that proves nothing any more.
    #[error(
        "the signature on the certificate, or on that of an authority above it, is false or made too weakly, such as by SHA-1 or a key of RSA 1024"
    )]
    Signature,
    /// It, or one of its chain, has a critical extension that is not known here (RFC 5280, section 4.2).
    #[error("the certificate, or one of its chain, has a critical extension that this gateway does not know")]
    Extension,
    /// Anything else that rustls refuses.
    #[error("the certificate or its chain is not in order")]
    Chain,
}

impl NotLetIn {
    /// Whether the same certificate can be let in at another time: later, or with a fresh revocation list.
    #[must_use]
    pub const fn may_pass(self) -> bool {
        matches!(self, Self::Early | Self::RevocationUnknown)
    }
}

/// What the listener looks at, made once for many certificates: lists of revocations can be long.
#[derive(Debug)]
pub struct Door<'t> {
    anchors: &'t TrustAnchors,
    revocations: &'t Revocations,
    verifier: Option<PartyVerifier>,
}

impl<'t> Door<'t> {
    /// By these anchors and lists.
    #[must_use]
    pub fn new(anchors: &'t TrustAnchors, revocations: &'t Revocations) -> Self {
        let verifier = PartyVerifier::new(anchors, revocations, &Arc::new(provider())).ok();
        Self { anchors, revocations, verifier }
    }

    /// The certificate at the head of this chain, if it would be let in at the handshake at this instant: its form, its
    /// chain to an anchor that vouches for its OIN, its usage, validity and revocation are in order.
    ///
    /// # Errors
    /// [`NotLetIn`], the first that applies.
    pub fn lets_in(
        &self,
        chain: &[CertificateDer<'_>],
        now: Timestamp,
    ) -> Result<ClientCertificate, NotLetIn> {
        let Self { anchors, revocations, verifier } = self;
        let (leaf, intermediates) = chain.split_first().ok_or(CertificateFault::NotACertificate)?;
        let certificate = ClientCertificate::read(leaf)?;
        if now < certificate.not_before() {
            return Err(NotLetIn::Early);
        }
        if now > certificate.not_after() {
            return Err(NotLetIn::Expired);
        }
        if !anchors.iter().any(|anchor| anchor.vouches_for(certificate.oin())) {
            return Err(NotLetIn::Prefix);
        }
        let seconds = u64::try_from(now.as_second()).map_err(|_| NotLetIn::Early)?;
        let instant = UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds));
        let verifier = verifier.as_ref().ok_or(NotLetIn::Chain)?;
        verifier.verify(leaf, intermediates, instant).map_err(|error| match of_rustls(&error) {
            NotLetIn::Usage if certificate.is_for_clients() => NotLetIn::KeyUsage,
            NotLetIn::Chain if chain.iter().any(|der| has_unknown_critical_extension(der)) => {
                NotLetIn::Extension
            }
            fault => fault,
        })?;
        // rustls checks no revocation at all where there is no list.
        match revocations.check(&certificate, now) {
            Ok(()) => Ok(certificate),
            Err(IdentityFault::Revoked) => Err(NotLetIn::Revoked),
            Err(_) => Err(NotLetIn::RevocationUnknown),
        }
    }
}

/// The same of one certificate.
///
/// # Errors
/// [`NotLetIn`].
pub fn let_in(
    chain: &[CertificateDer<'_>],
    anchors: &TrustAnchors,
    revocations: &Revocations,
    now: Timestamp,
) -> Result<ClientCertificate, NotLetIn> {
    Door::new(anchors, revocations).lets_in(chain, now)
}

fn of_rustls(error: &Error) -> NotLetIn {
    let Error::InvalidCertificate(error) = error else { return NotLetIn::Chain };
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => NotLetIn::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => NotLetIn::Early,
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => NotLetIn::Usage,
        CertificateError::UnknownIssuer => NotLetIn::Authority,
        CertificateError::Revoked => NotLetIn::Revoked,
        CertificateError::UnknownRevocationStatus
        | CertificateError::ExpiredRevocationList
        | CertificateError::ExpiredRevocationListContext { .. } => NotLetIn::RevocationUnknown,
        CertificateError::BadSignature
        | CertificateError::UnsupportedSignatureAlgorithmContext { .. }
        | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => NotLetIn::Signature,
        _ => NotLetIn::Chain,
    }
}

/// Whether it asks something of its reader that webpki does not know, so that it must be refused (RFC 5280, section 4.2).
fn has_unknown_critical_extension(der: &[u8]) -> bool {
    let known = |oid: &Oid<'_>| {
        *oid == OID_X509_EXT_BASIC_CONSTRAINTS
            || *oid == OID_X509_EXT_KEY_USAGE
            || *oid == OID_X509_EXT_EXTENDED_KEY_USAGE
            || *oid == OID_X509_EXT_SUBJECT_ALT_NAME
            || *oid == OID_X509_EXT_NAME_CONSTRAINTS
            || *oid == OID_X509_EXT_CRL_DISTRIBUTION_POINTS
    };
    parse(der).is_ok_and(|certificate| {
        certificate.extensions().iter().any(|extension| extension.critical && !known(&extension.oid))
    })
}
