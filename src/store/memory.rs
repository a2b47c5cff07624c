//! What a gateway remembers of the rows that changed: by which entry each did last.
//!
//! A row that was put back to an older state has the seal of that state. Only what does not stand beside it in the database
//! tells that it is not the last: what this gateway wrote itself, and what the log says, whose entries name the rows that
//! they wrote. Of each row only a hash is kept, so that nine hundred thousand of them take some 24 MiB.

pub(super) mod log;

use std::{
    collections::BTreeMap,
    hash::{BuildHasher as _, RandomState},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use super::{error::StoreError, seal::Sealed};

/// The most rows that are remembered; then those that changed longest ago are forgotten.
const MOST: usize = 900_000;

/// The rows that entries wrote or deleted, by the entry.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Touched {
    pub(super) by: u64,
    pub(super) written: Vec<String>,
    pub(super) gone: Vec<String>,
    /// Which pseudonyms lead to whom, as far as this gateway wrote them: what is asked for, and the name of the row.
    pub(super) leads: Vec<(String, String)>,
}

/// What became of a row last: the index of the entry, and whether it deleted the row, in eight bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Last(u64);

impl Last {
    const fn new(by: u64, is_gone: bool) -> Self {
        Self((by << 1) | if is_gone { 1 } else { 0 })
    }

    const fn by(self) -> u64 {
        self.0 >> 1
    }

    const fn is_gone(self) -> bool {
        self.0 & 1 == 1
    }
}

#[derive(Debug, Default)]
pub(super) struct Memory {
    hasher: RandomState,
    rows: Mutex<BTreeMap<u64, Last>>,
    /// From what is asked for to the row that answers it.
    leads: Mutex<BTreeMap<u64, u64>>,
    /// The size of the log of which all that others wrote was read.
    known: AtomicU64,
}

impl Memory {
    /// Takes in what committed entries say. An older entry changes nothing that a newer one said.
    pub(super) fn learn<'t>(&self, touched: impl IntoIterator<Item = &'t Touched>) {
        let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        for one in touched {
            let mut leads = self.leads.lock().unwrap_or_else(PoisonError::into_inner);
            let hash = |text: &String| self.hasher.hash_one(text);
            leads.extend(one.leads.iter().map(|(asked, name)| (hash(asked), hash(name))));
            drop(leads);
            let written = one.written.iter().map(|name| (name, false));
            let gone = one.gone.iter().map(|name| (name, true));
            for (name, is_gone) in written.chain(gone) {
                let said = Last::new(one.by, is_gone);
                let last = rows.entry(self.hasher.hash_one(name)).or_insert(said);
                *last = said.max(*last);
            }
        }
        if rows.len() > MOST {
            let mut all: Vec<Last> = rows.values().copied().collect();
            let middle = all.len() / 2;
            let oldest = *all.select_nth_unstable(middle).1;
            rows.retain(|_, last| *last > oldest);
            let mut leads = self.leads.lock().unwrap_or_else(PoisonError::into_inner);
            leads.retain(|_, name| rows.contains_key(name));
        }
    }

    /// All that was written up to this size was learned.
    pub(super) fn knows(&self, size: u64) {
        self.known.fetch_max(size, Ordering::Relaxed);
    }

    /// Whether there is room for what older entries say.
    pub(super) fn has_room(&self) -> bool {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner).len() < MOST / 2
    }

    /// Refuses a row that was found as this entry left it, in a state of the database that has all entries below `entries`.
    ///
    /// # Errors
    /// `Inconsistent` when a later one of those changed it.
    pub(super) fn found(&self, table: Sealed, name: &str, by: u64, entries: u64) -> Result<(), StoreError> {
        match self.last(name) {
            Some(last)
                if last.by() < entries && (last.is_gone() || last.by() > by && !table.is_written_once()) =>
            {
                Err(table.broken())
            }
            _ if by >= entries => Err(table.broken()),
            _ => Ok(()),
        }
    }

    /// Refuses that a row was not found in such a state.
    ///
    /// # Errors
    /// `Inconsistent` when an entry of those wrote it, and none deleted it.
    pub(super) fn absent(&self, table: Sealed, name: &str, entries: u64) -> Result<(), StoreError> {
        match self.last(name) {
            Some(last) if last.by() < entries && !last.is_gone() => Err(table.broken()),
            _ => Ok(()),
        }
    }

    /// Refuses that nothing answers what was asked for, though a row that this gateway wrote did. In a state that has entries
    /// of which it has not learned, another gateway may have deleted the row.
    ///
    /// # Errors
    /// `Inconsistent` when no entry of those deleted it.
    pub(super) fn unanswered(&self, table: Sealed, asked: &str, entries: u64) -> Result<(), StoreError> {
        if entries > self.known.load(Ordering::Relaxed) {
            return Ok(());
        }
        let leads = self.leads.lock().unwrap_or_else(PoisonError::into_inner);
        let name = leads.get(&self.hasher.hash_one(asked)).copied();
        drop(leads);
        let rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        match name.and_then(|name| rows.get(&name)) {
            Some(last) if last.by() < entries && !last.is_gone() => Err(table.broken()),
            _ => Ok(()),
        }
    }

    fn last(&self, name: &str) -> Option<Last> {
        let rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        rows.get(&self.hasher.hash_one(name)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn touched(by: u64, written: &[&str], gone: &[&str]) -> Touched {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Touched { by, written: names(written), gone: names(gone), ..Touched::default() }
    }

    #[test]
    fn what_an_entry_wrote_is_known_to_whoever_reads_a_state_that_has_it() {
        let memory = Memory::default();
        memory.learn(&[touched(4, &["a", "b"], &[]), touched(7, &["a"], &["b"])]);
        memory.learn(&[touched(2, &["a"], &[])]);
        let found = |name, by, entries| memory.found(Sealed::Copy, name, by, entries).is_ok();
        assert!(found("a", 7, 8) && !found("a", 4, 8), "put back");
        assert!(found("a", 4, 7), "a state from before");
        assert!(!found("a", 8, 8), "by an entry that is not there");
        assert!(!found("b", 4, 8) && found("c", 1, 8));
        let absent = |name, entries| memory.absent(Sealed::Copy, name, entries).is_ok();
        assert!(!absent("a", 8) && absent("a", 7) && absent("b", 8) && absent("c", 8));
    }

    #[test]
    fn what_another_gateway_forgot_is_not_missed() {
        let memory = Memory::default();
        let leads = vec![("asked".to_owned(), "row".to_owned())];
        memory.learn(&[Touched { leads, ..touched(4, &["row"], &[]) }]);
        memory.knows(5);
        let unanswered = |entries| memory.unanswered(Sealed::Pseudonym, "asked", entries).is_ok();
        assert!(!unanswered(5), "it was taken away");
        assert!(unanswered(4), "a state from before");
        assert!(unanswered(9), "nobody knows yet what the others wrote");
        memory.learn(&[touched(7, &[], &["row"])]);
        memory.knows(9);
        assert!(unanswered(9), "another gateway deleted it");
    }
}
