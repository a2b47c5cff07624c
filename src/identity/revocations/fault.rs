//! Why a revocation list does not count.

use std::fmt;

/// What is wrong with a revocation list. The other lists are taken all the same.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListFault {
    /// There is none at all: without one nobody's certificate can be judged.
    #[error("there is no revocation list, so no certificate could be judged")]
    None,
    /// The source is not there or may not be read.
    #[error("revocation list `{0}` is not there, or may not be read")]
    Missing(String),
    /// Not a revocation list, or not one that rustls reads; or one with a critical extension that is not known here (such
    /// as a delta list).
    #[error("revocation list `{0}` cannot be read, or is a delta, indirect or partial list")]
    Unreadable(String),
    /// A private key stands in it.
    #[error("revocation list `{0}` holds a private key, which belongs in a file of its own: take it out")]
    PrivateKey(String),
    /// No trusted authority signed it.
    #[error(
        "revocation list {0} is not signed by a trusted authority: give the certificate of this one in `[[tls.trust]]`, also where it is \
         below a root that stands there"
    )]
    Signature(Named),
    /// It has no `nextUpdate`, or that has passed.
    #[error("revocation list {0} has expired or does not say until when it holds: fetch the present one")]
    Expired(Named),
    /// One that is older, by its number or its date, than the one in use.
    #[error("revocation list {0} is older than the one in use, which stays: fetch the present one")]
    Older(Named),
    /// The authority says that it made it later than it is now.
    #[error(
        "revocation list {0} is from the future: look at this machine's clock, and fetch the present one"
    )]
    Early(Named),
}

/// One list of a source, which may hold several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The name of the source.
    pub source: String,
    /// The distinguished name of the authority that the list says it is of.
    pub authority: String,
}

impl Named {
    pub(super) fn of(source: &str, authority: impl fmt::Display) -> Self {
        // Whoever made a list chose this name: nothing in it may end a line.
        let authority = authority.to_string().replace(char::is_control, " ");
        Self { source: source.to_owned(), authority }
    }
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // One that was kept has no other name.
        if self.source == self.authority {
            return write!(f, "of `{}`", self.authority);
        }
        write!(f, "`{}` of `{}`", self.source, self.authority)
    }
}

impl ListFault {
    /// The source that it is about; none where there is no list at all.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::None => None,
            Self::Missing(name) | Self::Unreadable(name) | Self::PrivateKey(name) => Some(name),
            Self::Signature(list) | Self::Expired(list) | Self::Older(list) | Self::Early(list) => {
                Some(&list.source)
            }
        }
    }
}
