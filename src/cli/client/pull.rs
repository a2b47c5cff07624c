//! `sluis client pull`: fetch, keep, check, open.

pub mod acknowledge;
mod released;

use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args};
use serde_json::{Value, json};

pub use self::released::Released;
use super::{
    dataset::Dataset,
    gateway::{Call, CallError},
    log_seen,
    paged::{Pages, Range},
    profile::ProfileChoice,
    receipts::{Checked, ReceiptKeys, keep_unproven, kept},
    session::Session,
};
use crate::{
    cli::{
        Context, Exit, Failure, files,
        language::{both, tell},
    },
    crypto::keys::PrivateKey,
    domain::{code::DatasetCode, id::PacketId, json, party::Role},
};

/// The arguments of `sluis client pull`.
#[derive(Debug, Args)]
#[group(skip)]
#[command(
    group = ArgGroup::new("which").required(true).args(["id", "dataset"]),
    group = ArgGroup::new("where").required(true).multiple(true).args(["out", "show"]),
    after_long_help = "\
With --dataset everything of that dataset in the inbox that waits is fetched, packets and requests alike, the oldest first. What was
fetched before is left alone: fetch it again by its ID. Each is an entry in the log of its own.

Examples:
  sluis client pull ID --out in
  sluis client pull --dataset overgangsdocument --out in"
)]
pub struct Pull {
    /// The packet or request.
    pub id: Option<PacketId>,

    /// Instead of one packet, everything of this dataset in the inbox that waits.
    #[arg(long, value_name = "CODE", conflicts_with = "copy")]
    pub dataset: Option<DatasetCode>,

    /// Keep `<ID>.jwe`, `<ID>.receipt` and the opened `<ID>.json` in this folder; only you may read them.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,

    /// Print the opened content.
    #[arg(long)]
    pub show: bool,

    /// For the sender: fetch the young person's copy (`copyForPerson`), to hand over. Its files are `<ID>.copy.…`.
    #[arg(long)]
    pub copy: bool,
}

/// Why a packet is not released, and what a sender who asked for its own does instead.
async fn not_released(error: CallError, id: PacketId, session: &Session) -> Failure {
    let is_own = matches!(&error, CallError::Problem(problem) if problem.has("own-packet"));
    let failure = Failure::from(error);
    match if is_own { has_copy(id, session).await } else { None } {
        Some(true) => failure
            .now(("haal de kopie van de jongere op met --copy", "fetch the young person's copy with --copy")),
        Some(false) => failure.now((
            "laat het aan de ontvanger: een kopie voor de jongere heeft dit pakket niet",
            "leave it to the recipient: this packet has no copy for the young person",
        )),
        None => failure,
    }
}

/// Whether an own packet has a copy for the person; none where the gateway does not say.
async fn has_copy(id: PacketId, session: &Session) -> Option<bool> {
    let packet: Value = session.gateway.json(Call::get(format!("/v1/packets/{id}"))).await.ok()?;
    let mut roles = packet.get("recipients")?.as_array()?.iter().map(|copy| copy.pointer("/party/role"));
    Some(roles.any(|role| role.and_then(Value::as_str) == Some(Role::Betrokkene.as_str())))
}

/// How one packet came.
struct Came {
    document: Value,
    dataset: DatasetCode,
    content: Option<Value>,
    holds: bool,
}

impl Pull {
    /// Pulls, keeps what came before anything else, then checks and opens it.
    ///
    /// # Errors
    /// When the gateway refuses, or no key opens the packet. What came is kept all the same. A receipt that does not hold is
    /// told, and ends with [`Exit::Unproven`]. Of a whole dataset each is told by itself, and the others go on; they end when
    /// the gateway cannot be reached.
    pub async fn run(self, choice: &ProfileChoice, at: &mut Context) -> Result<Exit, Failure> {
        let session = Session::open_to_read(choice, at)?;
        // A missing key must show before the gateway writes down that it released something.
        let keys = session.encryption_keys()?;
        if let Some(out) = &self.out {
            files::private_folder(out)?;
            // What is released to nobody who can keep it would be lost.
            files::prove_replaceable(&out.join("packet"))?;
        }
        let ended = match (self.id, &self.dataset) {
            (Some(id), _) => {
                let came = self.one(id, &session, &keys, at).await?;
                self.show(id, &came, at)?;
                if came.holds { Exit::Done } else { Exit::Unproven }
            }
            (None, Some(dataset)) => self.all_of(dataset, &session, &keys, at).await?,
            (None, None) => return Err(Failure::usage(("er is niets gekozen", "nothing is chosen"))),
        };
        log_seen::compare(&session, at).await?;
        Ok(ended)
    }

    async fn all_of(
        &self,
        dataset: &DatasetCode,
        session: &Session,
        keys: &[PrivateKey],
        at: &mut Context,
    ) -> Result<Exit, Failure> {
        // Pulling moves nothing in the inbox, but the list is read first: what comes meanwhile is for the next time.
        let mut pages = Pages::of(&session.gateway, "/v1/inbox", &Range { after: None, limit: None });
        let mut waiting: Vec<PacketId> = Vec::new();
        while let Some(items) = pages.next().await? {
            let is_wanted = |item: &&Value| {
                let is = |name, wanted| item.get(name).and_then(Value::as_str) == Some(wanted);
                is("dataset", dataset.as_str()) && is("state", "waiting")
            };
            let ids = items
                .iter()
                .filter(is_wanted)
                .filter_map(|item| item.get("id")?.as_str()?.parse::<PacketId>().ok());
            waiting.extend(ids);
        }
        if waiting.is_empty() {
            // A code that does not exist must not look like an empty inbox.
            Dataset::read(dataset, session).await?;
            at.out.say(both!("Er wacht niets van `{dataset}`.", "Nothing of `{dataset}` waits."))?;
            return Ok(Exit::Done);
        }
        let (mut came, mut unproven, mut failed) = (0_usize, false, None);
        for id in waiting {
            match self.one(id, session, keys, at).await {
                Ok(one) => {
                    self.show(id, &one, at)?;
                    came = came.saturating_add(1);
                    unproven |= !one.holds;
                }
                Err(failure) if matches!(failure.exit(), Exit::Unavailable | Exit::TryAgain) => {
                    return Err(failure);
                }
                Err(failure) => {
                    at.out.missed(&id.to_string(), &failure)?;
                    failed = Some(failure.exit());
                }
            }
        }
        Ok(match failed {
            _ if unproven => Exit::Unproven,
            None => Exit::Done,
            Some(_) if came > 0 => Exit::Partial,
            Some(exit) => exit,
        })
    }

    async fn one(
        &self,
        id: PacketId,
        session: &Session,
        keys: &[PrivateKey],
        at: &mut Context,
    ) -> Result<Came, Failure> {
        let released = if self.copy {
            Released::pull_copy(&session.gateway, id).await?
        } else {
            match Released::pull(&session.gateway, id).await {
                Ok(released) => released,
                Err(error) => return Err(not_released(error, id, session).await),
            }
        };
        if let Some(out) = &self.out {
            self.keep(out, id, "jwe", &released.came)?;
            if let Some(receipt) = &released.receipt {
                self.keep(out, id, "receipt", receipt.as_bytes())?;
            }
        }
        let opened = released.open(id, keys);
        if let (Ok((_, content)), Some(out)) = (&opened, &self.out) {
            self.keep(out, id, "json", content.expose())?;
        }
        let packet = id.to_string();
        let keys_of_gateway = ReceiptKeys::of(session)?;
        let checked = released.receipt.as_ref().map(|receipt| keys_of_gateway.check(receipt, Some(&packet)));
        match &checked {
            Some(checked) => checked.tell(&mut at.out),
            None => at.out.warn((
                "de gateway gaf geen ontvangstbewijs: dat zij dit heeft vrijgegeven en vastgelegd, is niet te bewijzen",
                "the gateway gave no receipt: that it released this and wrote it down cannot be proven",
            )),
        }
        let file = match (&released.receipt, &checked) {
            (Some(receipt), Some(checked)) if !checked.holds() => match &self.out {
                Some(folder) => {
                    let path = self.path(folder, id, "receipt");
                    kept(&path, &mut at.out);
                    Some(path.display().to_string())
                }
                None => keep_unproven(&packet, &[receipt], session, &mut at.out),
            },
            _ => None,
        };
        let (header, content) = opened?;
        let content: Option<Value> = self.show.then(|| json::read(content.expose()).unwrap_or_default());
        let mut document = json!({
            "id": id, "dataset": header.dataset, "logIndex": released.log_index,
            "receipt": released.receipt, "checked": checked.as_ref().map(Checked::depth), "folder": self.out,
            "content": content,
        });
        if let (Some(fault), Some(members)) =
            (checked.as_ref().and_then(Checked::fault), document.as_object_mut())
        {
            members.insert("receiptFault".to_owned(), fault);
        }
        if let (Some(file), Some(members)) = (file, document.as_object_mut()) {
            members.insert("receiptFile".to_owned(), Value::from(file));
        }
        let holds = checked.is_some_and(|checked| checked.holds());
        Ok(Came { document, dataset: header.dataset, content, holds })
    }

    fn show(&self, id: PacketId, came: &Came, at: &mut Context) -> Result<(), Failure> {
        let language = at.out.language();
        at.out.show(&came.document, || {
            let mut lines = vec![format!("{id}  {}", came.dataset)];
            if let Some(out) = &self.out {
                lines.push(tell!(language, "  bewaard in: {}", "  kept in: {}", out.display()));
            }
            if let Some(content) = &came.content {
                lines.push(format!("{content:#}"));
            }
            lines.join("\n")
        })
    }

    /// A second pull may bring a newer proof; the sealed content is the same.
    fn keep(&self, folder: &Path, id: PacketId, ending: &str, bytes: &[u8]) -> Result<(), Failure> {
        files::replace_private(&self.path(folder, id, ending), bytes)
    }

    fn path(&self, folder: &Path, id: PacketId, ending: &str) -> PathBuf {
        let of = if self.copy { ".copy" } else { "" };
        folder.join(format!("{id}{of}.{ending}"))
    }
}
