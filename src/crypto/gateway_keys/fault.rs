//! What is wrong with the folder of keys.

use std::{
    io,
    path::{Path, PathBuf},
};

use crate::domain::{id::NoEntropy, machine::is_full};

/// What is wrong with the folder of keys. It names files, never their content.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileFault {
    /// A kind has no file.
    #[error("there is no `{0}`")]
    Missing(String),
    /// The folder or a file cannot be read or written.
    #[error("`{}` cannot be read or written", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Others may read or write it.
    #[error("`{}` is open to others: chmod 600 for a key, 700 for the folder", .0.display())]
    Open(PathBuf),
    /// A name that is almost that of a key, such as a copy that an editor left.
    #[error("`{}` is named almost like a key: rename it to <kind>.v<number>.<key or pem>, or destroy it", .0.display())]
    Name(PathBuf),
    /// Other content than its kind has.
    #[error("`{}` must hold {expected}", path.display())]
    Malformed {
        /// Which.
        path: PathBuf,
        /// What it should hold.
        expected: &'static str,
    },
    /// The key that everybody can read in `keys.example/`.
    #[error("`{}` holds the throw-away key of keys.example: make the keys with `sluis init`", .0.display())]
    Example(PathBuf),
    /// One secret in two files.
    #[error("`{}` and `{}` hold the same secret: each key is made for one use", .0.display(), .1.display())]
    Twice(PathBuf, PathBuf),
    /// Log keys of two logs.
    #[error("the log keys are of more than one origin: a gateway keeps one log")]
    Origins,
    /// The origin cannot be a key's name.
    #[error("the log's origin must not be empty nor hold white space or a plus sign")]
    Origin,
    /// It is there already.
    #[error("`{}` exists already: an existing key is never overwritten", .0.display())]
    Exists(PathBuf),
    /// A version is being made in the folder.
    #[error("another program makes a version of a key in `{}` now", .0.display())]
    Busy(PathBuf),
    /// A key could not be made.
    #[error("no key could be made")]
    NotMade,
    /// No randomness.
    #[error(transparent)]
    NoEntropy(#[from] NoEntropy),
}

impl KeyFileFault {
    /// The folder whose disk has no room left, where that is what is wrong.
    #[must_use]
    pub fn full_folder(&self) -> Option<&Path> {
        let Self::Io { path, source } = self else { return None };
        path.parent().filter(|_| is_full(source))
    }
}
