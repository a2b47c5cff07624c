//! Everything about a submission that can be judged without deciding about the person.

use super::{PushError, event_of};
use crate::{
    accesslog::entry::Outcome,
    crypto::pseudonym::Pseudonym,
    domain::{
        party::{PartyId, Role},
        person::{PersonFacts, PersonReference},
        problem::{Bilingual, Fault},
    },
    exchange::{
        Exchange,
        caller::Caller,
        facts::Reading,
        ledger::{Account, Knows},
        recipients::Resolved,
        submission::Submission,
    },
    policy::{
        contents::Contents,
        dataset::{Dataset, DatasetKind},
        routes::RouteAction,
    },
};

/// A submission that was read and validated, before it is decided.
pub(super) struct Prepared<'a> {
    pub(super) dataset: &'a Dataset,
    pub(super) contents: Contents,
    pub(super) recipients: Vec<Resolved>,
    /// Empty where the number may not be used: then the person is unknown here, and the decision says why.
    pub(super) pseudonyms: Vec<Pseudonym>,
}

impl Exchange {
    /// Everything that can be judged without deciding about the person.
    pub(super) async fn prepare<'a>(
        &'a self,
        caller: &Caller,
        kind: DatasetKind,
        submission: &Submission,
    ) -> Result<Prepared<'a>, PushError> {
        let header = &submission.header;
        let now = self.clock.now();
        let sender = self.party_facts(caller.party(), now, &mut Reading::default()).await?;
        let action = match kind {
            DatasetKind::Packet => RouteAction::Push,
            DatasetKind::Request => RouteAction::Request,
        };
        if let Err(refusal) = self.may(action, &sender, now) {
            let account = Account::of(event_of(kind), Outcome::Refused);
            let account =
                Account { sender: Some(caller.party()), ..account }.refused(&refusal, Knows::Sender);
            let entry = self.entry(caller, account)?;
            self.record(vec![entry]).await?;
            return Err(PushError::Refused(vec![(None, refusal)]));
        }
        let mut faults = Vec::new();
        let dataset = self.catalogue.dataset(&header.dataset).filter(|dataset| dataset.kind == kind);
        if dataset.is_none() {
            faults.push(Fault::at(
                "/dataset",
                "unknown-dataset",
                "Deze dataset bestaat niet, of hoort bij de andere route (packets of requests).",
                "no such dataset, or one of the other route (packets or requests)",
            ));
        }
        if self.catalogue.purpose(&header.purpose).is_none() {
            faults.push(Fault::at(
                "/purpose",
                "unknown-purpose",
                "Dit doel bestaat niet.",
                "no such purpose; `GET /v1/datasets` lists the purposes",
            ));
        }
        let last = dataset.map(|dataset| self.latest_end(dataset, now));
        if header.expires.is_some_and(|expires| expires <= now || last.is_some_and(|last| expires > last)) {
            faults.push(Fault::at(
                "/expires",
                "invalid-expiry",
                "De einddatum ligt in het verleden of te ver weg.",
                "the end lies in the past or too far away",
            ));
        }
        let mut recipients = match self.resolve(caller.party(), &header.recipients, now).await? {
            Ok(recipients) => recipients,
            Err(more) => {
                faults.extend(more);
                Vec::new()
            }
        };
        let contents = match dataset.map(|dataset| dataset.validate(&submission.content)) {
            Some(Ok(contents)) => Some(contents),
            Some(Err(more)) => {
                faults.extend(more);
                None
            }
            None => None,
        };
        if let (Some(dataset), Some(contents)) = (dataset, &contents) {
            faults.extend(other_birth_date(dataset, contents, &header.person));
            faults.extend(other_numbers(dataset, contents, &header.reference));
        }
        let (Some(dataset), Some(contents), true) = (dataset, contents, faults.is_empty()) else {
            return Err(PushError::Invalid(faults));
        };
        if header.copy_for_person {
            recipients.push(Resolved { at: None, party: PartyId::new(caller.party().oin, Role::Betrokkene) });
        }
        let mut prepared = Prepared { dataset, contents, recipients, pseudonyms: Vec::new() };
        if self.may_derive(caller, header, &prepared, now).await? {
            prepared.pseudonyms =
                self.pseudonyms_of(caller.party(), &header.reference, header.purpose.as_str());
        }
        Ok(prepared)
    }
}

/// Who is judged by one date of birth is not sealed with another: who consents and which terms hold depend on it.
fn other_birth_date(dataset: &Dataset, contents: &Contents, person: &PersonFacts) -> Option<Fault> {
    let pointer = dataset.search.as_ref()?.birth_date.as_ref()?;
    let sealed = contents.text(pointer)?;
    (sealed.parse().ok().as_ref() != Some(&person.birth_date)).then(|| Fault {
        now: Some(Bilingual::new(
            "Maak /person/birthDate en de geboortedatum in de inhoud gelijk.",
            "give /person/birthDate and the content the same date of birth",
        )),
        ..Fault::at(
            format!("/content{pointer}"),
            "other-birth-date",
            "De geboortedatum in de inhoud is een andere dan die waarop wordt beslist.",
            "the date of birth in the content is another than the one that is decided on",
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
            "give the same number in both places, or use a number of your own in /person/reference",
        )),
        ..Fault::at(
            pointer,
            "other-number",
            "Het persoonsgebonden nummer in de inhoud is een ander dan dat in /person/reference/value.",
            "the persoonsgebonden nummer in the content is another than that in /person/reference/value",
        )
    };
    places.into_iter().map(different).collect()
}
