//! A recipient collects a packet: decided again with today's facts, and released in the write that accounts for it.

use jiff::Timestamp;
use zeroize::Zeroizing;

use super::{
    Exchange,
    caller::Caller,
    ended::Ended,
    facts::{Asked, Gathered, Reading},
    ledger::{Account, Knows},
    push::ATTEMPTS,
    receipts::Receipt,
    submission::KeptHeader,
    trouble::Trouble,
};
use crate::{
    accesslog::entry::{Event, Outcome, Part},
    crypto::at_rest::Place,
    domain::{
        code::{DatasetCode, Grondslag},
        digest::Digest,
        id::PacketId,
        party::{PartyId, Role},
        problem::{Bilingual, Fault},
    },
    policy::{
        permit::{Decision, Permit, Refusal, RefusalKind},
        routes::RouteAction,
    },
    store::{
        Committed,
        read::{CopyState, PacketRow, PacketState, RecipientRow},
        write::{Deliver, Delivery, TellNarrowed, Write},
        writer::job::Done,
    },
};

/// A sealed body that may leave: its entry is committed.
///
/// ```compile_fail
/// fn pose(released: sluis::exchange::pull::Released) -> sluis::exchange::pull::Released {
///     sluis::exchange::pull::Released { jwe: "another".to_owned(), ..released }
/// }
/// ```
/// The twin that differs by that line:
/// ```
/// fn pose(released: sluis::exchange::pull::Released) -> sluis::exchange::pull::Released {
///     released
/// }
/// ```
#[must_use = "its entry says that it was released"]
#[derive(Debug)]
pub struct Released {
    jwe: String,
    sha256: Digest,
    dataset: DatasetCode,
    basis: Grondslag,
    index: u64,
    receipt: String,
}

impl Released {
    /// The mint: it takes what only the writer makes, after commit.
    fn mint(delivery: Committed<Done<Delivery>>, copy: &Copy, receipt: String) -> Self {
        let Delivery { jwe, sha256, index, .. } = delivery.into_inner().outcome;
        Self {
            jwe,
            sha256,
            dataset: copy.packet.dataset.clone(),
            basis: copy.row.basis.clone(),
            index,
            receipt,
        }
    }

    /// The compact JWE.
    #[must_use]
    pub fn into_jwe(self) -> String {
        self.jwe
    }

    /// The SHA-256 of the JWE.
    #[must_use]
    pub const fn sha256(&self) -> Digest {
        self.sha256
    }

    /// Of which dataset.
    #[must_use]
    pub const fn dataset(&self) -> &DatasetCode {
        &self.dataset
    }

    /// On which basis.
    #[must_use]
    pub const fn basis(&self) -> &Grondslag {
        &self.basis
    }

    /// The index of the entry.
    #[must_use]
    pub const fn index(&self) -> u64 {
        self.index
    }

    /// The receipt (JWS).
    #[must_use]
    pub fn receipt(&self) -> &str {
        &self.receipt
    }
}

/// Why a packet was not released.
#[derive(Debug, thiserror::Error)]
pub enum PullError {
    /// There is no such packet, or not for this party: the two look the same.
    #[error("no such packet")]
    NotFound,
    /// Today's facts say no.
    #[error("refused")]
    Refused(Refusal),
    /// It can no longer be collected.
    #[error("gone")]
    Gone(Ended),
    /// Not the caller's fault.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

/// A packet and the copy of it that is asked for.
struct Copy {
    packet: PacketRow,
    row: RecipientRow,
}

/// Why today's decision is no.
enum No {
    /// The policies say so, or the sender is blocked.
    Refused(Refusal),
    /// It would be yes for less than was sealed.
    Narrowed(Refusal),
}

impl Copy {
    fn ended(&self, now: Timestamp) -> Option<Ended> {
        match (self.row.state, self.packet.state) {
            (CopyState::Acknowledged, _) => Some(Ended::Acknowledged),
            (CopyState::Withheld, _) => Some(Ended::Withheld),
            (CopyState::Withdrawn, _) | (_, PacketState::Withdrawn) => Some(Ended::Withdrawn),
            (CopyState::Expired, _) | (_, PacketState::Expired) => Some(Ended::Expired),
            _ if self.packet.expires <= now => Some(Ended::Expired),
            (CopyState::Waiting | CopyState::Collected, PacketState::Open) => None,
        }
    }
}

impl Exchange {
    /// Releases the caller's copy of a packet.
    ///
    /// # Errors
    /// [`PullError`]. Every answer, whichever it is, is in the log before it is given.
    pub async fn pull(&self, caller: &Caller, packet: PacketId) -> Result<Released, PullError> {
        self.release(caller, packet, caller.party()).await
    }

    /// Releases the person's copy to the sender, who hands it over; it is sealed to the sender's own key.
    ///
    /// # Errors
    /// As [`Exchange::pull`].
    pub async fn pull_copy_for_person(
        &self,
        caller: &Caller,
        packet: PacketId,
    ) -> Result<Released, PullError> {
        self.release(caller, packet, PartyId::new(caller.party().oin, Role::Betrokkene)).await
    }

    async fn release(
        &self,
        caller: &Caller,
        id: PacketId,
        recipient: PartyId,
    ) -> Result<Released, PullError> {
        for _ in 0..ATTEMPTS {
            let now = self.clock.now();
            let party = self.party_facts(caller.party(), now, &mut Reading::default()).await?;
            let found = self.store.packet(id).await.map_err(Trouble::from)?;
            let mine = found.as_ref().and_then(|packet| {
                // The person's copy is for its sender alone.
                let may_see = recipient == caller.party() || packet.sender == caller.party();
                packet.recipients.iter().find(|row| may_see && row.party == recipient).cloned()
            });
            let may = self.may(RouteAction::Pull, &party, now);
            let (Some(packet), Some(row), Ok(())) = (found.as_ref(), mine, may) else {
                self.note_stranger(caller, Event::Pull, id, found.as_ref()).await?;
                return Err(PullError::NotFound);
            };
            let copy = Copy { packet: packet.clone(), row };
            if let Some(ended) = copy.ended(now) {
                return Err(self.gone(caller, &copy, ended).await?);
            }
            let permit = match self.decide_again(&copy, now).await? {
                Ok(permit) => permit,
                Err(no) => return Err(self.refuse(caller, &copy, no).await?),
            };
            let account = account(&copy, Outcome::Permitted).permitted(&permit, &copy.row.categories);
            let entry = self.entry(caller, account)?;
            match self.writer.submit(Write::new(Deliver { permit }, vec![entry])).await {
                Ok(delivered) => return self.hand_over(caller, &copy, delivered),
                Err(error) if error.may_decide_again() => {}
                Err(error) => {
                    return Err(match error.conflict().and_then(Ended::met) {
                        Some(ended) => self.gone(caller, &copy, ended).await?,
                        None => Trouble::from(error).into(),
                    });
                }
            }
        }
        Err(Trouble::Restless.into())
    }

    fn hand_over(
        &self,
        caller: &Caller,
        copy: &Copy,
        delivered: Committed<Done<Delivery>>,
    ) -> Result<Released, PullError> {
        let evidence =
            delivered.get().evidence.first().ok_or(Trouble::Inconsistent("a delivery without an entry"))?;
        let about = Receipt { party: caller.party(), packet: Some(copy.packet.id), event: Event::Pull };
        let receipt = self.receipt(about, evidence)?;
        Ok(Released::mint(delivered, copy, receipt))
    }

    /// Today's decision about a stored copy: the same basis, and no category that it does not allow any more.
    async fn decide_again(&self, copy: &Copy, now: Timestamp) -> Result<Result<Permit, No>, Trouble> {
        let kept = self.kept_header(&copy.packet)?;
        let asked = Asked {
            packet: Some(copy.packet.id),
            dataset: &copy.packet.dataset,
            purpose: &copy.packet.purpose,
            basis: Some(&copy.row.basis),
            sender: copy.packet.sender,
            recipient: copy.row.party,
            person: Some(copy.packet.person),
            facts: &kept.person,
            is_pgn: kept.is_pgn,
            categories: &copy.row.categories,
            request: kept.request,
            submitted: copy.packet.created,
            now,
        };
        let Gathered { facts, .. } = self.gather(&asked).await?;
        // Read after the version of the sender was noted: a block that comes later makes the permit void.
        if self.store.party(&copy.packet.sender).await?.is_none_or(|sender| sender.blocked) {
            return Ok(Err(No::Refused(Refusal {
                kind: RefusalKind::ConditionsFail,
                basis: Some(copy.row.basis.clone()),
                reasons: vec![sender_blocked()],
                policy_digest: self.policy_digest(),
                decided_at: now,
            })));
        }
        Ok(match self.engine.decide(&facts) {
            Decision::Refusal(refusal) => Err(No::Refused(refusal)),
            Decision::Permit(permit) if copy.row.categories.is_subset(permit.allowed()) => Ok(permit),
            Decision::Permit(permit) => Err(No::Narrowed(Refusal {
                kind: RefusalKind::NoBasis,
                basis: Some(permit.basis().clone()),
                reasons: vec![narrowed()],
                policy_digest: permit.policy_digest(),
                decided_at: now,
            })),
        })
    }

    /// Notes the refusal; a sender whose packet can never be released as it is, is told.
    async fn refuse(&self, caller: &Caller, copy: &Copy, no: No) -> Result<PullError, Trouble> {
        let (No::Refused(refusal) | No::Narrowed(refusal)) = &no;
        let entry = self.entry(caller, account(copy, Outcome::Refused).refused(refusal, Knows::Both))?;
        Ok(PullError::Refused(match no {
            No::Refused(refusal) => {
                self.record(vec![entry]).await?;
                refusal
            }
            No::Narrowed(refusal) => {
                let (packet, sender) = (copy.packet.id, copy.packet.sender);
                let effect = TellNarrowed { packet, sender, party: copy.row.party };
                drop(self.writer.submit(Write::new(effect, vec![entry])).await?);
                refusal
            }
        }))
    }

    /// What was kept with a packet for later decisions.
    pub(super) fn kept_header(&self, packet: &PacketRow) -> Result<KeptHeader, Trouble> {
        let place = Place { table: "packet", row: &packet.id.to_string(), column: "header" };
        let kept: Zeroizing<Vec<u8>> = self.at_rest.open(place, &packet.header)?;
        serde_json::from_slice(&kept).map_err(|_| Trouble::Inconsistent("the kept header of a packet"))
    }

    async fn gone(&self, caller: &Caller, copy: &Copy, ended: Ended) -> Result<PullError, Trouble> {
        let account = account(copy, Outcome::Refused).because(ended.as_str());
        let entry = self.entry(caller, account)?;
        self.record(vec![entry]).await?;
        Ok(PullError::Gone(ended))
    }
}

fn account(copy: &Copy, outcome: Outcome) -> Account {
    let Copy { packet, row } = copy;
    let event = if row.party.role == Role::Betrokkene { Event::CopyForPerson } else { Event::Pull };
    let mut account = Account::of(event, outcome);
    account.shared = Part {
        packet: Some(packet.id),
        request: packet.request,
        dataset: Some(packet.dataset.clone()),
        dataset_version: Some(packet.dataset_version),
        purpose: Some(packet.purpose.clone()),
        sender: Some(packet.sender),
        recipient: Some(row.party),
        jwe_sha256: Some(row.jwe_sha256),
        key_thumbprint: Some(row.thumbprint.clone()),
        ..account.shared
    };
    account.sender = Some(packet.sender);
    account.recipient = (row.party.role != Role::Betrokkene).then_some(row.party);
    account.person = Some(packet.person);
    account
}

fn sender_blocked() -> Fault {
    Fault {
        now: Some(Bilingual::new(
            "Neem contact op met de afzender. Is de blokkade opgeheven, dan kunt u het pakket alsnog ophalen.",
            "Contact the sender. When the block is lifted, the packet can be collected after all.",
        )),
        ..Fault::at(
            "",
            "sender-blocked",
            "De beheerder heeft de afzender geblokkeerd. Wat die stuurde, wordt nu niet uitgeleverd.",
            "The operator has blocked the sender. What it sent is not released now.",
        )
    }
}

fn narrowed() -> Fault {
    Fault {
        now: Some(Bilingual::new(
            "Vraag de afzender om het pakket opnieuw te sturen.",
            "ask the sender to push the packet again",
        )),
        ..Fault::at(
            "",
            "categories-narrowed",
            "Het pakket bevat gegevens die de grondslag vandaag niet meer toelaat.",
            "the packet holds categories that its basis does not allow any more",
        )
    }
}
