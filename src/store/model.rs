//! What the rows of the database say: the words and rows that whoever reads and whoever writes both speak of.

mod answer;
mod certificate;
mod copy;
mod declaration;
mod key;
mod made;
mod message;
mod notice;
mod party;
mod term;
mod words;

pub use self::{
    answer::Answered,
    certificate::CertificateRow,
    copy::{CopyRow, CopyState},
    declaration::{DeclarationRow, DeclarationState, Evidenced, Said},
    key::{KeyRow, KeyState},
    made::Made,
    message::{MessageKind, MessageRow, MessageState, NewMessage},
    notice::NoticeKind,
    party::{Ground, MunicipalityOf, PartyRow, PartyState},
    term::Stage,
    words::UnknownState,
};
