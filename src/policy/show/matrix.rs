//! Who may receive what from whom for which purpose, on which basis and under which conditions: the policies as a table.

use serde::Serialize;

use crate::{
    domain::{
        code::{Category, DatasetCode, Grondslag, Provision, Purpose},
        digest::Digest,
        party::Role,
        problem::Bilingual,
    },
    policy::load::{
        catalogue::Catalogue,
        dataset::{Basis, Condition, Dataset},
        law::LawEntry,
    },
};

mod words;

use words::named;
pub use words::{Pick, Words};

/// Adds formatted text to a string, which cannot fail.
macro_rules! put {
    ($to:expr, $($arg:tt)*) => { $to.push_str(&format!($($arg)*)) };
}

/// One basis as a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// The dataset.
    pub dataset: DatasetCode,
    /// Its Dutch title.
    pub title: String,
    /// Its English title.
    pub title_en: String,
    /// The basis.
    pub basis: Grondslag,
    /// Who sends.
    pub senders: Vec<Role>,
    /// Who receives.
    pub recipients: Vec<Role>,
    /// For what.
    pub purposes: Vec<Purpose>,
    /// The ground of the GDPR.
    pub ground: Option<String>,
    /// The articles it rests on.
    pub articles: Vec<Article>,
    /// VERPLICHT.
    pub required: Vec<Category>,
    /// OPTIONEEL.
    pub optional: Vec<Category>,
    /// OPT-UIT.
    pub opt_out: Vec<Category>,
    /// What the acts ask beside it of who acts on it.
    pub note: Option<Bilingual>,
    /// The open questions of `law.toml` on which our reading rests.
    pub question: Option<String>,
    /// What the roles, purposes and categories are called.
    pub words: Words,
    /// Under which conditions, guards included.
    pub conditions: Vec<RowCondition>,
}

/// A condition of a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RowCondition {
    /// Its name.
    pub id: String,
    /// Whether it is a guard of every dataset.
    pub guard: bool,
    /// Whether it is a guard that no basis of today can let fail (`@paraat`).
    pub standby: bool,
    /// The open questions of `law.toml` on which our reading rests.
    pub question: Option<String>,
    /// What is said in Dutch when it fails.
    pub text: String,
    /// The same in English.
    pub text_en: String,
    /// The articles that set it.
    pub articles: Vec<Article>,
}

/// A cited provision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Article {
    /// Its identifier.
    pub id: Provision,
    /// As one writes it in Dutch.
    pub citation: String,
}

/// The policies as a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Matrix {
    /// The digest of the policies.
    pub policy_digest: Digest,
    /// One row per basis, by dataset and basis.
    pub rows: Vec<Row>,
}

impl Matrix {
    /// The table of a catalogue.
    #[must_use]
    pub fn of(catalogue: &Catalogue) -> Self {
        let rows = catalogue.datasets().flat_map(|dataset| rows(catalogue, dataset)).collect();
        Self { policy_digest: catalogue.digest(), rows }
    }

    /// The part of the table that is about one dataset.
    #[must_use]
    pub fn of_dataset(catalogue: &Catalogue, dataset: &Dataset) -> Self {
        Self { policy_digest: catalogue.digest(), rows: rows(catalogue, dataset).collect() }
    }

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
static STANDS_BY: Bilingual = Bilingual::new(" (staat klaar)", " (stands by)");
const FROM: Bilingual = Bilingual::new("van", "from");
const TO: Bilingual = Bilingual::new("aan", "to");
const FOR: Bilingual = Bilingual::new("voor", "for");
const RESTS_ON: Bilingual = Bilingual::new("rust op", "rests on");
const REQUIRED: Bilingual = Bilingual::new("verplicht", "required");
const OPTIONAL: Bilingual = Bilingual::new("optioneel", "optional");
const OPT_OUT: Bilingual = Bilingual::new("opt-uit", "opt-out");

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

impl RowCondition {
    /// What is said beside a guard that nothing of today can let fail.
    fn mark(&self, pick: Pick) -> &'static str {
        if self.standby { pick(&STANDS_BY) } else { "" }
    }

    fn said(&self, pick: Pick) -> String {
        let text = Bilingual { nl: self.text.clone().into(), en: self.text_en.clone().into() };
        pick(&text).to_owned()
    }
}

impl Row {
    fn who(&self, pick: Pick) -> String {
        let from = named(&self.senders, &self.words.roles, pick);
        let purposes = named(&self.purposes, &self.words.purposes, pick);
        format!("{} {from}\n  {} {}\n  {} {purposes}", pick(&FROM), pick(&TO), self.to(pick), pick(&FOR))
    }

    /// Who receives, and what the acts ask with it.
    fn to(&self, pick: Pick) -> String {
        let to = named(&self.recipients, &self.words.roles, pick);
        self.note.as_ref().map_or_else(|| to.clone(), |note| format!("{to}. {}", pick(note)))
    }

    /// What a refusal says, with the articles and the open questions behind it: once, also where several conditions say it.
    fn refusals(&self, pick: Pick) -> Vec<(String, Vec<Article>, Vec<&str>)> {
        let mut all: Vec<(String, Vec<Article>, Vec<&str>)> = Vec::new();
        for condition in self.conditions.iter().filter(|condition| !condition.guard) {
            let said = condition.said(pick);
            let place = all.iter().position(|(known, ..)| *known == said).unwrap_or_else(|| {
                all.push((said, Vec::new(), Vec::new()));
                all.len().saturating_sub(1)
            });
            let Some((_, articles, questions)) = all.get_mut(place) else { continue };
            for article in &condition.articles {
                if !articles.contains(article) {
                    articles.push(article.clone());
                }
            }
            questions.extend(condition.question.as_deref().filter(|question| !questions.contains(question)));
        }
        all
    }

    fn why(&self, pick: Pick) -> String {
        format!("{} {}", pick(&RESTS_ON), self.rests_on(pick))
    }

    fn called(&self, pick: Pick) -> String {
        let title = Bilingual { nl: self.title.clone().into(), en: self.title_en.clone().into() };
        pick(&title).to_owned()
    }

    fn rests_on(&self, pick: Pick) -> String {
        let ground = self.ground.as_ref().map(|ground| format!(" (AVG {ground})")).unwrap_or_default();
        format!("{}{ground}{}", cite(&self.articles), asked(self.question.as_deref(), pick))
    }

    fn what(&self, pick: Pick) -> String {
        let words = &self.words.categories;
        let mut text = format!("{}: {}", pick(&REQUIRED), named(&self.required, words, pick));
        for (name, list) in [(&OPTIONAL, &self.optional), (&OPT_OUT, &self.opt_out)] {
            if !list.is_empty() {
                put!(text, "\n  {}: {}", pick(name), named(list, words, pick));
            }
        }
        text
    }

    fn cells(&self, pick: Pick) -> [String; 8] {
        [
            format!("{} ({})", self.basis, self.called(pick)),
            named(&self.senders, &self.words.roles, pick),
            self.to(pick),
            named(&self.purposes, &self.words.purposes, pick),
            self.rests_on(pick),
            named(&self.required, &self.words.categories, pick),
            named(&self.optional, &self.words.categories, pick),
            named(&self.opt_out, &self.words.categories, pick),
        ]
    }
}

fn rows(catalogue: &Catalogue, dataset: &Dataset) -> impl Iterator<Item = Row> {
    dataset.bases.values().map(move |basis| row(catalogue, dataset, basis))
}

fn row(catalogue: &Catalogue, dataset: &Dataset, basis: &Basis) -> Row {
    let own = |condition: &Condition| dataset.conditions.contains_key(&condition.id);
    Row {
        dataset: dataset.code.clone(),
        title: dataset.title.nl.clone().into_owned(),
        title_en: dataset.title.en.clone().into_owned(),
        words: words::of(catalogue, dataset, basis),
        note: basis.note.clone(),
        question: basis.question.clone(),
        basis: basis.id.clone(),
        senders: basis.senders.iter().copied().collect(),
        recipients: basis.recipients.iter().copied().collect(),
        purposes: basis.purposes.iter().cloned().collect(),
        ground: basis.ground.clone(),
        articles: articles(catalogue, &basis.provisions),
        required: basis.required.iter().cloned().collect(),
        optional: basis.optional.iter().cloned().collect(),
        opt_out: basis.opt_out.iter().cloned().collect(),
        conditions: catalogue
            .conditions_of(dataset, basis)
            .map(|condition| {
                let (text, _) = condition.texts();
                RowCondition {
                    id: condition.id.clone(),
                    guard: !own(condition),
                    standby: condition.standby.is_some(),
                    question: condition.question.clone(),
                    text: text.nl.into_owned(),
                    text_en: text.en.into_owned(),
                    articles: articles(catalogue, &condition.provisions_of(basis, None)),
                }
            })
            .collect(),
    }
}

fn articles(catalogue: &Catalogue, provisions: &[Provision]) -> Vec<Article> {
    let entries = provisions.iter().filter_map(|id| catalogue.provision(id));
    entries.map(|entry| Article { id: entry.id.clone(), citation: dated(entry) }).collect()
}

/// The citation, with the day until which a text held that another follows: a table is of no day.
fn dated(entry: &LawEntry) -> String {
    let citation = entry.citation();
    match entry.in_force_until {
        Some(until) => format!("{citation} (tot {}-{}-{})", until.day(), until.month(), until.year()),
        None => citation,
    }
}

/// Each citation once.
fn cite(articles: &[Article]) -> String {
    let mut cited: Vec<&str> = Vec::new();
    for article in articles {
        if !cited.contains(&article.citation.as_str()) {
            cited.push(&article.citation);
        }
    }
    join(&cited)
}

/// What is said beside what rests on our reading.
fn asked(question: Option<&str>, pick: Pick) -> String {
    let said = |letters| {
        let (nl, en) = (format!("onze lezing, vraag {letters}"), format!("our reading, question {letters}"));
        format!(" ({})", pick(&Bilingual::of(nl, en)))
    };
    question.map(said).unwrap_or_default()
}

fn join<T: ToString>(items: &[T]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dutch(text: &Bilingual) -> &str {
        &text.nl
    }

    fn english(text: &Bilingual) -> &str {
        &text.en
    }

    #[test]
    fn the_matrix_says_who_may_receive_what_on_which_basis() {
        let matrix = Matrix::of(&Catalogue::embedded().unwrap());
        let row = matrix.rows.iter().find(|row| row.basis.as_str() == "overgangsdocument.pro").unwrap();
        assert_eq!(row.senders, [Role::ProSchool]);
        assert_eq!(row.recipients, [Role::WerkEnInkomen]);
        assert_eq!(row.purposes[0].as_str(), "voortzetting-ondersteuning");
        assert_eq!(row.articles[0].citation, "art. 2.31b lid 3 WVO 2020");
        assert_eq!(row.ground.as_deref(), Some("6(1)(c)"));
        let names: Vec<&str> = row.conditions.iter().map(|condition| condition.id.as_str()).collect();
        assert!(
            names.contains(&"overgangsdocument.voortzetting") && names.contains(&"overgangsdocument.college")
        );
        assert!(!names.contains(&"guards.bezwaar"), "objection does not stop a legal duty");
        let copy =
            matrix.rows.iter().find(|row| row.basis.as_str() == "overgangsdocument.betrokkene-vso").unwrap();
        assert_eq!((&*copy.senders, &*copy.recipients), (&[Role::VsoSchool][..], &[Role::Betrokkene][..]));
        let profile =
            matrix.rows.iter().find(|row| row.basis.as_str() == "uitstroomprofiel.doorstroompunt").unwrap();
        assert_eq!(profile.senders, [Role::ProSchool, Role::VsoSchool, Role::MboSchool]);
        assert_eq!(
            profile.question.as_deref(),
            Some("ad"),
            "consent ahead of the target group is our reading"
        );
    }

    #[test]
    fn a_role_and_a_category_of_one_code_have_each_their_own_name() {
        let matrix = Matrix::of(&Catalogue::embedded().unwrap());
        let row = matrix.rows.iter().find(|row| row.basis.as_str() == "uitstroomprofiel.leerplicht").unwrap();
        let [.., to, _, _, _, optional, _] = row.cells(dutch);
        assert!(to.starts_with("gemeente, Leerplicht ("), "{to}");
        assert!(optional.contains("Of de leerling nog leer- of kwalificatieplichtig is"), "{optional}");
    }

    #[test]
    fn no_article_is_cited_twice_to_one_rule() {
        let matrix = Matrix::of(&Catalogue::embedded().unwrap());
        for row in &matrix.rows {
            for condition in &row.conditions {
                let mut cited: Vec<&str> =
                    condition.articles.iter().map(|article| &*article.citation).collect();
                let all = cited.len();
                cited.sort_unstable();
                cited.dedup();
                assert_eq!(cited.len(), all, "{}: {cited:?}", condition.id);
            }
        }
        // The text that held until 31 August 2026 is told as that.
        assert!(matrix.text(dutch).contains("art. 5 lid 1 UAVG, art. 5 UAVG (tot 1-9-2026)"));
    }

    #[test]
    fn a_row_says_to_whom_the_school_hands_a_copy_and_what_is_our_reading() {
        let matrix = Matrix::of(&Catalogue::embedded().unwrap());
        let copies = matrix.rows.iter().filter(|row| row.recipients == [Role::Betrokkene]);
        for row in copies {
            assert!(row.note.is_some(), "{}", row.basis);
        }
        let (text, html) = (matrix.text(dutch), matrix.html(dutch));
        for part in ["aan de ouders", "onze lezing, vraag"] {
            assert!(text.contains(part) && html.contains(part), "{part}");
        }
    }

    #[test]
    fn every_open_question_that_a_rule_names_stands_in_the_law() {
        let law = include_str!("../../../policies/law.toml");
        let matrix = Matrix::of(&Catalogue::embedded().unwrap());
        let rows = matrix.rows.iter().filter_map(|row| row.question.as_deref());
        let conditions = matrix.rows.iter().flat_map(|row| &row.conditions);
        let named = rows.chain(conditions.filter_map(|condition| condition.question.as_deref()));
        for letter in named.flat_map(|letters| letters.split(", ")) {
            let asked = [
                format!("question = \"{letter}: "),
                format!("question = \"{letter}, "),
                format!(", {letter}: "),
                format!("\n#   {letter}  "),
            ];
            assert!(asked.iter().any(|one| law.contains(one)), "{letter}");
        }
    }

    #[test]
    fn every_rendering_names_every_basis() {
        let matrix = Matrix::of(&Catalogue::embedded().unwrap());
        let both: [Pick; 2] = [dutch, english];
        for pick in both {
            let (text, markdown, html) = (matrix.text(pick), matrix.markdown(pick), matrix.html(pick));
            for row in &matrix.rows {
                assert!(text.contains(row.basis.as_str()), "{}", row.basis);
                assert!(markdown.contains(row.basis.as_str()), "{}", row.basis);
                assert!(html.contains(&format!("<th scope=\"row\">{}", row.basis)), "{}", row.basis);
                let (senders, purposes) = (row.senders.iter().map(ToString::to_string), &row.purposes);
                let categories = row.required.iter().chain(&row.optional).chain(&row.opt_out);
                let words = [&row.words.roles, &row.words.purposes, &row.words.categories];
                let codes = senders.map(|code| (words[0], code));
                let codes = codes.chain(purposes.iter().map(|code| (words[1], code.to_string())));
                for (words, code) in codes.chain(categories.map(|code| (words[2], code.to_string()))) {
                    let said = format!("{} ({code})", pick(&words[&code]));
                    assert!(text.contains(&said) && markdown.contains(&said), "{said}");
                    assert!(html.contains(&escape(&said)), "{said}");
                }
            }
            for page in [&text, &markdown, &html] {
                assert!(page.contains(pick(&STANDS_BY)));
                assert!(!page.contains(" / "), "one language");
            }
            assert!(html.contains("Werk &amp; Inkomen") || html.contains("work and income"));
            assert!(html.contains("<caption>"));
            assert!(
                markdown
                    .lines()
                    .filter(|line| line.starts_with("| "))
                    .all(|line| { line.replace("\\|", "").matches('|').count() == 10 })
            );
        }
        let guard = |id: &str| matrix.rows[0].conditions.iter().find(|one| one.id == id).unwrap().mark(dutch);
        assert_eq!((guard("guards.geheimhouding").is_empty(), guard("guards.pgn").is_empty()), (false, true));
    }
}
