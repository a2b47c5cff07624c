//! What a row says in each of its cells, in one language.

use super::{
    table::{Article, Row, RowCondition},
    words::{Pick, named},
};
use crate::domain::problem::Bilingual;

pub(super) static STANDS_BY: Bilingual = Bilingual::new(" (staat klaar)", " (stands by)");
const FROM: Bilingual = Bilingual::new("van", "from");
const TO: Bilingual = Bilingual::new("aan", "to");
const FOR: Bilingual = Bilingual::new("voor", "for");
const RESTS_ON: Bilingual = Bilingual::new("rust op", "rests on");
const REQUIRED: Bilingual = Bilingual::new("verplicht", "required");
const OPTIONAL: Bilingual = Bilingual::new("optioneel", "optional");
const OPT_OUT: Bilingual = Bilingual::new("opt-uit", "opt-out");

impl RowCondition {
    /// What is said beside a guard that nothing of today can let fail.
    pub(super) fn mark(&self, pick: Pick) -> &'static str {
        if self.standby { pick(&STANDS_BY) } else { "" }
    }

    pub(super) fn said(&self, pick: Pick) -> String {
        let text = Bilingual { nl: self.text.clone().into(), en: self.text_en.clone().into() };
        pick(&text).to_owned()
    }
}

impl Row {
    pub(super) fn who(&self, pick: Pick) -> String {
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
    pub(super) fn refusals(&self, pick: Pick) -> Vec<(String, Vec<Article>, Vec<&str>)> {
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

    pub(super) fn why(&self, pick: Pick) -> String {
        format!("{} {}", pick(&RESTS_ON), self.rests_on(pick))
    }

    pub(super) fn called(&self, pick: Pick) -> String {
        let title = Bilingual { nl: self.title.clone().into(), en: self.title_en.clone().into() };
        pick(&title).to_owned()
    }

    fn rests_on(&self, pick: Pick) -> String {
        let ground = self.ground.as_ref().map(|ground| format!(" (AVG {ground})")).unwrap_or_default();
        format!("{}{ground}{}", cite(&self.articles), asked(self.question.as_deref(), pick))
    }

    pub(super) fn what(&self, pick: Pick) -> String {
        let words = &self.words.categories;
        let mut text = format!("{}: {}", pick(&REQUIRED), named(&self.required, words, pick));
        for (name, list) in [(&OPTIONAL, &self.optional), (&OPT_OUT, &self.opt_out)] {
            if !list.is_empty() {
                text = format!("{text}\n  {}: {}", pick(name), named(list, words, pick));
            }
        }
        text
    }

    pub(super) fn cells(&self, pick: Pick) -> [String; 8] {
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

/// Each citation once.
pub(super) fn cite(articles: &[Article]) -> String {
    let mut cited: Vec<&str> = Vec::new();
    for article in articles {
        if !cited.contains(&article.citation.as_str()) {
            cited.push(&article.citation);
        }
    }
    join(&cited)
}

/// What is said beside what rests on our reading.
pub(super) fn asked(question: Option<&str>, pick: Pick) -> String {
    let said = |letters| {
        let (nl, en) = (format!("onze lezing, vraag {letters}"), format!("our reading, question {letters}"));
        format!(" ({})", pick(&Bilingual::of(nl, en)))
    };
    question.map(said).unwrap_or_default()
}

fn join<T: ToString>(items: &[T]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
