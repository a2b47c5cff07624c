//! One call, and its answer.

use bytes::Bytes;
use http::{HeaderMap, Method};
use serde::Serialize;

use crate::cli::Failure;

/// One call.
#[derive(Debug, Clone)]
pub struct Call {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) query: Vec<(&'static str, String)>,
    pub(super) body: Option<Bytes>,
    pub(super) accept: &'static str,
    pub(super) idempotency_key: Option<String>,
    pub(super) repeatable: bool,
}

/// An answer of the gateway that is a success.
#[derive(Debug)]
pub struct GatewayAnswer {
    /// The status: 200 or 201.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// Whether an earlier attempt of the same call had no answer, so that this one may tell of what that did.
    pub is_repeated: bool,
}

impl Call {
    /// A call that changes nothing; it may always be repeated.
    #[must_use]
    pub fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path.into(), None, true)
    }

    /// A call that changes something and must not be repeated when it may have taken effect.
    ///
    /// # Errors
    /// When the body cannot be written as JSON.
    pub fn post(path: impl Into<String>, body: &impl Serialize) -> Result<Self, Failure> {
        let body = serde_json::to_vec(body).map_err(|error| {
            Failure::internal(("kan geen JSON maken van het verzoek", "cannot make JSON of the request"))
                .because(error)
        })?;
        Ok(Self::post_bytes(path, body.into()))
    }

    /// The same, with a body that is JSON already.
    #[must_use]
    pub fn post_bytes(path: impl Into<String>, body: Bytes) -> Self {
        Self::new(Method::POST, path.into(), Some(body), false)
    }

    fn new(method: Method, path: String, body: Option<Bytes>, repeatable: bool) -> Self {
        let accept = "application/json";
        Self { method, path, query: Vec::new(), body, accept, idempotency_key: None, repeatable }
    }

    /// The same call under this key: the gateway answers a repetition as it did the first time.
    #[must_use]
    pub fn idempotent(mut self, key: impl Into<String>) -> Self {
        self.idempotency_key = Some(key.into());
        self.repeatable()
    }

    /// The same call, which may be repeated: a second time changes nothing.
    #[must_use]
    pub const fn repeatable(mut self) -> Self {
        self.repeatable = true;
        self
    }

    /// The same call with a query parameter. Never a person's data: URLs are logged everywhere.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &impl ToString) -> Self {
        self.query.push((name, value.to_string()));
        self
    }

    /// The same call for another media type than JSON.
    #[must_use]
    pub const fn accepting(mut self, media_type: &'static str) -> Self {
        self.accept = media_type;
        self
    }
}
