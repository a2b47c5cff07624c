//! From what happened to what is stored: commitments, sealed bodies, readers, and the leaf.

mod commit;
mod event;
mod leaf;
mod name;
mod part;
mod seal;

pub use commit::{COMMITMENTS_LENGTH, Commitments, PartPath, commitment, root_along};
pub use event::{Event, Outcome, UnknownEvent};
pub use leaf::{InvalidLeaf, LEAF_LENGTH, Leaf, leaf, parse_leaf};
pub use name::{PartName, UnknownPart};
pub use part::{CategoryFault, InvalidPart, InvalidStaff, Part, Staff, Version};
pub use seal::{
    EntryDraft, NumberedEntry, OpenError, OpenedPart, Own, PrepareError, PreparedEntry, ReaderRow,
    SealedBody, open_part, prepare,
};
