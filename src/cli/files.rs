//! Files that only their owner may read.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::{
    failure::Failure,
    language::{Said, both},
};

/// Reads a file. A pipe or a device would never end: only a regular file is read.
///
/// # Errors
/// When it is none, or cannot be read.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    if fs::metadata(path)?.is_file() {
        fs::read(path)
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"))
    }
}

/// Reads a file that the configuration names, or a command.
///
/// # Errors
/// As [`read`].
pub fn required(path: &Path) -> Result<Vec<u8>, Failure> {
    read(path).map_err(|error| {
        Failure::configuration(both!("kan `{}` niet lezen", "cannot read `{}`", path.display()))
            .because(error)
    })
}

/// Makes a folder, and those above it, that only the owner may enter. A folder that exists stays as it is.
///
/// # Errors
/// When it cannot be made.
pub fn private_folder(path: &Path) -> Result<(), Failure> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|error| Failure::unwritable(path, error))
}

/// Writes a new file that only the owner may read, and sees it to the disk. It never overwrites.
///
/// # Errors
/// When the file exists or cannot be written.
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    write_new(path, bytes).map_err(|error| Failure::unwritable(path, error))
}

/// Replaces a file by one that only the owner may read: readers find the old or the new one, never a half.
///
/// # Errors
/// When the new file cannot be written beside the old one or put in its place.
pub fn replace_private(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let beside = beside(path, "new");
    match fs::remove_file(&beside) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(Failure::unwritable(&beside, error)),
    }
    write_new(&beside, bytes)
        .and_then(|()| fs::rename(&beside, path))
        .map_err(|error| Failure::unwritable(path, error))
}

/// Refuses a place in which something stands already: who lays out a gateway overwrites nothing.
///
/// # Errors
/// When something stands there, or that cannot be known.
pub fn prove_free(path: &Path) -> Result<(), Failure> {
    match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Failure::unwritable(path, error)),
        Ok(_) => Err(Failure::usage(both!("`{}` bestaat al", "`{}` exists already", path.display())).now((
            "er wordt niets overschreven: kies met --dir een andere map, of zet de oude ergens anders",
            "nothing is overwritten: choose another folder with --dir, or move the old one away",
        ))),
    }
}

/// Whether [`write_private`] can make this file now: asked before anything is done that cannot be done again.
///
/// # Errors
/// When the file exists or cannot be made.
pub fn prove_new(path: &Path) -> Result<(), Failure> {
    let proven = write_new(path, &[]).and_then(|()| fs::remove_file(path));
    proven.map_err(|error| Failure::unwritable(path, error))
}

/// Likewise of [`replace_private`].
///
/// # Errors
/// When it is a folder, or no file can be made beside it.
pub fn prove_replaceable(path: &Path) -> Result<(), Failure> {
    if path.is_dir() {
        return Err(Failure::unwritable(path, io::ErrorKind::IsADirectory.into()));
    }
    let beside = beside(path, "new");
    let proven = write_new(&beside, &[])
        .or_else(|error| if error.kind() == io::ErrorKind::AlreadyExists { Ok(()) } else { Err(error) })
        .and_then(|()| fs::remove_file(&beside));
    proven.map_err(|error| Failure::unwritable(path, error))
}

/// The file of this name with one more ending.
#[must_use]
pub fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

/// Refuses a secret that others on this machine could read.
///
/// # Errors
/// When the file is missing, or its group or others may read or write it.
pub fn check_private(path: &Path) -> Result<(), Failure> {
    let found = fs::metadata(path).map_err(|error| {
        Failure::configuration(both!("kan `{}` niet lezen", "cannot read `{}`", path.display()))
            .because(error)
            .now((
                "kijk naar de naam in het profiel en of u het bestand mag lezen",
                "check the name in the profile and whether you may read it",
            ))
    })?;
    if is_shared(&found) {
        return Err(Failure::configuration(both!(
            "anderen mogen `{}` lezen",
            "others may read `{}`",
            path.display()
        ))
        .now(Said::same(format!("chmod 600 {}", path.display()))));
    }
    Ok(())
}

/// The options with which a file is opened that only the owner may read, if it has to be made.
#[must_use]
pub fn private_options() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = private_options().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(unix)]
fn is_shared(found: &fs::Metadata) -> bool {
    std::os::unix::fs::MetadataExt::mode(found) & 0o077 != 0
}

#[cfg(not(unix))]
fn is_shared(_: &fs::Metadata) -> bool {
    false
}
