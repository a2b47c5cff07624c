//! The ways of working of the regions, played over the real interface: who sends what to whom, on which basis, and who is
//! refused what and why.

mod agreement;
mod competent;
mod consent;
mod copy;
mod decision;
mod entree;
mod evidence;
mod facts;
mod forgotten;
mod handover;
mod inputs;
mod lapsing;
mod leaving;
mod lifecycle;
mod named;
#[path = "../../src/domain/people.rs"]
mod people;
mod policies;
mod processor;
mod recorded;
mod regions;
mod register;
mod removal;
mod residence;
mod search;
pub(crate) mod steps;
mod truthful;
mod undelivered;
