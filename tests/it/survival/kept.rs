//! What a PostgreSQL server keeps of a gateway: every column of every table, and the statements that it shows to others.

use sqlx::{AnyPool, Row as _};

use super::{needles::Needles, process::Site};

/// Bytes as they are; everything else as the server prints it.
const COLUMNS: &str = "SELECT (table_name || '.' || column_name)::text, CASE data_type WHEN 'bytea' \
     THEN format('SELECT string_agg(%I, %L::bytea) FROM %I', column_name, '\\x0a', table_name) \
     ELSE format('SELECT convert_to(string_agg(%I::text, %L), %L) FROM %I', column_name, '|', 'UTF8', table_name) \
     END FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1";
/// What the server shows to every role that watches it.
const ACTIVITY: &str = "SELECT convert_to(string_agg(query, '|'), 'UTF8') FROM pg_stat_activity \
     WHERE datname = current_database()";

/// Searches the whole database of a gateway.
pub(crate) async fn nothing_on_the_server(site: &Site, needles: &Needles) {
    let pool = AnyPool::connect(&site.database()).await.unwrap();
    let columns = sqlx::query(COLUMNS).fetch_all(&pool).await.unwrap();
    let mut searched = 0;
    for column in &columns {
        let (name, statement): (String, String) = (column.get(0), column.get(1));
        searched += absent(&pool, needles, &name, statement).await;
    }
    assert!(columns.len() > 80 && searched > 50_000, "{searched} bytes in {} columns", columns.len());
    absent(&pool, needles, "pg_stat_activity", ACTIVITY.to_owned()).await;
    pool.close().await;
    println!("{searched} bytes in {} columns were searched", columns.len());
}

async fn absent(pool: &AnyPool, needles: &Needles, name: &str, statement: String) -> usize {
    let statement = sqlx::query(sqlx::AssertSqlSafe(statement));
    let bytes: Option<Vec<u8>> = statement.fetch_one(pool).await.unwrap().get(0);
    let bytes = bytes.unwrap_or_default();
    needles.absent(name, &bytes);
    bytes.len()
}
