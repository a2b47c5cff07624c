//! The table for a terminal, for a document and as a page.

use super::{
    cells::{asked, cite},
    table::Matrix,
    words::Pick,
};
use crate::domain::problem::Bilingual;

/// Adds formatted text to a string, which cannot fail.
macro_rules! put {
    ($to:expr, $($arg:tt)*) => { $to.push_str(&format!($($arg)*)) };
}

impl Matrix {
    /// For a terminal.
    #[must_use]
    pub fn text(&self, pick: Pick) -> String {
        let mut text = String::new();
        for row in &self.rows {
            let [who, what, why] = [row.who(pick), row.what(pick), row.why(pick)];
            let lines = [format!("{} ({})", row.basis, row.called(pick)), who, why, what];
            text.push_str(&lines.join("\n  "));
            for (said, articles, questions) in row.refusals(pick) {
                put!(text, "\n  {}: {said} [{}]", pick(&REFUSES), cite(&articles));
                let questions = (!questions.is_empty()).then(|| questions.join(", "));
                text.push_str(&asked(questions.as_deref(), pick));
            }
            let guards = row.conditions.iter().filter(|condition| condition.guard);
            let guards: Vec<String> = guards.map(|one| format!("{}{}", one.id, one.mark(pick))).collect();
            put!(text, "\n  {}: {}\n\n", pick(&ALWAYS), guards.join(", "));
        }
        text
    }

    /// For a document.
    #[must_use]
    pub fn markdown(&self, pick: Pick) -> String {
        let mut text = format!("| {} | {} |\n", HEADS.each_ref().map(pick).join(" | "), pick(&CONDITIONS));
        text.push_str("|---|---|---|---|---|---|---|---|---|\n");
        for row in &self.rows {
            let cells = row.cells(pick).map(|cell| cell.replace('|', "\\|"));
            let conditions: Vec<String> =
                row.conditions.iter().map(|one| format!("`{}`{}", one.id, one.mark(pick))).collect();
            put!(text, "| {} | {} |\n", cells.join(" | "), conditions.join(", "));
        }
        put!(text, "\n{}: `{}`\n", pick(&POLICIES), self.policy_digest);
        text
    }

    /// A page that a screen reader can walk through: a caption, column and row headers, no script or style.
    #[must_use]
    pub fn html(&self, pick: Pick) -> String {
        let mut page = format!(
            "<!doctype html>\n<html lang=\"{}\">\n<head><meta charset=\"utf-8\"><title>{title}</title></head>\n<body>\n<main>\n\
             <h1>{title}</h1>\n<p>{}</p>\n<table>\n<caption>{}</caption>\n<thead><tr>",
            pick(&LANGUAGE),
            pick(&INTRODUCTION),
            pick(&CAPTION),
            title = pick(&TITLE),
        );
        for head in HEADS.iter().chain([&REFUSES]) {
            put!(page, "<th scope=\"col\">{}</th>", capital(pick(head)));
        }
        page.push_str("</tr></thead>\n<tbody>\n");
        for row in &self.rows {
            page.push_str("<tr>");
            for (index, cell) in row.cells(pick).iter().enumerate() {
                let cell = escape(cell);
                if index == 0 {
                    put!(page, "<th scope=\"row\">{cell}</th>");
                } else {
                    put!(page, "<td>{cell}</td>");
                }
            }
            page.push_str("<td><ul>");
            for condition in &row.conditions {
                put!(
                    page,
                    "<li>{}{} <small>({}; {}{})</small></li>",
                    escape(&condition.said(pick)),
                    condition.mark(pick),
                    escape(&condition.id),
                    escape(&cite(&condition.articles)),
                    asked(condition.question.as_deref(), pick)
                );
            }
            page.push_str("</ul></td></tr>\n");
        }
        put!(
            page,
            "</tbody>\n</table>\n<p>{}: <code>{}</code></p>\n</main>\n</body>\n</html>\n",
            pick(&POLICIES),
            self.policy_digest
        );
        page
    }
}

const LANGUAGE: Bilingual = Bilingual::new("nl", "en");
const TITLE: Bilingual = Bilingual::new("Wie mag wat ontvangen", "Who may receive what");
const INTRODUCTION: Bilingual = Bilingual::new(
    "Wat hier niet staat, mag niet. Een overdracht rust op precies één grondslag, en aan al haar voorwaarden moet zijn voldaan.",
    "What does not stand here is not allowed. A transfer rests on exactly one basis, and all of its conditions must be met.",
);
const CAPTION: Bilingual = Bilingual::new("Grondslagen per gegevensset", "Bases per dataset");
const POLICIES: Bilingual = Bilingual::new("Beleid", "Policies");
const CONDITIONS: Bilingual = Bilingual::new("Voorwaarden", "Conditions");
/// Above the words of a refusal, which tell what is wrong or what is asked.
const REFUSES: Bilingual = Bilingual::new("weigert met", "refuses with");
const ALWAYS: Bilingual = Bilingual::new("en altijd", "and always");

const HEADS: [Bilingual; 8] = [
    Bilingual::new("Grondslag", "Basis"),
    Bilingual::new("Van", "From"),
    Bilingual::new("Aan", "To"),
    Bilingual::new("Doel", "Purpose"),
    Bilingual::new("Rust op", "Rests on"),
    Bilingual::new("Verplicht", "Required"),
    Bilingual::new("Optioneel", "Optional"),
    Bilingual::new("Opt-uit", "Opt-out"),
];

/// The text with its first letter as a capital, for a head.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
