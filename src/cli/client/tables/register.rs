//! Who takes part, what is exchanged, and the keys that are sealed to.

use serde_json::Value;

use super::cells::texts;
use crate::cli::{
    Language,
    client::words::{member, when, word},
    names::{Names, number},
    table::Table,
};

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
