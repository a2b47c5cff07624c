//! One problem: its kind, what is wrong in this case, and the answer that tells it.

use std::{error::Error, fmt::Write as _, sync::Arc};

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::{
    domain::problem::{Bilingual, Fault},
    telemetry::trace::TraceId,
};

/// The media type of every 4xx and 5xx.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// What starts every `type`.
const TYPE_PREFIX: &str = "urn:sluis:problem:";

/// What a kind says in Dutch: the title as a sentence, and the detail. Behind a reference, since problems are moved a lot.
pub type Dutch = (&'static str, Option<&'static str>);

/// One kind of problem, with what is wrong in this case.
#[derive(Debug, Clone)]
pub struct Problem {
    kind: &'static str,
    title: &'static str,
    status: u16,
    detail: Option<&'static str>,
    dutch: &'static Dutch,
    errors: Vec<ProblemFault>,
    code: Option<&'static str>,
    retry_after: Option<u32>,
    allow: Option<&'static str>,
    cause: Option<Arc<str>>,
}

/// A fault, and which of the recipients it is about (index in the request), where it is about one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProblemFault {
    /// Index in the request's `recipients`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipient: Option<usize>,
    /// What is wrong.
    #[serde(flatten)]
    pub fault: Fault,
}

impl From<Fault> for ProblemFault {
    fn from(fault: Fault) -> Self {
        Self { recipient: None, fault }
    }
}

/// Marks an answer that is a problem, so that the edge can complete it with the trace and write the request line.
#[derive(Debug, Clone)]
pub(crate) struct Answered(pub(crate) Problem);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    detail: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace_id: Option<String>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [ProblemFault],
}

impl Problem {
    /// A kind of problem: `kind` completes `urn:sluis:problem:`; title and Dutch are the same for every case of the kind. The
    /// Dutch is read by who works with the program that called: what is that program's fault says whom to tell.
    #[must_use]
    pub const fn new(kind: &'static str, title: &'static str, status: u16, dutch: &'static Dutch) -> Self {
        Self {
            kind,
            title,
            status,
            detail: None,
            dutch,
            errors: Vec::new(),
            code: None,
            retry_after: None,
            allow: None,
            cause: None,
        }
    }

    /// What the kind means and what the caller can do, the same for every case.
    #[must_use]
    pub const fn detail(mut self, detail: &'static str) -> Self {
        self.detail = Some(detail);
        self
    }

    /// After how many seconds the caller may try again.
    #[must_use]
    pub const fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// Which methods the path has, for a 405.
    #[must_use]
    pub const fn allow(mut self, methods: &'static str) -> Self {
        self.allow = Some(methods);
        self
    }

    /// A finer stable code for the request line than the kind, such as `writer-queue-full`.
    #[must_use]
    pub const fn code(mut self, code: &'static str) -> Self {
        self.code = Some(code);
        self
    }

    /// What is wrong, all at once.
    #[must_use]
    pub fn with_faults(mut self, faults: impl IntoIterator<Item = Fault>) -> Self {
        self.errors.extend(faults.into_iter().map(ProblemFault::from));
        self
    }

    /// What is wrong for one of the recipients (index in the request).
    #[must_use]
    pub fn with_recipient_faults(
        mut self,
        recipient: usize,
        faults: impl IntoIterator<Item = Fault>,
    ) -> Self {
        self.errors
            .extend(faults.into_iter().map(|fault| ProblemFault { recipient: Some(recipient), fault }));
        self
    }

    /// Keeps the cause for the log, where it is written once with the trace; the caller never sees it.
    ///
    /// The errors' texts must not hold a person's data, as everywhere in Sluis.
    #[must_use]
    pub fn caused_by(mut self, error: &(dyn Error + 'static)) -> Self {
        let mut text = error.to_string();
        let mut next = error.source();
        while let Some(source) = next {
            if write!(text, ": {source}").is_err() {
                break;
            }
            next = source.source();
        }
        self.cause = Some(text.into());
        self
    }

    /// The status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// The stable code for the request line.
    #[must_use]
    pub fn error_code(&self) -> &'static str {
        self.code.unwrap_or(self.kind)
    }

    /// What is wrong, as far as it was said.
    #[must_use]
    pub fn faults(&self) -> &[ProblemFault] {
        &self.errors
    }

    /// What is wrong, for another problem to tell together with its own.
    #[must_use]
    pub fn into_faults(self) -> Vec<Fault> {
        self.errors.into_iter().map(|told| told.fault).collect()
    }

    /// The kind itself as a fault, so that a problem that names no place still gives its reason in both languages.
    fn of_kind(&self) -> ProblemFault {
        let (reason, now) = *self.dutch;
        let fault = Fault::at("", self.kind, reason, self.title);
        let now = now.zip(self.detail).map(|(nl, en)| Bilingual::new(nl, en));
        Fault { now, ..fault }.into()
    }

    pub(crate) fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    /// The answer, with the trace that the operator can be asked about.
    pub(crate) fn render(self, trace: Option<TraceId>) -> Response {
        let kind = self.errors.is_empty().then(|| self.of_kind());
        let document = Document {
            r#type: format!("{TYPE_PREFIX}{}", self.kind),
            title: self.title,
            status: self.status,
            detail: self.detail.unwrap_or(self.title),
            trace_id: trace.map(|trace| trace.to_string()),
            errors: kind.as_ref().map_or(&self.errors, std::slice::from_ref),
        };
        // Strings and numbers only, so this cannot fail; an empty body would still carry the status.
        let body = serde_json::to_vec(&document).unwrap_or_default();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(methods) = self.allow {
            headers.insert(header::ALLOW, HeaderValue::from_static(methods));
        }
        if self.status == StatusCode::UNAUTHORIZED.as_u16() {
            // RFC 9110, 11.6.1 asks for a challenge; mutual TLS has no registered scheme.
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("TLS-Client-Certificate"));
        }
        response.extensions_mut().insert(Answered(self));
        response
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        self.render(None)
    }
}
