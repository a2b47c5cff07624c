//! The public numbers of a key.

use aws_lc_rs::digest;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// The public numbers of a key, for comparison with those of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublicNumbers {
    /// Modulus and exponent, big-endian without leading zeros.
    Rsa {
        /// The modulus.
        n: Vec<u8>,
        /// The exponent.
        e: Vec<u8>,
    },
    /// A point of P-256, checked to lie on the curve.
    P256 {
        /// The first coordinate.
        x: [u8; 32],
        /// The second coordinate.
        y: [u8; 32],
    },
    /// The u-coordinate of a point of Curve25519 that is not of small order, in its one canonical encoding.
    X25519 {
        /// The coordinate, little-endian.
        x: [u8; 32],
    },
}

impl PublicNumbers {
    /// The members that RFC 7638 hashes and that a JWE library needs; no others.
    pub(super) fn members(&self) -> Value {
        let b64 = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match self {
            Self::Rsa { n, e } => json!({"kty": "RSA", "n": b64(n), "e": b64(e)}),
            Self::P256 { x, y } => json!({"kty": "EC", "crv": "P-256", "x": b64(x), "y": b64(y)}),
            Self::X25519 { x } => json!({"kty": "OKP", "crv": "X25519", "x": b64(x)}),
        }
    }

    /// RFC 7638, section 3: the required members in lexical order, no white space, SHA-256, base64url.
    pub(super) fn thumbprint(&self) -> String {
        let b64 = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let text = match self {
            Self::Rsa { n, e } => format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, b64(e), b64(n)),
            Self::P256 { x, y } => {
                format!(r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#, b64(x), b64(y))
            }
            Self::X25519 { x } => format!(r#"{{"crv":"X25519","kty":"OKP","x":"{}"}}"#, b64(x)),
        };
        URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, text.as_bytes()))
    }
}
