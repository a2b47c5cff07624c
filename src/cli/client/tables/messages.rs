//! What was sent, received and asked.

use serde_json::Value;

use super::cells::{municipality, party, recipients};
use crate::cli::{
    Language,
    client::words::{member, when, word},
    names::Names,
    table::Table,
};

/// What was sent to this party.
#[must_use]
pub fn received(items: &[Value], names: &Names, language: Language) -> Table {
    let mut table = Table::new(language.pick(
        [
            "log",
            "kenmerk",
            "soort",
            "gegevens",
            "van",
            "gemeente",
            "stand",
            "opgehaald",
            "op te halen tot (Nederlandse tijd)",
        ],
        [
            "log",
            "id",
            "kind",
            "dataset",
            "from",
            "municipality",
            "state",
            "collected",
            "to be collected until (Amsterdam time)",
        ],
    ));
    for item in items {
        let state = member(item, "/state");
        // A recipient sees its own copy only.
        let own = recipients(item).next();
        table.row([
            member(item, "/logIndex"),
            member(item, "/id"),
            word(&member(item, "/kind"), language),
            member(item, "/dataset"),
            party(item, "/sender", names, language),
            own.map(|copy| municipality(copy, names)).unwrap_or_default(),
            own.map_or_else(|| word(&state, language), |copy| stands(copy, &state, language)),
            own.map(|copy| collected(copy, &state, language)).unwrap_or_default(),
            when(item, "/expires", language),
        ]);
    }
    table
}

/// What this party sent: a line for each recipient.
#[must_use]
pub fn sent(items: &[Value], names: &Names, language: Language) -> Table {
    let mut table = Table::new(language.pick(
        [
            "log",
            "kenmerk",
            "gegevens",
            "aan",
            "gemeente",
            "stand",
            "opgehaald",
            "op te halen tot (Nederlandse tijd)",
        ],
        [
            "log",
            "id",
            "dataset",
            "to",
            "municipality",
            "state",
            "collected",
            "to be collected until (Amsterdam time)",
        ],
    ));
    for item in items {
        for recipient in recipients(item) {
            let state = member(recipient, "/state");
            let state = if state.is_empty() { member(item, "/state") } else { state };
            table.row([
                member(item, "/logIndex"),
                member(item, "/id"),
                member(item, "/dataset"),
                party(recipient, "/party", names, language),
                municipality(recipient, names),
                stands(recipient, &state, language),
                collected(recipient, &state, language),
                when(item, "/expires", language),
            ]);
        }
    }
    table
}

/// Where a copy stands: one that was acknowledged stays so, whoever takes it back.
fn stands(copy: &Value, state: &str, language: Language) -> String {
    let rest = if copy.get("withdrawn") == Some(&Value::Bool(true)) { since(language) } else { "" };
    format!("{}{rest}", word(state, language))
}

/// Said behind what happened before something was taken back.
fn since(language: Language) -> &'static str {
    language.pick(", daarna ingetrokken", ", withdrawn since")
}

/// When a copy was collected, whatever became of it since; and that it never was, where it no longer can be.
fn collected(copy: &Value, state: &str, language: Language) -> String {
    let at = when(copy, "/collectedAt", language);
    let is_over = matches!(state, "withdrawn" | "withheld" | "expired");
    if at.is_empty() && is_over { language.pick("nee", "no").to_owned() } else { at }
}

/// What this party asked, with the answer of each recipient.
#[must_use]
pub fn asked(items: &[Value], names: &Names, language: Language) -> Table {
    let mut table = Table::new(language.pick(
        [
            "log",
            "kenmerk",
            "gegevens",
            "aan",
            "gemeente",
            "antwoord",
            "te beantwoorden tot (Nederlandse tijd)",
        ],
        ["log", "id", "dataset", "to", "municipality", "answer", "to be answered until (Amsterdam time)"],
    ));
    for item in items {
        for recipient in recipients(item) {
            let given = recipient.get("answer");
            let state = member(item, "/state");
            let is_withdrawn = [&*state, &*member(recipient, "/state")].contains(&"withdrawn");
            let (answer, until) = match given {
                Some(given) => {
                    let answer = member(given, language.pick("/title/nl", "/title/en"));
                    let answer = if answer.is_empty() { member(given, "/outcome") } else { answer };
                    // An answer to what was taken back carries nothing any more.
                    let rest = if is_withdrawn { since(language) } else { "" };
                    (format!("{answer}{rest}"), String::new())
                }
                None if is_withdrawn => (word("withdrawn", language), String::new()),
                // Who was asked cannot answer any more.
                None if member(recipient, "/state") == "withheld" => {
                    (word("withheld", language), String::new())
                }
                None if matches!(state.as_str(), "" | "open") => {
                    (language.pick("nog geen", "none yet").to_owned(), when(item, "/expires", language))
                }
                None => (word(&state, language), String::new()),
            };
            table.row([
                member(item, "/logIndex"),
                member(item, "/id"),
                member(item, "/dataset"),
                party(recipient, "/party", names, language),
                municipality(recipient, names),
                answer,
                until,
            ]);
        }
    }
    table
}
