//! What ends soon or is missing, for whoever keeps the gateway running: no person, no packet by name.

use jiff::{SignedDuration, Timestamp};
use sqlx::{any::AnyRow, query};

use crate::{
    domain::{clock::from_millis, code::Municipality, party::PartyId},
    store::{
        Store,
        db::Backend,
        error::StoreError,
        row::{Columns, millis},
    },
};

/// What ends, and what is missing, of the parties that take part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ends {
    /// When the last of a party's registered certificates ends.
    pub certificates: Vec<(PartyId, Timestamp)>,
    /// When the last of a party's active keys ends; a key without an end has none.
    pub keys: Vec<(PartyId, Timestamp)>,
    /// When a party no longer acts for a college, where an end is registered.
    pub mandates: Vec<(PartyId, Municipality, Timestamp)>,
    /// The parties that no packet can be sealed to.
    pub without_key: Vec<PartyId>,
    /// The copies that lapse within a day, and within a week, if nobody collects them.
    pub lapsing: Vec<Lapsing>,
}

/// Copies that wait, and that nobody can collect any more in so many days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lapsing {
    /// Within how many days.
    pub days: u8,
    /// How many copies.
    pub copies: u64,
    /// When the last of them lapses.
    pub last: Option<Timestamp>,
}

/// What an operator does now and then, and must not forget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chore {
    /// A backup with the database in it.
    Backup,
    /// A verification of the log in the store that found nothing.
    LogVerify,
}

impl Chore {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Backup => "backup",
            Self::LogVerify => "log-verify",
        }
    }
}

const CERTIFICATES: &str = "SELECT c.oin AS oin, c.role AS role, MAX(c.not_after) AS end_at FROM certificate c \
     JOIN party p ON p.oin = c.oin AND p.role = c.role WHERE c.state = 'active' AND p.state = 'active' \
     GROUP BY c.oin, c.role ORDER BY c.oin, c.role";
/// The greatest of all numbers stands for a key without an end.
const KEYS: &str = "SELECT p.oin AS oin, p.role AS role, MAX(CASE WHEN k.thumbprint IS NULL THEN 0 ELSE COALESCE(k.valid_until, $2) END) AS end_at \
     FROM party p LEFT JOIN party_key k ON k.oin = p.oin AND k.role = p.role AND k.state = 'active' \
     AND k.valid_from <= $1 AND (k.valid_until IS NULL OR k.valid_until > $1) \
     WHERE p.state = 'active' GROUP BY p.oin, p.role ORDER BY p.oin, p.role";
const MANDATES: &str = "SELECT m.oin AS oin, m.role AS role, m.municipality AS municipality, \
     MAX(COALESCE(m.valid_until, $2)) AS end_at FROM party_municipality m \
     JOIN party p ON p.oin = m.oin AND p.role = m.role \
     WHERE p.state = 'active' AND (m.valid_until IS NULL OR m.valid_until > $1) \
     GROUP BY m.oin, m.role, m.municipality ORDER BY m.oin, m.role, m.municipality";
/// What nobody collected or answered. The person's own copy is the sender's to collect.
const LAPSING: &str = "SELECT COUNT(*) AS copies, MAX(p.expires) AS last \
     FROM message p JOIN copy r ON r.message_id = p.id \
     WHERE p.state = 'open' AND p.expires > $1 AND p.expires <= $2 AND r.state = 'waiting' \
     AND r.role <> 'betrokkene' AND NOT EXISTS \
     (SELECT 1 FROM message a WHERE a.reply_to = r.message_id AND a.sender_oin = r.oin AND a.sender_role = r.role)";
const FIRST_LEAF: &str = "SELECT time FROM leaf WHERE idx = 0";
const DID: &str = "INSERT INTO chore (name, done_at) VALUES ($1, $2) \
     ON CONFLICT (name) DO UPDATE SET done_at = $2 WHERE chore.done_at < $2";
const WHEN: &str = "SELECT done_at FROM chore WHERE name = $1";
const SQLITE_SIZE: &str =
    "SELECT c.page_count * s.page_size AS bytes FROM pragma_page_count() c, pragma_page_size() s";
const POSTGRES_SIZE: &str = "SELECT pg_database_size(current_database()) AS bytes";

impl Store {
    /// What ends, and what is missing, at this instant.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`.
    pub async fn ends(&self, now: Timestamp) -> Result<Ends, StoreError> {
        let mut ends = Ends::default();
        for row in query(CERTIFICATES).fetch_all(&self.read).await? {
            ends.certificates.push(owned(&row)?);
        }
        for row in query(KEYS).bind(millis(now)).bind(i64::MAX).fetch_all(&self.read).await? {
            match (Columns(&row).integer("end_at")?, owned(&row)?) {
                (0, (party, _)) => ends.without_key.push(party),
                (i64::MAX, _) => {}
                (_, key) => ends.keys.push(key),
            }
        }
        for row in query(MANDATES).bind(millis(now)).bind(i64::MAX).fetch_all(&self.read).await? {
            let columns = Columns(&row);
            if columns.integer("end_at")? != i64::MAX {
                let (party, end) = owned(&row)?;
                ends.mandates.push((party, columns.parse("municipality")?, end));
            }
        }
        for days in [1, 7] {
            let until = now.checked_add(SignedDuration::from_hours(24 * i64::from(days))).unwrap_or(now);
            let row = query(LAPSING).bind(millis(now)).bind(millis(until)).fetch_one(&self.read).await?;
            let columns = Columns(&row);
            let last = columns.maybe_instant("last")?;
            ends.lapsing.push(Lapsing { days, copies: columns.index("copies")?, last });
        }
        Ok(ends)
    }

    /// The time of the log's first entry; none while it is empty.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`.
    pub async fn log_begun(&self) -> Result<Option<Timestamp>, StoreError> {
        let Some(row) = query(FIRST_LEAF).fetch_optional(&self.read).await? else { return Ok(None) };
        Columns(&row).instant("time").map(Some)
    }

    /// How many bytes the database takes on its disk.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn size(&self) -> Result<u64, StoreError> {
        let size = match self.backend {
            Backend::Sqlite => SQLITE_SIZE,
            Backend::Postgres => POSTGRES_SIZE,
        };
        Columns(&query(size).fetch_one(&self.read).await?).index("bytes")
    }

    /// Notes that a chore was done, for the metrics; the log is not concerned.
    ///
    /// # Errors
    /// `Unavailable`, such as for a role that may only read.
    pub async fn note_chore(&self, chore: Chore, at: Timestamp) -> Result<(), StoreError> {
        query(DID).bind(chore.as_str()).bind(millis(at)).execute(&self.write).await?;
        Ok(())
    }

    /// When a chore was last done.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`.
    pub async fn chore(&self, chore: Chore) -> Result<Option<Timestamp>, StoreError> {
        let row = query(WHEN).bind(chore.as_str()).fetch_optional(&self.read).await?;
        row.as_ref().map(|row| Columns(row).instant("done_at")).transpose()
    }
}

fn owned(row: &AnyRow) -> Result<(PartyId, Timestamp), StoreError> {
    let columns = Columns(row);
    Ok((columns.party("oin", "role")?, from_millis(columns.integer("end_at")?)))
}
