//! The description of the interface, generated from the routes, so that it cannot lag behind them.
//!
//! How a route is added, so that all look alike:
//!
//! 1. The handler, in its own file under `routes`, bears `#[utoipa::path(...)]` with the path **relative to `/v1`**
//!    (`path = "/packets/{id}"`), a `tag` (the first word of the path), the success response with its body, and its
//!    parameters. Not with problems, security or the headers of every answer: [`document`] adds those, the
//!    statuses one by one.
//! 2. The first line of its doc comment becomes the summary, the rest the description: write them for the caller.
//! 3. Bodies derive `utoipa::ToSchema` and are camelCase; path segments are kebab-case, query keys camelCase.
//! 4. A route that needs no certificate says `security(())`.
//! 5. The handler is listed in `paths(...)` of the `OpenApi` that is handed to [`document`].
//!
//! Source: NL GOV API Design Rules 2.2.0; OpenAPI 3.1.

mod bounds;
mod responses;

use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use utoipa::{
    OpenApi, ToSchema,
    openapi::{
        self, InfoBuilder, LicenseBuilder, Ref, RefOr,
        info::ContactBuilder,
        path::Operation,
        security::{SecurityRequirement, SecurityScheme},
        server::ServerBuilder,
    },
};

pub use self::responses::API_VERSION;
use self::responses::{JWE, bound, bytes, headers, later_response, pattern, problem_response};
use super::{extract::query::NoQuery, packed::Packed, wire::shape};

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
    #[schema(pattern = "^urn:sluis:problem:[a-z-]+$", example = "urn:sluis:problem:invalid")]
    r#type: String,
    /// The kind in words.
    #[schema(max_length = 256)]
    title: String,
    /// The status of the answer.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What the kind means and what can be done.
    #[schema(max_length = 4096)]
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
    #[schema(max_length = 1024)]
    pointer: String,
    /// What: a stable code, or the id of a condition.
    #[schema(pattern = "^[a-z][a-z0-9-]*(\\.[a-z0-9-]+)*$")]
    code: String,
    /// The provisions that say so: act, article and paragraph.
    #[schema(value_type = Vec<shape::Provision>, required = false)]
    provisions: Option<Vec<String>>,
    /// The same provisions as one writes them in Dutch, such as `art. 2.31b lid 2 WVO 2020`.
    #[schema(value_type = Vec<shape::Citation>, required = false)]
    citations: Option<Vec<String>>,
    /// In Dutch.
    #[schema(max_length = 4096)]
    nl: String,
    /// In English.
    #[schema(max_length = 4096)]
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
    #[schema(max_length = 4096)]
    nl: String,
    /// In English.
    #[schema(max_length = 4096)]
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
             duurzaam werk. Nothing is exchanged without a legal basis, and every decision stands in the access log.\n\n\
             A path that is asked by a method that it does not have answers 405 with `Allow`, a path that is not here \
             404: both with a problem. `HEAD` is answered where `GET` is, but for the sealed bodies (`payload`, `copy`).",
        ))
        .contact(Some(contact))
        .license(Some(LicenseBuilder::new().name("EUPL-1.2").identifier(Some("EUPL-1.2")).build()))
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
    components.responses.insert(LATER.to_owned(), RefOr::T(later_response()));
    for (path, item) in &mut api.paths.paths {
        let operations =
            [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch, &mut item.head];
        operations.into_iter().flatten().for_each(|operation| complete(path, operation));
    }
    if let Some(components) = &mut api.components {
        components.schemas.values_mut().for_each(bounds::bound);
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
const LATER: &str = "Later";

fn mutual_tls() -> SecurityRequirement {
    SecurityRequirement::new::<_, [&str; 0], &str>(MUTUAL_TLS, [])
}

/// What every operation has: problems by status, and the headers of every answer.
fn complete(path: &str, operation: &mut Operation) {
    for (status, response) in &mut operation.responses.responses {
        if let (true, RefOr::T(response)) = (status.starts_with('2'), response) {
            response.headers.extend(headers());
            response.headers.iter_mut().for_each(|(name, header)| bound(name, header));
            for (media, content) in &mut response.content {
                let RefOr::T(content) = content else { continue };
                match media.as_str() {
                    "application/jose" => content.schema = Some(pattern(JWE).into()),
                    "application/octet-stream" => content.schema = Some(bytes().into()),
                    _ => {}
                }
                content.schema.iter_mut().for_each(bounds::bound);
            }
        }
    }
    for parameter in operation.parameters.iter_mut().flatten() {
        let RefOr::T(parameter) = parameter else { continue };
        parameter.schema.iter_mut().for_each(bounds::bound);
    }
    for status in statuses(path, operation) {
        let name = if matches!(status, "429" | "503") { LATER } else { PROBLEM };
        let reference = RefOr::Ref(Ref::from_response_name(name));
        operation.responses.responses.entry(status.to_owned()).or_insert(reference);
    }
}

/// The problems that an operation can answer, one by one.
fn statuses(path: &str, operation: &Operation) -> Vec<&'static str> {
    // Every route refuses parameters that it does not have, so 400 is everywhere.
    let mut all = vec!["400", "406", "414", "429", "431", "500", "503"];
    let is_open = operation
        .security
        .as_ref()
        .is_some_and(|of| of.iter().any(|one| *one == SecurityRequirement::default()));
    if !is_open {
        all.extend(["401", "403"]);
    }
    if path.contains('{') {
        all.push("404");
    }
    if operation.request_body.is_some() {
        all.extend(["408", "413"]);
        let is_question = path == "/evaluation";
        // AuthZEN's scenario asks for a 400 there.
        all.extend((!is_question).then_some("415"));
        // Who only asks cannot clash with what is stored.
        all.extend((!is_question && !path.ends_with("/searches")).then_some("409"));
    }
    let is_collected = path.ends_with("/payload") || path.ends_with("/copy");
    if is_collected {
        all.push("409");
    }
    if is_collected || (path.contains("{id}") && operation.request_body.is_some()) {
        all.push("410");
    }
    all
}

/// The description as the only open route of the base path, readable by every browser (CORS `*`).
///
/// Mounted inside `/v1`: `Router::new().nest("/v1", openapi::route(&document))`.
pub fn route<S: Clone + Send + Sync + 'static>(document: &openapi::OpenApi) -> Router<S> {
    // A description that cannot be written is seen by the test that reads it; an empty object is served then.
    let text = document.to_pretty_json().unwrap_or_else(|_| "{}".to_owned());
    let body = Bytes::from(text);
    Router::new().route(
        "/openapi.json",
        get(move |query: NoQuery, headers: HeaderMap| async move { serve(query, &headers, body) }),
    )
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
    responses((status = 200, description = "The description.", content_type = "application/json", body = Object))
)]
#[expect(dead_code, reason = "carries the description of `route`")]
const fn describe() {}

fn serve(_: NoQuery, asked: &HeaderMap, body: Bytes) -> Response {
    let headers: [(HeaderName, HeaderValue); 2] = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
    ];
    (headers, Packed::asked(asked, body)).into_response()
}
