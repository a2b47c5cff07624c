//! Both schemas say the same, and the log's tables refuse to be changed.

use std::collections::BTreeSet;

use sluis::store::write::Record;
use sqlx::{AnyConnection, AnyPool, Connection as _, Row as _};

use super::support::{Place, Rig};

const SQLITE_COLUMNS: &str = "SELECT m.name AS table_name, c.name AS column_name, c.type AS kind, \
     c.\"notnull\" AS required FROM sqlite_master m JOIN pragma_table_info(m.name) c \
     WHERE m.type = 'table' AND m.name NOT LIKE '\\_%' ESCAPE '\\' AND m.name NOT LIKE 'sqlite%'";
const POSTGRES_COLUMNS: &str = "SELECT table_name::text AS table_name, column_name::text AS column_name, \
     data_type::text AS kind, (CASE is_nullable WHEN 'NO' THEN 1 ELSE 0 END)::bigint AS required \
     FROM information_schema.columns \
     WHERE table_schema = 'public' AND table_name NOT LIKE '\\_%'";

async fn columns(url: &str, sql: &'static str) -> BTreeSet<(String, String, String, bool)> {
    let pool = AnyPool::connect(url).await.unwrap();
    let rows = sqlx::query(sql).fetch_all(&pool).await.unwrap();
    pool.close().await;
    let kind = |name: String| match name.as_str() {
        "bigint" => "INTEGER".to_owned(),
        "bytea" => "BLOB".to_owned(),
        "text" => "TEXT".to_owned(),
        _ => name,
    };
    rows.iter().map(|row| (row.get(0), row.get(1), kind(row.get(2)), row.get::<i64, _>(3) != 0)).collect()
}

#[tokio::test]
async fn both_databases_have_the_same_tables_and_columns() {
    let sqlite = Place::sqlite();
    sluis::store::Store::migrate(&sqlite.url).await.unwrap();
    let ours = columns(&sqlite.url, SQLITE_COLUMNS).await;
    assert!(ours.len() > 100, "{} columns", ours.len());
    let allowed = ["TEXT", "BLOB", "INTEGER"];
    assert!(ours.iter().all(|(_, _, kind, _)| allowed.contains(&kind.as_str())), "{ours:?}");
    let Some(postgres) = Place::postgres().await else { return };
    sluis::store::Store::migrate(&postgres.url).await.unwrap();
    let theirs = columns(&postgres.url, POSTGRES_COLUMNS).await;
    let difference: Vec<_> = ours.symmetric_difference(&theirs).collect();
    assert!(difference.is_empty(), "{difference:?}");
    postgres.remove().await;
}

/// `sluis log verify` asks so for every 256 entries: without the index each of them reads the whole table.
const READERS: &str = "SELECT oin, role, idx, number, parts, event, outcome, dataset, purpose, packet, person, staff \
     FROM entry_reader WHERE idx >= 256 AND idx < 512 ORDER BY idx, oin, role";

#[tokio::test]
async fn the_readers_of_some_entries_are_found_by_an_index() {
    for place in Place::all().await {
        place.begun().await.close().await;
        let mut connection = AnyConnection::connect(&place.url).await.unwrap();
        let (explain, column) = if place.is_server() {
            // Of an empty table the whole is as near.
            sqlx::query("SET enable_seqscan = off").execute(&mut connection).await.unwrap();
            ("EXPLAIN", 0)
        } else {
            ("EXPLAIN QUERY PLAN", 3)
        };
        let text = sqlx::AssertSqlSafe(format!("{explain} {READERS}"));
        let plan = sqlx::query(text).fetch_all(&mut connection).await.unwrap();
        let plan: Vec<String> = plan.iter().map(|row| row.get(column)).collect();
        assert!(plan.iter().any(|step| step.contains("entry_reader_by_entry")), "{plan:?}");
        connection.close().await.unwrap();
        place.remove().await;
    }
}

#[test]
fn both_folders_have_the_same_migrations() {
    let names = |folder: &str| {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(folder);
        let names = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name());
        names.collect::<BTreeSet<_>>()
    };
    assert_eq!(names("sqlite"), names("postgres"));
}

/// What an intruder, or a careless operator, might try.
const ATTEMPTS: [&str; 8] = [
    "UPDATE leaf SET hash = commitments WHERE idx = 0",
    "DELETE FROM leaf",
    "DELETE FROM leaf WHERE idx = 299",
    "UPDATE tile SET root = hashes",
    "DELETE FROM tile",
    "UPDATE log_head SET size = size - 1",
    "UPDATE log_head SET last_time = 0",
    "DELETE FROM log_head",
];

#[tokio::test]
async fn the_log_refuses_to_be_changed() {
    for place in Place::all().await {
        let store = place.begun().await;
        let rig = Rig::on(store.clone()).await;
        rig.write(Record, 300).await.unwrap().into_inner();
        let pool = AnyPool::connect(&place.url).await.unwrap();
        for attempt in ATTEMPTS {
            let refused = sqlx::query(attempt).execute(&pool).await.unwrap_err();
            assert!(refused.to_string().contains("the log is append-only"), "{attempt}: {refused}");
        }
        pool.close().await;
        assert_eq!(rig.verify_log().await, 300);
        store.close().await;
        place.remove().await;
    }
}
