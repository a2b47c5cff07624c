//! Calls to a gateway, repeated where that is safe and nowhere else.

mod call;
mod heard;

use std::{error::Error, io, sync::Arc, time::Duration};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use indicatif::ProgressBar;
use reqwest::{Url, redirect};
use serde::de::DeserializeOwned;

pub use self::call::{Answer, Call, CallError};
use self::heard::{Heard, OwnCertificate};
use super::{problem::Problem, profile::Profile, retry::Retry, tls};
use crate::{
    cli::{
        Failure, Language, causes,
        language::{Said, both, tell},
    },
    domain::{clock::Clock, id::Entropy, json},
    identity::tls::Hands,
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
    own: OwnCertificate,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    watch: Option<(ProgressBar, Language)>,
}

impl Gateway {
    /// The gateway of a profile.
    ///
    /// # Errors
    /// When the profile's address, certificates or key are not in order.
    pub fn of(profile: &Profile, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Result<Self, Failure> {
        let base = address(profile)?;
        let staff = staff(profile)?;
        let mut tls = tls::configuration(profile)?;
        tls.time_provider = Arc::new(Hands(Arc::clone(&clock)));
        let chain = tls::certificates(&profile.certificate)?;
        let own = OwnCertificate::towards(&base, Arc::new(tls.clone()), chain.first());
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .https_only(true)
            .no_proxy()
            .redirect(redirect::Policy::none())
            .connect_timeout(Duration::from_secs(10))
            .timeout(Duration::from_mins(1))
            .user_agent(concat!("sluis/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| {
                Failure::internal(("kan geen HTTP-verbinding voorbereiden", "cannot make an HTTP client"))
                    .because(error)
            })?;
        let retry = Retry::default();
        Ok(Self { http, base, staff, retry, own, clock, entropy, watch: None })
    }

    /// The same gateway; who watches this bar, and sees it, is told that a call is made again.
    #[must_use]
    pub fn watched(mut self, watch: (ProgressBar, Language)) -> Self {
        self.watch = Some(watch);
        self
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
        json::typed(&answer.body).map_err(|_| CallError::OTHER_FORM.into())
    }

    /// Makes the call; again, within bounds, where that is safe.
    ///
    /// A refused connection, a 408 or a 429 was no call yet: those are repeated always. After a 502, 503, 504 or a lost
    /// connection the call may have taken effect, so only a repeatable one is made again.
    ///
    /// # Errors
    /// [`CallError`] when the last attempt did not succeed.
    pub async fn call(&self, call: Call) -> Result<Answer, CallError> {
        let mut made: u32 = 0;
        let mut has_listened = false;
        loop {
            made = made.saturating_add(1);
            let error = match self.attempt(&call).await {
                Ok(answer) => return Ok(Answer { is_repeated: made > 1, ..answer }),
                Err(error) => self.of_the_certificate(error, &mut has_listened).await,
            };
            let CallError::Unanswered { wait, doubtful, .. } = &error else { return Err(error) };
            let may_repeat = call.repeatable || !doubtful;
            let pause = if may_repeat { self.retry.wait(made, *wait, &*self.entropy) } else { None };
            match pause {
                Some(pause) => {
                    self.tell_again(made);
                    tokio::time::sleep(pause).await;
                }
                None => return Err(error),
            }
        }
    }

    /// The same error, or what the gateway has against the profile's certificate where that is behind it. What a connection
    /// that broke off may have hidden is listened for once.
    async fn of_the_certificate(&self, error: CallError, has_listened: &mut bool) -> CallError {
        let now = self.clock.now();
        match error {
            CallError::NotTrusted(distrust) => CallError::NotTrusted(self.own.dated(distrust, now)),
            CallError::Unanswered { broken_off: true, .. } if !*has_listened => {
                *has_listened = true;
                let against = match self.own.heard().await {
                    Heard::Against(distrust) => Some(self.own.dated(distrust, now)),
                    Heard::End => self.own.by_its_days(now),
                    Heard::Nothing => None,
                };
                against.map_or(error, CallError::NotTrusted)
            }
            error => error,
        }
    }

    /// Nobody should look at a terminal that says nothing.
    fn tell_again(&self, made: u32) {
        let Some((bar, language)) = &self.watch else { return };
        let attempts = self.retry.attempts;
        bar.println(tell!(
            language,
            "De gateway geeft nog geen antwoord: poging {made} van {attempts} …",
            "The gateway gives no answer yet: attempt {made} of {attempts} …"
        ));
    }

    async fn attempt(&self, call: &Call) -> Result<Answer, CallError> {
        let mut url = self
            .base
            .join(&call.path)
            .map_err(|_| CallError::NotUnderstood(("het pad is geen pad", "the path is no path")))?;
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
            return Ok(Answer { status: status.as_u16(), headers, body, is_repeated: false });
        }
        let problem = Box::new(Problem::read(status.as_u16(), &body));
        match status {
            StatusCode::REQUEST_TIMEOUT
            | StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT => Err(CallError::Unanswered {
                what: answered(status.as_u16(), &problem),
                problem: Some(problem),
                wait: retry_after(&headers),
                doubtful: status.is_server_error(),
                broken_off: false,
            }),
            _ => Err(CallError::Problem(problem)),
        }
    }
}

/// The address of a profile's gateway.
///
/// # Errors
/// When it is not `https`.
pub(super) fn address(profile: &Profile) -> Result<Url, Failure> {
    Url::parse(&profile.gateway).ok().filter(|url| url.scheme() == "https").ok_or_else(|| {
        Failure::configuration((
            "`gateway` in het profiel is geen https-adres",
            "`gateway` in the profile is not an https address",
        ))
        .now((
            "schrijf het als `https://sluis.example` of `https://localhost:8443`",
            "write it as `https://sluis.example` or `https://localhost:8443`",
        ))
    })
}

/// The headers that say who acts: as they are where they are printable ASCII, and otherwise as an `ext-value` (RFC 8187),
/// so that `stagecoördinator` needs no other spelling.
///
/// # Errors
/// When one holds a control character, or nothing.
pub(super) fn staff(profile: &Profile) -> Result<HeaderMap, Failure> {
    let mut staff = HeaderMap::new();
    let of_staff = [
        ("sluis-staff-reference", "staff_reference", &profile.staff_reference),
        ("sluis-staff-function", "staff_function", &profile.staff_function),
    ];
    for (header, member, value) in of_staff {
        let Some(value) = value else { continue };
        let plain = value.trim();
        let sent = (!plain.is_empty() && !plain.chars().any(char::is_control)).then(|| ext_value(plain));
        let sent = sent.and_then(|sent| HeaderValue::from_str(&sent).ok()).ok_or_else(|| {
            Failure::configuration(both!(
                "`{member}` is leeg of heeft een teken dat niet te zien is",
                "`{member}` is empty or holds a control character"
            ))
            .now((
                "schrijf alleen letters, cijfers en leestekens, zoals stagecoördinator",
                "write letters, digits and marks only, such as stagecoördinator",
            ))
        })?;
        staff.insert(HeaderName::from_static(header), sent);
    }
    Ok(staff)
}

/// RFC 8187, section 3.2.1: what is no `attr-char` is percent-encoded.
fn ext_value(text: &str) -> String {
    const START: &str = "UTF-8''";
    let is_plain = text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
    // What looks encoded would be decoded.
    if is_plain && !text.get(..START.len()).is_some_and(|start| start.eq_ignore_ascii_case(START)) {
        return text.to_owned();
    }
    let encoded = |byte: u8| {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    START.chars().map(String::from).chain(text.bytes().map(encoded)).collect()
}

async fn read(mut response: reqwest::Response) -> Result<Bytes, CallError> {
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(unsent)? {
        if body.len().saturating_add(chunk.len()) > LARGEST_ANSWER {
            return Err(CallError::NotUnderstood(("het is groter dan 64 MiB", "it is larger than 64 MiB")));
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
    let (connecting, is_late) = (error.is_connect(), error.is_timeout());
    // The address is left out: it is in the profile, and paths hold identifiers.
    let error = error.without_url();
    let mut cause: Option<&(dyn Error + 'static)> = Some(&error);
    let (mut last, mut broken_off) = (Said::same(""), !connecting && !is_late);
    while let Some(error) = cause {
        if let Some(distrust) = tls::distrust(error) {
            return CallError::NotTrusted(distrust);
        }
        let told = if is_broken_off(error) {
            broken_off = !is_late;
            "de verbinding is verbroken".to_owned()
        } else {
            causes::in_dutch(error).unwrap_or_else(|| causes::ELSEWHERE.to_owned())
        };
        last = Said::new(told, error.to_string());
        cause = error.source();
    }
    let (nl, en) = if is_late {
        ("de gateway antwoordde niet op tijd", "the gateway did not answer in time")
    } else if connecting {
        ("de gateway is niet te bereiken", "the gateway cannot be reached")
    } else {
        ("de gateway gaf geen antwoord", "the gateway gave no answer")
    };
    CallError::Unanswered {
        what: Said::new(
            format!("{nl}: {}", last.text(Language::Nl)),
            format!("{en}: {}", last.text(Language::En)),
        ),
        problem: None,
        wait: None,
        doubtful: !connecting,
        broken_off,
    }
}

/// Whether the other end went away: of a file the same kinds mean something else.
fn is_broken_off(error: &(dyn Error + 'static)) -> bool {
    let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
    matches!(
        kind,
        Some(
            io::ErrorKind::BrokenPipe
                | io::ErrorKind::ConnectionReset
                | io::ErrorKind::ConnectionAborted
                | io::ErrorKind::NotConnected
                | io::ErrorKind::UnexpectedEof
        )
    )
}

fn answered(status: u16, problem: &Problem) -> Said {
    let title = problem.title();
    let (nl, en) = (title.text(Language::Nl), title.text(Language::En));
    Said::new(format!("de gateway antwoordde {status}: {nl}"), format!("the gateway answered {status} {en}"))
}
