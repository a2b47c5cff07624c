//! What can go wrong with the database itself, as opposed to what a write may not do.

use std::borrow::Cow;

/// The database did not do what was asked. The cause is for the operator's log, never for a caller.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct StoreError {
    kind: StoreErrorKind,
    message: Cow<'static, str>,
    #[source]
    source: Option<sqlx::Error>,
}

/// What sort of failure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreErrorKind {
    /// The database cannot be reached or refuses: trying again may help.
    Unavailable,
    /// A stored value is not what this program writes: someone else did.
    Inconsistent,
    /// The schema is older or newer than this program: migrate, or update the program.
    Schema,
    /// The database's settings or the given address are not safe to work with.
    Settings,
}

impl StoreErrorKind {
    /// A stable label for logs and metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unavailable => "store_unavailable",
            Self::Inconsistent => "store_inconsistent",
            Self::Schema => "store_schema",
            Self::Settings => "store_settings",
        }
    }
}

impl StoreError {
    /// What sort of failure it is.
    #[must_use]
    pub const fn kind(&self) -> StoreErrorKind {
        self.kind
    }

    pub(super) fn inconsistent(place: &'static str) -> Self {
        Self {
            kind: StoreErrorKind::Inconsistent,
            message: Cow::Owned(format!(
                "the database holds a value in `{place}` that this program did not write"
            )),
            source: None,
        }
    }

    pub(super) fn schema(message: impl Into<Cow<'static, str>>) -> Self {
        Self { kind: StoreErrorKind::Schema, message: message.into(), source: None }
    }

    pub(super) fn settings(message: impl Into<Cow<'static, str>>) -> Self {
        Self { kind: StoreErrorKind::Settings, message: message.into(), source: None }
    }

    pub(super) fn unavailable(message: &'static str) -> Self {
        Self { kind: StoreErrorKind::Unavailable, message: Cow::Borrowed(message), source: None }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(source: sqlx::Error) -> Self {
        Self {
            kind: StoreErrorKind::Unavailable,
            message: Cow::Borrowed("the database did not carry out a statement"),
            source: Some(source),
        }
    }
}
