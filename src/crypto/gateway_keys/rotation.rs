//! A new version of a key. It is made beside the others under another name, and put in place once the database knows it, so
//! that a rotation which breaks off anywhere leaves a folder that the database knows.

use std::{
    collections::BTreeMap,
    fs::{File, TryLockError},
    io,
    path::{Path, PathBuf},
};

use super::{
    GatewayKeys, KeyFileFault, KeyKind, OneKey,
    files::{self, io_fault},
    new_content,
    prints::KeyPrints,
};
use crate::domain::{digest::Digest, id::Entropy};

/// A version that is made and not in place. Meanwhile nobody else makes one in the folder.
#[derive(Debug)]
#[must_use = "it is put in place or taken away"]
pub struct MadeKey {
    kind: KeyKind,
    version: u32,
    print: Digest,
    place: PathBuf,
    _turn: File,
}

impl MadeKey {
    /// Which key.
    #[must_use]
    pub const fn kind(&self) -> KeyKind {
        self.kind
    }

    /// Its version, one above the newest.
    #[must_use]
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// Its print, for the database.
    #[must_use]
    pub const fn print(&self) -> Digest {
        self.print
    }

    /// Gives it the name of a key. Before this the database must know it.
    ///
    /// # Errors
    /// [`KeyFileFault::Io`]; the next that starts in this folder tries again.
    pub fn put_in_place(self) -> Result<PathBuf, KeyFileFault> {
        files::put_in_place(&self.place)?;
        Ok(self.place)
    }

    /// Takes away what the database surely does not know.
    ///
    /// # Errors
    /// [`KeyFileFault::Io`].
    pub fn take_away(self) -> Result<(), KeyFileFault> {
        files::remove(&files::beside(&self.place))
    }
}

impl GatewayKeys {
    /// Makes the next version of one key, beside the others. One that a rotation left there and that is whole is taken: its
    /// entry may be on its way still.
    ///
    /// # Errors
    /// Every fault of the folder as it is, [`KeyFileFault::Busy`], or the fault of writing.
    pub fn make(folder: &Path, kind: KeyKind, entropy: &dyn Entropy) -> Result<MadeKey, Vec<KeyFileFault>> {
        let turn = take_turn(folder).map_err(|fault| vec![fault])?;
        let keys = Self::load(folder, false)?;
        let (found, _) = files::list(folder);
        let newest = found.get(&kind).and_then(BTreeMap::last_key_value).map_or(0, |(version, _)| *version);
        let version = newest.checked_add(1).ok_or_else(|| vec![KeyFileFault::NotMade])?;
        let place = folder.join(kind.file_name(version));
        let beside = files::beside(&place);
        let print = if let Some(left) = print_of(kind, &beside) {
            left
        } else {
            files::remove(&beside).map_err(|fault| vec![fault])?;
            let content =
                new_content(kind, keys.log.signing().origin(), entropy).map_err(|fault| vec![fault])?;
            files::write(&beside, &content).map_err(|fault| {
                // A half of a key is none. Why it was not written says more than why that stays.
                drop(files::remove(&beside));
                vec![fault]
            })?;
            print_of(kind, &beside).ok_or_else(|| vec![KeyFileFault::NotMade])?
        };
        Ok(MadeKey { kind, version, print, place, _turn: turn })
    }

    /// Puts in place what a rotation recorded and left beside: versions that the database knows and the folder lacks. Gives
    /// the names of their files.
    ///
    /// # Errors
    /// [`KeyFileFault::Io`] when such a file cannot be renamed.
    pub fn put_recorded_in_place(folder: &Path, known: &KeyPrints) -> Result<Vec<String>, KeyFileFault> {
        let mut put = Vec::new();
        for (kind, version, print) in known.iter() {
            let name = kind.file_name(version);
            let place = folder.join(&name);
            if !place.exists() && print_of(kind, &files::beside(&place)) == Some(print) {
                files::put_in_place(&place)?;
                put.push(name);
            }
        }
        Ok(put)
    }
}

/// The print of the key in a file; none when it holds no whole key.
fn print_of(kind: KeyKind, path: &Path) -> Option<Digest> {
    let content = files::read(path).ok()?;
    OneKey::read(kind, &content).map(|key| key.print())
}

/// The turn lasts as long as the folder is open.
fn take_turn(folder: &Path) -> Result<File, KeyFileFault> {
    let turn = File::open(folder).map_err(|source| io_fault(folder, source))?;
    match turn.try_lock() {
        Ok(()) => Ok(turn),
        Err(TryLockError::WouldBlock) => Err(KeyFileFault::Busy(folder.to_owned())),
        // Some file systems know no locks; who rotates there is alone.
        Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => Ok(turn),
        Err(TryLockError::Error(source)) => Err(io_fault(folder, source)),
    }
}
