//! Reads the records of a source side by side, and judges them by the signed root.

use super::{
    column::{Column, Kind},
    diff::{Difference, differences},
    finding::{Finding, Report},
    source::{Keeps, LogSource},
};
use crate::{domain::digest::Digest, merkle::checkpoint::Checkpoint};

/// The records of a source. As long as they agree they share one tree, and nothing but its edge is in memory; from the
/// first disagreement on, each has its own tree, and its hashes are kept.
pub(super) struct Columns {
    keeps: Keeps,
    state: State,
}

enum State {
    Agreed(Column),
    Parted(Parted),
}

struct Parted {
    /// The index of the first hash in the windows.
    at: u64,
    entries: Column,
    others: Vec<(Kind, Column)>,
}

impl Columns {
    pub(super) const fn new(keeps: Keeps, column: Column) -> Self {
        Self { keeps, state: State::Agreed(column) }
    }

    /// Takes the next hashes of each record.
    pub(super) fn take(&mut self, entries: Vec<Digest>, list: Vec<Digest>, tile: &[u8]) {
        let mut others = Vec::new();
        if self.keeps.leaf_hashes {
            others.push((Kind::LeafHashes, list));
        }
        if self.keeps.tiles {
            // A tile that is cut within a hash has that hash wrong.
            let (whole, rest) = tile.as_chunks::<32>();
            let cut = (!rest.is_empty()).then_some(Digest([0; 32]));
            others.push((Kind::Tiles, whole.iter().copied().map(Digest).chain(cut).collect()));
        }
        match &mut self.state {
            State::Agreed(column) if others.iter().all(|(_, other)| *other == entries) => {
                for hash in entries {
                    column.append(hash);
                }
            }
            State::Agreed(column) => {
                let forked = |row| {
                    let mut column = column.clone();
                    extend(&mut column, row);
                    column
                };
                self.state = State::Parted(Parted {
                    at: column.size(),
                    entries: forked(entries),
                    others: others.into_iter().map(|(kind, row)| (kind, forked(row))).collect(),
                });
            }
            State::Parted(parted) => {
                extend(&mut parted.entries, entries);
                for ((_, column), (_, row)) in parted.others.iter_mut().zip(others) {
                    extend(column, row);
                }
            }
        }
    }

    /// The roots at these sizes are wanted for a while.
    pub(super) fn want(&mut self, sizes: impl Iterator<Item = u64>) {
        for size in sizes {
            self.each().into_iter().for_each(|column| column.want(size));
        }
    }

    pub(super) fn forget(&mut self, size: u64) {
        self.each().into_iter().for_each(|column| column.forget(size));
    }

    fn each(&mut self) -> Vec<&mut Column> {
        match &mut self.state {
            State::Agreed(column) => vec![column],
            State::Parted(Parted { entries, others, .. }) => {
                [entries].into_iter().chain(others.iter_mut().map(|(_, column)| column)).collect()
            }
        }
    }

    pub(super) async fn check_full_tiles<S: LogSource>(&mut self, source: &S) -> Result<(), S::Error> {
        if self.keeps.tiles {
            for column in self.each() {
                column.check_full(source).await?;
            }
        }
        Ok(())
    }

    pub(super) async fn check_partial_tiles<S: LogSource>(&mut self, source: &S) -> Result<(), S::Error> {
        if self.keeps.tiles {
            for column in self.each() {
                column.check_partial(source).await?;
            }
        }
        Ok(())
    }

    /// The leaves themselves.
    pub(super) const fn entries(&self) -> &Column {
        match &self.state {
            State::Agreed(column) => column,
            State::Parted(parted) => &parted.entries,
        }
    }

    /// The size of the longest record.
    pub(super) fn longest(&self) -> u64 {
        match &self.state {
            State::Agreed(column) => column.size(),
            State::Parted(Parted { entries, others, .. }) => {
                others.iter().map(|(_, column)| column.size()).fold(entries.size(), u64::max)
            }
        }
    }

    /// Judges all records by the signed root and adds what departs from it.
    pub(super) fn judge(&self, stated: Option<&Checkpoint>, older: &[Checkpoint], report: &mut Report) {
        let found = self.entries().size();
        if let Some(stated) = stated.filter(|stated| stated.size != found) {
            report.add(Finding::Size { stated: stated.size, found });
        }
        let measure = match &self.state {
            State::Agreed(column) => {
                judge_agreed(column, stated, report);
                column
            }
            State::Parted(parted) => judge_parted(parted, stated, report),
        };
        for finding in &measure.tiles {
            report.add(finding.clone());
        }
        for checkpoint in older {
            if checkpoint.size > measure.size() {
                report.add(Finding::Shrunk { was: checkpoint.size, is: measure.size() });
            } else if measure.root_at(checkpoint.size) != Some(checkpoint.root) {
                report.add(Finding::Rewritten { size: checkpoint.size });
            }
        }
    }
}

fn extend(column: &mut Column, row: Vec<Digest>) {
    for hash in &row {
        column.append(*hash);
    }
    column.window.extend(row);
}

/// Whether the signed root is that of the sequence, or of its beginning.
fn confirmed(column: &Column, stated: &Checkpoint) -> bool {
    column.root_at(stated.size) == Some(stated.root)
}

fn judge_agreed(column: &Column, stated: Option<&Checkpoint>, report: &mut Report) {
    let Some(stated) = stated else { return };
    if confirmed(column, stated) {
        for index in stated.size..column.size() {
            report.add(Finding::Entry { difference: Difference::Added { index } });
        }
    } else {
        report.add(Finding::Root { stated: stated.root, computed: column.root() });
    }
}

/// Names the differences of every record from the one that is the measure, and gives that one.
fn judge_parted<'a>(parted: &'a Parted, stated: Option<&Checkpoint>, report: &mut Report) -> &'a Column {
    let Parted { at, entries, others } = parted;
    let all =
        || [(Kind::Entries, entries)].into_iter().chain(others.iter().map(|(kind, column)| (*kind, column)));

    let signed = stated.and_then(|stated| {
        let confirmed = || all().filter(|(_, column)| confirmed(column, stated));
        confirmed().find(|(_, column)| column.size() == stated.size).or_else(|| confirmed().next())
    });
    if let (None, Some(stated)) = (signed, stated) {
        report.add(Finding::Root { stated: stated.root, computed: entries.root() });
    }
    // Nothing is confirmed: what two records say against the third, or else what was derived from the entries once.
    let twice = || all().find(|(kind, a)| all().any(|(other, b)| other != *kind && a.window == b.window));
    let measure = signed.or_else(twice).or_else(|| all().last()).map_or(entries, |(_, column)| column);

    let length = signed
        .and(stated)
        .map_or(usize::MAX, |stated| usize::try_from(stated.size.saturating_sub(*at)).unwrap_or(usize::MAX));
    let expected = measure.window.get(..length).unwrap_or(&measure.window);
    // The measure is compared too: it departs where it goes on beyond the signed size.
    for (kind, other) in all() {
        for difference in differences(*at, expected, &other.window) {
            report.add(kind.finding(difference));
        }
    }
    measure
}
