//! Every route is decided: who may do what, and who may declare or withdraw on which date.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    str::FromStr,
};

use cedar_policy::{
    ActionConstraint, Context, Decision as Answer, Entities, EntityUid, Policy, PolicySet, Request,
    RestrictedExpression as Value,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    answers::{failed_condition, policy_fault},
    catalogue::Catalogue,
    context::{Words, pair, text},
    engine::{Engine, EngineFault, set},
    facts::{PartyFacts, number},
    permit::{Refusal, RefusalKind},
    wording::{Particulars, TODAY, said_of},
};
use crate::domain::{
    age::AgeRange,
    clock::amsterdam_date,
    code::{DatasetCode, Municipality},
    declaration::{Capacity, DeclarationKind, Verdict},
    party::Role,
    person::Protection,
    problem::{Bilingual, Fault},
};

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)*) => {
        /// What a party does at the gateway; the actions of `policies/routes.cedar`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum RouteAction { $($(#[$doc])* $name,)* }

        impl RouteAction {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The code, as policies write it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }
        }
    };
}

actions! {
    /// Read datasets, parties and keys.
    ReadCatalogue = "read-catalogue",
    /// Publish an own key.
    PublishKey = "publish-key",
    /// Retire or revoke an own key.
    RevokeKey = "revoke-key",
    /// Register the next own certificate.
    RegisterCertificate = "register-certificate",
    /// Record a declaration.
    Declare = "declare",
    /// Record the withdrawal of a declaration.
    Withdraw = "withdraw",
    /// Record the controller's decision upon an objection or a restriction.
    Decide = "decide",
    /// Read a declaration that it recorded.
    ReadDeclaration = "read-declaration",
    /// Push a packet.
    Push = "push",
    /// See what it sent.
    Outbox = "outbox",
    /// Withdraw a packet.
    WithdrawPacket = "withdraw-packet",
    /// See what waits for it.
    Inbox = "inbox",
    /// Search its inbox.
    Search = "search",
    /// Collect a packet.
    Pull = "pull",
    /// Acknowledge a packet.
    Acknowledge = "acknowledge",
    /// Read its notices.
    Notices = "notices",
    /// Make a request.
    Request = "request",
    /// Ask a question.
    Question = "question",
    /// Answer a request or a question.
    Answer = "answer",
    /// Read its parts of the log.
    Entries = "entries",
    /// Ask what would be decided.
    Evaluate = "evaluate",
}

impl fmt::Display for RouteAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text is not an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an action of the gateway")]
pub struct UnknownAction;

impl FromStr for RouteAction {
    type Err = UnknownAction;

    fn from_str(text: &str) -> Result<Self, UnknownAction> {
        Self::ALL.iter().copied().find(|action| action.as_str() == text).ok_or(UnknownAction)
    }
}

/// A declaration that someone gives or withdraws now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeclarationFacts<'a> {
    /// Its kind.
    pub kind: DeclarationKind,
    /// In which capacity someone gives or withdraws it now.
    pub by: Capacity,
    /// In which capacity it was given; when giving, the same.
    pub given_by: Capacity,
    /// How old the person is now.
    pub age: AgeRange,
    /// Which measures protect the person.
    pub protection: &'a Protection,
}

/// A declaration that the controller decides upon now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecisionFacts<'a> {
    /// The kind of the declaration.
    pub kind: DeclarationKind,
    /// About which dataset it is.
    pub dataset: Option<&'a DatasetCode>,
    /// What is decided.
    pub verdict: Verdict,
}

/// A request or question that is answered now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AskedFacts<'a> {
    /// Of which dataset.
    pub dataset: &'a DatasetCode,
    /// Where the person lives or stays whom it is about.
    pub verblijf: Option<&'a Municipality>,
    /// The role of who asked, whose act is cited to who may not answer.
    pub by: Option<Role>,
}

/// When, and about which declaration. [`RouteAction::Declare`] and [`RouteAction::Withdraw`] need one,
/// [`RouteAction::Decide`] a decision upon one, no other needs either.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RouteContext<'a> {
    /// The instant.
    pub now: Timestamp,
    /// The declaration.
    pub declaration: Option<DeclarationFacts<'a>>,
    /// The decision.
    pub decision: Option<DecisionFacts<'a>>,
    /// What is answered, for [`RouteAction::Answer`]; none where there is nothing to answer.
    pub asked: Option<AskedFacts<'a>>,
}

impl<'a> RouteContext<'a> {
    /// An instant without a declaration.
    #[must_use]
    pub const fn at(now: Timestamp) -> Self {
        Self { now, declaration: None, decision: None, asked: None }
    }

    /// A declaration that is given or withdrawn.
    #[must_use]
    pub const fn declaring(now: Timestamp, declaration: DeclarationFacts<'a>) -> Self {
        Self { declaration: Some(declaration), ..Self::at(now) }
    }

    /// A decision of the controller.
    #[must_use]
    pub const fn deciding(now: Timestamp, decision: DecisionFacts<'a>) -> Self {
        Self { decision: Some(decision), ..Self::at(now) }
    }

    /// An answer.
    #[must_use]
    pub const fn answering(now: Timestamp, asked: Option<AskedFacts<'a>>) -> Self {
        Self { asked, ..Self::at(now) }
    }
}

/// What of the rules matters for one action.
struct Cut {
    uid: EntityUid,
    policies: PolicySet,
}

pub(super) struct RouteSets(BTreeMap<RouteAction, Cut>);

impl RouteSets {
    pub(super) fn new(catalogue: &Catalogue, words: &Words) -> Result<Self, EngineFault> {
        let routes = &catalogue.routes;
        let mut cuts = BTreeMap::new();
        for action in RouteAction::ALL {
            let uid = words.uid("Action", action.as_str())?;
            let conditions = routes.conditions.values().map(|condition| &condition.policy);
            let all = routes.permits.iter().chain(conditions);
            let policies = set("routes.cedar", all.filter(|policy| is_about(policy, &uid)))?;
            cuts.insert(*action, Cut { uid, policies });
        }
        Ok(Self(cuts))
    }
}

/// Whether a rule can matter for this action, by its scope.
fn is_about(policy: &Policy, action: &EntityUid) -> bool {
    match policy.action_constraint() {
        ActionConstraint::Any => true,
        ActionConstraint::Eq(one) => one == *action,
        ActionConstraint::In(some) => some.contains(action),
    }
}

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
    use crate::{domain::party::PartyId, policy::fixture::engine};

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
