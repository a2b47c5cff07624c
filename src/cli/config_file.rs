//! Where the gateway's configuration stands.

use std::path::PathBuf;

use clap::Args;

use super::Failure;
use crate::config::{Config, Environment};

/// Where the gateway's configuration stands; for every command that needs one.
#[derive(Debug, Clone, Args)]
pub struct ConfigFile {
    /// The gateway's configuration.
    #[arg(long, global = true, value_name = "FILE", env = "SLUIS_CONFIG", default_value = "sluis.toml")]
    pub config: PathBuf,
}

impl ConfigFile {
    /// The configuration in this file, with what the environment says instead.
    ///
    /// # Errors
    /// [`Failure`] with everything that is wrong in it.
    pub fn read(&self) -> Result<Config, Failure> {
        let environment = Environment { config: Some(self.config.clone()), ..Environment::of_process() };
        Config::load(&environment).map_err(|error| {
            Failure::configuration((
                "de configuratie is niet te gebruiken",
                "the configuration cannot be used",
            ))
            .because(error)
            .now(("`sluis init` schrijft er een met uitleg", "`sluis init` writes a commented one"))
        })
    }
}
