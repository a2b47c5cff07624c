//! A whole database copied into another one: from a file to a server, with the log as it is.

use std::fmt::Write as _;

#[expect(
    clippy::disallowed_types,
    reason = "texts of the names in this program's own migrations, made at the start"
)]
use sqlx::AssertSqlSafe;
use sqlx::{Any, AnyConnection, Connection as _, Row as _, any::AnyRow, query};

use super::{
    Store,
    db::{
        Backend,
        schema::{migrator, schema_fault},
        writing::Writing,
    },
    error::StoreError,
    row::Columns,
    writer::head::{MOVED, lock_head},
};

/// How many rows are read and written at once.
const AT_ONCE: i64 = 64;

/// In the order in which they were made: what a row refers to stands in an earlier table.
const TABLES: &str = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' \
     AND name <> '_sqlx_migrations' ORDER BY rowid";
const COLUMNS: &str = "SELECT name, type FROM pragma_table_info($1) ORDER BY cid";
const HEAD: &str = "SELECT checkpoint FROM log_head WHERE id = 1";
/// Nobody signs after this head, and nobody starts on it.
const LEAVE: &str = "UPDATE log_head SET checkpoint = $1 WHERE id = 1";

/// What was copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Relocated {
    /// How many entries the log has.
    pub entries: u64,
    /// How many rows there are, of all tables.
    pub rows: u64,
}

/// A copy that is whole. The database that was copied takes no writes until this is ended or dropped.
#[derive(Debug)]
#[must_use = "two databases with one log: leave the one that was copied"]
pub struct Copied {
    source: Writing,
    /// What was copied.
    pub what: Relocated,
}

impl Copied {
    /// Leaves the database that was copied: no gateway writes in it or starts on it any more.
    ///
    /// # Errors
    /// `Unavailable`; then nothing was changed in it.
    pub async fn leave(mut self) -> Result<Relocated, StoreError> {
        query(LEAVE).bind(MOVED).execute(self.source.connection()).await?;
        self.source.commit().await?;
        Ok(self.what)
    }
}

/// What a column holds.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Text,
    Integer,
    Bytes,
}

/// A table, with what it takes to read its rows here and write them there.
struct Table {
    name: String,
    columns: Vec<(String, Kind)>,
}

impl Store {
    /// Copies this SQLite database into an empty PostgreSQL database whose schema is up to date, all of it or nothing, and
    /// holds the head of this one meanwhile: gateways on it answer 503. `progress` hears how many rows are copied.
    ///
    /// A copy of the same log that was made before is taken for this one, so that what was broken off can be ended.
    ///
    /// # Errors
    /// `Settings` for other kinds of databases and where the other holds something else; `Unavailable`, `Inconsistent`.
    pub async fn copy_to(&self, other: &Self, progress: &(dyn Fn(u64) + Sync)) -> Result<Copied, StoreError> {
        if (self.backend, other.backend) != (Backend::Sqlite, Backend::Postgres) {
            return Err(StoreError::settings(
                "a database moves from SQLite to PostgreSQL, and to nothing else",
            ));
        }
        let mut source = self.begin_write().await?;
        let head = lock_head(source.connection(), Backend::Sqlite).await?;
        let mut target = other.begin_write().await?;
        let tables = tables().await?;
        let known = query(HEAD).fetch_optional(target.connection()).await?;
        let known = known.map(|row| Columns(&row).text("checkpoint")).transpose()?;
        let is_copy = known.is_some_and(|known| known == head.checkpoint);
        if !is_copy {
            for table in &tables {
                table.expect_empty(target.connection()).await?;
            }
        }
        let mut rows = 0;
        for table in &tables {
            rows = if is_copy {
                table.compare(source.connection(), target.connection(), rows).await?
            } else {
                table.copy(source.connection(), target.connection(), rows, progress).await?
            };
            progress(rows);
        }
        target.commit().await?;
        Ok(Copied { source, what: Relocated { entries: head.size, rows } })
    }

    /// How many rows all tables of this SQLite database have.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn rows(&self) -> Result<u64, StoreError> {
        let mut connection = self.read.acquire().await?;
        let mut rows: u64 = 0;
        for table in tables().await? {
            rows = rows.saturating_add(table.count(&mut connection).await?);
        }
        Ok(rows)
    }
}

/// As this program's migrations make them: what a database says of itself is not believed.
async fn tables() -> Result<Vec<Table>, StoreError> {
    let mut own = AnyConnection::connect("sqlite::memory:").await?;
    migrator(Backend::Sqlite).run(&mut own).await.map_err(schema_fault)?;
    let mut tables = Vec::new();
    for row in query(TABLES).fetch_all(&mut own).await? {
        let name = Columns(&row).text("name")?;
        let columns = query(COLUMNS).bind(name.clone()).fetch_all(&mut own).await?;
        let columns = columns.iter().map(column).collect::<Result<_, _>>()?;
        tables.push(Table { name, columns });
    }
    Ok(tables)
}

fn column(row: &AnyRow) -> Result<(String, Kind), StoreError> {
    let kind = match Columns(row).text("type")?.as_str() {
        "TEXT" => Kind::Text,
        "INTEGER" => Kind::Integer,
        "BLOB" => Kind::Bytes,
        _ => return Err(StoreError::inconsistent("sqlite_master")),
    };
    Ok((Columns(row).text("name")?, kind))
}

impl Table {
    fn names(&self) -> String {
        self.columns.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ")
    }

    async fn count(&self, connection: &mut AnyConnection) -> Result<u64, StoreError> {
        let text = format!("SELECT COUNT(*) AS found FROM {}", self.name);
        let row = query::<Any>(AssertSqlSafe(text)).fetch_one(connection).await?;
        Columns(&row).index("found")
    }

    async fn expect_empty(&self, target: &mut AnyConnection) -> Result<(), StoreError> {
        if self.count(target).await? == 0 {
            return Ok(());
        }
        Err(StoreError::settings(
            "the other database is not empty, and holds no copy of this one: give one that `sluis migrate` made and nothing used",
        ))
    }

    /// Answers how many rows there are up to and with this table.
    async fn compare(
        &self,
        source: &mut AnyConnection,
        target: &mut AnyConnection,
        before: u64,
    ) -> Result<u64, StoreError> {
        let here = self.count(source).await?;
        if here != self.count(target).await? {
            return Err(StoreError::settings(
                "the other database holds this log, but not all that is here: empty it and begin anew",
            ));
        }
        Ok(before.saturating_add(here))
    }

    /// Answers how many rows there are up to and with this table. A row that refers to one of its own table comes after it.
    async fn copy(
        &self,
        source: &mut AnyConnection,
        target: &mut AnyConnection,
        before: u64,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<u64, StoreError> {
        let read = format!(
            "SELECT rowid AS row_number, {} FROM {} WHERE rowid > $1 ORDER BY rowid LIMIT $2",
            self.names(),
            self.name
        );
        let (mut copied, mut last) = (before, i64::MIN);
        loop {
            let text = AssertSqlSafe(read.clone());
            let rows = query::<Any>(text).bind(last).bind(AT_ONCE).fetch_all(&mut *source).await?;
            let Some(end) = rows.last() else { return Ok(copied) };
            last = Columns(end).integer("row_number")?;
            self.insert(target, &rows).await?;
            copied = copied.saturating_add(u64::try_from(rows.len()).unwrap_or_default());
            progress(copied);
        }
    }

    async fn insert(&self, target: &mut AnyConnection, rows: &[AnyRow]) -> Result<(), StoreError> {
        let mut text = format!("INSERT INTO {} ({}) VALUES", self.name, self.names());
        let mut mark = 0_usize;
        for row in 0..rows.len() {
            text.push_str(if row == 0 { " (" } else { ", (" });
            for column in 0..self.columns.len() {
                mark = mark.saturating_add(1);
                // Writing to a text does not fail.
                write!(text, "{}${mark}", if column == 0 { "" } else { ", " }).ok();
            }
            text.push(')');
        }
        let mut insert = query::<Any>(AssertSqlSafe(text));
        for row in rows {
            for (name, kind) in &self.columns {
                let name = name.as_str();
                insert = match kind {
                    Kind::Text => insert.bind(row.try_get::<Option<String>, _>(name)?),
                    Kind::Integer => insert.bind(row.try_get::<Option<i64>, _>(name)?),
                    Kind::Bytes => insert.bind(row.try_get::<Option<Vec<u8>>, _>(name)?),
                };
            }
        }
        insert.execute(target).await?;
        Ok(())
    }
}
