//! `sluis man`: manual pages, one for each command, in the language of the program.

use std::{fs, path::PathBuf};

use clap::{Args, Command};
use serde_json::json;

use super::{Context, Exit, Failure, help::page, language::tell};

/// The arguments of `sluis man`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  sluis man --dir ~/.local/share/man/man1     then: man sluis-client-push")]
pub struct Man {
    /// The folder; what stands there under the same names is replaced.
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
}

impl Man {
    /// Writes `sluis.1`, `sluis-client.1`, `sluis-client-push.1` and so on.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn run(self, tree: &Command, at: &mut Context) -> Result<Exit, Failure> {
        let dir = &self.dir;
        fs::create_dir_all(dir).map_err(|error| Failure::unwritable(dir, error))?;
        let language = at.out.language();
        page::write(tree, language, dir).map_err(|error| Failure::unwritable(dir, error))?;
        at.out.show(&json!({ "folder": dir }), || {
            tell!(language, "Handleiding geschreven in {}", "Manual pages written to {}", dir.display())
        })?;
        Ok(Exit::Done)
    }
}
