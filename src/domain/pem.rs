//! Texts in PEM (RFC 7468), as people and their editors keep them.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rustls::pki_types::PrivateKeyDer;
use zeroize::Zeroizing;

/// How every block ends that holds a private key, of whatever form; in small letters.
const PRIVATE: &[u8] = b"private key-----";
/// What an age identity begins with; in small letters.
const IDENTITY: &[u8] = b"age-secret-key-";
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

/// Whether there is a private key in it, wherever it stands: in PEM under whatever label, in DER, as a JWK (RFC 7517) or as an age
/// identity, by itself or in base64.
#[must_use]
pub fn holds_private_key(bytes: &[u8]) -> bool {
    is_plainly_there(bytes) || in_base64(bytes).any(|decoded| is_plainly_there(&decoded))
}

fn is_plainly_there(bytes: &[u8]) -> bool {
    let lower = Zeroizing::new(bytes.to_ascii_lowercase());
    stands_in(&lower, PRIVATE)
        || stands_in(&lower, IDENTITY)
        || is_private(bytes)
        || (has_member(bytes, b"\"kty\"") && (has_member(bytes, b"\"d\"") || has_member(bytes, b"\"k\"")))
}

/// What stands there in base64, over several lines or on one. The shortest key has more than 32 characters.
fn in_base64(bytes: &[u8]) -> impl Iterator<Item = Zeroizing<Vec<u8>>> {
    let is_apart = |byte: &u8| !(byte.is_ascii_alphanumeric() || b"+/=\r\n".contains(byte));
    let runs = bytes.split(is_apart).filter(|run| run.len() > 32);
    runs.filter_map(|run| {
        let run: Zeroizing<Vec<u8>> =
            Zeroizing::new(run.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect());
        STANDARD.decode(&*run).ok().map(Zeroizing::new)
    })
}

fn is_private(der: &[u8]) -> bool {
    PrivateKeyDer::try_from(der).is_ok()
}

fn stands_in(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// Whether a member of this name, with its quotes, stands anywhere in a text that may hold a JSON object.
fn has_member(bytes: &[u8], name: &[u8]) -> bool {
    let after = |at: usize| bytes.get(at.saturating_add(name.len())..).unwrap_or_default();
    let named = bytes.windows(name.len()).enumerate().filter(|(_, window)| *window == name);
    named.into_iter().any(|(at, _)| after(at).trim_ascii_start().first() == Some(&b':'))
}

#[cfg(test)]
mod tests {
    use rcgen::KeyPair;

    use super::*;

    #[test]
    fn a_private_key_is_seen_under_whatever_label() {
        let key = KeyPair::generate().unwrap();
        let certificate = rcgen::CertificateParams::default().self_signed(&key).unwrap().pem();
        let mislabelled = format!(
            "{certificate}-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
            STANDARD.encode(key.serialize_der())
        );
        for (name, text) in [
            ("behind its certificate", format!("{certificate}{}", key.serialize_pem())),
            ("as something else", mislabelled.replace("CERTIFICATE", "TRUSTED CERTIFICATE")),
            ("as a certificate", mislabelled),
            ("in small letters", key.serialize_pem().to_lowercase()),
            ("without a label", format!("{}\n{certificate}", STANDARD.encode(key.serialize_der()))),
            ("a JWK in base64", STANDARD.encode(r#"{"kty": "EC", "crv": "P-256", "d" : "AA"}"#)),
            ("a secret that two know", r#"{"kty":"oct","k":"AA"}"#.to_owned()),
            ("as a JWK", format!("{certificate}{}", r#"{"kty": "EC", "crv": "P-256", "d" : "AA"}"#)),
            ("of age", format!("{certificate}AGE-SECRET-KEY-1QQQ")),
        ] {
            assert!(holds_private_key(text.as_bytes()), "{name}");
        }
        assert!(holds_private_key(&key.serialize_der()));
        let public = format!("{certificate}{}", r#"{"kty": "EC", "crv": "P-256", "x": "AA"}"#);
        assert!(!holds_private_key(public.as_bytes()));
        assert!(!holds_private_key(b""));
    }
}
