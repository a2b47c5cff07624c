//! Decides by the policies that were read, and holds what is sent to the decision.

mod answers;
pub mod canonical;
pub mod carries;
mod context;
pub mod engine;
mod may;
pub mod minimise;
pub mod permit;
pub mod routes;
mod sets;
