//! Where in the body the reading is, in names that the program knows.

use std::borrow::Cow;

/// A chain from here to the root.
#[derive(Clone, Copy)]
pub(super) enum Place<'p> {
    Root,
    /// A member that the type has.
    Member(&'p Place<'p>, &'static str),
    /// An item of an array.
    Item(&'p Place<'p>, usize),
    /// Under a name that is the caller's: it counts as the object that holds it.
    Unnamed(&'p Place<'p>),
}

/// A name as a step of a pointer.
pub(super) fn step(name: &str) -> Cow<'_, str> {
    if name.contains(['~', '/']) {
        Cow::Owned(name.replace('~', "~0").replace('/', "~1"))
    } else {
        Cow::Borrowed(name)
    }
}

impl Place<'_> {
    /// The JSON pointer (RFC 6901), as far as names are known.
    pub(super) fn pointer(&self) -> String {
        match self {
            Self::Root => String::new(),
            Self::Member(parent, _) | Self::Item(parent, _) | Self::Unnamed(parent)
                if parent.is_unnamed() =>
            {
                parent.pointer()
            }
            Self::Member(parent, name) => {
                format!("{}/{}", parent.pointer(), step(name))
            }
            Self::Item(parent, index) => format!("{}/{index}", parent.pointer()),
            Self::Unnamed(parent) => parent.pointer(),
        }
    }

    /// Whether a name on the way is the caller's.
    pub(super) fn is_unnamed(&self) -> bool {
        match self {
            Self::Root => false,
            Self::Unnamed(_) => true,
            Self::Member(parent, _) | Self::Item(parent, _) => parent.is_unnamed(),
        }
    }
}
