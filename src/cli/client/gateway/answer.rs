//! What comes back of a call, or does not.

use std::{error::Error, io, time::Duration};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, header};

use super::{super::problem::Problem, distrust::distrust, error::CallError};
use crate::cli::{Language, causes, language::Said};

/// No answer is read beyond this: 64 MiB.
const LARGEST_ANSWER: usize = 64 << 20;

/// The body of an answer, and whether that is all of it. Of what is longer than [`LARGEST_ANSWER`] comes one byte more than that,
/// so that nobody takes the begin for the whole.
pub(super) async fn read(mut response: reqwest::Response) -> Result<(Bytes, bool), CallError> {
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(unsent)? {
        body.extend_from_slice(&chunk);
        if body.len() > LARGEST_ANSWER {
            body.truncate(LARGEST_ANSWER.saturating_add(1));
            return Ok((body.freeze(), false));
        }
    }
    Ok((body.freeze(), true))
}

/// `Retry-After` in seconds; the form with a date is not sent by a gateway and counts as absent.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

/// Why there is no answer.
pub(super) fn unsent(error: reqwest::Error) -> CallError {
    let (connecting, is_late) = (error.is_connect(), error.is_timeout());
    // The address is left out: it is in the profile, and paths hold identifiers.
    let error = error.without_url();
    let mut cause: Option<&(dyn Error + 'static)> = Some(&error);
    let (mut last, mut broken_off) = (Said::same(""), !connecting && !is_late);
    while let Some(error) = cause {
        if let Some(distrust) = distrust(error) {
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

/// An answer that leaves open what was done.
pub(super) fn answered(status: u16, problem: &Problem) -> Said {
    let title = problem.title();
    let (nl, en) = (title.text(Language::Nl), title.text(Language::En));
    Said::new(format!("de gateway antwoordde {status}: {nl}"), format!("the gateway answered {status} {en}"))
}
