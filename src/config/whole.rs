//! The configuration as a whole.

use std::path::PathBuf;

use super::{
    database::Database,
    sections::{AccessLog, Keys, Listen, Policies, Publisher, Telemetry, Tls},
};
use crate::http::limits::{Limits, quota::Rates};

/// Everything that an operator decides.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// The file that it was read from; none for a text.
    pub file: Option<PathBuf>,
    /// The region, as its file in `policies/regions` is called.
    pub region: String,
    /// Whether the gateway refuses to start with anything that is only fit for a try-out. On unless it is switched off.
    pub strict: bool,
    /// Where it listens.
    pub listen: Listen,
    /// Whom callers ask about the interface.
    pub publisher: Publisher,
    /// Where it stores.
    pub database: Database,
    /// Where its own keys are.
    pub keys: Keys,
    /// By which policies it decides.
    pub policies: Policies,
    /// Its certificate, and whose certificates it takes.
    pub tls: Tls,
    /// The access log.
    pub log: AccessLog,
    /// Sizes and times.
    pub limits: Limits,
    /// How often callers may ask.
    pub quota: Rates,
    /// Logging.
    pub telemetry: Telemetry,
}
