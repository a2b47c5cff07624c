//! Gathering what a decision rests on, with the versions that the writer compares before it commits.
//!
//! A version is read before the facts that it stands for: what changes in between makes the decision void, never wrong.

use std::{collections::BTreeSet, sync::Arc};

use jiff::Timestamp;

use super::{Exchange, caller::Caller, trouble::Trouble};
use crate::{
    domain::{
        code::{Category, DatasetCode, Grondslag, Municipality, Purpose},
        declaration::{Capacity, DeclarationKind},
        id::{DeclarationId, PacketId, PersonId},
        party::{PartyId, Role},
        person::PersonFacts,
    },
    policy::facts::{FactVersion, Facts, PartyFacts, RequestFacts},
    store::{
        read::{CopyState, DeclarationRow, PacketState},
        register::Register,
        subject,
        write::PacketKind,
    },
};

/// What a packet asks, for one recipient.
#[derive(Debug)]
pub(super) struct Asked<'a> {
    pub(super) packet: Option<PacketId>,
    pub(super) dataset: &'a DatasetCode,
    pub(super) purpose: &'a Purpose,
    pub(super) basis: Option<&'a Grondslag>,
    pub(super) sender: PartyId,
    pub(super) recipient: PartyId,
    /// The municipality whose college was named.
    pub(super) municipality: Option<&'a Municipality>,
    pub(super) person: Option<PersonId>,
    pub(super) facts: &'a PersonFacts,
    pub(super) is_pgn: bool,
    pub(super) categories: &'a BTreeSet<Category>,
    pub(super) request: Option<PacketId>,
    pub(super) submitted: Timestamp,
    pub(super) now: Timestamp,
    /// Who takes part, as the call found it; the writer judges whether that is still so.
    pub(super) register: &'a Register,
}

/// Facts, and the declarations among them.
#[derive(Debug)]
pub(super) struct Gathered {
    pub(super) facts: Facts,
    /// Which declarations the decision may rest on: when one ends, so does what was sent.
    pub(super) declarations: Vec<DeclarationId>,
}

impl Exchange {
    /// Reads what a decision about one recipient rests on.
    pub(super) async fn gather(&self, asked: &Asked<'_>) -> Result<Gathered, Trouble> {
        let mut reading = Reading::default();
        let sender = party_facts(asked.register, asked.sender, asked.now, &mut reading);
        let recipient = party_facts(asked.register, asked.recipient, asked.now, &mut reading);
        let standing = self
            .standing(
                asked,
                (asked.dataset, asked.purpose),
                (asked.recipient, asked.municipality),
                &mut reading,
            )
            .await?;
        let request = self.request_facts(asked, &mut reading).await?;
        if let Some(packet) = asked.packet {
            self.note_version(subject::packet(packet), &mut reading).await?;
        }

        let by = |kind: DeclarationKind| -> BTreeSet<Capacity> {
            standing.iter().filter(|one| one.kind == kind).map(|one| one.given_by).collect()
        };
        let explicit = standing
            .iter()
            .filter(|one| one.kind == DeclarationKind::Toestemming && one.explicit)
            .map(|one| one.given_by)
            .collect();
        let facts = Facts {
            dataset: asked.dataset.clone(),
            purpose: asked.purpose.clone(),
            named_basis: asked.basis.cloned(),
            sender,
            recipient,
            municipality: asked.municipality.cloned(),
            person: asked.facts.clone(),
            is_pgn: asked.is_pgn,
            categories: asked.categories.clone(),
            submitted: asked.submitted,
            now: asked.now,
            request,
            instemming: by(DeclarationKind::Instemming),
            toestemming: by(DeclarationKind::Toestemming),
            uitdrukkelijk: explicit,
            geen_bezwaar: by(DeclarationKind::GeenBezwaar),
            kennisgenomen: by(DeclarationKind::Kennisgenomen),
            bezwaar: !by(DeclarationKind::Bezwaar).is_empty(),
            beperking: !by(DeclarationKind::Beperking).is_empty(),
            subject: asked.packet,
            versions: reading.versions.into_iter().collect(),
            valid_until: reading.valid_until,
            tells_age: true,
        };
        // What the person's own copy rests on is a duty: a declaration that ends does not take it away.
        let own = asked.recipient.role == Role::Betrokkene;
        let declarations = if own { Vec::new() } else { reading.declarations.into_iter().collect() };
        Ok(Gathered { facts, declarations })
    }

    /// The declarations that stand towards a recipient. The person's own copy needs none.
    async fn standing(
        &self,
        asked: &Asked<'_>,
        (dataset, purpose): (&DatasetCode, &Purpose),
        (towards, municipality): (PartyId, Option<&Municipality>),
        reading: &mut Reading,
    ) -> Result<Vec<DeclarationRow>, Trouble> {
        let Some(person) = asked.person else { return Ok(Vec::new()) };
        self.note_version(subject::person(person), reading).await?;
        let mut found = self.store.standing(person, dataset, purpose, &towards, asked.now).await?;
        found.retain(|one| one.towards.is_some() || !one.kind.names_its_recipient());
        found.retain(|one| one.purpose.is_some() || !one.kind.names_its_purpose());
        if found.iter().any(|one| is_of_another(one, municipality)) {
            let party = asked.register.party(&towards);
            let mandated = party.map(|party| party.mandated_at(asked.now)).unwrap_or_default();
            let by_mandate =
                |place: Option<&Municipality>| place.is_some_and(|place| mandated.contains(place));
            found.retain(|one| {
                let either = by_mandate(municipality) || by_mandate(one.municipality.as_ref());
                !(is_of_another(one, municipality) && either)
            });
        }
        for one in &found {
            reading.lapses(one.until);
            // What a transfer rests on; the other kinds are notes or stand in its way.
            if one.kind.names_its_recipient() {
                reading.declarations.insert(one.id);
            }
        }
        Ok(found)
    }

    /// The request counts if it was made by this sender about this person and, for a college, towards that college.
    async fn request_facts(&self, asked: &Asked<'_>, reading: &mut Reading) -> Result<RequestFacts, Trouble> {
        let Some(id) = asked.request else { return Ok(RequestFacts::default()) };
        self.note_version(subject::packet(id), reading).await?;
        let request = self.store.packet(id).await?.filter(|request| {
            request.kind == PacketKind::Request
                && request.sender == asked.sender
                && Some(request.person) == asked.person
                && request.state != PacketState::Withdrawn
        });
        let Some(request) = request else { return Ok(RequestFacts::default()) };
        let person = self.kept_header(&request)?.person;
        let indiening = person.birth_date.age_at(request.created);
        let curatele = person.protection().is_under_curatele(indiening);
        // The person's copy follows from the same request, to whichever college it went, also when that may read it no more.
        let own = asked.recipient.role == Role::Betrokkene;
        for copy in &request.recipients {
            if !own && copy.party != asked.recipient {
                continue;
            }
            // What ended carries nothing more; who agreed with it is still told apart from who did not.
            let ended = matches!(copy.state, CopyState::Withdrawn | CopyState::Withheld);
            let continues = self.store.answer(id, &copy.party).await?.is_some_and(|answer| answer.continues);
            let accepted = continues && (own || !ended);
            // The document goes to the college that was asked, whoever acts for it, and to no other of that party.
            let other = |named: &Municipality| copy.municipality.as_ref().is_some_and(|asked| asked != named);
            if !own && asked.municipality.is_some_and(other) {
                continue;
            }
            let about = (&request.dataset, &request.purpose);
            let standing =
                self.standing(asked, about, (copy.party, copy.municipality.as_ref()), reading).await?;
            let instemming = standing
                .iter()
                .filter(|one| one.kind == DeclarationKind::Instemming)
                .map(|one| one.given_by)
                .collect();
            if accepted || copy.party == asked.recipient {
                let municipality = copy.municipality.clone();
                return Ok(RequestFacts {
                    exists: true,
                    accepted,
                    municipality,
                    indiening,
                    curatele,
                    instemming,
                });
            }
        }
        Ok(RequestFacts::default())
    }

    /// Who takes part: as the call found it at first, and as it is now when a decision is made again.
    pub(super) async fn register_for(&self, caller: &Caller, attempt: u32) -> Result<Arc<Register>, Trouble> {
        if attempt == 0 { Ok(Arc::clone(&caller.register)) } else { Ok(self.store.register().await?) }
    }

    async fn note_version(&self, subject: String, reading: &mut Reading) -> Result<(), Trouble> {
        reading.versions.extend(self.store.versions(vec![subject]).await?);
        Ok(())
    }
}

/// A party and the municipalities that it acts for today. The person is no registered party.
pub(super) fn party_facts(
    register: &Register,
    party: PartyId,
    now: Timestamp,
    reading: &mut Reading,
) -> PartyFacts {
    let nowhere = PartyFacts { party, gemeenten: BTreeSet::new() };
    if party.role == Role::Betrokkene {
        return nowhere;
    }
    reading.versions.insert(register.version(&party));
    let Some(found) = register.party(&party).filter(|found| !found.blocked) else { return nowhere };
    reading.lapses(found.next_change(now));
    PartyFacts { party, gemeenten: found.municipalities_at(now) }
}

/// Whether a declaration was given towards the college of another municipality. Under a delegation the same party is the
/// controller for both and the declaration counts; under a mandate it counts for its own college only.
fn is_of_another(declaration: &DeclarationRow, municipality: Option<&Municipality>) -> bool {
    declaration.towards.is_some() && declaration.municipality.as_ref() != municipality
}

/// What was read so far.
#[derive(Debug, Default)]
pub(super) struct Reading {
    versions: BTreeSet<FactVersion>,
    valid_until: Option<Timestamp>,
    declarations: BTreeSet<DeclarationId>,
}

impl Reading {
    fn lapses(&mut self, at: Option<Timestamp>) {
        self.valid_until = [self.valid_until, at].into_iter().flatten().min();
    }

    /// The versions that were noted, for a write that rests on what was read.
    pub(super) fn into_versions(self) -> impl Iterator<Item = FactVersion> {
        self.versions.into_iter()
    }
}
