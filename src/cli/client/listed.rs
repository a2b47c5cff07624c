//! Lists as tables for people.

use serde_json::Value;

use super::{
    names::{Names, number},
    text::{member, when, word},
};
use crate::cli::{Language, language::tell, moment, table::Table};

/// How a list becomes a table.
pub type Shape = fn(&[Value], &Names, Language) -> Table;

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
            word(&state, language),
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
                word(&state, language),
                collected(recipient, &state, language),
                when(item, "/expires", language),
            ]);
        }
    }
    table
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
                    let rest = language.pick(", daarna ingetrokken", ", withdrawn since");
                    (format!("{answer}{}", if is_withdrawn { rest } else { "" }), String::new())
                }
                None if is_withdrawn => (word("withdrawn", language), String::new()),
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

/// Notices, each with what it asks for.
#[must_use]
pub fn notices(items: &[Value], names: &Names, language: Language) -> Table {
    // A party that is blocked is in no list of parties.
    let names = &names.beside(items, &[("/sender", "/senderName"), ("/party", "/partyName")]);
    let mut table = Table::new(language.pick(
        ["log", "sinds (Nederlandse tijd)", "wat", "gegevens", "van", "aan", "kenmerk", "wat nu"],
        ["log", "since (Amsterdam time)", "what", "dataset", "from", "to", "id", "what to do"],
    ));
    for item in items {
        let kind = member(item, "/kind");
        table.row([
            member(item, "/logIndex"),
            when(item, "/at", language),
            word(&kind, language),
            member(item, "/dataset"),
            party(item, "/sender", names, language),
            party(item, "/party", names, language),
            member(item, "/packet"),
            to_do(&kind, language).to_owned(),
        ]);
    }
    table
}

fn to_do(kind: &str, language: Language) -> &'static str {
    let (nl, en) = match kind {
        "packet-withdrawn" | "declaration-withdrawn" => (
            "ga na of u het nog mag gebruiken; zo niet, wis het",
            "find out whether you may still use it; if not, erase it",
        ),
        "key-revoked" | "categories-narrowed" | "mandate-ended" | "expired" => {
            ("stuur het opnieuw, als het nog mag", "push it again, if it may still be sent")
        }
        "recipient-blocked" => {
            ("wacht tot de beheerder de ontvanger weer toelaat", "wait until the operator lets it in again")
        }
        // Sender and recipient read the same notice.
        "expires-soon" => (
            "ontvanger: haal het op of antwoord voor het verloopt; afzender: vraag de ontvanger ernaar",
            "recipient: collect or answer it before it expires; sender: ask the recipient about it",
        ),
        _ => ("", ""),
    };
    language.pick(nl, en)
}

/// Parties, as they are written in other commands, with their names and municipalities.
#[must_use]
pub fn parties(items: &[Value], names: &Names, language: Language) -> Table {
    let mut table = Table::new(
        language.pick(["naam", "partij (oin/rol)", "handelt voor"], ["name", "party (oin/role)", "acts for"]),
    );
    for item in items {
        table.row([
            member(item, "/name"),
            number(item).unwrap_or_default(),
            texts(item, "/municipalities")
                .iter()
                .map(|code| names.place(code))
                .collect::<Vec<_>>()
                .join(", "),
        ]);
    }
    table
}

/// Datasets.
#[must_use]
pub fn datasets(items: &[Value], _: &Names, language: Language) -> Table {
    let mut table = Table::new(
        language.pick(["gegevens", "soort", "titel", "doel"], ["dataset", "kind", "title", "purpose"]),
    );
    for item in items {
        table.row([
            member(item, "/code"),
            word(&member(item, "/kind"), language),
            member(item, language.pick("/title/nl", "/title/en")),
            texts(item, "/purposes").join(", "),
        ]);
    }
    table
}

/// Declarations that this party recorded. `until` names the first day on which it holds no more.
#[must_use]
pub fn declarations(items: &[Value], names: &Names, language: Language) -> Table {
    let mut table = Table::new(language.pick(
        [
            "kenmerk",
            "soort",
            "gegevens",
            "tegenover",
            "gemeente",
            "door",
            "stand",
            "sinds (Nederlandse tijd)",
            "tot (Nederlandse tijd)",
            "persoon",
        ],
        [
            "id",
            "kind",
            "dataset",
            "towards",
            "municipality",
            "by",
            "state",
            "since (Amsterdam time)",
            "until (Amsterdam time)",
            "person",
        ],
    ));
    for item in items {
        table.row([
            member(item, "/id"),
            member(item, "/kind"),
            member(item, "/dataset"),
            party(item, "/towards", names, language),
            item.get("towards").map(|towards| municipality(towards, names)).unwrap_or_default(),
            member(item, "/givenBy"),
            standing(item, language),
            when(item, "/givenAt", language),
            when(item, "/until", language),
            member(item, "/person"),
        ]);
    }
    table
}

/// Where a declaration stands: since when and by whom it is withdrawn, or what was decided upon it last.
fn standing(item: &Value, language: Language) -> String {
    let mut text = word(&member(item, "/state"), language);
    let on = moment::zoned_of(&member(item, "/withdrawnAt"), language);
    let by = member(item, "/withdrawnBy");
    if !on.is_empty() {
        text.push_str(&tell!(language, " op {on}", " on {on}"));
    }
    if !by.is_empty() {
        text.push_str(&tell!(language, " door {by}", " by {by}"));
    }
    let decided = item.get("decisions").and_then(Value::as_array).and_then(|decisions| decisions.last());
    if let Some(decided) = decided {
        let (outcome, on) = (member(decided, "/outcome"), when(decided, "/decidedOn", language));
        text.push_str(&tell!(language, ", {outcome} op {on}", ", {outcome} on {on}"));
    }
    text
}

/// A party's keys.
#[must_use]
pub fn keys(items: &[Value], _: &Names, language: Language) -> Table {
    let mut table = Table::new(language.pick(
        ["vingerafdruk", "stand", "soort", "sinds (Nederlandse tijd)", "tot (Nederlandse tijd)"],
        ["thumbprint", "state", "kind", "since (Amsterdam time)", "until (Amsterdam time)"],
    ));
    for item in items {
        let of = |name: &str| {
            let own = member(item, &format!("/{name}"));
            if own.is_empty() { member(item, &format!("/key/{name}")) } else { own }
        };
        table.row([
            of("thumbprint"),
            word(&of("state"), language),
            format!("{} {}", of("kty"), of("alg")),
            when(item, "/validFrom", language),
            when(item, "/validUntil", language),
        ]);
    }
    table
}

fn recipients(item: &Value) -> impl Iterator<Item = &Value> {
    item.get("recipients").and_then(Value::as_array).into_iter().flatten()
}

fn party(item: &Value, pointer: &str, names: &Names, language: Language) -> String {
    item.pointer(pointer).map(|party| names.party(party, language)).unwrap_or_default()
}

/// The municipality whose college was named, with its CBS code: a party may act for several.
fn municipality(named: &Value, names: &Names) -> String {
    names.place(&member(named, "/municipality"))
}

fn texts(item: &Value, pointer: &str) -> Vec<String> {
    let texts = item.pointer(pointer).and_then(Value::as_array).into_iter().flatten();
    texts.filter_map(Value::as_str).map(str::to_owned).collect()
}
