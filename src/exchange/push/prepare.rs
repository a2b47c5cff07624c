//! Everything about a submission that can be judged without deciding about the person.

use jiff::SignedDuration;

use super::{PushError, event_of, latest};
use crate::{
    accesslog::entry::Outcome,
    crypto::pseudonym::Pseudonym,
    domain::{
        party::{PartyId, Role},
        problem::Fault,
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
    pub(super) pseudonyms: Vec<Pseudonym>,
}

impl Exchange {
    /// How long a packet of this dataset waits at most: what its policy says, and never longer than the operator lets any.
    pub(super) fn longest(&self, dataset: &Dataset) -> SignedDuration {
        SignedDuration::from_hours(i64::from(dataset.retention_days) * 24).min(self.settings.longest_wait)
    }

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
        let longest =
            latest(now, dataset.map_or(self.settings.longest_wait, |dataset| self.longest(dataset)));
        if header.expires.is_some_and(|expires| expires <= now || expires > longest) {
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
        let (Some(dataset), Some(contents), true) = (dataset, contents, faults.is_empty()) else {
            return Err(PushError::Invalid(faults));
        };
        if header.copy_for_person {
            recipients.push(Resolved { at: None, party: PartyId::new(caller.party().oin, Role::Betrokkene) });
        }
        let pseudonyms = self.pseudonyms_of(caller.party(), &header.reference, header.purpose.as_str());
        Ok(Prepared { dataset, contents, recipients, pseudonyms })
    }
}
