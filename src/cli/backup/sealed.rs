//! A backup as one age file, written in constant memory.

use std::{io, path::Path};

use super::{collect::Collected, tar::Archive};
use crate::{
    cli::{Failure, files},
    crypto::envelope::{self, EnvelopeError, Recipient},
    domain::machine,
};

/// Writes a tar of everything, sealed to the recipients.
pub(super) fn write(collected: &Collected, to: &Path, recipients: &[Recipient]) -> Result<(), Failure> {
    let archive = Archive::of(collected.iter())?;
    let unwritable = |error: io::Error| Failure::unwritable(to, error);
    let file = files::private_options().write(true).create_new(true).open(to).map_err(unwritable)?;
    let sealed =
        envelope::seal_with(&file, recipients, |writer| archive.write(writer).map_err(EnvelopeError::Io));
    sealed.map_err(|error| {
        if matches!(&error, EnvelopeError::Io(error) if machine::is_full(error)) {
            return Failure::full(to.parent().unwrap_or(to));
        }
        Failure::usage(("kan de kopie niet versleutelen", "the backup cannot be encrypted"))
            .because(error)
            .now((
                "kijk naar de vrije ruimte; wat geschreven is, is niet compleet",
                "check the free space; what was written is not whole",
            ))
    })?;
    file.sync_all().map_err(unwritable)
}
