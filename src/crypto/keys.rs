//! Keys to seal to: a party's public JWK, checked before anything is sealed to it, and a client's private key.

mod modulus;
mod name;
mod private;
mod reading;

use std::{fmt, sync::Arc};

use aws_lc_rs::digest;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use josekit::{
    jwe::{ECDH_ES, ECDH_ES_A256KW, JweEncrypter, RSA_OAEP, RSA_OAEP_256},
    jwk::Jwk,
};
use serde_json::{Value, json};

use crate::domain::problem::Fault;

pub use private::{InvalidPrivateKey, PrivateKey};

use reading::Origin;

/// How the content encryption key reaches the recipient (RFC 7518, section 4.1). Nothing else is sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyAlgorithm {
    /// RSAES-OAEP with SHA-1 and MGF1: what the NL GOV encryption module prescribes, so what an RSA key means that names
    /// no algorithm. OAEP does not rest on SHA-1's collision resistance.
    RsaOaep,
    /// RSAES-OAEP with SHA-256.
    RsaOaep256,
    /// Elliptic-curve Diffie-Hellman, the agreed key used directly: what an elliptic key means that names no algorithm.
    EcdhEs,
    /// Elliptic-curve Diffie-Hellman, the agreed key wrapping the content key.
    EcdhEsA256kw,
}

impl KeyAlgorithm {
    /// All four.
    pub const ALL: [Self; 4] = [Self::RsaOaep, Self::RsaOaep256, Self::EcdhEs, Self::EcdhEsA256kw];

    /// The `alg` of the JWK and of the JWE.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RsaOaep => "RSA-OAEP",
            Self::RsaOaep256 => "RSA-OAEP-256",
            Self::EcdhEs => "ECDH-ES",
            Self::EcdhEsA256kw => "ECDH-ES+A256KW",
        }
    }

    pub(super) const fn is_rsa(self) -> bool {
        matches!(self, Self::RsaOaep | Self::RsaOaep256)
    }

    pub(super) fn read(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == text)
    }
}

impl fmt::Display for KeyAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

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
    /// The numbers of a public JWK, if it is in order.
    pub(super) fn read(jwk: &Value) -> Option<Self> {
        reading::read(jwk, Origin::Outside).ok().map(|read| read.numbers)
    }

    /// The members that RFC 7638 hashes and that a JWE library needs; no others.
    fn members(&self) -> Value {
        let b64 = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match self {
            Self::Rsa { n, e } => json!({"kty": "RSA", "n": b64(n), "e": b64(e)}),
            Self::P256 { x, y } => json!({"kty": "EC", "crv": "P-256", "x": b64(x), "y": b64(y)}),
            Self::X25519 { x } => json!({"kty": "OKP", "crv": "X25519", "x": b64(x)}),
        }
    }

    /// RFC 7638, section 3: the required members in lexical order, no white space, SHA-256, base64url.
    fn thumbprint(&self) -> String {
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

/// A public key that packets may be sealed to: RSA of at least 3072 bits, P-256, or X25519.
///
/// One key has one thumbprint: only the canonical encoding of its numbers is taken, so that a party cannot register
/// another's key under a second spelling.
#[derive(Clone)]
pub struct RecipientKey {
    algorithm: KeyAlgorithm,
    kid: String,
    thumbprint: String,
    numbers: PublicNumbers,
    encrypter: Arc<dyn JweEncrypter>,
}

/// Why a JWK is not taken: every reason at once, without a byte of the key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the key cannot be used: {}", codes(.0))]
pub struct KeyFault(Vec<Fault>);

fn codes(faults: &[Fault]) -> String {
    faults.iter().map(|fault| fault.code.as_ref()).collect::<Vec<_>>().join(", ")
}

impl KeyFault {
    /// The faults; their pointers start at the JWK, such as `/alg`.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.0
    }

    /// The faults with their pointers moved to where the JWK stands in the request, such as `/jwk`.
    #[must_use]
    pub fn under(self, pointer: &str) -> Vec<Fault> {
        let moved = |fault: Fault| Fault { pointer: format!("{pointer}{}", fault.pointer), ..fault };
        self.0.into_iter().map(moved).collect()
    }
}

impl RecipientKey {
    /// Reads and checks a public JWK.
    ///
    /// `alg` may be absent: an RSA key then gets `RSA-OAEP` (the NL GOV encryption module), an elliptic key `ECDH-ES`.
    /// `kid` may be absent: the thumbprint takes its place; one that could tell of a person is refused. `use` and
    /// `key_ops`, where present, must allow encryption.
    /// `x5t` and `x5t#S256` must be digests of the first certificate in `x5c`; whether that is for this key, and whose, is
    /// for `identity::key_proof` to say. Members that are not known here (`exp`) are left alone.
    ///
    /// # Errors
    /// [`KeyFault`] with everything that is wrong: private members, a short or odd key, a modulus that anybody can factor
    /// (`docs/sealed-packet.md` says what is looked for), a point that is not on the curve or of small order, a spelling
    /// that is not canonical, an algorithm that does not fit.
    pub fn from_jwk(jwk: &Value) -> Result<Self, KeyFault> {
        Self::read(jwk, Origin::Outside)
    }

    /// Reads a key again that [`RecipientKey::from_jwk`] took when it was published. An RSA modulus is not searched for
    /// factors a second time: that takes longer than to seal.
    ///
    /// # Errors
    /// [`KeyFault`] for everything else.
    pub fn from_stored(jwk: &Value) -> Result<Self, KeyFault> {
        Self::read(jwk, Origin::Stored)
    }

    fn read(jwk: &Value, origin: Origin) -> Result<Self, KeyFault> {
        let read = reading::read(jwk, origin).map_err(KeyFault)?;
        let encrypter = encrypter(read.algorithm, &read.numbers).ok_or_else(|| {
            KeyFault(vec![Fault::at(
                "",
                "key-unusable",
                "Met deze sleutel kan niet worden versleuteld.",
                "This key cannot be used to encrypt.",
            )])
        })?;
        let thumbprint = read.numbers.thumbprint();
        let kid = read.kid.unwrap_or_else(|| thumbprint.clone());
        if !name::is_plain(&kid, &thumbprint) {
            return Err(KeyFault(vec![name::unfit()]));
        }
        Ok(Self { algorithm: read.algorithm, kid, thumbprint, numbers: read.numbers, encrypter })
    }

    /// The algorithm that packets for this key are sealed with.
    #[must_use]
    pub const fn algorithm(&self) -> KeyAlgorithm {
        self.algorithm
    }

    /// The name that the party gave the key, or else its thumbprint. It stands in the header of what is sealed to it.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The RFC 7638 thumbprint: SHA-256, base64url, 43 characters. It is what tells keys apart.
    #[must_use]
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    /// The public numbers.
    #[must_use]
    pub const fn numbers(&self) -> &PublicNumbers {
        &self.numbers
    }

    /// The key as the gateway publishes it: the numbers, `alg`, `use` and `kid`, whatever else was sent.
    #[must_use]
    pub fn to_jwk(&self) -> Value {
        let mut jwk = self.numbers.members();
        if let Some(members) = jwk.as_object_mut() {
            members.insert("alg".to_owned(), json!(self.algorithm.as_str()));
            members.insert("use".to_owned(), json!("enc"));
            members.insert("kid".to_owned(), json!(self.kid));
        }
        jwk
    }

    pub(super) fn encrypter(&self) -> &dyn JweEncrypter {
        self.encrypter.as_ref()
    }
}

impl fmt::Debug for RecipientKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RecipientKey({}, {})", self.algorithm, self.thumbprint)
    }
}

fn encrypter(algorithm: KeyAlgorithm, numbers: &PublicNumbers) -> Option<Arc<dyn JweEncrypter>> {
    let jwk = jose_jwk(numbers.members())?;
    // josekit would let the JWK's `kid` win over the header's: `members` leaves it out.
    Some(match algorithm {
        KeyAlgorithm::RsaOaep => Arc::new(RSA_OAEP.encrypter_from_jwk(&jwk).ok()?),
        KeyAlgorithm::RsaOaep256 => Arc::new(RSA_OAEP_256.encrypter_from_jwk(&jwk).ok()?),
        KeyAlgorithm::EcdhEs => Arc::new(ECDH_ES.encrypter_from_jwk(&jwk).ok()?),
        KeyAlgorithm::EcdhEsA256kw => Arc::new(ECDH_ES_A256KW.encrypter_from_jwk(&jwk).ok()?),
    })
}

fn jose_jwk(members: Value) -> Option<Jwk> {
    match members {
        Value::Object(members) => Jwk::from_map(members).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
