//! Texts in PEM (RFC 7468), as people and their editors keep them.

/// How every block ends that holds a private key, of whatever form.
const PRIVATE: &[u8] = b"PRIVATE KEY-----";
/// What some editors put before a text in UTF-8.
const MARK: &str = "\u{FEFF}";

/// The text without the mark that an editor put before it: a reader of PEM passes over a first line that does not begin with its
/// hyphens.
#[must_use]
pub fn unmarked(pem: &[u8]) -> &[u8] {
    pem.strip_prefix(MARK.as_bytes()).unwrap_or(pem)
}

/// Likewise, of a text.
#[must_use]
pub fn unmarked_text(pem: &str) -> &str {
    pem.strip_prefix(MARK).unwrap_or(pem)
}

/// Whether there is a private key in it, wherever it stands.
#[must_use]
pub fn holds_private_key(bytes: &[u8]) -> bool {
    bytes.windows(PRIVATE.len()).any(|window| window == PRIVATE)
}
