//! What would be decided (AuthZEN Authorization API 1.0, access evaluation): judges the facts in the question alone.
//!
//! Source: AuthZEN 1.0, sections 5, 6 and 9; its certification scenario; the NL GOV profile of it.

mod facts;
pub(super) mod question;

use std::sync::Arc;

use axum::{Json, Router, extract::State, http::header, response::IntoResponse as _, routing::get};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    domain::{
        code::{Category, Grondslag, Provision},
        digest::Digest,
        problem,
    },
    exchange::Exchange,
    http::{
        caller::Calling,
        extract::query::NoQuery,
        json::StrictValue,
        openapi::FaultDocument,
        problem::Problem,
        state::HttpState,
        wire::{Instant, law::Article, shape},
    },
    policy::{explain::Explanation, permit::RefusalKind},
};

use question::{Question, Read};

/// The path below which the route is mounted, with a version of its own: the profile fixes it.
pub(in crate::http) const BASE: &str = "/access/v1";

/// The decision, and why.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EvaluationAnswer {
    /// Whether it would be allowed.
    decision: bool,
    /// Why.
    context: Why,
}

/// What a decision rests on.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Why {
    /// Why not, where it is no: `not-asked` when the question names what this gateway does not judge, or lacks the purpose
    /// or the sender's role.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = shape::Refusal, required = false)]
    refusal: Option<&'static str>,
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
    /// How many members of the question were passed over because they are not known here; a fact that is misspelt is one.
    ignored: usize,
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
    #[schema(value_type = shape::ConditionId)]
    id: String,
    /// Its provisions.
    #[schema(value_type = Vec<shape::Provision>)]
    provisions: Vec<Provision>,
}

impl EvaluationAnswer {
    fn judged(told: Explanation, ignored: usize) -> Self {
        let context = Why {
            refusal: told.refusal.map(RefusalKind::as_str),
            basis: told.basis,
            articles: told.articles.iter().map(Article::from).collect(),
            required: told.required,
            allowed: told.allowed,
            held: told
                .held
                .into_iter()
                .map(|held| HeldCondition { id: held.id, provisions: held.provisions })
                .collect(),
            reasons: told.reasons,
            cited: told.cited.iter().map(Article::from).collect(),
            ignored,
            decided_at: told.decided_at.into(),
            policy_digest: told.policy_digest,
        };
        Self { decision: told.permitted, context }
    }

    /// No: what is asked is not ours to permit.
    fn not_asked(reasons: Vec<problem::Fault>, ignored: usize, exchange: &Exchange) -> Self {
        let context = Why {
            refusal: Some(shape::NOT_ASKED),
            basis: None,
            articles: Vec::new(),
            required: Vec::new(),
            allowed: Vec::new(),
            held: Vec::new(),
            reasons,
            cited: Vec::new(),
            ignored,
            decided_at: exchange.now().into(),
            policy_digest: exchange.policy_digest(),
        };
        Self { decision: false, context }
    }
}

/// Ask what would be decided
///
/// Judges the facts in the question alone: no stored person, packet or party is looked up. It is in the access log as a
/// question. This is the access evaluation of AuthZEN 1.0, which has the same route at `/access/v1/evaluation`: members
/// that are not known here and `properties` are passed over and counted in `ignored`; `X-Request-ID`, of 1 to 128 visible
/// characters of ASCII, comes back there, and any other is a 400; a subject, action or resource of another type is a `false` with its reason, and so is a question without purpose or
/// sender's role. A body that is not in `application/json` is a 400 on this route.
#[utoipa::path(
    post,
    path = "/evaluation",
    tag = "evaluation",
    operation_id = "evaluate",
    request_body(content = Question, example = json!({
        "subject": { "type": "party", "id": "werk-en-inkomen" },
        "action": { "name": "receive" },
        "resource": { "type": "dataset", "id": "verzoek-voortzetting" },
        "context": {
            "purpose": "voortzetting-ondersteuning", "senderRole": "pro-school", "recipientGemeenten": ["0361"],
            "verblijf": "0361", "age": 17, "ingeschreven": true, "wishes": ["instemming:ouder"], "categories": ["persoon", "school", "traject"]
        }
    })),
    responses((status = 200, description = "The decision and why.", body = EvaluationAnswer))
)]
pub(super) async fn evaluate(
    calling: Calling,
    _: NoQuery,
    State(exchange): State<Arc<Exchange>>,
    body: Result<StrictValue, Problem>,
) -> Result<Json<EvaluationAnswer>, Problem> {
    let body = body.map_err(question::not_json)?;
    let glossary = exchange.catalogue().glossary();
    let Read { asked, ignored } = body.read(|body| question::read(body.expose(), glossary)).await??;
    let told = match asked {
        Ok(facts) => exchange
            .evaluate(&calling.caller, &facts)
            .await
            .map(|told| EvaluationAnswer::judged(told, ignored)),
        Err(reasons) => exchange
            .note_not_asked(&calling.caller, &reasons)
            .await
            .map(|()| EvaluationAnswer::not_asked(reasons, ignored, &exchange)),
    };
    told.map(Json).map_err(|error| calling.problem(error))
}

/// Where the evaluation is (AuthZEN 1.0, section 9.2.1). Open, and readable by every browser.
pub(super) fn discovery(base: &str) -> Router<HttpState> {
    let document = serde_json::json!({
        "policy_decision_point": base,
        "access_evaluation_endpoint": format!("{base}{BASE}/evaluation"),
    });
    let open = [(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")];
    Router::new()
        .route(DISCOVERY, get(move |_: NoQuery| async move { (open, Json(document)).into_response() }))
}

const DISCOVERY: &str = "/.well-known/authzen-configuration";
