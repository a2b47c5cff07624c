//! What the gateway tells its operator: log lines, metrics, and the trace that joins them with the caller's.
//!
//! Nothing here may hold a person's data, an address, a body, a pseudonym or a party's own reference;
//! `docs/logging.md` lists each field, and what is never logged.

pub mod metrics;
pub mod request;
pub mod trace;

use serde::Deserialize;
use tracing_subscriber::{EnvFilter, fmt::MakeWriter};

/// How a log line is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// One JSON object per line, for machines.
    #[default]
    Json,
    /// One line of words, for a person who watches.
    Text,
}

/// The logging could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The filter is not one that `tracing-subscriber` understands.
    #[error(
        "the log filter is not valid: write a level such as info, or directives such as warn,sluis=debug"
    )]
    Filter,
    /// Logging was started before.
    #[error("logging was started before in this process")]
    Twice,
}

/// Starts logging to standard error for the rest of the process.
///
/// `filter` is a level or a list of directives (`info`, `warn,sluis=debug`).
///
/// # Errors
/// [`StartError`] when the filter is not valid or logging was started before.
pub fn start(format: Format, filter: &str) -> Result<(), StartError> {
    tracing::subscriber::set_global_default(subscriber(format, filter, std::io::stderr)?)
        .map_err(|_| StartError::Twice)
}

/// The subscriber that [`start`] installs, writing to `writer`: for tests that read what would be logged.
///
/// # Errors
/// [`StartError::Filter`] when the filter is not valid.
pub fn subscriber<W>(
    format: Format,
    filter: &str,
    writer: W,
) -> Result<Box<dyn tracing::Subscriber + Send + Sync>, StartError>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_new(filter).map_err(|_| StartError::Filter)?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer).with_ansi(false);
    Ok(match format {
        Format::Json => Box::new(builder.json().flatten_event(true).finish()),
        Format::Text => Box::new(builder.compact().finish()),
    })
}
