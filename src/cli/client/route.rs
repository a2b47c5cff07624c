//! Where something goes, by what it is.

/// Where something goes, as the kind of its dataset says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// Handovers.
    Packets,
    /// Requests, which the recipient answers.
    Requests,
    /// Questions, likewise.
    Questions,
}

impl Route {
    /// The path of the interface.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::Packets => "/v1/packets",
            Self::Requests => "/v1/requests",
            Self::Questions => "/v1/questions",
        }
    }

    /// The route of a dataset of this kind, in the gateway's word; none of a kind that this program does not know.
    #[must_use]
    pub fn of_kind(kind: &str) -> Option<Self> {
        match kind {
            "packet" => Some(Self::Packets),
            "request" => Some(Self::Requests),
            "question" => Some(Self::Questions),
            _ => None,
        }
    }
}
