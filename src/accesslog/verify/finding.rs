//! What can be wrong with a log, and the report of a check.

use std::fmt;

use serde::Serialize;

use super::diff::Difference;
use crate::{accesslog::entry::PartName, domain::digest::Digest, merkle::checkpoint::Checkpoint};

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "finding", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Finding {
    /// There is no checkpoint, so nothing says what the log should be.
    NoCheckpoint,
    /// The checkpoint is not one, or not signed by the log's key.
    Checkpoint {
        /// Why not.
        fault: String,
    },
    /// An older checkpoint that was given is not one of this log.
    OlderCheckpoint {
        /// Why not.
        fault: String,
    },
    /// The number of entries is not the one that the checkpoint states.
    Size {
        /// As the checkpoint has it.
        stated: u64,
        /// As many entries are there.
        found: u64,
    },
    /// No record of the log leads to the signed root.
    Root {
        /// As the checkpoint has it.
        stated: Digest,
        /// As the entries make it.
        computed: Digest,
    },
    /// An entry is not the one that was appended.
    Entry {
        /// Which, and how.
        difference: Difference,
    },
    /// A line of the list of leaf hashes is wrong.
    LeafHash {
        /// Which, and how.
        difference: Difference,
    },
    /// A hash in a tile of level 0 is wrong.
    TileHash {
        /// Which, and how.
        difference: Difference,
    },
    /// A tile above level 0 is not what the tiles below make.
    Tile {
        /// Its level.
        level: u8,
        /// Its number.
        n: u64,
        /// The first hash in it that is wrong or missing.
        hash: u16,
    },
    /// A partial tile of a smaller state of the log is not the beginning of the tile.
    PartialTile {
        /// Its level.
        level: u8,
        /// Its number.
        n: u64,
        /// How many hashes it should hold.
        width: u16,
    },
    /// A partial bundle of a smaller state of the log does not hold the entries with which the bundle begins.
    PartialBundle {
        /// Its number.
        n: u64,
        /// How many entries it should hold.
        width: u16,
    },
    /// A file that no log of this size has, or one that is longer than it can be.
    Stray {
        /// How the source calls it.
        name: String,
        /// How long it is.
        bytes: u64,
        /// How long it can be; absent where it has no place here.
        most: Option<u64>,
    },
    /// The public key that lies beside the log is another than the one that the log was checked with.
    OtherKey,
    /// A tile is missing.
    NoTile {
        /// Its level.
        level: u8,
        /// Its number.
        n: u64,
    },
    /// An entry bundle is missing: 256 entries, or the last ones.
    NoBundle {
        /// Its number.
        n: u64,
    },
    /// An entry bundle ends within an entry.
    Bundle {
        /// Its number.
        n: u64,
    },
    /// The bytes of an entry are not a leaf of this format.
    Leaf {
        /// The index.
        index: u64,
    },
    /// An entry is older than the one before it.
    TimeWentBack {
        /// The index.
        index: u64,
        /// Its time, in milliseconds since 1970.
        time: u64,
        /// The time of the one before.
        before: u64,
    },
    /// The log does not begin with what an older checkpoint attests: an entry below that size was changed.
    Rewritten {
        /// The size of the older checkpoint.
        size: u64,
    },
    /// The log is shorter than an older checkpoint attests.
    Shrunk {
        /// The size of the older checkpoint.
        was: u64,
        /// The size now.
        is: u64,
    },
    /// A kept body is not what its leaf commits to.
    Body {
        /// The index.
        index: u64,
        /// The part.
        part: PartName,
        /// Why not.
        fault: String,
    },
    /// The commitments that are kept of an entry are not those that its leaf binds.
    Commitments {
        /// The index.
        index: u64,
    },
    /// A body is absent, and no entry says that it was erased.
    NoBody {
        /// The index.
        index: u64,
        /// The part.
        part: PartName,
    },
    /// Who may find an entry is not who figures in it.
    Reader {
        /// The index.
        index: u64,
        /// OIN and role.
        party: String,
        /// Why not.
        fault: &'static str,
    },
    /// A reader's entries are not numbered one after the other: one was kept from it, or given twice.
    Number {
        /// The index.
        index: u64,
        /// OIN and role.
        party: String,
        /// The number that comes next.
        expected: u64,
        /// As the entry has it.
        found: u64,
    },
    /// A row of the store is not as the log says.
    Row {
        /// Which, as entries name it.
        row: String,
        /// The entry that wrote or deleted it last, where there is one.
        entry: Option<u64>,
        /// What is wrong.
        fault: &'static str,
    },
    /// A checkpoint that was handed out is kept otherwise than the log was at that size.
    KeptCheckpoint {
        /// The size.
        size: u64,
    },
    /// A proof beside the log does not prove an entry of it.
    Proof {
        /// How the source calls it.
        name: String,
        /// The index that it is about, where it can be read.
        index: Option<u64>,
        /// Why not.
        fault: String,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCheckpoint => f.write_str("there is no checkpoint"),
            Self::Checkpoint { fault } => f.write_str(fault),
            Self::OlderCheckpoint { fault } => write!(f, "an older checkpoint cannot be used: {fault}"),
            Self::Size { stated, found } => {
                write!(f, "the checkpoint states {stated} entries, {found} are there")
            }
            Self::Root { stated, computed } => {
                write!(f, "the entries lead to the root {computed}, the checkpoint states {stated}")
            }
            Self::Entry { difference } => write!(f, "entry {difference}"),
            Self::LeafHash { difference } => write!(f, "in the list of leaf hashes, {difference}"),
            Self::TileHash { difference } => write!(f, "in the tiles of leaf hashes, {difference}"),
            Self::Tile { level, n, hash } => {
                write!(f, "tile {n} of level {level} is wrong from hash {hash} on")
            }
            Self::PartialTile { level, n, width } => {
                write!(f, "partial tile {n} of level {level}, of {width} hashes, is not how the tile begins")
            }
            Self::PartialBundle { n, width } => {
                write!(f, "partial entry bundle {n}, of {width} entries, is not how the bundle begins")
            }
            Self::Stray { name, most: None, .. } => {
                write!(f, "the file `{}` has no place in this log and was not verified", name.escape_debug())
            }
            Self::Stray { name, bytes, most: Some(most) } => write!(
                f,
                "the file `{}` has {bytes} bytes, of which at most {most} belong to this log",
                name.escape_debug()
            ),
            Self::OtherKey => {
                f.write_str("the public key beside the log is not the one that it was checked with")
            }
            Self::NoTile { level, n } => write!(f, "tile {n} of level {level} is missing"),
            Self::Commitments { index } => {
                write!(f, "the commitments of entry {index} are not those that its leaf binds")
            }
            Self::NoBody { index, part } => {
                write!(f, "the part `{part}` of entry {index} is gone, and no entry says that it was erased")
            }
            Self::Reader { index, party, fault } => {
                write!(f, "the row by which {} finds entry {index}: {fault}", party.escape_debug())
            }
            Self::Number { index, party, expected, found } => write!(
                f,
                "entry {index} bears the number {found} of {}, where {expected} comes next",
                party.escape_debug()
            ),
            Self::Row { row, entry: Some(entry), fault } => {
                write!(f, "the row `{}`, last in entry {entry}: {fault}", row.escape_debug())
            }
            Self::Row { row, entry: None, fault } => {
                write!(f, "the row `{}`: {fault}", row.escape_debug())
            }
            Self::KeptCheckpoint { size } => {
                write!(f, "the checkpoint that was handed out at size {size} is not kept as the log was then")
            }
            Self::NoBundle { n } => write!(f, "entry bundle {n} is missing"),
            Self::Bundle { n } => write!(f, "entry bundle {n} ends within an entry"),
            Self::Leaf { index } => write!(f, "entry {index} is not a leaf of this format"),
            Self::TimeWentBack { index, time, before } => {
                write!(f, "entry {index} has the time {time}, before the {before} of its predecessor")
            }
            Self::Rewritten { size } => {
                write!(f, "the first {size} entries are not those that an older checkpoint attests")
            }
            Self::Shrunk { was, is } => {
                write!(f, "an older checkpoint attests {was} entries, there are {is}")
            }
            Self::Body { index, part, fault } => write!(f, "the part `{part}` of entry {index}: {fault}"),
            Self::Proof { name, fault, .. } => write!(f, "the proof `{}`: {fault}", name.escape_debug()),
        }
    }
}

/// How many findings a report lists; of a log that is wrong throughout the rest is only counted.
pub const LISTED: usize = 1000;

/// What a check found.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The log, as its signed checkpoint names it.
    pub origin: Option<String>,
    /// The size that the checkpoint states.
    pub stated: Option<u64>,
    /// How many entries were read.
    pub entries: u64,
    /// The root that they make.
    pub root: Option<Digest>,
    /// How many bodies were opened and found to be what their leaf commits to.
    pub bodies: u64,
    /// What is wrong, at most [`LISTED`].
    pub findings: Vec<Finding>,
    /// How many more findings there are.
    pub more: u64,
}

impl Report {
    /// Whether nothing is wrong.
    #[must_use]
    pub const fn is_sound(&self) -> bool {
        self.findings.is_empty() && self.more == 0
    }

    pub(super) fn add(&mut self, finding: Finding) {
        if self.findings.len() < LISTED {
            self.findings.push(finding);
        } else {
            self.more = self.more.saturating_add(1);
        }
    }

    pub(super) const fn count_body(&mut self) {
        self.bodies = self.bodies.saturating_add(1);
    }

    pub(super) fn finish(&mut self, entries: u64, root: Digest, stated: Option<Checkpoint>) {
        self.entries = entries;
        self.root = Some(root);
        if let Some(stated) = stated {
            self.origin = Some(stated.origin.to_string());
            self.stated = Some(stated.size);
        }
    }
}
