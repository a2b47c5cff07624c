//! Calls to a gateway, repeated where that is safe and nowhere else.

mod answer;
mod call;
mod distrust;
mod error;
mod heard;
mod retry;

use std::{sync::Arc, time::Duration};

use http::{HeaderMap, StatusCode, header};
use indicatif::ProgressBar;
use reqwest::{Url, redirect};
use serde::de::DeserializeOwned;

use self::{
    answer::{answered, read, retry_after, unsent},
    heard::{Heard, OwnCertificate},
};
pub use self::{
    call::{Call, GatewayAnswer},
    distrust::Distrust,
    error::CallError,
    retry::Retry,
};
use super::{problem::Problem, profile::Profile};
use crate::{
    cli::{Failure, Language, language::tell},
    domain::{clock::Clock, id::Entropy, json},
    identity::tls::Hands,
};

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
        let base = profile.address()?;
        let staff = profile.staff()?;
        let mut tls = profile.tls()?;
        tls.time_provider = Arc::new(Hands(Arc::clone(&clock)));
        let chain = profile.chain()?;
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
    pub async fn call(&self, call: Call) -> Result<GatewayAnswer, CallError> {
        let mut made: u32 = 0;
        let mut has_listened = false;
        loop {
            made = made.saturating_add(1);
            let error = match self.attempt(&call).await {
                Ok(answer) => return Ok(GatewayAnswer { is_repeated: made > 1, ..answer }),
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

    async fn attempt(&self, call: &Call) -> Result<GatewayAnswer, CallError> {
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
        let (body, is_whole) = read(response).await?;
        if status.is_success() {
            let answer = GatewayAnswer { status: status.as_u16(), headers, body, is_repeated: false };
            return if is_whole { Ok(answer) } else { Err(CallError::TooLarge(Box::new(answer))) };
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
