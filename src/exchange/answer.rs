//! A college answers a request.

use jiff::Timestamp;

use super::{
    Exchange,
    caller::Caller,
    ended::Ended,
    facts::{Reading, party_facts},
    ledger::Account,
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
        read::PacketRow,
        snapshot::Needs,
        write::{Answer, PacketKind, Write},
        writer::error::{Conflict, WriteError},
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
        id: PacketId,
        continues: bool,
    ) -> Result<AnswerGiven, AnswerError> {
        let now = self.clock.now();
        let mut reading = Reading::default();
        let needs = Needs { packets: vec![id], ..Needs::default() };
        let snapshot = self.store.snapshot(needs).await.map_err(Trouble::from)?;
        let party = party_facts(snapshot.register(), caller.party(), now, &mut reading);
        let found = snapshot.packet(id);
        let is_mine = |packet: &&PacketRow| {
            packet.kind == PacketKind::Request
                && packet.recipients.iter().any(|row| row.party == caller.party())
        };
        let request = found.filter(is_mine);
        let kept = request.map(|request| self.kept_header(request)).transpose()?;
        let context = RouteContext::answering(now, kept.as_ref().map(|kept| &kept.person.verblijf));
        let mut about = Account { recipient: Some(caller.party()), ..Account::default() };
        about.shared.packet = request.map(|request| request.id);
        let may = self.may_in(caller, RouteAction::Answer, &party, context, about).await?;
        may.map_err(AnswerError::Refused)?;
        let Some(request) = request else {
            self.note_stranger(caller, Event::Answer, id, found).await?;
            return Err(AnswerError::NotFound);
        };
        let mut account = Account::of(Event::Answer, Outcome::Recorded);
        account.shared = Part {
            packet: Some(id),
            dataset: Some(request.dataset.clone()),
            purpose: Some(request.purpose.clone()),
            sender: Some(request.sender),
            recipient: Some(caller.party()),
            municipality: request.municipality_of(caller.party()),
            continues: Some(continues),
            ..account.shared
        };
        account.sender = Some(request.sender);
        account.recipient = Some(caller.party());
        account.person = Some(request.person);
        let entry = self.entry(caller, account.clone())?;
        let effect = Answer { request: id, party: caller.party(), continues };
        let as_of = snapshot.as_of(reading.into_subjects());
        match self.writer.submit(Write::new(effect, vec![entry]).resting_on(as_of)).await {
            Ok(done) => {
                let answered = done.into_inner().outcome;
                Ok(AnswerGiven { continues: answered.continues, at: answered.at, index: answered.index })
            }
            Err(WriteError::Conflict(Conflict::AlreadyAnswered)) => Err(AnswerError::AlreadyAnswered),
            Err(WriteError::Conflict(Conflict::NotFound)) => Err(AnswerError::NotFound),
            Err(error) => Err(match error.conflict().and_then(Ended::met) {
                Some(ended) => {
                    self.note_ended(caller, vec![account], ended).await?;
                    AnswerError::Gone(ended)
                }
                None => Trouble::from(error).into(),
            }),
        }
    }
}
