//! Files that only their owner can read.

use std::{
    collections::BTreeMap,
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

use super::{fault::KeyFileFault, kind::KeyKind};
use crate::crypto::secret_file;

/// Longer than any of the four.
const LONGEST: u64 = 16 * 1024;
const OTHERS_WRITE: u32 = 0o022;

type Found = BTreeMap<KeyKind, BTreeMap<u32, PathBuf>>;

pub(super) fn io_fault(path: &Path, source: io::Error) -> KeyFileFault {
    KeyFileFault::Io { path: path.to_owned(), source }
}

pub(super) fn make_folder(folder: &Path) -> Result<(), KeyFileFault> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|source| io_fault(folder, source))
}

/// The key files of a folder by kind and version, and what is wrong with the folder and its names.
pub(super) fn list(folder: &Path) -> (Found, Vec<KeyFileFault>) {
    let mut found = Found::new();
    let mut faults = Vec::new();
    let entries = fs::metadata(folder).and_then(|metadata| {
        let entries = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
        Ok((metadata.permissions().mode(), entries))
    });
    match entries {
        Ok((mode, mut entries)) => {
            if mode & OTHERS_WRITE != 0 {
                faults.push(KeyFileFault::Open(folder.to_owned()));
            }
            entries.sort_by_key(fs::DirEntry::file_name);
            for path in entries.iter().map(fs::DirEntry::path) {
                match path.file_name().and_then(|name| name.to_str()).map(recognise) {
                    Some(Name::Key(kind, version)) => {
                        found.entry(kind).or_default().insert(version, path);
                    }
                    Some(Name::Almost) => faults.push(KeyFileFault::Name(path)),
                    Some(Name::Other) | None => {}
                }
            }
        }
        Err(source) => faults.push(io_fault(folder, source)),
    }
    (found, faults)
}

/// What the name of a key's file ends in until the key is recorded.
const UNRECORDED: &str = ".new";

/// Where a key stands until it is recorded.
pub(super) fn beside(place: &Path) -> PathBuf {
    let mut name = place.as_os_str().to_owned();
    name.push(UNRECORDED);
    name.into()
}

enum Name {
    Key(KeyKind, u32),
    Almost,
    Other,
}

fn recognise(name: &str) -> Name {
    match name.strip_suffix(UNRECORDED).map(recognise_key) {
        Some(Name::Key(..)) => Name::Other,
        _ => recognise_key(name),
    }
}

fn recognise_key(name: &str) -> Name {
    for kind in KeyKind::ALL {
        let Some(rest) = name.strip_prefix(kind.as_str()).and_then(|rest| rest.strip_prefix(".v")) else {
            continue;
        };
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        return match digits.parse() {
            Ok(version) if version > 0 && kind.file_name(version) == name => Name::Key(kind, version),
            _ => Name::Almost,
        };
    }
    Name::Other
}

/// The content of a file that only its owner can read.
pub(super) fn read(path: &Path) -> Result<Zeroizing<String>, KeyFileFault> {
    // Opening a pipe would wait for whoever writes in it.
    if !fs::metadata(path).map_err(|source| io_fault(path, source))?.is_file() {
        return Err(io_fault(path, io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file")));
    }
    let mut file = File::open(path).map_err(|source| io_fault(path, source))?;
    // Judged on the open file, so that it cannot be exchanged in between.
    let metadata = file.metadata().map_err(|source| io_fault(path, source))?;
    if !secret_file::is_closed(path, &metadata) {
        return Err(KeyFileFault::Open(path.to_owned()));
    }
    let too_long = || io_fault(path, io::Error::from(io::ErrorKind::FileTooLarge));
    let length = usize::try_from(metadata.len().min(LONGEST)).map_err(|_| too_long())?;
    // Reserved at once: a growing string would leave an unwiped copy behind.
    let mut content = Zeroizing::new(String::with_capacity(length.saturating_add(1)));
    let read = (&mut file).take(LONGEST.saturating_add(1)).read_to_string(&mut content);
    let read = read.map_err(|source| io_fault(path, source))?;
    if u64::try_from(read).is_ok_and(|read| read <= LONGEST) { Ok(content) } else { Err(too_long()) }
}

/// Writes a new file that only its owner can read, and waits until it is on the disk.
pub(super) fn write(path: &Path, content: &str) -> Result<(), KeyFileFault> {
    let created = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let mut file = match created {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(KeyFileFault::Exists(path.to_owned()));
        }
        Err(source) => return Err(io_fault(path, source)),
    };
    file.write_all(content.as_bytes())
        .and_then(|()| file.sync_all())
        .and_then(|()| sync_folder_of(path))
        .map_err(|source| io_fault(path, source))
}

/// Gives what stands beside the name of a key, and waits until that is on the disk. Another program may have done it.
pub(super) fn put_in_place(place: &Path) -> Result<(), KeyFileFault> {
    match fs::rename(beside(place), place) {
        Err(error) if error.kind() == io::ErrorKind::NotFound && place.exists() => Ok(()),
        renamed => renamed,
    }
    .and_then(|()| sync_folder_of(place))
    .map_err(|source| io_fault(place, source))
}

/// Removes a file that may be there.
pub(super) fn remove(path: &Path) -> Result<(), KeyFileFault> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(io_fault(path, error)),
        _ => Ok(()),
    }
}

fn sync_folder_of(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}
