//! The environment, read in one place.

use std::{ffi::OsStr, path::PathBuf};

/// The variables that Sluis knows.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Environment {
    /// `SLUIS_CONFIG`.
    pub config: Option<PathBuf>,
    /// `SLUIS_LOG`.
    pub log: Option<String>,
    /// `SLUIS_LISTEN_DATA`.
    pub listen_data: Option<String>,
    /// `SLUIS_LISTEN_OPS`.
    pub listen_ops: Option<String>,
    /// `SLUIS_DATABASE_URL`.
    pub database_url: Option<String>,
    /// `CREDENTIALS_DIRECTORY`, in which a service manager hands over secrets.
    pub credentials: Option<PathBuf>,
}

impl Environment {
    /// The environment of this process. An empty variable counts as absent.
    #[must_use]
    pub fn of_process() -> Self {
        Self {
            config: read("SLUIS_CONFIG").map(PathBuf::from),
            log: read("SLUIS_LOG"),
            listen_data: read("SLUIS_LISTEN_DATA"),
            listen_ops: read("SLUIS_LISTEN_OPS"),
            database_url: read("SLUIS_DATABASE_URL"),
            credentials: read("CREDENTIALS_DIRECTORY").map(PathBuf::from),
        }
    }
}

/// Values are not shown: someone may have put a password where it does not belong.
impl std::fmt::Debug for Environment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Environment").field("config", &self.config).finish_non_exhaustive()
    }
}

/// What the environment says of the terminal and of who sits at it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terminal {
    /// The language that is asked for by name (`SLUIS_LANG`).
    pub language: Option<String>,
    /// The first of `LC_ALL`, `LC_MESSAGES` and `LANG` that is set.
    pub locale: Option<String>,
    /// Whether colour is not wanted (`NO_COLOR`, no-color.org) or not shown (`TERM` is `dumb`).
    pub plain: bool,
}

impl Terminal {
    /// The terminal of this process. An empty variable counts as absent.
    #[must_use]
    pub fn of_process() -> Self {
        Self {
            language: read("SLUIS_LANG"),
            locale: read("LC_ALL").or_else(|| read("LC_MESSAGES")).or_else(|| read("LANG")),
            plain: read("NO_COLOR").is_some() || read("TERM").is_none_or(|term| term == "dumb"),
        }
    }
}

/// Whether a variable is there and holds nothing: a shell's way to take it away, so that it counts as absent.
#[must_use]
pub fn is_set_to_nothing(name: &OsStr) -> bool {
    std::env::var_os(name).is_some_and(|value| value.is_empty())
}

/// Whether a variable says this, so that an option with this value need not have been typed.
#[must_use]
pub fn says(name: &str, value: &str) -> bool {
    read(name).is_some_and(|said| said == value)
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
fn read(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
