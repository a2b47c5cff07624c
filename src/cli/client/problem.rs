//! What a gateway says when it says no: problem details (RFC 9457), for people in one language.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    cli::{
        Language,
        failure::Explanation,
        language::{Said, tell},
        printable::one_line,
    },
    domain::json,
};

/// A gateway's problem document, as far as this program knows it. Members that it does not know are passed over.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Problem {
    /// The kind of problem: a URI.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// More words; a fixed text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The trace under which the gateway's operator finds the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<String>,
    /// Everything that is wrong, at once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Reason>,
}

/// One thing that is wrong, or one condition that is not met.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Reason {
    /// Where in the request's body: a JSON pointer.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub pointer: String,
    /// Where in the CSV file: the name of the column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// What a spreadsheet calls that column, such as AV.
    #[serde(rename = "columnLetters", skip_serializing_if = "Option::is_none")]
    pub letters: Option<String>,
    /// A stable code.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub code: String,
    /// The provisions, where it is the law that says no.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub provisions: Vec<String>,
    /// The provisions as people write them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub citations: Vec<String>,
    /// In plain Dutch.
    pub nl: String,
    /// In English.
    pub en: String,
    /// What can be done now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub now: Option<Both>,
    /// Which of the recipients it is about, counted from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipient: Option<u32>,
}

/// A text in both languages.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Both {
    /// In plain Dutch.
    pub nl: String,
    /// In English.
    pub en: String,
}

impl Problem {
    /// Reads the body of an answer that is not a success. A body that is no problem document gives one that says so:
    /// whatever stands before the gateway may answer with a page of its own, and its text is nobody's business.
    #[must_use]
    pub fn read(status: u16, body: &[u8]) -> Self {
        let mut problem = json::typed(body).unwrap_or_else(|_| Self {
            kind: "unexplained".to_owned(),
            title: "answer without an explanation".to_owned(),
            ..Self::default()
        });
        problem.status = status;
        problem
    }
}

impl Problem {
    /// Whether one of the errors has this code.
    #[must_use]
    pub fn has(&self, code: &str) -> bool {
        self.errors.iter().any(|reason| reason.code == code)
    }
}

impl Reason {
    /// A reason that this program itself found.
    #[must_use]
    pub fn found(code: &str, nl: impl Into<String>, en: impl Into<String>) -> Self {
        Self { code: code.to_owned(), nl: nl.into(), en: en.into(), ..Self::default() }
    }

    /// The same reason at a column of a CSV file.
    #[must_use]
    pub fn in_column(mut self, column: impl Into<String>) -> Self {
        self.column = Some(column.into());
        self
    }

    /// The text in this language; where it has none, in the other.
    #[must_use]
    pub fn text(&self, language: Language) -> &str {
        let (first, other) = language.pick((&*self.nl, &*self.en), (&*self.en, &*self.nl));
        if first.is_empty() { other } else { first }
    }

    /// The text without an advice to a program that may stand behind it, and that advice in commands.
    fn told(&self, language: Language) -> (String, Option<&'static str>) {
        let text = self.text(language);
        let advised = text.split_once(['.', ';']);
        match advised.and_then(|(before, advice)| Some((before, in_commands(advice, language)?))) {
            Some((before, advice)) => (format!("{before}."), Some(advice)),
            None => (text.to_owned(), None),
        }
    }

    /// The lines for people under a title, which they do not repeat.
    #[must_use]
    pub fn lines_under(&self, title: &str, language: Language) -> Vec<String> {
        let plain = |text: &str| text.trim_end_matches('.').to_lowercase();
        let mut lines = self.lines(language);
        if plain(self.text(language)) == plain(title) && lines.len() > 1 {
            lines.remove(1);
        }
        lines
    }

    /// The lines for people: where, what is wrong, what can be done now.
    #[must_use]
    pub fn lines(&self, language: Language) -> Vec<String> {
        let (text, advice) = self.told(language);
        let place = self.column.as_ref().unwrap_or(&self.pointer);
        let number = |index: u32| u64::from(index).saturating_add(1);
        let recipient = match self.recipient.map(number) {
            Some(number) => Some(tell!(language, "ontvanger {number}", "recipient {number}")),
            // The same may be told of the recipient too.
            None if self.pointer == COPY => {
                Some(language.pick("kopie voor de jongere", "copy for the young person").to_owned())
            }
            None => None,
        };
        // A gateway of before the citations gives identifiers only.
        let cited = if self.citations.is_empty() { &self.provisions } else { &self.citations };
        let articles = (!cited.is_empty()).then(|| cited.join(", "));
        let head: Vec<&str> = [
            self.letters.as_deref(),
            Some(place.as_str()),
            recipient.as_deref(),
            Some(&self.code),
            articles.as_deref(),
        ]
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect();
        let mut lines = vec![format!("- {}", head.join(" · ")), format!("    {text}")];
        if let Some(now) = &self.now {
            let (first, other) = language.pick((&*now.nl, &*now.en), (&*now.en, &*now.nl));
            let text = if first.is_empty() { other } else { first };
            let text = in_commands(text, language).unwrap_or(text);
            if !text.is_empty() {
                lines.push(format!("    {}: {text}", language.pick("Nu", "Now")));
            }
        } else if let Some(advice) = advice {
            lines.push(format!("    {}: {advice}", language.pick("Nu", "Now")));
        }
        // A gateway's text must not look like a line of this program.
        lines.iter().map(|line| one_line(line)).collect()
    }
}

/// Where a submission asks for the copy for the person: the place of what is wrong with that copy.
pub const COPY: &str = "/copyForPerson";

/// What a gateway advises a program that speaks its interface, and what a person at this one does instead.
const COMMANDS: [(&str, &str, &str); 7] = [
    (
        "Idempotency-Key",
        "Wacht even en geef dezelfde opdracht nog eens: er wordt niets dubbel verstuurd.",
        "Wait a little and run the same command again: nothing is sent twice.",
    ),
    (
        "Retry-After",
        "Wacht even en geef dezelfde opdracht nog eens.",
        "Wait a little and run the same command again.",
    ),
    (
        "/v1/datasets",
        "`sluis client datasets` noemt de gegevenssets met hun doelen.",
        "`sluis client datasets` lists the datasets with their purposes.",
    ),
    (
        "/v1/parties",
        "`sluis client parties` noemt wie is aangesloten.",
        "`sluis client parties` lists who is connected.",
    ),
    (
        "/v1/keys",
        "Publiceer zelf een sleutel met `sluis client keys publish` en geef dezelfde opdracht nog eens.",
        "Publish a key of your own with `sluis client keys publish`, then run the same command again.",
    ),
    ("schuine streep", "Controleer het kenmerk.", "Check the identifier."),
    ("no slash", "Controleer het kenmerk.", "Check the identifier."),
];

/// An advice in the commands of this program, when it was given in the words of the interface.
fn in_commands(advice: &str, language: Language) -> Option<&'static str> {
    let known = COMMANDS.iter().find(|(word, ..)| advice.contains(word));
    known.map(|(_, nl, en)| language.pick(*nl, *en))
}

/// The kinds of problems in Dutch, as the gateway's own texts call them.
const DUTCH: [(&str, &str); 22] = [
    ("invalid", "het verzoek klopt niet"),
    ("certificate-needed", "voor dit adres is een certificaat nodig"),
    ("certificate-unknown", "dit certificaat is hier niet geregistreerd"),
    ("certificate-not-valid", "uw certificaat is nu niet geldig"),
    ("blocked", "dit certificaat of deze partij mag nu niet worden gebruikt"),
    ("refused", "niet toegestaan"),
    ("policy-fault", "de gateway kon hierover niet beslissen"),
    ("not-found", "hier is niets, of het is niet voor u"),
    ("method-not-allowed", "dit pad kent deze methode niet"),
    ("not-acceptable", "het antwoord bestaat niet in dit mediatype"),
    ("body-timeout", "het duurde te lang voor uw bericht binnen was"),
    ("conflict", "dit botst met wat al is opgeslagen"),
    ("gone", "dit is hier niet meer"),
    ("too-large", "uw bericht is te groot"),
    ("uri-too-long", "het pad en de zoekvraag zijn te lang"),
    ("media-type-not-supported", "dit mediatype wordt niet ondersteund"),
    ("too-many-requests", "u heeft uw quotum voor nu verbruikt"),
    ("headers-too-large", "uw headers zijn te groot, of het zijn er te veel"),
    ("internal", "er ging iets mis bij de gateway"),
    ("unavailable", "de gateway kan dit nu niet"),
    ("clock", "de klok van de gateway loopt niet goed"),
    ("unexplained", "antwoord zonder uitleg"),
];

impl Problem {
    /// The kind in words; what this program has no Dutch for stays English.
    #[must_use]
    pub fn title(&self) -> Said {
        let kind = self.kind.rsplit(':').next().unwrap_or_default();
        let dutch = DUTCH.iter().find(|(code, _)| *code == kind).map(|(_, text)| *text);
        let title = one_line(&self.title);
        Said::new(dutch.unwrap_or(&title), title.as_str())
    }
}

impl Explanation for Problem {
    fn lines(&self, language: Language) -> Vec<String> {
        // The detail says how to read the errors, which people see for themselves.
        let detail = self.detail.iter().filter(|_| self.errors.is_empty());
        let mut lines: Vec<String> = detail
            .map(|detail| in_commands(detail, language).map_or_else(|| detail.clone(), str::to_owned))
            .collect();
        let title = self.title();
        let title = title.text(language);
        lines.extend(self.errors.iter().flat_map(|reason| reason.lines_under(title, language)));
        lines.extend(self.trace_id.iter().map(|trace| format!("trace {trace}")));
        lines.iter().map(|line| one_line(line)).collect()
    }

    fn document(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}
