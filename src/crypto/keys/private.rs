//! The private half of a recipient's key. Only clients have one: the gateway cannot open what it seals.

use std::fmt;

use josekit::{
    jwe::{ECDH_ES, ECDH_ES_A256KW, JweDecrypter, RSA_OAEP, RSA_OAEP_256},
    jwk::{
        Jwk, KeyPair,
        alg::{
            ec::{EcCurve, EcKeyPair},
            ecx::{EcxCurve, EcxKeyPair},
            rsa::RsaKeyPair,
        },
    },
};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::{RecipientKey, algorithm::KeyAlgorithm, jose_jwk};
use crate::{crypto::jwe, domain::pem::unmarked_text};

/// `cty` of the message by which a key shows that its halves belong together.
const TRIAL_CTY: &str = "text/plain";

/// A private key that opens what was sealed to its public half.
pub struct PrivateKey {
    public: RecipientKey,
    pair: Box<dyn KeyPair>,
    decrypters: Vec<(KeyAlgorithm, Box<dyn JweDecrypter>)>,
}

/// The text is not a private key that Sluis opens with. It does not say more: the text is a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a private key that fits: RSA of at least 3072 bits, P-256 or X25519, as unencrypted PEM or as a JWK whose halves belong together"
)]
pub struct InvalidPrivateKey;

impl PrivateKey {
    /// Makes a key for this algorithm: RSA of 3072 bits, or P-256. It takes OpenSSL's randomness.
    ///
    /// # Errors
    /// [`InvalidPrivateKey`] when OpenSSL gives none.
    pub fn generate(algorithm: KeyAlgorithm) -> Result<Self, InvalidPrivateKey> {
        if algorithm.is_rsa() {
            Self::of(
                Box::new(RsaKeyPair::generate(3072).map_err(|_| InvalidPrivateKey)?),
                Some(algorithm),
                None,
            )
        } else {
            let pair = EcKeyPair::generate(EcCurve::P256).map_err(|_| InvalidPrivateKey)?;
            Self::of(Box::new(pair), Some(algorithm), None)
        }
    }

    /// Makes an X25519 key for ECDH-ES. It takes OpenSSL's randomness.
    ///
    /// # Errors
    /// [`InvalidPrivateKey`] when OpenSSL gives none.
    pub fn generate_x25519() -> Result<Self, InvalidPrivateKey> {
        let pair = EcxKeyPair::generate(EcxCurve::X25519).map_err(|_| InvalidPrivateKey)?;
        Self::of(Box::new(pair), Some(KeyAlgorithm::EcdhEs), None)
    }

    /// Reads a private JWK. It opens what its `alg` says, or what a public JWK without one would be sealed to with; its `kid` is
    /// what messages for it carry.
    ///
    /// # Errors
    /// [`InvalidPrivateKey`] when it is not one, or its halves do not belong together.
    pub fn from_jwk(jwk: &Value) -> Result<Self, InvalidPrivateKey> {
        let member = |name| jwk.get(name).and_then(Value::as_str);
        let bare: josekit::Map<String, Value> =
            ["kty", "crv", "n", "e", "d", "p", "q", "dp", "dq", "qi", "x", "y"]
                .into_iter()
                .filter_map(|name| Some((name.to_owned(), jwk.get(name)?.clone())))
                .collect();
        let bare = Jwk::from_map(bare).map_err(|_| InvalidPrivateKey)?;
        let pair: Box<dyn KeyPair> = match member("kty") {
            Some("RSA") => Box::new(RsaKeyPair::from_jwk(&bare).map_err(|_| InvalidPrivateKey)?),
            Some("EC") => Box::new(EcKeyPair::from_jwk(&bare).map_err(|_| InvalidPrivateKey)?),
            Some("OKP") => Box::new(EcxKeyPair::from_jwk(&bare).map_err(|_| InvalidPrivateKey)?),
            _ => return Err(InvalidPrivateKey),
        };
        let algorithm = match jwk.get("alg") {
            None => KeyAlgorithm::unsaid(member("kty") == Some("RSA")),
            Some(alg) => alg.as_str().and_then(KeyAlgorithm::read).ok_or(InvalidPrivateKey)?,
        };
        let key = Self::of(pair, Some(algorithm), member("kid"))?;
        // A JWK says its public half as well: it must be the one that the private half makes.
        let said = ["n", "e", "x", "y"].into_iter().all(|name| {
            jwk.get(name).is_none_or(|value| Some(value) == key.public.numbers.members().get(name))
        });
        if said { Ok(key) } else { Err(InvalidPrivateKey) }
    }

    /// Reads an unencrypted private key in PEM (PKCS#8, or the traditional forms). Its name is its thumbprint, unless
    /// [`PrivateKey::named`] gives it another; PEM says no algorithm, so it opens with either of its kind.
    ///
    /// # Errors
    /// [`InvalidPrivateKey`] when it is not one.
    pub fn from_pem(pem: &str) -> Result<Self, InvalidPrivateKey> {
        let pem = unmarked_text(pem);
        let pair: Box<dyn KeyPair> = if let Ok(pair) = RsaKeyPair::from_pem(pem) {
            Box::new(pair)
        } else if let Ok(pair) = EcKeyPair::from_pem(pem, None) {
            Box::new(pair)
        } else {
            Box::new(EcxKeyPair::from_pem(pem).map_err(|_| InvalidPrivateKey)?)
        };
        Self::of(pair, None, None)
    }

    /// The same key under the `kid` that it was published with.
    ///
    /// # Errors
    /// [`InvalidPrivateKey`] when the name is not one that a JWK may have here.
    pub fn named(mut self, kid: &str) -> Result<Self, InvalidPrivateKey> {
        let jwk = with_member(self.public.to_jwk(), "kid", Some(kid));
        self.public = RecipientKey::from_jwk(&jwk).map_err(|_| InvalidPrivateKey)?;
        Ok(self)
    }

    /// The public half, which is what a party publishes.
    #[must_use]
    pub const fn public(&self) -> &RecipientKey {
        &self.public
    }

    /// The key as PKCS#8 in PEM, to keep in a file that only its owner can read.
    ///
    /// # Errors
    /// [`InvalidPrivateKey`] when OpenSSL does not write it.
    pub fn to_pem(&self) -> Result<Zeroizing<String>, InvalidPrivateKey> {
        let pem = Zeroizing::new(self.pair.to_pem_private_key());
        std::str::from_utf8(&pem).map(|pem| Zeroizing::new(pem.to_owned())).map_err(|_| InvalidPrivateKey)
    }

    /// The key as a private JWK with its `kid` and `alg`, for the recipient's other software. The value is a secret.
    #[must_use]
    pub fn to_jwk(&self) -> Value {
        let members = Value::Object(self.pair.to_jwk_key_pair().into());
        let members = with_member(members, "alg", Some(self.public.algorithm().as_str()));
        with_member(members, "kid", Some(self.public.kid()))
    }

    /// Opens a JWE to this key, if it says that it holds content of this type.
    pub(in crate::crypto) fn open(
        &self,
        message: &str,
        cty: &str,
    ) -> Result<Zeroizing<Vec<u8>>, jwe::OpenError> {
        jwe::decrypt(message, cty, &self.public, |algorithm| self.decrypter(algorithm))
    }

    fn decrypter(&self, algorithm: KeyAlgorithm) -> Option<&dyn JweDecrypter> {
        self.decrypters.iter().find(|(known, _)| *known == algorithm).map(|(_, decrypter)| decrypter.as_ref())
    }

    fn of(
        pair: Box<dyn KeyPair>,
        algorithm: Option<KeyAlgorithm>,
        kid: Option<&str>,
    ) -> Result<Self, InvalidPrivateKey> {
        let public = josekit_members(&pair.to_jwk_public_key())?;
        let public = with_member(public, "alg", algorithm.map(KeyAlgorithm::as_str));
        let public = with_member(public, "kid", kid);
        let public = RecipientKey::from_jwk(&public).map_err(|_| InvalidPrivateKey)?;
        let private = jose_jwk(josekit_members(&pair.to_jwk_key_pair())?).ok_or(InvalidPrivateKey)?;
        let mut decrypters: Vec<(KeyAlgorithm, Box<dyn JweDecrypter>)> = Vec::new();
        for known in KeyAlgorithm::ALL {
            let fits = known.is_rsa() == public.algorithm().is_rsa();
            if fits && algorithm.is_none_or(|only| only == known) {
                decrypters.push((known, decrypter(known, &private)?));
            }
        }
        let key = Self { public, pair, decrypters };
        key.opens_its_own()?;
        Ok(key)
    }

    /// A library may load a private half that does not belong to its public half; nothing would ever open.
    fn opens_its_own(&self) -> Result<(), InvalidPrivateKey> {
        let sealed = jwe::encrypt(b"?", &self.public, TRIAL_CTY, &[]).map_err(|_| InvalidPrivateKey)?;
        self.open(&sealed, TRIAL_CTY).map(drop).map_err(|_| InvalidPrivateKey)
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey({}, redacted)", self.public.thumbprint())
    }
}

fn with_member(mut jwk: Value, name: &str, value: Option<&str>) -> Value {
    if let (Some(members), Some(value)) = (jwk.as_object_mut(), value) {
        members.insert(name.to_owned(), json!(value));
    }
    jwk
}

/// The members without `alg`, `use`, `key_ops` and `kid`, which josekit would judge or copy.
fn josekit_members(jwk: &Jwk) -> Result<Value, InvalidPrivateKey> {
    let mut members: josekit::Map<String, Value> = jwk.clone().into();
    for name in ["alg", "use", "key_ops", "kid"] {
        members.remove(name);
    }
    if members.is_empty() { Err(InvalidPrivateKey) } else { Ok(Value::Object(members)) }
}

fn decrypter(algorithm: KeyAlgorithm, jwk: &Jwk) -> Result<Box<dyn JweDecrypter>, InvalidPrivateKey> {
    Ok(match algorithm {
        KeyAlgorithm::RsaOaep => Box::new(RSA_OAEP.decrypter_from_jwk(jwk).map_err(|_| InvalidPrivateKey)?),
        KeyAlgorithm::RsaOaep256 => {
            Box::new(RSA_OAEP_256.decrypter_from_jwk(jwk).map_err(|_| InvalidPrivateKey)?)
        }
        KeyAlgorithm::EcdhEs => Box::new(ECDH_ES.decrypter_from_jwk(jwk).map_err(|_| InvalidPrivateKey)?),
        KeyAlgorithm::EcdhEsA256kw => {
            Box::new(ECDH_ES_A256KW.decrypter_from_jwk(jwk).map_err(|_| InvalidPrivateKey)?)
        }
    })
}
