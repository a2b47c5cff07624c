//! A college answers a request.

use jiff::Timestamp;

use super::{
    Exchange,
    caller::Caller,
    ended::Ended,
    entry::Account,
    facts::Reading,
    not_found::no_packet,
    perform::{At, Change, No, Operation, Reached, from_turned},
    toolbox::Toolbox,
    trouble::Trouble,
};
use crate::{
    accesslog::entry::{Event, Outcome, Part},
    domain::id::PacketId,
    policy::{
        permit::Refusal,
        routes::{RouteAction, RouteContext},
    },
    store::{
        Committed,
        read::PacketRow,
        snapshot::Needs,
        write::{Answer, Answered, PacketKind},
        writer::{error::Conflict, job::Done},
    },
};

/// Why an answer was not taken.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// There is no such request, or not for this party.
    #[error("no such request")]
    NotFound,
    /// It was answered otherwise; an answer stands.
    #[error("answered otherwise")]
    AlreadyAnswered,
    /// It has ended.
    #[error("gone")]
    Gone(Ended),
    /// The role may not do this.
    #[error("refused")]
    Refused(Refusal),
    /// Not the caller's fault.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

from_turned!(AnswerError);

/// The answer that stands.
#[derive(Debug, Clone, Copy)]
pub struct AnswerGiven {
    /// Whether the college continues the support.
    pub continues: bool,
    /// When it was answered.
    pub at: Timestamp,
    /// The index of the entry.
    pub index: u64,
}

impl Exchange {
    /// Records the answer of the recipient, while it acts for the college of residence that the request keeps. A repetition gives the first answer; another one is refused.
    ///
    /// # Errors
    /// [`AnswerError`].
    pub async fn answer(
        &self,
        caller: &Caller,
        request: PacketId,
        continues: bool,
    ) -> Result<AnswerGiven, AnswerError> {
        self.perform(caller, &AnswerRequest { request, continues }).await
    }
}

pub(super) struct AnswerRequest {
    pub(super) request: PacketId,
    pub(super) continues: bool,
}

impl Operation for AnswerRequest {
    type By = Caller;
    type Ruling = Reading;
    type Effect = Answer;
    type Kept = ();
    type Outcome = AnswerGiven;
    type Error = AnswerError;

    fn needs(&self, _: &Caller, _: &Toolbox) -> Result<Needs, Trouble> {
        Ok(Needs { packets: vec![self.request], ..Needs::default() })
    }

    fn judge(&self, at: &At<'_, Caller>) -> Result<Reading, No<AnswerError>> {
        let found = at.facts.packet(self.request);
        let request = self.mine(at);
        let kept = request.map(|request| at.tools.kept_header(request)).transpose()?;
        let context = RouteContext::answering(at.now, kept.as_ref().map(|kept| &kept.person.verblijf));
        let mut about = Account { recipient: Some(at.by.party()), ..Account::default() };
        about.shared.packet = request.map(|request| request.id);
        at.require_in(RouteAction::Answer, context, about)?;
        if request.is_none() {
            return Err(No::not_found(no_packet(at.by, Event::Answer, self.request, found)));
        }
        let mut reading = Reading::default();
        at.caller_facts(&mut reading);
        Ok(reading)
    }

    fn change(&self, at: &At<'_, Caller>, reading: Reading) -> Result<(Change<Answer>, ()), Trouble> {
        let request = self.mine(at).ok_or(Trouble::Inconsistent("an answer without its request"))?;
        let party = at.by.party();
        let mut account = Account::of(Event::Answer, Outcome::Recorded);
        account.shared = Part {
            packet: Some(request.id),
            dataset: Some(request.dataset.clone()),
            purpose: Some(request.purpose.clone()),
            sender: Some(request.sender),
            recipient: Some(party),
            municipality: request.municipality_of(party),
            continues: Some(self.continues),
            ..account.shared
        };
        account.sender = Some(request.sender);
        account.recipient = Some(party);
        account.person = Some(request.person);
        let effect = Answer { request: self.request, party, continues: self.continues };
        Ok((Change::new(at, effect, vec![account])?.resting_on(at, reading), ()))
    }

    fn outcome(
        &self,
        _: &At<'_, Caller>,
        (): (),
        done: Committed<Done<Answered>>,
    ) -> Result<Reached<AnswerGiven>, Trouble> {
        let Answered { continues, at, index, .. } = done.into_inner().outcome;
        Ok(Reached::Here(AnswerGiven { continues, at, index }))
    }

    fn met(&self, conflict: Conflict) -> Option<AnswerError> {
        (conflict == Conflict::AlreadyAnswered).then_some(AnswerError::AlreadyAnswered)
    }
}

impl AnswerRequest {
    fn mine<'a>(&self, at: &At<'a, Caller>) -> Option<&'a PacketRow> {
        at.facts.packet(self.request).filter(|packet| {
            packet.kind == PacketKind::Request
                && packet.recipients.iter().any(|row| row.party == at.by.party())
        })
    }
}
