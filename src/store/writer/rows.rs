//! Many rows in one statement.

use std::iter;

use jiff::Timestamp;
use sqlx::{Any, AnyConnection, any::AnyArguments, query::Query};

use crate::store::{
    db::Backend,
    error::StoreError,
    marks::Texts,
    row::{millis, signed},
    seal::layout::{Layout, Placed, Places},
};

/// The widths for which there is a text, widest first. A batch of thirteen is eight, four and one. sqlx keeps a hundred
/// statements ready for a connection: the widths times the tables of a push and a pull stay below that.
const WIDTHS: [usize; 6] = [64, 16, 8, 4, 2, 1];

/// One value of a row. A value that is absent has its type all the same: PostgreSQL asks for it.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Integer(Option<i64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
}

impl Value {
    pub(super) fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { text.as_deref() } else { None }
    }

    pub(super) const fn number(&self) -> Option<i64> {
        if let Self::Integer(number) = self { *number } else { None }
    }

    fn bytes(&self) -> Option<&[u8]> {
        if let Self::Bytes(bytes) = self { bytes.as_deref() } else { None }
    }

    pub(super) fn bind(self, query: Prepared) -> Prepared {
        match self {
            Self::Integer(value) => query.bind(value),
            Self::Text(value) => query.bind(value),
            Self::Bytes(value) => query.bind(value),
        }
    }
}

/// A statement of static text.
pub(super) type Prepared = Query<'static, Any, AnyArguments>;

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Integer(Some(value))
    }
}

impl From<u64> for Value {
    fn from(index: u64) -> Self {
        Self::Integer(Some(signed(index)))
    }
}

impl From<Option<u64>> for Value {
    fn from(index: Option<u64>) -> Self {
        Self::Integer(index.map(signed))
    }
}

impl From<Timestamp> for Value {
    fn from(instant: Timestamp) -> Self {
        Self::Integer(Some(millis(instant)))
    }
}

impl From<Option<Timestamp>> for Value {
    fn from(instant: Option<Timestamp>) -> Self {
        Self::Integer(instant.map(millis))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(Some(text.to_owned()))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(Some(text))
    }
}

impl From<Option<String>> for Value {
    fn from(text: Option<String>) -> Self {
        Self::Text(text)
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(Some(bytes))
    }
}

impl From<Option<Vec<u8>>> for Value {
    fn from(bytes: Option<Vec<u8>>) -> Self {
        Self::Bytes(bytes)
    }
}

/// A statement over rows of `N` values, with a static text for each of [`WIDTHS`].
pub(super) struct Many<const N: usize>(Vec<(usize, Texts)>);

impl<const N: usize> Many<N> {
    /// `before` is everything up to and including `VALUES`, `after` what follows the rows.
    pub(super) fn new(before: &'static str, after: &'static str) -> Self {
        let text = |width: usize| {
            Texts::new(|_, mark| {
                let row = |row: usize| {
                    let marks: Vec<_> = (1..=N).map(|column| mark(row * N + column)).collect();
                    format!("({})", marks.join(", "))
                };
                let rows: Vec<_> = (0..width).map(row).collect();
                format!("{before} {}{after}", rows.join(", "))
            })
        };
        Self(WIDTHS.into_iter().map(|width| (width, text(width))).collect())
    }

    /// Carries it out for all rows.
    pub(super) async fn run(
        &'static self,
        connection: &mut AnyConnection,
        backend: Backend,
        rows: Vec<[Value; N]>,
    ) -> Result<(), StoreError> {
        let mut rest = rows.into_iter();
        while rest.len() > 0 {
            let fits = |(width, _): &&(usize, Texts)| *width <= rest.len();
            let Some((width, texts)) = self.0.iter().find(fits) else { break };
            let values = iter::from_fn(|| rest.next()).take(*width).flatten();
            let query = values.fold(sqlx::query::<Any>(texts.of(backend)), |query, value| value.bind(query));
            query.execute(&mut *connection).await?;
        }
        Ok(())
    }
}

/// A statement whose rows bear a seal at their end. Where it has what is sealed follows from the columns that it names.
pub(super) struct SealedMany<const N: usize> {
    pub(super) many: Many<N>,
    pub(super) places: Places,
}

impl<const N: usize> SealedMany<N> {
    /// As [`Many::new`]; the first list in brackets names the columns.
    pub(super) fn new(layout: &'static Layout, before: &'static str, after: &'static str) -> Self {
        let columns =
            before.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map(|(columns, _)| columns);
        let columns: Vec<&str> = columns.unwrap_or_default().split(',').map(str::trim).collect();
        Self { many: Many::new(before, after), places: layout.places(&columns, &columns, &columns) }
    }
}

/// The values of a row, in the order of the columns of its statement. What that does not name is absent.
impl Placed for [Value] {
    fn text_at(&self, place: usize) -> Result<Option<&str>, StoreError> {
        Ok(self.get(place).and_then(Value::text))
    }

    fn number_at(&self, place: usize) -> Result<Option<i64>, StoreError> {
        Ok(self.get(place).and_then(Value::number))
    }

    fn bytes_at(&self, place: usize) -> Result<Option<&[u8]>, StoreError> {
        Ok(self.get(place).and_then(Value::bytes))
    }
}
