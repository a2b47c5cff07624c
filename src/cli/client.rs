//! `sluis client`: a party's side of the exchange, for integrators.
//!
//! | module | does |
//! |---|---|
//! | [`profile`], [`tls`], [`session`] | which gateway, as which party, with which keys |
//! | [`gateway`], [`retry`], [`problem`] | one call: repeated where that is safe, explained where it is refused |
//! | [`push`], [`pending`], [`batch`], [`report`] | packets and requests, one or many, resumable |
//! | [`sheet`], [`columns`], [`rows`], [`template`], [`example`], [`faulty`] | packets as CSV |
//! | [`pull`], [`receipts`], [`entries`] | what came, what was signed for it, what the log says |
//! | [`keys`], [`proof`] | the keys that others seal to |
//! | [`acts`], [`decide`], [`declarations`], [`lists`] | everything that is one call or one list |
//! | [`text`], [`listed`], [`names`], [`told`] | what results look like to people |

pub mod acts;
pub mod batch;
pub mod decide;
pub mod declarations;
pub mod entries;
pub mod example;
pub mod gateway;
pub mod input;
pub mod keys;
pub mod listed;
pub mod lists;
pub mod names;
pub mod pending;
pub mod problem;
pub mod profile;
pub mod proof;
pub mod pull;
pub mod push;
pub mod receipts;
pub mod report;
pub mod retry;
mod seen;
pub mod session;
pub mod sheets;
pub mod template;
pub mod text;
pub mod tls;
pub mod told;

use clap::{Args, Subcommand};

use self::{profile::ProfileChoice, push::Does};
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
    pub action: Action,
}

/// What a party does with a gateway.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Make, publish and end the keys that others seal to.
    Keys(keys::Keys),
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
    Answer(acts::AnswerAsked),
    /// List what was sent to this party.
    Inbox(lists::Range),
    /// List the packets that this party sent.
    Outbox(lists::Range),
    /// List the requests and questions that this party sent, with the answers.
    Asked(lists::Range),
    /// Show the state of one packet, request or question.
    Status {
        /// The packet, request or question.
        id: PacketId,
    },
    /// Fetch a packet, check its receipt and open it.
    Pull(pull::Pull),
    /// Acknowledge a packet that was fetched.
    Ack(acts::Acknowledge),
    /// Record a declaration (wilsverklaring) of a person.
    Declare(acts::Declare),
    /// List the declarations that this party recorded, or those about one person.
    Declarations(declarations::Declarations),
    /// Record what the controller decided upon an objection (bezwaar) or a restriction (beperking).
    Decide(decide::Decide),
    /// Withdraw a declaration or a packet.
    Withdraw(acts::Withdraw),
    /// List notices, such as the withdrawal of a packet that was collected.
    Notices(lists::Range),
    /// Search for a person in this party's own inbox.
    Search(acts::Search),
    /// List this party's entries in the access log.
    Entries(entries::Entries),
}

impl Client {
    /// Runs it.
    ///
    /// # Errors
    /// As the command says.
    pub async fn run(self, at: &mut Context) -> Result<Exit, Failure> {
        let choice = &self.choice;
        match self.action {
            Action::Keys(command) => command.run(choice, at).await,
            Action::Profiles => profile::list(at),
            Action::Parties => lists::whole("/v1/parties", listed::parties, choice, at).await,
            Action::Datasets => lists::whole("/v1/datasets", listed::datasets, choice, at).await,
            Action::Template(command) => command.run(choice, at).await,
            Action::Push(command) => command.run(Does::Push, choice, at).await,
            Action::Ask(command) => command.run(Does::Ask, choice, at).await,
            Action::Answer(command) => command.run(choice, at).await,
            Action::Inbox(range) => lists::list(&["/v1/inbox"], listed::received, &range, choice, at).await,
            Action::Outbox(range) => lists::list(&["/v1/packets"], listed::sent, &range, choice, at).await,
            Action::Asked(range) => {
                lists::list(&["/v1/requests", "/v1/questions"], listed::asked, &range, choice, at).await
            }
            Action::Status { id } => lists::status(id, choice, at).await,
            Action::Pull(command) => command.run(choice, at).await,
            Action::Ack(command) => command.run(choice, at).await,
            Action::Declare(command) => command.run(choice, at).await,
            Action::Declarations(command) => command.run(choice, at).await,
            Action::Decide(command) => command.run(choice, at).await,
            Action::Withdraw(command) => command.run(choice, at).await,
            Action::Notices(range) => {
                lists::list(&["/v1/notices"], listed::notices, &range, choice, at).await
            }
            Action::Search(command) => command.run(choice, at).await,
            Action::Entries(command) => command.run(choice, at).await,
        }
    }
}
