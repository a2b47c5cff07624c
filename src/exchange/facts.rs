//! From a snapshot to the facts of a decision, with the subjects that the writer looks at before it commits.

mod reading;

use std::collections::BTreeSet;

use jiff::Timestamp;

pub(super) use self::reading::Reading;
use super::{toolbox::Toolbox, trouble::Trouble};
use crate::{
    domain::{
        code::{Category, DatasetCode, Grondslag, Municipality, OutcomeCode, Purpose},
        declaration::DeclarationKind,
        id::{DeclarationId, PacketId, PersonId},
        party::{PartyId, Role},
        person::PersonFacts,
    },
    policy::{
        facts::{EarlierFacts, Facts, PartyFacts},
        reply::{Reply, Standing, Wish as Word},
    },
    store::{
        read::{CopyRow, CopyState, MessageRow, MessageState},
        register::Register,
        snapshot::{Snapshot, StandingWish},
        subject,
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
    /// The message on whose answer its basis rests.
    pub(super) rests_on: Option<PacketId>,
    /// The message that it answers, and what.
    pub(super) reply: Option<&'a (PacketId, OutcomeCode)>,
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

impl Toolbox {
    /// What a decision about one recipient rests on.
    pub(super) fn gather(&self, snapshot: &Snapshot, asked: &Asked<'_>) -> Result<Gathered, Trouble> {
        let mut reading = Reading::default();
        let register = snapshot.register();
        let sender = party_facts(register, asked.sender, asked.now, &mut reading);
        let recipient = party_facts(register, asked.recipient, asked.now, &mut reading);
        let standing = standing(
            snapshot,
            asked,
            (asked.dataset, asked.purpose),
            (asked.recipient, asked.municipality),
            &mut reading,
        );
        let earlier = self.earlier(snapshot, asked, &mut reading)?;
        reading.subjects.extend(asked.packet.map(subject::message));

        let stands = |kind: DeclarationKind, upheld: bool| {
            standing.iter().any(|one| one.said.kind == kind && one.upheld == upheld)
        };
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
            earlier,
            wishes: words(&standing),
            bezwaar: stands(DeclarationKind::Bezwaar, false),
            bezwaar_gegrond: stands(DeclarationKind::Bezwaar, true),
            beperking: stands(DeclarationKind::Beperking, false),
            beperking_gegrond: stands(DeclarationKind::Beperking, true),
            subject: asked.packet,
            as_of: snapshot.as_of(reading.subjects),
            valid_until: reading.valid_until,
            tells_age: true,
        };
        // What the person's own copy rests on is a duty: a declaration that ends does not take it away.
        let own = asked.recipient.role == Role::Betrokkene;
        let declarations = if own { Vec::new() } else { reading.declarations.into_iter().collect() };
        Ok(Gathered { facts, declarations })
    }

    /// What it rests on, and what it answers.
    fn earlier(
        &self,
        snapshot: &Snapshot,
        asked: &Asked<'_>,
        reading: &mut Reading,
    ) -> Result<EarlierFacts, Trouble> {
        let mut found = self.rested_on(snapshot, asked, reading)?;
        if let Some((id, outcome)) = asked.reply {
            reading.subjects.insert(subject::message(*id));
            // It answers who asked, and no other.
            let question = snapshot.message(*id).filter(|question| {
                question.kind.asks()
                    && (question.sender == asked.recipient || asked.recipient.role == Role::Betrokkene)
                    && question.copies.iter().any(|copy| copy.party == asked.sender)
            });
            let reply =
                question.map_or_else(Reply::unknown, |question| Reply::of(&question.dataset, outcome));
            found.replies.insert(reply);
            if asked.rests_on.is_none() {
                found.replies.remove(&Reply::none());
            }
        }
        Ok(found)
    }

    /// What it rests on counts if it was asked by this sender about this person and, for a recipient, of that recipient or of the
    /// college for which it acts today.
    fn rested_on(
        &self,
        snapshot: &Snapshot,
        asked: &Asked<'_>,
        reading: &mut Reading,
    ) -> Result<EarlierFacts, Trouble> {
        let Some(id) = asked.rests_on else { return Ok(EarlierFacts::default()) };
        let mut found =
            EarlierFacts { replies: BTreeSet::from([Reply::unknown()]), ..EarlierFacts::default() };
        reading.subjects.insert(subject::message(id));
        let request = snapshot.message(id).filter(|request| {
            request.kind.asks() && request.sender == asked.sender && Some(request.person) == asked.person
        });
        let Some(request) = request else { return Ok(found) };
        if request.header.is_none() {
            found.replies = BTreeSet::from([Reply::standing(&request.dataset, Standing::Ended)]);
            return Ok(found);
        }
        let person = self.kept_header(request)?.person;
        // One pupil number, and two people: what was agreed to about the one says nothing about the other.
        if !person.birth_date.agrees_with(&asked.facts.birth_date) {
            return Ok(found);
        }
        let indiening = person.birth_date.age_at(request.created);
        let curatele = person.protection().is_under_curatele(indiening);
        // The person's copy follows from the same request, to whichever college it went, also when that may read it no more.
        let own = asked.recipient.role == Role::Betrokkene;
        // The college that was asked is the same one, whoever acts for it by now.
        let acts_for_it = asked.municipality.is_some()
            && snapshot.register().acts_for(&asked.recipient, asked.municipality, asked.now);
        let succeeds = |copy: &CopyRow| {
            acts_for_it
                && copy.party.role == asked.recipient.role
                && copy.municipality.as_ref() == asked.municipality
        };
        for copy in &request.copies {
            if !own && copy.party != asked.recipient && !succeeds(copy) {
                continue;
            }
            let answer = snapshot.answer(id, &copy.party);
            // What ended carries nothing more; who agreed with it is still told apart from who did not. A key that was revoked since
            // takes no answer away.
            let withheld = copy.state == CopyState::Withheld && answer.is_none();
            let ended = copy.is_taken_back() || withheld;
            let ended = request.state == MessageState::Withdrawn || (ended && !own);
            // What the own copy rests on was answered before it ended; what was not answered before is not answered any more.
            let may_answer = !matches!(copy.state, CopyState::Withdrawn | CopyState::Withheld)
                && snapshot.register().acts_for(&copy.party, copy.municipality.as_ref(), asked.now);
            if answer.is_none() {
                reading.subjects.insert(subject::party(&copy.party));
            }
            let reply = match answer.map(|answer| &answer.outcome) {
                Some(outcome) if !ended => Reply::of(&request.dataset, outcome),
                None if !ended && may_answer && request.expires > asked.now => {
                    Reply::standing(&request.dataset, Standing::Open)
                }
                Some(_) | None => Reply::standing(&request.dataset, Standing::Ended),
            };
            // The document goes to the college that was asked, whoever acts for it, and to no other of that party.
            let other = |named: &Municipality| copy.municipality.as_ref().is_some_and(|asked| asked != named);
            if !own && asked.municipality.is_some_and(other) {
                continue;
            }
            let about = (&request.dataset, &request.purpose);
            let standing =
                standing(snapshot, asked, about, (copy.party, copy.municipality.as_ref()), reading);
            let municipality = copy.municipality.clone();
            let carries = !ended && answer.is_some_and(|answer| self.carries(request, &answer.outcome));
            let replies = BTreeSet::from([reply]);
            found = EarlierFacts { replies, municipality, indiening, curatele, wishes: words(&standing) };
            if !own || carries {
                break;
            }
        }
        Ok(found)
    }

    /// Whether something may rest on this answer.
    fn carries(&self, request: &MessageRow, outcome: &OutcomeCode) -> bool {
        let dataset = self.catalogue.dataset(&request.dataset);
        dataset.and_then(|dataset| dataset.outcome(outcome)).is_some_and(|outcome| outcome.carries)
    }
}

/// What stands, in the words of the policies.
fn words(standing: &[&StandingWish]) -> BTreeSet<Word> {
    let kinds = standing.iter().map(|one| Word::of(one.said.kind, one.said.given_by));
    let explicit =
        standing.iter().filter(|one| one.said.kind == DeclarationKind::Toestemming && one.said.explicit);
    kinds.chain(explicit.map(|one| Word::explicit(one.said.given_by))).collect()
}

/// The declarations that stand towards a recipient. The person's own copy needs none.
fn standing<'s>(
    snapshot: &'s Snapshot,
    asked: &Asked<'_>,
    about: (&DatasetCode, &Purpose),
    (towards, municipality): (PartyId, Option<&Municipality>),
    reading: &mut Reading,
) -> Vec<&'s StandingWish> {
    let Some(person) = asked.person else { return Vec::new() };
    reading.subjects.insert(subject::person(person));
    let mut found: Vec<_> = snapshot.standing(person, about, (&towards, municipality), asked.now).collect();
    found.retain(|one| one.said.towards.is_some() || !one.said.kind.names_its_recipient());
    found.retain(|one| one.said.purpose.is_some() || !one.said.kind.names_its_purpose());
    // Through another party: what stands in the way always counts, what carries a transfer only for who acts for the college now.
    let acts = snapshot.register().acts_for(&asked.recipient, municipality, asked.now);
    found.retain(|one| acts || one.said.recipient() == Some(towards) || !one.said.kind.names_its_recipient());
    if found.iter().any(|one| is_of_another(one, municipality)) {
        let party = snapshot.register().party(&towards);
        let mandated = party.map(|party| party.mandated_at(asked.now)).unwrap_or_default();
        let by_mandate = |place: Option<&Municipality>| place.is_some_and(|place| mandated.contains(place));
        found.retain(|one| {
            let either = by_mandate(municipality) || by_mandate(one.said.municipality());
            !(is_of_another(one, municipality) && either)
        });
    }
    for one in &found {
        reading.lapses(one.said.until);
        // What a transfer rests on; the other kinds are notes or stand in its way.
        if one.said.kind.names_its_recipient() {
            reading.declarations.insert(one.id);
        }
    }
    found
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
    reading.subjects.insert(subject::party(&party));
    let Some(found) = register.party(&party).filter(|found| !found.blocked) else { return nowhere };
    reading.lapses(found.next_change(now));
    PartyFacts { party, gemeenten: found.municipalities_at(now) }
}

/// Whether a declaration was given towards the college of another municipality. Under a delegation the same party is the
/// controller for both and the declaration counts; under a mandate it counts for its own college only.
fn is_of_another(declaration: &StandingWish, municipality: Option<&Municipality>) -> bool {
    declaration.said.towards.is_some() && declaration.said.municipality() != municipality
}
