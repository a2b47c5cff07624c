//! What every answer has: its headers, and the problems.

use utoipa::openapi::{
    self, Content, Header, ObjectBuilder, Ref, RefOr, ResponseBuilder, SchemaFormat,
    content::ContentBuilder,
    schema::{KnownFormat, Type},
};

use super::bounds;
use crate::http::problem;

/// The full version of the interface: on every answer and in the description. Semantic: the first number is in the path.
pub const API_VERSION: &str = "1.0.0";

/// A compact JWE: five parts in base64url, of which the second is empty where the key is agreed directly.
pub(super) const JWE: &str = "^[0-9A-Za-z_-]+(\\.[0-9A-Za-z_-]*){4}$";
const JWS: &str = "^[0-9A-Za-z_-]+\\.[0-9A-Za-z_-]+\\.[0-9A-Za-z_-]+$";

/// The form of a header that a route names as text only.
pub(super) fn bound(name: &str, header: &mut RefOr<Header>) {
    let RefOr::T(header) = header else { return };
    header.schema.iter_mut().for_each(bounds::bound);
    let form = match name {
        "Location" => "^/v1/[0-9a-z/-]+$",
        "Sluis-Receipt" => JWS,
        _ => return,
    };
    header.schema = Some(pattern(form).into());
}

pub(super) fn bytes() -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)))
}

pub(super) fn pattern(form: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).pattern(Some(form))
}

pub(super) fn headers() -> impl Iterator<Item = (String, RefOr<Header>)> {
    [
        ("API-Version", API_VERSION, "The full version of the interface."),
        (
            "RateLimit",
            "\"party\";r=399;t=1",
            "What is left of the caller's quota: r requests; whole again in t seconds.",
        ),
        ("RateLimit-Policy", "\"party\";q=400;w=2", "The caller's quota: q requests in w seconds."),
        ("traceparent", TRACE, "The trace under which the operator finds the request (W3C trace context)."),
    ]
    .into_iter()
    .map(|(name, example, description)| (name.to_owned(), RefOr::T(text_header(example, description))))
}

const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

fn text_header(example: &str, description: &str) -> Header {
    let schema = ObjectBuilder::new().schema_type(Type::String).max_length(Some(256)).examples([example]);
    openapi::HeaderBuilder::new().schema(Some(schema)).description(Some(description)).build()
}

pub(super) fn problem_response() -> openapi::Response {
    let content: Content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    let mut response = ResponseBuilder::new()
        .description(
            "What went wrong. Refusals name the conditions, their articles and what can be done now.",
        )
        .content(problem::MEDIA_TYPE, content)
        .build();
    response.headers.extend(headers());
    response
}

/// A problem that passes by itself.
pub(super) fn later_response() -> openapi::Response {
    let mut response = problem_response();
    "Not now: the quota is spent, or the gateway cannot do it. Ask again later."
        .clone_into(&mut response.description);
    let seconds = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(1))
        .maximum(Some(u32::MAX))
        .examples([2]);
    let header = openapi::HeaderBuilder::new()
        .schema(Some(seconds))
        .description(Some("So many seconds from now it is worth asking again."))
        .build();
    response.headers.insert("Retry-After".to_owned(), RefOr::T(header));
    response
}
