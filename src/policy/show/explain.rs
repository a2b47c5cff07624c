//! Facts in; decision, basis, conditions and articles out, in words.

use std::{borrow::Cow, collections::BTreeMap};

use jiff::Timestamp;
use serde::Serialize;

use super::matrix::Pick;
use crate::{
    domain::{
        clock::amsterdam,
        code::{Category, Grondslag, Provision},
        digest::Digest,
        problem::{Bilingual, Fault},
    },
    policy::{
        decide::{
            engine::Engine,
            permit::{Decision, RefusalKind},
        },
        load::{
            catalogue::Catalogue,
            dataset::{Basis, Condition},
            law::Reading,
            whatif::{Unasked, WhatIf},
        },
    },
};

/// A decision and what it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// Whether the answer is yes.
    pub permitted: bool,
    /// Why not, where it is no.
    pub refusal: Option<RefusalKind>,
    /// The basis that was judged.
    pub basis: Option<Grondslag>,
    /// What that basis rests on.
    pub articles: Vec<Citation>,
    /// What the acts ask beside it of who acts on it.
    pub note: Option<Bilingual>,
    /// The open questions on which our reading rests, by the basis or the condition.
    pub our_readings: BTreeMap<String, String>,
    /// Categories that must be sent and are not among those that the facts name; empty where they name none.
    pub missing: Vec<Category>,
    /// Categories that must be sent.
    pub required: Vec<Category>,
    /// Categories that may be sent.
    pub allowed: Vec<Category>,
    /// Conditions that were judged and held.
    pub held: Vec<Held>,
    /// What stands in the way.
    pub reasons: Vec<Fault>,
    /// The articles that the reasons cite.
    pub cited: Vec<Citation>,
    /// The instant that was judged.
    pub decided_at: Timestamp,
    /// The digest of the policies.
    pub policy_digest: Digest,
}

/// A provision, for a reader.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Citation {
    /// Its identifier.
    pub id: Provision,
    /// As one writes it in Dutch.
    pub citation: String,
    /// What it says.
    pub title: Bilingual,
    /// Whether the text says it, or it is our reading.
    pub our_reading: bool,
}

/// A condition that held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Held {
    /// Its name.
    pub id: String,
    /// Its provisions.
    pub provisions: Vec<Provision>,
}

/// Decides about the facts alone and says why. Nothing is stored or looked up.
///
/// # Errors
/// [`Unasked`] when dataset, purpose or a role is not named.
pub fn explain(engine: &Engine, question: &WhatIf, now: Timestamp) -> Result<Explanation, Unasked> {
    let facts = question.facts(now)?;
    let catalogue = engine.catalogue();
    let dataset = catalogue.dataset(&facts.dataset);
    let decision = engine.decide(&facts);
    let (refusal, basis, reasons) = match &decision {
        Decision::Permit(permit) => {
            let outside: Vec<Fault> =
                facts.categories.difference(permit.allowed()).map(not_allowed).collect();
            let refusal = (!outside.is_empty()).then_some(RefusalKind::ConditionsFail);
            (refusal, Some(permit.basis().clone()), outside)
        }
        Decision::Refusal(refusal) => (Some(refusal.kind), refusal.basis.clone(), refusal.reasons.clone()),
    };
    let judged = basis.as_ref().and_then(|id| dataset.and_then(|dataset| dataset.bases.get(id)).zip(dataset));
    let conditions: Vec<&Condition> =
        judged.map(|(basis, dataset)| catalogue.conditions_of(dataset, basis).collect()).unwrap_or_default();
    let did_hold = |condition: &&&Condition| reasons.iter().all(|reason| reason.code != condition.id);
    let conclusive = matches!(refusal, None | Some(RefusalKind::ConditionsFail));
    let mut cited: Vec<Provision> = reasons.iter().flat_map(|reason| reason.provisions.clone()).collect();
    cited.sort();
    cited.dedup();
    let basis_question = judged.and_then(|(basis, _)| Some((basis.id.to_string(), basis.question.clone()?)));
    let questions =
        conditions.iter().filter_map(|condition| Some((condition.id.clone(), condition.question.clone()?)));
    let missing = |basis: &Basis| basis.required.difference(&facts.categories).cloned().collect();
    Ok(Explanation {
        permitted: refusal.is_none(),
        refusal,
        note: judged.and_then(|(basis, _)| basis.note.clone()),
        our_readings: questions.chain(basis_question).collect(),
        missing: judged
            .filter(|_| !facts.categories.is_empty())
            .map(|(basis, _)| missing(basis))
            .unwrap_or_default(),
        articles: judged.map(|(basis, _)| citations(catalogue, &basis.provisions)).unwrap_or_default(),
        required: judged.map(|(basis, _)| basis.required.iter().cloned().collect()).unwrap_or_default(),
        allowed: judged.map(|(basis, _)| basis.allowed().into_iter().collect()).unwrap_or_default(),
        held: conditions
            .iter()
            .filter(did_hold)
            .filter(|_| conclusive)
            .map(|condition| Held {
                id: condition.id.clone(),
                provisions: judged
                    .map(|(basis, _)| condition.provisions_of(basis, Some(facts.sender.party.role)))
                    .unwrap_or_default(),
            })
            .collect(),
        basis,
        reasons,
        cited: citations(catalogue, &cited),
        decided_at: facts.now,
        policy_digest: catalogue.digest(),
    })
}

/// A category that this basis neither requires nor allows.
fn not_allowed(category: &Category) -> Fault {
    Fault {
        pointer: "/categories".to_owned(),
        code: Cow::Borrowed("category-not-allowed"),
        provisions: Vec::new(),
        citations: Vec::new(),
        text: Bilingual {
            nl: format!("De categorie `{category}` hoort niet bij wat op deze grondslag mag.").into(),
            en: format!("The category `{category}` is not among what this basis allows.").into(),
        },
        now: Some(Bilingual::new("Laat deze gegevens weg.", "Leave these data out.")),
    }
}

fn citations(catalogue: &Catalogue, provisions: &[Provision]) -> Vec<Citation> {
    let entries = provisions.iter().filter_map(|id| catalogue.provision(id));
    entries
        .map(|entry| Citation {
            id: entry.id.clone(),
            citation: entry.citation(),
            title: entry.title(),
            our_reading: entry.reading == Reading::Ours,
        })
        .collect()
}

impl Explanation {
    /// What is said beside a basis or a condition that rests on our reading.
    fn mark(&self, id: &str, pick: Pick) -> String {
        let question = self.our_readings.get(id);
        let said = |letters: &String| {
            let (nl, en) =
                (format!(" [onze lezing, vraag {letters}]"), format!(" [our reading, question {letters}]"));
            pick(&Bilingual::of(nl, en)).to_owned()
        };
        question.map(said).unwrap_or_default()
    }

    /// The explanation in one language.
    #[must_use]
    pub fn text(&self, pick: Pick) -> String {
        let say = |nl: &'static str, en: &'static str| pick(&Bilingual::new(nl, en)).to_owned();
        let reading = |citation: &Citation| {
            if citation.our_reading { say(" [onze lezing]", " [our reading]") } else { String::new() }
        };
        let mut text = String::new();
        let mut line = |parts: &[&str]| {
            for part in parts {
                text.push_str(part);
            }
            text.push('\n');
        };
        line(&[&if self.permitted {
            say("JA: deze partij mag dit nu ontvangen.", "YES: this party may receive this now.")
        } else {
            say("NEE: dit mag nu niet.", "NO: not now.")
        }]);
        if let Some(basis) = &self.basis {
            let head = if self.permitted {
                say("Grondslag: ", "Basis: ")
            } else {
                say("Beoordeeld naar de grondslag: ", "Judged by the basis: ")
            };
            line(&[&head, basis.as_str(), &self.mark(basis.as_str(), pick)]);
            for provision in &self.articles {
                let id = provision.id.to_string();
                let title = pick(&provision.title);
                line(&["  ", &provision.citation, " (", &id, "): ", title, &reading(provision)]);
            }
            if self.permitted {
                line(&[&say("Verplicht: ", "Required: "), &words(&self.required)]);
                line(&[&say("Toegestaan: ", "Allowed: "), &words(&self.allowed)]);
                if !self.missing.is_empty() {
                    let head = say("Let op, verplicht en niet genoemd: ", "Mind, required and not named: ");
                    line(&[&head, &words(&self.missing)]);
                }
                if let Some(note) = &self.note {
                    line(&[&say("Daarbij: ", "With it: "), pick(note)]);
                }
            }
        }
        for reason in &self.reasons {
            line(&[]);
            line(&["- ", pick(&reason.text), " (", &reason.code, ")", &self.mark(&reason.code, pick)]);
            for id in &reason.provisions {
                if let Some(cited) = self.cited.iter().find(|cited| cited.id == *id) {
                    line(&["    ", &cited.citation, " (", id.as_str(), ")", &reading(cited)]);
                }
            }
            if let Some(now) = &reason.now {
                line(&["    ", &say("Wat nu: ", "What to do: "), pick(now)]);
            }
        }
        if !self.held.is_empty() {
            line(&[]);
            line(&[&say("Voorwaarden waaraan is voldaan:", "Conditions that are met:")]);
            for held in &self.held {
                line(&["  ", &held.id, &self.mark(&held.id, pick)]);
            }
        }
        line(&[]);
        let (at, digest) = (self.decided_at.to_zoned(amsterdam()), self.policy_digest);
        let (date, time) = (at.date(), format!("{:02}:{:02}", at.hour(), at.minute()));
        let [day, month, year] = [date.day().into(), date.month().into(), date.year()];
        line(&[pick(&Bilingual::of(
            format!(
                "Beoordeeld op {day:02}-{month:02}-{year:04} om {time} (Nederlandse tijd), beleid {digest}"
            ),
            format!("Judged on {date} at {time} (Amsterdam time), policies {digest}"),
        ))]);
        text
    }
}

fn words(categories: &[Category]) -> String {
    categories.iter().map(Category::as_str).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {

    use super::*;

    #[test]
    fn an_explanation_names_every_reason_with_its_article_and_what_to_do() {
        let engine = Engine::new(Catalogue::embedded().unwrap()).unwrap();
        let question = WhatIf::read(serde_json::json!({
            "dataset": "overgangsdocument", "purpose": "voortzetting-ondersteuning",
            "senderRole": "pro-school", "recipientRole": "werk-en-inkomen", "recipientGemeenten": ["0361"],
            "verblijf": "0361", "birthDate": "2007-11-03", "verlatenOp": "2026-07-17",
            "replies": ["verzoek-voortzetting:open"], "earlierWishes": ["instemming:persoon"],
        }), engine.catalogue().glossary()).unwrap();
        let explanation = explain(&engine, &question, "2026-11-02T11:00:00Z".parse().unwrap()).unwrap();
        assert!(!explanation.permitted);
        assert_eq!(explanation.refusal, Some(RefusalKind::ConditionsFail));
        let text = explanation.text(|text| &text.nl);
        for part in [
            "NEE",
            "overgangsdocument.voortzetting",
            "art. 2.31b lid 3 WVO 2020",
            "Wat nu: Wacht op haar antwoord",
        ] {
            assert!(text.contains(part), "{part} is missing in:\n{text}");
        }
        assert!(explanation.held.iter().any(|held| held.id == "overgangsdocument.instemming-volwassene"));
        assert!(!text.contains("2007"), "no fact about the person is repeated");
    }

    #[test]
    fn what_is_left_out_says_no() {
        let engine = Engine::new(Catalogue::embedded().unwrap()).unwrap();
        let question = WhatIf::read(
            serde_json::json!({
                "dataset": "overgangsdocument", "purpose": "voortzetting-ondersteuning",
                "senderRole": "pro-school", "recipientRole": "werk-en-inkomen",
            }),
            engine.catalogue().glossary(),
        )
        .unwrap();
        let explanation = explain(&engine, &question, Timestamp::UNIX_EPOCH).unwrap();
        assert!(!explanation.permitted);
        assert_eq!(
            explain(&engine, &WhatIf::default(), Timestamp::UNIX_EPOCH),
            Err(Unasked("sender's role"))
        );
    }
}
