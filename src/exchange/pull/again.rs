//! Today's decision about what was sealed on another day.

use jiff::Timestamp;

use super::copy::Copy;
use crate::{
    domain::problem::{Bilingual, Fault},
    exchange::{
        facts::{Asked, Gathered},
        toolbox::Toolbox,
        trouble::Trouble,
    },
    policy::{
        facts::Facts,
        permit::{Decision, Permit, Refusal, RefusalKind},
        wording::Ages,
    },
    store::snapshot::Snapshot,
};

/// Today's decision.
pub(super) enum Again {
    /// Yes, for all that was sealed.
    Permitted(Box<Permit>),
    /// No: the policies say so, or the sender is blocked.
    Refused(Refusal),
    /// It would be yes for less than was sealed.
    Narrowed(Refusal),
}

/// Today's decision about a stored copy: the same basis, and no category that it does not allow any more.
pub(super) fn decide_again(
    tools: &Toolbox,
    copy: &Copy,
    now: Timestamp,
    snapshot: &Snapshot,
) -> Result<Again, Trouble> {
    let kept = tools.kept_header(&copy.packet)?;
    let asked = Asked {
        packet: Some(copy.packet.id),
        dataset: &copy.packet.dataset,
        purpose: &copy.packet.purpose,
        basis: Some(&copy.row.basis),
        sender: copy.packet.sender,
        recipient: copy.row.party,
        municipality: copy.row.municipality.as_ref(),
        person: Some(copy.packet.person),
        facts: &kept.person,
        is_pgn: kept.is_pgn,
        categories: &copy.row.categories,
        rests_on: kept.rests_on,
        reply: kept.reply.as_ref(),
        submitted: copy.packet.created,
        now,
    };
    let Gathered { facts, .. } = tools.gather(snapshot, &asked)?;
    // The recipient hears why not, and not how old the person is: it has not received that.
    let facts = Facts { tells_age: false, ..facts };
    // It is among the subjects: a block that comes later makes the permit void.
    if snapshot.register().party(&copy.packet.sender).is_none_or(|sender| sender.blocked) {
        return Ok(Again::Refused(Refusal {
            kind: RefusalKind::ConditionsFail,
            basis: Some(copy.row.basis.clone()),
            reasons: vec![sender_blocked()],
            ages: Ages::new(),
            policy_digest: tools.policy_digest(),
            decided_at: now,
        }));
    }
    Ok(match tools.engine.decide(&facts) {
        Decision::Refusal(refusal) => Again::Refused(for_the_sender(refusal)),
        Decision::Permit(permit) if copy.row.categories.is_subset(permit.allowed()) => {
            Again::Permitted(Box::new(permit))
        }
        Decision::Permit(permit) => Again::Narrowed(Refusal {
            kind: RefusalKind::NoBasis,
            basis: Some(permit.basis().clone()),
            reasons: vec![narrowed()],
            ages: Ages::new(),
            policy_digest: permit.policy_digest(),
            decided_at: now,
        }),
    })
}

/// What the policies advise is for who sent it; here the recipient reads it.
fn for_the_sender(mut refusal: Refusal) -> Refusal {
    for reason in &mut refusal.reasons {
        reason.now = reason.now.take().map(|now| {
            Bilingual::of(format!("Voor de afzender: {}", now.nl), format!("For the sender: {}", now.en))
        });
    }
    refusal
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
            "Ask the sender to push the packet again.",
        )),
        ..Fault::at(
            "",
            "categories-narrowed",
            "Het pakket bevat gegevens die de grondslag vandaag niet meer toelaat.",
            "The packet holds categories that its basis does not allow any more.",
        )
    }
}
