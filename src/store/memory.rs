//! What a gateway remembers of the rows that changed: by which entry each did last.
//!
//! A row that was put back to an older state has the seal of that state. Only what does not stand beside it in the database
//! tells that it is not the last: what this gateway wrote itself, and what the log says, whose entries name the rows that
//! they wrote. Of each row one thing is kept, however often it changed: a hash of its name and the entry, seventeen bytes in a
//! table that is never filled above seven eighths. Nothing is kept of rows that nobody asks for: see [`Sealed::is_asked_by`].

pub(super) mod log;

#[expect(clippy::disallowed_types, reason = "of hashes, which have no order that anyone sees")]
use std::collections::HashMap;
use std::{
    hash::{BuildHasher as _, RandomState},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use super::{error::StoreError, seal::Sealed};

/// The most rows that are remembered; then the eighth of them that changed longest ago is forgotten. As many as a table of
/// 2^20 places takes: 17 MiB.
pub(super) const MOST: usize = 917_504;

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

#[derive(Debug)]
#[expect(clippy::disallowed_types, reason = "of hashes, which have no order that anyone sees")]
pub(super) struct Memory {
    most: usize,
    hasher: RandomState,
    rows: Mutex<HashMap<u64, Last>>,
    /// From what is asked for to the row that answers it.
    leads: Mutex<HashMap<u64, u64>>,
    /// The size of the log of which all that others wrote was read.
    known: AtomicU64,
    /// Below this there are entries that could not be read: what they deleted is not known.
    unread: AtomicU64,
}

impl Memory {
    /// One that remembers so many rows at most, and seven eighths of that at least once there were as many.
    pub(super) fn holding(most: usize) -> Self {
        let (hasher, rows, leads) = (RandomState::new(), Mutex::default(), Mutex::default());
        Self { most, hasher, rows, leads, known: AtomicU64::new(0), unread: AtomicU64::new(0) }
    }

    const fn least(&self) -> usize {
        self.most.saturating_sub(self.most / 8)
    }

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
            for (name, is_gone) in written.chain(gone).filter(|(name, _)| Sealed::is_asked_by(name)) {
                let said = Last::new(one.by, is_gone);
                let last = rows.entry(self.hasher.hash_one(name)).or_insert(said);
                *last = said.max(*last);
            }
        }
        if rows.len() > self.most {
            let mut all: Vec<Last> = rows.values().copied().collect();
            let too_many = all.len().saturating_sub(self.least());
            let oldest = *all.select_nth_unstable(too_many).1;
            self.keep(&mut rows, |last| last >= oldest);
        }
    }

    /// Forgets what changed before this entry.
    fn forget(&self, before: u64) {
        let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        self.keep(&mut rows, |last| last.by() >= before);
    }

    #[expect(clippy::disallowed_types, reason = "of hashes, which have no order that anyone sees")]
    fn keep(&self, rows: &mut HashMap<u64, Last>, is_kept: impl Fn(Last) -> bool) {
        rows.retain(|_, last| is_kept(*last));
        let mut leads = self.leads.lock().unwrap_or_else(PoisonError::into_inner);
        leads.retain(|_, name| rows.contains_key(name));
    }

    /// All that was written up to this size was learned.
    pub(super) fn knows(&self, size: u64) {
        self.known.fetch_max(size, Ordering::Relaxed);
    }

    /// Some entries up to this size could not be read.
    fn misses(&self, size: u64) {
        self.unread.fetch_max(size, Ordering::Relaxed);
    }

    /// Whether an entry that was read would have said so, had it deleted this row that another one wrote.
    fn would_know(&self, last: Last, entries: u64) -> bool {
        entries <= self.known.load(Ordering::Relaxed) && last.by() >= self.unread.load(Ordering::Relaxed)
    }

    /// Whether there is room for what older entries say.
    pub(super) fn has_room(&self) -> bool {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner).len() < self.least()
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
    /// Of a row that another gateway may have deleted nothing is said where there are entries of which it has not learned.
    ///
    /// # Errors
    /// `Inconsistent` when an entry of those wrote it, and none deleted it.
    pub(super) fn absent(&self, table: Sealed, name: &str, entries: u64) -> Result<(), StoreError> {
        match self.last(name) {
            Some(last) if table.is_ever_deleted() && !self.would_know(last, entries) => Ok(()),
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
        let leads = self.leads.lock().unwrap_or_else(PoisonError::into_inner);
        let name = leads.get(&self.hasher.hash_one(asked)).copied();
        drop(leads);
        let rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        match name.and_then(|name| rows.get(&name)) {
            Some(last) if !self.would_know(*last, entries) => Ok(()),
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
        let memory = Memory::holding(MOST);
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
        let memory = Memory::holding(MOST);
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

    #[test]
    fn of_a_row_that_may_be_deleted_nothing_is_said_before_all_is_known() {
        let memory = Memory::holding(MOST);
        memory.learn(&[touched(4, &["made:a"], &[])]);
        let absent = |table| memory.absent(table, "made:a", 9).is_ok();
        assert!(absent(Sealed::Made) && !absent(Sealed::Copy));
        memory.knows(9);
        assert!(!absent(Sealed::Made));
        memory.misses(6);
        assert!(absent(Sealed::Made) && !absent(Sealed::Copy), "what was not read may have deleted it");
        memory.learn(&[touched(7, &["made:a"], &[])]);
        assert!(!absent(Sealed::Made), "it was written again since");
    }

    #[test]
    fn at_its_most_it_forgets_the_eighth_that_changed_longest_ago() {
        let memory = Memory::holding(64);
        let row = |by: u64| format!("copy:{by}");
        for by in 0..64 {
            memory.learn(&[touched(by, &[&row(by)], &[])]);
        }
        let is_known = |by: u64| memory.found(Sealed::Copy, &row(by), 0, 1000).is_err();
        assert!((1..64).all(is_known), "as many as it holds");
        // The first changes again: it is not among the oldest, and takes no other place.
        memory.learn(&[touched(64, &[&row(1)], &[])]);
        assert!((1..64).all(is_known));
        memory.learn(&[touched(65, &[&row(65)], &[])]);
        assert!(
            !(2..10).any(is_known) && (10..64).all(is_known) && is_known(1),
            "an eighth and the one too many"
        );
        assert!(!memory.has_room(), "seven eighths, at least");
        // Rows that nobody asks for take no place.
        for by in 100..200 {
            memory.learn(&[touched(by, &[&format!("rests:{by}"), &format!("search:{by}")], &[])]);
        }
        assert!((10..64).all(is_known));
    }
}
