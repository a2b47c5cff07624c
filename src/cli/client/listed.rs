//! Lists as tables for people.

use serde_json::Value;

use super::{
    names::{Names, number},
    text::{member, when, word},
};
use crate::cli::{Language, table::Table};

/// How a list becomes a table.
pub type Shape = fn(&[Value], &Names, Language) -> Table;

/// What was sent to this party.
#[must_use]
pub fn received(items: &[Value], names: &Names, language: Language) -> Table {
    let mut table = Table::new(language.pick(
        ["log", "kenmerk", "soort", "gegevens", "van", "gemeente", "stand", "op te halen tot"],
        ["log", "id", "kind", "dataset", "from", "municipality", "state", "to be collected until"],
    ));
    for item in items {
        table.row([
            member(item, "/logIndex"),
            member(item, "/id"),
            word(&member(item, "/kind"), language),
            member(item, "/dataset"),
            party(item, "/sender", names, language),
            // A recipient sees its own copy only.
            recipients(item).map(municipality).find(|code| !code.is_empty()).unwrap_or_default(),
            word(&member(item, "/state"), language),
            when(item, "/expires", language),
        ]);
    }
    table
}

/// What this party sent: a line for each recipient.
#[must_use]
pub fn sent(items: &[Value], names: &Names, language: Language) -> Table {
    let mut table = Table::new(language.pick(
        ["log", "kenmerk", "gegevens", "aan", "gemeente", "stand", "op te halen tot"],
        ["log", "id", "dataset", "to", "municipality", "state", "to be collected until"],
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
                municipality(recipient),
                word(&state, language),
                when(item, "/expires", language),
            ]);
        }
    }
    table
}

/// What this party asked, with the answer of each recipient.
#[must_use]
pub fn asked(items: &[Value], names: &Names, language: Language) -> Table {
    let mut table = Table::new(language.pick(
        ["log", "kenmerk", "gegevens", "aan", "gemeente", "antwoord", "te beantwoorden tot"],
        ["log", "id", "dataset", "to", "municipality", "answer", "to be answered until"],
    ));
    for item in items {
        for recipient in recipients(item) {
            let continues = recipient.pointer("/answer/continues").and_then(Value::as_bool);
            let state = member(item, "/state");
            let (answer, until) = match continues {
                Some(true) => (language.pick("ja", "yes").to_owned(), String::new()),
                Some(false) => (language.pick("nee", "no").to_owned(), String::new()),
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
                municipality(recipient),
                answer,
                until,
            ]);
        }
    }
    table
}

/// Notices.
#[must_use]
pub fn notices(items: &[Value], names: &Names, language: Language) -> Table {
    let mut table = Table::new(
        language.pick(["log", "sinds", "wat", "kenmerk", "bij"], ["log", "since", "what", "id", "at"]),
    );
    for item in items {
        table.row([
            member(item, "/logIndex"),
            when(item, "/at", language),
            word(&member(item, "/kind"), language),
            member(item, "/packet"),
            party(item, "/party", names, language),
        ]);
    }
    table
}

/// Parties, as they are written in other commands, with their names and municipalities.
#[must_use]
pub fn parties(items: &[Value], _: &Names, language: Language) -> Table {
    let mut table = Table::new(
        language.pick(["naam", "partij (oin/rol)", "handelt voor"], ["name", "party (oin/role)", "acts for"]),
    );
    for item in items {
        table.row([
            member(item, "/name"),
            number(item).unwrap_or_default(),
            texts(item, "/municipalities").join(" "),
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
        ["kenmerk", "soort", "gegevens", "jegens", "gemeente", "door", "stand", "sinds", "tot", "persoon"],
        ["id", "kind", "dataset", "towards", "municipality", "by", "state", "since", "until", "person"],
    ));
    for item in items {
        table.row([
            member(item, "/id"),
            member(item, "/kind"),
            member(item, "/dataset"),
            party(item, "/towards", names, language),
            item.get("towards").map(municipality).unwrap_or_default(),
            member(item, "/givenBy"),
            word(&member(item, "/state"), language),
            when(item, "/givenAt", language),
            when(item, "/until", language),
            member(item, "/person"),
        ]);
    }
    table
}

/// A party's keys.
#[must_use]
pub fn keys(items: &[Value], _: &Names, language: Language) -> Table {
    let mut table = Table::new(language.pick(
        ["vingerafdruk", "stand", "soort", "sinds", "tot"],
        ["thumbprint", "state", "kind", "since", "until"],
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

/// The municipality whose college was named (its CBS code): a party may act for several.
fn municipality(named: &Value) -> String {
    member(named, "/municipality")
}

fn texts(item: &Value, pointer: &str) -> Vec<String> {
    let texts = item.pointer(pointer).and_then(Value::as_array).into_iter().flatten();
    texts.filter_map(Value::as_str).map(str::to_owned).collect()
}
