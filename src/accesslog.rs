//! STAND-IN.
pub mod entry;
