//! What can be read. Reads take no lock and see what is committed.
//!
//! Facts for a decision: read the versions of the subjects **first**, with [`Store::versions`], then the facts. What
//! changes in between has a higher version at the write, and the decision is made again.

mod declarations;
mod ends;
mod entries;
mod feeds;
mod keys;
mod lists;
mod log;
mod packets;
mod parties;
mod persons;
pub(super) mod tiles;
mod view;

pub use self::{
    declarations::{DecisionRow, DeclarationRow, DeclarationState},
    ends::{Chore, Ends, Lapsing},
    entries::EntryRow,
    feeds::{Copy, NoticeKind, NoticeRow, Page},
    keys::{KeyRow, KeyState},
    log::Head,
    packets::{CopyState, PacketRow, PacketState, RecipientRow},
    parties::{CertificateRow, PartyRow},
    view::LogView,
};
use super::{Store, error::StoreError, writer::tx::versions_of};
use crate::policy::facts::FactVersion;

impl Store {
    /// The present versions of these subjects; 0 for one that was never raised. In the order given.
    ///
    /// # Errors
    /// `Unavailable` when the database does not answer.
    pub async fn versions(&self, subjects: Vec<String>) -> Result<Vec<FactVersion>, StoreError> {
        let mut connection = self.read.acquire().await?;
        let known = versions_of(&mut connection, &subjects).await?;
        let version =
            |subject: &String| known.iter().find(|(name, _)| name == subject).map_or(0, |(_, v)| *v);
        Ok(subjects.into_iter().map(|subject| FactVersion { version: version(&subject), subject }).collect())
    }
}

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
