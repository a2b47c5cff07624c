//! By what an organisation acts for a college.

use clap::ValueEnum;

use crate::store::write::Ground;

/// By what an organisation acts for a college.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum By {
    /// It is that municipality's own organ.
    Own,
    /// The power was passed to it (Awb 10:13): it is the controller.
    Delegation,
    /// It acts in the college's name (Awb 10:1).
    Mandate,
}

impl By {
    pub(super) const fn ground(self) -> Ground {
        match self {
            Self::Own => Ground::Own,
            Self::Delegation => Ground::Delegatie,
            Self::Mandate => Ground::Mandaat,
        }
    }
}
