//! Marked values, in every form in which they could be kept by accident, and the search for them.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use aws_lc_rs::digest;
use base64::{
    Engine as _,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE},
};

/// The form in which a value was sent.
pub(crate) const AS_IT_IS: &str = "(as it is)";

/// What is looked for.
pub(crate) struct Needles {
    /// The form and the bytes.
    all: Vec<(String, Vec<u8>)>,
    /// Which pairs of bytes a needle begins with.
    begins: Vec<bool>,
}

/// Where a needle was found.
pub(crate) struct Found {
    pub(crate) what: String,
    pub(crate) at: usize,
}

impl Needles {
    /// The values and their forms: as they are, JSON with escapes, base64 at each of three places, hexadecimal, UTF-16, and
    /// their SHA-256, as bytes, hexadecimal and base64.
    pub(crate) fn of(values: impl IntoIterator<Item = String>) -> Self {
        let mut all = Vec::new();
        for value in values {
            let bytes = value.as_bytes();
            let sum = digest::digest(&digest::SHA256, bytes);
            let mut add = |form: &str, needle: Vec<u8>| {
                if !all.iter().any(|(_, known)| *known == needle) {
                    all.push((format!("{value} ({form})"), needle));
                }
            };
            add("as it is", bytes.to_vec());
            add("JSON", escaped(&value).into_bytes());
            add("hex", hex::encode(bytes).into_bytes());
            add("HEX", hex::encode_upper(bytes).into_bytes());
            add("SHA-256", sum.as_ref().to_vec());
            add("SHA-256 hex", hex::encode(sum.as_ref()).into_bytes());
            for engine in [BASE64_STANDARD, BASE64_URL_SAFE] {
                add("SHA-256 base64", engine.encode(sum.as_ref()).trim_end_matches('=').as_bytes().to_vec());
                for before in 0..3 {
                    let text = engine.encode([&[0; 2][..before], bytes].concat());
                    // Only the digits that depend on the value alone.
                    let (first, bits) = ((before * 8).div_ceil(6), (before + bytes.len()) * 8);
                    add("base64", text.as_bytes()[first..bits / 6].to_vec());
                }
            }
            add("UTF-16", value.encode_utf16().flat_map(u16::to_le_bytes).collect());
        }
        let mut begins = vec![false; 1 << 16];
        for (_, needle) in &all {
            begins[pair(needle[0], needle[1])] = true;
        }
        Self { all, begins }
    }

    /// The first place of each needle in these bytes.
    pub(crate) fn find(&self, hay: &[u8]) -> Vec<Found> {
        let mut found: Vec<Found> = Vec::new();
        for at in 0..hay.len().saturating_sub(1) {
            if !self.begins[pair(hay[at], hay[at + 1])] {
                continue;
            }
            for (what, needle) in &self.all {
                if hay[at..].starts_with(needle) && !found.iter().any(|one| one.what == *what) {
                    found.push(Found { what: what.clone(), at });
                }
            }
        }
        found
    }

    /// Nothing of it stands here.
    #[track_caller]
    pub(crate) fn absent(&self, place: &str, hay: &[u8]) {
        let mut found = String::new();
        for one in self.find(hay) {
            let around = &hay[one.at.saturating_sub(80)..hay.len().min(one.at + 120)];
            writeln!(found, "{} at {}: {:?}", one.what, one.at, String::from_utf8_lossy(around)).unwrap();
        }
        assert!(found.is_empty(), "in {place}:\n{found}");
    }
}

fn pair(one: u8, other: u8) -> usize {
    usize::from(one) << 8 | usize::from(other)
}

fn escaped(value: &str) -> String {
    let mut text = String::new();
    for unit in value.encode_utf16() {
        match u8::try_from(unit) {
            Ok(byte) if byte.is_ascii() => text.push(char::from(byte)),
            _ => write!(text, "\\u{unit:04x}").unwrap(),
        }
    }
    text
}

/// Every file below a folder.
pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(files_below(&path)) } else { files.push(path) }
    }
    files
}

#[test]
fn a_needle_is_found_in_every_form() {
    let needles = Needles::of(["Želmïra-1".to_owned()]);
    let sum = digest::digest(&digest::SHA256, "Želmïra-1".as_bytes());
    for hay in [
        "x Želmïra-1 x".to_owned(),
        r"{\u017delm\u00efra-1}".to_owned(),
        hex::encode("Želmïra-1"),
        hex::encode(sum.as_ref()),
        BASE64_STANDARD.encode(r#"{"a":"Želmïra-1"}"#),
        BASE64_STANDARD.encode(r#"{"ab":"Želmïra-1"}"#),
        BASE64_URL_SAFE.encode(r#"{"abc":"Želmïra-1"}"#),
    ] {
        assert!(!needles.find(hay.as_bytes()).is_empty(), "{hay}");
    }
    needles.absent("another name", "Želmira-1".as_bytes());
}
