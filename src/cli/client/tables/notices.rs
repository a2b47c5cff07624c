//! Notices, each with what it asks for.

use serde_json::Value;

use super::cells::party;
use crate::cli::{
    Language,
    client::words::{member, when, word},
    names::Names,
    table::Table,
};

/// Notices, each with what it asks for.
#[must_use]
pub fn notices(items: &[Value], names: &Names, language: Language) -> Table {
    // A party that is blocked is in no list of parties.
    let names = &names.beside(items, &[("/sender", "/senderName"), ("/party", "/partyName")]);
    let mut table = Table::new(language.pick(
        ["log", "sinds (Nederlandse tijd)", "wat", "gegevens", "van", "aan", "kenmerk", "stand", "wat nu"],
        ["log", "since (Amsterdam time)", "what", "dataset", "from", "to", "id", "state", "what to do"],
    ));
    for item in items {
        let (kind, state) = (member(item, "/kind"), member(item, "/state"));
        table.row([
            member(item, "/logIndex"),
            when(item, "/at", language),
            word(&kind, language),
            member(item, "/dataset"),
            party(item, "/sender", names, language),
            party(item, "/party", names, language),
            member(item, "/packet"),
            word(&state, language),
            to_do(&kind, &state, &member(item, "/hindrance"), language).to_owned(),
        ]);
    }
    table
}

fn to_do(kind: &str, state: &str, hindrance: &str, language: Language) -> &'static str {
    // What stands in the way now may be another thing than the notice told of.
    let waited = matches!(kind, "mandate-ended" | "recipient-blocked" | "expires-soon");
    let kind = if waited && !hindrance.is_empty() { hindrance } else { kind };
    let (nl, en) = match kind {
        // What its recipient could not come for may go on, and was perhaps collected since.
        "mandate-ended" | "recipient-blocked"
            if matches!(state, "waiting" | "collected" | "acknowledged") =>
        {
            ("niets: de ontvanger kan er weer bij", "nothing: the recipient has access to it again")
        }
        "mandate-ended" | "recipient-blocked" | "expires-soon" if state == "withdrawn" => {
            ("niets: het is ingetrokken", "nothing: it was withdrawn")
        }
        "packet-withdrawn" | "declaration-withdrawn" => (
            "ga na of u het nog mag gebruiken; zo niet, wis het",
            "find out whether you may still use it; if not, erase it",
        ),
        "key-revoked" | "categories-narrowed" | "mandate-ended" | "expired" => (
            "stuur of vraag het opnieuw, als het nog mag",
            "push it or ask it again, if that may still be done",
        ),
        "recipient-blocked" => (
            "gaat zodra de beheerder de ontvanger weer toelaat; `sluis client status` zegt of dat zo is",
            "goes as soon as the operator lets the recipient in again; `sluis client status` says whether that is so",
        ),
        // Sender and recipient read the same notice.
        "expires-soon" => (
            "ontvanger: haal het op of antwoord voor het verloopt; afzender: vraag de ontvanger ernaar",
            "recipient: collect or answer it before it expires; sender: ask the recipient about it",
        ),
        _ => ("", ""),
    };
    language.pick(nl, en)
}
