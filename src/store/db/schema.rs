//! The schema that this program knows, and the one that a database has.

use sqlx::{
    AnyConnection,
    migrate::{Migrate as _, MigrateError, Migrator},
};

use super::backend::Backend;
use crate::store::error::{StoreError, StoreErrorKind};

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

pub(in crate::store) fn migrator(backend: Backend) -> &'static Migrator {
    match backend {
        Backend::Sqlite => &SQLITE,
        Backend::Postgres => &POSTGRES,
    }
}

/// # Errors
/// `Schema` when the database has another schema than this program knows.
pub(super) async fn check(backend: Backend, connection: &mut AnyConnection) -> Result<(), StoreError> {
    let migrator = migrator(backend);
    let known: Vec<i64> = migrator.iter().map(|migration| migration.version).collect();
    let applied = connection.list_applied_migrations(&migrator.table_name).await;
    let applied: Vec<i64> = match applied.map_err(schema_fault) {
        Ok(all) => all.iter().map(|one| one.version).collect(),
        Err(fault) if matches!(fault.kind(), StoreErrorKind::Damaged | StoreErrorKind::Io) => {
            return Err(fault);
        }
        // A database that was never migrated has no table of migrations.
        Err(_) => Vec::new(),
    };
    if applied.iter().any(|version| !known.contains(version)) {
        return Err(StoreError::schema(
            "the database was migrated by a newer Sluis than this one: update the program",
        ));
    }
    if known.iter().any(|version| !applied.contains(version)) {
        return Err(StoreError::schema("the database is not up to date: run `sluis migrate` first"));
    }
    Ok(())
}

pub(in crate::store) fn schema_fault(cause: MigrateError) -> StoreError {
    match cause {
        MigrateError::VersionMissing(version) => StoreError::schema(format!(
            "the database was migrated by a newer Sluis than this one (migration {version}): update the program"
        )),
        MigrateError::VersionMismatch(version) => StoreError::schema(format!(
            "migration {version} was applied with another text than this program holds: nothing was changed"
        )),
        MigrateError::Dirty(version) => StoreError::schema(format!(
            "migration {version} was broken off half-way: restore the database from its last backup"
        )),
        MigrateError::Execute(cause) => cause.into(),
        other => StoreError::schema(format!("the schema cannot be brought up to date: {other}")),
    }
}
