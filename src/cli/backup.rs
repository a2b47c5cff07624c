//! `sluis backup`: a copy of everything that the gateway keeps.
//!
//! The copy has the shape of the configuration's own folder, so that it is itself a folder that commands work on:
//! `sluis log verify --config COPY/sluis.toml` says whether it can be relied upon.

mod collect;
mod sealed;
mod tar;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;
use serde_json::json;

use self::collect::Collected;
use super::{
    ConfigFile, Context, Exit, Failure,
    compose::Composed,
    files,
    language::{both, tell},
    operated,
};
use crate::{
    config::Config,
    crypto::envelope::Recipient,
    store::{StoreErrorKind, read::Chore},
};

/// The name of the one file of an encrypted backup.
const SEALED: &str = "sluis-backup.tar.age";

/// The arguments of `sluis backup`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Works while gateways run. Whoever has the copy has the keys: it opens everything that the gateway can open. Give --to, or
keep it where only those come who may also come to the gateway. What is sealed to recipients stays sealed. That a copy is
made is an entry in the log, which comes first, and is in the copy.

Examples:
  sluis backup --out /backup/sluis-2026-09-01
  sluis backup --out /backup/sluis-2026-09-01 --to age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p
  age -d -i key.txt /backup/sluis-2026-09-01/sluis-backup.tar.age > backup.tar && mkdir restored && tar -xf backup.tar -C restored
  sluis log verify --config restored/sluis.toml")]
pub struct Backup {
    /// The configuration.
    #[command(flatten)]
    pub config: ConfigFile,

    /// The folder, which must be new or empty.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,

    /// Encrypt the whole to this age recipient, as one file; may be given more than once.
    #[arg(long, value_name = "AGE1...", value_parser = recipient)]
    pub to: Vec<Addressee>,

    /// Leave the database out: for PostgreSQL, which has backup tools of its own.
    #[arg(long)]
    pub without_database: bool,
}

/// Whom somebody named to encrypt to. What cannot be read as an argument is printed back; a private key must not be.
#[derive(Debug, Clone)]
pub enum Addressee {
    /// The public half of a key.
    Recipient(Recipient),
    /// The private half, by mistake. It is not kept.
    PrivateKey,
}

fn recipient(text: &str) -> Result<Addressee, String> {
    if text.to_ascii_uppercase().starts_with("AGE-SECRET-KEY-") {
        return Ok(Addressee::PrivateKey);
    }
    let read = text.parse().map(Addressee::Recipient);
    read.map_err(|_| "not an age recipient: age1 and 58 characters".to_owned())
}

impl Backup {
    /// Runs it.
    ///
    /// # Errors
    /// When something cannot be read or written, the log included, or the database is PostgreSQL and was not left out.
    pub async fn run(self, at: &mut Context) -> Result<Exit, Failure> {
        let recipients = self.recipients()?;
        let config = self.config.read()?;
        if !config.database.url.is_sqlite() && !self.without_database {
            return Err(Failure::usage(("PostgreSQL heeft eigen programma's voor een kopie; deze opdracht maakt die niet", "PostgreSQL is backed up by its own tools, not by this command")).now(
                ("maak met `pg_dump --format=custom` een kopie van de database, en geef deze opdracht nog eens met --without-database \
                 voor sleutels en configuratie; die twee horen bij elkaar", "make `pg_dump --format=custom` of the database, and run this again with --without-database for keys and \
                 configuration; the two belong together"),
            ));
        }
        files::private_folder(&self.out)?;
        let mut present = fs::read_dir(&self.out).map_err(|error| Failure::unreadable(&self.out, error))?;
        if present.next().is_some() {
            return Err(Failure::usage(both!(
                "de map `{}` is niet leeg",
                "the folder `{}` is not empty",
                self.out.display()
            ))
            .now(("kies met --out een nieuwe map", "choose a new folder with --out")));
        }
        let snapshot = self.out.join("snapshot.db");
        let composed =
            Composed::for_operator(&config, Arc::clone(&at.clock), Arc::clone(&at.entropy)).await?;
        let began = at.clock.now();
        let collected = self.copy(&config, &composed, &snapshot, &recipients).await;
        let noted = match &collected {
            Ok(_) if !self.without_database => composed.store.note_chore(Chore::Backup, began).await,
            _ => Ok(()),
        };
        composed.close().await;
        if noted.is_err() {
            at.out.warn((
                "dat er een kopie is gemaakt, kon niet worden vastgelegd voor de metingen van de gateway",
                "that a backup was made could not be noted for the gateway's metrics",
            ));
        }
        // Also after a failure: the snapshot is not part of what is left behind under its own name.
        if snapshot.exists() {
            fs::remove_file(&snapshot).map_err(|error| Failure::unwritable(&snapshot, error))?;
        }
        self.tell(&collected?, at)?;
        Ok(Exit::Done)
    }

    fn recipients(&self) -> Result<Vec<Recipient>, Failure> {
        let all = self.to.iter().map(|to| match to {
            Addressee::Recipient(recipient) => Ok(recipient.clone()),
            Addressee::PrivateKey => Err(Failure::usage((
                "bij --to staat een geheime age-sleutel, en die hoort niet op de opdrachtregel",
                "--to was given a private age key, which does not belong on a command line",
            ))
            .now((
                "geef de openbare helft, die met age1 begint (`age-keygen -y` noemt haar); wie mee kan kijken, kent deze sleutel nu: maak \
                 een nieuwe",
                "give the public half, which begins with age1 (`age-keygen -y` prints it); who could look on knows this key now: make \
                 a new one",
            ))),
        });
        all.collect()
    }

    async fn copy(
        &self,
        config: &Config,
        composed: &Composed,
        snapshot: &Path,
        recipients: &[Recipient],
    ) -> Result<Collected, Failure> {
        composed.exchange.record_backup(!self.without_database).await.map_err(operated::trouble)?;
        let mut database = None;
        if !self.without_database {
            files::write_private(snapshot, &[])?;
            composed.store.copy_into(snapshot).await.map_err(|error| match error.kind() {
                // The database itself is only read for it.
                StoreErrorKind::Full => Failure::full(&self.out),
                _ => operated::store(error),
            })?;
            database = Some(snapshot);
        }
        let collected = collect::collect(&self.config.config, config, database)?;
        if recipients.is_empty() {
            collected.write(&self.out)?;
        } else {
            sealed::write(&collected, &self.out.join(SEALED), recipients)?;
        }
        Ok(collected)
    }

    fn tell(&self, collected: &Collected, at: &mut Context) -> Result<(), Failure> {
        let names: Vec<&str> = collected.names().collect();
        let sealed = (!self.to.is_empty()).then(|| self.out.join(SEALED));
        let document = json!({
            "folder": self.out, "encrypted": sealed.is_some(), "file": sealed, "files": names,
            "database": !self.without_database, "left": collected.left,
        });
        let language = at.out.language();
        at.out.show(&document, || {
            let mut lines: Vec<String> = names.iter().map(|name| format!("  {name}")).collect();
            lines.extend(collected.left.iter().map(|left| {
                tell!(language, "NIET meegenomen: {}", "NOT included: {}", left.display())
            }));
            lines.push(match &sealed {
                Some(file) => tell!(language, "Versleuteld: {}", "Encrypted: {}", file.display()),
                None => language
                    .pick(
                        "NIET versleuteld: wie deze map heeft, heeft de sleutels. Met --to age1... wordt het één versleuteld bestand.",
                        "NOT encrypted: whoever has this folder has the keys. With --to age1... it becomes one encrypted file.",
                    )
                    .to_owned(),
            });
            lines.join("\n")
        })
    }
}
