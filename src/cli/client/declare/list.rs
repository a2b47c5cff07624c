//! `sluis client declarations`: what was recorded, so that taking back is as easy as giving (AVG 7(3)).

use std::path::PathBuf;

use clap::Args;

use crate::cli::{
    Context, Exit, Failure,
    client::{
        paged::{self, Pages, Range},
        profile::ProfileChoice,
        session::Session,
        tables::{declarations, print, tabled},
    },
};

/// The arguments of `sluis client declarations`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Whose declarations, for --person:
  { \"reference\": { \"kind\": \"own\", \"value\": \"L-2031\" } }
A persoonsgebonden nummer comes with its `purpose`. That a person was searched for is an entry in the log.

Examples:
  sluis client declarations
  sluis client declarations --person wie.json
  sluis client withdraw declaration ID --by persoon")]
pub struct Declarations {
    /// Which declarations.
    #[command(flatten)]
    pub range: Range,

    /// Only those about the person in this file, as JSON with a `reference`; `-` is standard input.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["after", "limit"])]
    pub person: Option<PathBuf>,
}

const FORM: (&str, &str) = (
    "`sluis client declarations --help` laat zien wat erin moet staan",
    "`sluis client declarations --help` shows what it must hold",
);

impl Declarations {
    /// Lists them.
    ///
    /// # Errors
    /// As any call.
    pub async fn run(self, choice: &ProfileChoice, at: &mut Context) -> Result<Exit, Failure> {
        let (session, items) = if let Some(file) = &self.person {
            let session = Session::open_as_staff(choice, at)?;
            let (found, _) = paged::search("/v1/declarations/searches", (file, FORM), &session).await?;
            (session, found)
        } else {
            let session = Session::open(choice, at)?;
            let mut pages = Pages::of(&session.gateway, "/v1/declarations", &self.range);
            let mut all = Vec::new();
            while let Some(items) = pages.next().await? {
                all.extend(items);
            }
            (session, all)
        };
        print(&items, at)?;
        tabled(&items, declarations::declarations, &session, at).await?;
        if items.iter().any(|item| item.get("state").is_some_and(|state| state == "given")) {
            at.out.say((
                "Intrekken: sluis client withdraw declaration KENMERK --by WIE (persoon, ouder, voogd, …)",
                "To withdraw: sluis client withdraw declaration ID --by WHO (persoon, ouder, voogd, …)",
            ))?;
        }
        Ok(Exit::Done)
    }
}
