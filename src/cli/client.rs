//! `sluis client`: a party's side of the exchange, for integrators.
//!
//! What a person does with it:
//!
//! | module | does |
//! |---|---|
//! | [`push`] | sends packets, and asks requests and questions: one or many, resumable |
//! | [`pull`] | fetches what came, and confirms it |
//! | [`answer`] | answers a request or a question |
//! | [`declare`], [`withdraw`] | records what a person wants and what was decided; takes it back, or a packet |
//! | [`look_up`] | who takes part, what is exchanged, what was sent and asked, in which state |
//! | [`look_back`] | what the log says of this party, and whether it can be believed |
//! | [`own_keys`] | the keys that others seal to |
//! | [`template`] | a sheet or a packet to start from |
//!
//! What those share, each above what it uses:
//!
//! | module | is |
//! |---|---|
//! | [`done`], [`pending`], [`tables`], [`dataset`], [`names`], [`paged`] | calls and lists as every command makes and tells them |
//! | [`receipts`], `log_seen` | what is checked without trusting the gateway |
//! | [`session`] | a profile with its gateway |
//! | [`sheets`] | packets as CSV |
//! | [`gateway`] | one call: repeated where that is safe, explained where it is refused |
//! | [`profile`] | which gateway, as which party, with which keys |
//! | [`input`], [`problem`], [`route`], [`words`] | what the user gives, what the gateway answers, in words |

pub mod answer;
pub mod dataset;
pub mod declare;
pub mod done;
pub mod gateway;
pub mod input;
mod log_seen;
pub mod look_back;
pub mod look_up;
pub mod names;
pub mod own_keys;
pub mod paged;
pub mod pending;
pub mod problem;
pub mod profile;
pub mod pull;
pub mod push;
pub mod receipts;
pub mod route;
pub mod session;
pub mod sheets;
pub mod tables;
pub mod template;
pub mod withdraw;
pub mod words;

use clap::{Args, Subcommand};

use self::{
    look_up::{list, profiles, search, status},
    paged::Range,
    profile::ProfileChoice,
    pull::acknowledge,
    push::Does,
    tables::{messages, notices, register},
};
use super::{Context, Exit, Failure};
use crate::domain::id::PacketId;

/// The arguments of `sluis client`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
A profile says which gateway, as which party and with which keys; docs/client.md explains every member.

Examples:
  sluis client --profile school parties             who takes part, under which OIN and role
  sluis client datasets                             what is exchanged, for which purposes
  sluis client template overgangsdocument --packet --out toby.json
  sluis client push toby.json --check               would it be accepted, and if not: why not?
  sluis client template overgangsdocument --out overdracht.csv
  sluis client push --csv overdracht.csv --check    would every line be accepted?
  sluis client push --csv overdracht.csv            send them; run it again to go on where it stopped
  sluis client inbox --json
  sluis client pull --dataset overgangsdocument --out ontvangen
  sluis client ack ID --reference Z-2026-104
  sluis client declarations                         what was declared, with the ID to withdraw it by
  sluis client withdraw declaration ID --by persoon
  sluis client decide ID --outcome ongegrond --reason zwaarwegend-belang
  sluis client entries --since 2026-09-01 --refused
  sluis client entries --verify

docs/client.md plays a whole handover, command by command.")]
pub struct Client {
    /// Which profile.
    #[command(flatten)]
    pub choice: ProfileChoice,

    /// What to do.
    #[command(subcommand)]
    pub command: ClientCommand,
}

/// What a party does with a gateway.
#[derive(Debug, Subcommand)]
pub enum ClientCommand {
    /// Make, publish and end the keys that others seal to.
    Keys(own_keys::OwnKeys),
    /// List the profiles of this user.
    Profiles,
    /// List the parties that take part.
    Parties,
    /// List the datasets that are exchanged.
    Datasets,
    /// Write the CSV template of a dataset, or a packet of it as JSON to start from.
    Template(template::Template),
    /// Send a packet, or many.
    Push(Box<push::Push>),
    /// Send a request or a question, or many, which the recipient answers.
    #[command(visible_alias = "request")]
    Ask(Box<push::Push>),
    /// Answer a request or a question that was sent to this party.
    Answer(answer::AnswerAsked),
    /// List what was sent to this party.
    Inbox(Range),
    /// List the packets that this party sent.
    Outbox(Range),
    /// List the requests and questions that this party sent, with the answers.
    Asked(Range),
    /// Show the state of one packet, request or question.
    Status {
        /// The packet, request or question.
        id: PacketId,
    },
    /// Fetch a packet, check its receipt and open it.
    Pull(pull::Pull),
    /// Acknowledge a packet that was fetched.
    Ack(acknowledge::Acknowledge),
    /// Record a declaration (wilsverklaring) of a person.
    Declare(declare::Declare),
    /// List the declarations that this party recorded, or those about one person.
    Declarations(declare::list::Declarations),
    /// Record what the controller decided upon an objection (bezwaar) or a restriction (beperking).
    Decide(declare::decide::Decide),
    /// Withdraw a declaration or a packet.
    Withdraw(withdraw::Withdraw),
    /// List notices, such as the withdrawal of a packet that was collected.
    Notices(Range),
    /// Search for a person in this party's own inbox.
    Search(search::Search),
    /// List this party's entries in the access log.
    Entries(look_back::Entries),
}

impl Client {
    /// Runs it.
    ///
    /// # Errors
    /// As the command says.
    pub async fn run(self, at: &mut Context) -> Result<Exit, Failure> {
        let choice = &self.choice;
        match self.command {
            ClientCommand::Keys(command) => command.run(choice, at).await,
            ClientCommand::Profiles => profiles::list(at),
            ClientCommand::Parties => list::whole("/v1/parties", register::parties, choice, at).await,
            ClientCommand::Datasets => list::whole("/v1/datasets", register::datasets, choice, at).await,
            ClientCommand::Template(command) => command.run(choice, at).await,
            ClientCommand::Push(command) => command.run(Does::Push, choice, at).await,
            ClientCommand::Ask(command) => command.run(Does::Ask, choice, at).await,
            ClientCommand::Answer(command) => command.run(choice, at).await,
            ClientCommand::Inbox(range) => {
                list::list(&["/v1/inbox"], messages::received, &range, choice, at).await
            }
            ClientCommand::Outbox(range) => {
                list::list(&["/v1/packets"], messages::sent, &range, choice, at).await
            }
            ClientCommand::Asked(range) => {
                list::list(&["/v1/requests", "/v1/questions"], messages::asked, &range, choice, at).await
            }
            ClientCommand::Status { id } => status::status(id, choice, at).await,
            ClientCommand::Pull(command) => command.run(choice, at).await,
            ClientCommand::Ack(command) => command.run(choice, at).await,
            ClientCommand::Declare(command) => command.run(choice, at).await,
            ClientCommand::Declarations(command) => command.run(choice, at).await,
            ClientCommand::Decide(command) => command.run(choice, at).await,
            ClientCommand::Withdraw(command) => command.run(choice, at).await,
            ClientCommand::Notices(range) => {
                list::list(&["/v1/notices"], notices::notices, &range, choice, at).await
            }
            ClientCommand::Search(command) => command.run(choice, at).await,
            ClientCommand::Entries(command) => command.run(choice, at).await,
        }
    }
}
