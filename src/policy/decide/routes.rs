//! Every route is decided: who may do what, and who may declare or withdraw on which date.

use std::{collections::BTreeMap, fmt, str::FromStr};

use cedar_policy::{ActionConstraint, EntityUid, Policy, PolicySet};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    context::Words,
    sets::{EngineFault, set},
};
use crate::{
    domain::{
        age::AgeRange,
        code::{DatasetCode, Municipality},
        declaration::{Capacity, DeclarationKind, Verdict},
        party::Role,
        person::Protection,
    },
    policy::load::catalogue::Catalogue,
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
pub(super) struct Cut {
    pub(super) uid: EntityUid,
    pub(super) policies: PolicySet,
}

pub(in crate::policy) struct RouteSets(pub(super) BTreeMap<RouteAction, Cut>);

impl RouteSets {
    pub(in crate::policy) fn new(catalogue: &Catalogue, words: &Words) -> Result<Self, EngineFault> {
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
