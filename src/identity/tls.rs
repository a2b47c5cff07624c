//! TLS by the NCSC's guidelines of 2025: 1.3 first, 1.2 with ECDHE and AEAD only, no RSA key exchange, no CBC.

mod admission;
mod provider;
mod verifier;

use std::{fmt, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore, ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, UnixTime, pem::PemObject},
    time_provider::TimeProvider,
    version::{TLS12, TLS13},
};

use super::{
    anchors::TrustAnchors,
    certificate::{is_short_rsa, parse},
    revocations::Revocations,
};
use crate::domain::{clock::Clock, pem::unmarked};

pub use admission::{Door, NotLetIn, let_in};
pub use provider::provider;
use verifier::PartyVerifier;

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

/// The own certificate chain and its key.
pub struct OwnCertificate {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
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

    pub(super) fn key_der(&self) -> &[u8] {
        self.key.secret_der()
    }
}

impl fmt::Debug for OwnCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OwnCertificate({} certificates, key redacted)", self.chain.len())
    }
}

/// The data listener: client certificates are checked against anchors, OIN prefixes and revocation lists when they are
/// sent; without one the connection stands, for the routes that are open.
///
/// Sessions may be resumed within this configuration only; rustls then gives the certificate of the first handshake
/// without checking it again, so [`super::Peer::admit`] must be called for each request. When anchors, lists or the own
/// certificate change, make a new configuration: no session of the old one is taken over.
///
/// # Errors
/// [`TlsError::Verifier`] or [`TlsError::Refused`].
pub fn server_config(
    own: &OwnCertificate,
    anchors: &TrustAnchors,
    revocations: &Revocations,
    clock: Arc<dyn Clock>,
) -> Result<Arc<ServerConfig>, TlsError> {
    let provider = Arc::new(provider());
    let verifier = PartyVerifier::new(anchors, revocations, &provider).map_err(TlsError::Verifier)?;
    let config = ServerConfig::builder_with_details(provider, Arc::new(Hands(clock)))
        .with_protocol_versions(&[&TLS13, &TLS12])
        .map_err(TlsError::Refused)?
        .with_client_cert_verifier(Arc::new(verifier))
        .with_single_cert(own.chain.clone(), own.key.clone_key())
        .map_err(TlsError::Refused)?;
    Ok(Arc::new(finished(config)))
}

/// The desk's listener, for browsers: no client certificates.
///
/// # Errors
/// [`TlsError::Refused`].
pub fn browser_config(own: &OwnCertificate, clock: Arc<dyn Clock>) -> Result<Arc<ServerConfig>, TlsError> {
    let config = ServerConfig::builder_with_details(Arc::new(provider()), Arc::new(Hands(clock)))
        .with_protocol_versions(&[&TLS13, &TLS12])
        .map_err(TlsError::Refused)?
        .with_no_client_auth()
        .with_single_cert(own.chain.clone(), own.key.clone_key())
        .map_err(TlsError::Refused)?;
    Ok(Arc::new(finished(config)))
}

/// A party's side: trusts the gateway by these authorities only (PEM), and shows the own certificate if there is one.
///
/// # Errors
/// [`TlsError::NoAuthority`] or [`TlsError::Refused`].
pub fn client_config(
    own: Option<&OwnCertificate>,
    authorities: &[u8],
    clock: Arc<dyn Clock>,
) -> Result<ClientConfig, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(unmarked(authorities)) {
        roots.add(certificate.map_err(|_| TlsError::NoAuthority)?).map_err(TlsError::Refused)?;
    }
    if roots.is_empty() {
        return Err(TlsError::NoAuthority);
    }
    let config = ClientConfig::builder_with_details(Arc::new(provider()), Arc::new(Hands(clock)))
        .with_protocol_versions(&[&TLS13, &TLS12])
        .map_err(TlsError::Refused)?
        .with_root_certificates(roots);
    let mut config = match own {
        Some(own) => {
            config.with_client_auth_cert(own.chain.clone(), own.key.clone_key()).map_err(TlsError::Refused)?
        }
        None => config.with_no_client_auth(),
    };
    config.alpn_protocols = protocols();
    config.require_ems = true;
    Ok(config)
}

fn finished(mut config: ServerConfig) -> ServerConfig {
    config.alpn_protocols = protocols();
    // The list above is in our order of preference, not the client's.
    config.ignore_client_order = true;
    // RFC 7627: a resumed TLS 1.2 session is bound to its first handshake, and with it to the certificate.
    config.require_ems = true;
    // Early data can be replayed.
    config.max_early_data_size = 0;
    config
}

fn protocols() -> Vec<Vec<u8>> {
    vec![b"h2".to_vec(), b"http/1.1".to_vec()]
}

/// The clock as rustls wants it.
#[derive(Debug)]
pub struct Hands(pub Arc<dyn Clock>);

impl TimeProvider for Hands {
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = u64::try_from(self.0.now().as_second()).ok()?;
        Some(UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds)))
    }
}

#[cfg(test)]
mod tests;
