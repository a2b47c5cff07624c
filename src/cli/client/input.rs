//! A file of the user's, or standard input.

use std::{
    fs,
    io::{self, Read},
    path::Path,
};

use bytes::Bytes;

use crate::cli::{Failure, language::both};

/// No input file is read beyond this: 512 MiB.
const LARGEST_INPUT: u64 = 512 << 20;

/// Reads a file of the user's, or standard input for `-`, without a byte order mark.
///
/// # Errors
/// When it cannot be read or is larger than 512 MiB.
pub fn read_input(path: &Path) -> Result<Bytes, Failure> {
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        io::stdin().lock().take(LARGEST_INPUT.saturating_add(1)).read_to_end(&mut bytes)
    } else {
        fs::File::open(path)
            .and_then(|file| file.take(LARGEST_INPUT.saturating_add(1)).read_to_end(&mut bytes))
    };
    read.map_err(|error| Failure::unreadable(path, error))?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > LARGEST_INPUT {
        return Err(Failure::usage(both!(
            "`{}` is groter dan 512 MiB",
            "`{}` is larger than 512 MiB",
            path.display()
        ))
        .now(("verdeel het over meer bestanden", "split it into several files")));
    }
    let bytes = Bytes::from(bytes);
    // Programs on Windows put a byte order mark before a text.
    Ok(bytes.slice_ref(without_mark(&bytes)))
}

/// Reads a file that must hold one JSON document, of which `form` says where it is shown; its bytes are sent as they are, so that the gateway judges them.
///
/// # Errors
/// As [`read_input`], and when it is no JSON; only the place is told, never what stands there.
pub fn read_json(path: &Path, form: (&'static str, &'static str)) -> Result<Bytes, Failure> {
    let bytes = read_input(path)?;
    refuse_utf16(&bytes, path)?;
    match serde_json::from_slice::<serde::de::IgnoredAny>(&bytes) {
        Ok(_) => Ok(bytes),
        Err(error) => Err(Failure::usage(both!(
            "`{}` is geen JSON bij regel {}, teken {}",
            "`{}` is not JSON at line {}, column {}",
            path.display(),
            error.line(),
            error.column()
        ))
        .now(form)),
    }
}

/// A text that programs on Windows stored in their own way is not a faulty one in another form.
///
/// # Errors
/// For a file that is UTF-16, with its mark or without.
pub(in crate::cli::client) fn refuse_utf16(bytes: &[u8], path: &Path) -> Result<(), Failure> {
    // JSON begins with a character of ASCII: without a mark too, one of the first two bytes is zero.
    if matches!(bytes, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [0, _, ..] | [_, 0, ..]) {
        return Err(Failure::usage(both!("`{}` is opgeslagen als UTF-16", "`{}` is UTF-16", path.display()))
            .now(("bewaar het als UTF-8", "save it as UTF-8")));
    }
    Ok(())
}

/// A byte order mark in UTF-8.
const MARK: &[u8] = b"\xEF\xBB\xBF";

/// The bytes behind byte order marks: a file that went through two programs may have two.
pub(in crate::cli::client) fn without_mark(bytes: &[u8]) -> &[u8] {
    let mut bytes = bytes;
    while let Some(rest) = bytes.strip_prefix(MARK) {
        bytes = rest;
    }
    bytes
}
