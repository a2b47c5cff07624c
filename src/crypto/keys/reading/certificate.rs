//! The members of a JWK that point to a certificate (RFC 7517, sections 4.6 to 4.9).

use aws_lc_rs::digest::{Algorithm, SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde_json::Value;

use super::Reader;

impl Reader<'_> {
    /// What stands there must be about the certificate that is sent along: what cannot be checked is not taken.
    pub(super) fn certificate(&mut self) {
        if self.members.contains_key("x5u") {
            self.fault(
                "/x5u",
                "key-certificate-address",
                "Een certificaat wordt niet van een adres gehaald. Laat x5u weg; stuur het certificaat zelf, in x5c.",
                "A certificate is not fetched from an address. Leave x5u out; send the certificate itself, in x5c.",
            );
        }
        // SHA-1 is what RFC 7517 says of `x5t`; nothing rests on it.
        for (name, pointer, algorithm) in
            [("x5t", "/x5t", &SHA1_FOR_LEGACY_USE_ONLY), ("x5t#S256", "/x5t#S256", &SHA256)]
        {
            if self.members.get(name).is_some_and(|said| !self.is_digest_of_the_leaf(said, algorithm)) {
                self.fault(
                    pointer,
                    "key-certificate-digest",
                    "Dit is niet de digest van het eerste certificaat in x5c. Laat dit lid weg, of stuur dat certificaat mee.",
                    "This is not the digest of the first certificate in x5c. Leave this member out, or send that certificate along.",
                );
            }
        }
    }

    fn is_digest_of_the_leaf(&self, said: &Value, algorithm: &'static Algorithm) -> bool {
        let leaf = self.members.get("x5c").and_then(|x5c| x5c.get(0)).and_then(Value::as_str);
        let leaf = leaf.and_then(|leaf| STANDARD.decode(leaf).ok());
        leaf.is_some_and(|der| said == &URL_SAFE_NO_PAD.encode(digest(algorithm, &der)))
    }
}
