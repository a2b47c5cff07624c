//! `sluis client`: a party's side of the exchange.

use clap::Args;

use super::{Context, Exit, Failure};

/// The arguments of `sluis client`.
#[derive(Debug, Args)]
pub struct Client {}

impl Client {
    /// Runs it.
    ///
    /// # Errors
    /// As the command says.
    pub async fn run(self, _at: &mut Context) -> Result<Exit, Failure> {
        Err(Failure::usage("nothing yet"))
    }
}
