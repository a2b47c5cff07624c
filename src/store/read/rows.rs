//! Every row that entries of the log name, for who holds it against the log.

use std::sync::LazyLock;

use sqlx::{Any, Decode, Row as _, Type, any::AnyRow, query};

use crate::{
    accesslog::verify::{RowPage, RowState, StoredRow},
    store::{
        Store,
        error::StoreError,
        marks::Texts,
        register::{RegisterRows, SealsRows},
        seal::{
            RowSeal, Sealed, Sum,
            layout::{self, Layout, Placed, Places},
        },
    },
};

/// As many rows are read at once.
const AT_ONCE: usize = 512;

/// A table of sealed rows, as it is read from a key on.
struct Table {
    layout: &'static Layout,
    texts: Texts,
    places: Places,
    message: Option<OfMessage>,
    /// Where the key stands among the columns of the statement, and the seal.
    key: usize,
    seal: usize,
    /// Where it says how many there are of its like.
    count: Option<usize>,
}

static TABLES: LazyLock<Vec<Table>> = LazyLock::new(|| {
    let layouts: [&Layout; 10] = [
        &layout::MESSAGE,
        &layout::COPY,
        &layout::RESTS,
        &layout::DECLARATION,
        &layout::DECISION,
        &layout::PSEUDONYM,
        &layout::SUBJECT,
        &layout::MADE,
        &layout::NOTICE,
        &layout::SEARCH,
    ];
    layouts.into_iter().map(Table::of).collect()
});

impl Table {
    fn of(layout: &'static Layout) -> Self {
        let columns = layout.columns();
        let texts = Texts::new(|bytes, mark| {
            let part = |column: &&str| match *column {
                column if layout.is_number(column) => format!("CAST({column} AS TEXT)"),
                column if !layout.is_bytes(column) => column.to_owned(),
                column if bytes == "BLOB" => format!("hex({column})"),
                column => format!("encode({column}, 'hex')"),
            };
            let key = layout.key.iter().map(part).collect::<Vec<_>>().join(", ");
            let marks: Vec<_> = (1..=layout.key.len()).map(mark).collect();
            let (all, from, marks) = (columns.join(", "), layout.table, marks.join(", "));
            // Only of what bears a count does that of its like matter.
            let like = if layout.sealed == Sealed::Search {
                "(SELECT COUNT(*) FROM search_key o WHERE o.message_id = t.message_id AND o.oin = t.oin AND o.role = t.role)"
            } else {
                "0"
            };
            format!(
                "SELECT {all}, seal, CAST({like} AS BIGINT), {key} FROM {from} t \
                 WHERE ({key}) > ({marks}) ORDER BY {key} LIMIT {AT_ONCE}"
            )
        });
        let places = |layout: &Layout| layout.places(&columns, &columns, &columns);
        let place = |name: &str| columns.iter().position(|column| *column == name);
        let message = || {
            let (reply, term, made) = (place("reply_to")?, place("expires")?, place("created_index")?);
            Some(OfMessage { answer: places(&layout::ANSWER), reply, term, made })
        };
        Self {
            layout,
            texts,
            places: places(layout),
            message: message(),
            key: columns.len().saturating_add(2),
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
pub(super) struct Row<'r>(pub(super) &'r AnyRow);

impl<'r> Row<'r> {
    pub(super) fn get<T: Decode<'r, Any> + Type<Any>>(&self, place: usize) -> Result<Option<T>, StoreError> {
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
        let mut query = query::<Any>(table.texts.of(self.backend));
        for place in 0..table.layout.key.len() {
            query = query.bind(page.after.get(place).cloned().unwrap_or_default());
        }
        let rows = query.fetch_all(&self.read).await?;
        let (mut read, mut after) = (Vec::with_capacity(rows.len()), Vec::new());
        for row in &rows {
            let row = Row(row);
            let keys = table.key..table.key.saturating_add(table.layout.key.len());
            let key = keys.map(|place| Ok(row.get::<String>(place)?.unwrap_or_default()));
            after = key.collect::<Result<_, StoreError>>()?;
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
            (seal, moving) = (before, moving.before(total));
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
