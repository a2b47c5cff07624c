//! Plays the cases: decisions that must come out as a lawyer wrote them down.
//!
//! `cases.toml` of a dataset has a `[base]` of facts ([`WhatIf`](crate::policy::whatif::WhatIf)) and `[[case]]`s that override them, each with a `name` (in English `name_en`, where
//! it is shown as an example),
//! `expect = "permit"` with the `basis`, or `expect = "refuse"` with `because`: all failed conditions, or the kind of the
//! refusal, such as `no-basis`; a `basis` there is the one that must have been judged. `route-cases.toml` has an `action` and a `role` instead of a dataset.

mod examples;
mod written;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use toml::Table;

use crate::{
    domain::{
        age::BirthDate,
        code::{DatasetCode, Grondslag, Municipality},
        declaration::{Capacity, DeclarationKind, Verdict},
        party::{PartyId, Role},
        person::{Maatregel, Protection},
        problem::Bilingual,
    },
    policy::{
        decide::{
            engine::Engine,
            permit::{Decision, RefusalKind},
            routes::{AskedFacts, DecisionFacts, DeclarationFacts, RouteAction, RouteContext},
        },
        load::{
            facts::PartyFacts,
            finding::{Finding, said},
            whatif::{Moment, birth_date},
        },
    },
};

pub use examples::{Example, examples};
use written::{Expect, Expected, cases, moment, question};

/// What came of one case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseResult {
    /// The file.
    pub file: String,
    /// The name of the case.
    pub name: String,
    /// Whether it came out as written.
    pub passed: bool,
    /// What was written.
    pub expected: String,
    /// What came out.
    pub got: String,
    #[serde(skip)]
    pub(in crate::policy) trace: Trace,
}

/// What a case proves, for the count of what no case decides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::policy) struct Trace {
    pub(in crate::policy) permitted: Option<Grondslag>,
    pub(in crate::policy) refused: Option<Grondslag>,
    pub(in crate::policy) without_basis: Option<DatasetCode>,
    pub(in crate::policy) held: Vec<String>,
    pub(in crate::policy) failed: BTreeSet<String>,
    pub(in crate::policy) allowed_action: Option<RouteAction>,
    pub(in crate::policy) refused_action: Option<RouteAction>,
}

/// Plays all cases of the engine's catalogue.
///
/// # Errors
/// What is wrong with the files themselves, all at once. A case that comes out otherwise is a result, not an error.
pub fn run(engine: &Engine) -> Result<Vec<CaseResult>, Vec<Finding>> {
    let mut results = Vec::new();
    let mut findings = Vec::new();
    for (folder, text) in &engine.catalogue().cases {
        let file = match folder.as_str() {
            "" => "route-cases.toml".to_owned(),
            folder => format!("datasets/{folder}/cases.toml"),
        };
        let outcome = if folder.is_empty() {
            routes(engine, &file, text)
        } else {
            dataset(engine, &file, folder, text)
        };
        match outcome {
            Ok(played) => results.extend(played),
            Err(wrong) => findings.extend(wrong),
        }
    }
    if findings.is_empty() { Ok(results) } else { Err(findings) }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RouteFacts {
    action: RouteAction,
    role: Role,
    at: Option<Moment>,
    kind: Option<DeclarationKind>,
    by: Option<Capacity>,
    given_by: Option<Capacity>,
    verdict: Option<Verdict>,
    #[serde(default)]
    gemeenten: BTreeSet<Municipality>,
    dataset: Option<DatasetCode>,
    verblijf: Option<Municipality>,
    age: Option<u16>,
    birth_date: Option<BirthDate>,
    handelingsbekwaam: Option<bool>,
    #[serde(default)]
    maatregel: BTreeSet<Maatregel>,
    onbevoegd_voor_deze: Option<bool>,
}

fn dataset(engine: &Engine, file: &str, folder: &str, text: &str) -> Result<Vec<CaseResult>, Vec<Finding>> {
    let code: Option<DatasetCode> = folder.parse().ok();
    let mut results = Vec::new();
    for (expected, mut facts) in cases(file, text, |facts| question(facts, engine))? {
        facts.dataset.clone_from(&code);
        let facts = facts.facts(moment()).map_err(|missing| {
            vec![Finding::new(
                file,
                said!("geval `{}`: {missing}", "case `{}`: {missing}", expected.name),
                ("Noem het in [base].", "Name it in [base]."),
            )]
        })?;
        let mut trace = Trace::default();
        let got = match engine.decide(&facts) {
            Decision::Permit(permit) => {
                trace.permitted = Some(permit.basis().clone());
                trace.held = permit.conditions().to_vec();
                format!("permit on {}", permit.basis())
            }
            Decision::Refusal(refusal) => {
                trace.refused.clone_from(&refusal.basis);
                trace.without_basis = (refusal.kind == RefusalKind::NoBasis).then(|| facts.dataset.clone());
                if refusal.kind == RefusalKind::ConditionsFail {
                    trace.failed = refusal.reasons.iter().map(|reason| reason.code.to_string()).collect();
                    because(trace.failed.iter().map(String::as_str))
                } else {
                    because([refusal.kind.as_str()].into_iter())
                }
            }
        };
        results.push(result(file, &expected, got, trace));
    }
    Ok(results)
}

fn routes(engine: &Engine, file: &str, text: &str) -> Result<Vec<CaseResult>, Vec<Finding>> {
    let mut results = Vec::new();
    let read = |facts: Table| facts.try_into::<RouteFacts>().map_err(|error| error.message().to_owned());
    for (expected, facts) in cases(file, text, read)? {
        let wrong = |nl: &str, en: &str| {
            let what = Bilingual::of(
                format!("geval `{}`: {nl}", expected.name),
                format!("case `{}`: {en}", expected.name),
            );
            vec![Finding::new(file, what, ("Verbeter het.", "Correct it."))]
        };
        let now = facts.at.map_or_else(moment, |moment| moment.0);
        let born = birth_date(facts.birth_date.as_ref(), facts.age, now)
            .ok_or_else(|| wrong("zo'n leeftijd bestaat niet", "no such age"))?;
        let protection = Protection {
            handelingsbekwaam: facts.handelingsbekwaam.unwrap_or(true),
            maatregel: facts.maatregel,
            onbevoegd_voor_deze: facts.onbevoegd_voor_deze,
        };
        let declaration = facts.kind.zip(facts.by).map(|(kind, by)| DeclarationFacts {
            kind,
            by,
            given_by: facts.given_by.unwrap_or(by),
            age: born.age_at(now),
            protection: &protection,
        });
        let dataset = facts.dataset.as_ref();
        let decision =
            facts.kind.zip(facts.verdict).map(|(kind, verdict)| DecisionFacts { kind, dataset, verdict });
        let verblijf = facts.verblijf.as_ref();
        let asked = dataset.filter(|_| facts.action == RouteAction::Answer);
        let asked = asked.map(|dataset| AskedFacts { dataset, verblijf, by: None });
        let context = RouteContext { now, declaration, decision, asked };
        let oin = "00000099000000000001".parse().map_err(|_| wrong("geen partij", "no party"))?;
        let party = PartyFacts { party: PartyId::new(oin, facts.role), gemeenten: facts.gemeenten };
        let mut trace = Trace::default();
        let got = match engine.may(facts.action, &party, context) {
            Ok(()) => {
                trace.allowed_action = Some(facts.action);
                let conditions = engine.catalogue().routes.conditions.keys();
                trace.held = conditions.cloned().collect();
                "permit".to_owned()
            }
            Err(refusal) => {
                trace.refused_action = Some(facts.action);
                trace.failed = refusal.reasons.iter().map(|reason| reason.code.to_string()).collect();
                because(trace.failed.iter().map(String::as_str))
            }
        };
        results.push(result(file, &expected, got, trace));
    }
    Ok(results)
}

fn because<'a>(reasons: impl Iterator<Item = &'a str>) -> String {
    format!("refuse because {}", reasons.collect::<Vec<_>>().join(", "))
}

fn result(file: &str, expected: &Expected, got: String, trace: Trace) -> CaseResult {
    let text = match (expected.expect, &expected.basis) {
        (Expect::Permit, Some(basis)) => format!("permit on {basis}"),
        (Expect::Permit, None) => "permit".to_owned(),
        (Expect::Refuse, _) => because(expected.because.iter().map(String::as_str)),
    };
    let judged =
        expected.expect == Expect::Permit || expected.basis.is_none() || trace.refused == expected.basis;
    let on =
        |basis: &Option<Grondslag>| basis.as_ref().map(|basis| format!(" on {basis}")).unwrap_or_default();
    let passed = judged && text == got;
    let (text, got) =
        if judged { (text, got) } else { (text + &on(&expected.basis), got + &on(&trace.refused)) };
    CaseResult { file: file.to_owned(), name: expected.name.clone(), passed, expected: text, got, trace }
}

/// How many cases there are per file.
#[must_use]
pub fn count(results: &[CaseResult]) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for result in results {
        let count: &mut usize = counts.entry(result.file.as_str()).or_default();
        *count = count.saturating_add(1);
    }
    counts
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::policy::load::catalogue::Catalogue;

    #[test]
    fn every_case_comes_out_as_written() {
        let catalogue = Catalogue::embedded().unwrap_or_else(|findings| {
            panic!("{}", findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
        });
        let engine = Engine::new(catalogue).unwrap();
        let results = run(&engine).unwrap();
        let wrong: Vec<_> = results.iter().filter(|result| !result.passed).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert!(results.len() > 50);
    }
}
