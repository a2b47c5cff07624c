//! Gathering what a decision rests on, with the versions that the writer compares before it commits.
//!
//! A version is read before the facts that it stands for: what changes in between makes the decision void, never wrong.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{Exchange, trouble::Trouble};
use crate::{
    domain::{
        code::{Category, DatasetCode, Grondslag, Purpose},
        declaration::{Capacity, DeclarationKind},
        id::{DeclarationId, PacketId, PersonId},
        party::{PartyId, Role},
        person::PersonFacts,
    },
    policy::facts::{FactVersion, Facts, PartyFacts, RequestFacts},
    store::{
        read::{CopyState, DeclarationRow, PacketState},
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
    pub(super) person: Option<PersonId>,
    pub(super) facts: &'a PersonFacts,
    pub(super) is_pgn: bool,
    pub(super) categories: &'a BTreeSet<Category>,
    pub(super) request: Option<PacketId>,
    pub(super) submitted: Timestamp,
    pub(super) now: Timestamp,
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
        let sender = self.party_facts(asked.sender, asked.now, &mut reading).await?;
        let recipient = self.party_facts(asked.recipient, asked.now, &mut reading).await?;
        let standing =
            self.standing(asked, asked.dataset, asked.purpose, asked.recipient, &mut reading).await?;
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

    /// A party and the municipalities that it acts for today. The person is no registered party.
    pub(super) async fn party_facts(
        &self,
        party: PartyId,
        now: Timestamp,
        reading: &mut Reading,
    ) -> Result<PartyFacts, Trouble> {
        if party.role == Role::Betrokkene {
            return Ok(PartyFacts { party, gemeenten: BTreeSet::new() });
        }
        self.note_version(subject::party(&party), reading).await?;
        let found = self.store.party(&party).await?.filter(|found| !found.blocked);
        let Some(found) = found else { return Ok(PartyFacts { party, gemeenten: BTreeSet::new() }) };
        reading.lapses(found.next_change(now));
        Ok(PartyFacts { party, gemeenten: found.municipalities_at(now) })
    }

    /// The declarations that stand towards a recipient. The person's own copy needs none.
    async fn standing(
        &self,
        asked: &Asked<'_>,
        dataset: &DatasetCode,
        purpose: &Purpose,
        towards: PartyId,
        reading: &mut Reading,
    ) -> Result<Vec<DeclarationRow>, Trouble> {
        let Some(person) = asked.person else { return Ok(Vec::new()) };
        self.note_version(subject::person(person), reading).await?;
        let mut found = self.store.standing(person, dataset, purpose, &towards, asked.now).await?;
        found.retain(|one| one.towards.is_some() || !one.kind.names_its_recipient());
        found.retain(|one| one.purpose.is_some() || !one.kind.names_its_purpose());
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
            let standing =
                self.standing(asked, &request.dataset, &request.purpose, copy.party, reading).await?;
            let instemming = standing
                .iter()
                .filter(|one| one.kind == DeclarationKind::Instemming)
                .map(|one| one.given_by)
                .collect();
            if accepted || copy.party == asked.recipient {
                return Ok(RequestFacts { exists: true, accepted, indiening, curatele, instemming });
            }
        }
        Ok(RequestFacts::default())
    }

    async fn note_version(&self, subject: String, reading: &mut Reading) -> Result<(), Trouble> {
        reading.versions.extend(self.store.versions(vec![subject]).await?);
        Ok(())
    }
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
