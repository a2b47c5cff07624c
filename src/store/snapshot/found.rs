//! What of the rows of the statement each caller asked for.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{
    kinds::kind,
    needs::Needs,
    row::Row,
    rows::{answered, copy, declaration, message, wish},
    seals::Seals,
    wish::StandingWish,
};
use crate::{
    domain::{
        declaration::Verdict,
        digest::Digest,
        id::{DeclarationId, PacketId, PersonId},
        party::PartyId,
    },
    store::{
        error::StoreError,
        model::{Answered, CopyRow, DeclarationRow, DeclarationState, Made, MessageRow},
        register::Kept,
        seal::Sealed,
    },
};

/// What was found for one caller.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) entries: u64,
    pub(super) register: i64,
    pub(super) last: Timestamp,
    pub(super) made: Option<(Digest, Made)>,
    /// With the place of the pseudonym that led to it: the first counts.
    pub(super) person: Option<(usize, PersonId)>,
    pub(super) messages: BTreeMap<PacketId, MessageRow>,
    pub(super) answers: BTreeMap<(PacketId, PartyId), Answered>,
    pub(super) wishes: Vec<StandingWish>,
    pub(super) declarations: Vec<DeclarationRow>,
    pub(super) sealed: Seals,
    /// Who is a party to which message, as its rows have it.
    parties: BTreeSet<(PacketId, PartyId)>,
    decided: BTreeMap<DeclarationId, BTreeSet<Verdict>>,
    copies: Vec<(PacketId, i64, CopyRow)>,
    /// How many copies each message has.
    counts: BTreeMap<PacketId, i64>,
}

impl Found {
    pub(super) fn head(&mut self, row: &Row<'_>) -> Result<(), StoreError> {
        (self.entries, self.register, self.last) = (row.index(0)?, row.number(1)?, row.instant(2)?);
        Ok(())
    }

    pub(super) fn take(&mut self, slot: usize, row: &Row<'_>) -> Result<(), StoreError> {
        match row.kind()? {
            kind::MADE => {
                self.sealed.made(row)?;
                let made = match (row.maybe(0)?, row.maybe(1)?) {
                    (Some(packet), None) => Made::Message(packet),
                    (None, Some(declaration)) => Made::Declaration(declaration),
                    _ => return Err(StoreError::inconsistent("idempotency")),
                };
                let body = Digest::from_slice(row.bytes()?);
                self.made =
                    Some((body.map_err(|_| StoreError::inconsistent("idempotency.body_hmac"))?, made));
            }
            kind::PERSON => {
                self.sealed.pseudonym(row)?;
                if self.person.is_none_or(|(earlier, _)| slot < earlier) {
                    self.person = Some((slot, row.text(0)?));
                }
            }
            kind::MESSAGE => {
                self.sealed.message(row)?;
                let message = message(row)?;
                self.counts.insert(message.id, row.number(5)?);
                self.messages.insert(message.id, message);
            }
            kind::COPY => {
                self.sealed.copy(row)?;
                let (id, copy) = (row.text(0)?, copy(row)?);
                if let Some(answered) = answered(row)? {
                    self.answers.insert((id, copy.party), answered);
                }
                self.copies.push((id, row.number(0)?, copy));
            }
            kind::WISH => {
                self.sealed.declaration(row, true)?;
                if row.text::<DeclarationState>(14)? == DeclarationState::Given {
                    self.wishes.push(wish(row)?);
                }
            }
            kind::DECLARATION => {
                self.sealed.declaration(row, false)?;
                self.declarations.push(declaration(row)?);
            }
            kind::DECISION => {
                self.sealed.decision(row)?;
                self.decided.entry(row.text(0)?).or_default().insert(row.text(1)?);
            }
            kind::SUBJECT => self.sealed.person(row)?,
            _ => return Err(StoreError::inconsistent("snapshot")),
        }
        Ok(())
    }

    /// What several ways lead to is there once; all has its order.
    pub(super) fn in_order(mut self, needs: &Needs) -> Self {
        self.copies.sort_by_key(|(packet, position, _)| (*packet, *position));
        self.copies.dedup_by_key(|(packet, position, _)| (*packet, *position));
        for (packet, _, copy) in self.copies.drain(..) {
            self.parties.insert((packet, copy.party));
            match self.messages.get_mut(&packet) {
                Some(packet) => packet.copies.push(copy),
                None => self.sealed.lack(Sealed::Message),
            }
        }
        for (id, message) in &self.messages {
            self.parties.insert((*id, message.sender));
            let count = i64::try_from(message.copies.len()).ok();
            if self.counts.get(id).copied() != count {
                self.sealed.lack(Sealed::Copy);
            }
        }
        for asked in needs.messages.iter().filter_map(|id| self.messages.get(id)) {
            let named = asked.rests_on.into_iter().chain(asked.reply.as_ref().map(|(id, _)| *id));
            if named.into_iter().any(|id| !self.messages.contains_key(&id)) {
                self.sealed.lack(Sealed::Message);
            }
        }
        let decided = &self.decided;
        let is_ended =
            |id: &DeclarationId| decided.get(id).is_some_and(|all| all.iter().any(|verdict| verdict.ends()));
        self.wishes.retain(|wish| !is_ended(&wish.id));
        for wish in &mut self.wishes {
            wish.upheld = decided.get(&wish.id).is_some_and(|all| all.contains(&Verdict::Gegrond));
        }
        for declaration in &mut self.declarations {
            if declaration.state == DeclarationState::Given && is_ended(&declaration.id) {
                declaration.state = DeclarationState::Ended;
            }
        }
        self.wishes.sort_by_key(|wish| (wish.said.given_at, wish.id));
        self.wishes.dedup_by_key(|wish| wish.id);
        self
    }

    /// # Errors
    /// `Inconsistent` when something of it is not as the gateway wrote it last, or is gone.
    pub(super) fn check(&self, needs: &Needs, kept: &Kept) -> Result<(), StoreError> {
        for id in needs.messages.iter().filter(|id| !self.messages.contains_key(*id)) {
            for (table, name) in names_for(needs.asker.as_ref(), *id) {
                kept.memory.absent(table, &name, self.entries)?;
            }
        }
        if let (Some((party, key)), None) = (&needs.made_under, &self.made) {
            let name = Sealed::Made.name(&[&party.oin.to_string(), &party.role.to_string(), key]);
            kept.memory.absent(Sealed::Made, &name, self.entries)?;
        }
        self.sealed.check(&needs.pseudonyms, kept, self.entries)
    }

    /// Whether who asks is a party to this message, by its rows or by what is remembered of them.
    pub(super) fn concerns(&self, asker: &PartyId, id: PacketId, kept: &Kept) -> bool {
        self.parties.contains(&(id, *asker))
            || names_for(Some(asker), id)
                .iter()
                .any(|(table, name)| kept.memory.absent(*table, name, self.entries).is_err())
    }
}

/// The rows by which a party has to do with a message: its own one, and its copy.
fn names_for(asker: Option<&PartyId>, id: PacketId) -> Vec<(Sealed, String)> {
    let name = |table: Sealed| asker.map(|asker| (table, table.name_of(&id.to_string(), asker)));
    [Sealed::Message, Sealed::Copy].into_iter().filter_map(name).collect()
}
