//! Commitments, sealed bodies and readers of an entry.

use std::{collections::BTreeSet, fmt, str::FromStr};

use aws_lc_rs::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::part::{InvalidPart, Part};
use crate::{
    crypto::at_rest::{AtRest, AtRestError, Place},
    domain::{
        digest::Digest,
        id::{Entropy, NoEntropy},
        party::{PartyId, Role},
    },
};

/// The four parts of an entry, in the order in which the leaf commits to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PartName {
    /// For every party that figures in the entry.
    Shared,
    /// For the sending party.
    Sender,
    /// For the receiving or calling party.
    Recipient,
    /// For the operator.
    Gateway,
}

impl PartName {
    /// All four, in the order of the leaf.
    pub const ALL: [Self; 4] = [Self::Shared, Self::Sender, Self::Recipient, Self::Gateway];

    /// The word, as the commitment takes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Shared => "shared",
            Self::Sender => "sender",
            Self::Recipient => "recipient",
            Self::Gateway => "gateway",
        }
    }

    /// The commitment to this part among the four of a leaf.
    #[must_use]
    pub const fn of(self, commitments: &[Digest; 4]) -> Digest {
        let [shared, sender, recipient, gateway] = *commitments;
        match self {
            Self::Shared => shared,
            Self::Sender => sender,
            Self::Recipient => recipient,
            Self::Gateway => gateway,
        }
    }
}

/// The text names none of the four parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a part of an entry: shared, sender, recipient or gateway")]
pub struct UnknownPart;

impl FromStr for PartName {
    type Err = UnknownPart;

    fn from_str(text: &str) -> Result<Self, UnknownPart> {
        Self::ALL.into_iter().find(|one| one.as_str() == text).ok_or(UnknownPart)
    }
}

impl fmt::Display for PartName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// `SHA-256("sluis-part-v1" 0x0A name 0x0A salt body)`; the body of an absent part is empty.
#[must_use]
pub fn commitment(name: PartName, salt: &[u8; 32], body: &[u8]) -> Digest {
    let mut context = Context::new(&SHA256);
    for bytes in [b"sluis-part-v1\n", name.as_str().as_bytes(), b"\n", salt, body] {
        context.update(bytes);
    }
    // INVARIANT: SHA-256 gives 32 bytes, so this never falls back.
    Digest::from_slice(context.finish().as_ref()).unwrap_or(Digest([0; 32]))
}

/// An entry before it is prepared: what to tell whom.
#[derive(Debug, Clone, Default)]
pub struct EntryDraft {
    /// What every party that figures in the entry may know.
    pub shared: Part,
    /// The sending party, and what only it may know.
    pub sender: Option<(PartyId, Part)>,
    /// The receiving or calling party, and what only it may know.
    pub recipient: Option<(PartyId, Part)>,
    /// What only the operator may know.
    pub gateway: Option<Part>,
    /// Further parties that may read `shared`, beyond those named with `sender` and `recipient`.
    pub readers: BTreeSet<PartyId>,
}

/// Who may read which part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reader {
    /// The party.
    pub party: PartyId,
    /// The part.
    pub part: PartName,
}

/// Salt and body of a part under the at-rest key.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedBody {
    /// Which part.
    pub part: PartName,
    /// The commitment in the leaf; also the row to which the sealing is bound.
    pub commitment: Digest,
    /// What to store.
    pub sealed: Vec<u8>,
}

impl fmt::Debug for SealedBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedBody({} {}, {} bytes)", self.part, self.commitment, self.sealed.len())
    }
}

/// An entry, ready to be appended: everything but its time and index, which only the log's head can give.
#[derive(Debug, Clone)]
pub struct PreparedEntry {
    /// For [`super::leaf()`].
    pub commitments: [Digest; 4],
    /// One per part, absent parts included: their salts are kept too, so that absence can be proven.
    pub bodies: [SealedBody; 4],
    /// In order, without doubles.
    pub readers: Vec<Reader>,
}

/// An entry could not be prepared; nothing may be done that it would have recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PrepareError {
    /// No randomness for a salt.
    #[error(transparent)]
    NoEntropy(#[from] NoEntropy),
    /// The body could not be sealed.
    #[error(transparent)]
    AtRest(#[from] AtRestError),
    /// A member of a part has a form that it must not have.
    #[error(transparent)]
    Part(#[from] InvalidPart),
}

/// Commits to the parts of an entry and seals them.
///
/// # Errors
/// [`PrepareError`]: without randomness, without an at-rest key, or for a part that has no canonical form.
pub fn prepare(
    draft: &EntryDraft,
    at_rest: &AtRest,
    entropy: &dyn Entropy,
) -> Result<PreparedEntry, PrepareError> {
    let own = |part: &Option<(PartyId, Part)>| part.as_ref().map(|(_, part)| part.to_json()).transpose();
    let seal = |name: PartName, body: Option<Vec<u8>>| -> Result<SealedBody, PrepareError> {
        let mut salt = Zeroizing::new([0; 32]);
        entropy.fill(salt.as_mut_slice())?;
        let body = Zeroizing::new(body.unwrap_or_default());
        let commitment = commitment(name, &salt, &body);
        let value = Zeroizing::new([salt.as_slice(), body.as_slice()].concat());
        let sealed = at_rest.seal(place(name, &commitment.to_string()), &value, entropy)?;
        Ok(SealedBody { part: name, commitment, sealed })
    };
    let bodies = [
        seal(PartName::Shared, Some(draft.shared.to_json()?))?,
        seal(PartName::Sender, own(&draft.sender)?)?,
        seal(PartName::Recipient, own(&draft.recipient)?)?,
        seal(PartName::Gateway, draft.gateway.as_ref().map(Part::to_json).transpose()?)?,
    ];
    let commitments = bodies.each_ref().map(|body| body.commitment);
    Ok(PreparedEntry { commitments, bodies, readers: readers(draft) })
}

fn readers(draft: &EntryDraft) -> Vec<Reader> {
    let mut readers = BTreeSet::new();
    for (part, named) in [(PartName::Sender, &draft.sender), (PartName::Recipient, &draft.recipient)] {
        if let Some((party, _)) = named {
            readers.insert(Reader { party: *party, part: PartName::Shared });
            readers.insert(Reader { party: *party, part });
        }
    }
    readers.extend(draft.readers.iter().map(|party| Reader { party: *party, part: PartName::Shared }));
    // The person is no party on the line, and reads no feed.
    readers.retain(|reader| reader.party.role != Role::Betrokkene);
    readers.into_iter().collect()
}

fn place(part: PartName, row: &str) -> Place<'_> {
    Place { table: "entry_body", row, column: part.as_str() }
}

/// Salt and body of a part, opened and checked: what a reader needs to compute the commitment.
pub struct OpenedPart {
    name: PartName,
    salt: Zeroizing<[u8; 32]>,
    body: Zeroizing<Vec<u8>>,
}

impl OpenedPart {
    /// Which part.
    #[must_use]
    pub const fn name(&self) -> PartName {
        self.name
    }

    /// The salt of its commitment.
    #[must_use]
    pub fn salt(&self) -> &[u8; 32] {
        &self.salt
    }

    /// The canonical JSON; empty where the part is absent.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// What the part says; `None` where it is absent.
    ///
    /// # Errors
    /// [`InvalidPart`] when the body is committed to but is not a part of a version known here.
    pub fn part(&self) -> Result<Option<Part>, InvalidPart> {
        if self.body.is_empty() { Ok(None) } else { Part::from_json(&self.body).map(Some) }
    }
}

impl fmt::Debug for OpenedPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OpenedPart({}, {} bytes)", self.name, self.body.len())
    }
}

/// A stored body could not be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Not sealed for this commitment and part by a key that is here.
    #[error(transparent)]
    AtRest(#[from] AtRestError),
    /// It opens, but is not what the leaf commits to.
    #[error("the stored body is not the one that the log committed to")]
    OtherBody,
}

/// Opens a stored body and checks it against the commitment of its leaf.
///
/// # Errors
/// [`OpenError`]: another key or place, or another content than the leaf commits to.
pub fn open_part(
    name: PartName,
    expected: &Digest,
    sealed: &[u8],
    at_rest: &AtRest,
) -> Result<OpenedPart, OpenError> {
    let value = at_rest.open(place(name, &expected.to_string()), sealed)?;
    let (salt, body) = value.split_first_chunk::<32>().ok_or(OpenError::OtherBody)?;
    if commitment(name, salt, body) != *expected {
        return Err(OpenError::OtherBody);
    }
    Ok(OpenedPart { name, salt: Zeroizing::new(*salt), body: Zeroizing::new(body.to_vec()) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        accesslog::entry::{Event, Outcome},
        domain::id::SystemEntropy,
    };

    fn ring() -> AtRest {
        AtRest::new([(1, Zeroizing::new([7; 32]))]).unwrap()
    }

    fn party(text: &str) -> PartyId {
        text.parse().unwrap()
    }

    fn draft() -> EntryDraft {
        let school = party("00000099000000002000/pro-school");
        let college = party("00000099000000001000/werk-en-inkomen");
        EntryDraft {
            shared: Part::of(Event::Push, Outcome::Permitted),
            sender: Some((school, Part { cause: Some("for-sender".to_owned()), ..Part::default() })),
            recipient: Some((college, Part { cause: Some("for-recipient".to_owned()), ..Part::default() })),
            gateway: None,
            readers: [party("00000099000000003000/verwerker"), school].into(),
        }
    }

    #[test]
    fn a_commitment_has_the_bytes_of_the_format() {
        let joined = [b"sluis-part-v1\nsender\n".as_slice(), &[9; 32], b"{\"v\":1}"].concat();
        assert_eq!(commitment(PartName::Sender, &[9; 32], b"{\"v\":1}"), Digest::of(&joined));
    }

    #[test]
    fn each_reader_gets_its_own_part_and_what_is_shared() {
        let entry = prepare(&draft(), &ring(), &SystemEntropy::new()).unwrap();
        let seen: Vec<_> = entry.readers.iter().map(|r| (r.party.role.as_str(), r.part.as_str())).collect();
        assert_eq!(
            seen,
            [
                ("werk-en-inkomen", "shared"),
                ("werk-en-inkomen", "recipient"),
                ("pro-school", "shared"),
                ("pro-school", "sender"),
                ("verwerker", "shared"),
            ]
        );
    }

    #[test]
    fn bodies_open_to_what_was_drafted_and_fit_the_commitments() {
        let entry = prepare(&draft(), &ring(), &SystemEntropy::new()).unwrap();
        for (name, body) in PartName::ALL.into_iter().zip(&entry.bodies) {
            let expected = name.of(&entry.commitments);
            assert_eq!((body.part, body.commitment), (name, expected));
            let opened = open_part(name, &expected, &body.sealed, &ring()).unwrap();
            let part = opened.part().unwrap();
            match name {
                PartName::Shared => assert_eq!(part, Some(draft().shared)),
                PartName::Sender => assert_eq!(part, draft().sender.map(|(_, part)| part)),
                PartName::Recipient => assert_eq!(part, draft().recipient.map(|(_, part)| part)),
                PartName::Gateway => assert_eq!(part, None),
            }
            assert_eq!(commitment(name, opened.salt(), opened.body()), expected);
        }
    }

    #[test]
    fn a_body_belongs_to_its_place() {
        let entry = prepare(&draft(), &ring(), &SystemEntropy::new()).unwrap();
        let [shared, sender, ..] = &entry.bodies;
        assert!(open_part(PartName::Shared, &shared.commitment, &sender.sealed, &ring()).is_err());
        assert!(open_part(PartName::Sender, &shared.commitment, &shared.sealed, &ring()).is_err());
        let lie = [[0; 32].as_slice(), b"{\"v\":1}"].concat();
        let row = shared.commitment.to_string();
        let forged = ring().seal(place(PartName::Shared, &row), &lie, &SystemEntropy::new()).unwrap();
        let opened = open_part(PartName::Shared, &shared.commitment, &forged, &ring());
        assert_eq!(
            opened.unwrap_err(),
            OpenError::OtherBody,
            "who has the key still cannot change the content"
        );
    }

    #[test]
    fn salts_differ_so_that_equal_parts_cannot_be_seen() {
        let [a, b] = [0, 1].map(|_| prepare(&draft(), &ring(), &SystemEntropy::new()).unwrap().commitments);
        for (a, b) in a.iter().zip(&b) {
            assert_ne!(a, b);
        }
    }

    #[test]
    fn without_randomness_there_is_no_entry() {
        #[derive(Debug)]
        struct Dry;
        impl Entropy for Dry {
            fn fill(&self, _: &mut [u8]) -> Result<(), NoEntropy> {
                Err(NoEntropy)
            }
        }
        assert_eq!(prepare(&draft(), &ring(), &Dry).unwrap_err(), PrepareError::NoEntropy(NoEntropy));
    }
}
