//! How the data interface proves itself, and whom it lets in.

use std::sync::Arc;

use rustls::ServerConfig;

use super::readiness::Watch;
use crate::{
    cli::{Failure, files::required},
    config::Config,
    domain::clock::Clock,
    exchange::Exchange,
    identity::tls::{self, OwnCertificate},
};

/// The same at the start, where it is said that its key is phased out.
///
/// # Errors
/// As [`own_certificate`].
pub(super) fn own_certificate_at_start(config: &Config) -> Result<OwnCertificate, Failure> {
    let own = own_certificate(config)?;
    if own.is_phased_out() {
        tracing::warn!(
            error_code = "own-certificate-phased-out",
            "the gateway's own certificate rests on an RSA key below 3072 bits, which the NCSC phases out; ask for one with P-256"
        );
    }
    if !own.is_in_order() {
        tracing::warn!(
            error_code = "certificate-order",
            file = %config.tls.certificate.display(),
            "the certificates are not each issued by the one that follows: callers may refuse them; its own first, then that of its authority, and so on"
        );
    }
    Ok(own)
}

/// The gateway's own certificate with its key.
///
/// # Errors
/// When it cannot be read, or rests on a key that the NCSC phases out and the mode is strict.
pub(super) fn own_certificate(config: &Config) -> Result<OwnCertificate, Failure> {
    let own = OwnCertificate::from_pem(&required(&config.tls.certificate)?, &required(&config.tls.key)?)
        .map_err(|error| {
            Failure::configuration((
                "het eigen certificaat van de gateway is niet te gebruiken",
                "the gateway's own certificate cannot be used",
            ))
            .because(error)
        })?;
    if config.strict && own.is_phased_out() {
        return Err(Failure::configuration(
            ("het eigen certificaat van de gateway heeft een RSA-sleutel van minder dan 3072 bits, en die raadt het NCSC af", "the gateway's own certificate rests on an RSA key below 3072 bits, which the NCSC phases out"),
        )
        .now(("vraag uw CA om een met P-256, of met RSA van ten minste 3072 bits", "ask your authority for one with P-256, or with RSA of at least 3072 bits")));
    }
    Ok(own)
}

pub(super) fn server_config(
    own: &OwnCertificate,
    exchange: &Exchange,
    clock: &Arc<dyn Clock>,
    watch: &Watch,
) -> Result<Arc<ServerConfig>, Failure> {
    let trust = exchange.trust();
    let made =
        tls::server_config(own, &trust.anchors, &trust.revocations, Arc::clone(clock)).map_err(|error| {
            let failure =
                Failure::configuration(("TLS is niet in te stellen", "TLS cannot be set up")).because(error);
            if own.is_in_order() {
                return failure;
            }
            failure.now((
                "de certificaten in het bestand van `tls.certificate` (zoals server.pem) staan niet in de goede volgorde: het eigen voorop, dan dat van de CA die het uitgaf",
                "the certificates in the file of `tls.certificate` (such as server.pem) are not in the right order: its own first, then that of the authority that issued it",
            ))
        })?;
    watch.serves_with(own);
    Ok(made)
}
