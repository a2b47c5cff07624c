//! `sluis client ack`: that what was fetched arrived.

use clap::Args;
use serde_json::json;

use crate::{
    cli::{
        Context, Exit, Failure,
        client::{
            done::{done, told},
            gateway::Call,
            profile::ProfileChoice,
            session::Session,
        },
    },
    domain::id::PacketId,
};

/// `sluis client ack`.
#[derive(Debug, Args)]
pub struct Acknowledge {
    /// The packet.
    pub id: PacketId,

    /// Your own case number for the person, by which you find the packet later; never a BSN or an onderwijsnummer.
    #[arg(long, value_name = "REFERENCE")]
    pub reference: Option<String>,
}

impl Acknowledge {
    /// Tells the gateway that the packet arrived.
    ///
    /// # Errors
    /// As any call.
    pub async fn run(self, choice: &ProfileChoice, at: &mut Context) -> Result<Exit, Failure> {
        let session = Session::open(choice, at)?;
        let body = self.reference.map_or_else(|| json!({}), |reference| json!({ "reference": reference }));
        let call = Call::post(format!("/v1/packets/{}/acknowledgement", self.id), &body)?.repeatable();
        done(call, &session, at, |answer, language| {
            told(language.pick("Ontvangst bevestigd", "Acknowledged"), answer)
        })
        .await
    }
}
