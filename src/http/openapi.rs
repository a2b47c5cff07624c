//! The description of the interface, generated from the routes, so that it cannot lag behind them.
//!
//! How a route is added, so that all look alike:
//!
//! 1. The handler, in its own file under `routes`, bears `#[utoipa::path(...)]` with the path **relative to `/v1`**
//!    (`path = "/packets/{id}"`), a `tag` (the first word of the path), the success response with its body, and its
//!    parameters. Not with problems, security or the headers of every answer: [`document`] adds those.
//! 2. The first line of its doc comment becomes the summary, the rest the description: write them for the caller.
//! 3. Bodies derive `utoipa::ToSchema` and are camelCase; path segments are kebab-case, query keys camelCase.
//! 4. A route that needs no certificate says `security(())`.
//! 5. The handler is listed in `paths(...)` of the `OpenApi` that is handed to [`document`].
//!
//! Source: NL GOV API Design Rules 2.2.0; OpenAPI 3.1.

use axum::{
    Router,
    body::Bytes,
    http::{HeaderName, HeaderValue, header},
    response::IntoResponse,
    routing::get,
};
use utoipa::{
    OpenApi, ToSchema,
    openapi::{
        self, Content, Header, InfoBuilder, ObjectBuilder, Ref, RefOr, Response, ResponseBuilder,
        content::ContentBuilder,
        info::ContactBuilder,
        path::Operation,
        schema::Type,
        security::{SecurityRequirement, SecurityScheme},
        server::ServerBuilder,
    },
};

use super::{extract::query::NoQuery, problem};

/// The full version of the interface: on every answer and in the description. Semantic: the first number is in the path.
pub const API_VERSION: &str = "1.0.0";

/// The path under which all versioned routes are mounted.
pub const BASE: &str = "/v1";

/// Whom to ask about the interface, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publisher {
    /// The organisation or team.
    pub name: String,
    /// Its address for mail.
    pub email: String,
    /// Its page about this interface.
    pub url: String,
    /// Where a weakness may be reported: a `mailto:`, `https:` or `tel:` URI.
    pub security: String,
    /// The gateway's own address, `https://…` without a slash at the end; absent it is relative.
    pub base: Option<String>,
}

#[derive(OpenApi)]
#[openapi(
    paths(describe),
    components(schemas(ProblemDocument, FaultDocument, Bilingual)),
    tags((name = "openapi", description = "This description."))
)]
struct House;

/// A problem (RFC 9457). Nothing in it repeats what the caller sent.
#[derive(Debug, ToSchema)]
#[schema(as = Problem)]
#[expect(dead_code, reason = "describes what `problem::Problem` writes")]
struct ProblemDocument {
    /// `urn:sluis:problem:` and the kind.
    #[schema(example = "urn:sluis:problem:invalid")]
    r#type: String,
    /// The kind in words.
    title: String,
    /// The status of the answer.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What the kind means and what can be done.
    detail: String,
    /// The trace under which the operator finds the request.
    #[schema(nullable = false, rename = "traceId", pattern = "^[0-9a-f]{32}$")]
    trace_id: Option<String>,
    /// Everything that is wrong; where no more can be told, the kind itself in both languages.
    #[schema(nullable = false)]
    errors: Option<Vec<FaultDocument>>,
}

/// One thing that is wrong, or one condition that is not met.
#[derive(Debug, ToSchema)]
#[schema(as = Fault)]
#[expect(dead_code, reason = "describes what `domain::problem::Fault` writes")]
pub(crate) struct FaultDocument {
    /// Which recipient it is about: an index in the request.
    #[schema(nullable = false)]
    recipient: Option<usize>,
    /// Where: a JSON pointer into the body, `header:` and a name, `query:` and a name, or empty for the whole.
    pointer: String,
    /// What: a stable code, or the id of a condition.
    code: String,
    /// The provisions that say so: act, article and paragraph.
    #[schema(nullable = false)]
    provisions: Option<Vec<String>>,
    /// The same provisions as one writes them in Dutch, such as `art. 2.31b lid 2 WVO 2020`.
    #[schema(nullable = false)]
    citations: Option<Vec<String>>,
    /// In Dutch.
    nl: String,
    /// In English.
    en: String,
    /// What can be done now.
    #[schema(nullable = false)]
    now: Option<Bilingual>,
}

/// One text in two languages.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what `domain::problem::Bilingual` writes")]
struct Bilingual {
    /// In Dutch.
    nl: String,
    /// In English.
    en: String,
}

/// The description of these routes, with what all routes have in common.
#[must_use]
pub fn document(publisher: &Publisher, routes: openapi::OpenApi) -> openapi::OpenApi {
    let mut api = House::openapi();
    api.merge(routes);
    let contact = ContactBuilder::new()
        .name(Some(publisher.name.clone()))
        .email(Some(publisher.email.clone()))
        .url(Some(publisher.url.clone()))
        .build();
    api.info = InfoBuilder::new()
        .title("Sluis")
        .version(API_VERSION)
        .description(Some(
            "Data exchange between schools, municipalities and the Doorstroompunt under the Wet van school naar \
             duurzaam werk. Nothing is exchanged without a legal basis, and every decision stands in the access log.",
        ))
        .contact(Some(contact))
        .build();
    let base = publisher.base.as_deref().unwrap_or_default();
    api.servers = Some(vec![ServerBuilder::new().url(format!("{base}{BASE}")).build()]);
    api.security = Some(vec![mutual_tls()]);
    let components = api.components.get_or_insert_default();
    components.add_security_scheme(
        MUTUAL_TLS,
        SecurityScheme::MutualTls {
            description: Some(
                "A client certificate that holds the OIN and is registered at the gateway.".to_owned(),
            ),
            deprecated: None,
            extensions: None,
        },
    );
    components.responses.insert(PROBLEM.to_owned(), RefOr::T(problem_response()));
    for item in api.paths.paths.values_mut() {
        let operations =
            [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch, &mut item.head];
        operations.into_iter().flatten().for_each(complete);
    }
    prune(&mut api);
    api
}

/// Leaves out schemas that nothing refers to: those of lists stand in full where the list is.
fn prune(api: &mut openapi::OpenApi) {
    loop {
        let Ok(text) = api.to_json() else { return };
        let Some(components) = &mut api.components else { return };
        let before = components.schemas.len();
        components.schemas.retain(|name, _| text.contains(&format!("\"#/components/schemas/{name}\"")));
        if components.schemas.len() == before {
            return;
        }
    }
}

const MUTUAL_TLS: &str = "mutualTLS";
const PROBLEM: &str = "Problem";

fn mutual_tls() -> SecurityRequirement {
    SecurityRequirement::new::<_, [&str; 0], &str>(MUTUAL_TLS, [])
}

/// What every operation has: problems, and the version on every answer.
fn complete(operation: &mut Operation) {
    for (status, response) in &mut operation.responses.responses {
        if let (true, RefOr::T(response)) = (status.starts_with('2'), response) {
            response.headers.insert("API-Version".to_owned(), RefOr::T(version_header()));
        }
    }
    // 400 by itself too: the rules ask for it by name, and every route refuses parameters that it does not have.
    for status in ["400", "4XX", "5XX"] {
        let reference = RefOr::Ref(Ref::from_response_name(PROBLEM));
        operation.responses.responses.entry(status.to_owned()).or_insert(reference);
    }
}

fn version_header() -> Header {
    openapi::HeaderBuilder::new()
        .schema(Some(ObjectBuilder::new().schema_type(Type::String).examples([API_VERSION])))
        .description(Some("The full version of the interface."))
        .build()
}

fn problem_response() -> Response {
    let content: Content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    let mut response = ResponseBuilder::new()
        .description(
            "What went wrong. Refusals name the conditions, their articles and what can be done now.",
        )
        .content(problem::MEDIA_TYPE, content)
        .build();
    response.headers.insert("API-Version".to_owned(), RefOr::T(version_header()));
    response
}

/// The description as the only open route of the base path, readable by every browser (CORS `*`).
///
/// Mounted inside `/v1`: `Router::new().nest("/v1", openapi::route(&document))`.
pub fn route<S: Clone + Send + Sync + 'static>(document: &openapi::OpenApi) -> Router<S> {
    // A description that cannot be written is seen by the test that reads it; an empty object is served then.
    let text = document.to_pretty_json().unwrap_or_else(|_| "{}".to_owned());
    let body = Bytes::from(text);
    Router::new().route("/openapi.json", get(move |query: NoQuery| async move { serve(query, body) }))
}

/// This description
///
/// OpenAPI 3.1, in JSON. Open: no certificate is needed.
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "openapi",
    operation_id = "describe",
    security(()),
    responses((status = 200, description = "The description.", content_type = "application/json"))
)]
#[expect(dead_code, reason = "carries the description of `route`")]
const fn describe() {}

fn serve(_: NoQuery, body: Bytes) -> impl IntoResponse {
    let headers: [(HeaderName, HeaderValue); 2] = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
    ];
    (headers, body)
}
