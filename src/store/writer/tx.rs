//! The transaction of a batch, as an effect sees it.

use std::{collections::BTreeMap, fmt, sync::LazyLock};

use jiff::Timestamp;
use sqlx::{
    Any, AnyConnection,
    any::{AnyArguments, AnyRow},
    query::Query,
};

use super::{
    error::{Halt, WriteError},
    fault::{FaultPoint, Step},
};
use crate::{
    domain::{digest::Digest, party::PartyId},
    policy::{facts::FactVersion, permit::Permit},
    store::{error::StoreError, row::Columns, subject},
};

/// A statement with its parameters.
pub(in crate::store) type Statement = Query<'static, Any, AnyArguments>;

/// The transaction of a batch, under the lock of the head. Every statement of an effect goes through it, so that it
/// knows whether a refused write has already changed something.
pub struct Tx<'c> {
    connection: &'c mut AnyConnection,
    faults: &'c dyn FaultPoint,
    /// The gateway's clock.
    pub(in crate::store) now: Timestamp,
    /// The time of the entries: never before that of the last one.
    pub(in crate::store) time: Timestamp,
    /// The index that the first entry of this write will have.
    pub(in crate::store) next: u64,
    /// The policy by which this database decides.
    pub(in crate::store) policy: Digest,
    versions: BTreeMap<String, i64>,
    changed_by_write: bool,
    changed: bool,
}

/// Raises the version of a subject. The first version of a subject that was never raised is 0.
const RAISE: &str = "INSERT INTO subject_version (subject, version) VALUES ($1, 1) \
     ON CONFLICT (subject) DO UPDATE SET version = subject_version.version + 1 RETURNING version";

const RAISE_REGISTER: &str = "UPDATE log_head SET register = register + 1 WHERE id = 1";

impl<'c> Tx<'c> {
    pub(super) fn new(
        connection: &'c mut AnyConnection,
        faults: &'c dyn FaultPoint,
        now: Timestamp,
        head: &super::append::LockedHead,
    ) -> Self {
        Self {
            connection,
            faults,
            now,
            time: now.max(head.last_time),
            next: head.size,
            policy: head.policy,
            versions: BTreeMap::new(),
            changed_by_write: false,
            changed: false,
        }
    }

    /// Carries out a statement; answers how many rows it changed.
    pub(in crate::store) async fn run(&mut self, statement: Statement) -> Result<u64, Halt> {
        self.step(Step::Statement)?;
        let rows = statement.execute(&mut *self.connection).await?.rows_affected();
        self.note(rows > 0);
        Ok(rows)
    }

    /// Reads at most one row, changing nothing.
    pub(in crate::store) async fn find(&mut self, statement: Statement) -> Result<Option<AnyRow>, Halt> {
        self.step(Step::Statement)?;
        Ok(statement.fetch_optional(&mut *self.connection).await?)
    }

    /// Reads rows, changing nothing.
    pub(in crate::store) async fn list(&mut self, statement: Statement) -> Result<Vec<AnyRow>, Halt> {
        self.step(Step::Statement)?;
        Ok(statement.fetch_all(&mut *self.connection).await?)
    }

    /// Changes rows and reads them.
    pub(in crate::store) async fn change(&mut self, statement: Statement) -> Result<Vec<AnyRow>, Halt> {
        let rows = self.list(statement).await?;
        self.note(!rows.is_empty());
        Ok(rows)
    }

    /// Raises the version of a subject that this write changes.
    pub(in crate::store) async fn raise(&mut self, subject: String) -> Result<(), Halt> {
        let rows = self.change(sqlx::query(RAISE).bind(subject.clone())).await?;
        if let Some(row) = rows.first() {
            self.versions.insert(subject, Columns(row).integer("version")?);
        }
        Ok(())
    }

    /// Raises the version of a party that this write changes, and with it the number of the register.
    pub(in crate::store) async fn raise_party(&mut self, party: &PartyId) -> Result<(), Halt> {
        self.run(sqlx::query(RAISE_REGISTER)).await?;
        self.raise(subject::party(party)).await
    }

    /// Refuses a permit that is not valid at this instant under this policy.
    pub(super) fn judge_permit(&self, permit: &Permit) -> Result<(), WriteError> {
        if permit.policy_digest() != self.policy {
            return Err(WriteError::PolicyDiffers);
        }
        if !permit.is_alive(self.now) {
            return Err(WriteError::PermitExpired);
        }
        self.judge_versions(permit.versions())
    }

    /// Refuses when a subject has another version than the decision saw.
    pub(super) fn judge_versions(&self, facts: &[FactVersion]) -> Result<(), WriteError> {
        let current = |fact: &FactVersion| self.versions.get(&fact.subject).copied().unwrap_or(0);
        if facts.iter().all(|fact| current(fact) == fact.version) {
            Ok(())
        } else {
            Err(WriteError::StaleFacts)
        }
    }

    /// Reads the versions of these subjects, before the writes of the batch are judged.
    pub(super) async fn load_versions(&mut self, mut subjects: Vec<String>) -> Result<(), Halt> {
        self.step(Step::Versions)?;
        subjects.sort_unstable();
        subjects.dedup();
        for (subject, version) in versions_of(&mut *self.connection, &subjects).await? {
            self.versions.insert(subject, version);
        }
        Ok(())
    }

    pub(super) const fn begin_write(&mut self) {
        self.changed_by_write = false;
    }

    pub(super) const fn write_has_changed(&self) -> bool {
        self.changed_by_write
    }

    pub(super) const fn has_changed(&self) -> bool {
        self.changed
    }

    /// For the log's own tables.
    pub(super) fn connection(&mut self) -> &mut AnyConnection {
        self.connection
    }

    pub(super) fn step(&self, step: Step) -> Result<(), StoreError> {
        self.faults.at(step).map_err(|_| StoreError::unavailable("a fault was injected"))
    }

    const fn note(&mut self, changed: bool) {
        self.changed_by_write |= changed;
        self.changed |= changed;
    }
}

impl fmt::Debug for Tx<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tx").field("next", &self.next).field("time", &self.time).finish_non_exhaustive()
    }
}

/// The widths in which many subjects are asked for: static text for each.
const WIDTHS: [usize; 4] = [1, 8, 64, 512];

static VERSIONS: LazyLock<Vec<(usize, String)>> = LazyLock::new(|| {
    WIDTHS
        .into_iter()
        .map(|width| {
            let marks = (1..=width).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
            (width, format!("SELECT subject, version FROM subject_version WHERE subject IN ({marks})"))
        })
        .collect()
});

/// The versions of those subjects that were ever raised.
pub(in crate::store) async fn versions_of(
    connection: &mut AnyConnection,
    subjects: &[String],
) -> Result<Vec<(String, i64)>, StoreError> {
    let mut found = Vec::new();
    let mut rest = subjects;
    while !rest.is_empty() {
        let Some((width, text)) =
            VERSIONS.iter().find(|(width, _)| *width >= rest.len()).or_else(|| VERSIONS.last())
        else {
            break;
        };
        let (now, later) = rest.split_at_checked(*width).unwrap_or((rest, &[]));
        let mut query = sqlx::query::<Any>(text.as_str());
        // A list that is shorter than the text is filled up with its last subject.
        for subject in now.iter().chain(std::iter::repeat(now.last().unwrap_or(&EMPTY))).take(*width) {
            query = query.bind(subject.clone());
        }
        for row in query.fetch_all(&mut *connection).await? {
            let columns = Columns(&row);
            found.push((columns.text("subject")?, columns.integer("version")?));
        }
        rest = later;
    }
    Ok(found)
}

static EMPTY: String = String::new();
