//! The operator's configuration.

use std::path::Path;

use sluis::config::{Config, Environment};

use super::text;

/// The file.
pub(super) fn configuration(bytes: &[u8]) -> bool {
    let Some(text) = text(bytes) else { return false };
    let folder = Path::new("/etc/sluis");
    match Config::parse(text, folder, &Environment::default()) {
        Ok(config) => {
            assert!(!config.strict || config.listen.ops.ip().is_loopback(), "plain HTTP for everybody");
            assert!(!config.strict || !config.tls.revocation.files.is_empty());
            assert!(config.listen.public_url.starts_with("https://") && !config.tls.trust.is_empty());
            assert!(config.limits.faults().is_empty());
            assert!(config.keys.dir.is_absolute() && config.tls.key.is_absolute());
            assert!(config.database.url.check().is_ok());
            true
        }
        Err(faults) => {
            assert!(!faults.is_empty());
            false
        }
    }
}
