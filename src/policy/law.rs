//! What the policies cite: provisions of acts, and purposes.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::domain::{
    code::{Provision, Purpose},
    problem::Bilingual,
};

/// Whether the text of a provision was read, or what it means here is a reading that others may contest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reading {
    /// The text was read in the version named and says it.
    #[serde(rename = "read")]
    Read,
    /// It is our reading; the entry names the open question.
    #[serde(rename = "our reading")]
    Ours,
}

/// A provision of an act, as `policies/law.toml` lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LawEntry {
    /// Its identifier, such as `wvo2020:2.31b:3`.
    pub id: Provision,
    /// The act's short title.
    pub act: String,
    /// The act's number in the Basiswettenbestand, or the CELEX number of an act of the Union.
    pub bwb: String,
    /// The article.
    pub article: String,
    /// The paragraph (lid), where one is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paragraph: Option<String>,
    /// What it is about, in Dutch.
    pub title_nl: String,
    /// What it is about, in English.
    pub title_en: String,
    /// The consolidated version that was read.
    pub version: Date,
    /// The first day on which it is in force.
    pub in_force_from: Date,
    /// The first day on which it is no longer in force, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_force_until: Option<Date>,
    /// The ground of the GDPR that it gives, such as `6(1)(c)`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gdpr: Option<String>,
    /// Whether its text was read.
    pub reading: Reading,
    /// The open question, where it is our reading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
}

impl LawEntry {
    /// Whether the provision is in force on this day.
    #[must_use]
    pub fn is_in_force(&self, day: Date) -> bool {
        self.in_force_from <= day && self.in_force_until.is_none_or(|until| day < until)
    }

    /// The citation as a Dutch reader writes it, such as `art. 2.31b lid 3 WVO 2020`.
    #[must_use]
    pub fn citation(&self) -> String {
        match &self.paragraph {
            Some(paragraph) => format!("art. {} lid {} {}", self.article, paragraph, self.act),
            None => format!("art. {} {}", self.article, self.act),
        }
    }

    /// What it is about.
    #[must_use]
    pub fn title(&self) -> Bilingual {
        Bilingual { nl: self.title_nl.clone().into(), en: self.title_en.clone().into() }
    }
}

/// A purpose, as `policies/purposes.toml` lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PurposeEntry {
    /// Its code.
    pub code: Purpose,
    /// Its Dutch label.
    pub nl: String,
    /// Its English label.
    pub en: String,
    /// The term of the W3C Data Privacy Vocabulary.
    pub dpv: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LawFile {
    #[serde(default)]
    pub(super) provision: Vec<LawEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PurposesFile {
    #[serde(default)]
    pub(super) purpose: Vec<PurposeEntry>,
}
