//! Texts and articles, as the catalogue has them.

use serde::Serialize;
use utoipa::ToSchema;

use super::shape;
use crate::{
    domain::{code::Provision, problem::Bilingual},
    policy::{catalogue::Catalogue, explain::Citation, law::Reading},
};

/// One text in two languages.
#[derive(Debug, Serialize, ToSchema)]
pub struct Text {
    /// In Dutch.
    #[schema(max_length = 4096)]
    pub nl: String,
    /// In English.
    #[schema(max_length = 4096)]
    pub en: String,
}

impl From<&Bilingual> for Text {
    fn from(text: &Bilingual) -> Self {
        Self { nl: text.nl.clone().into_owned(), en: text.en.clone().into_owned() }
    }
}

/// A provision of an act.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Article {
    /// Its identifier.
    #[schema(value_type = shape::Provision)]
    pub id: Provision,
    /// As one writes it in Dutch.
    #[schema(max_length = 256, example = "art. 2.31b lid 3 WVO 2020")]
    pub citation: String,
    /// What it is about.
    pub title: Text,
    /// Whether it is our reading and not the text that says so.
    pub our_reading: bool,
}

impl From<&Citation> for Article {
    fn from(cited: &Citation) -> Self {
        Self {
            id: cited.id.clone(),
            citation: cited.citation.clone(),
            title: (&cited.title).into(),
            our_reading: cited.our_reading,
        }
    }
}

/// The articles that these provisions are.
#[must_use]
pub fn articles(catalogue: &Catalogue, provisions: &[Provision]) -> Vec<Article> {
    let entries = provisions.iter().filter_map(|id| catalogue.provision(id));
    entries
        .map(|entry| Article {
            id: entry.id.clone(),
            citation: entry.citation(),
            title: (&entry.title()).into(),
            our_reading: entry.reading == Reading::Ours,
        })
        .collect()
}
