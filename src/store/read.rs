//! What can be read. Reads take no lock and see what is committed.
//! What a decision rests on is read by [`super::snapshot`] instead.

mod declarations;
mod ends;
mod entries;
mod feeds;
mod key_checks;
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
    declarations::DecisionRow,
    ends::{Chore, Ends, Lapsing},
    entries::EntryRow,
    feeds::{InboxCopy, NoticeRow, Page},
    log::Head,
    terms::{Due, Lasting},
    view::LogView,
};
pub use super::model::{
    CertificateRow, CopyRow, CopyState, DeclarationRow, DeclarationState, KeyRow, KeyState, MessageRow,
    MessageState, NoticeKind, PartyRow, PartyState, Said, Stage, UnknownState,
};
