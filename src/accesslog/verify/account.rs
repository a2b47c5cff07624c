//! What entries say, compared with what is kept beside them: bodies, readers, and the numbers of each reader.

use std::collections::BTreeMap;

use super::{
    finding::{Finding, Report},
    rows::Rows,
    source::StoredEntry,
};
use crate::{
    accesslog::entry::{Event, Leaf, Part, PartName, ReaderRow, open_part},
    crypto::at_rest::AtRest,
};

/// What was seen so far.
#[derive(Debug, Default)]
pub(super) struct Account {
    /// The number of each reader's last entry, by OIN and role.
    numbers: BTreeMap<(String, String), u64>,
    /// The parts that have no body.
    absent: Vec<(u64, PartName)>,
    /// The entries of which bodies were erased: from, to.
    erased: Vec<[u64; 2]>,
    /// What they say of rows of the store.
    rows: Rows,
}

impl Account {
    /// Takes the next entry.
    pub(super) fn take(
        &mut self,
        entry: &StoredEntry,
        leaf: Option<Leaf>,
        at_rest: &AtRest,
        report: &mut Report,
    ) {
        let StoredEntry { index, commitments, .. } = entry;
        if leaf.is_none_or(|leaf| leaf.root != commitments.root()) {
            report.add(Finding::Commitments { index: *index });
        }
        let (mut shared, mut own, mut unread) = (None, Vec::new(), Vec::new());
        for part in PartName::ALL {
            let Some(body) = entry.bodies.iter().find(|body| body.part == part) else {
                self.absent.push((*index, part));
                unread.push(part);
                continue;
            };
            let opened = open_part(part, &commitments.of(part), &body.sealed, at_rest);
            let says = opened.map_err(|fault| fault.to_string()).and_then(|opened| {
                opened.part().map_err(|_| "it is not of version 2 of the format".to_owned())
            });
            match says {
                Err(fault) => {
                    report.add(Finding::Body { index: *index, part, fault });
                    unread.push(part);
                    continue;
                }
                Ok(None) => {}
                Ok(Some(says)) if part == PartName::Shared => shared = Some(says),
                Ok(Some(says)) => own.push((part, says)),
            }
            report.count_body();
        }
        if let Some(Part { event: Some(Event::BodyErased), entries: Some(entries), .. }) = shared {
            self.erased.push(entries);
        }
        let nothing = Part::default();
        let gateway = own.iter().find(|(name, _)| *name == PartName::Gateway).map(|(_, part)| part);
        let is_read = !unread.contains(&PartName::Gateway);
        self.rows.take(*index, is_read.then(|| gateway.unwrap_or(&nothing)));
        self.readers(entry, shared.as_ref(), &own, &unread, report);
    }

    /// What cannot be read is not judged by: a row of a part that was erased stands for itself.
    fn readers(
        &mut self,
        entry: &StoredEntry,
        shared: Option<&Part>,
        own: &[(PartName, Part)],
        unread: &[PartName],
        report: &mut Report,
    ) {
        let index = entry.index;
        let expected = ReaderRow::of(shared.unwrap_or(&Part::default()), own);
        let is_unread =
            |row: &ReaderRow| row.parts.split(',').any(|part| unread.iter().any(|one| one.as_str() == part));
        for row in &entry.readers {
            let derived = expected.iter().find(|one| one.oin == row.oin && one.role == row.role);
            let is_right = match derived {
                None => is_unread(row),
                Some(derived) => {
                    let derived = ReaderRow { staff: row.staff, ..derived.clone() };
                    let without = |row: &ReaderRow| ReaderRow { facets: Default::default(), ..row.clone() };
                    let is_same =
                        if shared.is_some() { derived == *row } else { without(&derived) == without(row) };
                    is_same || is_unread(row)
                }
            };
            if !is_right {
                report.add(Finding::Reader {
                    index,
                    party: party(row),
                    fault: "the row says other than the entry",
                });
            }
        }
        for derived in expected {
            if !entry.readers.iter().any(|row| row.oin == derived.oin && row.role == derived.role) {
                report.add(Finding::Reader {
                    index,
                    party: party(&derived),
                    fault: "it cannot find the entry",
                });
            }
            self.number(index, derived, report);
        }
        let erased = entry.readers.iter().filter(|row| is_unread(row)).cloned();
        for row in erased.filter(|row| {
            own.iter().all(|(_, part)| {
                part.reader.is_none_or(|reader| {
                    reader.oin.to_string() != row.oin || reader.role.to_string() != row.role
                })
            })
        }) {
            self.number(index, row, report);
        }
    }

    fn number(&mut self, index: u64, row: ReaderRow, report: &mut Report) {
        let name = party(&row);
        let last = self.numbers.entry((row.oin, row.role)).or_default();
        let expected = last.saturating_add(1);
        if row.number != expected {
            report.add(Finding::Number { index, party: name, expected, found: row.number });
        }
        *last = row.number;
    }

    /// A body may be absent where a later entry says that it was erased. Answers what the entries say of rows.
    pub(super) fn finish(self, report: &mut Report) -> Rows {
        for (index, part) in self.absent {
            if !self.erased.iter().any(|[first, last]| (*first..=*last).contains(&index)) {
                report.add(Finding::NoBody { index, part });
            }
        }
        self.rows
    }
}

fn party(row: &ReaderRow) -> String {
    format!("{}/{}", row.oin, row.role)
}
