//! Reads `policies/` and checks that what was read hangs together, and by the schemas that were read what is sent. What to decide
//! and what to show rests on this, and this on neither.

pub mod catalogue;
pub mod contents;
pub mod dataset;
pub mod days;
pub mod facts;
pub mod finding;
pub mod glossary;
pub mod law;
pub mod region;
pub mod reply;
pub mod whatif;
pub mod wording;

mod definitions;
mod own_act;
mod reading;
pub(in crate::policy) mod reads;
mod rules;
pub(in crate::policy) mod schema;
pub(in crate::policy) mod source;
mod uses;
