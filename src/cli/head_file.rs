//! The last signed head of the log, in a file outside the database. Whoever can write in the database cannot write here, so
//! that a log which was put back or rewritten is known when a gateway starts.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{Failure, files, language::both, operated};
use crate::{
    merkle::{
        checkpoint::Checkpoint,
        note::{LogVerifier, read_unchecked},
        proof::{consistency, verify_consistency},
    },
    store::{Store, StoreErrorKind, writer::KeepsHead},
};

#[derive(Debug)]
pub(super) struct HeadFile {
    path: PathBuf,
}

impl HeadFile {
    pub(super) fn at(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    /// The note that it holds; none before the first.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    pub(super) fn read(&self) -> Result<Option<String>, Failure> {
        match fs::read_to_string(&self.path) {
            Ok(note) => Ok(Some(note)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Failure::unreadable(&self.path, error)),
        }
    }

    /// Compares the database with what this gateway last signed.
    ///
    /// # Errors
    /// When the log in the database is older or another one, the file was changed, or it could not be replaced.
    pub(super) async fn compare(&self, store: &Store, keys: &[LogVerifier]) -> Result<(), Failure> {
        let Some(note) = self.read()? else {
            // Shown now, and not after the first write, when nobody looks.
            return files::prove_new(&self.path).map_err(|failure| {
                failure.now((
                    "zet `log.head` in de configuratie op een bestand in een map waarin de gateway mag schrijven",
                    "set `log.head` in the configuration to a file in a folder in which the gateway may write",
                ))
            });
        };
        let path = self.path.display();
        let Some(kept) = keys.iter().find_map(|key| key.open(&note).ok()) else {
            return Err(Failure::configuration(both!(
                "{path} is niet getekend door de sleutel van dit log",
                "{path} is not signed by the key of this log"
            ))
            .now((
                "zet de sleutels terug die bij dit log horen; is dit bestand van een ander log, noem dan een ander bestand als `log.head`",
                "put back the keys of this log; if the file is of another log, name another file as `log.head`",
            )));
        };
        // A database in which no log was begun has none of it.
        let (size, signed) = match store.head().await {
            Ok(head) => (head.size, head.checkpoint),
            Err(error) if error.kind() == StoreErrorKind::Left => return Err(operated::store(error)),
            Err(_) => (0, String::new()),
        };
        if kept.size > size {
            return Err(Failure::configuration(both!(
                "de database is ouder dan het log dat deze gateway heeft getekend: {size} regels, en {path} is van {kept} regels",
                "the database is older than the log that this gateway signed: {size} entries, and {path} is of {kept} entries",
                kept = kept.size
            ))
            .now((
                "zet de nieuwste database terug. Is die voorgoed weg: de regels die ontbreken zijn aan partijen bewezen. Vertel het hun en de \
                 functionaris, bewaar dit bestand, en haal het dan weg om met deze database verder te gaan",
                "put the newest database back. If that is lost for good: the entries that are missing were proven to parties. Tell them and the \
                 privacy officer, keep this file, and then move it away to go on with this database",
            )));
        }
        if goes_on(store, &kept, (size, &signed)).await? {
            return Ok(());
        }
        Err(Failure::configuration(both!(
            "het log in de database gaat niet verder op het log dat deze gateway heeft getekend ({path}): er is iets veranderd",
            "the log in the database does not go on from the log that this gateway signed ({path}): something was changed"
        ))
        .now((
            "bewaar de database en dit bestand, en laat `sluis log verify` zeggen wat er waar niet klopt",
            "keep the database and this file, and let `sluis log verify` say what is wrong where",
        )))
    }
}

/// Whether the log of this size and head begins with the one that was kept. Who signed the head is looked at elsewhere.
async fn goes_on(store: &Store, kept: &Checkpoint, (size, head): (u64, &str)) -> Result<bool, Failure> {
    let tiles = store.consistency_tiles(kept.size, size).await.map_err(operated::store)?;
    let proof = tiles.and_then(|tiles| consistency(kept.size, size, &tiles).ok());
    let (Some(proof), Ok(head)) = (proof, read_unchecked(head)) else { return Ok(false) };
    Ok(verify_consistency(&proof, kept.size, &kept.root, size, &head.root).is_ok())
}

impl HeadFile {
    /// Puts this note in the file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn put(&self, note: &str) -> Result<(), Failure> {
        // Other programs of this gateway keep theirs at the same time.
        let beside = self.path.with_extension(format!("{}.new", std::process::id()));
        drop(fs::remove_file(&beside));
        files::write_private(&beside, note.as_bytes())?;
        fs::rename(&beside, &self.path).map_err(|error| Failure::unwritable(&self.path, error))
    }
}

impl KeepsHead for HeadFile {
    fn keep(&self, note: &str) {
        if self.put(note).is_err() {
            tracing::error!(
                error_code = "log_head_file",
                file = %self.path.display(),
                "the last head of the log could not be kept outside the database"
            );
        }
    }
}
