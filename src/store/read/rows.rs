//! Every row that entries of the log name, for who holds it against the log.

use std::sync::LazyLock;

use sqlx::{Any, Decode, Row as _, Type, any::AnyRow, query};

use crate::{
    accesslog::verify::{RowPage, RowState, StoredRow},
    store::{
        Store,
        error::StoreError,
        register::RegisterRows,
        seal::{
            RowSeal, Sealed, SealsRows, Sum, columns,
            layout::{Layout, Placed, Places},
        },
    },
};

/// As many rows are read at once.
const AT_ONCE: usize = 512;

/// How many there are for the same copy.
const LIKE: &str = "(SELECT COUNT(*) FROM search_key o WHERE o.message_id = t.message_id AND o.oin = t.oin AND o.role = t.role)";

/// A table of sealed rows, as it is read from a key on.
struct Table {
    layout: &'static Layout,
    text: String,
    places: Places,
    message: Option<OfMessage>,
    /// Where the parts of the key stand among the columns of the statement, and the seal.
    key: Vec<(&'static str, usize)>,
    seal: usize,
    /// Where it says how many there are of its like.
    count: Option<usize>,
}

static TABLES: LazyLock<Vec<Table>> = LazyLock::new(|| {
    let layouts: [&Layout; 10] = [
        &columns::MESSAGE,
        &columns::COPY,
        &columns::RESTS,
        &columns::DECLARATION,
        &columns::DECISION,
        &columns::PSEUDONYM,
        &columns::SUBJECT,
        &columns::MADE,
        &columns::NOTICE,
        &columns::SEARCH,
    ];
    layouts.into_iter().map(Table::of).collect()
});

impl Table {
    fn of(layout: &'static Layout) -> Self {
        let columns = layout.columns();
        let (all, from, key) = (columns.join(", "), layout.table, layout.key.join(", "));
        let marks: Vec<_> = (1..=layout.key.len()).map(|mark| format!("${mark}")).collect();
        // Only of what bears a count does that of its like matter.
        let like = if layout.sealed == Sealed::Search { LIKE } else { "0" };
        let text = format!(
            "SELECT {all}, seal, CAST({like} AS BIGINT) FROM {from} t WHERE ({key}) > ({}) ORDER BY {key} LIMIT {AT_ONCE}",
            marks.join(", ")
        );
        let places = |layout: &Layout| layout.places(&columns, &columns, &columns);
        let place = |name: &str| columns.iter().position(|column| *column == name);
        let message = || {
            let (reply, term, made) = (place("reply_to")?, place("expires")?, place("created_index")?);
            Some(OfMessage { answer: places(&columns::ANSWER), reply, term, made })
        };
        Self {
            layout,
            text,
            places: places(layout),
            message: message(),
            key: layout.key.iter().filter_map(|name| Some((*name, place(name)?))).collect(),
            seal: columns.len(),
            count: place("digests"),
        }
    }
}

/// What tells a message from an answer.
struct OfMessage {
    answer: Places,
    reply: usize,
    term: usize,
    made: usize,
}

/// A row, by the places of its columns.
struct Row<'r>(&'r AnyRow);

impl<'r> Row<'r> {
    fn get<T: Decode<'r, Any> + Type<Any>>(&self, place: usize) -> Result<Option<T>, StoreError> {
        self.0.try_get(place).map_err(|_| StoreError::inconsistent("a sealed row"))
    }
}

impl Placed for Row<'_> {
    fn text_at(&self, place: usize) -> Result<Option<&str>, StoreError> {
        self.get(place)
    }

    fn number_at(&self, place: usize) -> Result<Option<i64>, StoreError> {
        self.get(place)
    }

    fn bytes_at(&self, place: usize) -> Result<Option<&[u8]>, StoreError> {
        self.get(place)
    }
}

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
        let mut query = query::<Any>(table.text.as_str());
        for (at, (name, _)) in table.key.iter().enumerate() {
            let part = page.after.get(at).map(String::as_str).unwrap_or_default();
            query = if table.layout.is_number(name) {
                query.bind(part.parse::<i64>().unwrap_or(i64::MIN))
            } else if table.layout.is_bytes(name) {
                query.bind(hex::decode(part).unwrap_or_default())
            } else {
                query.bind(part.to_owned())
            };
        }
        let rows = query.fetch_all(&self.read).await?;
        let (mut read, mut after) = (Vec::with_capacity(rows.len()), Vec::new());
        for row in &rows {
            let row = Row(row);
            after = table.key_of(&row)?;
            table.take(&row, seals, &mut read)?;
        }
        let next = if rows.len() < AT_ONCE {
            next(page.table.saturating_add(1))
        } else {
            RowPage { after, ..*page }
        };
        Ok(Some((read, next)))
    }
}

impl Table {
    fn key_of(&self, row: &Row<'_>) -> Result<Vec<String>, StoreError> {
        let part = |(name, place): &(&str, usize)| {
            Ok(if self.layout.is_number(name) {
                row.number_at(*place)?.unwrap_or_default().to_string()
            } else if self.layout.is_bytes(name) {
                row.bytes_at(*place)?.map(hex::encode).unwrap_or_default()
            } else {
                row.text_at(*place)?.unwrap_or_default().to_owned()
            })
        };
        self.key.iter().map(part).collect()
    }

    /// A message without a term is a bare answer; one that has content bears two names.
    fn take(
        &self,
        row: &Row<'_>,
        seals: &dyn SealsRows,
        read: &mut Vec<StoredRow>,
    ) -> Result<(), StoreError> {
        let state = |by: Option<u64>| by.map_or(RowState::Unsealed, RowState::By);
        let Some(message) = &self.message else {
            let by = self.by(row, &self.places, seals)?;
            read.push(StoredRow { name: self.places.name_of(row)?, state: state(by) });
            return Ok(());
        };
        let is_bare = row.number_at(message.term)?.is_none();
        let by = self.by(row, if is_bare { &message.answer } else { &self.places }, seals)?;
        if !is_bare {
            read.push(StoredRow { name: self.places.name_of(row)?, state: state(by) });
        }
        if row.text_at(message.reply)?.is_some() {
            // It was answered once, whatever became of the message.
            let made = row.number_at(message.made)?.and_then(|index| u64::try_from(index).ok());
            let by = by.and(made);
            read.push(StoredRow { name: message.answer.name_of(row)?, state: state(by) });
        }
        Ok(())
    }

    /// The entry that wrote it last; none when the seal is not its own.
    fn by(&self, row: &Row<'_>, places: &Places, seals: &dyn SealsRows) -> Result<Option<u64>, StoreError> {
        let mut seal = row.bytes_at(self.seal)?.unwrap_or_default();
        let mut moving = places.moving_of(row)?;
        if places.sealed == Sealed::Subject {
            let Some((before, total)) = seal.split_last_chunk::<32>() else { return Ok(None) };
            let Ok(total) = Sum::from_bytes(total) else { return Ok(None) };
            (seal, moving) = (before, total.behind(moving));
        }
        let Ok(seal) = RowSeal::from_bytes(seal, places.sealed) else { return Ok(None) };
        let holds = places.fixed_of(row)?.check(&seal, &moving, seals).is_ok();
        let found = row.number_at(self.seal.saturating_add(1))?;
        let are_all_there = match self.count {
            Some(count) => row.number_at(count)? == found,
            None => true,
        };
        Ok((holds && are_all_there).then_some(seal.by))
    }
}

/// Refuses a row that is not as the gateway wrote it.
pub(super) fn believe(
    row: &AnyRow,
    places: &Places,
    seal: usize,
    seals: &dyn SealsRows,
) -> Result<(), StoreError> {
    let row = Row(row);
    let bytes = row.bytes_at(seal)?.unwrap_or_default();
    let seal = RowSeal::from_bytes(bytes, places.sealed)?;
    places.fixed_of(&row)?.check(&seal, &places.moving_of(&row)?, seals)
}
