//! Statements with long lists of parameters, as each database likes them.

use super::db::Backend;

/// One statement in two texts, made once at the start.
///
/// Of a numbered parameter sqlx asks SQLite for its place by name, and SQLite walks the list of names: a thousand of them
/// cost a million steps. `?` has no name. PostgreSQL knows numbers only.
pub(super) struct Texts {
    sqlite: String,
    postgres: String,
}

impl Texts {
    /// `text` writes the statement; it is given the name of the type for bytes, and the mark of each parameter, counted from
    /// 1 in the order of the text.
    pub(super) fn new(text: impl Fn(&str, &dyn Fn(usize) -> String) -> String) -> Self {
        Self {
            sqlite: text("BLOB", &|_| "?".to_owned()),
            postgres: text("BYTEA", &|number| format!("${number}")),
        }
    }

    pub(super) fn of(&self, backend: Backend) -> &str {
        match backend {
            Backend::Sqlite => &self.sqlite,
            Backend::Postgres => &self.postgres,
        }
    }
}
