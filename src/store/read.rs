//! What can be read. Reads take no lock and see what is committed.
//! What a decision rests on is read by [`super::snapshot`] instead.

mod declarations;
mod ends;
mod entries;
mod feeds;
mod key_checks;
mod keys;
mod lists;
mod log;
mod messages;
mod parties;
mod persons;
mod rows;
mod terms;
pub(super) mod tiles;
mod view;

pub use self::{
    declarations::{DecisionRow, DeclarationRow, DeclarationState},
    ends::{Chore, Ends, Lapsing},
    entries::EntryRow,
    feeds::{Copy, NoticeKind, NoticeRow, Page},
    keys::{KeyRow, KeyState},
    log::Head,
    messages::{CopyRow, CopyState, MessageRow, MessageState},
    parties::{CertificateRow, PartyRow, PartyState},
    terms::{Due, Lasting, Stage},
    view::LogView,
};
/// Words that the database keeps for a state.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $($(#[$variant_doc])* $variant),+ }

        impl $name {
            /// The word that the database keeps and the interface shows.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl std::str::FromStr for $name {
            type Err = crate::store::read::UnknownState;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text { $($word => Ok(Self::$variant),)+ _ => Err(crate::store::read::UnknownState) }
            }
        }
    };
}
use words;

/// The word names no state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a state that the database keeps")]
pub struct UnknownState;
