//! TLS by the NCSC's guidelines of 2025: 1.3 first, 1.2 with ECDHE and AEAD only, no RSA key exchange, no CBC.

mod admission;
mod fault;
mod own;
mod provider;
mod verifier;

use std::sync::Arc;

use rustls::{
    ClientConfig, RootCertStore, ServerConfig,
    pki_types::{CertificateDer, UnixTime, pem::PemObject},
    time_provider::TimeProvider,
    version::{TLS12, TLS13},
};

use super::{anchors::TrustAnchors, revocations::Revocations};
use crate::domain::{clock::Clock, pem::unmarked};

pub use admission::{Door, NotLetIn, let_in};
pub use fault::TlsError;
pub use own::{OwnCertificate, OwnFault};
pub use provider::provider;
use verifier::PartyVerifier;

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
