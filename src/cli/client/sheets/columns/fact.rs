//! A fact of the person, as the gateway describes it, and its column.

use serde::Deserialize;

use super::{
    form::Form,
    leaf::{Leaf, Need, Step, Words},
};
use crate::{
    domain::{assertion::FactType, party::Role, problem::Bilingual},
    policy::glossary::{AssertedFact, Glossary, likely},
};

/// What may be asserted of a person.
#[derive(Debug, Clone, Deserialize)]
pub struct Fact {
    code: String,
    #[serde(rename = "type")]
    kind: FactType,
    values: Vec<String>,
    required: bool,
    title: Text,
    absent: Option<Text>,
    by: Vec<Role>,
}

/// A text as the gateway gives it.
#[derive(Debug, Clone, Deserialize)]
struct Text {
    nl: String,
    en: String,
}

impl Fact {
    /// The facts of these policies.
    #[must_use]
    pub fn all(glossary: &Glossary) -> Vec<Self> {
        glossary.facts().iter().map(Self::of).collect()
    }

    fn of(fact: &AssertedFact) -> Self {
        let text = |text: &Bilingual| Text { nl: text.nl.to_string(), en: text.en.to_string() };
        Self {
            code: fact.code.clone(),
            kind: fact.kind,
            values: fact.values.clone(),
            required: fact.required,
            title: text(&fact.text),
            absent: fact.absent.as_ref().map(text),
            by: fact.by.iter().copied().collect(),
        }
    }

    /// The name of the member.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// Whether this role may assert it.
    #[must_use]
    pub fn is_by(&self, role: &str) -> bool {
        self.by.iter().any(|one| one.as_str() == role)
    }

    pub(super) fn path(&self) -> String {
        path(&self.code, self.kind)
    }

    pub(super) fn leaf(&self) -> Leaf {
        let form = match self.kind {
            FactType::Bool => Form::Flag,
            FactType::Date => Form::Date,
            FactType::Code | FactType::Set => Form::Choice(self.values.clone()),
        };
        let Text { nl, en } = self.title.clone();
        let explanation = match &self.absent {
            Some(absent) => Words {
                nl: format!("{nl}; leeg is {}", absent.nl),
                en: format!("{en}; empty is {}", absent.en),
            },
            None => Words { nl, en },
        };
        Leaf {
            steps: Step::all_of(&self.path()),
            form,
            need: if self.required { Need::Always } else { Need::Never },
            in_required: true,
            explanation,
            same_as: None,
            is_asked: false,
            one_of: Vec::new(),
        }
    }
}

fn path(code: &str, kind: FactType) -> String {
    if kind == FactType::Set { format!("person.{code}.*") } else { format!("person.{code}") }
}

/// The paths of facts that a sheet is likely to have, where it is not known yet for which gateway it is.
pub(super) fn likely_paths() -> Vec<String> {
    likely().iter().map(|(code, kind)| path(code, *kind)).collect()
}
