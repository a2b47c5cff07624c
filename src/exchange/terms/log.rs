//! What entries say is erased when the log's term is over; the log itself stays, and every proof with it.

use std::sync::atomic::Ordering;

use jiff::Timestamp;

use super::{
    super::{
        Exchange,
        entry::{Account, Clock},
        perform::At,
        plain::PlainError,
        trouble::Trouble,
    },
    step::{AT_ONCE, Step, Timed},
};
use crate::{
    accesslog::entry::{Event, Outcome, Part, PartName, ReaderRow, open_part, parse_leaf},
    crypto::at_rest::AtRest,
    domain::{clock::from_millis, party::PartyId},
    store::{
        read::EntryRow,
        write::{EraseBodies, ErasedEntry},
    },
};

struct Erase(EraseBodies);

impl Step for Erase {
    type Effect = EraseBodies;

    fn plan(&self, _: &At<'_, Clock>) -> Option<(EraseBodies, Vec<Account>)> {
        let last = self.0.entries.last()?.index;
        let mut account = Account::of(Event::BodyErased, Outcome::Recorded);
        // What was erased before is among it: the entries that said so are erased in their turn.
        account.shared.entries = Some([0, last]);
        Some((self.0.clone(), vec![account]))
    }
}

impl Exchange {
    /// Erases what entries say whose term is over, and answers of how many. What says who takes part, with which keys and by which
    /// policies, stays: no person stands in it, and the register is explained by it.
    pub(super) async fn erase_old_bodies(&self) -> Result<usize, Trouble> {
        let kept_for = self.tools.settings.log_kept_for;
        let until = self.clock.now().saturating_sub(kept_for).unwrap_or(Timestamp::MIN);
        let mut all = 0;
        loop {
            let from = self.erased_to.load(Ordering::Relaxed);
            let page = self.store.bodies_from(from, AT_ONCE).await?;
            let old: Vec<_> =
                page.iter().take_while(|row| time_of(row).is_some_and(|time| time <= until)).collect();
            let Some(next) = old.last().map(|row| row.index.saturating_add(1)) else { return Ok(all) };
            let at_rest = self.tools.at_rest();
            let entries: Vec<_> = old.iter().filter_map(|row| erasable(row, &at_rest)).collect();
            if !entries.is_empty() {
                let count = entries.len();
                match self.perform(&Clock, &Timed(Erase(EraseBodies { entries, kept_for }))).await {
                    Ok(did) => all += if did { count } else { 0 },
                    Err(PlainError::Conflict(_)) => return Ok(all),
                    Err(PlainError::Trouble(trouble)) => return Err(trouble),
                }
            }
            self.erased_to.store(next, Ordering::Relaxed);
        }
    }
}

fn time_of(row: &EntryRow) -> Option<Timestamp> {
    let millis = i64::try_from(parse_leaf(&row.leaf).ok()?.time).ok()?;
    Some(from_millis(millis))
}

/// The entry, with the parties that find it by what it says; none where it stays.
fn erasable(row: &EntryRow, at_rest: &AtRest) -> Option<ErasedEntry> {
    let (mut shared, mut own): (Part, Vec<(PartName, Part)>) = (Part::default(), Vec::new());
    for body in &row.bodies {
        let opened = open_part(body.part, &row.commitments.of(body.part), &body.sealed, at_rest);
        // What cannot be read is kept no longer than the rest.
        let Ok(Some(says)) = opened.map(|opened| opened.part().ok().flatten()) else { continue };
        if body.part == PartName::Shared { shared = says } else { own.push((body.part, says)) }
    }
    if shared.event.is_some_and(Event::is_of_the_register) {
        return None;
    }
    let readers = ReaderRow::of(&shared, &own);
    let party = |row: &ReaderRow| Some(PartyId::new(row.oin.parse().ok()?, row.role.parse().ok()?));
    Some(ErasedEntry { index: row.index, readers: readers.iter().filter_map(party).collect() })
}
