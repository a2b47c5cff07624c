//! Receipts: compact JWS by ES256 with the gateway's receipt key.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use josekit::{
    jwk::{
        Jwk, KeyPair,
        alg::ec::{EcCurve, EcKeyPair},
    },
    jws::{self, ES256, JwsHeader, JwsSigner},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::keys::{PublicNumbers, RecipientKey};
use crate::domain::json;

/// `typ` of a receipt, so that no other JWS of the gateway can pass for one.
pub const RECEIPT_TYP: &str = "sluis-receipt+jwt";
const LONGEST: usize = 1024 * 1024;

/// The receipt key cannot be used, or its file is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// Not an unencrypted P-256 key in PEM.
    #[error("not a receipt key: an unencrypted P-256 private key in PEM")]
    Key,
    /// The claims are no JSON, or OpenSSL did not sign.
    #[error("the receipt could not be signed")]
    Failed,
}

/// Why a receipt does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// Not a compact JWS with a JSON header, or too long.
    #[error("not a receipt: a compact JWS with `typ` sluis-receipt+jwt")]
    Malformed,
    /// `alg` is another than ES256.
    #[error("the receipt is not signed by ES256")]
    Algorithm,
    /// `kid` names none of the given keys, or the given key is no P-256 public JWK.
    #[error("the receipt is signed by another key")]
    OtherKey,
    /// The signature does not fit.
    #[error("the receipt's signature is false")]
    Signature,
    /// The signature fits, the claims are not those of a receipt.
    #[error("the receipt's claims have another form")]
    Claims,
}

/// The key that signs receipts. Its `kid` is its RFC 7638 thumbprint.
pub struct ReceiptKey {
    signer: Box<dyn JwsSigner>,
    public: Value,
    public_pem: String,
    kid: String,
}

impl ReceiptKey {
    /// Reads the key from PEM.
    ///
    /// # Errors
    /// [`SignError::Key`] when it is no unencrypted P-256 private key.
    pub fn from_pem(pem: &str) -> Result<Self, SignError> {
        let pair = EcKeyPair::from_pem(pem, Some(EcCurve::P256)).map_err(|_| SignError::Key)?;
        let public: josekit::Map<String, Value> = pair.to_jwk_public_key().into();
        // The reader of recipients' keys checks the point and makes the thumbprint.
        let member = |name| public.get(name).cloned().unwrap_or_default();
        let bare = json!({"kty": "EC", "crv": "P-256", "x": member("x"), "y": member("y")});
        let kid = RecipientKey::from_jwk(&bare).map_err(|_| SignError::Key)?.thumbprint().to_owned();
        let public = json!({
            "kty": "EC", "crv": "P-256", "x": member("x"), "y": member("y"),
            "alg": "ES256", "use": "sig", "kid": kid,
        });
        let signer = ES256.signer_from_pem(pem).map_err(|_| SignError::Key)?;
        let public_pem = String::from_utf8(pair.to_pem_public_key()).map_err(|_| SignError::Key)?;
        Ok(Self { signer: Box::new(signer), public, public_pem, kid })
    }

    /// A new key in PEM (PKCS#8). It takes OpenSSL's randomness.
    ///
    /// # Errors
    /// [`SignError::Failed`] when OpenSSL gives none.
    pub fn generate_pem() -> Result<Zeroizing<String>, SignError> {
        let pair = EcKeyPair::generate(EcCurve::P256).map_err(|_| SignError::Failed)?;
        let pem = Zeroizing::new(pair.to_pem_private_key());
        std::str::from_utf8(&pem).map(|pem| Zeroizing::new(pem.to_owned())).map_err(|_| SignError::Failed)
    }

    /// The public key as JWK, with `alg`, `use` and `kid`.
    #[must_use]
    pub const fn public_jwk(&self) -> &Value {
        &self.public
    }

    /// The public key as PEM (`SubjectPublicKeyInfo`).
    #[must_use]
    pub fn public_pem(&self) -> &str {
        &self.public_pem
    }

    /// The thumbprint, which is the `kid` of what it signs.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// Signs the claims of a receipt: `typ` and `kid` in the header, the claims in the order of the struct.
    ///
    /// # Errors
    /// [`SignError::Failed`] when the claims are not JSON or OpenSSL does not sign.
    pub fn sign(&self, claims: &impl Serialize) -> Result<String, SignError> {
        let payload = serde_json::to_vec(claims).map_err(|_| SignError::Failed)?;
        let mut header = JwsHeader::new();
        header.set_token_type(RECEIPT_TYP);
        header.set_key_id(&self.kid);
        jws::serialize_compact(&payload, &header, self.signer.as_ref()).map_err(|_| SignError::Failed)
    }
}

impl fmt::Debug for ReceiptKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReceiptKey({})", self.kid)
    }
}

/// Checks a receipt against the gateway's public key and gives its claims.
///
/// Algorithm, `typ` and key are what the caller expects, never what the receipt says. It does not check what the claims
/// prove about the log: that is `accesslog::receipt`.
///
/// # Errors
/// [`VerifyError`], and nothing of the claims.
pub fn verify<T: DeserializeOwned>(receipt: &str, jwk: &Value) -> Result<T, VerifyError> {
    let header = header(receipt)?;
    let text = |name| header.get(name).and_then(Value::as_str);
    if text("alg") != Some("ES256") {
        return Err(VerifyError::Algorithm);
    }
    if text("typ") != Some(RECEIPT_TYP) || header.contains_key("crit") || header.contains_key("b64") {
        return Err(VerifyError::Malformed);
    }
    let key = public_key(jwk).ok_or(VerifyError::OtherKey)?;
    if text("kid") != Some(&key.kid) {
        return Err(VerifyError::OtherKey);
    }
    let verifier = ES256.verifier_from_jwk(&key.jwk).map_err(|_| VerifyError::OtherKey)?;
    let (payload, _) = jws::deserialize_compact(receipt, &verifier).map_err(|_| VerifyError::Signature)?;
    json::typed(&payload).map_err(|_| VerifyError::Claims)
}

/// The `kid` that a receipt names, to find the gateway's key by. Nothing is proven by it.
///
/// # Errors
/// [`VerifyError::Malformed`] when it is no compact JWS with a `kid`.
pub fn kid_of(receipt: &str) -> Result<String, VerifyError> {
    let header = header(receipt)?;
    header.get("kid").and_then(Value::as_str).map(str::to_owned).ok_or(VerifyError::Malformed)
}

fn header(message: &str) -> Result<josekit::Map<String, Value>, VerifyError> {
    if message.len() > LONGEST || message.split('.').count() != 3 {
        return Err(VerifyError::Malformed);
    }
    let head = message.split('.').next().unwrap_or_default();
    let bytes = URL_SAFE_NO_PAD.decode(head).map_err(|_| VerifyError::Malformed)?;
    json::object(&bytes).map_err(|_| VerifyError::Malformed)
}

struct Public {
    jwk: Jwk,
    kid: String,
}

fn public_key(jwk: &Value) -> Option<Public> {
    let bare =
        json!({"kty": jwk.get("kty")?, "crv": jwk.get("crv")?, "x": jwk.get("x")?, "y": jwk.get("y")?});
    let key = RecipientKey::from_jwk(&bare).ok()?;
    if !matches!(key.numbers(), PublicNumbers::P256 { .. }) {
        return None;
    }
    let Value::Object(members) = bare else { return None };
    Some(Public { jwk: Jwk::from_map(members).ok()?, kid: key.thumbprint().to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> ReceiptKey {
        ReceiptKey::from_pem(&ReceiptKey::generate_pem().unwrap()).unwrap()
    }

    #[test]
    fn a_receipt_verifies_with_its_own_key_only() {
        let (own, other) = (key(), key());
        let receipt = own.sign(&json!({"iss": "gateway", "index": 7})).unwrap();
        let claims: Value = verify(&receipt, own.public_jwk()).unwrap();
        assert_eq!(claims["index"], 7);
        assert_eq!(kid_of(&receipt).unwrap(), own.kid());
        assert_eq!(verify::<Value>(&receipt, other.public_jwk()), Err(VerifyError::OtherKey));
        // A key that claims the kid of another is judged by its numbers.
        let mut posing = other.public_jwk().clone();
        posing["kid"] = json!(own.kid());
        assert_eq!(verify::<Value>(&receipt, &posing), Err(VerifyError::OtherKey));
    }

    #[test]
    fn a_changed_receipt_does_not_verify() {
        let key = key();
        let receipt = key.sign(&json!({"index": 7})).unwrap();
        let [head, _, signature]: [&str; 3] = receipt.split('.').collect::<Vec<_>>().try_into().unwrap();
        let other = URL_SAFE_NO_PAD.encode(r#"{"index":8}"#);
        let forged = format!("{head}.{other}.{signature}");
        assert_eq!(verify::<Value>(&forged, key.public_jwk()), Err(VerifyError::Signature));
    }

    #[test]
    fn the_header_does_not_choose_the_algorithm() {
        let key = key();
        let receipt = key.sign(&json!({"index": 7})).unwrap();
        let rest = receipt.split_once('.').unwrap().1;
        for (head, expect) in [
            (json!({"alg": "none", "typ": RECEIPT_TYP, "kid": key.kid()}), VerifyError::Algorithm),
            (json!({"alg": "HS256", "typ": RECEIPT_TYP, "kid": key.kid()}), VerifyError::Algorithm),
            (json!({"alg": "ES256", "typ": "JWT", "kid": key.kid()}), VerifyError::Malformed),
            (json!({"alg": "ES256", "typ": RECEIPT_TYP}), VerifyError::OtherKey),
            (
                json!({"alg": "ES256", "typ": RECEIPT_TYP, "kid": key.kid(), "crit": ["b64"]}),
                VerifyError::Malformed,
            ),
            (json!({"alg": "ES256", "typ": RECEIPT_TYP, "kid": key.kid(), "x": 1}), VerifyError::Signature),
        ] {
            let forged = format!("{}.{rest}", URL_SAFE_NO_PAD.encode(head.to_string()));
            assert_eq!(verify::<Value>(&forged, key.public_jwk()), Err(expect), "{head}");
        }
        for wrong in ["", ".", "..", "a.b.c", "a.b.c.d"] {
            assert_eq!(verify::<Value>(wrong, key.public_jwk()), Err(VerifyError::Malformed), "{wrong}");
        }
    }

    #[test]
    fn the_example_of_rfc_7515_verifies_as_es256() {
        // RFC 7515, appendix A.3: the signature is checked by the same verifier, with its own header.
        let jwk = json!({"kty": "EC", "crv": "P-256",
            "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"});
        let example = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
        let verifier = ES256.verifier_from_jwk(&public_key(&jwk).unwrap().jwk).unwrap();
        assert!(jws::deserialize_compact(example, &verifier).is_ok());
        assert_eq!(verify::<Value>(example, &jwk), Err(VerifyError::Malformed), "no typ of a receipt");
    }
}
