//! The configuration: one TOML file, read once at start. The only reader of the environment.
//!
//! | variable | meaning |
//! |---|---|
//! | `SLUIS_CONFIG` | the file; `sluis.toml` in the working directory without it |
//! | `SLUIS_LOG` | the log filter, instead of `telemetry.filter` |
//! | `SLUIS_LISTEN_DATA`, `SLUIS_LISTEN_OPS` | an address, instead of that of `[listen]` |
//! | `SLUIS_DATABASE_URL` | instead of `database.url`; without a password, as there |
//! | `LC_ALL`, `LC_MESSAGES`, `LANG` | the language of the command line, where `--lang` does not say it |
//! | `NO_COLOR`, `TERM` | no colour, when the first is set or the second is `dumb` |
//! | `CREDENTIALS_DIRECTORY` | where a path that begins with `${CREDENTIALS_DIRECTORY}` starts; systemd sets it |
//!
//! A secret is always a file that the configuration names, never a value in it or in the environment. Paths are
//! relative to the configuration's own folder. What is unknown, missing or wrong is told all at once, in words.

mod database;
mod environment;
mod read;
mod sections;
mod whole;
mod words;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

pub use self::{
    database::{Database, DatabaseUrl, InvalidDatabaseUrl},
    environment::{Environment, Terminal, is_set_to_nothing, says},
    sections::{AccessLog, Keys, Listen, Policies, Publisher, Revocation, Telemetry, Tls, TrustAnchor},
    whole::Config,
};
use crate::domain::problem::Bilingual;

/// A configuration with every member explained, as `sluis init` writes it. A test reads it.
pub const SAMPLE: &str = include_str!("config/sample.toml");

/// The file without `SLUIS_CONFIG`.
pub const USUAL_FILE: &str = "sluis.toml";

/// The configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("the configuration {file} cannot be read ({kind}): write one with `sluis init`, or say where it is with SLUIS_CONFIG", file = .file.display(), kind = .source.kind())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There is something wrong in it.
    #[error("the configuration {file} has {count} {faults}", file = .file.display(), count = .faults.len(), faults = list(.faults))]
    Faulty {
        /// The file.
        file: PathBuf,
        /// Everything that is wrong, each with what to do.
        faults: Vec<Bilingual>,
    },
}

fn list(faults: &[Bilingual]) -> String {
    let noun = if faults.len() == 1 { "fault" } else { "faults" };
    faults.iter().fold(format!("{noun}:"), |text, fault| format!("{text}\n  - {}", fault.en))
}

impl Config {
    /// Reads the file that the environment names, or the usual one.
    ///
    /// # Errors
    /// [`ConfigError`] with everything that is wrong.
    pub fn load(environment: &Environment) -> Result<Self, ConfigError> {
        let file = environment.config.clone().unwrap_or_else(|| PathBuf::from(USUAL_FILE));
        let text = fs::read_to_string(&file)
            .map_err(|source| ConfigError::Unreadable { file: file.clone(), source })?;
        let folder = file.parent().map(Path::to_path_buf).unwrap_or_default();
        match Self::parse(&text, &folder, environment) {
            Ok(config) => Ok(Self { file: Some(file), ..config }),
            Err(faults) => Err(ConfigError::Faulty { file, faults }),
        }
    }

    /// Reads a text whose relative paths start at `folder`. Opens no file.
    ///
    /// # Errors
    /// Everything that is wrong, each in words with what to do.
    pub fn parse(text: &str, folder: &Path, environment: &Environment) -> Result<Self, Vec<Bilingual>> {
        read::config(text, folder, environment)
    }
}
