//! The data interface: from a socket to a use case and back.
//!
//! A request passes, from the outside in:
//!
//! 1. [`server`]: connection limits, TLS, HTTP; puts [`connection::PeerCertificates`] into the request;
//! 2. [`edge`]: trace, size of the head, quota of the caller, total time; on the way out the headers of the house, the
//!    problem document and the request line;
//! 3. the extractors of a route: [`json::StrictJson`], [`extract`], [`visit::Visit`];
//! 4. the route: extract, domain, use case, map, answer. One file per route in `routes`.
//!
//! To add a route: write the handler with `#[utoipa::path]` in its own file under `routes`, answering
//! `Result<_, Problem>`; add it to the router and to the list of paths beside it; see [`openapi`] for the conventions.
//! No route answers a 4xx or 5xx by other means than a [`problem::Problem`].

pub mod body;
pub mod caller;
pub mod connection;
pub mod edge;
pub mod extract;
pub mod headers;
pub mod json;
pub mod limits;
pub mod openapi;
pub mod ops;
pub mod packed;
pub mod problem;
pub mod routes;
pub mod server;
pub mod state;
mod trouble;
pub mod visit;
pub mod wire;
