//! The database of the configuration, and why a command cannot begin on it.

use zeroize::Zeroizing;

use crate::{
    cli::{Exit, Failure, operated},
    config::Config,
    store::{OpenOptions, Store, StoreError, StoreErrorKind},
};

/// Where the database is, with the password that the configuration names.
pub(in crate::cli) fn url(config: &Config) -> Result<Zeroizing<String>, Failure> {
    config.database.connect_url().map_err(|error| {
        Failure::configuration((
            "het bestand met het wachtwoord van de database is niet te lezen",
            "the database's password file cannot be read",
        ))
        .because(error)
    })
}

/// The database of the configuration, opened. Migrates nothing.
pub(in crate::cli) async fn open(config: &Config) -> Result<Store, Failure> {
    let url = url(config)?;
    let opened = Store::open(&url, &OpenOptions::default()).await;
    opened
        .map_err(|error| unusable(("de database is niet te gebruiken", "the database cannot be used"), error))
}

/// Why a command cannot begin on the database: it is not there now, or it is not what the configuration says.
pub(in crate::cli) fn unusable(what: (&'static str, &'static str), error: StoreError) -> Failure {
    let (exit, now) = match error.kind() {
        StoreErrorKind::Unavailable => (
            Exit::Unavailable,
            (
                "draait de server, en is hij hier te bereiken? start dan opnieuw",
                "does the server run, and can it be reached from here? then start again",
            ),
        ),
        StoreErrorKind::Full | StoreErrorKind::Io => (
            Exit::Unavailable,
            (
                "maak ruimte op de schijf van de database, en start dan opnieuw",
                "make room on the disk of the database, then start again",
            ),
        ),
        StoreErrorKind::ReadOnly => operated::READ_ONLY,
        StoreErrorKind::Damaged => operated::DAMAGED,
        StoreErrorKind::Moved => operated::MOVED,
        StoreErrorKind::Inconsistent => operated::INCONSISTENT,
        StoreErrorKind::Schema => (
            Exit::Configuration,
            ("`sluis migrate` brengt een database bij", "`sluis migrate` brings a database up to date"),
        ),
        StoreErrorKind::Settings | StoreErrorKind::Left => (
            Exit::Configuration,
            (
                "kijk naar `[database]` en `[log]` in de configuratie",
                "look at `[database]` and `[log]` in the configuration",
            ),
        ),
    };
    Failure::new(exit, what).because(error).now(now)
}
