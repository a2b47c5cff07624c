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

    /// The citation as a Dutch lawyer writes it, such as `art. 2.31b lid 3 WVO 2020` or `art. 6 lid 1 onder a AVG`. What has
    /// no articles is named by the place of its publication.
    #[must_use]
    pub fn citation(&self) -> String {
        if !self.article.starts_with(|first: char| first.is_ascii_digit()) {
            return format!("{} ({})", self.act, self.article);
        }
        let paragraph = self.paragraph.as_deref().map(paragraph).unwrap_or_default();
        format!("art. {}{paragraph} {}", range(&self.article), self.act)
    }

    /// What it is about.
    #[must_use]
    pub fn title(&self) -> Bilingual {
        Bilingual { nl: self.title_nl.clone().into(), en: self.title_en.clone().into() }
    }
}

/// `1a` is the first paragraph under a, `f` an article without paragraphs under f.
fn paragraph(text: &str) -> String {
    let digits = text.trim_end_matches(|last: char| last.is_ascii_lowercase());
    let letter = text.get(digits.len()..).unwrap_or_default();
    let lid = if digits.is_empty() { String::new() } else { format!(" lid {}", range(digits)) };
    let part = if letter.is_empty() { String::new() } else { format!(" onder {letter}") };
    lid + &part
}

/// `12-14` is twelve to fourteen.
fn range(text: &str) -> String {
    text.split('-').collect::<Vec<_>>().join(" tot en met ")
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
pub(in crate::policy) struct LawFile {
    #[serde(default)]
    pub(in crate::policy) provision: Vec<LawEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::policy) struct PurposesFile {
    #[serde(default)]
    pub(in crate::policy) purpose: Vec<PurposeEntry>,
}

#[cfg(test)]
mod tests {
    use crate::policy::{fixture::engine, load::catalogue::Catalogue};

    /// An article, perhaps a paragraph, perhaps a part, and the act.
    fn is_written_by_a_lawyer(citation: &str, act: &str) -> bool {
        let Some(place) = citation.strip_prefix("art. ").and_then(|rest| rest.strip_suffix(act)) else {
            return false;
        };
        let mut words = place.split_whitespace().peekable();
        let number = |word: Option<&str>| {
            word.is_some_and(|word| word.starts_with(|first: char| first.is_ascii_digit()))
        };
        let plain =
            |word: Option<&str>| word.is_some_and(|word| word.chars().all(|one| one.is_ascii_digit()));
        let to = |words: &mut std::iter::Peekable<std::str::SplitWhitespace<'_>>| {
            words.peek() != Some(&"tot")
                || (words.next(), words.next(), words.next()) == (Some("tot"), Some("en"), Some("met"))
                    && number(words.next())
        };
        if !number(words.next()) || !to(&mut words) {
            return false;
        }
        if words.peek() == Some(&"lid") && !(words.next().is_some() && plain(words.next()) && to(&mut words))
        {
            return false;
        }
        if words.peek() == Some(&"onder") {
            words.next();
            return words.next().is_some_and(|part| part.len() == 1) && words.next().is_none();
        }
        words.next().is_none()
    }

    #[test]
    fn every_provision_is_cited_as_people_write_it() {
        for entry in engine().catalogue().provisions() {
            let citation = entry.citation();
            let elsewhere = citation == format!("{} ({})", entry.act, entry.article);
            assert!(
                is_written_by_a_lawyer(&citation, &entry.act)
                    || (entry.act.starts_with("Regeling") && elsewhere),
                "{}: {citation}",
                entry.id
            );
        }
    }

    #[test]
    fn each_kind_of_place_has_its_form() {
        let cited =
            |catalogue: &Catalogue, id: &str| catalogue.provision(&id.parse().unwrap()).unwrap().citation();
        for (id, written) in [
            ("wvo2020:2.31b:2", "art. 2.31b lid 2 WVO 2020"),
            ("wec:14e", "art. 14e WEC"),
            ("avg:6:1a", "art. 6 lid 1 onder a AVG"),
            ("bsuwi:5.9:1f", "art. 5.9 lid 1 onder f Besluit SUWI"),
            ("wec:161:12", "art. 161 lid 12 tot en met 14 WEC"),
            ("bulb:2", "art. 2 tot en met 7 Besluit uitwisseling leer- en begeleidingsgegevens"),
            ("rgo:36712", "Regeling gegevensverstrekking bij overstap naar het mbo (Stcrt. 2020, 36712)"),
        ] {
            assert_eq!(cited(engine().catalogue(), id), written);
        }
    }
}
