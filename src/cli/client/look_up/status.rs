//! `sluis client status`: how one packet, request or question stands.

use serde_json::Value;

use crate::{
    cli::{
        Context, Exit, Failure,
        client::{
            gateway::Call,
            profile::ProfileChoice,
            session::Session,
            tables::{messages, print, tabled},
        },
    },
    domain::id::PacketId,
};

/// Prints the state of one packet, request or question.
///
/// # Errors
/// As any call.
pub async fn status(id: PacketId, choice: &ProfileChoice, at: &mut Context) -> Result<Exit, Failure> {
    let session = Session::open(choice, at)?;
    // Of a request or question too: asked for in vain, either would be a refusal in the log of both parties.
    let packet: Value = session.gateway.json(Call::get(format!("/v1/packets/{id}"))).await?;
    let packets = [packet];
    print(&packets, at)?;
    let asks = packets.iter().any(|packet| packet.get("kind").is_some_and(|kind| kind != "packet"));
    tabled(&packets, if asks { messages::asked } else { messages::sent }, &session, at).await?;
    Ok(Exit::Done)
}
