//! Proof that an encryption key belongs to the party that publishes it: a statement by the party's certificate.

use std::fs;

use jiff::Timestamp;

use crate::{
    cli::{Failure, client::profile::Profile, files},
    crypto::keys::RecipientKey,
    identity::{key_proof, tls::OwnCertificate},
};

/// Makes the proof for a key with the profile's certificate.
///
/// # Errors
/// When certificate or key cannot be read, or the key cannot sign.
pub(super) fn of_key(key: &RecipientKey, profile: &Profile, now: Timestamp) -> Result<String, Failure> {
    files::check_private(&profile.key)?;
    let read = |path| fs::read(path).map_err(|error| Failure::unreadable(path, error));
    let own =
        OwnCertificate::from_pem(&read(&profile.certificate)?, &read(&profile.key)?).map_err(|error| {
            Failure::configuration((
                "het certificaat in het profiel is niet te gebruiken",
                "the profile's certificate cannot be used",
            ))
            .because(error)
            .now((
                "kijk naar `certificate` en `key` in het profiel",
                "check `certificate` and `key` in the profile",
            ))
        })?;
    key_proof::state(key, None, &own, now).map_err(|error| {
        Failure::configuration((
            "de sleutel van het certificaat kan het bewijs niet tekenen",
            "the certificate's key cannot sign the proof",
        ))
        .because(error)
    })
}
