//! The proof that the policies allow one transfer, and the answer that is not one.

use std::{collections::BTreeSet, fmt};

use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::Serialize;

use crate::{
    domain::{
        clock::amsterdam_midnight,
        code::{Category, DatasetCode, Grondslag, Purpose},
        digest::Digest,
        id::PacketId,
        party::PartyId,
        problem::Fault,
    },
    policy::load::{
        dataset::Basis,
        facts::{AsOf, Derived, Facts},
        wording::Ages,
    },
};

/// How long a permit lives.
pub const PERMIT_LIFE: SignedDuration = SignedDuration::from_secs(5);

/// The policies allow that one party receives one packet on one basis, now.
///
/// Only the engine makes one, and only when Cedar answered *allow* without any error. It is spent by use: whoever
/// needs it takes it over, and it cannot be copied.
/// ```compile_fail
/// # use sluis::policy::permit::Permit;
/// fn spend_twice(permit: Permit) -> (Permit, Permit) { (permit.clone(), permit) }
/// ```
/// The twin that differs by that line:
/// ```
/// # use sluis::policy::permit::Permit;
/// fn spend_once(permit: Permit) -> (Permit, ()) { (permit, ()) }
/// ```
/// Nor can it be written down from its parts:
/// ```compile_fail
/// # use sluis::policy::permit::Permit;
/// fn forge(permit: Permit) -> Permit { Permit { purpose: "other".parse().unwrap(), ..permit } }
/// ```
/// ```
/// # use sluis::policy::permit::Permit;
/// fn read(permit: &Permit) -> &str { permit.purpose().as_str() }
/// ```
#[must_use = "a permit that is not spent moves nothing"]
pub struct Permit {
    packet: Option<PacketId>,
    dataset: DatasetCode,
    purpose: Purpose,
    sender: PartyId,
    party: PartyId,
    basis: Grondslag,
    required: BTreeSet<Category>,
    allowed: BTreeSet<Category>,
    opt_out: BTreeSet<Category>,
    conditions: Vec<String>,
    as_of: AsOf,
    policy_digest: Digest,
    decided_at: Timestamp,
    not_after: Timestamp,
}

impl Permit {
    /// The mint. INVARIANT: called by the engine alone, after an answer *allow* without errors.
    pub(in crate::policy) fn mint(
        facts: &Facts,
        derived: &Derived,
        basis: &Basis,
        conditions: Vec<String>,
        policy_digest: Digest,
    ) -> Self {
        // Ages, terms and provisions change at midnight: no permit outlives the day it was decided on.
        let midnight = derived.today.checked_add(1.day()).map_or(facts.now, amsterdam_midnight);
        let life = facts.now.checked_add(PERMIT_LIFE).unwrap_or(facts.now);
        Self {
            packet: facts.subject,
            dataset: facts.dataset.clone(),
            purpose: facts.purpose.clone(),
            sender: facts.sender.party,
            party: facts.recipient.party,
            basis: basis.id.clone(),
            required: basis.required.clone(),
            allowed: basis.allowed(),
            opt_out: basis.opt_out.clone(),
            conditions,
            as_of: facts.as_of.clone(),
            policy_digest,
            decided_at: facts.now,
            not_after: facts.valid_until.map_or(life, |until| life.min(until)).min(midnight),
        }
    }

    /// The packet; `None` when the question was only what would be decided, and then nothing can be minimised.
    #[must_use]
    pub const fn packet(&self) -> Option<PacketId> {
        self.packet
    }

    /// The dataset.
    #[must_use]
    pub const fn dataset(&self) -> &DatasetCode {
        &self.dataset
    }

    /// The purpose.
    #[must_use]
    pub const fn purpose(&self) -> &Purpose {
        &self.purpose
    }

    /// Who sends.
    #[must_use]
    pub const fn sender(&self) -> PartyId {
        self.sender
    }

    /// Who may receive.
    #[must_use]
    pub const fn party(&self) -> PartyId {
        self.party
    }

    /// The one basis.
    #[must_use]
    pub const fn basis(&self) -> &Grondslag {
        &self.basis
    }

    /// The categories that the basis requires.
    #[must_use]
    pub const fn required(&self) -> &BTreeSet<Category> {
        &self.required
    }

    /// All categories that may be sent: required, optional and those that the person may have left out.
    #[must_use]
    pub const fn allowed(&self) -> &BTreeSet<Category> {
        &self.allowed
    }

    /// The categories that are left out if the person wishes so.
    #[must_use]
    pub const fn opt_out(&self) -> &BTreeSet<Category> {
        &self.opt_out
    }

    /// The conditions that were judged, and held.
    #[must_use]
    pub fn conditions(&self) -> &[String] {
        &self.conditions
    }

    /// As of which entry of the log the facts were read, and which they were.
    #[must_use]
    pub const fn as_of(&self) -> &AsOf {
        &self.as_of
    }

    /// The digest of the policies that decided.
    #[must_use]
    pub const fn policy_digest(&self) -> Digest {
        self.policy_digest
    }

    /// When it was decided.
    #[must_use]
    pub const fn decided_at(&self) -> Timestamp {
        self.decided_at
    }

    /// The first instant at which it is dead: five seconds on, or when a fact lapses, or at midnight in Amsterdam.
    #[must_use]
    pub const fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// Whether it may still be spent at this instant.
    #[must_use]
    pub fn is_alive(&self, now: Timestamp) -> bool {
        self.decided_at <= now && now < self.not_after
    }
}

impl fmt::Debug for Permit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit")
            .field("packet", &self.packet)
            .field("party", &self.party)
            .field("basis", &self.basis)
            .field("not_after", &self.not_after)
            .finish_non_exhaustive()
    }
}

/// Why the answer is no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefusalKind {
    /// No such dataset.
    UnknownDataset,
    /// No such purpose.
    UnknownPurpose,
    /// The packet holds a category that the dataset does not know.
    UnknownCategory,
    /// No basis, or not the one named, allows that this party receives this dataset for this purpose from that sender.
    NoBasis,
    /// More than one basis holds and the sender names none.
    AmbiguousBasis,
    /// The basis holds, its conditions do not.
    ConditionsFail,
    /// The role may not do this, or not on this date and in this capacity.
    Route,
    /// The policies or the facts could not be judged. It is the gateway that is at fault.
    PolicyFault,
}

impl RefusalKind {
    /// The code.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UnknownDataset => "unknown-dataset",
            Self::UnknownPurpose => "unknown-purpose",
            Self::UnknownCategory => "unknown-category",
            Self::NoBasis => "no-basis",
            Self::AmbiguousBasis => "ambiguous-basis",
            Self::ConditionsFail => "conditions-fail",
            Self::Route => "route",
            Self::PolicyFault => "policy-fault",
        }
    }
}

/// A no, with everything that stands in the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// Why.
    pub kind: RefusalKind,
    /// The basis that was judged, if one was.
    pub basis: Option<Grondslag>,
    /// All reasons at once; the code of a reason is the id of the condition.
    pub reasons: Vec<Fault>,
    /// The ages that the reasons say, by their places in the texts: so that the account of it can be told as it was.
    #[serde(skip)]
    pub ages: Ages,
    /// The digest of the policies that decided.
    pub policy_digest: Digest,
    /// When it was decided.
    pub decided_at: Timestamp,
}

/// The answer to: may this party receive this dataset about this person for this purpose now?
#[derive(Debug)]
#[must_use]
pub enum Decision {
    /// Yes, on this basis.
    Permit(Permit),
    /// No, for these reasons.
    Refusal(Refusal),
}

impl Decision {
    /// The permit, or the refusal as an error.
    ///
    /// # Errors
    /// The refusal.
    pub fn into_result(self) -> Result<Permit, Refusal> {
        match self {
            Self::Permit(permit) => Ok(permit),
            Self::Refusal(refusal) => Err(refusal),
        }
    }
}
