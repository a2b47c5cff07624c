//! What the gateway tells its operator: log lines, metrics, and the trace that joins them with the caller's.
//!
//! Nothing here may hold a person's data, an address, a body, a pseudonym or a party's own reference;
//! `docs/logging.md` lists each field, and what is never logged.

pub mod metrics;
pub mod observed;
pub mod reminder;
pub mod request;
pub mod trace;

use std::sync::OnceLock;

use serde::Deserialize;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::{EnvFilter, fmt::MakeWriter, reload::Handle};

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

/// Libraries whose lines below INFO show frames, statements and keys. They are heard when the filter names them.
const TALKATIVE: [&str; 4] = ["h2", "hyper", "rustls", "sqlx"];

type SetFilter = Box<dyn Fn(EnvFilter) -> bool + Send + Sync>;

static SET_FILTER: OnceLock<SetFilter> = OnceLock::new();

/// Starts logging to standard error for the rest of the process.
///
/// `filter` is a level or a list of directives (`info`, `warn,sluis=debug`).
///
/// # Errors
/// [`StartError`] when the filter is not valid or logging was started before.
pub fn start(format: Format, filter: &str) -> Result<(), StartError> {
    let (subscriber, set_filter) = reloadable(format, filter, std::io::stderr)?;
    tracing::subscriber::set_global_default(subscriber).map_err(|_| StartError::Twice)?;
    // Once per process: a second start has failed above.
    drop(SET_FILTER.set(set_filter));
    Ok(())
}

/// Logs by another filter from now on; does nothing where logging was not started.
///
/// # Errors
/// [`StartError::Filter`] when it is not valid: the former stays.
pub fn set_filter(filter: &str) -> Result<(), StartError> {
    let filter = parse(filter)?;
    match SET_FILTER.get() {
        Some(set) if !set(filter) => Err(StartError::Filter),
        _ => Ok(()),
    }
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
    reloadable(format, filter, writer).map(|(subscriber, _)| subscriber)
}

fn reloadable<W>(
    format: Format,
    filter: &str,
    writer: W,
) -> Result<(Box<dyn tracing::Subscriber + Send + Sync>, SetFilter), StartError>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let builder =
        tracing_subscriber::fmt().with_env_filter(parse(filter)?).with_writer(writer).with_ansi(false);
    Ok(match format {
        Format::Json => {
            let builder = builder.json().flatten_event(true).with_filter_reloading();
            let set = setter(builder.reload_handle());
            (Box::new(builder.finish()), set)
        }
        Format::Text => {
            let builder = builder.compact().with_filter_reloading();
            let set = setter(builder.reload_handle());
            (Box::new(builder.finish()), set)
        }
    })
}

fn setter<S: 'static>(handle: Handle<EnvFilter, S>) -> SetFilter
where
    Handle<EnvFilter, S>: Send + Sync,
{
    Box::new(move |filter| handle.reload(filter).is_ok())
}

fn parse(filter: &str) -> Result<EnvFilter, StartError> {
    let named = |library: &&&str| filter.split([',', '=', ':', '[']).any(|word| word.trim() == **library);
    let mut filter_of_all = EnvFilter::try_new(filter).map_err(|_| StartError::Filter)?;
    // A library that is only let through from INFO on: a filter that is quieter than that stays so.
    if filter_of_all.max_level_hint().is_some_and(|most| most > LevelFilter::INFO) {
        for library in TALKATIVE.iter().filter(|library| !named(library)) {
            let directive = format!("{library}=info").parse().map_err(|_| StartError::Filter)?;
            filter_of_all = filter_of_all.add_directive(directive);
        }
    }
    Ok(filter_of_all)
}
