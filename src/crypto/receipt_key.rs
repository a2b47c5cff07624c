//! The public key of receipts in the two forms in which people hand it on: JWK (RFC 7517) and PEM (RFC 7468, section 13).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rustls::pki_types::{SubjectPublicKeyInfoDer, pem::PemObject as _};
use serde_json::{Value, json};
use x509_parser::{prelude::FromDer as _, public_key::PublicKey, x509::SubjectPublicKeyInfo};

use super::keys::RecipientKey;
use crate::domain::{json, pem::unmarked_text};

/// The text is neither form of a P-256 public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a P-256 public key, as a JWK (`{{\"kty\": \"EC\", ...}}`) or as PEM (`-----BEGIN PUBLIC KEY-----`)"
)]
pub struct InvalidReceiptKey;

/// The key as JWK, from either form. A private key is none.
///
/// # Errors
/// [`InvalidReceiptKey`].
pub fn read(text: &str) -> Result<Value, InvalidReceiptKey> {
    let text = unmarked_text(text);
    let jwk = if text.trim_start().starts_with('{') { from_jwk(text) } else { from_pem(text) };
    // The reader of recipients' keys checks that the point is one of the curve.
    jwk.filter(|jwk| RecipientKey::from_jwk(jwk).is_ok()).ok_or(InvalidReceiptKey)
}

fn from_jwk(text: &str) -> Option<Value> {
    let jwk: Value = json::read(text.trim().as_bytes()).ok()?;
    let is = |name: &str, value: &str| jwk.get(name).and_then(Value::as_str) == Some(value);
    if !is("kty", "EC") || !is("crv", "P-256") || jwk.get("d").is_some() {
        return None;
    }
    Some(json!({ "kty": "EC", "crv": "P-256", "x": jwk.get("x")?, "y": jwk.get("y")? }))
}

fn from_pem(text: &str) -> Option<Value> {
    let key = SubjectPublicKeyInfoDer::from_pem_slice(text.trim().as_bytes()).ok()?;
    let ([], info) = SubjectPublicKeyInfo::from_der(&key).ok()? else { return None };
    let PublicKey::EC(point) = info.parsed().ok()? else { return None };
    let (x, y) = point.data().strip_prefix(&[4]).filter(|point| point.len() == 64)?.split_at_checked(32)?;
    let number = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    Some(json!({ "kty": "EC", "crv": "P-256", "x": number(x), "y": number(y) }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::sign::ReceiptKey;

    #[test]
    fn both_forms_are_one_key() {
        let key = ReceiptKey::from_pem(&ReceiptKey::generate_pem().unwrap()).unwrap();
        let (jwk, pem) = (key.public_jwk().to_string(), key.public_pem());
        assert_eq!(read(&jwk).unwrap()["x"], key.public_jwk()["x"]);
        assert_eq!(read(&jwk), read(pem));
        assert_eq!(read(&format!("\n{pem}\n")), read(pem), "blank lines do not matter");
    }

    #[test]
    fn what_is_no_public_key_is_none() {
        let private = ReceiptKey::generate_pem().unwrap();
        let jwk = ReceiptKey::from_pem(&private).unwrap().public_jwk().clone();
        let with = |name: &str, value: Value| {
            let mut jwk = jwk.clone();
            jwk[name] = value;
            jwk.to_string()
        };
        for text in [
            private.as_str(),
            "",
            "{}",
            "log.example.nl/nhn/2026+1234abcd+AbCd",
            &with("d", json!("AAAA")),
            &with("x", json!("AAAA")),
            &with("crv", json!("P-384")),
        ] {
            assert_eq!(read(text), Err(InvalidReceiptKey), "{text}");
        }
    }
}
