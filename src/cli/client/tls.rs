//! Mutual TLS towards one gateway: the profile's certificate, and no authority but the profile's.

use std::{path::Path, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};

use super::profile::Profile;
use crate::cli::{Failure, files};

/// The TLS configuration of a profile.
///
/// # Errors
/// When a file is missing, is not PEM, or key and certificate do not belong together.
pub fn configuration(profile: &Profile) -> Result<ClientConfig, Failure> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(&profile.ca)? {
        roots.add(certificate).map_err(|error| unusable(&profile.ca, error))?;
    }
    let key = key(&profile.key)?;
    let mut configuration = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| Failure::internal("no TLS version is usable").because(error))?
        .with_root_certificates(roots)
        .with_client_auth_cert(certificates(&profile.certificate)?, key)
        .map_err(|error| {
            unusable(&profile.certificate, error).now("check that `key` is the private key of `certificate`")
        })?;
    configuration.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(configuration)
}

/// The private key of a PEM file that only its owner may read.
///
/// # Errors
/// When the file is missing, others may read it, or it holds none.
pub fn key(path: &Path) -> Result<PrivateKeyDer<'static>, Failure> {
    files::check_private(path)?;
    PrivateKeyDer::from_pem_file(path).map_err(|error| unusable(path, error))
}

/// The certificates of a PEM file, at least one.
///
/// # Errors
/// When the file is missing or holds none.
pub fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
    match found {
        Ok(certificates) if certificates.is_empty() => {
            Err(Failure::configuration(format!("`{}` holds no certificate", path.display()))
                .now("give a PEM file with BEGIN CERTIFICATE in it"))
        }
        Ok(certificates) => Ok(certificates),
        Err(error) => Err(unusable(path, error)),
    }
}

fn unusable(path: &Path, error: impl std::error::Error + Send + Sync + 'static) -> Failure {
    Failure::configuration(format!("cannot use `{}`", path.display()))
        .because(error)
        .now("check this file and its name in the profile")
}
