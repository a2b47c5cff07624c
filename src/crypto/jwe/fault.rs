//! Why nothing is sealed or opened.

/// josekit could not seal. Its own message stays out: it is about the key's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("sealing to this key failed")]
pub struct SealError;

/// Why a JWE is not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// More than 64 MiB, or a header of more than 8 KiB.
    #[error("the sealed message is longer than any that a gateway makes")]
    TooLong,
    /// Not five parts of base64url, a part of the wrong length, or a header that is no JSON object with each name once.
    #[error("not a compact JWE as Sluis makes it")]
    Malformed,
    /// `typ` is not `JWE`, or `cty` names other content.
    #[error("the sealed message does not say that it is what was asked for (`typ`, `cty`)")]
    Kind,
    /// `zip` is present: a small body could open into an endless one.
    #[error("the sealed message is compressed (`zip`), which is refused")]
    Compressed,
    /// `crit` is present: the sealer demands something that is not known here.
    #[error("the sealed message demands an extension (`crit`), which is refused")]
    Critical,
    /// The header brings a key, a certificate or an input to the key derivation, which the profile never has.
    #[error(
        "the sealed message has a header member that Sluis never sends (`apu`, `apv`, `jku`, `jwk`, `x5c`, `x5t`, `x5t#S256` or `x5u`)"
    )]
    Foreign,
    /// `alg` is not one of the four, or not one that fits the key.
    #[error("the sealed message uses a key algorithm (`alg`) that does not fit this key or is refused")]
    KeyAlgorithm,
    /// `enc` is not A256GCM.
    #[error("the sealed message uses a content encryption (`enc`) other than A256GCM")]
    Encryption,
    /// `epk` is no public key on the recipient's curve, or stands beside an RSA algorithm.
    #[error("the sender's ephemeral key (`epk`) is missing, unsound or out of place")]
    EphemeralKey,
    /// `kid` is missing or names another key.
    #[error("the sealed message is for another key (`kid`)")]
    OtherKey,
    /// The header is not about the packet that was asked for.
    #[error("the sealed message is not the packet that was asked for")]
    OtherPacket,
    /// The seal is broken: other key, or changed on the way.
    #[error("the sealed message does not open with this key: it was changed, or sealed to another")]
    Unopenable,
    /// The seal holds, and what was sealed is not what Sluis seals.
    #[error("what was sealed is not one JSON object in UTF-8 in which each name stands once")]
    Content,
}
