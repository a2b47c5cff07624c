//! Opening, migrating, refusing what is not safe.

use std::process::Stdio;

use sluis::store::{OpenOptions, Store, StoreErrorKind};
use sqlx::{AnyPool, Row as _};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::Command,
};

use super::support::{Place, START, policy, prints};
use crate::support::left_out;

async fn refused(url: &str) -> (StoreErrorKind, String) {
    let error = Store::open(url, &OpenOptions::default()).await.unwrap_err();
    (error.kind(), error.to_string())
}

#[tokio::test]
async fn a_database_is_migrated_before_it_is_opened() {
    for place in Place::all().await {
        let (kind, message) = refused(&place.url).await;
        let is_file = place.url.starts_with("sqlite:");
        assert_eq!(kind, if is_file { StoreErrorKind::Settings } else { StoreErrorKind::Schema });
        assert!(message.contains("sluis migrate"), "{message}");
        assert_eq!(
            Store::migrate(&place.url).await.unwrap(),
            is_file,
            "a file is made, a server has its database"
        );
        assert!(!Store::migrate(&place.url).await.unwrap());
        let store = place.open().await;
        assert!(store.head().await.is_err(), "a log that was not begun has no head");
        store.begin_log("x", policy(), &prints("own"), START.parse().unwrap()).await.unwrap();
        store.head().await.unwrap();
        store.close().await;
        place.remove().await;
    }
}

const FUTURE: &str = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
     VALUES (9999, 'from the future', TRUE, $1, 0)";

#[tokio::test]
async fn a_newer_schema_stops_the_start() {
    for place in Place::all().await {
        Store::migrate(&place.url).await.unwrap();
        let pool = AnyPool::connect(&place.url).await.unwrap();
        sqlx::query(FUTURE).bind(vec![0_u8]).execute(&pool).await.unwrap();
        pool.close().await;
        let (kind, message) = refused(&place.url).await;
        assert_eq!(kind, StoreErrorKind::Schema);
        assert!(message.contains("newer"), "{message}");
        assert!(Store::migrate(&place.url).await.unwrap_err().to_string().contains("newer"));
        place.remove().await;
    }
}

#[tokio::test]
async fn an_address_that_is_not_a_database_is_refused() {
    for url in
        ["", "mysql://x", "sqlite::memory:", "sqlite:", "sqlite:a.db?mode=ro", "sqlite:/no/such/folder/a.db"]
    {
        assert_eq!(refused(url).await.0, StoreErrorKind::Settings, "{url}");
    }
    let nobody = refused("postgres://nobody:secret-word@127.0.0.1:1/x").await;
    assert_eq!(nobody.0, StoreErrorKind::Unavailable);
    assert!(!nobody.1.contains("secret-word"));
}

#[cfg(unix)]
#[tokio::test]
async fn a_sqlite_file_is_its_owners_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::sqlite();
    let store = place.begun().await;
    let path = place.url.strip_prefix("sqlite:").unwrap();
    for suffix in ["", "-wal", "-shm"] {
        let mode = std::fs::metadata(format!("{path}{suffix}")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{suffix}");
    }
    store.close().await;
}

#[tokio::test]
async fn sqlite_is_durable() {
    let place = Place::sqlite();
    let store = place.begun().await;
    store.close().await;
    let pool = AnyPool::connect(&place.url).await.unwrap();
    let mode: String = sqlx::query("PRAGMA journal_mode").fetch_one(&pool).await.unwrap().get(0);
    assert_eq!(mode, "wal");
    pool.close().await;
}

/// A cluster of its own, which lives until its standard input ends.
const UNSAFE: &str = ". tests/postgres.sh && start_postgres -c fsync=off && { echo \"$TEST_POSTGRES_URL\"; cat >&2; stop_postgres; }";

#[tokio::test]
async fn a_server_that_does_not_write_to_the_disk_is_refused() {
    if std::env::var_os("TEST_POSTGRES_URL").is_none() {
        left_out("PostgreSQL without fsync: TEST_POSTGRES_URL names no server");
        return;
    }
    let mut command = Command::new("bash");
    command.args(["-c", UNSAFE]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut server = command.spawn().unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
    if let Some(url) = lines.next_line().await.unwrap() {
        let (kind, message) = refused(&url).await;
        let migrated = Store::migrate(&url).await.unwrap_err().to_string();
        drop(server.stdin.take());
        assert!(server.wait().await.unwrap().success());
        assert_eq!(kind, StoreErrorKind::Settings, "{message}");
        assert!(message.contains("fsync=off") && message.contains("turn it on"), "{message}");
        assert_eq!(migrated, message, "not even migrated");
    } else {
        left_out("PostgreSQL without fsync: there are no server binaries");
    }
}
