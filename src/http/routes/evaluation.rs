//! What would be decided, in the shape of AuthZEN: judges the facts in the question alone.
//!
//! Source: NL GOV profile of the AuthZEN Authorization API, access evaluation.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    domain::{
        code::{Category, DatasetCode, Grondslag, Provision},
        digest::Digest,
        party::{PartyId, Role},
        problem,
    },
    exchange::Exchange,
    http::{
        caller::Calling,
        extract::query::NoQuery,
        json::StrictJson,
        openapi::FaultDocument,
        problem::Problem,
        wire::{Instant, Reader, law::Article, shape},
    },
    policy::{explain::Explanation, permit::RefusalKind, whatif::WhatIf},
};

/// The path below which the route is mounted, with a version of its own: the profile fixes it.
pub(in crate::http) const BASE: &str = "/access/v1";

/// Whether a party may receive a dataset, given these facts.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Evaluation)]
pub(super) struct Question {
    /// Who would receive.
    subject: Subject,
    /// What it would do.
    action: Action,
    /// What it would receive.
    resource: Resource,
    /// The facts, as `sluis policy explain` takes them: `purpose` and `senderRole` are needed, every other fact may be left
    /// out. The dataset and the recipient stand in `resource` and `subject`.
    #[schema(value_type = shape::Json)]
    context: WhatIf,
}

/// Who would receive.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Subject {
    /// `party`.
    r#type: PartyWord,
    /// An OIN, a slash and a role; or a role alone.
    #[schema(example = "00000099000000001000/werk-en-inkomen")]
    id: String,
}

/// What it would do.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Action {
    /// `receive`.
    name: ActionWord,
}

/// What it would receive.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Resource {
    /// `dataset`.
    r#type: DatasetWord,
    /// The dataset.
    #[schema(value_type = shape::DatasetCode)]
    id: DatasetCode,
}

macro_rules! word {
    ($(#[$doc:meta])* $name:ident::$variant:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
        #[serde(rename_all = "kebab-case")]
        enum $name {
            /// The one word.
            $variant,
        }
    };
}

word! {
    /// The type of a subject.
    PartyWord::Party
}
word! {
    /// The name of an action.
    ActionWord::Receive
}
word! {
    /// The type of a resource.
    DatasetWord::Dataset
}

impl Question {
    pub(super) fn read(self) -> Result<WhatIf, Problem> {
        let Self { subject, action: Action { name: ActionWord::Receive }, resource, context } = self;
        let (PartyWord::Party, DatasetWord::Dataset) = (subject.r#type, resource.r#type);
        let mut reader = Reader::default();
        let recipient = match (subject.id.parse::<PartyId>(), subject.id.parse::<Role>()) {
            (Ok(party), _) => Some((Some(party.oin), party.role)),
            (Err(_), Ok(role)) => Some((None, role)),
            (Err(_), Err(_)) => {
                reader.fault(problem::Fault::at(
                    "/subject/id",
                    "invalid-value",
                    "Noem een OIN, een schuine streep en een rol, of alleen een rol.",
                    "Name an OIN, a slash and a role, or a role alone.",
                ));
                None
            }
        };
        if context.dataset.is_some() || context.recipient_role.is_some() || context.recipient_oin.is_some() {
            reader.fault(problem::Fault::at(
                "/context",
                "named-twice",
                "De dataset en de ontvanger staan in resource en subject, niet in context.",
                "The dataset and the recipient stand in resource and subject, not in context.",
            ));
        }
        for (is_there, pointer) in [
            (context.purpose.is_some(), "/context/purpose"),
            (context.sender_role.is_some(), "/context/senderRole"),
        ] {
            if !is_there {
                reader.fault(problem::Fault::at(
                    pointer,
                    "missing",
                    "Dit veld ontbreekt.",
                    "This member is missing.",
                ));
            }
        }
        let (recipient_oin, role) = reader.finish(recipient)?;
        Ok(WhatIf { dataset: Some(resource.id), recipient_role: Some(role), recipient_oin, ..context })
    }
}

/// The decision, and why.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EvaluationAnswer)]
pub(super) struct Answer {
    /// Whether it would be allowed.
    decision: bool,
    /// Why.
    context: Why,
}

/// What a decision rests on.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Why {
    /// Why not, where it is no.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, example = "conditions-fail")]
    refusal: Option<RefusalKind>,
    /// The basis that was judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = shape::BasisCode, required = false)]
    basis: Option<Grondslag>,
    /// What that basis rests on.
    articles: Vec<Article>,
    /// Categories that must be sent.
    #[schema(value_type = Vec<shape::CategoryCode>)]
    required: Vec<Category>,
    /// Categories that may be sent.
    #[schema(value_type = Vec<shape::CategoryCode>)]
    allowed: Vec<Category>,
    /// Conditions that were judged and held.
    held: Vec<HeldCondition>,
    /// What stands in the way.
    #[schema(value_type = Vec<FaultDocument>)]
    reasons: Vec<problem::Fault>,
    /// The articles that the reasons name.
    cited: Vec<Article>,
    /// The instant that was judged.
    #[schema(value_type = shape::DateTime)]
    decided_at: Instant,
    /// The digest of the policies that judged.
    #[schema(value_type = shape::Sha256)]
    policy_digest: Digest,
}

/// A condition that held.
#[derive(Debug, Serialize, ToSchema)]
struct HeldCondition {
    /// Its name.
    id: String,
    /// Its provisions.
    #[schema(value_type = Vec<shape::Provision>)]
    provisions: Vec<Provision>,
}

impl From<Explanation> for Answer {
    fn from(told: Explanation) -> Self {
        let context = Why {
            refusal: told.refusal,
            basis: told.basis,
            articles: told.provisions.iter().map(Article::from).collect(),
            required: told.required,
            allowed: told.allowed,
            held: told
                .held
                .into_iter()
                .map(|held| HeldCondition { id: held.id, provisions: held.provisions })
                .collect(),
            reasons: told.reasons,
            cited: told.cited.iter().map(Article::from).collect(),
            decided_at: told.decided_at.into(),
            policy_digest: told.policy_digest,
        };
        Self { decision: told.permitted, context }
    }
}

/// Ask what would be decided
///
/// Judges the facts in the question alone: no stored person, packet or party is looked up. It is in the access log as a
/// question.
#[utoipa::path(
    post,
    path = "/evaluation",
    tag = "evaluation",
    operation_id = "evaluate",
    request_body = Question,
    responses((status = 200, description = "The decision and why.", body = Answer))
)]
pub(super) async fn evaluate(
    calling: Calling,
    _: NoQuery,
    State(exchange): State<Arc<Exchange>>,
    StrictJson(question): StrictJson<Question>,
) -> Result<Json<Answer>, Problem> {
    let told = exchange.evaluate(&calling.caller, &question.read()?).await;
    Ok(Json(told.map_err(|error| calling.problem(error))?.into()))
}
