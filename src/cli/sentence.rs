//! An entry of the access log as a sentence: for the party that it is about, and for the operator.

mod acts;
mod teller;
mod told;
mod words;

pub use self::{teller::Teller, told::Told};
