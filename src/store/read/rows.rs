//! Every row that entries of the log name, for who holds it against the log.

use std::sync::LazyLock;

use sqlx::{Any, Decode, Row as _, Type, any::AnyRow, query};

use crate::{
    accesslog::verify::{RowPage, RowState, StoredRow},
    store::{
        Store,
        error::StoreError,
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
    text: String,
    places: Places,
    /// Of a message: as a bare answer is sealed, and where it stands whether it is one.
    bare: Places,
    term: Option<usize>,
    /// Where the key stands among the columns of the statement, and the seal.
    key: usize,
    seal: usize,
}

static TABLES: LazyLock<Vec<Table>> = LazyLock::new(|| {
    let layouts: [&Layout; 7] = [
        &layout::MESSAGE,
        &layout::COPY,
        &layout::RESTS,
        &layout::DECLARATION,
        &layout::DECISION,
        &layout::PSEUDONYM,
        &layout::SUBJECT,
    ];
    layouts.into_iter().map(Table::of).collect()
});

impl Table {
    fn of(layout: &'static Layout) -> Self {
        let columns = layout.columns();
        let part = |column: &&str| {
            if layout.is_number(column) { format!("CAST({column} AS TEXT)") } else { (*column).to_owned() }
        };
        let key: Vec<_> = layout.key.iter().map(part).collect();
        let marks: Vec<_> = (1..=key.len()).map(|mark| format!("${mark}")).collect();
        let (all, key_text) = (columns.join(", "), key.join(", "));
        let text = format!(
            "SELECT {all}, seal, {key_text} FROM {} WHERE ({key_text}) > ({}) ORDER BY {key_text} LIMIT {AT_ONCE}",
            layout.table,
            marks.join(", ")
        );
        let places = |layout: &Layout| layout.places(&columns, &columns, &columns);
        let is_message = layout.sealed == Sealed::Message;
        Self {
            layout,
            text,
            places: places(layout),
            bare: places(&layout::ANSWER),
            term: columns.iter().position(|column| is_message && *column == "expires"),
            key: columns.len().saturating_add(1),
            seal: columns.len(),
        }
    }
}

/// A row of such a statement.
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
            read.push(table.row(&row, seals)?);
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
    fn row(&self, row: &Row<'_>, seals: &dyn SealsRows) -> Result<StoredRow, StoreError> {
        // A message without a term is a bare answer.
        let is_bare = self.term.is_some_and(|place| matches!(row.number_at(place), Ok(None)));
        let places = if is_bare { &self.bare } else { &self.places };
        let by = self.by(row, places, seals)?;
        Ok(StoredRow { name: places.name_of(row)?, state: by.map_or(RowState::Unsealed, RowState::By) })
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
        Ok(places.fixed_of(row)?.check(&seal, &moving, seals).is_ok().then_some(seal.by))
    }
}
