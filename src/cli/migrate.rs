//! `sluis migrate`: brings the database to the schema of this program.

use clap::Args;
use serde_json::json;

use super::{ConfigFile, Context, Exit, Failure, compose, operated};
use crate::store::Store;

/// The arguments of `sluis migrate`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Makes the database where there is none. A second time nothing changes; a database that a newer Sluis migrated is left as
it is. A second configuration with another user and password_file lets it run under a database role of its own.

Examples:
  sluis migrate --config /etc/sluis/sluis.toml")]
pub struct Migrate {
    /// The configuration.
    #[command(flatten)]
    pub config: ConfigFile,
}

impl Migrate {
    /// Runs it.
    ///
    /// # Errors
    /// When the database cannot be reached, or is not one that this program may change.
    pub async fn run(self, at: &mut Context) -> Result<Exit, Failure> {
        let config = self.config.read()?;
        let url = compose::store::url(&config)?;
        let made = Store::migrate(&url).await.map_err(operated::store)?;
        let language = at.out.language();
        at.out.show(&json!({ "migrated": true, "made": made }), || {
            let said = if made {
                language.pick(
                    "Er was nog geen database. Er is een nieuwe, lege gemaakt, met een nieuw logboek.\n\
                     Had u er al een? Kijk dan of `database.url` klopt en of de schijf er is, voordat u de gateway start.",
                    "There was no database yet. A new, empty one was made, for a new log.\n\
                     Did you have one? Then look whether `database.url` is right and the disk is there, before you start the gateway.",
                )
            } else {
                language.pick(
                    "De database is op orde voor dit programma.",
                    "The database has the schema of this program.",
                )
            };
            said.to_owned()
        })?;
        Ok(Exit::Done)
    }
}
