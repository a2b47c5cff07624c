//! `sluis client push` and `ask`: one packet, many lines of JSON, or a sheet.

mod arguments;
pub mod batch;
mod does;
pub mod input;
mod many;
mod plan;
mod replies;
pub mod report;
mod single;
pub mod tally;
mod told;

pub use self::{arguments::Push, does::Does};
use self::{input::Input, many::many, single::one};
use super::{log_seen, profile::ProfileChoice, session::Session};
use crate::cli::{Context, Exit, Failure};

impl Push {
    /// Sends what the arguments name.
    ///
    /// # Errors
    /// When the input cannot be read, or a single packet was not accepted.
    pub async fn run(self, does: Does, choice: &ProfileChoice, at: &mut Context) -> Result<Exit, Failure> {
        let session = Session::open_as_staff(choice, at)?;
        let ended = match (&self.file, &self.batch, &self.csv) {
            (Some(file), _, _) => one(&self, file, does, &session, at).await?,
            (_, Some(file), _) => {
                let (input, route) = Input::of_file(file, does, &session).await?;
                many(&self, file, input, route, &session, at).await?
            }
            (_, _, Some(file)) => {
                let (input, route) = Input::of_sheet(&self, file, does, &session).await?;
                many(&self, file, input, route, &session, at).await?
            }
            _ => {
                return Err(Failure::usage(("er is niets om te sturen", "nothing to send")).now((
                    "geef een BESTAND, --batch BESTAND of --csv BESTAND",
                    "give a FILE, --batch FILE or --csv FILE",
                )));
            }
        };
        log_seen::compare(&session, at).await?;
        Ok(ended)
    }
}
