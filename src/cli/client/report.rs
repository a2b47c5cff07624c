//! The report of a batch: one line of JSON per line of input, kept up to date while the batch runs, so that a batch
//! that stopped goes on where it was.
//!
//! Beside it stands `<report>.key` with 32 random bytes. A line's Idempotency-Key is an HMAC under that key: the same
//! line of the same batch has the same key in every run, and nobody without the file can try what a key was made of.
//! No line of the report holds anything that was in the input.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{File, TryLockError},
    io::{Read, Write},
    path::{Path, PathBuf},
};

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    problem::Reason,
    receipts::{Checked, Keys},
};
use crate::{
    cli::{
        Failure, files,
        language::{Said, both},
    },
    domain::{id::Entropy, json},
};

/// How many bytes of the HMAC become the key: 24, which are 32 characters.
const KEY_BYTES: usize = 24;

/// How a line of a batch stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// The gateway has acknowledged it; it will not be sent again.
    Accepted,
    /// `--check` only: the gateway would accept it.
    Permitted,
    /// The gateway said no.
    Refused,
    /// It is no push: it was not sent.
    Invalid,
    /// It is the same as an earlier line: it was not sent.
    Duplicate,
    /// On its way. What a run that was cut off leaves behind: the gateway may have accepted it.
    Sending,
    /// No answer came: the gateway may have accepted it. The next run sends it under the same key.
    Unknown,
}

/// What is known about one line of the input.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// The line of the input, counted from 1.
    pub line: u64,
    /// How it stands.
    pub status: Status,
    /// When it came to stand so.
    pub at: Timestamp,
    /// Its Idempotency-Key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The packet's identifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The gateway's answer per recipient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipients: Option<Value>,
    /// How deep the receipt of each recipient was checked, or `failed`; as a single push says it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checked: Vec<Value>,
    /// What does not hold of the receipts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub receipt_faults: Vec<Value>,
    /// The HTTP status of a refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http: Option<u16>,
    /// What happened, in a few words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Everything that is wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
    /// Whether a later run, that was told `--changed`, had another line in its place.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub superseded: bool,
    /// What happened, for who watches; the report has the title only.
    #[serde(skip)]
    pub said: Option<Said>,
}

impl Record {
    /// A record without particulars.
    #[must_use]
    pub const fn new(line: u64, status: Status, at: Timestamp, key: Option<String>) -> Self {
        Self {
            line,
            status,
            at,
            key,
            id: None,
            recipients: None,
            checked: Vec::new(),
            receipt_faults: Vec::new(),
            http: None,
            title: None,
            reasons: Vec::new(),
            superseded: false,
            said: None,
        }
    }

    /// Whether it was accepted with receipts of which nothing could be checked.
    #[must_use]
    pub fn is_unchecked(&self) -> bool {
        self.checked.iter().any(|depth| depth == "unchecked")
    }

    /// The record with the receipts of its recipients checked. What held in an earlier run is not asked again: the keys may
    /// have been renewed since.
    #[must_use]
    pub fn proven_by(mut self, keys: &Keys) -> Self {
        let asked = self.checked.is_empty() || self.is_unchecked() || !self.receipt_faults.is_empty();
        if self.status != Status::Accepted || !asked {
            return self;
        }
        let receipts = self.recipients.as_ref().and_then(Value::as_array).into_iter().flatten();
        let checked: Vec<Checked> = receipts
            .filter_map(|one| one.get("receipt")?.as_str())
            .map(|receipt| keys.check(receipt, self.id.as_deref()))
            .collect();
        self.checked = checked.iter().map(Checked::depth).collect();
        self.receipt_faults = checked.iter().filter_map(Checked::fault).collect();
        self.said = checked.iter().find_map(Checked::told);
        self
    }
}

/// The report of a batch, open for one run. No other run can open it meanwhile, but to look into it for a check.
#[derive(Debug)]
pub struct Report {
    path: PathBuf,
    secret: hmac::Key,
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
        let (lock, secret) = open_key(&key_path, path, !earlier.is_empty(), entropy)?;
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
            hmac::Key::new(hmac::HMAC_SHA256, &new_secret(entropy)?)
        } else {
            let key = files::beside(path, "key");
            let text = std::fs::read_to_string(&key).map_err(|error| no_key(&key, error))?;
            secret_of(&key, &text)?
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
        let mut context = hmac::Context::with_key(&self.secret);
        context.update(b"sluis-batch-v1\n");
        context.update(route.as_bytes());
        context.update(b"\n");
        context.update(body);
        let tag = context.sign();
        URL_SAFE_NO_PAD.encode(tag.as_ref().get(..KEY_BYTES).unwrap_or_default())
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

/// Opens the file with the key of the batch, makes it when it is new, and takes the lock on it.
fn open_key(
    path: &Path,
    report: &Path,
    must_exist: bool,
    entropy: &dyn Entropy,
) -> Result<(File, hmac::Key), Failure> {
    let mut options = files::private_options();
    options.read(true).write(true).create(!must_exist);
    let mut file = options.open(path).map_err(|error| {
        // A report that begins here has no key yet that could be lost.
        if must_exist { no_key(path, error) } else { Failure::unwritable(report, error) }
    })?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(Failure::new(
                crate::cli::Exit::TryAgain,
                ("hetzelfde commando is al bezig met dit verslag", "another run is working on this report"),
            )
            .now((
                "wacht tot dat klaar is, of noem met --report een ander verslag",
                "wait for it to end, or name another report with --report",
            )));
        }
        Err(TryLockError::Error(error)) => return Err(Failure::unwritable(path, error)),
    }
    files::check_private(path)?;
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(|error| Failure::unreadable(path, error))?;
    if text.is_empty() && !must_exist {
        text = hex::encode(new_secret(entropy)?);
        let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
        written.map_err(|error| Failure::unwritable(path, error))?;
    }
    Ok((file, secret_of(path, &text)?))
}

fn new_secret(entropy: &dyn Entropy) -> Result<[u8; 32], Failure> {
    let mut secret = [0; 32];
    entropy.fill(&mut secret).map_err(|error| {
        Failure::internal(("kan geen sleutel maken voor deze reeks", "cannot make a key for the batch"))
            .because(error)
    })?;
    Ok(secret)
}

fn secret_of(path: &Path, text: &str) -> Result<hmac::Key, Failure> {
    let secret = hex::decode(text.trim()).ok().filter(|secret| secret.len() == 32).ok_or_else(|| {
        Failure::configuration(both!(
            "`{}` is geen sleutel van een reeks",
            "`{}` is no key of a batch",
            path.display()
        ))
        .now(("zet het bestand terug zoals het was", "put back the file as it was"))
    })?;
    Ok(hmac::Key::new(hmac::HMAC_SHA256, &secret))
}

fn no_key(path: &Path, error: std::io::Error) -> Failure {
    if error.kind() != std::io::ErrorKind::NotFound {
        return Failure::unreadable(path, error).ending(crate::cli::Exit::Configuration);
    }
    Failure::configuration(both!(
        "kan de sleutel van de reeks niet openen, `{}`",
        "cannot open the key of the batch, `{}`",
        path.display()
    ))
    .because(error)
    .now((
        "hij hoort bij het verslag: zonder hem zijn de gestuurde regels niet te herkennen; zet hem terug",
        "it belongs to the report: without it the lines that were sent cannot be recognised; put it back",
    ))
}
