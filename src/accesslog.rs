//! The access log's entries: what they say, to whom, and how anybody checks it.
//!
//! `docs/log-format.md` has the bytes. An entry is four [`entry::Part`]s for four readers; the leaf holds only a time and
//! the commitments to them, so that the log may be public and a body may be erased.
//!
//! | module | what it does |
//! |---|---|
//! | [`entry`] | what an entry says; its commitments, sealed bodies and readers; the leaf |
//! | [`own`] | what a party gets of an entry, and how it checks it alone |
//! | [`receipt`] | the claims of a receipt |
//! | [`verify`](mod@verify) | rebuilds a log from whatever source and says what is wrong where |
//! | [`folder`] | the copy of a log in a folder |

pub mod entry;
pub mod folder;
pub mod own;
pub mod receipt;
pub mod verify;
