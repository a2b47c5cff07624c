//! What travels: the values that several bodies share.
//!
//! Bodies hold domain types wherever those read and write themselves; the fields say by `#[schema(value_type = …)]` which
//! [`shape`] describes them. What no single value can say (a recipient named in one of three ways, a reference whose form
//! depends on its kind) is judged by a [`Reader`], all at once.
//!
//! Bodies about a person are wiped when dropped and print nothing.

pub mod law;
pub mod packet;
pub mod person;
pub mod reader;
pub mod recipient;
pub mod shape;
pub mod time;

pub use packet::Packet;
pub use person::{Person, Reference};
pub use reader::{Reader, tell_also};
pub use recipient::{Party, Recipient, Towards};
pub use time::Instant;

pub use crate::domain::day::Day;
