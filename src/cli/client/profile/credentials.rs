//! The files of a profile: certificates and private keys.

use std::{path::Path, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};

use crate::{
    cli::{Failure, client::input::read_input, files, language::both},
    crypto::keys::PrivateKey,
    domain::{
        json,
        pem::{holds_private_key, unmarked},
    },
    identity::tls::provider,
};

/// The TLS configuration with these files: the authorities of the gateway, the own certificate, its key.
///
/// # Errors
/// When a file is missing, is not PEM, or key and certificate do not belong together.
pub(super) fn configuration(ca: &Path, certificate: &Path, own_key: &Path) -> Result<ClientConfig, Failure> {
    let mut roots = RootCertStore::empty();
    for root in certificates(ca)? {
        roots.add(root).map_err(|error| unusable(ca, error))?;
    }
    let key = key(own_key)?;
    let mut configuration = ClientConfig::builder_with_provider(Arc::new(provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| {
            Failure::internal(("er is geen bruikbare versie van TLS", "no TLS version is usable"))
                .because(error)
        })?
        .with_root_certificates(roots)
        .with_client_auth_cert(certificates(certificate)?, key)
        .map_err(|error| {
            unusable(certificate, error).now((
                "kijk of `key` de privésleutel van `certificate` is",
                "check that `key` is the private key of `certificate`",
            ))
        })?;
    configuration.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(configuration)
}

/// The private key of a PEM file that only its owner may read.
///
/// # Errors
/// When the file is missing, others may read it, or it holds none.
pub(super) fn key(path: &Path) -> Result<PrivateKeyDer<'static>, Failure> {
    files::check_private(path)?;
    let bytes = read_input(path)?;
    PrivateKeyDer::from_pem_slice(&bytes).map_err(|error| unusable(path, error))
}

/// The certificates of a PEM file, at least one.
///
/// # Errors
/// When the file is missing or holds none.
pub(super) fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let bytes = files::read(path).map_err(|error| unusable(path, error))?;
    if holds_private_key(&bytes) && files::check_private(path).is_err() {
        return Err(Failure::configuration(both!(
            "in `{}` staat een privésleutel, en anderen mogen dat lezen",
            "`{}` holds a private key, and others may read it",
            path.display()
        ))
        .now(both!(
            "haal haar eruit, of chmod 600 {path}; wie haar gelezen kan hebben, kan zich voor u uitgeven: vraag dan een nieuw certificaat",
            "take it out, or chmod 600 {path}; whoever may have read it can pass for you: ask for a new certificate then",
            path = path.display()
        )));
    }
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(unmarked(&bytes)).collect();
    match found {
        Ok(certificates) if certificates.is_empty() => Err(Failure::configuration(both!(
            "in `{}` staat geen certificaat",
            "`{}` holds no certificate",
            path.display()
        ))
        .now((
            "geef een PEM-bestand met BEGIN CERTIFICATE erin",
            "give a PEM file with BEGIN CERTIFICATE in it",
        ))),
        Ok(certificates) => Ok(certificates),
        Err(error) => Err(unusable(path, error)),
    }
}

fn unusable(path: &Path, error: impl std::error::Error + Send + Sync + 'static) -> Failure {
    Failure::configuration(both!("`{}` is niet te gebruiken", "cannot use `{}`", path.display()))
        .because(error)
        .now((
            "kijk naar dit bestand en naar zijn naam in het profiel",
            "check this file and its name in the profile",
        ))
}

/// The private key, JWK or PEM, of a file that only its owner may read.
///
/// # Errors
/// When others may read it, or it is no such key.
pub(in crate::cli::client) fn encryption_key(path: &Path) -> Result<PrivateKey, Failure> {
    files::check_private(path)?;
    let bytes = read_input(path)?;
    let key = match json::read(&bytes) {
        Ok(jwk) => PrivateKey::from_jwk(&jwk),
        Err(_) => PrivateKey::from_pem(&String::from_utf8_lossy(&bytes)),
    };
    key.map_err(|error| {
        Failure::configuration(both!(
            "de sleutel `{}` is niet te gebruiken",
            "cannot use the key `{}`",
            path.display()
        ))
        .because(error)
        .now(("maak er een met `sluis client keys generate`", "make one with `sluis client keys generate`"))
    })
}
