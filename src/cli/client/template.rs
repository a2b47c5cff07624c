//! `sluis client template`: the CSV that a dataset's packets can be written in, or one packet as JSON.

mod arguments;
mod example;
mod packet;
mod sheet;
mod written;

use serde_json::{Value, json};

use self::packet::packet;
pub use self::{arguments::Template, written::written};
use super::{dataset::Dataset, paged, profile::ProfileChoice, session::Session, words::member};
use crate::{
    cli::{Context, Exit, Failure, files, printable::escaped},
    domain::clock::amsterdam_date,
};

impl Template {
    /// Writes the template.
    ///
    /// # Errors
    /// When the gateway does not know the dataset, or the file cannot be written.
    pub async fn run(self, choice: &ProfileChoice, at: &mut Context) -> Result<Exit, Failure> {
        let session = Session::open(choice, at)?;
        if let Some(path) = &self.out {
            files::prove_new(path)?;
        }
        let dataset = Dataset::read(&self.dataset, &session).await?;
        let roles = match self.role {
            Some(role) => vec![role.to_string()],
            None => own_roles(&session).await,
        };
        let dataset = dataset.sent_by(&roles)?;
        let today = amsterdam_date(at.clock.now());
        match self.declaration {
            Some(kind) => {
                dataset.can_rest_on(kind)?;
                self.write(&example::declaration(kind, &packet(&dataset, today), today), at)
            }
            None if self.packet => self.write(&packet(&dataset, today), at),
            None => sheet::write_sheet(&self, dataset, at),
        }
    }

    fn write(&self, document: &Value, at: &mut Context) -> Result<Exit, Failure> {
        let text = format!("{document:#}");
        let text = escaped(&text);
        match &self.out {
            Some(path) => {
                files::write_private(path, format!("{text}\n").as_bytes())?;
                at.out.show(&json!({ "file": path }), || path.display().to_string())?;
            }
            None => at.out.show(document, || text.into_owned())?,
        }
        Ok(Exit::Done)
    }
}

/// The roles in which the gateway knows the organisation of the profile's certificate; none where that cannot be told.
async fn own_roles(session: &Session) -> Vec<String> {
    let Some(oin) = session.profile.oin() else { return Vec::new() };
    let items = paged::every(&session.gateway, "/v1/parties").await.unwrap_or_default();
    let own = items.iter().filter(|item| member(item, "/oin") == oin);
    own.map(|item| member(item, "/role")).filter(|role| !role.is_empty()).collect()
}
