//! `sluis demo`: the main job in one command, on this machine, with invented people.

mod narrator;
mod people;
mod public_log;
mod setup;
mod story;

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use self::{narrator::Narrator, setup::Stage};
use super::{Context, Exit, Failure, language::tell};

/// The arguments of `sluis demo`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  sluis demo                        play the story, then stay up until Ctrl-C
  sluis demo --exit --json          play it for a machine, one step per line, then stop
  sluis demo --dir /srv/rehearsal   keep what it leaves in this folder")]
pub struct Demo {
    /// The folder in which to leave everything; it must be new or empty. Without it: `sluis-demo` here, or the first of
    /// `sluis-demo-2`, `sluis-demo-3` and so on that does not exist yet.
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,

    /// Stop after the story; the exit code is 0 only if every step went as told.
    #[arg(long)]
    pub exit: bool,
}

impl Demo {
    /// Plays the story.
    ///
    /// # Errors
    /// [`Failure`] when a step went otherwise than told, and which.
    pub async fn run(self, at: &mut Context) -> Result<Exit, Failure> {
        let folder = setup::folder(self.dir.as_deref())?;
        let stage = Box::pin(Stage::set(&folder, at)).await?;
        let mut narrator = Narrator::new(&folder);
        let played = Box::pin(story::play(&stage, &mut narrator, at)).await;
        narrator.keep()?;
        let ended = match played {
            Ok(()) => Ok(Exit::Done),
            Err(failure) => Err(failure),
        };
        if ended.is_ok() && !self.exit {
            stay(&stage, at).await?;
        }
        stage.strike().await;
        ended
    }
}

/// Stays up, so that a person can look around with the commands of the README.
async fn stay(stage: &Stage, at: &mut Context) -> Result<(), Failure> {
    let folder = stage.folder.display();
    let (data, ops) = (stage.data(), stage.ops());
    let language = at.out.language();
    at.out.show(&json!({ "gateway": data, "ops": ops, "folder": folder.to_string() }), || {
        tell!(
            language,
            "\nDe gateway blijft aan tot Ctrl-C\n\
             \n  {data}/checkpoint                     de getekende stand van het log, open voor iedereen\
             \n  {data}/v1/openapi.json                de interface\
             \n  http://{ops}/metrics                  cijfers voor de beheerder\
             \n  {folder}/gateway/          alles wat de gateway bewaart\
             \n  {folder}/parties/          wat elke partij heeft\
             \n  {folder}/story.json        elke stap\n\
             \n  sluis log verify --folder {folder}/log\
             \n  sluis client --profile-file {folder}/parties/zaffier/profile.toml inbox",
            "\nThe gateway stays up until Ctrl-C\n\
             \n  {data}/checkpoint                     the signed state of the log, open to all\
             \n  {data}/v1/openapi.json                the interface\
             \n  http://{ops}/metrics                  figures for the operator\
             \n  {folder}/gateway/          everything that the gateway keeps\
             \n  {folder}/parties/          what each party has\
             \n  {folder}/story.json        each step\n\
             \n  sluis log verify --folder {folder}/log\
             \n  sluis client --profile-file {folder}/parties/zaffier/profile.toml inbox"
        )
    })?;
    tokio::signal::ctrl_c().await.map_err(|error| {
        Failure::internal(("kan niet op Ctrl-C wachten", "cannot wait for Ctrl-C")).because(error)
    })
}
