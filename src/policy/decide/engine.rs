//! Asks Cedar: may this party receive this dataset about this person for this purpose now?
//!
//! Two questions, over sets that are cut per dataset and per basis when the policies load. First: which bases hold?
//! Then, for the one basis: do all its conditions hold? Cedar names every forbid that is satisfied, so all failed
//! conditions are known at once. Cedar **skips a policy that errs, a forbid too**: an answer with any error is a refusal.
//!
//! Most answers are yes, and one question finds them: over the bases that roles and purpose leave, with all their conditions.
//! Where that does not say yes for exactly one basis, the two questions decide.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use cedar_policy::{Authorizer, Decision as Verdict, Entities, EntityUid, Policy, PolicySet, Request};
use jiff::Timestamp;

pub use super::sets::EngineFault;
use super::{
    answers::{
        ambiguous, belongs_elsewhere, failed_condition_of, named_basis_fails, no_basis, policy_fault,
        unknown_category, unknown_dataset, unknown_purpose,
    },
    context::Words,
    permit::{Decision, Permit, Refusal, RefusalKind},
    routes::RouteSets,
    sets::set,
};
use crate::{
    domain::{
        code::{DatasetCode, Grondslag, Purpose},
        party::Role,
        problem::Fault,
    },
    policy::load::{
        catalogue::Catalogue,
        dataset::{Basis, Condition, Dataset},
        facts::{Derived, Facts},
        wording::{Ages, said_of},
    },
};

/// Decides. Made once at start from a catalogue; holds no other state.
pub struct Engine {
    catalogue: Arc<Catalogue>,
    pub(in crate::policy) authorizer: Authorizer,
    pub(in crate::policy) words: Words,
    cuts: BTreeMap<DatasetCode, Cut>,
    pub(in crate::policy) routes: RouteSets,
}

/// By sender and recipient, and then by purpose.
type Slices = BTreeMap<(Role, Role), BTreeMap<Purpose, PolicySet>>;

/// What of the policies matters for one dataset.
struct Cut {
    uid: EntityUid,
    permits: PolicySet,
    /// The basis itself with all its conditions.
    bases: BTreeMap<Grondslag, PolicySet>,
    /// By sender, recipient and purpose: the bases that name them, with all conditions of each.
    slices: Slices,
}

/// The facts in the form that Cedar reads.
struct Question {
    request: Request,
    entities: Entities,
}

impl Engine {
    /// Cuts the policies per dataset and per basis.
    ///
    /// # Errors
    /// [`EngineFault`] when Cedar does not accept a set, which a checked catalogue does not contain.
    pub fn new(catalogue: Arc<Catalogue>) -> Result<Self, EngineFault> {
        let words = Words::new()?;
        let mut cuts = BTreeMap::new();
        for dataset in catalogue.datasets() {
            let name = dataset.code.as_str();
            let permits = set(name, dataset.bases.values().map(|basis| &basis.policy))?;
            let mut bases = BTreeMap::new();
            for basis in dataset.bases.values() {
                let conditions = catalogue.conditions_of(dataset, basis).map(|condition| &condition.policy);
                bases.insert(basis.id.clone(), set(name, conditions.chain([&basis.policy]))?);
            }
            let slices = slices(&catalogue, dataset)?;
            cuts.insert(
                dataset.code.clone(),
                Cut { uid: words.uid("Dataset", name)?, permits, bases, slices },
            );
        }
        let routes = RouteSets::new(&catalogue, &words)?;
        Ok(Self { catalogue, authorizer: Authorizer::new(), words, cuts, routes })
    }

    /// The policies that it decides by.
    #[must_use]
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// Decides about one recipient. Unknown, missing, expired or erring means no.
    pub fn decide(&self, facts: &Facts) -> Decision {
        match self.judge(facts, true) {
            Ok(permit) => Decision::Permit(permit),
            Err(refusal) => Decision::Refusal(refusal),
        }
    }

    /// Whether the persoonsgebonden nummer may travel in this flow: asked of facts that know nothing of the person, before
    /// anything is derived from the number. Without one basis it may not, nor where a condition fails for the number's
    /// sake.
    #[must_use]
    pub fn carries_pgn(&self, facts: &Facts) -> bool {
        // Where nothing fails with it, nothing fails for its sake.
        if self.judge(&Facts { is_pgn: true, ..facts.clone() }, true).is_ok() {
            return true;
        }
        let failing = |is_pgn| match self.decide(&Facts { is_pgn, ..facts.clone() }) {
            Decision::Permit(_) => Some(BTreeSet::new()),
            Decision::Refusal(refusal) => (refusal.kind == RefusalKind::ConditionsFail)
                .then(|| refusal.reasons.into_iter().map(|reason| reason.code).collect()),
        };
        failing(true).zip(failing(false)).is_some_and(|(with, without)| with == without)
    }

    /// `at_once` asks first whether the answer is plainly yes; without, the answer is the same.
    fn judge(&self, facts: &Facts, at_once: bool) -> Result<Permit, Refusal> {
        let no = |kind, basis: Option<&Basis>, reasons| self.refuse(facts.now, kind, basis, reasons);
        let (Some(dataset), Some(cut)) =
            (self.catalogue.dataset(&facts.dataset), self.cuts.get(&facts.dataset))
        else {
            return Err(no(RefusalKind::UnknownDataset, None, vec![unknown_dataset()]));
        };
        if self.catalogue.purpose(&facts.purpose).is_none() {
            return Err(no(RefusalKind::UnknownPurpose, None, vec![unknown_purpose()]));
        }
        if facts.categories.iter().any(|category| !dataset.categories.contains_key(category)) {
            return Err(no(RefusalKind::UnknownCategory, None, vec![unknown_category()]));
        }
        if facts.valid_until.is_some_and(|until| until <= facts.now) {
            return Err(no(RefusalKind::PolicyFault, None, vec![policy_fault()]));
        }
        let derived = Derived::of(facts, self.catalogue.contactgemeente(&facts.person.verblijf));
        let question = self
            .question(facts, &derived, dataset, cut)
            .map_err(|()| no(RefusalKind::PolicyFault, None, vec![policy_fault()]))?;
        if at_once && let Some(basis) = self.plainly(facts, &derived, dataset, cut, &question) {
            let held = self.catalogue.conditions_of(dataset, basis).map(|condition| condition.id.clone());
            return Ok(Permit::mint(facts, &derived, basis, held.collect(), self.catalogue.digest()));
        }
        let basis = self.basis(facts, &derived, dataset, cut, &question)?;
        let conditions: Vec<&Condition> = self.catalogue.conditions_of(dataset, basis).collect();
        let fault = || no(RefusalKind::PolicyFault, Some(basis), vec![policy_fault()]);
        let policies = cut.bases.get(&basis.id).ok_or_else(fault)?;
        let (verdict, reasons) = self.ask(&question, policies).map_err(|()| fault())?;
        match verdict {
            Verdict::Allow => {
                let held = conditions.iter().map(|condition| condition.id.clone()).collect();
                Ok(Permit::mint(facts, &derived, basis, held, self.catalogue.digest()))
            }
            Verdict::Deny => {
                let particulars = derived.particulars(facts);
                let failed = || conditions.iter().filter(|condition| reasons.contains(&condition.id));
                let faults: Vec<Fault> = failed()
                    .map(|condition| {
                        failed_condition_of(
                            &self.catalogue,
                            basis,
                            facts.sender.party.role,
                            condition,
                            &particulars,
                            derived.today,
                        )
                    })
                    .collect();
                // A denial that no known condition explains is a fault of the policies, not an answer.
                if faults.is_empty() {
                    Err(fault())
                } else {
                    let ages = failed().flat_map(|condition| said_of(&condition.text, &particulars.ages));
                    let ages = ages.collect();
                    Err(Refusal { ages, ..no(RefusalKind::ConditionsFail, Some(basis), faults) })
                }
            }
        }
    }

    /// The one basis that holds with all its conditions, where one question tells that. None is no answer.
    fn plainly<'a>(
        &self,
        facts: &Facts,
        derived: &Derived,
        dataset: &'a Dataset,
        cut: &Cut,
        question: &Question,
    ) -> Option<&'a Basis> {
        let roles = (facts.sender.party.role, facts.recipient.party.role);
        let policies = cut.slices.get(&roles)?.get(&facts.purpose)?;
        let (Verdict::Allow, holding) = self.ask(question, policies).ok()? else { return None };
        let mut holding = holding.into_iter();
        let (Some(only), None) = (holding.next(), holding.next()) else { return None };
        let basis = dataset.bases.values().find(|basis| basis.id.as_str() == only)?;
        let is_meant = facts.named_basis.as_ref().is_none_or(|named| *named == basis.id);
        (is_meant && basis.is_in_force(derived.today)).then_some(basis)
    }

    /// The one basis: the one named, or the only one that holds.
    fn basis<'a>(
        &self,
        facts: &Facts,
        derived: &Derived,
        dataset: &'a Dataset,
        cut: &Cut,
        question: &Question,
    ) -> Result<&'a Basis, Refusal> {
        let no = |kind, reasons| self.refuse(facts.now, kind, None, reasons);
        let (_, holding) = self
            .ask(question, &cut.permits)
            .map_err(|()| no(RefusalKind::PolicyFault, vec![policy_fault()]))?;
        let holds: Vec<&Basis> = dataset
            .bases
            .values()
            .filter(|basis| holding.contains(basis.id.as_str()) && basis.is_in_force(derived.today))
            .collect();
        if let Some(named) = &facts.named_basis {
            let found = holds.iter().find(|basis| basis.id == *named);
            let fails = || named_basis_fails(&self.catalogue, dataset.bases.get(named));
            return found.copied().ok_or_else(|| no(RefusalKind::NoBasis, vec![fails()]));
        }
        match holds.as_slice() {
            [] => {
                let elsewhere = dataset.elsewhere(facts.sender.party.role, facts.recipient.party.role);
                let said = elsewhere.map_or_else(
                    || no_basis(&self.catalogue, facts.recipient.party.role),
                    |one| belongs_elsewhere(&self.catalogue, one),
                );
                Err(no(RefusalKind::NoBasis, vec![said]))
            }
            [only] => Ok(only),
            several => Err(no(
                RefusalKind::AmbiguousBasis,
                several.iter().map(|basis| ambiguous(&self.catalogue, basis)).collect(),
            )),
        }
    }

    fn question(
        &self,
        facts: &Facts,
        derived: &Derived,
        dataset: &Dataset,
        cut: &Cut,
    ) -> Result<Question, ()> {
        let known = (dataset, self.catalogue.glossary());
        let (request, entities) = self.words.receive(facts, derived, known, &cut.uid).map_err(|_| ())?;
        Ok(Question { request, entities })
    }

    /// The verdict, and the ids of the policies that determined it. An error anywhere is no answer.
    fn ask(&self, question: &Question, policies: &PolicySet) -> Result<(Verdict, BTreeSet<String>), ()> {
        let answer = self.authorizer.is_authorized(&question.request, policies, &question.entities);
        if answer.diagnostics().errors().next().is_some() {
            return Err(());
        }
        Ok((answer.decision(), answer.diagnostics().reason().map(ToString::to_string).collect()))
    }

    pub(in crate::policy) fn refuse(
        &self,
        now: Timestamp,
        kind: RefusalKind,
        basis: Option<&Basis>,
        reasons: Vec<Fault>,
    ) -> Refusal {
        Refusal {
            kind,
            basis: basis.map(|basis| basis.id.clone()),
            reasons,
            ages: Ages::new(),
            policy_digest: self.catalogue.digest(),
            decided_at: now,
        }
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("catalogue", &self.catalogue).finish_non_exhaustive()
    }
}

/// The bases that each pair of roles and purpose leaves, with all their conditions. What a policy of a basis does not name it
/// cannot permit: a checked catalogue reads the names from the policy itself.
fn slices(catalogue: &Catalogue, dataset: &Dataset) -> Result<Slices, EngineFault> {
    let mut slices = Slices::new();
    for sender in Role::ALL {
        for recipient in Role::ALL {
            let named =
                |basis: &&Basis| basis.senders.contains(&sender) && basis.recipients.contains(&recipient);
            let purposes: BTreeSet<&Purpose> =
                dataset.bases.values().filter(named).flat_map(|basis| &basis.purposes).collect();
            for purpose in purposes {
                let mut policies: BTreeMap<&str, &Policy> = BTreeMap::new();
                for basis in dataset.bases.values().filter(named) {
                    if basis.purposes.contains(purpose) {
                        policies.insert(basis.id.as_str(), &basis.policy);
                        let conditions = catalogue.conditions_of(dataset, basis);
                        policies
                            .extend(conditions.map(|condition| (condition.id.as_str(), &condition.policy)));
                    }
                }
                let policies = set(dataset.code.as_str(), policies.into_values())?;
                slices.entry((sender, recipient)).or_default().insert(purpose.clone(), policies);
            }
        }
    }
    Ok(slices)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::{age::AgeRange, code::Provision, party::Role};
    use crate::policy::{
        decide::{answers::failed_condition, permit::PERMIT_LIFE},
        fixture::{all_facts, edit, embedded, engine, engine_of, facts, packet, permit, refusal},
        load::{source::Files, wording::Particulars},
    };

    const POLICY: &str = "datasets/overgangsdocument/policy.cedar";

    /// The policies with one more rule for the overgangsdocument.
    fn and(rule: &str) -> Files {
        let files = embedded();
        let text = files.text(POLICY, &mut Vec::new()).unwrap().to_owned();
        files.with(POLICY, &format!("{text}\n{rule}"))
    }

    /// Every case of every dataset, each also with another basis named and at another age.
    #[test]
    fn one_question_and_two_give_the_same_answer() {
        let engine = engine();
        let mut permitted = 0;
        for dataset in engine.catalogue().datasets() {
            let bases: Vec<_> = dataset.bases.keys().cloned().map(Some).chain([None]).collect();
            for facts in all_facts(engine, dataset) {
                for (basis, years) in bases.iter().flat_map(|basis| [0, 3, 11].map(|years| (basis, years))) {
                    let now = facts.now + jiff::SignedDuration::from_hours(24 * 365 * years);
                    let facts = Facts { named_basis: basis.clone(), now, ..facts.clone() };
                    let (once, twice) = (engine.judge(&facts, true), engine.judge(&facts, false));
                    permitted += usize::from(once.is_ok());
                    assert_eq!(format!("{once:?}"), format!("{twice:?}"));
                    let held = |permit: &Permit| (permit.basis().clone(), permit.conditions().to_vec());
                    assert_eq!(once.ok().as_ref().map(held), twice.ok().as_ref().map(held));
                }
            }
        }
        assert!(permitted > 500, "{permitted}");
    }

    fn codes(refusal: &Refusal) -> Vec<&str> {
        refusal.reasons.iter().map(|reason| &*reason.code).collect()
    }

    #[test]
    fn a_permit_carries_what_was_decided() {
        let engine = engine();
        let mut facts = facts(&json!({}));
        facts.as_of =
            crate::policy::load::facts::AsOf { entries: 7, subjects: ["packet:1".to_owned()].into() };
        let permit = permit(engine, &facts);
        assert_eq!(permit.packet(), Some(packet()));
        assert_eq!(permit.party(), facts.recipient.party);
        assert_eq!(permit.sender(), facts.sender.party);
        assert_eq!(permit.basis().as_str(), "overgangsdocument.pro");
        assert_eq!(permit.as_of(), &facts.as_of);
        assert_eq!(permit.policy_digest(), engine.catalogue().digest());
        assert!(permit.conditions().iter().any(|id| id == "overgangsdocument.college"));
        assert_eq!(permit.allowed().len(), 10);
        assert!(permit.is_alive(facts.now) && !permit.is_alive(facts.now + PERMIT_LIFE));
        assert!(!permit.is_alive(facts.now - std::time::Duration::from_millis(1)));
    }

    #[test]
    fn a_permit_dies_when_a_fact_lapses_and_at_midnight_in_amsterdam() {
        let engine = engine();
        let mut soon = facts(&json!({}));
        soon.valid_until = Some(soon.now + std::time::Duration::from_secs(2));
        assert_eq!(permit(engine, &soon).not_after(), soon.valid_until.unwrap());
        soon.valid_until = Some(soon.now);
        assert_eq!(refusal(engine, &soon).kind, RefusalKind::PolicyFault);
        let late = facts(&json!({ "at": "2026-07-31T21:59:58Z" }));
        let midnight: Timestamp = "2026-07-31T22:00:00Z".parse().unwrap();
        assert_eq!(permit(engine, &late).not_after(), midnight);
    }

    #[test]
    fn all_failed_conditions_are_named_at_once_with_what_to_do() {
        let refusal = refusal(
            engine(),
            &facts(&json!({ "replies": ["verzoek-voortzetting:open"], "verblijf": "0400", "pgn": true,
                    "verlatenOp": "2027-01-01", "ingeschreven": true })),
        );
        assert_eq!(refusal.kind, RefusalKind::ConditionsFail);
        assert_eq!(refusal.basis.as_ref().map(Grondslag::as_str), Some("overgangsdocument.pro"));
        let expected = [
            "overgangsdocument.college",
            "overgangsdocument.verlaten",
            "overgangsdocument.voortzetting",
            "guards.pgn",
        ];
        assert_eq!(codes(&refusal), expected);
        assert!(refusal.reasons.iter().all(|reason| reason.now.is_some() && !reason.provisions.is_empty()));
    }

    #[test]
    fn no_basis_is_another_answer_than_a_basis_whose_conditions_fail() {
        let engine = engine();
        let kind = |instead: serde_json::Value| refusal(engine, &facts(&instead)).kind;
        assert_eq!(kind(json!({ "recipientRole": "doorstroompunt" })), RefusalKind::NoBasis);
        assert_eq!(kind(json!({ "replies": ["geen"] })), RefusalKind::ConditionsFail);
        assert_eq!(kind(json!({ "namedBasis": "overgangsdocument.mbo" })), RefusalKind::NoBasis);
        assert_eq!(kind(json!({ "dataset": "dagboek" })), RefusalKind::UnknownDataset);
        assert_eq!(kind(json!({ "purpose": "winst" })), RefusalKind::UnknownPurpose);
        assert_eq!(kind(json!({ "categories": ["persoon", "dromen"] })), RefusalKind::UnknownCategory);
    }

    #[test]
    fn also_where_no_act_names_the_flow_an_article_is_named() {
        let cited =
            |instead: serde_json::Value| refusal(engine(), &facts(&instead)).reasons.swap_remove(0).citations;
        assert_eq!(cited(json!({ "recipientRole": "doorstroompunt" })), ["art. 6 lid 1 AVG"]);
        assert_eq!(cited(json!({ "namedBasis": "overgangsdocument.geen" })), ["art. 6 lid 1 AVG"]);
        assert_eq!(
            cited(json!({ "namedBasis": "overgangsdocument.vso" })),
            ["art. 44a lid 3 WEC", "art. 14e WEC"]
        );
    }

    const SECOND: &str = r#"
        @id("overgangsdocument.tweede") @grondslag("avg:6:1a") @verplicht("persoon")
        permit (principal in Role::"werk-en-inkomen", action == Action::"receive", resource == Dataset::"overgangsdocument")
        when { context.sender in Role::"pro-school" && context.purpose == Purpose::"voortzetting-ondersteuning" };"#;

    #[test]
    fn one_decision_rests_on_one_basis() {
        let engine = engine_of(&and(SECOND));
        let both = refusal(&engine, &facts(&json!({})));
        assert_eq!(both.kind, RefusalKind::AmbiguousBasis);
        assert_eq!(codes(&both), ["overgangsdocument.pro", "overgangsdocument.tweede"]);
        // The conditions of one basis do not burden the other, and the categories of two are never joined.
        let second = facts(&json!({ "namedBasis": "overgangsdocument.tweede", "replies": ["geen"] }));
        let named = permit(&engine, &second);
        assert_eq!(named.basis().as_str(), "overgangsdocument.tweede");
        assert_eq!(named.allowed(), &crate::policy::fixture::categories(&["persoon"]));
        let first = facts(&json!({ "namedBasis": "overgangsdocument.pro", "replies": ["geen"] }));
        assert_eq!(refusal(&engine, &first).kind, RefusalKind::ConditionsFail);
    }

    /// Cedar skips a forbid that errs: without the look at the errors this would be an allow.
    #[test]
    fn a_condition_that_errs_refuses() {
        let rule = r#"
            @id("overgangsdocument.fout") @voor("overgangsdocument.pro") @voorwaarde("avg:6:1a")
            @nl("x") @en("x") @nu("x") @nu_en("x")
            forbid (principal, action == Action::"receive", resource == Dataset::"overgangsdocument")
            when { context.datum * 9223372036854775807 > 0 };"#;
        let refused = refusal(&engine_of(&and(rule)), &facts(&json!({})));
        assert_eq!((refused.kind, codes(&refused)), (RefusalKind::PolicyFault, vec!["policy-fault"]));
    }

    #[test]
    fn a_basis_that_errs_refuses_even_beside_one_that_holds() {
        let rule = SECOND.replace("when {", "when { context.datum * 9223372036854775807 > 0 ||");
        let refused = refusal(&engine_of(&and(&rule)), &facts(&json!({})));
        assert_eq!(refused.kind, RefusalKind::PolicyFault);
    }

    #[test]
    fn a_provision_out_of_force_gives_no_basis() {
        let at = |instant: &str| facts(&json!({ "at": instant, "verlatenOp": "2025-07-17" }));
        assert_eq!(refusal(engine(), &at("2025-12-31T22:59:59Z")).kind, RefusalKind::NoBasis);
        assert!(engine().decide(&at("2025-12-31T23:00:00Z")).into_result().is_ok());
    }

    #[test]
    fn citations_follow_the_law_of_the_day() {
        let engine = engine();
        let nobody = Particulars::default();
        let condition = &engine.catalogue().routes.conditions["routes.intrekken-persoon"];
        let cited = |day: &str| {
            let fault = failed_condition(
                engine.catalogue(),
                condition,
                Role::ProSchool,
                &nobody,
                day.parse().unwrap(),
            );
            fault.provisions.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(cited("2026-08-31"), ["uavg:5.2021"]);
        assert_eq!(cited("2026-09-01"), ["uavg:5"]);
    }

    /// A rule beside the others: `@voorwaarde` and texts as given, for two bases.
    fn rule(cites: &str, nl: &str) -> String {
        format!(
            r#"@id("overgangsdocument.zo") @voor("overgangsdocument.pro,overgangsdocument.vso") @voorwaarde("{cites}")
            @nl("{nl}") @en("x") @regel("De regel.") @regel_en("x") @nu("x") @nu_en("x")
            forbid (principal, action == Action::"receive", resource == Dataset::"overgangsdocument")
            when {{ context.person.startkwalificatie }};"#
        )
    }

    fn so(engine: &Engine, asked: &serde_json::Value) -> Fault {
        let mut facts = facts(&json!({ "startkwalificatie": true }));
        let instead = asked.as_object().unwrap().clone();
        if !instead.is_empty() {
            let mut all = json!({ "startkwalificatie": true });
            all.as_object_mut().unwrap().extend(instead);
            facts = crate::policy::fixture::facts(&all);
        }
        refusal(engine, &facts)
            .reasons
            .into_iter()
            .find(|fault| fault.code == "overgangsdocument.zo")
            .unwrap()
    }

    #[test]
    fn each_basis_is_cited_its_own_provisions_as_people_write_them() {
        let lists = "overgangsdocument.pro = wvo2020:2.31a:2,avg:6:1a; vso-school = wec:44:2";
        let engine = engine_of(&and(&rule(lists, "x")));
        let written = |sender: &str| so(&engine, &json!({ "senderRole": sender, "profiel": "arbeid" }));
        let pro = written("pro-school");
        assert_eq!(pro.citations, ["art. 2.31a lid 2 WVO 2020", "art. 6 lid 1 onder a AVG"]);
        assert_eq!(
            pro.provisions.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["wvo2020:2.31a:2", "avg:6:1a"]
        );
        assert_eq!(written("vso-school").citations, ["art. 44 lid 2 WEC"]);
    }

    #[test]
    fn a_list_of_provisions_is_of_a_basis_and_no_basis_is_without() {
        for (lists, said) in [
            ("overgangsdocument.pro = wvo2020:2.31a:2", "cites nothing for `overgangsdocument.vso`"),
            (
                "* = avg:6:1a; overgangsdocument.mbo = web:9.2.13:3",
                "`overgangsdocument.mbo`, of which it is no condition",
            ),
            ("* = avg:6:1a; mbo-school = web:9.2.13:3", "`mbo-school`, of which it is no condition"),
            (
                "* = avg:6:1a; overgangsdocument.havo = avg:6:1a",
                "`overgangsdocument.havo`, of which it is no condition",
            ),
            ("* = avg:6:1a; havo = avg:6:1a", "`havo`, which is no basis and no role"),
            ("* = avg:6:1a; pro-school = avg:99", "`avg:99`, which law.toml does not list"),
            ("* = avg:6:1a; pro-school =", "cites nothing for `pro-school`"),
            ("* = avg:6:1a; pro-school = avg:6:1a; pro-school = avg:6:1c", "or twice"),
        ] {
            let findings = Catalogue::build(&and(&rule(lists, "x"))).unwrap_err();
            assert!(findings.iter().any(|finding| finding.what.en.contains(said)), "{lists}: {findings:?}");
        }
    }

    #[test]
    fn a_refusal_says_how_it_is_with_this_person() {
        let personal = rule("avg:6:1a", "De jongere is {leeftijd}.");
        let engine = engine_of(&and(&personal));
        let told = |born: &str| so(&engine, &json!({ "birthDate": born })).text.nl.into_owned();
        assert_eq!(told("2008-11-02"), "De jongere is 18 jaar.");
        assert!(
            told("2008-00-00").starts_with("De jongere is 17 of 18 jaar. De geboortedatum is niet volledig")
        );
        assert!(told("0000-00-00").starts_with("De jongere is van onbekende leeftijd. "));
        // The account of it can say the same, and no other age.
        let refused =
            refusal(&engine, &facts(&json!({ "startkwalificatie": true, "birthDate": "2008-11-02" })));
        assert_eq!(refused.ages, [("leeftijd".to_owned(), AgeRange { at_least: 18, at_most: 18 })].into());
        // Who would receive the packet does not hear an age.
        let receiving = Facts { tells_age: false, ..facts(&json!({ "startkwalificatie": true })) };
        let mut refused = refusal(&engine, &receiving);
        assert_eq!(refused.reasons.pop().unwrap().text.nl, "De regel.");
        assert!(refused.ages.is_empty());
        for (wrong, said) in [
            (rule("avg:6:1a", "{naam} is {leeftijd}."), "has {naam} in @nl"),
            (personal.replace("@regel(", "@nl2("), "has no @regel"),
            (personal.replace("@nu(\"x\")", "@nu(\"Wacht, hij is {leeftijd}.\")"), "says an age in @nu"),
        ] {
            let findings = Catalogue::build(&and(&wrong)).unwrap_err();
            assert!(findings.iter().any(|finding| finding.what.en.contains(said)), "{said}: {findings:?}");
        }
    }

    /// What the gateway knows of this person it says, and offers no choice between what may be and what may not.
    #[test]
    fn a_refusal_says_what_is_missing_for_this_person() {
        let asked = |dataset: &str, more: serde_json::Value| {
            let mut all = json!({ "dataset": dataset, "birthDate": "2007-11-03", "replies": ["geen"] });
            all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let refused = refusal(engine(), &facts(&all));
            refused
                .reasons
                .into_iter()
                .map(|fault| (fault.code.into_owned(), fault.text.nl.into_owned()))
                .collect::<BTreeMap<_, _>>()
        };
        let profile = |more: serde_json::Value| {
            let mut all = json!({ "purpose": "loopbaanbegeleiding", "categories": [] });
            all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            asked("uitstroomprofiel", all)
        };
        let removed = |more: serde_json::Value| {
            let mut all = json!({ "recipientRole": "doorstroompunt", "purpose": "doorstroompunt-taak", "categories": [] });
            all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            asked("verwijderingsmelding", all)
        };
        for (said, code, text) in [
            (
                asked("verzoek-voortzetting", json!({})),
                "verzoek-voortzetting.instemming-volwassene",
                "De jongere is 18 jaar en stemt zelf in met het verzoek. Dat is nog niet vastgelegd.",
            ),
            (
                asked("verzoek-voortzetting", json!({ "handelingsbekwaam": false })),
                "verzoek-voortzetting.instemming-curatele-pro",
                "De jongere is 18 jaar en staat onder curatele: de curator stemt in. Die instemming ontbreekt.",
            ),
            (
                asked("overgangsdocument", json!({})),
                "overgangsdocument.verzoek",
                "De overdracht noemt geen verzoek om voortzetting. De school geeft dit document als de gemeente op zo'n verzoek ja heeft gezegd.",
            ),
            (
                asked("overgangsdocument", json!({ "replies": ["verzoek-voortzetting:open"] })),
                "overgangsdocument.voortzetting",
                "De gemeente heeft nog niet geantwoord op het verzoek om de ondersteuning voort te zetten.",
            ),
            (
                asked("overgangsdocument", json!({ "replies": ["verzoek-voortzetting:nee"] })),
                "overgangsdocument.voortzetting-nee",
                "De gemeente heeft geantwoord dat zij de ondersteuning niet voortzet.",
            ),
            (
                asked(
                    "overgangsdocument",
                    json!({ "replies": ["verzoek-voortzetting:ja"], "earlierWishes": [], "earlierSubmitted": "2026-01-05", "birthDate": "2008-05-05" }),
                ),
                "overgangsdocument.instemming-intussen-volwassen",
                "De jongere was 17 jaar op de dag van het verzoek, en de instemming die daarvoor nodig was, geldt nu niet. Vandaag is hij 18 jaar.",
            ),
            (
                profile(json!({ "ingeschreven": true, "wishes": [] })),
                "uitstroomprofiel.toestemming-zelf",
                "De leerling is 18 jaar en geeft zelf toestemming. Die ontbreekt voor deze ontvanger.",
            ),
            (
                profile(json!({ "ingeschreven": true, "maatregel": ["mentorschap"] })),
                "uitstroomprofiel.toestemming-mentor-onbekend",
                "De leerling is 18 jaar en staat onder mentorschap, en de school zegt niet dat hij voor deze zaak bevoegd is: de mentor geeft dan toestemming. Die ontbreekt voor deze ontvanger.",
            ),
            (
                profile(json!({ "ingeschreven": false, "verlatenOp": null })),
                "uitstroomprofiel.vertrekdatum",
                "De school zegt niet dat de leerling staat ingeschreven, en ook niet wanneer hij van school ging: het staat niet vast dat zij hem nog begeleidt.",
            ),
            (
                profile(json!({ "ingeschreven": false, "verlatenOp": "2024-01-05" })),
                "uitstroomprofiel.termijn",
                "De leerling staat niet ingeschreven en is twee jaar of langer van school: de school begeleidt hem niet meer.",
            ),
            (
                removed(json!({ "age": 17, "birthDate": null, "verwijderdOp": "2026-10-30" })),
                "verwijderingsmelding.kwalificatieplicht-onbekend",
                "De leerling was 17 jaar op de dag van het besluit, en de school zegt niet dat de kwalificatieplicht voorbij was: dan telt hij als kwalificatieplichtig. De verwijdering hoort bij Leerplicht en niet bij het Doorstroompunt.",
            ),
            (
                removed(json!({ "age": 15, "birthDate": null, "verwijderdOp": "2026-10-30" })),
                "verwijderingsmelding.leerplicht",
                "De leerling was 15 jaar op de dag van het besluit. Wij lezen dat de leerplicht onder 16 jaar niet eindigt (onze lezing van art. 3 Leerplichtwet). De verwijdering hoort dan bij Leerplicht en niet bij het Doorstroompunt.",
            ),
        ] {
            assert_eq!(said.get(code).map(String::as_str), Some(text), "{said:#?}");
        }
    }

    /// Where a basis is not bound to residence, another college may receive; where it is, its own article is cited.
    #[test]
    fn residence_is_asked_where_the_basis_names_the_college_of_residence() {
        let elsewhere = json!({ "dataset": "verzoek-voortzetting", "verblijf": "0400", "wishes": ["instemming:persoon"] });
        let by = |mark: &str| {
            let file = edit(
                "datasets/verzoek-voortzetting/policy.cedar",
                "@id(\"verzoek-voortzetting.pro\")",
                &format!("@id(\"verzoek-voortzetting.pro\") {mark}"),
            );
            engine_of(&file).decide(&facts(&elsewhere)).into_result().map_err(|refusal| refusal.reasons)
        };
        assert!(by("@woonplaats(\"geen\")").is_ok());
        for (mark, cited) in [
            ("@woonplaats(\"lpw:18:1\")", "art. 18 lid 1 Leerplichtwet 1969"),
            ("", "art. 2.31b lid 2 WVO 2020"),
        ] {
            let reasons = by(mark).unwrap_err();
            assert_eq!((&*reasons[0].code, &*reasons[0].citations[0]), ("guards.woonplaats", cited));
        }
    }

    /// With the young person the school may use the number: the own copy is no leak.
    #[test]
    fn the_number_may_stand_in_the_own_copy() {
        let engine = engine();
        let copy = json!({ "recipientRole": "betrokkene", "pgn": true });
        assert_eq!(permit(engine, &facts(&copy)).basis().as_str(), "overgangsdocument.betrokkene-pro");
        assert_eq!(codes(&refusal(engine, &facts(&json!({ "pgn": true })))), ["guards.pgn"]);
    }

    /// Three acts set the same condition, each for its own schools.
    #[test]
    fn who_is_refused_reads_the_act_of_the_own_school() {
        let cited = |sender: &str| {
            let asked = json!({ "senderRole": sender, "replies": ["verzoek-voortzetting:open"] });
            let refused = refusal(engine(), &facts(&asked));
            let fault =
                refused.reasons.into_iter().find(|fault| fault.code == "overgangsdocument.voortzetting");
            fault.unwrap().provisions.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(cited("pro-school"), ["wvo2020:2.31b:3"]);
        assert_eq!(cited("vso-school"), ["wec:44a:3"]);
        assert_eq!(cited("mbo-school"), ["web:9.2.13:3"]);
    }

    #[test]
    fn no_answer_cites_what_is_not_in_force() {
        let engine = engine();
        let (catalogue, nobody) = (engine.catalogue(), Particulars::default());
        for day in ["2026-08-31", "2026-09-01"].map(|day| day.parse().unwrap()) {
            let stands = |id: &Provision| catalogue.provision(id).is_some_and(|entry| entry.is_in_force(day));
            let routes = catalogue.routes.conditions.values();
            let roles =
                |condition| Role::ALL.map(|role| failed_condition(catalogue, condition, role, &nobody, day));
            let routes = routes.flat_map(roles);
            let told = |(dataset, basis): (&Dataset, &Basis)| -> Vec<Fault> {
                let of = |sender: &Role| {
                    catalogue
                        .conditions_of(dataset, basis)
                        .map(|condition| {
                            failed_condition_of(catalogue, basis, *sender, condition, &nobody, day)
                        })
                        .collect::<Vec<_>>()
                };
                basis.senders.iter().flat_map(of).collect()
            };
            let bases = catalogue
                .datasets()
                .flat_map(|one| one.bases.values().map(move |basis| (one, basis)))
                .flat_map(told);
            for fault in routes.chain(bases) {
                let cited = &fault.provisions;
                assert!(!cited.is_empty() && cited.iter().all(stands), "{} on {day}: {cited:?}", fault.code);
                assert_eq!(cited.len(), fault.citations.len(), "{}", fault.code);
            }
        }
    }

    #[test]
    fn an_objection_stops_a_public_task_and_not_a_duty() {
        let engine = engine();
        assert!(engine.decide(&facts(&json!({ "bezwaar": true }))).into_result().is_ok());
        let request =
            json!({ "dataset": "verzoek-voortzetting", "wishes": ["instemming:persoon"], "bezwaar": true });
        assert_eq!(codes(&refusal(engine, &facts(&request))), ["guards.bezwaar"]);
    }

    /// A restriction stops what rests on a public task: not a duty, nor the copy of who asked for it (question r).
    #[test]
    fn a_restriction_stops_a_public_task_and_not_a_duty() {
        let engine = engine();
        let request =
            json!({ "dataset": "verzoek-voortzetting", "wishes": ["instemming:persoon"], "beperking": true });
        assert_eq!(codes(&refusal(engine, &facts(&request))), ["guards.beperking"]);
        assert!(engine.decide(&facts(&json!({ "beperking": true }))).into_result().is_ok());
        let copy = facts(&json!({ "beperking": true, "recipientRole": "betrokkene" }));
        assert_eq!(permit(engine, &copy).basis().as_str(), "overgangsdocument.betrokkene-pro");
    }

    /// Who had to agree depends on the age at the request, not on the age today or when the packet was handed in.
    #[test]
    fn a_parent_does_not_overrule_who_was_of_age_at_the_request() {
        let engine = engine();
        let asked = |day: &str| {
            facts(
                &json!({ "birthDate": "2008-06-01", "earlierSubmitted": day, "earlierWishes": ["instemming:ouder"] }),
            )
        };
        assert!(engine.decide(&asked("2026-05-31")).into_result().is_ok());
        assert_eq!(
            codes(&refusal(engine, &asked("2026-06-01"))),
            ["overgangsdocument.instemming-volwassene"]
        );
    }

    /// Guards that no dataset of today can let fail are tried on one that could.
    #[test]
    fn guards_stand_by_for_datasets_to_come() {
        let rule = |sender: &str, recipient: &str| {
            let grondslag = if sender == recipient { "web:9.2.4:5" } else { "avg:6:1a" };
            format!(
                r#"@id("overgangsdocument.nieuw") @grondslag("{grondslag}") @verplicht("persoon") @optioneel("mogelijkheden")
                permit (principal in Role::"{recipient}", action == Action::"receive", resource == Dataset::"overgangsdocument")
                when {{ context.sender in Role::"{sender}" && context.purpose == Purpose::"indicatie" }};"#
            )
        };
        let with_health = |sender: &str, recipient: &str| {
            let about = "datasets/overgangsdocument/dataset.toml";
            let text =
                embedded().text(about, &mut Vec::new()).unwrap().replace("\"functional\"", "\"health\"");
            engine_of(&and(&rule(sender, recipient)).with(about, &text))
        };
        let ask = |sender: &str, recipient: &str, more: serde_json::Value| {
            let mut instead = json!({ "senderRole": sender, "recipientRole": recipient, "purpose": "indicatie",
                "categories": ["persoon", "mogelijkheden"], "wishes": ["toestemming:persoon", "uitdrukkelijk:persoon"] });
            for (name, value) in more.as_object().unwrap() {
                instead[name] = value.clone();
            }
            match with_health(sender, recipient).decide(&facts(&instead)) {
                Decision::Permit(_) => Vec::new(),
                Decision::Refusal(refusal) => {
                    refusal.reasons.into_iter().map(|reason| reason.code.into_owned()).collect()
                }
            }
        };
        // Not to Werk & Inkomen of the same college, whoever consents; the person may have it.
        assert_eq!(ask("doorstroompunt", "werk-en-inkomen", json!({})), ["guards.gezondheid-uit"]);
        assert_eq!(ask("doorstroompunt", "pro-school", json!({})), ["guards.gezondheid-uit"]);
        assert!(ask("doorstroompunt", "betrokkene", json!({})).is_empty());
        assert!(ask("doorstroompunt", "werk-en-inkomen", json!({ "categories": ["persoon"] })).is_empty());
        // To the Doorstroompunt only from who agreed to its support in person; to the next contactgemeente with all papers.
        assert_eq!(ask("pro-school", "doorstroompunt", json!({})), ["guards.gezondheid-in"]);
        let parent = json!({ "wishes": ["instemming:ouder"] });
        assert_eq!(ask("pro-school", "doorstroompunt", parent), ["guards.gezondheid-in"]);
        assert!(ask("pro-school", "doorstroompunt", json!({ "wishes": ["instemming:persoon"] })).is_empty());
        assert!(ask("doorstroompunt", "doorstroompunt", json!({})).is_empty());
        // Secrecy of Werk & Inkomen.
        assert_eq!(ask("werk-en-inkomen", "vso-school", json!({})), ["guards.geheimhouding"]);
        assert!(
            ask("werk-en-inkomen", "vso-school", json!({ "wishes": ["geen-bezwaar:persoon"] })).is_empty()
        );
        assert_eq!(
            ask("werk-en-inkomen", "vso-school", json!({ "wishes": ["geen-bezwaar:ouder"] })),
            ["guards.geheimhouding"]
        );
        // One party is not sender and recipient; one organisation in two roles is two parties.
        let same = json!({ "senderOin": "00000099000000000007", "recipientOin": "00000099000000000007", "wishes": ["geen-bezwaar:persoon"] });
        assert_eq!(ask("werk-en-inkomen", "werk-en-inkomen", same.clone()), ["guards.zelfde-partij"]);
        assert!(ask("werk-en-inkomen", "leerplicht", same).is_empty());
    }

    #[test]
    fn a_permit_from_an_allow_that_no_basis_explains_does_not_exist() {
        // A guard that became a permit is no policy at all.
        let files = edit("guards.cedar", "forbid (principal", "permit (principal");
        assert!(Catalogue::build(&files).is_err());
    }
}
