//! Identifiers in a path, and methods that a path does not have.

use axum::{
    extract::{FromRequestParts, Path},
    http::request::Parts,
    routing::MethodRouter,
};
use serde::de::DeserializeOwned;

use super::super::problem::{self, Problem};

/// What stands in the path, as a type (or a tuple of types). What is not of the type's form cannot exist: 404.
#[derive(Debug, Clone, Copy)]
pub struct InPath<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for InPath<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = Path::<T>::from_request_parts(parts, state).await;
        read.map(|Path(value)| Self(value)).map_err(|_| problem::NOT_FOUND.code("not-an-identifier"))
    }
}

/// A GET without a HEAD. axum answers a HEAD by running the GET: where a GET leaves an entry or releases a payload, that
/// would be an access of which the caller sees nothing. Such routes answer 405 to a HEAD.
pub fn without_head<S>(methods: MethodRouter<S>) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    let refused = || async { problem::METHOD_NOT_ALLOWED.allow("GET") };
    methods.head(refused).fallback(refused)
}
