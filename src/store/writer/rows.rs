//! Many rows in one statement.

use sqlx::{Any, AnyConnection};

use crate::store::error::StoreError;

/// The widths for which there is a text, widest first.
const WIDTHS: [usize; 4] = [256, 64, 16, 1];

/// One value of a row.
pub(super) enum Value {
    Integer(i64),
    Text(String),
    Bytes(Vec<u8>),
}

/// An INSERT of `N` columns, with static texts for 256, 64, 16 and 1 rows.
pub(super) struct ManyRows<const N: usize>(Vec<(usize, String)>);

impl<const N: usize> ManyRows<N> {
    /// `insert` is everything up to and including `VALUES`.
    pub(super) fn new(insert: &'static str) -> Self {
        let text = |width: usize| {
            let row = |row: usize| {
                let marks =
                    (1..=N).map(|column| format!("${}", row * N + column)).collect::<Vec<_>>().join(", ");
                format!("({marks})")
            };
            format!("{insert} {}", (0..width).map(row).collect::<Vec<_>>().join(", "))
        };
        Self(WIDTHS.into_iter().map(|width| (width, text(width))).collect())
    }

    /// Inserts all rows.
    pub(super) async fn insert(
        &'static self,
        connection: &mut AnyConnection,
        rows: Vec<[Value; N]>,
    ) -> Result<(), StoreError> {
        let mut rest = rows.into_iter();
        while rest.len() > 0 {
            let Some((width, text)) = self.0.iter().find(|(width, _)| *width <= rest.len()) else { break };
            let mut query = sqlx::query::<Any>(text.as_str());
            for value in rest.by_ref().take(*width).flatten() {
                query = match value {
                    Value::Integer(value) => query.bind(value),
                    Value::Text(value) => query.bind(value),
                    Value::Bytes(value) => query.bind(value),
                };
            }
            query.execute(&mut *connection).await?;
        }
        Ok(())
    }
}
