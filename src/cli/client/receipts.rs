//! Receipts, checked without trusting the gateway that gave them.

use std::path::Path;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;
use serde_json::{Value, json};

use super::session::Session;
use crate::{
    accesslog::receipt::Claims,
    cli::{
        Exit, Failure, Output, files,
        language::{Said, both},
        printable::one_line,
    },
    crypto::sign,
    domain::{id::PacketId, json},
    merkle::note::LogVerifier,
};

/// What a receipt was checked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Depth {
    /// Signature, packet, and the proof against the log's key.
    Proven,
    /// Packet and proof; the profile has no `receipt_key` to check the signature with.
    ProofOnly,
    /// Signature and packet; the profile has no `log_vkey` to check the proof with.
    SignatureOnly,
    /// Nothing: the profile has neither key.
    Unchecked,
}

/// The outcome of a check: how deep it went and the index that the receipt names, or what does not hold.
#[derive(Debug)]
pub struct Checked(Result<(Depth, u64), Failure>);

impl Checked {
    /// Whether nothing that was checked is wrong.
    #[must_use]
    pub const fn holds(&self) -> bool {
        self.0.is_ok()
    }

    /// What does not hold, for people.
    #[must_use]
    pub fn told(&self) -> Option<Said> {
        self.0.as_ref().err().map(Failure::said)
    }

    /// The outcome for machines: how deep it went, or `failed`.
    #[must_use]
    pub fn depth(&self) -> Value {
        self.0.as_ref().map_or_else(|_| json!("failed"), |(depth, _)| json!(depth))
    }

    /// What does not hold, for machines.
    #[must_use]
    pub fn fault(&self) -> Option<Value> {
        self.0.as_ref().err().and_then(|failure| failure.document().get("error").cloned())
    }

    /// Tells the outcome on standard error: it is about the result, and none itself.
    pub fn tell(&self, out: &mut Output) {
        match &self.0 {
            Ok((Depth::Proven, index)) => out.note(both!("Bewijs klopt: log {index}", "Receipt holds: log {index}")),
            Ok((Depth::ProofOnly, _)) => out.warn(
                ("het bewijs klopt; de handtekening is niet gecontroleerd: het profiel heeft geen `receipt_key`",
                "the receipt's proof holds; its signature was not checked: the profile has no `receipt_key`"),
            ),
            Ok((Depth::SignatureOnly, _)) => out.warn(
                ("de handtekening klopt; het bewijs is niet gecontroleerd: het profiel heeft geen `log_vkey`",
                "the receipt's signature holds; its proof was not checked: the profile has no `log_vkey`"),
            ),
            Ok((Depth::Unchecked, _)) => {
                out.warn((
                    "het bewijs is niet gecontroleerd: het profiel heeft geen `log_vkey` en geen `receipt_key`",
                    "the receipt was not checked: the profile has no `log_vkey` and no `receipt_key`",
                ));
            }
            Err(failure) => failure.lines(out.language()).iter().for_each(|line| out.note(Said::same(line))),
        }
    }
}

/// Keeps receipts of which one does not hold in `<ID>.unproven`, beside the profile, and says where: whoever gave them may give
/// others tomorrow. Where nothing can be written there, they are told instead.
pub(super) fn keep_unproven(
    id: &str,
    receipts: &[&str],
    session: &Session,
    out: &mut Output,
) -> Option<String> {
    // The gateway's word, in a name of a file.
    let name = id.parse::<PacketId>().map_or_else(|_| "packet".to_owned(), |id| id.to_string());
    let path = session.profile.folder.join(format!("{name}.unproven"));
    if files::replace_private(&path, receipts.join("\n").as_bytes()).is_ok() {
        kept(&path, out);
        return Some(path.display().to_string());
    }
    for receipt in receipts {
        out.note(both!("Ontvangstbewijs: {}", "Receipt: {}", one_line(receipt)));
    }
    None
}

/// Says where receipts of which one does not hold are kept.
pub(super) fn kept(path: &Path, out: &mut Output) {
    out.note(both!("Ontvangstbewijs bewaard in: {}", "Receipt kept in: {}", path.display()));
}

/// The keys of a profile that receipts are checked with; without any, receipts stay unchecked.
#[derive(Debug, Default)]
pub struct ReceiptKeys {
    receipt: Option<Value>,
    log: Option<LogVerifier>,
}

impl ReceiptKeys {
    /// Reads them.
    ///
    /// # Errors
    /// When one that the profile names is not in order.
    pub fn of(session: &Session) -> Result<Self, Failure> {
        Ok(Self { receipt: session.profile.receipt_key()?, log: session.log()? })
    }

    /// Checks a receipt, as deep as the keys allow.
    #[must_use]
    pub fn check(&self, receipt: &str, packet: Option<&str>) -> Checked {
        Checked(self.checked(receipt, packet).map_err(|failure| failure.ending(Exit::Unproven)))
    }

    fn checked(&self, receipt: &str, packet: Option<&str>) -> Result<(Depth, u64), Failure> {
        let (claims, signed) = match &self.receipt {
            Some(key) => (sign::verify::<Claims>(receipt, key).map_err(does_not_hold)?, true),
            None => (unsigned(receipt)?, false),
        };
        if packet.is_some_and(|packet| claims.packet.is_none_or(|named| named.to_string() != packet)) {
            return Err(Failure::refused((
                "het ontvangstbewijs gaat over een ander pakket",
                "the receipt is about another packet",
            ))
            .now(TELL));
        }
        if let Some(log) = &self.log {
            claims.verify(log).map_err(does_not_hold)?;
        }
        let depth = match (signed, self.log.is_some()) {
            (true, true) => Depth::Proven,
            (false, true) => Depth::ProofOnly,
            (true, false) => Depth::SignatureOnly,
            (false, false) => Depth::Unchecked,
        };
        Ok((depth, claims.index))
    }
}

const TELL: (&str, &str) = (
    "het is gedaan: stuur het niet nog eens; bewaar het ontvangstbewijs en zeg het tegen de beheerder van de gateway en uw functionaris gegevensbescherming",
    "it was done: do not send it again; keep the receipt and tell the gateway's operator and your privacy officer",
);

fn does_not_hold(error: impl std::error::Error + Send + Sync + 'static) -> Failure {
    Failure::refused(("het ontvangstbewijs klopt niet", "the receipt does not hold")).because(error).now(TELL)
}

/// The claims as they stand in the receipt, on nobody's word.
fn unsigned(receipt: &str) -> Result<Claims, Failure> {
    let payload = receipt.split('.').nth(1).and_then(|payload| URL_SAFE_NO_PAD.decode(payload).ok());
    payload.and_then(|payload| json::typed(&payload).ok()).ok_or_else(|| {
        Failure::refused(("het ontvangstbewijs is niet te lezen", "the receipt cannot be read")).now(TELL)
    })
}
