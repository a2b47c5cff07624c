//! Keys to seal to: a party's public JWK, checked before anything is sealed to it, and a client's private key.

mod algorithm;
mod modulus;
mod name;
mod numbers;
mod private;
mod reading;

use std::{fmt, sync::Arc};

use josekit::{
    jwe::{ECDH_ES, ECDH_ES_A256KW, JweEncrypter, RSA_OAEP, RSA_OAEP_256},
    jwk::Jwk,
};
use serde_json::{Value, json};

use crate::domain::problem::Fault;

pub use algorithm::KeyAlgorithm;
pub use numbers::PublicNumbers;
pub use private::{InvalidPrivateKey, PrivateKey};

use reading::Origin;
pub(super) use reading::public_numbers;

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
