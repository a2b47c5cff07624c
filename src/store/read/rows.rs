//! Every row that entries of the log name, for who holds it against the log.

use sqlx::{Any, query};

use crate::{
    accesslog::verify::{RowPage, RowState, StoredRow},
    crypto::pseudonym::Pseudonym,
    domain::digest::Digest,
    store::{
        Store,
        error::StoreError,
        register::{RegisterRows, SealsRows},
        row::Columns,
        seal::{Fixed, RowSeal, Sealed, Sum, Values, of_pseudonym},
    },
};

/// As many rows are read at once.
const AT_ONCE: i64 = 512;

/// Columns by their names: texts, and numbers.
type Names = (&'static [&'static str], &'static [&'static str]);

/// A table of sealed rows, with its columns as they are sealed.
struct Table {
    sealed: Sealed,
    /// From a key on, in the order of the key.
    text: &'static str,
    key: &'static [&'static str],
    fixed: Names,
    rest: Option<Names>,
    moving: Names,
}

const TABLES: [Table; 7] = [
    Table {
        sealed: Sealed::Message,
        text: "SELECT id, kind, dataset, dataset_version, purpose, sender_oin, sender_role, person_id, rests_on, reply_to, \
               outcome, created, created_index, expires, state, ended_index, seal FROM message WHERE id > $1 \
               ORDER BY id LIMIT 512",
        key: &["id"],
        fixed: (
            &["id", "kind", "sender_oin", "sender_role", "reply_to", "outcome"],
            &["created", "created_index", "expires"],
        ),
        rest: Some((&["dataset", "purpose", "person_id", "rests_on"], &["dataset_version"])),
        moving: (&["state"], &["ended_index"]),
    },
    Table {
        sealed: Sealed::Copy,
        text: "SELECT message_id, oin, role, position, municipality, basis, categories, omitted, jwe_sha256, thumbprint, \
               state, pushed_index, collected_at, collected_index, acknowledged_at, acknowledged_index, ended_index, \
               recipient_person_id, seal FROM copy WHERE (message_id, oin, role) > ($1, $2, $3) \
               ORDER BY message_id, oin, role LIMIT 512",
        key: &["message_id", "oin", "role"],
        fixed: (&["message_id", "oin", "role", "basis", "jwe_sha256", "thumbprint"], &[]),
        rest: Some((&["municipality", "categories", "omitted"], &["position", "pushed_index"])),
        moving: (
            &["state", "recipient_person_id"],
            &["collected_at", "collected_index", "acknowledged_at", "acknowledged_index", "ended_index"],
        ),
    },
    Table {
        sealed: Sealed::Rests,
        text: "SELECT message_id, oin, role, declaration_id, seal FROM copy_declaration \
               WHERE (message_id, oin, role, declaration_id) > ($1, $2, $3, $4) \
               ORDER BY message_id, oin, role, declaration_id LIMIT 512",
        key: &["message_id", "oin", "role", "declaration_id"],
        fixed: (&["message_id", "oin", "role", "declaration_id"], &[]),
        rest: None,
        moving: (&[], &[]),
    },
    Table {
        sealed: Sealed::Declaration,
        text: "SELECT id, person_id, kind, dataset, purpose, towards_oin, towards_role, towards_municipality, given_by, \
               given_at, until_at, explicit, evidence_kind, evidence_digest, evidence_on, recorder_oin, recorder_role, \
               recorded_at, recorded_index, state, withdrawn_by, withdrawn_at, withdrawn_index, seal FROM declaration \
               WHERE id > $1 ORDER BY id LIMIT 512",
        key: &["id"],
        fixed: (&["id", "person_id", "recorder_oin", "recorder_role"], &["recorded_index"]),
        rest: Some((
            &[
                "kind",
                "dataset",
                "purpose",
                "towards_oin",
                "towards_role",
                "towards_municipality",
                "given_by",
                "evidence_kind",
                "evidence_digest",
                "evidence_on",
            ],
            &["given_at", "until_at", "explicit", "recorded_at"],
        )),
        moving: (&["state", "withdrawn_by"], &["withdrawn_at", "withdrawn_index"]),
    },
    Table {
        sealed: Sealed::Decision,
        text: "SELECT declaration_id, CAST(idx AS TEXT) AS of, idx, verdict, reason, decided_on, decided_at, seal \
               FROM declaration_decision WHERE (declaration_id, CAST(idx AS TEXT)) > ($1, $2) \
               ORDER BY declaration_id, CAST(idx AS TEXT) LIMIT 512",
        key: &["declaration_id", "of"],
        fixed: (&["declaration_id", "verdict", "reason", "decided_on"], &["idx", "decided_at"]),
        rest: None,
        moving: (&[], &[]),
    },
    Table {
        sealed: Sealed::Pseudonym,
        text: "SELECT person_id, CAST(key_version AS TEXT) AS of, key_version, pseudonym, seal FROM pseudonym \
               WHERE (person_id, CAST(key_version AS TEXT)) > ($1, $2) \
               ORDER BY person_id, CAST(key_version AS TEXT) LIMIT 512",
        key: &["person_id", "of"],
        fixed: (&["person_id"], &["key_version"]),
        rest: None,
        moving: (&[], &[]),
    },
    Table {
        sealed: Sealed::Subject,
        text: "SELECT subject, entry, seal FROM subject_change WHERE subject > $1 ORDER BY subject LIMIT 512",
        key: &["subject"],
        fixed: (&["subject"], &[]),
        rest: None,
        moving: (&[], &["entry"]),
    },
];

impl Store {
    /// The rows from here on, and where the next ones begin.
    pub(super) async fn rows_of(
        &self,
        page: &RowPage,
        seals: &dyn SealsRows,
    ) -> Result<Option<(Vec<StoredRow>, RowPage)>, StoreError> {
        let next = |table| RowPage { table, after: Vec::new() };
        if page.table == TABLES.len() {
            let mut connection = self.read.acquire().await?;
            let named = RegisterRows::read(&mut connection).await?.named()?;
            let row = |(name, content)| StoredRow { name, state: RowState::Content(content) };
            return Ok(Some((named.into_iter().map(row).collect(), next(page.table.saturating_add(1)))));
        }
        let Some(table) = TABLES.get(page.table) else { return Ok(None) };
        let mut query = query::<Any>(table.text);
        for place in 0..table.key.len() {
            query = query.bind(page.after.get(place).cloned().unwrap_or_default());
        }
        let rows = query.fetch_all(&self.read).await?;
        let (mut read, mut after) = (Vec::with_capacity(rows.len()), Vec::new());
        for row in &rows {
            let columns = Columns(row);
            after = table.key.iter().map(|column| columns.text(column)).collect::<Result<Vec<_>, _>>()?;
            read.push(table.row(&columns, &after, seals)?);
        }
        let is_last = i64::try_from(rows.len()).unwrap_or(AT_ONCE) < AT_ONCE;
        let next = if is_last { next(page.table.saturating_add(1)) } else { RowPage { after, ..*page } };
        Ok(Some((read, next)))
    }
}

impl Table {
    fn row(
        &self,
        columns: &Columns<'_>,
        key: &[String],
        seals: &dyn SealsRows,
    ) -> Result<StoredRow, StoreError> {
        let is_bare = self.sealed == Sealed::Message
            && columns.text("kind")? == "answer"
            && columns.maybe_integer("expires")?.is_none();
        let sealed = if is_bare { Sealed::Answer } else { self.sealed };
        let key: Vec<&str> = key.iter().map(String::as_str).collect();
        let name = sealed.name(&key);
        let by = self.by(columns, sealed, seals)?;
        Ok(StoredRow { name, state: by.map_or(RowState::Unsealed, RowState::By) })
    }

    /// The entry that wrote it last; none when the seal is not its own.
    fn by(
        &self,
        columns: &Columns<'_>,
        sealed: Sealed,
        seals: &dyn SealsRows,
    ) -> Result<Option<u64>, StoreError> {
        let mut bytes = columns.bytes("seal")?;
        let mut moving = values(columns, self.moving)?;
        if sealed == Sealed::Subject {
            let total = bytes.split_off(bytes.len().saturating_sub(32));
            let Ok(total) = Sum::from_bytes(&total) else { return Ok(None) };
            moving = total.beside(columns.maybe_integer("entry")?);
        }
        let Ok(seal) = RowSeal::from_bytes(&bytes, sealed) else { return Ok(None) };
        if sealed == Sealed::Pseudonym {
            let version = u32::try_from(columns.integer("key_version")?).ok();
            let pseudonym = version.zip(Digest::from_slice(&columns.bytes("pseudonym")?).ok());
            let pseudonym = pseudonym.map(|(version, value)| Pseudonym { version, value });
            let person = columns.text("person_id")?;
            let holds = pseudonym.is_some_and(|pseudonym| {
                of_pseudonym(&pseudonym, &person).check(&seal, &moving, seals).is_ok()
            });
            return Ok(holds.then_some(seal.by));
        }
        let rest = self.rest.map(|rest| values(columns, rest)).transpose()?;
        let (texts, numbers) = read(columns, self.fixed)?;
        let texts: Vec<_> = texts.iter().map(Option::as_deref).collect();
        let fixed: Fixed = match rest {
            Some(rest) => sealed.fixed(&texts, &numbers, rest.digest()),
            None => sealed.whole(&texts, &numbers),
        };
        Ok(fixed.check(&seal, &moving, seals).is_ok().then_some(seal.by))
    }
}

type Read = (Vec<Option<String>>, Vec<Option<i64>>);

fn read(columns: &Columns<'_>, (texts, numbers): Names) -> Result<Read, StoreError> {
    let texts = texts.iter().map(|column| columns.maybe_text(column)).collect::<Result<_, _>>()?;
    let numbers = numbers.iter().map(|column| columns.maybe_integer(column)).collect::<Result<_, _>>()?;
    Ok((texts, numbers))
}

fn values(columns: &Columns<'_>, names: Names) -> Result<Values, StoreError> {
    let (texts, numbers) = read(columns, names)?;
    Ok(Values::of(&texts.iter().map(Option::as_deref).collect::<Vec<_>>(), &numbers))
}
