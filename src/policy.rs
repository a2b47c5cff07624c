//! STAND-IN until the policy branch is merged.
pub mod facts;
pub mod permit;
