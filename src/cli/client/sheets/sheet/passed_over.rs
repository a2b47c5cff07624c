//! The lines of a sheet that are no rows.

use serde::Serialize;

use crate::cli::{Language, language::tell};

/// The lines of a file that are no rows, each as a spreadsheet numbers its rows. The line with the names is not among them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PassedOver {
    /// What holds for every row: it is read, and is no row.
    pub settings: Vec<u64>,
    /// The template's explanation of the columns.
    pub explanations: Vec<u64>,
    /// Rows in which nothing stands.
    pub empty: Vec<u64>,
}

impl PassedOver {
    /// What was passed over, in a line for people; nothing when every line was the names or a row.
    #[must_use]
    pub fn text(&self, language: Language) -> Option<String> {
        let of = |lines: &[u64], one: &str| {
            let shown: Vec<String> = lines.iter().take(10).map(ToString::to_string).collect();
            let more = if lines.len() > 10 { ", …" } else { "" };
            (!lines.is_empty()).then(|| format!("{} {one} ({}{more})", lines.len(), shown.join(", ")))
        };
        let parts = [
            of(&self.settings, language.pick("voor alle regels", "for every row")),
            of(&self.explanations, language.pick("uitleg", "explanation")),
            of(&self.empty, language.pick("leeg", "empty")),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        (!parts.is_empty())
            .then(|| tell!(language, "geen regels met gegevens: {}", "no rows: {}", parts.join("; ")))
    }
}
