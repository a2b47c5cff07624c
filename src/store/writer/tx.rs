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
    policy::{facts::AsOf, permit::Permit},
    store::{
        error::StoreError,
        row::{Columns, signed},
        subject,
    },
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
    /// By which entry each subject of the batch changed last; none that never did.
    changes: BTreeMap<String, u64>,
    changed_by_write: bool,
    changed: bool,
}

/// Notes the entry by which a subject changed last.
const RAISE: &str = "INSERT INTO subject_change (subject, entry) VALUES ($1, $2) \
     ON CONFLICT (subject) DO UPDATE SET entry = $2";

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
            changes: BTreeMap::new(),
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

    /// Notes that this write changes a subject: what was decided on it before is void.
    pub(in crate::store) async fn raise(&mut self, subject: String) -> Result<(), Halt> {
        self.run(sqlx::query(RAISE).bind(subject.clone()).bind(signed(self.next))).await?;
        self.changes.insert(subject, self.next);
        Ok(())
    }

    /// Notes that this write changes a party, and raises the number of the register.
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
        self.judge_facts(permit.as_of())
    }

    /// Refuses when a subject changed after the decision saw it.
    pub(super) fn judge_facts(&self, read: &AsOf) -> Result<(), WriteError> {
        let seen = |subject| self.changes.get(subject).is_none_or(|entry| *entry < read.entries);
        if read.subjects.iter().all(seen) { Ok(()) } else { Err(WriteError::StaleFacts) }
    }

    /// Reads when these subjects changed last, before the writes of the batch are judged.
    pub(super) async fn load_changes(&mut self, mut subjects: Vec<String>) -> Result<(), Halt> {
        self.step(Step::Changes)?;
        subjects.sort_unstable();
        subjects.dedup();
        self.changes.extend(changes_of(&mut *self.connection, &subjects).await?);
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

static CHANGES: LazyLock<Vec<(usize, String)>> = LazyLock::new(|| {
    WIDTHS
        .into_iter()
        .map(|width| {
            let marks = (1..=width).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
            (width, format!("SELECT subject, entry FROM subject_change WHERE subject IN ({marks})"))
        })
        .collect()
});

/// When those of these subjects changed last that ever did.
async fn changes_of(
    connection: &mut AnyConnection,
    subjects: &[String],
) -> Result<Vec<(String, u64)>, StoreError> {
    let mut found = Vec::new();
    let mut rest = subjects;
    while !rest.is_empty() {
        let Some((width, text)) =
            CHANGES.iter().find(|(width, _)| *width >= rest.len()).or_else(|| CHANGES.last())
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
            found.push((columns.text("subject")?, columns.index("entry")?));
        }
        rest = later;
    }
    Ok(found)
}

static EMPTY: String = String::new();
