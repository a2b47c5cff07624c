//! Calls to a gateway, repeated where that is safe and nowhere else.

use std::{error::Error, io, sync::Arc, time::Duration};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use reqwest::{Url, redirect};
use serde::{Serialize, de::DeserializeOwned};

use super::{problem::Problem, profile::Profile, retry::Retry, tls};
use crate::{
    cli::{Exit, Failure},
    domain::id::Entropy,
};

/// No answer is read beyond this: 64 MiB.
const LARGEST_ANSWER: usize = 64 << 20;

/// A gateway, as the party of a profile reaches it.
#[derive(Debug, Clone)]
pub struct Gateway {
    http: reqwest::Client,
    base: Url,
    staff: HeaderMap,
    retry: Retry,
    entropy: Arc<dyn Entropy>,
}

/// One call.
#[derive(Debug, Clone)]
pub struct Call {
    method: Method,
    path: String,
    query: Vec<(&'static str, String)>,
    body: Option<Bytes>,
    accept: &'static str,
    idempotency_key: Option<String>,
    repeatable: bool,
}

/// An answer of the gateway that is a success.
#[derive(Debug)]
pub struct Answer {
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
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
        what: String,
        /// The last problem document, if there was one.
        problem: Option<Box<Problem>>,
        /// How long the gateway asks to wait.
        wait: Option<Duration>,
        /// Whether the call may have taken effect all the same.
        doubtful: bool,
    },
    /// The other end is not the gateway of the profile, or does not accept the profile's certificate.
    NotTrusted(String),
    /// An answer that this program cannot make sense of.
    NotUnderstood(&'static str),
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
        let body = serde_json::to_vec(body)
            .map_err(|error| Failure::internal("cannot make JSON of the request").because(error))?;
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

impl Gateway {
    /// The gateway of a profile.
    ///
    /// # Errors
    /// When the profile's address, certificates or key are not in order.
    pub fn of(profile: &Profile, entropy: Arc<dyn Entropy>) -> Result<Self, Failure> {
        let base =
            Url::parse(&profile.gateway).ok().filter(|url| url.scheme() == "https").ok_or_else(|| {
                Failure::configuration("`gateway` in the profile is not an https address")
                    .now("write it as `https://sluis.example` or `https://localhost:8443`")
            })?;
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls::configuration(profile)?)
            .https_only(true)
            .no_proxy()
            .redirect(redirect::Policy::none())
            .connect_timeout(Duration::from_secs(10))
            .timeout(Duration::from_mins(1))
            .user_agent(concat!("sluis/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| Failure::internal("cannot make an HTTP client").because(error))?;
        let mut staff = HeaderMap::new();
        let of_staff = [
            ("sluis-staff-reference", &profile.staff_reference),
            ("sluis-staff-function", &profile.staff_function),
        ];
        for (name, value) in of_staff {
            if let Some(value) = value {
                let value = HeaderValue::from_str(value).map_err(|_| {
                    Failure::configuration(
                        "the staff reference or function holds characters that no header may hold",
                    )
                    .now("use printable ASCII characters")
                })?;
                staff.insert(HeaderName::from_static(name), value);
            }
        }
        Ok(Self { http, base, staff, retry: Retry::default(), entropy })
    }

    /// The same gateway with other bounds for repetition.
    #[must_use]
    pub fn retrying(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// Makes the call and reads the answer as JSON.
    ///
    /// # Errors
    /// [`Failure`] as [`Gateway::call`], or when the answer is not what was expected.
    pub async fn json<T: DeserializeOwned>(&self, call: Call) -> Result<T, Failure> {
        let answer = self.call(call).await?;
        // The parser's own message could repeat a value.
        serde_json::from_slice(&answer.body)
            .map_err(|_| CallError::NotUnderstood("its JSON is of another form").into())
    }

    /// Makes the call; again, within bounds, where that is safe.
    ///
    /// A refused connection or a 429 was no call yet: those are repeated always. After a 502, 503, 504 or a lost
    /// connection the call may have taken effect, so only a repeatable one is made again.
    ///
    /// # Errors
    /// [`CallError`] when the last attempt did not succeed.
    pub async fn call(&self, call: Call) -> Result<Answer, CallError> {
        let mut made: u32 = 0;
        loop {
            made = made.saturating_add(1);
            let error = match self.attempt(&call).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let CallError::Unanswered { wait, doubtful, .. } = &error else { return Err(error) };
            let may_repeat = call.repeatable || !doubtful;
            let pause = if may_repeat { self.retry.wait(made, *wait, &*self.entropy) } else { None };
            match pause {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return Err(error),
            }
        }
    }

    async fn attempt(&self, call: &Call) -> Result<Answer, CallError> {
        let mut url =
            self.base.join(&call.path).map_err(|_| CallError::NotUnderstood("the path is no path"))?;
        if !call.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&call.query);
        }
        let mut request = self
            .http
            .request(call.method.clone(), url)
            .header(header::ACCEPT, call.accept)
            .headers(self.staff.clone());
        if let Some(key) = &call.idempotency_key {
            request = request.header("idempotency-key", key);
        }
        if let Some(body) = &call.body {
            request = request.header(header::CONTENT_TYPE, "application/json").body(body.clone());
        }
        let response = request.send().await.map_err(unsent)?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = read(response).await?;
        if status.is_success() {
            return Ok(Answer { headers, body });
        }
        let problem = Box::new(Problem::read(status.as_u16(), &body));
        match status {
            StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT => Err(CallError::Unanswered {
                what: format!("the gateway answered {}", status.as_u16()),
                problem: Some(problem),
                wait: retry_after(&headers),
                doubtful: status != StatusCode::TOO_MANY_REQUESTS,
            }),
            _ => Err(CallError::Problem(problem)),
        }
    }
}

async fn read(mut response: reqwest::Response) -> Result<Bytes, CallError> {
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(unsent)? {
        if body.len().saturating_add(chunk.len()) > LARGEST_ANSWER {
            return Err(CallError::NotUnderstood("it is larger than 64 MiB"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// `Retry-After` in seconds; the form with a date is not sent by a gateway and counts as absent.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

fn unsent(error: reqwest::Error) -> CallError {
    let connecting = error.is_connect();
    let what = if error.is_timeout() {
        "the gateway did not answer in time"
    } else {
        "the gateway cannot be reached"
    };
    // The address is left out: it is in the profile, and paths hold identifiers.
    let error = error.without_url();
    let mut cause: Option<&(dyn Error + 'static)> = Some(&error);
    let mut last = String::new();
    while let Some(error) = cause {
        if let Some(tls) = tls_error(error) {
            return CallError::NotTrusted(tls);
        }
        last = error.to_string();
        cause = error.source();
    }
    CallError::Unanswered {
        what: format!("{what}: {last}"),
        problem: None,
        wait: None,
        doubtful: !connecting,
    }
}

/// The text of a TLS error, which hides inside I/O errors when it comes from the handshake.
fn tls_error(error: &(dyn Error + 'static)) -> Option<String> {
    if let Some(tls) = error.downcast_ref::<rustls::Error>() {
        return Some(tls.to_string());
    }
    let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref)?;
    tls_error(inner)
}

impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Problem(problem) => {
                let exit = if problem.status >= 500 { Exit::Unavailable } else { Exit::Refused };
                let title = format!("the gateway says no: {} {}", problem.status, problem.title);
                Self::new(exit, title).explained(*problem)
            }
            CallError::Unanswered { what, problem, wait, doubtful } => {
                let answered = problem.is_some();
                let exit = if answered { Exit::TryAgain } else { Exit::Unavailable };
                let when = match wait {
                    Some(wait) => format!("try again in {} seconds", wait.as_secs()),
                    None if answered => "try again later".to_owned(),
                    None => "check the address in the profile and the network, then try again".to_owned(),
                };
                let now = if doubtful { format!("{when}; it may have been done all the same") } else { when };
                let failure = Self::new(exit, what).now(now);
                match problem {
                    Some(problem) => failure.explained(*problem),
                    None => failure,
                }
            }
            CallError::NotTrusted(what) => Self::configuration(format!("no trusted connection: {what}"))
                .now("check `ca`, `certificate` and `gateway` in the profile; is the certificate registered and still valid?"),
            CallError::NotUnderstood(what) => Self::new(Exit::Unavailable, format!("the answer is not understood: {what}"))
                .now("check that `gateway` in the profile is a Sluis gateway, and that this program is not older than it"),
        }
    }
}
