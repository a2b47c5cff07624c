//! Whether a client certificate is let in, at the handshake.

use std::sync::Arc;

use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, RootCertStore, SignatureScheme,
    client::danger::HandshakeSignatureValid,
    crypto::{CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, UnixTime},
    server::{
        VerifierBuilderError, WebPkiClientVerifier,
        danger::{ClientCertVerified, ClientCertVerifier},
    },
};

use crate::identity::{
    ClientCertificate,
    anchors::{Anchor, TrustAnchors},
    revocations::Revocations,
};

/// Checks the form of the certificate, then its chain, usage, validity and revocation by an anchor that vouches for its OIN.
#[derive(Debug)]
pub(in crate::identity) struct PartyVerifier {
    anchors: Vec<(Anchor, Arc<dyn ClientCertVerifier>)>,
    hints: Vec<DistinguishedName>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl PartyVerifier {
    pub(in crate::identity) fn new(
        anchors: &TrustAnchors,
        revocations: &Revocations,
        provider: &Arc<CryptoProvider>,
    ) -> Result<Self, VerifierBuilderError> {
        let mut verifiers = Vec::new();
        let mut hints = Vec::new();
        for anchor in anchors.iter() {
            let mut roots = RootCertStore::empty();
            let (_, unusable) = roots.add_parsable_certificates(anchor.certificates.iter().cloned());
            if unusable > 0 {
                return Err(VerifierBuilderError::NoRootAnchors);
            }
            hints.extend(roots.subjects());
            // Chain depth, unknown status = refused: the builder's defaults, and what PKI003 asks.
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
                .with_crls(revocations.ders())
                .enforce_revocation_expiration()
                .build()?;
            verifiers.push((anchor.clone(), verifier));
        }
        Ok(Self { anchors: verifiers, hints, algorithms: provider.signature_verification_algorithms })
    }

    /// The certificate, if an anchor that vouches for its OIN verifies it.
    pub(in crate::identity) fn verify(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertificate, Error> {
        let certificate = ClientCertificate::read(leaf)
            .map_err(|_| Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure))?;
        let mut refusal = Error::InvalidCertificate(CertificateError::UnknownIssuer);
        for (anchor, verifier) in &self.anchors {
            if !anchor.vouches_for(certificate.oin()) {
                continue;
            }
            match verifier.verify_client_cert(leaf, intermediates, now) {
                // webpki takes a certificate that says nothing of its usage, and passes over that of its key.
                Ok(_) if certificate.is_for_clients() && certificate.may_sign() => return Ok(certificate),
                Ok(_) => refusal = Error::InvalidCertificate(CertificateError::InvalidPurpose),
                // What one anchor knows for certain (revoked, expired) says more than another's `unknown issuer`.
                Err(Error::InvalidCertificate(CertificateError::UnknownIssuer)) => {}
                Err(error) => refusal = error,
            }
        }
        Err(refusal)
    }
}

impl ClientCertVerifier for PartyVerifier {
    /// Open routes need no certificate; those that do answer 401 without one.
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &self.hints
    }

    fn verify_client_cert(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        self.verify(leaf, intermediates, now).map(|_| ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, leaf, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, leaf, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
