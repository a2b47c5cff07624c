//! The text of a checkpoint: origin, size and root (C2SP `tlog-checkpoint`). Signing it is the work of
//! [`super::note`].

use std::{fmt, str::FromStr};

use tlog_tiles::{Checkpoint as Text, tlog::Hash};

use crate::domain::digest::Digest;

/// The name of a log, which is also the name of its key: not empty, at most 255 bytes, no white space, no plus sign,
/// no control characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin(String);

/// The text cannot name a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an origin: 1 to 255 bytes without white space, plus signs and control characters")]
pub struct InvalidOrigin;

impl Origin {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Origin {
    type Err = InvalidOrigin;

    fn from_str(text: &str) -> Result<Self, InvalidOrigin> {
        let allowed = signed_note::is_key_name_valid(text) && !text.chars().any(char::is_control);
        if allowed && text.len() <= 255 { Ok(Self(text.to_owned())) } else { Err(InvalidOrigin) }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The state of a log: so many leaves, this root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log.
    pub origin: Origin,
    /// How many leaves.
    pub size: u64,
    /// The root of the tree of that size.
    pub root: Digest,
}

/// The text is not a checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a checkpoint: a line with the origin, one with the size, one with the root in base64")]
pub struct InvalidCheckpoint;

impl Checkpoint {
    /// Reads the text of a note, without its signatures. Extension lines are allowed and not kept, as C2SP has it.
    ///
    /// # Errors
    /// [`InvalidCheckpoint`] when origin, size or root are missing or have another form.
    pub fn from_text(text: &[u8]) -> Result<Self, InvalidCheckpoint> {
        let text = Text::from_bytes(text).map_err(|_| InvalidCheckpoint)?;
        Ok(Self {
            origin: text.origin().parse().map_err(|_| InvalidCheckpoint)?,
            size: text.size(),
            root: Digest(text.hash().0),
        })
    }

    /// The three lines that are signed.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, Hash(self.root.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merkle::hash::EMPTY_ROOT;

    const EMPTY: &str =
        "sluis.example/noord-holland-noord/2026\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";

    #[test]
    fn a_checkpoint_is_three_lines() {
        let origin = "sluis.example/noord-holland-noord/2026".parse().unwrap();
        let checkpoint = Checkpoint { origin, size: 0, root: EMPTY_ROOT };
        assert_eq!(checkpoint.to_text(), EMPTY);
        assert_eq!(Checkpoint::from_text(EMPTY.as_bytes()), Ok(checkpoint.clone()));
        let extended = format!("{EMPTY}extension\n");
        assert_eq!(Checkpoint::from_text(extended.as_bytes()), Ok(checkpoint));
    }

    #[test]
    fn other_forms_are_refused() {
        let root = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
        for wrong in [
            String::new(),
            format!("o\n0\n{root}"),
            format!("o\n00\n{root}\n"),
            format!("o\n+1\n{root}\n"),
            format!("o\n-1\n{root}\n"),
            format!("o\n18446744073709551616\n{root}\n"),
            format!("\n0\n{root}\n"),
            format!("a b\n0\n{root}\n"),
            format!("a+b\n0\n{root}\n"),
            format!("o\n0\n{root}\n\n"),
            format!("o\n0\n{}\n", root.trim_end_matches('=')),
            "o\n0\nAAAA\n".to_owned(),
        ] {
            assert_eq!(Checkpoint::from_text(wrong.as_bytes()), Err(InvalidCheckpoint), "{wrong:?}");
        }
    }
}
