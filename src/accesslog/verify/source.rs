//! Where a log is read from, and what is kept beside its leaves.

use std::{collections::BTreeSet, future::Future};

use crate::{
    accesslog::entry::{Commitments, ReaderRow, SealedBody},
    crypto::at_rest::AtRest,
    domain::digest::Digest,
    merkle::tile::TilePath,
};

/// What a source keeps beside the leaves and the checkpoint. What it keeps must be complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keeps {
    /// A list of leaf hashes of its own.
    pub leaf_hashes: bool,
    /// Tiles of hashes, full and partial, at all levels.
    pub tiles: bool,
}

/// What is kept of an entry beside its leaf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEntry {
    /// The entry.
    pub index: u64,
    /// The commitments to its parts.
    pub commitments: Commitments,
    /// The bodies of the parts that were not erased.
    pub bodies: Vec<SealedBody>,
    /// Who may read it, in the order of the parties.
    pub readers: Vec<ReaderRow>,
}

/// A checkpoint that was kept beside the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptCheckpoint {
    /// The size under which it is kept.
    pub size: u64,
    /// The signed note.
    pub note: String,
}

/// Where a log is read from: the database, or a copied folder.
///
/// It must be one state: the checkpoint covers all leaves, and nothing is appended while it is read. A source gives what
/// it has, also where that is too long, too short or no tile at all; judging is not its work.
pub trait LogSource: Sync {
    /// Why it cannot be read. Not for what is wrong with the log.
    type Error: std::error::Error + Send + Sync + 'static;

    /// What it keeps beside the leaves.
    fn keeps(&self) -> Keeps;

    /// The signed checkpoint.
    fn checkpoint(&self) -> impl Future<Output = Result<Option<String>, Self::Error>> + Send;

    /// The bytes of entry bundle `n`, as wide as it is there: the leaves from `256 n` on.
    fn bundle(&self, n: u64) -> impl Future<Output = Result<Option<Vec<u8>>, Self::Error>> + Send;

    /// The leaf hashes from `256 n` on, at most 256, from the list of its own.
    fn leaf_hashes(&self, n: u64) -> impl Future<Output = Result<Option<Vec<Digest>>, Self::Error>> + Send;

    /// The bytes of a tile, as wide as it is there.
    fn tile(&self, level: u8, n: u64) -> impl Future<Output = Result<Option<Vec<u8>>, Self::Error>> + Send;

    /// What is kept of the entries from `256 n` on, at most 256.
    fn entries(&self, _n: u64) -> impl Future<Output = Result<Vec<StoredEntry>, Self::Error>> + Send {
        async { Ok(Vec::new()) }
    }

    /// The checkpoints that are kept of the sizes above `256 n`, up to `256 (n + 1)`.
    fn kept(&self, _n: u64) -> impl Future<Output = Result<Vec<KeptCheckpoint>, Self::Error>> + Send {
        async { Ok(Vec::new()) }
    }

    /// Rows of the store that entries name, from this page on, with the page that follows; none after the last, and of a source
    /// that keeps none.
    fn rows(
        &self,
        _page: &RowPage,
        _at_rest: &AtRest,
    ) -> impl Future<Output = Result<Option<(Vec<StoredRow>, RowPage)>, Self::Error>> + Send {
        async { Ok(None) }
    }

    /// The names of the rows that entries from this index on wrote or deleted, which came while the log was read.
    fn touched_since(
        &self,
        _size: u64,
        _at_rest: &AtRest,
    ) -> impl Future<Output = Result<BTreeSet<String>, Self::Error>> + Send {
        async { Ok(BTreeSet::new()) }
    }

    /// Proofs that lie beside the log, each with a name to report it by.
    fn proofs(&self) -> impl Future<Output = Result<Vec<ProofBeside>, Self::Error>> + Send {
        async { Ok(Vec::new()) }
    }

    /// The public key that lies beside the log.
    fn key(&self) -> impl Future<Output = Result<Option<String>, Self::Error>> + Send {
        async { Ok(None) }
    }

    /// How wide the partial tiles or bundles are that are kept of this place, beside the widest.
    fn narrower(&self, _place: TilePath) -> impl Future<Output = Result<Vec<u16>, Self::Error>> + Send {
        async { Ok(Vec::new()) }
    }

    /// The bytes of a tile or bundle of exactly this width.
    fn exactly(&self, _place: TilePath) -> impl Future<Output = Result<Option<Vec<u8>>, Self::Error>> + Send {
        async { Ok(None) }
    }

    /// What is kept that a log of `size` entries has no place for, or of which it has less.
    fn strays(&self, _size: u64) -> impl Future<Output = Result<Vec<Stray>, Self::Error>> + Send {
        async { Ok(Vec::new()) }
    }
}

/// A proof that lies beside a log.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProofBeside {
    /// What to report it by.
    pub name: String,
    /// The entry that the name promises to prove; absent where the name is of another form.
    pub promised: Option<u64>,
    /// The text of the `tlog-proof`.
    pub text: String,
}

/// What lies beside a log and is no part of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stray {
    /// What to report it by.
    pub name: String,
    /// How long it is.
    pub bytes: u64,
    /// How long it can be; absent where it has no place.
    pub most: Option<u64>,
}

/// Where rows are read on: a table, and the key of the last row that was read of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RowPage {
    /// Which table.
    pub table: usize,
    /// The key; empty at the beginning of the table.
    pub after: Vec<String>,
}

/// A row of the store, by the name that entries give it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRow {
    /// The name.
    pub name: String,
    /// What can be said of it without the log.
    pub state: RowState,
}

/// What can be said of a row without the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowState {
    /// Its seal is that of its content as this entry wrote it.
    By(u64),
    /// Its seal is another.
    Unsealed,
    /// It has no seal: its content, of which the log keeps a digest.
    Content(Vec<u8>),
}
