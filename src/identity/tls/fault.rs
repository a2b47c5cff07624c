//! Why TLS cannot be set up.

/// Why a configuration cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The own certificate's file holds no certificate.
    #[error("the own certificate is not a chain of certificates in PEM, leaf first")]
    Certificate,
    /// The own key's file holds no key.
    #[error("the own key is not an unencrypted private key in PEM")]
    Key,
    /// No certificate of an authority to trust.
    #[error("there is no certificate of an authority in PEM to trust the server by")]
    NoAuthority,
    /// rustls refuses the whole: key and certificate do not match, or a list or anchor cannot be used.
    #[error("the TLS configuration is refused")]
    Refused(#[source] rustls::Error),
    /// The verifier for client certificates cannot be made.
    #[error("the trust anchors and revocation lists make no verifier")]
    Verifier(#[source] rustls::server::VerifierBuilderError),
}
