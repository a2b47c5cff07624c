//! What the user holds a log against: a public key, and checkpoints that were kept.

use std::{fs, path::Path};

use crate::{
    cli::{Failure, language::both},
    merkle::note::LogVerifier,
};

/// The public key of a log: the value itself, as `sluis init` prints it, or a file that holds it.
pub(super) fn vkey_of(given: &str) -> Result<String, Failure> {
    if LogVerifier::from_vkey(given.trim()).is_ok() {
        return Ok(given.trim().to_owned());
    }
    let path = Path::new(given);
    if path.exists() {
        return read(path).map(|text| text.trim().to_owned());
    }
    Err(Failure::usage(both!(
            "`{given}` is geen publieke sleutel van een log, en ook geen bestand",
            "`{given}` is no public key of a log, nor a file"
        ))
        .now((
            "plak de sleutel die `sluis init` liet zien (`naam+hash+sleutel`), of noem het bestand waar zij in staat",
            "paste the key that `sluis init` printed (`name+hash+key`), or name the file that holds it",
        )))
}

/// Why a public key is none.
pub(super) fn unusable(error: impl std::error::Error + Send + Sync + 'static) -> Failure {
    Failure::usage(("de publieke sleutel is niet te gebruiken", "the public key cannot be used"))
        .because(error)
        .now(("zij ziet eruit als `naam+hash+sleutel`", "it looks like `name+hash+key`"))
}

/// A text that was kept in a file, as it was before mail or an editor gave it a byte order mark, other line ends or another
/// end: those are no part of what was signed.
pub(super) fn read(file: &Path) -> Result<String, Failure> {
    let text = fs::read_to_string(file).map_err(|error| Failure::unreadable(file, error))?;
    let text = text.trim_start_matches('\u{FEFF}').replace("\r\n", "\n").replace('\r', "\n");
    Ok(format!("{}\n", text.trim_matches('\n')))
}
