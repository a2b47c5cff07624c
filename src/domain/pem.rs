//! Texts in PEM (RFC 7468), as people and their editors keep them.

use rustls::pki_types::{
    PrivateKeyDer,
    pem::{PemObject as _, SectionKind},
};

/// How every block ends that holds a private key, of whatever form.
const PRIVATE: &[u8] = b"PRIVATE KEY-----";
/// What an age identity begins with.
const IDENTITY: &[u8] = b"AGE-SECRET-KEY-";
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

/// Whether there is a private key in it, wherever it stands: in PEM, also under the label of something else, in DER, as a JWK
/// (RFC 7517) or as an age identity.
#[must_use]
pub fn holds_private_key(bytes: &[u8]) -> bool {
    stands_in(bytes, PRIVATE)
        || stands_in(bytes, IDENTITY)
        || is_private(bytes)
        || <(SectionKind, Vec<u8>)>::pem_slice_iter(unmarked(bytes))
            .flatten()
            .any(|(_, der)| is_private(&der))
        || (has_member(bytes, b"\"kty\"") && has_member(bytes, b"\"d\""))
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
    use base64::{Engine as _, engine::general_purpose::STANDARD};
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
            ("as a certificate", mislabelled),
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
