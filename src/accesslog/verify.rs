//! Checks a whole log, from whatever source, and says what is wrong where.
//!
//! The tree is rebuilt from the leaves and compared with everything else that the source keeps: leaf hashes, tiles,
//! the signed checkpoint, proofs, older checkpoints that somebody kept, and bodies. The sequence of leaf hashes that the
//! signed root confirms is the measure; what departs from it is named. Where no sequence is confirmed, and where all of
//! them were rewritten together, the finding says so and cannot name the entry: only an older checkpoint, a receipt
//! or a proof outside can.

mod account;
mod column;
mod compare;
mod diff;
mod finding;
mod rows;
mod source;
#[cfg(test)]
mod tests;

pub use diff::Difference;
pub use finding::{Finding, LISTED, Report};
pub use source::{
    Keeps, KeptCheckpoint, LogSource, ProofBeside, RowPage, RowState, StoredEntry, StoredRow, Stray,
};

use super::entry::{Leaf, parse_leaf};
use crate::{
    crypto::at_rest::AtRest,
    domain::digest::Digest,
    merkle::{
        bundle,
        checkpoint::Checkpoint,
        hash::leaf_hash,
        note::{LogVerifier, NoteFault, read_unchecked},
        tile::FULL,
        tlog_proof::TlogProof,
    },
};
use account::Account;
use column::Column;

/// What to check with.
#[derive(Clone, Copy)]
pub struct Check<'a> {
    /// The log's public key, from somewhere else than the log itself.
    pub log: &'a LogVerifier,
    /// Its other keys: what was signed before a rotation, or by another gateway in the midst of one, still counts.
    pub others: &'a [LogVerifier],
    /// Checkpoints of this log that were kept elsewhere: the log must still begin with what they attest.
    pub older: &'a [String],
    /// Opens the bodies, where they are to be compared with the commitments.
    pub bodies: Option<&'a AtRest>,
    /// Is told the number of leaves that were read so far.
    pub progress: Option<&'a (dyn Fn(u64) + Sync)>,
}

impl<'a> Check<'a> {
    /// Checks the log alone: no older checkpoints, no bodies.
    #[must_use]
    pub const fn with(log: &'a LogVerifier) -> Self {
        Self { log, others: &[], older: &[], bodies: None, progress: None }
    }

    /// All keys of the log, the first the one that signs.
    fn keys(&self) -> impl Iterator<Item = &'a LogVerifier> {
        std::iter::once(self.log).chain(self.others)
    }

    /// The checkpoint that one of the log's keys signed, or what is wrong by the first.
    fn open(&self, note: &str) -> Result<Checkpoint, NoteFault> {
        let by_others = || self.others.iter().find_map(|key| key.open(note).ok());
        self.log.open(note).or_else(|fault| by_others().ok_or(fault))
    }
}

impl std::fmt::Debug for Check<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Check")
            .field("log", self.log)
            .field("older", &self.older.len())
            .finish_non_exhaustive()
    }
}

/// Checks the log.
///
/// # Errors
/// The source's error when it cannot be read. What is wrong with the log is in the [`Report`].
pub async fn verify<S: LogSource>(source: &S, check: &Check<'_>) -> Result<Report, S::Error> {
    let mut report = Report::default();

    let stated = match source.checkpoint().await? {
        None => {
            report.add(Finding::NoCheckpoint);
            None
        }
        Some(note) => match check.open(&note) {
            Ok(checkpoint) => Some(checkpoint),
            Err(fault) => {
                report.add(Finding::Checkpoint { fault: fault.to_string() });
                None
            }
        },
    };
    let mut older = Vec::new();
    for note in check.older {
        match check.open(note) {
            Ok(checkpoint) => older.push(checkpoint),
            Err(fault) => report.add(Finding::OlderCheckpoint { fault: fault.to_string() }),
        }
    }
    if source.key().await?.is_some_and(|key| !check.keys().any(|known| known.has_vkey(&key))) {
        report.add(Finding::OtherKey);
    }
    let mut proofs = Vec::new();
    for ProofBeside { name, promised, text } in source.proofs().await? {
        match text.parse::<TlogProof>() {
            Ok(proof) => {
                let index = Some(proof.index);
                // Sluis writes no extra data, and nothing would show that it was changed.
                let extra =
                    proof.extra.as_ref().map(|_| "it carries extra data, which nothing proves".to_owned());
                let other = format!("it is of entry {}, which its name does not say", proof.index);
                let fault = if promised == index { extra } else { Some(other) };
                if let Some(fault) = fault {
                    report.add(Finding::Proof { name: name.clone(), index, fault });
                }
                proofs.push((name, proof));
            }
            Err(fault) => report.add(Finding::Proof { name, index: None, fault: fault.to_string() }),
        }
    }

    let sizes = older.iter().chain(&stated).map(|checkpoint| checkpoint.size);
    // A proof may rest on an earlier checkpoint of the log; its root is then compared like an older one.
    let of_proofs = proofs.iter().filter_map(|(_, proof)| read_unchecked(&proof.checkpoint).ok());
    let sizes = sizes.chain(of_proofs.map(|checkpoint| checkpoint.size)).collect();
    let picked = proofs.iter().map(|(_, proof)| proof.index).collect();
    let mut columns = compare::Columns::new(source.keeps(), Column::new(sizes, picked));

    let (mut entries, mut account) = (Entries::default(), Account::default());
    for n in 0_u64.. {
        let Some(chunk) = read(source, n, stated.as_ref()).await? else { break };
        let (hashes, leaves) = entries.read(n, chunk.bundle, &mut report);
        if let Some(at_rest) = check.bodies {
            let first = entries.next.saturating_sub(u64::try_from(leaves.len()).unwrap_or(u64::MAX));
            for entry in source.entries(n).await? {
                let at = entry.index.checked_sub(first).and_then(|at| usize::try_from(at).ok());
                let leaf = at.and_then(|at| leaves.get(at)).copied().flatten();
                account.take(&entry, leaf, at_rest, &mut report);
            }
        }
        let kept = source.kept(n).await?;
        columns.want(kept.iter().map(|kept| kept.size));
        columns.take(hashes, chunk.leaf_hashes, &chunk.tile);
        for KeptCheckpoint { size, note } in kept {
            let root = columns.entries().root_at(size);
            let states =
                read_unchecked(&note).ok().map(|checkpoint| (checkpoint.size, Some(checkpoint.root)));
            if root.is_some() && states != Some((size, root)) {
                report.add(Finding::KeptCheckpoint { size });
            }
            columns.forget(size);
        }
        columns.check_full_tiles(source).await?;
        if let Some(progress) = check.progress {
            progress(entries.next);
        }
    }
    columns.check_partial_tiles(source).await?;
    let rows = account.finish(&mut report);
    if let Some(at_rest) = check.bodies {
        rows.finish(source, (at_rest, entries.next), &mut report).await?;
    }

    let entries = columns.entries();
    for (name, proof) in &proofs {
        let leaf = entries.picked(proof.index);
        let proven = leaf.map(|leaf| {
            let by_others = || check.others.iter().find_map(|key| proof.verify(&leaf, key).ok());
            proof.verify(&leaf, check.log).or_else(|fault| by_others().ok_or(fault))
        });
        let fault = match proven {
            None => Some("the log has no such entry".to_owned()),
            Some(Err(fault)) => Some(fault.to_string()),
            Some(Ok(checkpoint)) => {
                let other = entries.root_at(checkpoint.size) != Some(checkpoint.root);
                other.then(|| "it proves an entry of another state of the log".to_owned())
            }
        };
        if let Some(fault) = fault {
            report.add(Finding::Proof { name: name.clone(), index: Some(proof.index), fault });
        }
    }
    columns.judge(stated.as_ref(), &older, &mut report);
    // What is read is compared, up to the longest record; all else is no part of the log.
    for Stray { name, bytes, most } in source.strays(columns.longest()).await? {
        report.add(Finding::Stray { name, bytes, most });
    }
    report.finish(columns.entries().size(), columns.entries().root(), stated);
    Ok(report)
}

/// What a source has from leaf `256 n` on.
struct Chunk {
    bundle: Option<Vec<u8>>,
    leaf_hashes: Vec<Digest>,
    tile: Vec<u8>,
}

/// `None` when nothing of it is there any more.
///
/// The list of leaf hashes is read up to the signed size, and a little further so that what was appended is seen; without
/// a signed size as far as the leaves or the tiles go. However long it is, no more of it comes into memory.
async fn read<S: LogSource>(
    source: &S,
    n: u64,
    stated: Option<&Checkpoint>,
) -> Result<Option<Chunk>, S::Error> {
    let keeps = source.keeps();
    let bundle = source.bundle(n).await?;
    let tile = if keeps.tiles { source.tile(0, n).await? } else { None };
    let is_within = match stated {
        Some(stated) => n.saturating_mul(u64::from(FULL)) <= stated.size,
        None => bundle.is_some() || tile.is_some(),
    };
    let leaf_hashes = if keeps.leaf_hashes && is_within { source.leaf_hashes(n).await? } else { None };
    let any = bundle.is_some() || leaf_hashes.is_some() || tile.is_some();
    Ok(any.then(|| Chunk {
        bundle,
        leaf_hashes: leaf_hashes.unwrap_or_default(),
        tile: tile.unwrap_or_default(),
    }))
}

/// Reads leaves one after the other: index and time of the next.
#[derive(Default)]
struct Entries {
    next: u64,
    time: u64,
}

impl Entries {
    fn read(
        &mut self,
        n: u64,
        bundle: Option<Vec<u8>>,
        report: &mut Report,
    ) -> (Vec<Digest>, Vec<Option<Leaf>>) {
        let bytes = bundle.unwrap_or_else(|| {
            report.add(Finding::NoBundle { n });
            Vec::new()
        });
        let Ok(leaves) = bundle::decode(&bytes) else {
            report.add(Finding::Bundle { n });
            return (Vec::new(), Vec::new());
        };
        let mut parsed = Vec::with_capacity(leaves.len());
        for bytes in &leaves {
            let leaf = parse_leaf(bytes).ok();
            match leaf {
                None => report.add(Finding::Leaf { index: self.next }),
                Some(leaf) if leaf.time < self.time => {
                    report.add(Finding::TimeWentBack {
                        index: self.next,
                        time: leaf.time,
                        before: self.time,
                    });
                }
                Some(leaf) => self.time = leaf.time,
            }
            parsed.push(leaf);
            self.next = self.next.saturating_add(1);
        }
        (leaves.iter().map(|leaf| leaf_hash(leaf)).collect(), parsed)
    }
}
