//! From what to tell whom to commitments, sealed bodies and readers.

use std::{collections::BTreeMap, fmt, sync::Arc};

use zeroize::Zeroizing;

use super::{
    commit::{Commitments, commitment},
    draft::EntryDraft,
    name::PartName,
    open::place,
    part::{InvalidPart, Part},
    reader::ReaderRow,
};
use crate::{
    crypto::at_rest::{AtRest, AtRestError},
    domain::{
        digest::Digest,
        id::{Entropy, NoEntropy},
        party::{PartyId, Role},
    },
};

/// Salt and body of a part under the at-rest key.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedBody {
    /// Which part.
    pub part: PartName,
    /// The commitment to it; also the row to which the sealing is bound.
    pub commitment: Digest,
    /// What to store.
    pub sealed: Vec<u8>,
}

impl fmt::Debug for SealedBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedBody({} {}, {} bytes)", self.part, self.commitment, self.sealed.len())
    }
}

/// An entry whose parts have their form, and that can be sealed as soon as the log's head says which entry of each of its
/// readers it is.
#[derive(Clone)]
pub struct PreparedEntry {
    draft: EntryDraft,
    shared: SealedBody,
    at_rest: Arc<AtRest>,
    entropy: Arc<dyn Entropy>,
}

impl fmt::Debug for PreparedEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PreparedEntry({:?})", self.draft.shared.event)
    }
}

/// An entry, ready to be appended: everything but its time and index.
#[derive(Debug, Clone)]
pub struct NumberedEntry {
    /// The commitments, whose root the leaf binds.
    pub commitments: Commitments,
    /// One per part, absent parts included: their salts are kept too, so that absence can be shown.
    pub bodies: [SealedBody; 5],
    /// In the order of the parties, each once.
    pub readers: Vec<ReaderRow>,
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

/// Checks the parts of an entry, and seals the one that says nothing of what is known under the lock only.
///
/// # Errors
/// [`PrepareError`]: without randomness, without an at-rest key, or for a part that has no canonical form.
pub fn prepare(
    draft: EntryDraft,
    at_rest: Arc<AtRest>,
    entropy: Arc<dyn Entropy>,
) -> Result<PreparedEntry, PrepareError> {
    let own = PartName::ALL.into_iter().filter_map(|name| draft.own(name)).map(|own| &own.part);
    for part in own.chain(&draft.gateway) {
        part.to_json()?;
    }
    let shared = seal(PartName::Shared, Some(draft.shared.to_json()?), &at_rest, entropy.as_ref())?;
    Ok(PreparedEntry { draft, shared, at_rest, entropy })
}

impl PreparedEntry {
    /// The parties that may read it. The person is none on the line, and reads no feed.
    pub fn readers(&self) -> impl Iterator<Item = PartyId> {
        let own = PartName::ALL.into_iter().filter_map(|name| self.draft.own(name));
        own.map(|own| own.party).filter(is_on_the_line)
    }

    /// Commits to the parts and seals them, with the number that `number` gives each reader; it is asked once for each.
    ///
    /// # Errors
    /// [`PrepareError`] without randomness.
    pub fn numbered(&self, number: impl FnMut(&PartyId) -> u64) -> Result<NumberedEntry, PrepareError> {
        self.accounting(number, &[], &[])
    }

    /// Likewise, and says in the gateway's part which rows of the store it wrote and deleted.
    ///
    /// # Errors
    /// [`PrepareError`] without randomness, and for a row whose name is no code.
    pub fn accounting(
        &self,
        mut number: impl FnMut(&PartyId) -> u64,
        rows: &[String],
        gone: &[String],
    ) -> Result<NumberedEntry, PrepareError> {
        let mut numbers = BTreeMap::new();
        let (mut own, mut staff) = (Vec::new(), BTreeMap::new());
        for name in PartName::ALL {
            let Some(drafted) = self.draft.own(name) else { continue };
            let mut part = drafted.part.clone();
            let party = drafted.party;
            if is_on_the_line(&party) {
                part.number = Some(*numbers.entry(party).or_insert_with(|| number(&party)));
                part.reader = Some(party);
                staff.extend(drafted.staff.map(|staff| (party.to_string(), staff)));
            }
            own.push((name, part));
        }
        let seal_own = |name: PartName| {
            let part = own.iter().find(|(of, _)| *of == name);
            let body = part.map(|(_, part)| part.to_json()).transpose()?;
            seal(name, body, &self.at_rest, self.entropy.as_ref())
        };
        let of_gateway = if rows.is_empty() && gone.is_empty() {
            self.draft.gateway.clone()
        } else {
            let said = self.draft.gateway.clone().unwrap_or_default();
            let of = |names: &[String]| names.iter().cloned().collect();
            Some(Part { rows: of(rows), gone: of(gone), ..said })
        };
        let of_gateway = of_gateway.as_ref().map(Part::to_json).transpose()?;
        let bodies = [
            self.shared.clone(),
            seal_own(PartName::Sender)?,
            seal_own(PartName::Recipient)?,
            seal_own(PartName::OnBehalf)?,
            seal(PartName::Gateway, of_gateway, &self.at_rest, self.entropy.as_ref())?,
        ];
        let mut readers = ReaderRow::of(&self.draft.shared, &own);
        for row in &mut readers {
            row.staff = staff.get(&format!("{}/{}", row.oin, row.role)).copied();
        }
        Ok(NumberedEntry {
            commitments: Commitments(bodies.each_ref().map(|body| body.commitment)),
            bodies,
            readers,
        })
    }
}

fn is_on_the_line(party: &PartyId) -> bool {
    party.role != Role::Betrokkene
}

fn seal(
    name: PartName,
    body: Option<Vec<u8>>,
    at_rest: &AtRest,
    entropy: &dyn Entropy,
) -> Result<SealedBody, PrepareError> {
    let mut salt = Zeroizing::new([0; 32]);
    entropy.fill(salt.as_mut_slice())?;
    let body = Zeroizing::new(body.unwrap_or_default());
    let commitment = commitment(name, &salt, &body);
    let value = Zeroizing::new([salt.as_slice(), body.as_slice()].concat());
    let sealed = at_rest.seal(place(name, &commitment.to_string()), &value, entropy)?;
    Ok(SealedBody { part: name, commitment, sealed })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        accesslog::entry::{Event, OpenError, Outcome, Own, open_part},
        domain::id::SystemEntropy,
    };

    fn ring() -> Arc<AtRest> {
        Arc::new(AtRest::new([(1, Zeroizing::new([7; 32]))]).unwrap())
    }

    fn party(text: &str) -> PartyId {
        text.parse().unwrap()
    }

    fn own(text: &str, cause: &str) -> Own {
        let part = Part { cause: Some(cause.to_owned()), ..Part::default() };
        Own { party: party(text), part, staff: None }
    }

    fn draft() -> EntryDraft {
        EntryDraft {
            shared: Part::of(Event::Push, Outcome::Permitted),
            sender: Some(own("00000099000000002000/pro-school", "for-sender")),
            recipient: Some(own("00000099000000001000/werk-en-inkomen", "for-recipient")),
            ..EntryDraft::default()
        }
    }

    fn prepared(draft: EntryDraft) -> PreparedEntry {
        prepare(draft, ring(), Arc::new(SystemEntropy::new())).unwrap()
    }

    fn numbered() -> NumberedEntry {
        let of = |party: &PartyId| if party.role == Role::ProSchool { 4 } else { 9 };
        prepared(draft()).numbered(of).unwrap()
    }

    #[test]
    fn each_reader_gets_its_own_part_and_its_own_number() {
        let entry = numbered();
        let seen = entry.readers.iter().map(|row| (row.role.as_str(), row.number, row.parts.as_str()));
        let expected = [("werk-en-inkomen", 9, "recipient"), ("pro-school", 4, "sender")];
        assert_eq!(seen.collect::<Vec<_>>(), expected);
        let [event, outcome, ..] = &entry.readers.first().unwrap().facets;
        assert_eq!((event.as_deref(), outcome.as_deref()), (Some("push"), Some("permitted")));
    }

    #[test]
    fn who_reads_two_parts_has_one_number() {
        let draft = EntryDraft { on_behalf: draft().sender, ..draft() };
        let mut asked = 0;
        let entry = prepared(draft).numbered(|_| {
            asked += 1;
            asked
        });
        let readers = entry.unwrap().readers;
        assert_eq!((readers.len(), asked), (2, 2));
        assert_eq!(readers.last().unwrap().parts, "sender,on-behalf");
    }

    #[test]
    fn the_person_is_no_reader_and_has_no_number() {
        let recipient = Some(own("00000099000000001000/betrokkene", "for-the-person"));
        let entry = prepared(EntryDraft { recipient, ..draft() }).numbered(|_| 1).unwrap();
        assert_eq!(entry.readers.len(), 1);
        let [_, _, recipient, ..] = &entry.bodies;
        let opened = open_part(PartName::Recipient, &recipient.commitment, &recipient.sealed, &ring());
        let part = opened.unwrap().part().unwrap().unwrap();
        assert_eq!((part.number, part.reader), (None, None));
    }

    #[test]
    fn bodies_open_to_what_was_drafted_and_fit_the_commitments() {
        let entry = numbered();
        let of = |own: Option<Own>, number| {
            own.map(|own| Part { number: Some(number), reader: Some(own.party), ..own.part })
        };
        for (name, body) in PartName::ALL.into_iter().zip(&entry.bodies) {
            let expected = entry.commitments.of(name);
            assert_eq!((body.part, body.commitment), (name, expected));
            let opened = open_part(name, &expected, &body.sealed, &ring()).unwrap();
            let part = opened.part().unwrap();
            match name {
                PartName::Shared => assert_eq!(part, Some(draft().shared)),
                PartName::Sender => assert_eq!(part, of(draft().sender, 4)),
                PartName::Recipient => assert_eq!(part, of(draft().recipient, 9)),
                PartName::OnBehalf | PartName::Gateway => assert_eq!(part, None),
            }
            assert_eq!(commitment(name, opened.salt(), opened.body()), expected);
        }
    }

    #[test]
    fn a_body_belongs_to_its_place() {
        let entry = numbered();
        let [shared, sender, ..] = &entry.bodies;
        assert!(open_part(PartName::Shared, &shared.commitment, &sender.sealed, &ring()).is_err());
        assert!(open_part(PartName::Sender, &shared.commitment, &shared.sealed, &ring()).is_err());
        let lie = [[0; 32].as_slice(), b"{\"v\":2}"].concat();
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
        let [a, b] = [0, 1].map(|_| numbered().commitments);
        for (a, b) in a.0.iter().zip(&b.0) {
            assert_ne!(a, b);
        }
    }

    #[test]
    fn a_part_without_its_form_is_refused_before_it_is_numbered() {
        let sender = Some(own("00000099000000002000/pro-school", "Toby, geboren 3-11-2007"));
        let refused = prepare(EntryDraft { sender, ..draft() }, ring(), Arc::new(SystemEntropy::new()));
        assert_eq!(refused.unwrap_err(), PrepareError::Part(InvalidPart));
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
        let refused = prepare(draft(), ring(), Arc::new(Dry));
        assert_eq!(refused.unwrap_err(), PrepareError::NoEntropy(NoEntropy));
    }
}
