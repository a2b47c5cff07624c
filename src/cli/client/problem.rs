//! What a gateway says when it says no: problem details (RFC 9457), for people in Dutch first.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::cli::failure::Explanation;

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
        let mut problem = serde_json::from_slice(body).unwrap_or_else(|_| Self {
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

    /// The lines for people under a title, which they do not repeat.
    #[must_use]
    pub fn lines_under(&self, title: &str) -> Vec<String> {
        if self.en != title {
            return self.lines();
        }
        Self { en: String::new(), ..self.clone() }.lines()
    }

    /// The lines for people: where, the Dutch text, the English text, what to do.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let place = self.column.as_ref().unwrap_or(&self.pointer);
        let recipient = self.recipient.map(|index| format!("ontvanger {}", u64::from(index) + 1));
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
        let mut lines = vec![format!("- {}", head.join(" · "))];
        lines.extend(
            [&self.nl, &self.en]
                .into_iter()
                .filter(|text| !text.is_empty())
                .map(|text| format!("    {text}")),
        );
        if let Some(now) = &self.now {
            if !now.nl.is_empty() {
                lines.push(format!("    Nu: {}", now.nl));
            }
            if !now.en.is_empty() {
                lines.push(format!("    Now: {}", now.en));
            }
        }
        lines
    }
}

impl Explanation for Problem {
    fn lines(&self) -> Vec<String> {
        // The detail says how to read the errors, which people see for themselves.
        let detail = self.detail.iter().filter(|_| self.errors.is_empty());
        let mut lines: Vec<String> = detail.cloned().collect();
        lines.extend(self.errors.iter().flat_map(|reason| reason.lines_under(&self.title)));
        lines.extend(self.trace_id.iter().map(|trace| format!("trace {trace}")));
        lines
    }

    fn document(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}
