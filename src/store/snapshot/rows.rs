//! From the rows of the statement to what each caller asked for. The columns are those of [`super::text`], by position.

use std::{
    collections::{BTreeMap, BTreeSet},
    str::FromStr,
};

use jiff::Timestamp;
use sqlx::{Row as _, any::AnyRow};

use super::{
    Needs, Wish,
    seals::Seals,
    text::{self, kind},
};
use crate::{
    domain::{
        clock::from_millis,
        declaration::Verdict,
        digest::Digest,
        id::{DeclarationId, PacketId, PersonId},
        party::PartyId,
    },
    store::{
        error::StoreError,
        model::{Answered, CopyRow, DeclarationRow, DeclarationState, Evidenced, Made, MessageRow},
        register::Kept,
        seal::{Sealed, layout::Placed},
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
    pub(super) wishes: Vec<Wish>,
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
        self.wishes.sort_by_key(|wish| (wish.given_at, wish.id));
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

fn message(row: &Row<'_>) -> Result<MessageRow, StoreError> {
    let version = u32::try_from(row.number(0)?);
    Ok(MessageRow {
        id: row.text(0)?,
        kind: row.text(1)?,
        dataset: row.text(2)?,
        purpose: row.text(3)?,
        sender: PartyId::new(row.text(4)?, row.text(5)?),
        person: row.text(6)?,
        state: row.text(7)?,
        rests_on: row.maybe(8)?,
        reply: row.maybe(9)?.zip(row.maybe(10)?),
        dataset_version: version.map_err(|_| StoreError::inconsistent("message.dataset_version"))?,
        created: row.instant(1)?,
        created_index: row.index(2)?,
        expires: row.instant(3)?,
        header: row.maybe_bytes()?,
        copies: Vec::new(),
    })
}

fn copy(row: &Row<'_>) -> Result<CopyRow, StoreError> {
    Ok(CopyRow {
        party: PartyId::new(row.text(1)?, row.text(2)?),
        municipality: row.maybe(3)?,
        basis: row.text(4)?,
        categories: row.codes(5)?,
        omitted: row.codes(6)?,
        jwe_sha256: row.text(7)?,
        thumbprint: row.text(8)?,
        state: row.text(9)?,
        pushed_index: row.index(1)?,
        collected_at: row.maybe_instant(2)?,
        collected_index: row.maybe_index(3)?,
        acknowledged_at: row.maybe_instant(4)?,
        acknowledged_index: row.maybe_index(5)?,
        ended_index: row.maybe_index(6)?,
    })
}

fn answered(row: &Row<'_>) -> Result<Option<Answered>, StoreError> {
    let Some(outcome) = row.maybe(10)? else { return Ok(None) };
    Ok(Some(Answered { outcome, at: row.instant(7)?, index: row.index(8)?, repeated: false }))
}

fn wish(row: &Row<'_>) -> Result<Wish, StoreError> {
    let towards = row.maybe(5)?.zip(row.maybe(6)?);
    Ok(Wish {
        id: row.text(0)?,
        person: row.text(1)?,
        kind: row.text(2)?,
        dataset: row.text(3)?,
        purpose: row.maybe(4)?,
        towards: towards.map(|(oin, role)| PartyId::new(oin, role)),
        municipality: row.maybe(7)?,
        given_by: row.text(8)?,
        given_at: row.instant(0)?,
        until: row.maybe_instant(1)?,
        explicit: row.number(2)? != 0,
        upheld: false,
    })
}

fn declaration(row: &Row<'_>) -> Result<DeclarationRow, StoreError> {
    let Wish {
        id,
        person,
        kind,
        dataset,
        purpose,
        towards,
        municipality,
        given_by,
        given_at,
        until,
        explicit,
        upheld: _,
    } = wish(row)?;
    Ok(DeclarationRow {
        id,
        person,
        kind,
        dataset,
        purpose,
        towards,
        municipality,
        given_by,
        given_at,
        until,
        explicit,
        evidence: Evidenced { kind: row.text(9)?, digest: row.maybe(10)?, recorded_on: row.text(11)? },
        facts: row.maybe_bytes()?,
        recorder: PartyId::new(row.text(12)?, row.text(13)?),
        recorded_at: row.instant(3)?,
        recorded_index: row.index(4)?,
        state: row.text(14)?,
        // No decision looks at it.
        withdrawn_by: row.maybe(15)?,
        withdrawn_at: row.maybe_instant(5)?,
        withdrawn_index: row.maybe_index(6)?,
    })
}

/// A row of the statement.
pub(super) struct Row<'r>(pub(super) &'r AnyRow);

const SLOT: usize = 0;
const KIND: usize = 1;
const TEXTS: usize = 2;
const NUMBERS: usize = TEXTS + text::TEXTS;
const BYTES: usize = NUMBERS + text::NUMBERS;
/// What the error names: the statement has no columns by name.
const PLACE: &str = "snapshot";

impl Row<'_> {
    /// Which of the things that were looked for; none is the head.
    pub(super) fn slot(&self) -> Result<Option<usize>, StoreError> {
        Ok(usize::try_from(self.plain(SLOT)?.ok_or_else(missing)?).ok())
    }

    fn kind(&self) -> Result<i64, StoreError> {
        self.plain(KIND)?.ok_or_else(missing)
    }

    fn plain(&self, column: usize) -> Result<Option<i64>, StoreError> {
        self.0.try_get(column).map_err(|_| missing())
    }

    fn maybe<T: FromStr>(&self, text: usize) -> Result<Option<T>, StoreError> {
        let text: Option<&str> = self.0.try_get(TEXTS + text).map_err(|_| missing())?;
        text.map(|text| text.parse().map_err(|_| missing())).transpose()
    }

    fn text<T: FromStr>(&self, text: usize) -> Result<T, StoreError> {
        self.maybe(text)?.ok_or_else(missing)
    }

    fn codes<T: FromStr + Ord>(&self, text: usize) -> Result<BTreeSet<T>, StoreError> {
        let text: &str = self.0.try_get(TEXTS + text).map_err(|_| missing())?;
        let codes = text.split(',').filter(|code| !code.is_empty());
        codes.map(|code| code.parse().map_err(|_| missing())).collect()
    }

    pub(super) fn maybe_number(&self, number: usize) -> Result<Option<i64>, StoreError> {
        self.plain(NUMBERS + number)
    }

    fn number(&self, number: usize) -> Result<i64, StoreError> {
        self.maybe_number(number)?.ok_or_else(missing)
    }

    fn maybe_index(&self, number: usize) -> Result<Option<u64>, StoreError> {
        let value = self.maybe_number(number)?;
        value.map(|value| u64::try_from(value).map_err(|_| missing())).transpose()
    }

    fn index(&self, number: usize) -> Result<u64, StoreError> {
        self.maybe_index(number)?.ok_or_else(missing)
    }

    fn maybe_instant(&self, number: usize) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.maybe_number(number)?.map(from_millis))
    }

    fn instant(&self, number: usize) -> Result<Timestamp, StoreError> {
        self.maybe_instant(number)?.ok_or_else(missing)
    }

    fn maybe_bytes(&self) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.try_get(BYTES).map_err(|_| missing())
    }

    pub(super) fn plain_text(&self, text: usize) -> Result<Option<&str>, StoreError> {
        self.0.try_get(TEXTS + text).map_err(|_| missing())
    }

    /// The seal of the row, or that of what is joined to it.
    pub(super) fn seal(&self, of: usize) -> Result<Option<&[u8]>, StoreError> {
        self.0.try_get(BYTES + 1 + of).map_err(|_| missing())
    }

    pub(super) fn bytes(&self) -> Result<&[u8], StoreError> {
        self.0.try_get(BYTES).map_err(|_| missing())
    }
}

impl Placed for Row<'_> {
    fn text_at(&self, place: usize) -> Result<Option<&str>, StoreError> {
        self.plain_text(place)
    }

    fn number_at(&self, place: usize) -> Result<Option<i64>, StoreError> {
        self.maybe_number(place)
    }

    fn bytes_at(&self, _: usize) -> Result<Option<&[u8]>, StoreError> {
        self.0.try_get(BYTES).map_err(|_| missing())
    }
}

pub(super) fn missing() -> StoreError {
    StoreError::inconsistent(PLACE)
}
