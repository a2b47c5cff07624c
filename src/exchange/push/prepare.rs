//! Everything about a submission that can be judged without deciding about the person.

use jiff::{SignedDuration, Timestamp};

use super::days::impossible_days;
use crate::{
    crypto::pseudonym::Pseudonym,
    domain::{
        age::BirthDate,
        clock::amsterdam,
        code::DatasetCode,
        party::{PartyId, Role},
        person::PersonReference,
        plaintext::Plaintext,
        problem::{Bilingual, Fault},
    },
    exchange::{
        caller::Caller,
        facts::{Reading, party_facts},
        recipients::Resolved,
        submission::{Header, Parts},
        toolbox::Toolbox,
        trouble::Trouble,
    },
    policy::{
        contents::Contents,
        dataset::{Basis, Dataset, DatasetKind},
        permit::Refusal,
        routes::{RouteAction, RouteContext},
    },
};

/// A submission that was read and validated, before it is decided.
pub(in crate::exchange) struct Prepared<'a> {
    pub(super) dataset: &'a Dataset,
    pub(super) contents: Contents,
    pub(super) recipients: Vec<Resolved>,
    /// Empty where the number may not be used: then the person is unknown here, and the decision says why.
    pub(super) pseudonyms: Vec<Pseudonym>,
}

/// Why a submission is not decided upon.
#[derive(Debug, Clone)]
pub(in crate::exchange) enum Unprepared {
    /// The caller's role may not do this.
    Refused(Refusal),
    /// It is wrong: every fault at once.
    Invalid(Vec<Fault>),
}

impl Toolbox {
    /// Everything that can be judged without deciding about the person.
    pub(in crate::exchange) fn prepare<'a>(
        &'a self,
        caller: &Caller,
        kind: DatasetKind,
        header: &Header,
        content: Plaintext,
        now: Timestamp,
    ) -> Result<Result<Prepared<'a>, Unprepared>, Trouble> {
        let sender = party_facts(caller.register(), caller.party(), now, &mut Reading::default());
        if let Err(refusal) = self.engine.may(action_of(kind), &sender, RouteContext::at(now)) {
            return Ok(Err(Unprepared::Refused(refusal)));
        }
        let mut judged = self.judge(caller, kind, header.with(content), now);
        let owed = judged.dataset.and_then(|dataset| dataset.owed_copy(caller.party().role, &header.purpose));
        if let (Some(owed), Some(false)) = (owed, header.copy_for_person) {
            judged.faults.push(self.catalogue.cited(copy_owed(owed)));
        }
        let about = judged.dataset.zip(judged.contents.as_ref());
        let (role, glossary) = (caller.party().role, self.catalogue.glossary());
        // Who sends nothing of this dataset hears that, and not who asserts what.
        let sends = |dataset: &&Dataset| dataset.bases.values().any(|basis| basis.senders.contains(&role));
        if judged.dataset.as_ref().is_some_and(sends) {
            let not_by = glossary.not_by(role, &header.person.asserted, "/person");
            judged.faults.extend(not_by.into_iter().map(|fault| self.catalogue.cited(fault)));
        }
        judged.faults.extend(impossible_days(&header.person, role, (glossary, about), now));
        let Judged { dataset, contents, mut recipients, faults } = judged;
        if !faults.is_empty() {
            return Ok(Err(Unprepared::Invalid(faults)));
        }
        let (Some(dataset), Some(contents)) = (dataset, contents) else {
            return Err(Trouble::Inconsistent("a submission without a part"));
        };
        if header.copy_for_person.unwrap_or(owed.is_some()) {
            recipients.push(Resolved {
                at: None,
                party: PartyId::new(caller.party().oin, Role::Betrokkene),
                municipality: None,
            });
        }
        for recipient in recipients.iter_mut().filter(|one| one.at.is_some() && one.municipality.is_none()) {
            // A party was named that acts for several colleges: that of the residence, if it is one of them.
            let acts =
                party_facts(caller.register(), recipient.party, now, &mut Reading::default()).gemeenten;
            let residence = Some(&header.person.verblijf).filter(|_| header.rests_on.is_none());
            recipient.municipality = residence.filter(|place| acts.contains(*place)).cloned();
        }
        let mut prepared = Prepared { dataset, contents, recipients, pseudonyms: Vec::new() };
        if self.may_derive(caller, header, &prepared, now)? {
            prepared.pseudonyms =
                self.pseudonyms_of(caller.party(), &header.reference, header.purpose.as_str());
        }
        Ok(Ok(prepared))
    }

    /// Until when a packet may wait: as many days as its dataset says, and never longer than the gateway keeps any.
    pub(super) fn latest_end(&self, dataset: &Dataset, now: Timestamp) -> Timestamp {
        let days = SignedDuration::from_hours(i64::from(dataset.retention_days).saturating_mul(24));
        now.checked_add(days.min(self.settings.longest_wait)).unwrap_or(Timestamp::MAX)
    }

    /// Judges each part by itself, and together those that must agree.
    pub(super) fn judge(
        &self,
        caller: &Caller,
        kind: DatasetKind,
        parts: Parts<'_>,
        now: Timestamp,
    ) -> Judged<'_> {
        let mut faults = Vec::new();
        let known = |code: &DatasetCode| self.catalogue.dataset(code).filter(|dataset| dataset.kind == kind);
        let dataset = parts.dataset.and_then(known);
        if parts.dataset.is_some() && dataset.is_none() {
            faults.push(unknown_dataset());
        }
        if parts.purpose.is_some_and(|purpose| self.catalogue.purpose(purpose).is_none()) {
            faults.push(unknown_purpose());
        }
        let last = dataset.map(|dataset| self.latest_end(dataset, now));
        if parts.expires.is_some_and(|expires| expires <= now || last.is_some_and(|last| expires > last)) {
            faults.push(invalid_expiry(last));
        }
        let recipients = match self.resolve(caller, &parts.recipients, now) {
            Ok(recipients) => recipients,
            Err(more) => {
                faults.extend(more);
                Vec::new()
            }
        };
        let contents = match dataset.zip(parts.content).map(|(dataset, content)| dataset.validate(content)) {
            Some(Ok(contents)) => Some(contents),
            Some(Err(more)) => {
                faults.extend(more);
                None
            }
            None => None,
        };
        if let (Some(dataset), Some(contents)) = (dataset, &contents) {
            let born = parts.birth_date.and_then(|born| other_birth_date(dataset, contents, born));
            let numbers = parts.reference.map(|reference| other_numbers(dataset, contents, reference));
            faults.extend(born.into_iter().chain(numbers.into_iter().flatten()));
        }
        Judged { dataset, contents, recipients, faults }
    }
}

/// What was found in the parts of a submission.
pub(super) struct Judged<'a> {
    dataset: Option<&'a Dataset>,
    contents: Option<Contents>,
    recipients: Vec<Resolved>,
    pub(super) faults: Vec<Fault>,
}

pub(super) const fn action_of(kind: DatasetKind) -> RouteAction {
    match kind {
        DatasetKind::Packet => RouteAction::Push,
        DatasetKind::Request => RouteAction::Request,
        DatasetKind::Question => RouteAction::Question,
    }
}

fn unknown_dataset() -> Fault {
    Fault::at(
        "/dataset",
        "unknown-dataset",
        "Deze dataset bestaat niet, of hoort bij een andere route (packets, requests of questions).",
        "No such dataset, or one of another route (packets, requests or questions).",
    )
}

fn unknown_purpose() -> Fault {
    Fault::at(
        "/purpose",
        "unknown-purpose",
        "Dit doel bestaat niet.",
        "No such purpose; `GET /v1/datasets` lists the purposes.",
    )
}

/// The limit is told as people in Amsterdam read it.
fn invalid_expiry(last: Option<Timestamp>) -> Fault {
    let fault = Fault::at(
        "/expires",
        "invalid-expiry",
        "De einddatum ligt in het verleden of te ver weg.",
        "The end lies in the past or too far away.",
    );
    let now = last.map(|last| {
        let last = last.to_zoned(amsterdam());
        let (day, month, year) = (last.day(), last.month(), last.year());
        let time = format!("{:02}:{:02}", last.hour(), last.minute());
        Bilingual {
            nl: format!("Kies een tijdstip na nu en niet later dan {day}-{month}-{year} {time} (de tijd in Nederland).").into(),
            en: format!(
                "Choose a moment after now and not later than {year:04}-{month:02}-{day:02} {time} (the time in the Netherlands)."
            )
            .into(),
        }
    });
    Fault { now, ..fault }
}

/// The act orders the sender to give the person a copy: leaving it out is no choice.
fn copy_owed(basis: &Basis) -> Fault {
    Fault {
        provisions: basis.provisions.clone(),
        now: Some(Bilingual::new(
            "Laat copyForPerson weg: Sluis maakt de kopie dan voor u, en u geeft haar aan de jongere of de ouders.",
            "Leave copyForPerson out: Sluis then makes the copy for you, and you give it to the young person or the parents.",
        )),
        ..Fault::at(
            "/copyForPerson",
            "copy-owed",
            "De jongere heeft recht op een kopie van dit document.",
            "The young person has a right to a copy of this document.",
        )
    }
}

/// Who is judged by one date of birth is not sealed with another: who consents and which terms hold depend on it.
fn other_birth_date(dataset: &Dataset, contents: &Contents, born: &BirthDate) -> Option<Fault> {
    let pointer = dataset.search.as_ref()?.birth_date.as_ref()?;
    let sealed = contents.text(pointer)?;
    (sealed.parse().ok().as_ref() != Some(born)).then(|| Fault {
        now: Some(Bilingual::new(
            "Maak /person/birthDate en de geboortedatum in de inhoud gelijk.",
            "Give /person/birthDate and the content the same date of birth.",
        )),
        ..Fault::at(
            format!("/content{pointer}"),
            "other-birth-date",
            "De geboortedatum in de inhoud is een andere dan die waarop wordt beslist.",
            "The date of birth in the content is another than the one that is decided on.",
        )
    })
}

/// Who is called by one persoonsgebonden nummer is not sealed with another's.
fn other_numbers(dataset: &Dataset, contents: &Contents, reference: &PersonReference) -> Vec<Fault> {
    let PersonReference::Pgn(pgn) = reference else { return Vec::new() };
    let mut places = dataset.other_numbers(contents, pgn);
    if !places.is_empty() {
        places.push("/person/reference/value".to_owned());
    }
    let different = |pointer| Fault {
        now: Some(Bilingual::new(
            "Noem op beide plaatsen hetzelfde nummer, of gebruik in /person/reference uw eigen nummer.",
            "Give the same number in both places, or use a number of your own in /person/reference.",
        )),
        ..Fault::at(
            pointer,
            "other-number",
            "Het persoonsgebonden nummer in de inhoud is een ander dan dat in /person/reference/value.",
            "The persoonsgebonden nummer in the content is another than that in /person/reference/value.",
        )
    };
    places.into_iter().map(different).collect()
}
