//! Who was asked answers.

use jiff::Timestamp;

use super::{
    Exchange,
    caller::Caller,
    ended::Ended,
    entry::Account,
    facts::Reading,
    not_found::no_packet,
    perform::{At, Change, No, Operation, Reached, Turned, from_turned},
    toolbox::Toolbox,
    trouble::Trouble,
};
use crate::{
    accesslog::entry::{Event, Outcome, Part},
    domain::{
        code::OutcomeCode,
        id::PacketId,
        problem::{Bilingual, Fault},
    },
    policy::{
        dataset::OutcomeInfo,
        permit::Refusal,
        routes::{AskedFacts, RouteAction, RouteContext},
    },
    store::{
        Committed,
        read::MessageRow,
        snapshot::Needs,
        write::{Answer, Answered, MessageKind},
        writer::{error::Conflict, job::Done},
    },
};

/// Why an answer was not taken.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// There is nothing such to answer, or not for this party.
    #[error("nothing to answer")]
    NotFound,
    /// The dataset of what is answered lists no such outcome.
    #[error("no such outcome")]
    UnknownOutcome(Fault),
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
#[derive(Debug, Clone)]
pub struct AnswerGiven {
    /// What was answered.
    pub outcome: OutcomeCode,
    /// When it was answered.
    pub at: Timestamp,
    /// The index of the entry.
    pub index: u64,
}

impl Exchange {
    /// Records what the recipient answers to a message of this kind, as the policies allow: a college while it acts for the
    /// residence that the request keeps. A repetition gives the first answer; another one is refused.
    ///
    /// # Errors
    /// [`AnswerError`].
    pub async fn answer(
        &self,
        caller: &Caller,
        kind: MessageKind,
        asked: PacketId,
        outcome: OutcomeCode,
    ) -> Result<AnswerGiven, AnswerError> {
        let id = PacketId::new(self.clock.now(), self.tools.entropy.as_ref()).map_err(Trouble::from)?;
        self.perform(caller, &AnswerAsked { id, kind, asked, outcome }).await
    }
}

pub(super) struct AnswerAsked {
    /// The answer itself.
    pub(super) id: PacketId,
    pub(super) kind: MessageKind,
    pub(super) asked: PacketId,
    pub(super) outcome: OutcomeCode,
}

impl Operation for AnswerAsked {
    type By = Caller;
    type Ruling = Reading;
    type Effect = Answer;
    type Kept = ();
    type Outcome = AnswerGiven;
    type Error = AnswerError;

    fn needs(&self, _: &Caller, _: &Toolbox) -> Result<Needs, Trouble> {
        Ok(Needs { messages: vec![self.asked], ..Needs::default() })
    }

    fn judge(&self, at: &At<'_, Caller>) -> Result<Reading, No<AnswerError>> {
        let found = at.facts.message(self.asked);
        let mine = self.mine(at);
        may_answer(at, mine)?;
        let Some(asked) = mine else {
            return Err(No::not_found(no_packet(at.by, Event::Answer, self.asked, found)));
        };
        if let Some(fault) = at.tools.unknown_outcome(asked, &self.outcome) {
            return Err(No::For(AnswerError::UnknownOutcome(fault), Vec::new()));
        }
        let mut reading = Reading::default();
        at.caller_facts(&mut reading);
        Ok(reading)
    }

    fn change(&self, at: &At<'_, Caller>, reading: Reading) -> Result<(Change<Answer>, ()), Trouble> {
        let asked = self.mine(at).ok_or(Trouble::Inconsistent("an answer to nothing"))?;
        let party = at.by.party();
        let mut account = Account::of(Event::Answer, Outcome::Recorded);
        account.shared = Part {
            packet: Some(asked.id),
            dataset: Some(asked.dataset.clone()),
            purpose: Some(asked.purpose.clone()),
            sender: Some(asked.sender),
            recipient: Some(party),
            municipality: asked.municipality_of(party),
            answer: Some(self.outcome.clone()),
            ..account.shared
        };
        account.sender = Some(asked.sender);
        account.recipient = Some(party);
        account.person = Some(asked.person);
        let effect = Answer {
            id: self.id,
            reply_to: asked.id,
            dataset: asked.dataset.clone(),
            dataset_version: asked.dataset_version,
            purpose: asked.purpose.clone(),
            person: asked.person,
            party,
            outcome: self.outcome.clone(),
        };
        Ok((Change::new(at, effect, vec![account])?.resting_on(at, reading), ()))
    }

    fn outcome(
        &self,
        _: &At<'_, Caller>,
        (): (),
        done: Committed<Done<Answered>>,
    ) -> Result<Reached<AnswerGiven>, Trouble> {
        let Answered { outcome, at, index, .. } = done.into_inner().outcome;
        Ok(Reached::Here(AnswerGiven { outcome, at, index }))
    }

    fn met(&self, conflict: Conflict) -> Option<AnswerError> {
        (conflict == Conflict::AlreadyAnswered).then_some(AnswerError::AlreadyAnswered)
    }
}

impl AnswerAsked {
    fn mine<'a>(&self, at: &At<'a, Caller>) -> Option<&'a MessageRow> {
        asked_of_caller(at, self.asked).filter(|message| message.kind == self.kind)
    }
}

/// The message that the caller was asked by.
pub(super) fn asked_of_caller<'a>(at: &At<'a, Caller>, id: PacketId) -> Option<&'a MessageRow> {
    let is_mine = |message: &&MessageRow| message.copies.iter().any(|copy| copy.party == at.by.party());
    at.facts.message(id).filter(|message| message.kind.asks()).filter(is_mine)
}

/// Goes on only if the policies let the caller answer this.
pub(super) fn may_answer<E: From<Turned>>(
    at: &At<'_, Caller>,
    asked: Option<&MessageRow>,
) -> Result<(), No<E>> {
    if let Some(forgotten) = asked.filter(|asked| asked.header.is_none()) {
        return Err(No::gone(too_late(at.by, forgotten), Ended::of(forgotten)));
    }
    let kept = asked.map(|asked| at.tools.kept_header(asked)).transpose()?;
    let facts = asked.map(|asked| AskedFacts {
        dataset: &asked.dataset,
        verblijf: kept.as_ref().map(|kept| &kept.person.verblijf),
        by: Some(asked.sender.role),
    });
    let mut about = Account { recipient: Some(at.by.party()), ..Account::default() };
    about.shared.packet = asked.map(|asked| asked.id);
    at.require_in(RouteAction::Answer, RouteContext::answering(at.now, facts), about)
}

/// The account of an answer to what is forgotten by now.
fn too_late(by: &Caller, asked: &MessageRow) -> Account {
    let mut account = Account::of(Event::Answer, Outcome::Refused);
    account.shared = Part {
        packet: Some(asked.id),
        dataset: Some(asked.dataset.clone()),
        purpose: Some(asked.purpose.clone()),
        sender: Some(asked.sender),
        recipient: Some(by.party()),
        municipality: asked.municipality_of(by.party()),
        ..account.shared
    };
    Account { sender: Some(asked.sender), recipient: Some(by.party()), person: Some(asked.person), ..account }
}

impl Toolbox {
    /// What is wrong with an outcome that the dataset of what is answered does not list: the answer names those that it does.
    pub(super) fn unknown_outcome(&self, asked: &MessageRow, outcome: &OutcomeCode) -> Option<Fault> {
        let dataset = self.catalogue.dataset(&asked.dataset);
        let known = dataset.map(|dataset| dataset.outcomes.as_slice()).unwrap_or_default();
        if known.iter().any(|one| one.code == *outcome) {
            return None;
        }
        let list = |words: fn(&OutcomeInfo) -> &str| {
            let each = known.iter().map(|one| format!("`{}` ({})", one.code, words(one)));
            each.collect::<Vec<_>>().join(", ")
        };
        let (nl, en) = (list(|one| &one.title.nl), list(|one| &one.title.en));
        let fault = Fault::at(
            "/outcome",
            "unknown-outcome",
            "Dit kan hierop niet geantwoord worden.",
            "This is no answer to it.",
        );
        Some(Fault {
            now: Some(Bilingual::of(format!("Kies een van: {nl}."), format!("Choose one of: {en}."))),
            ..fault
        })
    }
}
