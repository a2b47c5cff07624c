//! `[database]`, and a URL that never shows its password.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use zeroize::{Zeroize as _, Zeroizing};

/// `[database]`: where the gateway stores.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// `sqlite:` and a file, or `postgres://` and the rest.
    pub url: DatabaseUrl,
    /// The file with the password, for PostgreSQL.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
}

/// The address of a database, without a password; not printed, lest one slipped in.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct DatabaseUrl(String);

/// The text is not the address of a database that Sluis can use. The text is not repeated: it could hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDatabaseUrl {
    /// Neither SQLite nor PostgreSQL.
    #[error("starts with neither sqlite: nor postgres://; write for example sqlite:gateway.db")]
    Kind,
    /// It holds a password.
    #[error(
        "holds a password; take it out, put it in a file that only the gateway can read, and name that file in database.password_file"
    )]
    Password,
}

impl DatabaseUrl {
    /// What is wrong with it.
    ///
    /// # Errors
    /// [`InvalidDatabaseUrl`].
    pub fn check(&self) -> Result<(), InvalidDatabaseUrl> {
        if self.is_sqlite() {
            return Ok(());
        }
        let rest = self.0.strip_prefix("postgres://").or_else(|| self.0.strip_prefix("postgresql://"));
        let rest = rest.ok_or(InvalidDatabaseUrl::Kind)?;
        let (authority, query) = rest.split_once('?').unwrap_or((rest, ""));
        let user = authority.rsplit_once('@').map_or("", |(user, _)| user);
        let in_query = query.split('&').any(|pair| pair.starts_with("password="));
        if user.contains(':') || in_query { Err(InvalidDatabaseUrl::Password) } else { Ok(()) }
    }

    /// Whether it is a file of SQLite.
    #[must_use]
    pub fn is_sqlite(&self) -> bool {
        self.0.starts_with("sqlite:")
    }

    /// The file of a SQLite database.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        let path = self.0.strip_prefix("sqlite:")?;
        Some(Path::new(path.strip_prefix("//").unwrap_or(path)))
    }

    /// The same file, with a relative path starting at `folder`.
    pub(super) fn under(&self, folder: &Path) -> Self {
        let Some(path) = self.0.strip_prefix("sqlite:") else { return self.clone() };
        let path = path.strip_prefix("//").unwrap_or(path);
        let (path, query) =
            path.split_once('?').map_or((path, String::new()), |(path, query)| (path, format!("?{query}")));
        if path.starts_with(':') || path.is_empty() {
            return self.clone();
        }
        Self(format!("sqlite:{}{query}", folder.join(path).display()))
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_sqlite() { "DatabaseUrl(sqlite)" } else { "DatabaseUrl(postgres)" })
    }
}

impl Database {
    /// The address to connect to, with the password from its file. Wiped when dropped; hand it to the driver at once.
    ///
    /// # Errors
    /// When the file with the password cannot be read.
    pub fn connect_url(&self) -> io::Result<Zeroizing<String>> {
        let Some(file) = &self.password_file else { return Ok(Zeroizing::new(self.url.0.clone())) };
        let secret = Zeroizing::new(fs::read_to_string(file)?);
        let mut encoded = Zeroizing::new(String::with_capacity(secret.len().saturating_mul(3)));
        for byte in secret.trim_end_matches(['\r', '\n']).bytes() {
            if byte.is_ascii_alphanumeric() {
                encoded.push(char::from(byte));
            } else {
                let mut pair = hex::encode_upper([byte]);
                encoded.push('%');
                encoded.push_str(&pair);
                pair.zeroize();
            }
        }
        // Checked before: a PostgreSQL address names a user when it has a password file.
        let (start, host) = self.url.0.split_once('@').unwrap_or((&self.url.0, ""));
        Ok(Zeroizing::new(format!("{start}:{}@{host}", encoded.as_str())))
    }

    /// Whether the address names a user that the password is for.
    pub(super) fn names_user(&self) -> bool {
        self.url.0.split_once('@').is_some_and(|(start, _)| !start.ends_with('/'))
    }
}
