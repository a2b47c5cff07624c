//! A projected packet, sealed for one recipient.
//!
//! The bytes are described in `docs/sealed-packet.md`. The gateway can make a [`Sealed`], and nothing in it can open one:
//! [`open`] needs a [`PrivateKey`], which only a recipient has.

#[cfg(test)]
pub(super) mod tests;

use std::{collections::BTreeSet, fmt};

use serde_json::Value;
use zeroize::Zeroizing;

use super::{jwe, keys::PrivateKey, keys::RecipientKey};
use crate::{
    domain::{
        code::{Category, DatasetCode, Grondslag},
        digest::Digest,
        id::PacketId,
        json,
        party::PartyId,
    },
    policy::minimise::Minimised,
};

pub use super::jwe::{OpenError, SealError};

/// Bodies grow by steps of this many bytes, so that their length tells little about the person.
pub const STEP: usize = 1024;

/// `cty` of the protected header: the content is the projected JSON of one packet.
pub const CTY: &str = "application/vnd.sluis.packet+json";

/// What the protected header says about the packet. It is public: anyone who sees the JWE can read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealHeader {
    /// The dataset.
    pub dataset: DatasetCode,
    /// The packet.
    pub packet: PacketId,
}

impl SealHeader {
    /// Reads the header of a JWE without opening it. Nothing in it is proven before [`open_packet`] succeeds.
    ///
    /// # Errors
    /// [`OpenError`] when it is not a JWE as Sluis makes it, or says no dataset and packet.
    pub fn read(message: &str) -> Result<Self, OpenError> {
        let header = jwe::header(message, CTY)?;
        let text = |name| header.get(name).and_then(Value::as_str).ok_or(OpenError::Malformed);
        Ok(Self {
            dataset: text("dataset")?.parse().map_err(|_| OpenError::Malformed)?,
            packet: text("packet")?.parse().map_err(|_| OpenError::Malformed)?,
        })
    }
}

/// A body that only its recipient can read: the only body that `store` takes.
///
/// It is made by [`seal`] alone, from a projection that a permit allowed, and it carries that permit's packet, party and
/// basis, so that it cannot be stored under another's.
///
/// ```compile_fail
/// fn swap(mut sealed: sluis::crypto::seal::Sealed) -> sluis::crypto::seal::Sealed {
///     sealed.jwe = String::new();
///     sealed
/// }
/// ```
/// The twin that differs by that line:
/// ```
/// fn swap(mut sealed: sluis::crypto::seal::Sealed) -> sluis::crypto::seal::Sealed {
///     sealed.jwe();
///     sealed
/// }
/// ```
/// Nor can bytes be passed off as a projection:
/// ```compile_fail
/// use sluis::crypto::{keys::RecipientKey, seal::{SealError, Sealed, seal}};
/// fn make(content: Vec<u8>, key: &RecipientKey) -> Result<Sealed, SealError> {
///     seal(content, key)
/// }
/// ```
/// ```
/// use sluis::crypto::{keys::RecipientKey, seal::{SealError, Sealed, seal}};
/// fn make(content: sluis::policy::minimise::Minimised, key: &RecipientKey) -> Result<Sealed, SealError> {
///     seal(content, key)
/// }
/// ```
#[must_use = "what is not stored reaches nobody"]
pub struct Sealed {
    jwe: String,
    sha256: Digest,
    packet: PacketId,
    party: PartyId,
    basis: Grondslag,
    categories: BTreeSet<Category>,
    omitted: BTreeSet<Category>,
    thumbprint: String,
}

impl Sealed {
    /// The compact JWE.
    #[must_use]
    pub fn jwe(&self) -> &str {
        &self.jwe
    }

    /// The SHA-256 of the JWE's ASCII text, which entries and receipts carry.
    #[must_use]
    pub const fn sha256(&self) -> Digest {
        self.sha256
    }

    /// The packet.
    #[must_use]
    pub const fn packet(&self) -> PacketId {
        self.packet
    }

    /// The recipient.
    #[must_use]
    pub const fn party(&self) -> PartyId {
        self.party
    }

    /// The basis of the permit.
    #[must_use]
    pub const fn basis(&self) -> &Grondslag {
        &self.basis
    }

    /// The categories that it holds.
    #[must_use]
    pub const fn categories(&self) -> &BTreeSet<Category> {
        &self.categories
    }

    /// The categories that were left out at the person's wish.
    #[must_use]
    pub const fn omitted(&self) -> &BTreeSet<Category> {
        &self.omitted
    }

    /// The thumbprint of the key that it is sealed to.
    #[must_use]
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({} for {}, {} bytes)", self.packet, self.party, self.jwe.len())
    }
}

/// Seals a projection to its recipient's key, and wipes it.
///
/// The caller must take a key that is registered to `minimised.party()`. Large bodies belong on a blocking thread. Content
/// key and nonce come from OpenSSL's generator.
///
/// # Errors
/// [`SealError`] when OpenSSL does not take the key.
#[expect(
    clippy::needless_pass_by_value,
    reason = "a projection is spent by sealing it, and wiped when it drops here"
)]
pub fn seal(minimised: Minimised, key: &RecipientKey) -> Result<Sealed, SealError> {
    let header = SealHeader { dataset: minimised.dataset().clone(), packet: minimised.packet() };
    let jwe = message(minimised.expose(), key, &header)?;
    Ok(Sealed {
        sha256: Digest::of(jwe.as_bytes()),
        jwe,
        packet: header.packet,
        party: minimised.party(),
        basis: minimised.basis().clone(),
        categories: minimised.categories().clone(),
        omitted: minimised.omitted().clone(),
        thumbprint: key.thumbprint().to_owned(),
    })
}

fn message(content: &[u8], key: &RecipientKey, header: &SealHeader) -> Result<String, SealError> {
    let packet = header.packet.to_string();
    let header = [("dataset", header.dataset.as_str()), ("packet", packet.as_str())];
    jwe::encrypt(&padded(content), key, CTY, &header)
}

/// What a recipient opened: the bytes as they were sealed, without the spaces behind them. Wiped when dropped, and never
/// printed.
pub struct Opened(Zeroizing<Vec<u8>>);

impl Opened {
    /// The bytes: one JSON object in which each name stands once.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Opened(redacted)")
    }
}

/// Opens a JWE, whatever packet it is. For recipients.
///
/// # Errors
/// [`OpenError`]. Everything that `docs/sealed-packet.md` lists is refused, and all of it but what was sealed before
/// anything is decrypted.
pub fn open(message: &str, key: &PrivateKey) -> Result<(SealHeader, Opened), OpenError> {
    let header = SealHeader::read(message)?;
    let content = key.open(message, CTY)?;
    let opened = Opened(Zeroizing::new(trimmed(&content).to_vec()));
    match json::read(opened.expose()).map(json::Wiped::new) {
        // JSON allows other white space around a value, which no gateway puts there.
        Ok(value) if value.expose().is_object() && is_bare(opened.expose()) => Ok((header, opened)),
        Ok(_) | Err(_) => Err(OpenError::Content),
    }
}

/// Opens the packet that was asked for, and no other that happens to be sealed to the same key.
///
/// # Errors
/// As [`open`], and [`OpenError::OtherPacket`] when the header, which the seal protects, names another.
pub fn open_packet(
    message: &str,
    key: &PrivateKey,
    asked: PacketId,
) -> Result<(SealHeader, Opened), OpenError> {
    if SealHeader::read(message)?.packet != asked {
        return Err(OpenError::OtherPacket);
    }
    open(message, key)
}

/// JSON with spaces behind it up to the next whole step: any JSON parser reads it, and nothing must be taken off first.
fn padded(content: &[u8]) -> Zeroizing<Vec<u8>> {
    let length = content.len().max(1).next_multiple_of(STEP);
    // The capacity is reserved at once: a growing vector would leave an unwiped copy behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(length));
    bytes.extend_from_slice(content);
    bytes.resize(length, b' ');
    bytes
}

fn is_bare(object: &[u8]) -> bool {
    object.first() == Some(&b'{') && object.last() == Some(&b'}')
}

fn trimmed(content: &[u8]) -> &[u8] {
    let end = content.iter().rposition(|byte| *byte != b' ').map_or(0, |last| last.saturating_add(1));
    content.get(..end).unwrap_or_default()
}
