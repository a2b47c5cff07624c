//! Why a call had no success.

use std::time::Duration;

use super::{super::problem::Problem, call::GatewayAnswer, distrust::Distrust};
use crate::cli::{
    Exit, Failure, Language,
    language::{Said, both},
};

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
    /// A success with a body of more than 64 MiB: its headers, and one byte more than that of the body.
    TooLarge(Box<GatewayAnswer>),
    /// An answer that this program cannot make sense of.
    NotUnderstood((&'static str, &'static str)),
}

impl CallError {
    /// JSON, but not what this route answers.
    pub const OTHER_FORM: Self =
        Self::NotUnderstood(("de JSON heeft een andere vorm", "its JSON is of another form"));
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
            CallError::TooLarge(_) => {
                CallError::NotUnderstood(("het is groter dan 64 MiB", "it is larger than 64 MiB")).into()
            }
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
