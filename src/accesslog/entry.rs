//! From what happened to what is stored: commitments, sealed bodies, readers, and the leaf.

mod event;
mod leaf;
mod part;
mod seal;

pub use event::{Event, Outcome, UnknownEvent};
pub use leaf::{InvalidLeaf, LEAF_LENGTH, Leaf, leaf, parse_leaf};
pub use part::{CategoryFault, InvalidPart, InvalidStaff, Part, Staff, Version};
pub use seal::{
    EntryDraft, OpenError, OpenedPart, PartName, PrepareError, PreparedEntry, Reader, SealedBody, commitment,
    open_part, prepare,
};
