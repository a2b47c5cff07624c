//! Answers that several routes give.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::openapi::BASE;

/// 201 with the address of what was made.
#[derive(Debug)]
pub(super) struct Created<T> {
    /// The path below the base, such as `/packets/…`; identifiers only, never anything of a person.
    pub(super) path: String,
    /// What is told of it.
    pub(super) body: T,
}

impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        let mut response = (StatusCode::CREATED, Json(self.body)).into_response();
        // A path of ours holds visible ASCII only; without one the answer is still right.
        if let Ok(path) = HeaderValue::from_str(&format!("{BASE}{}", self.path)) {
            response.headers_mut().insert(header::LOCATION, path);
        }
        response
    }
}

/// A list by log index.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Items<T> {
    /// What there is.
    pub(super) items: Vec<T>,
    /// After which log index the next items follow; null when there are none for now.
    pub(super) next: Option<u64>,
}
