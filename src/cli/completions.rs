//! `sluis completions`: the tab key.

use clap::{Args, Command};
use clap_complete::Shell;

use super::{Context, Exit, Failure};

/// The arguments of `sluis completions`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  sluis completions bash > ~/.local/share/bash-completion/completions/sluis
  sluis completions zsh > ~/.zfunc/_sluis
  sluis completions fish > ~/.config/fish/completions/sluis.fish")]
pub struct Completions {
    /// For which shell.
    pub shell: Shell,
}

impl Completions {
    /// Prints the script.
    ///
    /// # Errors
    /// When standard output cannot be written.
    pub fn run(self, mut tree: Command, at: &mut Context) -> Result<Exit, Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut tree, "sluis", &mut script);
        at.out.raw(&script)?;
        Ok(Exit::Done)
    }
}
