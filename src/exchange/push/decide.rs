//! A permit for every recipient, or one refusal for all.

use jiff::Timestamp;

use super::{error::PushError, prepare::Prepared};
use crate::{
    accesslog::entry::{CategoryFault, Event, Outcome, Part},
    crypto::keys::RecipientKey,
    domain::{
        code::Category,
        id::{DeclarationId, PacketId, PersonId},
        party::{PartyId, Role},
        problem::{Bilingual, Fault},
    },
    exchange::{
        caller::Caller,
        entry::{Account, InVain, Knows},
        facts::{Asked, Gathered},
        perform::{At, No},
        recipients::Resolved,
        submission::Header,
        toolbox::Toolbox,
        trouble::Trouble,
    },
    policy::{
        dataset::{Dataset, DatasetKind},
        minimise::{MISSING, NOT_OPTIONAL},
        permit::{Decision, Permit},
    },
    store::register::Register,
};

/// The code of what cannot be sealed.
pub(super) const NO_KEY: &str = "recipient-has-no-key";

/// A recipient for whom a permit was given.
pub(in crate::exchange) struct Allowed {
    pub(super) resolved: Resolved,
    pub(super) permit: Permit,
    pub(super) key: RecipientKey,
    pub(super) declarations: Vec<DeclarationId>,
}

/// A permit for every recipient, or one refusal that names all reasons.
pub(super) fn decide_all(
    at: &At<'_, Caller>,
    header: &Header,
    prepared: &Prepared<'_>,
    id: PacketId,
) -> Result<Vec<Allowed>, No<PushError>> {
    let person = at.facts.person();
    let mut allowed = Vec::new();
    let mut refused = Vec::new();
    let mut keyless = Vec::new();
    let mut accounts = Vec::new();
    for resolved in &prepared.recipients {
        let asked = asked(at.by, header, prepared, resolved, Some(id), person, at.now);
        let Gathered { facts, declarations } = at.tools.gather(at.facts, &asked)?;
        let event = event_of(prepared.dataset.kind);
        let account = account_of(at.by, &asked, event, Outcome::Refused);
        match at.tools.engine.decide(&facts) {
            Decision::Refusal(refusal) => {
                accounts.push(account.refused(&refusal, Knows::Sender));
                refused.push((resolved.at, refusal));
            }
            Decision::Permit(permit) => {
                let key = key_of(at.facts.register(), at.by.party(), resolved.party, at.now)?;
                let cause = if key.is_some() { ANOTHER_REFUSED } else { NO_KEY };
                // Kept only if the push fails for another's sake.
                let why = InVain { cause, ..InVain::default() };
                accounts.push(account.permitted_in_vain(&permit, asked.categories, why));
                match key {
                    Some(key) => {
                        allowed.push(Allowed { resolved: resolved.clone(), permit, key, declarations });
                    }
                    None => keyless.push(no_key(resolved.at)),
                }
            }
        }
    }
    if refused.is_empty() && keyless.is_empty() {
        return Ok(allowed);
    }
    let error = if refused.is_empty() { PushError::NoKey(keyless) } else { PushError::Refused(refused) };
    Err(No::For(error, accounts))
}

/// It was decided, and the content then did not fit the bases.
pub(super) fn forbidden(
    at: &At<'_, Caller>,
    header: &Header,
    prepared: &Prepared<'_>,
    allowed: &[Allowed],
    faults: &[Fault],
) -> Vec<Account> {
    let account = |Allowed { resolved, permit, .. }: &Allowed| {
        let (id, person) = (permit.packet(), at.facts.person());
        let asked = asked(at.by, header, prepared, resolved, id, person, at.now);
        let account = account_of(at.by, &asked, event_of(prepared.dataset.kind), Outcome::Refused);
        let why = content_not_allowed(permit, prepared.dataset, faults);
        account.permitted_in_vain(permit, asked.categories, why)
    };
    allowed.iter().map(account).collect()
}

impl Toolbox {
    /// Whether anything may be derived from the person's number: from an own number always, from a persoonsgebonden nummer
    /// only where it may travel to every recipient. A pseudonym of the number is a use of it.
    pub(super) fn may_derive(
        &self,
        caller: &Caller,
        header: &Header,
        prepared: &Prepared<'_>,
        now: Timestamp,
    ) -> Result<bool, Trouble> {
        if !header.reference.is_pgn() {
            return Ok(true);
        }
        for resolved in &prepared.recipients {
            let asked = asked(caller, header, prepared, resolved, None, None, now);
            if !self.engine.carries_pgn(&self.gather(&caller.seen, &asked)?.facts) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// What an entry says about a packet that is asked for, before the decision is added.
pub(super) fn account_of(caller: &Caller, asked: &Asked<'_>, event: Event, outcome: Outcome) -> Account {
    let mut account = Account::of(event, outcome);
    account.sender = Some(caller.party());
    account.person = asked.person;
    account.for_sender = Part {
        packet: asked.packet,
        request: asked.reply.map(|(id, _)| *id).or(asked.rests_on),
        answer: asked.reply.map(|(_, outcome)| outcome.clone()),
        dataset: Some(asked.dataset.clone()),
        purpose: Some(asked.purpose.clone()),
        recipient: Some(asked.recipient),
        municipality: asked.municipality.cloned(),
        categories: asked.categories.clone(),
        ..Part::default()
    };
    account
}

/// The key to which the recipient wants to be sealed now; the person's copy is sealed to the sender, who hands it over.
pub(super) fn key_of(
    register: &Register,
    sender: PartyId,
    recipient: PartyId,
    now: Timestamp,
) -> Result<Option<RecipientKey>, Trouble> {
    let owner = if recipient.role == Role::Betrokkene { sender } else { recipient };
    Ok(register.sealing_key(&owner, now)?.cloned())
}

/// The question about one recipient of a submission.
pub(super) fn asked<'a>(
    caller: &Caller,
    header: &'a Header,
    prepared: &'a Prepared<'_>,
    resolved: &'a Resolved,
    packet: Option<PacketId>,
    person: Option<PersonId>,
    now: Timestamp,
) -> Asked<'a> {
    Asked {
        packet,
        dataset: &header.dataset,
        purpose: &header.purpose,
        // The person's copy has a basis of its own, whatever the sender names for the others.
        basis: header.basis.as_ref().filter(|_| resolved.at.is_some()),
        sender: caller.party(),
        recipient: resolved.party,
        municipality: resolved.municipality.as_ref(),
        person,
        facts: &header.person,
        is_pgn: header.reference.is_pgn(),
        categories: prepared.contents.categories(),
        rests_on: header.rests_on,
        reply: header.reply.as_ref(),
        submitted: now,
        now,
    }
}

/// Another recipient of the same packet stood in the way.
const ANOTHER_REFUSED: &str = "another-recipient-refused";

/// Why the content cannot go to this recipient, under the provisions that name what may; or that another one's basis stood
/// in the way.
pub(super) fn content_not_allowed(permit: &Permit, dataset: &Dataset, faults: &[Fault]) -> InVain {
    let mut found: Vec<CategoryFault> = Vec::new();
    for fault in faults {
        let category = fault.pointer.strip_prefix("/content/").and_then(|name| dataset.category_of(name));
        let Some(category) = category.filter(|category| concerns(permit, category, &fault.code)) else {
            continue;
        };
        let fault = CategoryFault { category: category.clone(), code: fault.code.to_string() };
        if !found.contains(&fault) {
            found.push(fault);
        }
    }
    if found.is_empty() {
        return InVain { cause: ANOTHER_REFUSED, ..InVain::default() };
    }
    let basis = dataset.bases.get(permit.basis());
    let provisions = basis.map(|basis| basis.provisions.clone()).unwrap_or_default();
    InVain { cause: "content-not-allowed", faults: found, provisions }
}

/// Whether a fault of the content is one under this permit: the bases of several recipients differ.
fn concerns(permit: &Permit, category: &Category, code: &str) -> bool {
    match code {
        MISSING => permit.required().contains(category),
        NOT_OPTIONAL => permit.party().role != Role::Betrokkene && !permit.opt_out().contains(category),
        _ => !permit.allowed().contains(category),
    }
}

pub(super) fn no_key(at: Option<usize>) -> Fault {
    let Some(at) = at else { return no_key_for_copy() };
    let pointer = format!("/recipients/{at}");
    Fault {
        now: Some(Bilingual::new(
            "Vraag de ontvanger om een sleutel te publiceren en stuur het daarna opnieuw.",
            "Ask the recipient to publish a key, then send it again.",
        )),
        ..Fault::at(
            pointer,
            NO_KEY,
            "Deze ontvanger heeft geen sleutel om voor te versleutelen.",
            "This recipient has no key that could be sealed to.",
        )
    }
}

fn no_key_for_copy() -> Fault {
    Fault {
        now: Some(Bilingual::new(
            "Publiceer zelf een sleutel (POST /v1/keys) en stuur het daarna opnieuw.",
            "Publish a key of your own (POST /v1/keys), then send it again.",
        )),
        ..Fault::at(
            "/copyForPerson",
            NO_KEY,
            "De kopie voor de jongere wordt voor u versleuteld, en u heeft geen sleutel gepubliceerd.",
            "The person's copy is sealed to you, and you have published no key.",
        )
    }
}

/// As what a message of this kind is handed in.
pub(super) const fn event_of(kind: DatasetKind) -> Event {
    match kind {
        DatasetKind::Packet => Event::Push,
        DatasetKind::Request => Event::Request,
        DatasetKind::Question => Event::Question,
    }
}
