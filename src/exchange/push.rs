//! A sender hands in a packet: decided, projected and sealed for each recipient, or refused as a whole.

mod check;
pub(super) mod days;
mod decide;
mod prepare;
mod replay;
mod seal;

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use zeroize::Zeroizing;

use self::prepare::Prepared;
use super::{
    Exchange,
    caller::Caller,
    receipts::Receipt,
    submission::{KeptHeader, Submission},
    trouble::Trouble,
};
use crate::{
    accesslog::entry::{Event, PreparedEntry},
    crypto::{at_rest::Place, pseudonym::Pseudonym},
    domain::{
        code::{Category, DatasetCode, Grondslag, Municipality},
        digest::Digest,
        id::{PacketId, PersonId},
        party::PartyId,
        person::PersonReference,
        problem::Fault,
    },
    policy::{
        dataset::{Dataset, DatasetKind},
        minimise::minimise_each,
        permit::Refusal,
    },
    store::{
        write::{
            IdempotencyKey, Made, NewPacket, NewPerson, NewRecipient, PacketKind, Push, Pushed as Stored,
            Write,
        },
        writer::error::{Conflict, WriteError},
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

/// A packet that is stored, or was by an earlier call with the same key and body.
#[derive(Debug)]
pub struct Pushed {
    /// The packet.
    pub id: PacketId,
    /// Of which dataset.
    pub dataset: DatasetCode,
    /// When it was handed in.
    pub created: Timestamp,
    /// Until when it may be collected.
    pub expires: Timestamp,
    /// Per recipient, the person's copy included.
    pub recipients: Vec<PushedRecipient>,
}

/// One recipient of a stored packet.
#[derive(Debug)]
pub struct PushedRecipient {
    /// The party.
    pub party: PartyId,
    /// The municipality whose college was named.
    pub municipality: Option<Municipality>,
    /// The one basis.
    pub basis: Grondslag,
    /// What was sealed.
    pub categories: BTreeSet<Category>,
    /// What was left out at the person's wish.
    pub omitted: BTreeSet<Category>,
    /// The SHA-256 of the JWE.
    pub jwe_sha256: Digest,
    /// The key it was sealed to.
    pub thumbprint: String,
    /// The index of the entry.
    pub index: u64,
    /// The receipt (JWS).
    pub receipt: String,
}

/// What would be decided for one recipient.
#[derive(Debug)]
pub struct Verdict {
    /// Index in the sender's list; none for the person's copy.
    pub at: Option<usize>,
    /// The party.
    pub party: PartyId,
    /// The index of the entry that says that it was asked.
    pub index: u64,
    /// The basis and its categories, or the refusal.
    pub decision: Result<(Grondslag, BTreeSet<Category>), Refusal>,
}

/// Why a packet was not taken. Nothing of it is kept but the entry.
#[derive(Debug, thiserror::Error)]
pub enum PushError {
    /// The submission is wrong: every fault at once.
    #[error("the submission is not valid")]
    Invalid(Vec<Fault>),
    /// The route or the policies say no: reasons per recipient (index in the sender's list).
    #[error("refused")]
    Refused(Vec<(Option<usize>, Refusal)>),
    /// A recipient has published no key that could be sealed to.
    #[error("a recipient has no key")]
    NoKey(Vec<Fault>),
    /// The key was used for another body.
    #[error("the Idempotency-Key was used for another body")]
    KeyReused,
    /// Not the caller's fault.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

impl From<WriteError> for PushError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Conflict(Conflict::KeyReused) => Self::KeyReused,
            other => Self::Trouble(other.into()),
        }
    }
}

/// How often a decision is made again because the facts changed under it.
pub(super) const ATTEMPTS: u32 = 3;

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
        submission: &Submission,
        idempotency: &Idempotency,
    ) -> Result<Pushed, PushError> {
        // The caller may have made its key from a name or a number: that is not kept either.
        let key = self.key_hmac(caller, idempotency)?;
        let known = self.store.by_idempotency_key(&caller.party(), &key).await.map_err(Trouble::from)?;
        match known {
            Some((earlier, Made::Packet(packet))) if earlier == self.body_hmac(caller, idempotency)? => {
                return self.replay(caller, packet).await;
            }
            Some(_) => return Err(PushError::KeyReused),
            None => {}
        }
        let prepared = self.prepare(caller, kind, submission).await?;
        for _ in 0..ATTEMPTS {
            match self.attempt(caller, submission, &prepared, (&key, idempotency)).await? {
                Attempt::Stored(pushed) => return Ok(pushed),
                Attempt::Replayed(packet) => return self.replay(caller, packet).await,
                Attempt::Stale => {}
            }
        }
        Err(Trouble::Restless.into())
    }

    async fn attempt(
        &self,
        caller: &Caller,
        submission: &Submission,
        prepared: &Prepared<'_>,
        (key, idempotency): (&str, &Idempotency),
    ) -> Result<Attempt, PushError> {
        let header = &submission.header;
        let now = self.clock.now();
        let id = PacketId::new(now, self.entropy.as_ref()).map_err(Trouble::from)?;
        let known = self.store.person(&prepared.pseudonyms).await.map_err(Trouble::from)?;
        let person = match known {
            Some(person) => person,
            None => PersonId::new(now, self.entropy.as_ref()).map_err(Trouble::from)?,
        };
        let allowed = self.decide_all(caller, header, prepared, id, known, now).await?;
        if prepared.pseudonyms.is_empty() {
            // The number could not be used a moment ago, and now it can.
            return Ok(Attempt::Stale);
        }
        let permits: Vec<_> = allowed.iter().map(|one| &one.permit).collect();
        let projected = match minimise_each(&permits, &prepared.contents, prepared.dataset, &header.omit) {
            Ok(projected) => projected,
            Err(faults) => {
                self.note_forbidden(caller, header, prepared, &allowed, known, &faults).await?;
                return Err(PushError::Invalid(faults));
            }
        };
        let sealed = self.seal(caller, header, prepared, allowed.into_iter().zip(projected), person)?;

        let expires = header.expires.unwrap_or_else(|| self.latest_end(prepared.dataset, now));
        let kept = KeptHeader {
            person: header.person.clone(),
            is_pgn: header.reference.is_pgn(),
            request: header.request,
        };
        let kept = Zeroizing::new(serde_json::to_vec(&kept).map_err(|_| Trouble::Inconsistent("header"))?);
        let place = Place { table: "packet", row: &id.to_string(), column: "header" };
        let packet = NewPacket {
            id,
            kind: match prepared.dataset.kind {
                DatasetKind::Packet => PacketKind::Packet,
                DatasetKind::Request => PacketKind::Request,
            },
            dataset: header.dataset.clone(),
            dataset_version: prepared.dataset.version,
            purpose: header.purpose.clone(),
            sender: caller.party(),
            expires,
            header: self.at_rest().seal(place, &kept, self.entropy.as_ref()).map_err(Trouble::from)?,
            request: header.request,
        };
        let scope = caller.party();
        let person = NewPerson { id: person, scope, pseudonyms: prepared.pseudonyms.clone() };
        let (recipients, entries) = sealed.into_iter().unzip::<_, _, Vec<NewRecipient>, Vec<PreparedEntry>>();
        let views: Vec<_> = recipients.iter().map(View::of).collect();
        let key = IdempotencyKey { key: key.to_owned(), body: self.body_hmac(caller, idempotency)? };
        let effect = Push { packet, person, recipients, idempotency: Some(key) };
        let done = match self.writer.submit(Write::new(effect, entries)).await {
            Ok(done) => done.into_inner(),
            Err(error) if error.may_decide_again() => return Ok(Attempt::Stale),
            Err(error) => return Err(error.into()),
        };
        match done.outcome {
            Stored::Replayed { packet } => Ok(Attempt::Replayed(packet)),
            Stored::Stored { .. } => {
                let event = event_of(prepared.dataset.kind);
                let mut pushed = Vec::new();
                for (view, evidence) in views.into_iter().zip(&done.evidence) {
                    let about = Receipt { party: caller.party(), packet: Some(id), event };
                    pushed.push(view.pushed(evidence.index, self.receipt(about, evidence)?));
                }
                let dataset = header.dataset.clone();
                Ok(Attempt::Stored(Pushed { id, dataset, created: done.time, expires, recipients: pushed }))
            }
        }
    }

    /// Until when a packet may wait: as many days as its dataset says, and never longer than the gateway keeps any.
    fn latest_end(&self, dataset: &Dataset, now: Timestamp) -> Timestamp {
        let days = SignedDuration::from_hours(i64::from(dataset.retention_days).saturating_mul(24));
        now.checked_add(days.min(self.settings.longest_wait)).unwrap_or(Timestamp::MAX)
    }

    /// The pseudonyms of a reference: an own number within the party, a PGN within the party and the purpose.
    pub(super) fn pseudonyms_of(
        &self,
        party: PartyId,
        reference: &PersonReference,
        purpose: &str,
    ) -> Vec<Pseudonym> {
        let value = reference.expose();
        match reference {
            PersonReference::Own(_) => self.pseudonyms().all("own", &party.to_string(), &value),
            PersonReference::Pgn(_) => self.pseudonyms().all("pgn", &format!("{party}\n{purpose}"), &value),
        }
    }

    /// The keyed digest of a submission, made only when an earlier one must be compared or this one is kept.
    pub(super) fn body_hmac(&self, caller: &Caller, idempotency: &Idempotency) -> Result<Digest, Trouble> {
        self.idempotency_hmac("idempotency", caller.party(), &idempotency.body)
    }

    /// The keyed digest of the key that the caller chose.
    pub(super) fn key_hmac(&self, caller: &Caller, idempotency: &Idempotency) -> Result<String, Trouble> {
        let key = idempotency.key.as_bytes();
        Ok(self.idempotency_hmac("idempotency-key", caller.party(), key)?.to_string())
    }

    /// The keyed digest of a submission's key or body: idempotency keeps neither, nor a plain digest of them.
    fn idempotency_hmac(&self, kind: &str, party: PartyId, bytes: &[u8]) -> Result<Digest, Trouble> {
        // Both were read as text before.
        let text = std::str::from_utf8(bytes).map_err(|_| Trouble::Inconsistent("a body that is no text"))?;
        let all = self.pseudonyms().all(kind, &party.to_string(), text);
        // The oldest key: a repetition after a rotation must still be recognised.
        Ok(all.last().ok_or(Trouble::Crypto("no pseudonym key"))?.value)
    }
}

/// What one attempt came to.
enum Attempt {
    Stored(Pushed),
    Replayed(PacketId),
    Stale,
}

/// What the answer needs of a recipient after the write has taken it over.
struct View {
    party: PartyId,
    municipality: Option<Municipality>,
    basis: Grondslag,
    categories: BTreeSet<Category>,
    omitted: BTreeSet<Category>,
    jwe_sha256: Digest,
    thumbprint: String,
}

impl View {
    fn of(recipient: &NewRecipient) -> Self {
        let sealed = &recipient.sealed;
        Self {
            party: sealed.party(),
            municipality: recipient.municipality.clone(),
            basis: sealed.basis().clone(),
            categories: sealed.categories().clone(),
            omitted: sealed.omitted().clone(),
            jwe_sha256: sealed.sha256(),
            thumbprint: sealed.thumbprint().to_owned(),
        }
    }

    fn pushed(self, index: u64, receipt: String) -> PushedRecipient {
        let Self { party, municipality, basis, categories, omitted, jwe_sha256, thumbprint } = self;
        PushedRecipient {
            party,
            municipality,
            basis,
            categories,
            omitted,
            jwe_sha256,
            thumbprint,
            index,
            receipt,
        }
    }
}

const fn event_of(kind: DatasetKind) -> Event {
    match kind {
        DatasetKind::Packet => Event::Push,
        DatasetKind::Request => Event::Request,
    }
}
