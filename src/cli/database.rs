//! `sluis database`: the database as a whole.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use super::{
    ConfigFile, Context, Exit, Failure,
    compose::{self, keys},
    head_file::HeadFile,
    language::tell,
    operated,
};
use crate::{
    accesslog::verify::{Check, verify},
    config::Config,
    crypto::at_rest::AtRest,
    merkle::note::LogVerifier,
    store::{Store, relocate::Relocated},
};

/// The arguments of `sluis database`.
#[derive(Debug, Args)]
pub struct Database {
    /// The configuration.
    #[command(flatten)]
    pub config: ConfigFile,

    /// What to do.
    #[command(subcommand)]
    pub command: DatabaseCommand,
}

/// What can be done with the database as a whole.
#[derive(Debug, Subcommand)]
pub enum DatabaseCommand {
    /// Move everything from SQLite to PostgreSQL, with the log as it is.
    #[command(after_long_help = "\
The other configuration is this one with the [database] of the server in it: a database that is there, and that nothing has
used. It is brought to the schema of this program, everything is copied, and its log is verified; gateways answer 503
meanwhile. Only then is the old database left: no gateway starts on it any more, and one that runs writes nothing in it.
What is broken off before is done again by the same command; the old database is as it was.

Examples:
  sluis database move --config /etc/sluis/sluis.toml --to /etc/sluis/sluis-postgres.toml
  mv /etc/sluis/sluis-postgres.toml /etc/sluis/sluis.toml && systemctl restart sluis")]
    Move {
        /// The configuration with the PostgreSQL database.
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
    },
}

impl Database {
    /// Runs it.
    ///
    /// # Errors
    /// When one of the databases cannot be used, the other is not empty, or the copy does not verify.
    pub async fn run(self, at: &mut Context) -> Result<Exit, Failure> {
        let DatabaseCommand::Move { to } = self.command;
        let (from, to) = (self.config.read()?, ConfigFile { config: to }.read()?);
        let url = to.database.connect_url().map_err(|error| {
            Failure::configuration((
                "het bestand met het wachtwoord van de database is niet te lezen",
                "the database's password file cannot be read",
            ))
            .because(error)
        })?;
        let source = compose::store::open(&from).await?;
        Store::migrate(&url).await.map_err(operated::store)?;
        let target = compose::store::open(&to).await?;
        let moved = moved((&from, &source), (&to, &target), at).await;
        source.close().await;
        target.close().await;
        let Relocated { entries, rows } = moved?;
        let language = at.out.language();
        at.out.show(&json!({ "moved": true, "entries": entries, "rows": rows }), || {
            tell!(
                language,
                "Verplaatst: {rows} rijen, met een logboek van {entries} regels dat klopt.\n\
                 Start de gateways met de andere configuratie. De oude database blijft staan zoals zij was, maar er begint geen\n\
                 gateway meer op: bewaar haar tot er een kopie van de nieuwe is, en vernietig haar dan.",
                "Moved: {rows} rows, with a log of {entries} entries that is sound.\n\
                 Start the gateways with the other configuration. The old database stays as it was, but no gateway starts on it\n\
                 any more: keep it until there is a backup of the new one, then destroy it."
            )
        })?;
        Ok(Exit::Done)
    }
}

async fn moved(
    (from, source): (&Config, &Store),
    (to, target): (&Config, &Store),
    at: &mut Context,
) -> Result<Relocated, Failure> {
    let keys = keys::known_to(from, source).await?;
    let verifiers = compose::signs::verifiers(&keys)?;
    HeadFile::at(from.log.head_file()).compare(source, &verifiers).await?;
    let rows = source.rows().await.map_err(operated::store)?;
    let bar = at.out.progress(rows);
    let progress = |rows: u64| bar.set_position(rows);
    let copied = source.copy_to(target, &progress).await.map_err(operated::store);
    bar.finish_and_clear();
    let copied = copied?;
    let entries = copied.what.entries;
    let bar = at.out.progress(entries);
    let checked =
        checked(entries, target, &verifiers, keys.at_rest.as_ref(), &|entries| bar.set_position(entries))
            .await;
    bar.finish_and_clear();
    let checkpoint = checked?;
    if to.log.head_file() != from.log.head_file() {
        HeadFile::at(to.log.head_file()).put(&checkpoint)?;
    }
    copied.leave().await.map_err(operated::store)
}

/// The signed head of the copy, whose log is verified as a whole.
async fn checked(
    entries: u64,
    target: &Store,
    verifiers: &[LogVerifier],
    at_rest: &AtRest,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<String, Failure> {
    let unsound = || {
        Failure::refused((
            "het logboek van de kopie klopt niet; de oude database is niet veranderd",
            "the log of the copy is not sound; the old database was not changed",
        ))
        .now((
            "laat `sluis log verify` zeggen wat er in de oude niet klopt; maak de nieuwe leeg voordat u het opnieuw probeert",
            "let `sluis log verify` say what is wrong in the old one; empty the new one before you try again",
        ))
    };
    let view = target.log().await.map_err(operated::store)?;
    let checkpoint = view.head().checkpoint.clone();
    let signed = verifiers.iter().position(|one| one.open(&checkpoint).is_ok());
    let (log, others): (Vec<_>, Vec<_>) =
        verifiers.iter().cloned().enumerate().partition(|(at, _)| Some(*at) == signed);
    let others: Vec<_> = others.into_iter().map(|(_, one)| one).collect();
    let (_, log) = log.first().ok_or_else(unsound)?;
    let how = Check { log, others: &others, older: &[], bodies: Some(at_rest), progress: Some(progress) };
    let report = verify(&view, &how).await.map_err(operated::store)?;
    if report.is_sound() && report.entries == entries { Ok(checkpoint) } else { Err(unsound()) }
}
