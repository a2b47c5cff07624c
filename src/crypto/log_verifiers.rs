//! The log's public keys, also those that come while a gateway runs: between two gateways there is always one that takes up a new
//! version first.

use std::{
    fmt,
    path::{Path, PathBuf},
    time::Instant,
};

use arc_swap::ArcSwap;

use super::gateway_keys::{
    GatewayKeys, LogKeys,
    in_vain::{InVain, Looked},
};
use crate::merkle::{
    checkpoint::Checkpoint,
    note::{LogVerifier, NoteFault},
};

/// None of the log's keys signed a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unsigned {
    /// Whether the folder was looked into just now, for a key that might have.
    pub looked: bool,
}

/// The log's public keys of all versions, with those that come while a gateway runs: another one may sign with a newer already.
pub struct LogVerifiers {
    folder: PathBuf,
    known: ArcSwap<Vec<LogVerifier>>,
    in_vain: InVain,
}

impl fmt::Debug for LogVerifiers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogVerifiers").field("known", &self.known.load()).finish_non_exhaustive()
    }
}

impl LogKeys {
    /// The verifiers of all versions, newest first; none when one of them is no key.
    #[must_use]
    pub fn verifiers(&self) -> Option<Vec<LogVerifier>> {
        self.vkeys().iter().map(|vkey| LogVerifier::from_vkey(vkey).ok()).collect()
    }
}

impl LogVerifiers {
    /// Those, and what comes in this folder of keys.
    #[must_use]
    pub fn of(known: Vec<LogVerifier>, folder: &Path) -> Self {
        Self { folder: folder.to_owned(), known: ArcSwap::from_pointee(known), in_vain: InVain::default() }
    }

    /// Those from now on.
    pub fn turn(&self, known: Vec<LogVerifier>) {
        self.known.store(known.into());
    }

    /// The checkpoint in a note that one of the keys signed. The folder is read when none of those that are known did, and not more than
    /// once a second while it stays as it is.
    ///
    /// # Errors
    /// [`Unsigned`] when none did.
    pub fn open(&self, note: &str, now: Instant) -> Result<Checkpoint, Unsigned> {
        for log in self.known.load().iter() {
            match log.open(note) {
                Ok(checkpoint) => return Ok(checkpoint),
                Err(NoteFault::NotSigned) => {}
                // It says that this key signed it.
                Err(_) => return Err(Unsigned { looked: false }),
            }
        }
        let later = || {
            let keys = GatewayKeys::load(&self.folder, false).ok()?;
            let later = keys.log.verifiers()?;
            let opened = later.iter().find_map(|log| log.open(note).ok())?;
            Some((later, opened))
        };
        match self.in_vain.look(&self.folder, now, later) {
            Looked::Found((later, opened)) => {
                self.known.store(later.into());
                Ok(opened)
            }
            Looked::InVain => Err(Unsigned { looked: true }),
            Looked::Not => Err(Unsigned { looked: false }),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        fs::File,
        time::{Duration, SystemTime},
    };

    use super::*;
    use crate::{
        crypto::gateway_keys::{KeyKind, in_vain::AGAIN},
        domain::id::SystemEntropy,
        merkle::hash::EMPTY_ROOT,
    };

    const MOMENT: Duration = Duration::from_millis(999);

    fn set_changed(folder: &Path, at: SystemTime) {
        File::open(folder).unwrap().set_modified(at).unwrap();
    }

    #[test]
    fn no_forged_note_has_the_keys_read_at_will() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let then = SystemTime::UNIX_EPOCH + Duration::from_hours(1);
        GatewayKeys::generate(folder, "sluis.example/test/2026", &SystemEntropy::new()).unwrap();
        let first = GatewayKeys::load(folder, true).unwrap();
        let note = |keys: &GatewayKeys| {
            let key = keys.log.signing().to_note_key().unwrap();
            let origin = key.origin().clone();
            key.sign(&Checkpoint { origin, size: 0, root: EMPTY_ROOT }).unwrap()
        };
        let known = LogVerifiers::of(first.log.verifiers().unwrap(), folder);
        let start = Instant::now();
        assert!(known.open(&note(&first), start).is_ok());
        let changed = note(&first).replace("\n0\n", "\n1\n");
        assert_eq!(
            known.open(&changed, start),
            Err(Unsigned { looked: false }),
            "a key that is known did not sign it"
        );
        set_changed(folder, then);
        let elsewhere = tempfile::tempdir().unwrap();
        GatewayKeys::generate(elsewhere.path(), "sluis.example/test/2026", &SystemEntropy::new()).unwrap();
        let forged = note(&GatewayKeys::load(elsewhere.path(), true).unwrap());
        assert_eq!(known.open(&forged, start), Err(Unsigned { looked: true }));

        GatewayKeys::make(folder, KeyKind::Log, &SystemEntropy::new()).unwrap().put_in_place().unwrap();
        let second = note(&GatewayKeys::load(folder, true).unwrap());
        set_changed(folder, then);
        for note in [&forged, &second] {
            assert_eq!(
                known.open(note, start + MOMENT),
                Err(Unsigned { looked: false }),
                "it was not read again"
            );
        }
        assert_eq!(known.open(&forged, start + AGAIN), Err(Unsigned { looked: true }));
        set_changed(folder, then + AGAIN);
        assert!(known.open(&second, start + AGAIN).is_ok(), "where it changed, it is read at once");
        assert!(known.open(&note(&first), start + AGAIN).is_ok(), "the former one still counts");
    }
}
