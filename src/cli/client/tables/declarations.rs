//! What this party recorded of what persons want.

use serde_json::Value;

use super::cells::{municipality, party};
use crate::cli::{
    Language,
    client::words::{member, when, word},
    language::tell,
    moment,
    names::Names,
    table::Table,
};

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
    let state = member(item, "/state");
    let decided = item.get("decisions").and_then(Value::as_array).and_then(|decisions| decisions.last());
    // What no decision ended has run out on the day that stands beside it.
    let mut text = match (state.as_str(), decided) {
        ("ended", None) => language.pick("afgelopen", "run out").to_owned(),
        _ => word(&state, language),
    };
    let on = moment::zoned_of(&member(item, "/withdrawnAt"), language);
    let by = member(item, "/withdrawnBy");
    if !on.is_empty() {
        text.push_str(&tell!(language, " op {on}", " on {on}"));
    }
    if !by.is_empty() {
        text.push_str(&tell!(language, " door {by}", " by {by}"));
    }
    if let Some(decided) = decided {
        let (outcome, on) = (member(decided, "/outcome"), when(decided, "/decidedOn", language));
        text.push_str(&tell!(language, ", {outcome} op {on}", ", {outcome} on {on}"));
    }
    text
}
