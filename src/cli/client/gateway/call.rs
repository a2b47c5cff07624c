//! One call, and what can come of it.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method};
use serde::Serialize;

use super::super::{problem::Problem, tls::Distrust};
use crate::cli::{
    Exit, Failure, Language,
    language::{Said, both},
};

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
pub struct Answer {
    /// The status: 200 or 201.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// Whether an earlier attempt of the same call had no answer, so that this one may tell of what that did.
    pub is_repeated: bool,
}

/// Why there is no success.
#[derive(Debug)]
pub enum CallError {
    /// The gateway said no, and nothing was done.
    Problem(Box<Problem>),
    /// The gateway was not reached, is too busy or failed, and nothing can be said of what was done.
    /// The same call may be made again later; only a repeatable one may be made again blindly.
    Unanswered {
        /// What happened, without anything that was sent.
        what: Said,
        /// The last problem document, if there was one.
        problem: Option<Box<Problem>>,
        /// How long the gateway asks to wait.
        wait: Option<Duration>,
        /// Whether the call may have taken effect all the same.
        doubtful: bool,
        /// Whether the connection broke off: what the gateway said last may be lost.
        broken_off: bool,
    },
    /// The other end is not the gateway of the profile, or does not accept the profile's certificate.
    NotTrusted(Distrust),
    /// An answer that this program cannot make sense of.
    NotUnderstood((&'static str, &'static str)),
}

impl CallError {
    /// JSON, but not what this route answers.
    pub const OTHER_FORM: Self =
        Self::NotUnderstood(("de JSON heeft een andere vorm", "its JSON is of another form"));
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

impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Problem(problem) => {
                let exit = if problem.status >= 500 { Exit::Unavailable } else { Exit::Refused };
                let (status, title) = (problem.status, problem.title());
                let (nl, en) = (title.text(Language::Nl), title.text(Language::En));
                let title = Said::new(
                    format!("de gateway zegt nee: {status} {nl}"),
                    format!("the gateway says no: {status} {en}"),
                );
                Self::new(exit, title).explained(*problem)
            }
            CallError::Unanswered { what, problem, wait, doubtful, .. } => {
                let answered = problem.is_some();
                let exit = if answered { Exit::TryAgain } else { Exit::Unavailable };
                let (nl, en) = match wait {
                    Some(wait) => {
                        let seconds = wait.as_secs();
                        (format!("probeer het over {seconds} seconden opnieuw"), format!("try again in {seconds} seconds"))
                    }
                    None if answered => ("probeer het later opnieuw".to_owned(), "try again later".to_owned()),
                    None => (
                        "kijk naar het adres in het profiel en naar het netwerk, en probeer het opnieuw".to_owned(),
                        "check the address in the profile and the network, then try again".to_owned(),
                    ),
                };
                let now = if doubtful {
                    both!("{nl}; misschien is het toch gedaan", "{en}; it may have been done all the same")
                } else {
                    Said::new(nl, en)
                };
                let failure = Self::new(exit, what).now(now);
                match problem {
                    Some(problem) => failure.explained(*problem),
                    None => failure,
                }
            }
            CallError::NotTrusted(distrust) => distrust.into(),
            CallError::NotUnderstood((nl, en)) => {
                Self::new(Exit::Unavailable, (format!("het antwoord is niet te begrijpen: {nl}"), format!("the answer is not understood: {en}")))
                    .now((
                        "kijk of `gateway` in het profiel een Sluis-gateway is, en of dit programma niet ouder is",
                        "check that `gateway` in the profile is a Sluis gateway, and that this program is not older than it",
                    ))
            }
        }
    }
}
