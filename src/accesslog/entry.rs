//! From what happened to what is stored: commitments, sealed bodies, readers, and the leaf.

mod commit;
mod draft;
mod event;
mod leaf;
mod name;
mod open;
mod part;
mod reader;
mod seal;
mod staff;

pub use commit::{COMMITMENTS_LENGTH, Commitments, PartPath, commitment, root_along};
pub use draft::{EntryDraft, Own};
pub use event::{Event, Outcome, UnknownEvent};
pub use leaf::{InvalidLeaf, LEAF_LENGTH, Leaf, leaf, parse_leaf};
pub use name::{PartName, UnknownPart};
pub use open::{OpenError, OpenedPart, open_part};
pub use part::{CategoryFault, InvalidPart, Part, Version};
pub use reader::ReaderRow;
pub use seal::{NumberedEntry, PrepareError, PreparedEntry, SealedBody, prepare};
pub use staff::{InvalidStaff, Staff};
