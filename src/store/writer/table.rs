//! Rows of one table in memory: what was looked up, with what the writes of the batch make of it.

use std::collections::BTreeMap;

/// Rows by their key. A row that was not looked up is not there.
#[derive(Debug)]
pub(in crate::store) struct Table<K, R> {
    rows: BTreeMap<K, Held<R>>,
    /// In the order of the writes: a row may refer to one that an earlier write made.
    new: Vec<K>,
}

#[derive(Debug)]
struct Held<R> {
    row: R,
    standing: Standing,
    /// The first entry of the write that changed it last.
    by: u64,
}

/// How a row stands to the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Stored,
    Changed,
    New,
    Removed,
}

impl<K, R> Default for Table<K, R> {
    fn default() -> Self {
        Self { rows: BTreeMap::new(), new: Vec::new() }
    }
}

impl<K: Ord + Clone, R> Table<K, R> {
    /// Takes in a row that the database holds. The first time counts: several looks may find it.
    pub(super) fn read(&mut self, key: K, row: R) {
        self.rows.entry(key).or_insert(Held { row, standing: Standing::Stored, by: 0 });
    }

    /// A row that was just taken in.
    pub(super) fn read_mut(&mut self, key: &K) -> Option<&mut R> {
        self.rows.get_mut(key).map(|held| &mut held.row)
    }

    pub(in crate::store) fn get(&self, key: &K) -> Option<&R> {
        let held = self.rows.get(key)?;
        (held.standing != Standing::Removed).then_some(&held.row)
    }

    pub(in crate::store) fn has(&self, key: &K) -> bool {
        self.get(key).is_some()
    }

    pub(in crate::store) fn iter(&self) -> impl Iterator<Item = (&K, &R)> {
        self.standing(|standing| standing != Standing::Removed)
    }

    /// Makes a row, or puts another in its place, in the write that begins with this entry.
    pub(super) fn put(&mut self, key: K, row: R, by: u64) {
        let standing = match self.rows.get(&key).map(|held| held.standing) {
            None => {
                self.new.push(key.clone());
                Standing::New
            }
            Some(Standing::New) => Standing::New,
            Some(Standing::Stored | Standing::Changed | Standing::Removed) => Standing::Changed,
        };
        self.rows.insert(key, Held { row, standing, by });
    }

    pub(super) fn remove(&mut self, key: &K, by: u64) {
        if self.rows.get(key).is_some_and(|held| held.standing == Standing::New) {
            self.rows.remove(key);
            self.new.retain(|new| new != key);
        } else if let Some(held) = self.rows.get_mut(key) {
            (held.standing, held.by) = (Standing::Removed, by);
        }
    }

    /// What the database does not hold yet.
    pub(super) fn new_rows(&self) -> impl Iterator<Item = (&K, &R)> {
        self.new.iter().filter_map(|key| self.rows.get(key).map(|held| (key, &held.row)))
    }

    /// What the database holds otherwise.
    pub(super) fn changed(&self) -> impl Iterator<Item = (&K, &R)> {
        self.standing(|standing| standing == Standing::Changed)
    }

    /// What the database must hold no more.
    pub(super) fn removed(&self) -> impl Iterator<Item = &K> {
        self.removed_rows().map(|(key, _)| key)
    }

    /// By which entry a row that is written or removed is so.
    pub(super) fn by(&self, key: &K) -> u64 {
        self.rows.get(key).map(|held| held.by).unwrap_or_default()
    }

    /// The rows that are new, changed or removed, and by which entry.
    pub(super) fn touched(&self) -> impl Iterator<Item = (&K, u64)> {
        self.rows
            .iter()
            .filter(|(_, held)| held.standing != Standing::Stored)
            .map(|(key, held)| (key, held.by))
    }

    /// A row that is removed, as it was.
    pub(super) fn removed_rows(&self) -> impl Iterator<Item = (&K, &R)> {
        self.standing(|standing| standing == Standing::Removed)
    }

    fn standing(&self, is: impl Fn(Standing) -> bool) -> impl Iterator<Item = (&K, &R)> {
        self.rows.iter().filter(move |(_, held)| is(held.standing)).map(|(key, held)| (key, &held.row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys<'t>(rows: impl Iterator<Item = (&'t u8, &'t char)>) -> Vec<(u8, char)> {
        rows.map(|(key, row)| (*key, *row)).collect()
    }

    #[test]
    fn each_row_is_written_once_as_the_last_write_left_it() {
        let mut table = Table::default();
        table.read(1, 'a');
        table.read(1, 'z');
        table.read(2, 'b');
        table.read(3, 'c');
        table.put(9, 'n', 7);
        table.put(5, 'm', 7);
        table.put(9, 'o', 7);
        table.put(2, 'x', 7);
        table.remove(&3, 8);
        assert_eq!(keys(table.new_rows()), [(9, 'o'), (5, 'm')], "in the order of the writes");
        assert_eq!(keys(table.changed()), [(2, 'x')]);
        assert_eq!(table.removed().collect::<Vec<_>>(), [&3]);
        assert_eq!((table.by(&2), table.by(&3), table.by(&1)), (7, 8, 0));
        assert_eq!((table.get(&1), table.get(&3)), (Some(&'a'), None));
        assert_eq!(keys(table.iter()), [(1, 'a'), (2, 'x'), (5, 'm'), (9, 'o')]);
    }

    #[test]
    fn what_is_removed_and_made_again_is_the_same_row() {
        let mut table = Table::default();
        table.read(1, 'a');
        table.remove(&1, 8);
        table.put(1, 'b', 7);
        table.put(2, 'c', 7);
        table.remove(&2, 8);
        assert_eq!(keys(table.changed()), [(1, 'b')]);
        assert_eq!((table.new_rows().count(), table.removed().count()), (0, 0), "never there, never gone");
    }
}
