//! The rows of the store, held against the entries that name them.

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{BuildHasher as _, RandomState},
};

use super::{
    finding::{Finding, Report},
    source::{LogSource, RowPage, RowState, StoredRow},
};
use crate::{
    accesslog::entry::{Part, PartName, open_part},
    crypto::at_rest::AtRest,
};

/// What became of a row last.
#[derive(Debug, Clone, Copy)]
struct Last {
    by: u64,
    is_gone: bool,
    is_seen: bool,
}

/// What entries say of rows. Of each row only a hash is kept; of those of the register their names and digests.
#[derive(Debug, Default)]
pub(super) struct Rows {
    hasher: RandomState,
    sealed: BTreeMap<u64, Last>,
    register: BTreeMap<String, (u64, Option<Vec<u8>>)>,
    /// The entries of which the gateway's part cannot be read: from, up to and without.
    unread: Vec<(u64, u64)>,
}

impl Rows {
    /// Takes what the next entry says; none where its part cannot be read.
    pub(super) fn take(&mut self, index: u64, part: Option<&Part>) {
        let Some(part) = part else {
            match self.unread.last_mut() {
                Some((_, end)) if *end == index => *end = index.saturating_add(1),
                _ => self.unread.push((index, index.saturating_add(1))),
            }
            return;
        };
        for (names, is_gone) in [(&part.rows, false), (&part.gone, true)] {
            for name in names {
                if let Some((name, digest)) = of_register(name) {
                    self.register.insert(name.to_owned(), (index, (!is_gone).then_some(digest)));
                } else {
                    let last = Last { by: index, is_gone, is_seen: false };
                    self.sealed.insert(self.hasher.hash_one(name), last);
                }
            }
        }
    }

    fn is_unread(&self, index: u64) -> bool {
        self.unread.iter().any(|(first, end)| (*first..*end).contains(&index))
    }

    fn is_unread_after(&self, index: u64) -> bool {
        self.unread.last().is_some_and(|(_, end)| end.saturating_sub(1) > index)
    }

    /// Holds all rows of the source against that.
    pub(super) async fn finish<S: LogSource>(
        mut self,
        source: &S,
        (at_rest, size): (&AtRest, u64),
        report: &mut Report,
    ) -> Result<(), S::Error> {
        let (mut page, mut has_rows) = (RowPage::default(), false);
        let mut of_register = Vec::new();
        while let Some((rows, next)) = source.rows(&page, at_rest).await? {
            has_rows = true;
            for row in rows {
                let Some((entry, fault)) = self.fault(&row, at_rest, size) else { continue };
                let finding = Finding::Row { row: row.name.clone(), entry, fault };
                if matches!(row.state, RowState::Content(_)) {
                    of_register.push((row.name, finding));
                } else {
                    report.add(finding);
                }
            }
            page = next;
        }
        if has_rows {
            self.missing(source, (at_rest, size), of_register, report).await?;
        }
        Ok(())
    }

    fn fault(&mut self, row: &StoredRow, at_rest: &AtRest, size: u64) -> Option<(Option<u64>, &'static str)> {
        let by = match &row.state {
            RowState::Content(content) => return self.fault_of_register(&row.name, content, at_rest),
            RowState::By(by) => Some(*by),
            RowState::Unsealed => None,
        };
        let hash = self.hasher.hash_one(&row.name);
        let last = self.sealed.get_mut(&hash).map(|last| {
            last.is_seen = true;
            *last
        });
        let Some(by) = by else { return Some((last.map(|last| last.by), CHANGED)) };
        match last {
            // Written since the log was read.
            _ if by >= size => None,
            Some(last) if last.by > by && last.is_gone => Some((Some(last.by), BACK)),
            // A pseudonym is never written again: another one of the same person was.
            Some(last) if last.by > by && row.name.starts_with("pseudonym:") => None,
            Some(last) if last.by > by => Some((Some(last.by), PUT_BACK)),
            Some(last) if last.by == by => last.is_gone.then_some((Some(by), BACK)),
            _ => (!self.is_unread(by)).then_some((None, UNKNOWN)),
        }
    }

    fn fault_of_register(
        &mut self,
        name: &str,
        content: &[u8],
        at_rest: &AtRest,
    ) -> Option<(Option<u64>, &'static str)> {
        match self.register.remove(name) {
            Some((by, Some(digest))) => {
                let holds = at_rest.has_digested(content, &digest) || self.is_unread_after(by);
                (!holds).then_some((Some(by), CHANGED))
            }
            Some((by, None)) => (!self.is_unread_after(by)).then_some((Some(by), BACK)),
            None => self.unread.is_empty().then_some((None, UNKNOWN)),
        }
    }

    /// Names what entries wrote and is there no more, and what is wrong with the register. What was written or went while the log
    /// was read is not wrong for that.
    async fn missing<S: LogSource>(
        &self,
        source: &S,
        (at_rest, size): (&AtRest, u64),
        mut of_register: Vec<(String, Finding)>,
        report: &mut Report,
    ) -> Result<(), S::Error> {
        let is_missing = |last: &&Last| !last.is_seen && !last.is_gone && !self.is_unread_after(last.by);
        let missing: BTreeSet<u64> = self.sealed.values().filter(is_missing).map(|last| last.by).collect();
        let gone =
            self.register.iter().filter(|(_, (by, digest))| digest.is_some() && !self.is_unread_after(*by));
        of_register.extend(gone.map(|(name, (by, _))| {
            (name.clone(), Finding::Row { row: name.clone(), entry: Some(*by), fault: GONE })
        }));
        if missing.is_empty() && of_register.is_empty() {
            return Ok(());
        }
        let since = source.touched_since(size, at_rest).await?;
        for (_, finding) in of_register.into_iter().filter(|(name, _)| !since.contains(name)) {
            report.add(finding);
        }
        let chunks: BTreeSet<u64> = missing.iter().map(|index| index / 256).collect();
        for chunk in chunks {
            for entry in source.entries(chunk).await? {
                if !missing.contains(&entry.index) {
                    continue;
                }
                let body = entry.bodies.iter().find(|body| body.part == PartName::Gateway);
                let opened = body.and_then(|body| {
                    open_part(body.part, &entry.commitments.of(body.part), &body.sealed, at_rest).ok()
                });
                let Some(part) = opened.and_then(|opened| opened.part().ok().flatten()) else { continue };
                for name in &part.rows {
                    let last = self.sealed.get(&self.hasher.hash_one(name));
                    let is_it = last.filter(is_missing).is_some_and(|last| last.by == entry.index);
                    if is_it && !since.contains(name) {
                        report.add(Finding::Row { row: name.clone(), entry: Some(entry.index), fault: GONE });
                    }
                }
            }
        }
        Ok(())
    }
}

/// A row of the register, which the log names with a keyed digest of its content behind it.
fn of_register(name: &str) -> Option<(&str, Vec<u8>)> {
    let (name, digest) = name.rsplit_once('=')?;
    Some((name, hex::decode(digest).unwrap_or_default()))
}

pub(super) const CHANGED: &str = "it was changed or made past the gateway";
pub(super) const PUT_BACK: &str = "it was put back to an older state";
pub(super) const BACK: &str = "it was deleted, and is there again";
pub(super) const UNKNOWN: &str = "no entry wrote it";
pub(super) const GONE: &str = "it is gone, and no entry deleted it";
