//! How the content encryption key reaches the recipient.

use std::fmt;

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

    /// What a key means that names none.
    pub(in crate::crypto) const fn unsaid(is_rsa: bool) -> Self {
        if is_rsa { Self::RsaOaep } else { Self::EcdhEs }
    }

    pub(in crate::crypto) const fn is_rsa(self) -> bool {
        matches!(self, Self::RsaOaep | Self::RsaOaep256)
    }

    pub(in crate::crypto) fn read(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == text)
    }
}

impl fmt::Display for KeyAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
