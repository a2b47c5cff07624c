//! Proof that an encryption key is the party's: a JWS by the party's certificate.
//!
//! The header carries the certificate (`x5c`, leaf first) and `typ` = `sluis-key-proof+jwt`; the payload the key's
//! thumbprint (RFC 7638) and when it was made. Senders can check it without the gateway's word.

use std::fs;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use josekit::jws::{ES256, ES384, JwsSigner, PS256};
use serde_json::json;
use zeroize::Zeroizing;

use super::{profile::Profile, tls};
use crate::{cli::Failure, crypto::keys::RecipientKey};

/// The `typ` of a proof.
pub const TYP: &str = "sluis-key-proof+jwt";

/// Makes the proof for a key with the profile's certificate.
///
/// # Errors
/// When the certificate or its key cannot be read, or is of a kind that does not sign (RSA, P-256 or P-384 do).
pub fn of_key(key: &RecipientKey, profile: &Profile, now: Timestamp) -> Result<String, Failure> {
    let pem = fs::read(&profile.key).map_err(|error| Failure::unreadable(&profile.key, error))?;
    let signer = signer(&Zeroizing::new(pem)).ok_or_else(|| {
        Failure::configuration(format!("the key `{}` cannot sign", profile.key.display()))
            .now("a certificate with an RSA, P-256 or P-384 key is needed")
    })?;
    let chain = tls::certificates(&profile.certificate)?;
    let chain: Vec<String> = chain.iter().map(|certificate| BASE64_STANDARD.encode(certificate)).collect();
    let header = json!({ "alg": signer.algorithm().name(), "typ": TYP, "x5c": chain });
    let payload = json!({ "thumbprint": key.thumbprint(), "iat": now.as_second() });
    let encode = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", encode(&header), encode(&payload));
    let signature = signer
        .sign(message.as_bytes())
        .map_err(|_| Failure::configuration(format!("the key `{}` did not sign", profile.key.display())))?;
    Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

fn signer(pem: &[u8]) -> Option<Box<dyn JwsSigner>> {
    if let Ok(signer) = ES256.signer_from_pem(pem) {
        Some(Box::new(signer))
    } else if let Ok(signer) = ES384.signer_from_pem(pem) {
        Some(Box::new(signer))
    } else {
        PS256.signer_from_pem(pem).ok().map(|signer| -> Box<dyn JwsSigner> { Box::new(signer) })
    }
}
