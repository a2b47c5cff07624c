//! `sluis init`: the configuration and the keys of a new gateway, and with `--dev` a whole region to try it with.

mod cast;
mod layout;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use clap::Args;
use serde_json::json;

pub use self::layout::{InitOptions, LaidOut, LaidParty, lay_out, point_profile};
use super::{Context, Exit, Failure, files};
use crate::{config::SAMPLE, crypto::gateway_keys::GatewayKeys, domain::clock::amsterdam_date};

/// The arguments of `sluis init`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  sluis init --dir /etc/sluis   a commented configuration and fresh keys
  sluis init --dev --dir try    also a throw-away CA, a database, and a certificate and profile for each party of a region")]
pub struct Init {
    /// Also make a throw-away certificate authority, a database and parties. Never for real data.
    #[arg(long)]
    pub dev: bool,

    /// The folder for the configuration and the keys; nothing in it is overwritten.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub dir: PathBuf,

    /// The log's name for ever: a host and a path, without https://. The year is added to it.
    #[arg(long, value_name = "NAME", default_value = "log.example.nl/noord-holland-noord")]
    pub origin: String,
}

impl Init {
    /// Makes the files.
    ///
    /// # Errors
    /// [`Failure`] when one exists already or cannot be written.
    pub async fn run(self, at: &mut Context) -> Result<Exit, Failure> {
        if self.dev {
            let options = InitOptions {
                data: SocketAddr::from(([127, 0, 0, 1], 8443)),
                ops: SocketAddr::from(([127, 0, 0, 1], 9100)),
                database: None,
            };
            let laid = Box::pin(lay_out(&self.dir, &options, &at.clock, &at.entropy)).await?;
            let names: Vec<_> = laid.parties.iter().map(|party| party.name.clone()).collect();
            at.out.show(
                &json!({ "configuration": laid.config_path, "parties": laid.parties_folder, "names": names }),
                || {
                    format!(
                        "Klaar / done: {config}\n\
                         A throw-away CA, a database and {count} parties: fit for a try-out, never for real data.\n\n\
                         Nu / now:\n  sluis serve --config {config}\n  sluis client --profile-file {profile} keys generate --help",
                        config = laid.config_path.display(),
                        count = names.len(),
                        profile = laid.parties_folder.join("zaffier/profile.toml").display(),
                    )
                },
            )?;
            return Ok(Exit::Done);
        }
        let config = self.dir.join("sluis.toml");
        files::private_folder(&self.dir)?;
        let text = SAMPLE.replace("log.example.nl/noord-holland-noord", &self.origin);
        files::write_private(&config, text.as_bytes())?;
        make_keys(&self.dir.join("keys"), &self.origin, at)?;
        at.out.show(&json!({ "configuration": config }), || {
            format!(
                "Klaar / done: {config}\n\
                 Nu / now: fill in [tls] and [listen], then\n  sluis migrate --config {config}\n  sluis party add --help\n  sluis serve --config {config}",
                config = config.display()
            )
        })?;
        Ok(Exit::Done)
    }
}

fn make_keys(folder: &Path, origin: &str, at: &Context) -> Result<(), Failure> {
    let origin = format!("{origin}/{}", amsterdam_date(at.clock.now()).year());
    GatewayKeys::generate(folder, &origin, at.entropy.as_ref())
        .map_err(|faults| Failure::configuration(super::compose::listed("the keys cannot be made", &faults)))
}
