//! Whether a party may do what it asks, by the rules of the routes.

use std::collections::BTreeSet;

use cedar_policy::{Context, Decision as Answer, Entities, Request, RestrictedExpression as Value};

use super::{
    answers::{failed_condition, policy_fault},
    context::{pair, text},
    engine::Engine,
    permit::{Refusal, RefusalKind},
    routes::{Cut, RouteAction, RouteContext},
};
use crate::{
    domain::{
        clock::amsterdam_date,
        code::DatasetCode,
        problem::{Bilingual, Fault},
    },
    policy::load::{
        facts::{PartyFacts, number},
        wording::{Particulars, TODAY, said_of},
    },
};

impl Engine {
    /// Whether this party may do this now.
    ///
    /// # Errors
    /// [`Refusal`] of kind `Route` with all reasons, or `PolicyFault` when it could not be judged, a declaration
    /// missing where one is needed included.
    pub fn may(
        &self,
        action: RouteAction,
        party: &PartyFacts,
        context: RouteContext<'_>,
    ) -> Result<(), Refusal> {
        let fault = || self.refuse(context.now, RefusalKind::PolicyFault, None, vec![policy_fault()]);
        let needs_one = matches!(action, RouteAction::Declare | RouteAction::Withdraw);
        let decides = matches!(action, RouteAction::Decide);
        if needs_one != context.declaration.is_some() || decides != context.decision.is_some() {
            return Err(fault());
        }
        if action != RouteAction::Answer && context.asked.is_some() {
            return Err(fault());
        }
        let cut = self.routes.0.get(&action).ok_or_else(fault)?;
        let (request, entities) = self.route_request(action, cut, party, context).ok_or_else(fault)?;
        let answer = self.authorizer.is_authorized(&request, &cut.policies, &entities);
        if answer.diagnostics().errors().next().is_some() {
            return Err(fault());
        }
        if answer.decision() == Answer::Allow {
            return Ok(());
        }
        let today = amsterdam_date(context.now);
        let cited_to = context.asked.and_then(|asked| asked.by).unwrap_or(party.party.role);
        // Who declares or withdraws has said how old the person is.
        let age = context.declaration.map(|declaration| (TODAY.to_owned(), declaration.age));
        let particulars = Particulars { ages: age.into_iter().collect(), contactgemeente: None };
        let failed = answer.diagnostics().reason().map(ToString::to_string);
        let failed: Vec<_> = failed.filter_map(|id| self.catalogue().routes.conditions.get(&id)).collect();
        let ages = failed.iter().flat_map(|condition| said_of(&condition.text, &particulars.ages)).collect();
        let mut reasons: Vec<Fault> = failed
            .iter()
            .map(|condition| failed_condition(self.catalogue(), condition, cited_to, &particulars, today))
            .collect();
        reasons.sort_by(|a, b| a.code.cmp(&b.code));
        if reasons.is_empty() {
            reasons.push(not_this_role());
        }
        Err(Refusal { ages, ..self.refuse(context.now, RefusalKind::Route, None, reasons) })
    }

    /// The grounds of the GDPR on which the bases of this dataset rest.
    fn grounds(&self, dataset: Option<&DatasetCode>) -> BTreeSet<&str> {
        let dataset = dataset.and_then(|code| self.catalogue().dataset(code));
        let bases = dataset.into_iter().flat_map(|dataset| dataset.bases.values());
        bases.filter_map(|basis| basis.ground.as_deref()).collect()
    }

    fn route_request(
        &self,
        action: RouteAction,
        cut: &Cut,
        party: &PartyFacts,
        context: RouteContext<'_>,
    ) -> Option<(Request, Entities)> {
        let mut pairs = vec![pair("datum", Value::new_long(number(amsterdam_date(context.now))))];
        if let Some(declaration) = context.declaration {
            pairs.extend([
                pair("kind", text(declaration.kind.as_str())),
                pair("by", text(declaration.by.as_str())),
                pair("givenBy", text(declaration.given_by.as_str())),
                pair("ageAtLeast", Value::new_long(i64::from(declaration.age.at_least))),
                pair("ageAtMost", Value::new_long(i64::from(declaration.age.at_most))),
                pair("curatele", Value::new_bool(declaration.protection.is_under_curatele(declaration.age))),
                pair(
                    "maatregel",
                    Value::new_set(declaration.protection.maatregel.iter().map(|one| text(one.as_str()))),
                ),
                pair(
                    "onbevoegdVoorDeze",
                    Value::new_bool(declaration.protection.is_onbevoegd_voor_deze(declaration.age)),
                ),
            ]);
        }
        if let Some(decision) = context.decision {
            pairs.extend([
                pair("kind", text(decision.kind.as_str())),
                pair("uitkomst", text(decision.verdict.as_str())),
                pair("gronden", Value::new_set(self.grounds(decision.dataset).into_iter().map(text))),
            ]);
        }
        if action == RouteAction::Answer {
            let dataset = context.asked.map(|asked| text(asked.dataset.as_str()));
            let verblijf = context.asked.and_then(|asked| asked.verblijf).map(|one| text(one.as_str()));
            pairs.extend([
                pair("dataset", Value::new_set(dataset)),
                pair("verblijf", Value::new_set(verblijf)),
            ]);
        }
        let context = Context::from_pairs(pairs).ok()?;
        let entities = Entities::from_entities([self.words.entity(party).ok()?], None).ok()?;
        let principal = self.words.party_uid(party.party);
        let request =
            Request::new(principal, cut.uid.clone(), self.words.gateway.clone(), context, None).ok()?;
        Some((request, entities))
    }
}

fn not_this_role() -> Fault {
    let mut fault = Fault::at(
        "",
        "not-this-role",
        "Een partij in deze rol mag dit niet doen.",
        "A party in this role may not do this.",
    );
    fault.now = Some(Bilingual::new(
        "Gebruik het certificaat van de rol die dit mag.",
        "Use the certificate of the role that may do this.",
    ));
    fault
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{
        domain::{
            age::AgeRange,
            declaration::{Capacity, DeclarationKind},
            party::{PartyId, Role},
            person::Protection,
        },
        policy::{
            decide::routes::{AskedFacts, DeclarationFacts},
            fixture::engine,
        },
    };

    #[test]
    fn each_role_is_cited_its_own_act_and_an_answer_that_of_who_asked() {
        let now = "2026-11-02T11:00:00Z".parse().unwrap();
        let party = |role| PartyFacts {
            party: PartyId::new("00000099000000000001".parse().unwrap(), role),
            gemeenten: BTreeSet::new(),
        };
        let cited = |refused: Result<(), Refusal>| {
            let reason = refused.unwrap_err().reasons.remove(0);
            reason.provisions.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        let (dataset, alkmaar) = ("verzoek-voortzetting".parse().unwrap(), "0361".parse().unwrap());
        for (school, act) in [
            (Role::ProSchool, "wvo2020:2.31b:2"),
            (Role::VsoSchool, "wec:44a:2"),
            (Role::MboSchool, "web:9.2.13:2"),
        ] {
            let declaration = DeclarationFacts {
                kind: DeclarationKind::Instemming,
                by: Capacity::Mentor,
                given_by: Capacity::Persoon,
                age: AgeRange { at_least: 20, at_most: 20 },
                protection: &Protection::none(),
            };
            let withdrawn = RouteContext::declaring(now, declaration);
            assert_eq!(cited(engine().may(RouteAction::Withdraw, &party(school), withdrawn)), [act]);
            let asked = AskedFacts { dataset: &dataset, verblijf: Some(&alkmaar), by: Some(school) };
            let answered = RouteContext::answering(now, Some(asked));
            assert_eq!(
                cited(engine().may(RouteAction::Answer, &party(Role::WerkEnInkomen), answered)),
                [act]
            );
        }
    }
}
