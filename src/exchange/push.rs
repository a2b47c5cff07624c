//! A sender hands in a packet: decided, projected and sealed for each recipient, or refused as a whole.

pub(super) mod check;
pub(super) mod days;
mod decide;
mod error;
mod outcome;
pub(super) mod prepare;
mod replay;
mod reply;
mod seal;
mod view;

use jiff::Timestamp;
use zeroize::Zeroizing;

use self::{
    decide::{Allowed, decide_all, event_of, forbidden},
    prepare::{Prepared, Unprepared, action_of},
    reply::answers,
    view::View,
};
pub use self::{
    error::PushError,
    outcome::{Foreseen, Pushed, PushedRecipient},
};
use super::{
    Exchange,
    authorise::tried,
    caller::Caller,
    entry::{Account, Knows},
    heavy::Weight,
    meter::{Work, weights},
    perform::{At, Change, No, Operation, Reached},
    receipts::Receipt,
    submission::{Header, KeptHeader, Parts, Submission},
    toolbox::Toolbox,
    trouble::Trouble,
};
use crate::{
    crypto::at_rest::Place,
    domain::{id::PacketId, party::PartyId, problem::Fault},
    policy::{
        dataset::DatasetKind,
        minimise::{Minimised, minimise_each},
    },
    store::{
        Committed,
        snapshot::Needs,
        write::{IdempotencyKey, Made, MessageKind, NewCopy, NewMessage, NewPerson, Push, Pushed as Stored},
        writer::{error::Conflict, job::Done},
    },
};

/// The sender's own key for a submission, and the bytes that it stands for.
#[derive(Debug)]
pub struct Idempotency {
    /// What the caller sent as `Idempotency-Key`. Only an HMAC of it is kept.
    pub key: String,
    /// The whole body. Only an HMAC of it is kept.
    pub body: Zeroizing<Vec<u8>>,
}

impl Exchange {
    /// Takes a packet or a request, as the dataset's kind says.
    ///
    /// All or nothing: one refusal refuses it for everyone. A repetition with the same key and body gives the same
    /// answer, with newer receipts.
    ///
    /// # Errors
    /// [`PushError`]. A refusal is in the log before it is answered.
    pub async fn push(
        &self,
        caller: &Caller,
        kind: DatasetKind,
        submission: Submission,
        idempotency: &Idempotency,
    ) -> Result<Pushed, PushError> {
        let now = self.clock.now();
        let Submission { header, content, weight } = submission;
        self.meter.count(caller.party(), work_of(&header, weight));
        let prepare = || self.tools.prepare(caller, kind, &header, content, now);
        let prepared =
            self.heavy.run(Some(caller.party()), weight, prepare).await.map_err(Trouble::from)??;
        let id = PacketId::new(now, self.tools.entropy.as_ref()).map_err(Trouble::from)?;
        let key = self.tools.key_hmac(caller.party(), &idempotency.key)?;
        let body = &idempotency.body;
        self.perform(caller, &PushPacket { id, kind, header, weight, prepared, key, body }).await
    }

    /// What is wrong with the parts of a body that is not in order as a whole. Who may not push is told nothing of them.
    pub fn wrong_with_parts(&self, caller: &Caller, kind: DatasetKind, parts: Parts<'_>) -> Vec<Fault> {
        let now = self.clock.now();
        if !self.could(caller, action_of(kind), now) {
            return Vec::new();
        }
        self.tools.judge(caller, kind, parts, now).faults
    }
}

pub(super) struct PushPacket<'a> {
    pub(super) id: PacketId,
    pub(super) kind: DatasetKind,
    pub(super) header: Header,
    pub(super) weight: Weight,
    /// What was answered once is answered again, also when it would not be taken today.
    pub(super) prepared: Result<Prepared<'a>, Unprepared>,
    pub(super) key: String,
    pub(super) body: &'a [u8],
}

impl Operation for PushPacket<'_> {
    type By = Caller;
    type Ruling = Vec<(Allowed, Minimised)>;
    type Effect = Push;
    type Kept = (Timestamp, Vec<View>);
    type Outcome = Pushed;
    type Error = PushError;

    fn weight(&self, by: &Caller) -> (Option<PartyId>, Weight) {
        (Some(by.party()), weight_of(self.weight, self.prepared.as_ref().ok()))
    }

    fn needs(&self, by: &Caller, _: &Toolbox) -> Result<Needs, Trouble> {
        let made_under = Some((by.party(), self.key.clone()));
        Ok(needs(&self.header, self.prepared.as_ref().ok(), made_under))
    }

    fn judge(&self, at: &At<'_, Caller>) -> Result<Self::Ruling, No<PushError>> {
        if let Some((body, made)) = at.facts.made() {
            let same = body == at.tools.body_hmac(at.by.party(), self.body)?;
            let is_packet = matches!(made, Made::Message(_));
            let reused = || No::For(PushError::KeyReused, Vec::new());
            return Err(if same && is_packet { No::Before(made) } else { reused() });
        }
        let header = &self.header;
        let prepared = self.prepared.as_ref().map_err(|why| turned(at, self.kind, why))?;
        answers(at, header, prepared)?;
        let allowed = decide_all(at, header, prepared, self.id)?;
        if prepared.pseudonyms.is_empty() {
            // The number could not be used a moment ago, and now it can.
            return Err(No::Stale);
        }
        let permits: Vec<_> = allowed.iter().map(|one| &one.permit).collect();
        match minimise_each(&permits, &prepared.contents, prepared.dataset, &header.omit) {
            Ok(projected) => Ok(allowed.into_iter().zip(projected).collect()),
            Err(faults) => {
                let accounts = forbidden(at, header, prepared, &allowed, &faults);
                Err(No::For(PushError::Invalid(faults), accounts))
            }
        }
    }

    fn change(
        &self,
        at: &At<'_, Caller>,
        projected: Self::Ruling,
    ) -> Result<(Change<Push>, Self::Kept), Trouble> {
        let header = &self.header;
        let none = Trouble::Inconsistent("a push that was not prepared");
        let prepared = self.prepared.as_ref().map_err(|_| none)?;
        let scope = at.by.party();
        let person = at.tools.person(at.facts.person(), at.now)?;
        let sealed = at.tools.seal(at.by, header, prepared, projected, person)?;
        let (recipients, accounts) = sealed.into_iter().unzip::<_, _, Vec<NewCopy>, Vec<Account>>();
        let expires = header.expires.unwrap_or_else(|| at.tools.latest_end(prepared.dataset, at.now));
        let packet = NewMessage {
            id: self.id,
            kind: match prepared.dataset.kind {
                DatasetKind::Packet if header.reply.is_some() => MessageKind::Answer,
                kind => kind.into(),
            },
            dataset: header.dataset.clone(),
            dataset_version: prepared.dataset.version,
            purpose: header.purpose.clone(),
            sender: scope,
            expires,
            kept_for: at.tools.kept_for(&header.dataset),
            header: at.tools.keep_header(self.id, header)?,
            rests_on: header.rests_on,
            reply: header.reply.clone(),
        };
        let person = NewPerson { id: person, scope, pseudonyms: prepared.pseudonyms.clone() };
        let views: Vec<_> = recipients.iter().map(View::of).collect();
        let body = at.tools.body_hmac(scope, self.body)?;
        let key = IdempotencyKey { key: self.key.clone(), body };
        let effect = Push { packet, person, recipients, idempotency: Some(key) };
        Ok((Change::new(at, effect, accounts)?, (expires, views)))
    }

    fn outcome(
        &self,
        at: &At<'_, Caller>,
        (expires, views): Self::Kept,
        done: Committed<Done<Stored>>,
    ) -> Result<Reached<Pushed>, Trouble> {
        let done = done.into_inner();
        if let Stored::Replayed { packet } = done.outcome {
            return Ok(Reached::Before(Made::Message(packet)));
        }
        let mut recipients = Vec::new();
        for (view, evidence) in views.into_iter().zip(&done.evidence) {
            let about = Receipt {
                party: at.by.party(),
                packet: Some(self.id),
                event: event_of(self.kind),
                as_of: Some(view.as_of),
            };
            let receipt = at.tools.receipt(about, evidence, at.now)?;
            recipients.push(view.pushed(evidence.index, receipt));
        }
        let dataset = self.header.dataset.clone();
        Ok(Reached::Here(Pushed { id: self.id, dataset, created: done.time, expires, recipients }))
    }

    fn met(&self, conflict: Conflict) -> Option<PushError> {
        match conflict {
            Conflict::KeyReused => Some(PushError::KeyReused),
            Conflict::AlreadyAnswered => Some(PushError::AlreadyAnswered),
            _ => None,
        }
    }

    async fn again(&self, exchange: &Exchange, by: &Caller, earlier: Made) -> Result<Pushed, PushError> {
        match earlier {
            Made::Message(packet) => exchange.replay(by, packet).await,
            Made::Declaration(_) => Err(PushError::KeyReused),
        }
    }
}

impl Toolbox {
    /// Every fact that a later decision needs, sealed for the packet's row: nobody here can open the content.
    fn keep_header(&self, id: PacketId, header: &Header) -> Result<Vec<u8>, Trouble> {
        let kept = KeptHeader {
            person: header.person.clone(),
            is_pgn: header.reference.is_pgn(),
            rests_on: header.rests_on,
            reply: header.reply.clone(),
        };
        let kept = Zeroizing::new(serde_json::to_vec(&kept).map_err(|_| Trouble::Inconsistent("header"))?);
        let place = Place { table: "message", row: &id.to_string(), column: "header" };
        Ok(self.at_rest().seal(place, &kept, self.entropy.as_ref())?)
    }
}

/// What a submission costs beyond a small call.
fn work_of(header: &Header, weight: Weight) -> Work {
    weights::RECIPIENT.times(header.recipients.len()).and(weights::KIB.times(weight.kib()))
}

/// What deciding about a submission and sealing it weighs; nothing, where nothing is decided.
fn weight_of(weight: Weight, prepared: Option<&Prepared<'_>>) -> Weight {
    prepared.map_or(Weight::LIGHT, |prepared| weight.for_recipients(prepared.recipients.len()))
}

/// What a decision about a submission reads.
fn needs(header: &Header, prepared: Option<&Prepared<'_>>, made_under: Option<(PartyId, String)>) -> Needs {
    let pseudonyms = prepared.map(|prepared| prepared.pseudonyms.clone()).unwrap_or_default();
    let earlier = header.rests_on.into_iter().chain(header.reply.as_ref().map(|(id, _)| *id));
    let messages = earlier.collect();
    Needs { made_under, pseudonyms, messages, ..Needs::default() }
}

/// Why nothing is decided about a submission.
fn turned(at: &At<'_, Caller>, kind: DatasetKind, why: &Unprepared) -> No<PushError> {
    match why {
        Unprepared::Invalid(faults) => No::For(PushError::Invalid(faults.clone()), Vec::new()),
        Unprepared::Refused(refusal) => {
            let about = Account { sender: Some(at.by.party()), ..Account::default() };
            No::refused(tried(about, action_of(kind)), refusal.clone(), Knows::Sender)
        }
    }
}
