//! The report of a batch: one line of JSON per line of input, kept up to date while the batch runs, so that a batch
//! that stopped goes on where it was.
//!
//! Beside it stands `<report>.key` with 32 random bytes. A line's Idempotency-Key is an HMAC under that key: the same
//! line of the same batch has the same key in every run, and nobody without the file can try what a key was made of.
//! No line of the report holds anything that was in the input.

mod record;
mod secret;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::Write,
    path::{Path, PathBuf},
};

pub use self::record::{Record, Status};
use self::secret::Secret;
use crate::{
    cli::{Failure, files, language::both},
    domain::{id::Entropy, json},
};

/// The report of a batch, open for one run. No other run can open it meanwhile, but to look into it for a check.
#[derive(Debug)]
pub struct Report {
    path: PathBuf,
    secret: Secret,
    /// None for a check, which keeps nothing.
    file: Option<File>,
    /// Held until the run ends: the lock goes with it.
    _lock: Option<File>,
    earlier: BTreeMap<String, Record>,
    now: BTreeMap<u64, Record>,
}

impl Report {
    /// Opens the report at this path, or begins one.
    ///
    /// # Errors
    /// When another run has it open, when it cannot be read or written, or when its key is gone.
    pub fn open(path: &Path, entropy: &dyn Entropy) -> Result<Self, Failure> {
        let earlier = read_records(path)?;
        let key_path = files::beside(path, "key");
        let (lock, secret) = Secret::open(&key_path, path, !earlier.is_empty(), entropy)?;
        let mut options = files::private_options();
        let file =
            options.append(true).create(true).open(path).map_err(|error| Failure::unwritable(path, error))?;
        let (file, lock) = (Some(file), Some(lock));
        Ok(Self { path: path.to_owned(), secret, file, _lock: lock, earlier, now: BTreeMap::new() })
    }

    /// What the report at this path knows, if there is one, for a check: nothing is written or locked.
    ///
    /// # Errors
    /// When the report cannot be read, or its key is gone.
    pub fn look(path: &Path, entropy: &dyn Entropy) -> Result<Self, Failure> {
        let earlier = read_records(path)?;
        let secret = if earlier.is_empty() {
            Secret::new(entropy)?
        } else {
            Secret::read(&files::beside(path, "key"))?
        };
        let path = path.to_owned();
        Ok(Self { path, secret, file: None, _lock: None, earlier, now: BTreeMap::new() })
    }

    /// Whether this is only a look.
    #[must_use]
    pub const fn is_check(&self) -> bool {
        self.file.is_none()
    }

    /// The Idempotency-Key of a body on a route.
    #[must_use]
    pub fn key(&self, route: &str, body: &[u8]) -> String {
        self.secret.key(route, body)
    }

    /// What an earlier run knows of the line with this key.
    #[must_use]
    pub fn earlier(&self, key: &str) -> Option<&Record> {
        self.earlier.get(key)
    }

    /// The lines of earlier runs that were or may have been accepted, and that the input no longer holds as they were; but for
    /// those of which a run with `--changed` knew that already. Each once, in order.
    #[must_use]
    pub fn missing(&self, keys: &BTreeSet<String>) -> Vec<u64> {
        let lines: BTreeSet<u64> =
            self.earlier.values().filter(|record| is_gone(record, keys)).map(|record| record.line).collect();
        lines.into_iter().collect()
    }

    /// Writes down that the user knows of the lines that the input no longer holds as they were: they stop no later run.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn supersede(&mut self, keys: &BTreeSet<String>) -> Result<(), Failure> {
        let Some(file) = &mut self.file else { return Ok(()) };
        for record in self.earlier.values_mut().filter(|record| is_gone(record, keys)) {
            record.superseded = true;
            let mut line = json_line(record)?;
            line.push(b'\n');
            file.write_all(&line).map_err(|error| Failure::unwritable(&self.path, error))?;
        }
        Ok(())
    }

    /// Writes a record down at once.
    ///
    /// # Errors
    /// When it cannot be written: then nothing more may be sent.
    pub fn note(&mut self, record: Record) -> Result<(), Failure> {
        let Some(file) = &mut self.file else {
            // A check leaves nothing on its way.
            if record.status != Status::Sending {
                self.now.insert(record.line, record);
            }
            return Ok(());
        };
        let mut line = json_line(&record)?;
        line.push(b'\n');
        file.write_all(&line).map_err(|error| Failure::unwritable(&self.path, error))?;
        self.now.insert(record.line, record);
        Ok(())
    }

    /// Ends the run: the report becomes one record per line of input, in order. What earlier runs had sent and this
    /// input does not hold stays in it.
    ///
    /// # Errors
    /// When it cannot be written; the report then holds the same in another order.
    pub fn finish(self) -> Result<Vec<Record>, Failure> {
        if self.is_check() {
            return Ok(self.now.into_values().collect());
        }
        let known: BTreeSet<&String> = self.now.values().filter_map(|record| record.key.as_ref()).collect();
        let left = self.earlier.iter().filter(|(key, _)| !known.contains(key)).map(|(_, record)| record);
        let mut all: Vec<&Record> = left.chain(self.now.values()).collect();
        all.sort_by_key(|record| record.line);
        let mut bytes = Vec::new();
        for record in all {
            bytes.extend(json_line(record)?);
            bytes.push(b'\n');
        }
        files::replace_private(&self.path, &bytes)?;
        Ok(self.now.into_values().collect())
    }
}

/// Whether a line was or may have been accepted, is not in the input, and nobody has said that this is known.
fn is_gone(record: &Record, keys: &BTreeSet<String>) -> bool {
    let sent = matches!(record.status, Status::Accepted | Status::Sending | Status::Unknown);
    sent && !record.superseded && record.key.as_ref().is_some_and(|key| !keys.contains(key))
}

fn json_line(record: &Record) -> Result<Vec<u8>, Failure> {
    serde_json::to_vec(record).map_err(|error| {
        Failure::internal((
            "kan geen JSON maken van een regel van het verslag",
            "cannot make JSON of a report line",
        ))
        .because(error)
    })
}

/// The last record of each key. The last line may be torn: a run that was cut off had not finished writing it.
fn read_records(path: &Path) -> Result<BTreeMap<String, Record>, Failure> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => return Err(Failure::unreadable(path, error)),
    };
    let mut records = BTreeMap::new();
    let mut lines = text.lines().enumerate().peekable();
    while let Some((index, line)) = lines.next() {
        match json::typed::<Record>(line.as_bytes()) {
            Ok(record) => {
                if let Some(key) = record.key.clone() {
                    records.insert(key, record);
                }
            }
            Err(_) if lines.peek().is_none() && !text.ends_with('\n') => {}
            Err(_) => {
                return Err(Failure::usage(both!(
                    "regel {} van `{}` is geen regel van een verslag",
                    "line {} of `{}` is no report line",
                    index.saturating_add(1),
                    path.display()
                ))
                .now((
                    "noem met --report een ander verslag, of zet het verslag terug zoals het was",
                    "name another report with --report, or put back the report as it was",
                )));
            }
        }
    }
    Ok(records)
}
