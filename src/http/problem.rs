//! The answer to a request that cannot be met: RFC 9457 `application/problem+json`.
//!
//! A [`Problem`] cannot leak: its texts are `&'static str`, and what varies is a list of [`Fault`](crate::domain::problem::Fault)s whose pointers come
//! from schemas and whose texts come from the program or from `policies/`. Routes return `Result<_, Problem>`; each use
//! case has one `From<…Error> for Problem` whose `match` has no `_`.
//!
//! ```
//! use sluis::http::problem::{self, Problem};
//! # use sluis::domain::problem::Fault;
//! # let faults: Vec<Fault> = Vec::new();
//! const WITHDRAWN: Problem = Problem::new("withdrawn", "The packet was withdrawn", 410, &("Dit pakket is ingetrokken.", Some("De afzender of de persoon deed dat. Er is niets op te halen.")))
//!     .detail("The sender or the person withdrew it. There is nothing to collect.");
//! let invalid = problem::INVALID.with_faults(faults);
//! ```

mod answer;
mod kinds;

pub(crate) use self::answer::Answered;
pub use self::{
    answer::{Dutch, MEDIA_TYPE, Problem, ProblemFault},
    kinds::*,
};
