//! From what went wrong in a use case to what the caller is told: one conversion per error, each without `_`, so that a new
//! kind of error is decided here before it can be answered.
//!
//! Two rules. Who is not meant to know of a thing gets [`problem::NOT_FOUND`], the same as anybody. What is not the
//! caller's fault is a 503 if trying again can help and else a 500 whose body is always the same; the cause stands in the
//! log.

mod declared;
mod ended;
mod hindered;
mod in_the_way;
mod keys;

use self::{
    ended::gone,
    hindered::hindered,
    in_the_way::{BLOCKED, conflict},
};
use super::problem::{self, Problem};
use crate::{
    domain::problem::{Bilingual, Fault},
    exchange::{
        acknowledge::AcknowledgeError, admission::AdmitError, answer::AnswerError, directory::DirectoryError,
        evaluate::EvaluateError, heavy::Busy, lists::ListError, own_entries::AccountError, pull::PullError,
        push::PushError, search::SearchError, trouble::Trouble,
    },
    identity::IdentityFault,
    policy::permit::{Refusal, RefusalKind},
};

/// 401: the certificate is registered, and does not hold today.
const CERTIFICATE_NOT_VALID: Problem = Problem::new(
    "certificate-not-valid",
    "The client certificate does not hold",
    401,
    &(
        "Uw certificaat is nu niet geldig.",
        Some(
            "Het is verlopen, nog niet geldig of ingetrokken. Maak verbinding met een certificaat dat \
             geldig is.",
        ),
    ),
)
.detail("It has expired, is not valid yet, or was revoked. Connect with one that holds.");

/// 500: the policies or the facts could not be judged. The answer is no, and the fault is not the caller's.
const POLICY_FAULT: Problem = Problem::new("policy-fault", "The gateway could not decide", 500, &(
            "De gateway kon hierover niet beslissen.",
            Some(
                "De fout ligt bij de gateway en niet bij uw verzoek. Er is niets vrijgegeven; in het \
             logboek staat dat het is gevraagd. Geef het nummer bij traceId door aan de beheerder.",
            ),
        ))
        .detail(
            "The fault is the gateway's and not the request's. Nothing was released; the log says that it was asked. Tell the \
     operator the traceId.",
        );

/// 429: so many large messages of the party wait to be read that no more are taken.
const OWN_WORK_WAITS: Problem = problem::TOO_MANY_REQUESTS.detail(
    "So many large messages of your party wait to be read that no more are taken. Wait as many seconds as Retry-After says, and \
     send fewer of them at the same time.",
);

impl From<Busy> for Problem {
    fn from(busy: Busy) -> Self {
        Trouble::from(busy).into()
    }
}

impl From<Trouble> for Problem {
    fn from(trouble: Trouble) -> Self {
        if let Some(hindrance) = trouble.hindrance() {
            return hindered(hindrance).code(trouble.error_code());
        }
        if trouble.is_of_the_clock() {
            return problem::CLOCK.code(trouble.error_code()).caused_by(&trouble);
        }
        if let Trouble::Busy(Busy::Own) = trouble {
            return OWN_WORK_WAITS.code(trouble.error_code());
        }
        let problem = if trouble.is_passing() { problem::UNAVAILABLE } else { problem::INTERNAL };
        problem.code(trouble.error_code()).caused_by(&trouble)
    }
}

impl From<AdmitError> for Problem {
    fn from(error: AdmitError) -> Self {
        match error {
            AdmitError::Unknown => problem::CERTIFICATE_UNKNOWN,
            AdmitError::Identity(fault) => match fault {
                IdentityFault::NotRegistered => problem::CERTIFICATE_UNKNOWN.code(fault.code()),
                IdentityFault::NotYetValid | IdentityFault::Expired | IdentityFault::Revoked => {
                    CERTIFICATE_NOT_VALID.code(fault.code())
                }
                IdentityFault::Blocked => BLOCKED.code(fault.code()),
                // The authority's list is the operator's to renew.
                IdentityFault::RevocationUnknown => problem::UNAVAILABLE.code(fault.code()).caused_by(&fault),
            },
            AdmitError::Trouble(trouble) => trouble.into(),
        }
    }
}

impl From<PushError> for Problem {
    fn from(error: PushError) -> Self {
        match error {
            PushError::Invalid(faults) => problem::INVALID.code("submission").with_faults(faults),
            PushError::Refused(refusals) => {
                let fault = refusals.iter().any(|(_, refusal)| refusal.kind == RefusalKind::PolicyFault);
                let no = if fault { POLICY_FAULT } else { problem::REFUSED };
                refusals.into_iter().fold(no, |problem, (at, refusal)| match at {
                    Some(at) => problem.with_recipient_faults(at, placed(refusal, &recipient(at))),
                    None if refusal.kind == RefusalKind::Route => problem.with_faults(refusal.reasons),
                    None => problem.with_faults(placed(refusal, "/copyForPerson")),
                })
            }
            PushError::NoKey(faults) => problem::CONFLICT
                .code("recipient-has-no-key")
                .detail("A recipient has no key that is valid now. Nothing was stored; the same request can be sent later.")
                .with_faults(faults),
            // 409 and not 422: the design rules know one status for invalid input, and this input clashes with what is stored.
            PushError::KeyReused => key_reused(),
            PushError::NotFound => problem::NOT_FOUND,
            PushError::AlreadyAnswered => already_answered(),
            PushError::Gone(ended) => gone(ended),
            PushError::Trouble(trouble) => trouble.into(),
        }
    }
}

fn key_reused() -> Problem {
    problem::CONFLICT
        .code("idempotency-key-reused")
        .detail("The Idempotency-Key was used before, with another body. Use a new key for a new request.")
        .with_faults([Fault::at(
            "header:idempotency-key",
            "idempotency-key-reused",
            "Dit verzoeknummer (Idempotency-Key) is al gebruikt voor een ander bericht. Gebruik een nieuw nummer.",
            "This key was used for another body. Use a new one.",
        )])
}

impl From<PullError> for Problem {
    fn from(error: PullError) -> Self {
        match error {
            PullError::NotFound => problem::NOT_FOUND,
            PullError::OwnPacket => problem::NOT_FOUND.with_faults([own_packet()]),
            PullError::Refused(refusal) => refused(refusal),
            PullError::Gone(ended) => gone(ended),
            PullError::Trouble(trouble) => trouble.into(),
        }
    }
}

impl From<AcknowledgeError> for Problem {
    fn from(error: AcknowledgeError) -> Self {
        match error {
            AcknowledgeError::NotFound => problem::NOT_FOUND,
            AcknowledgeError::NotCollected => conflict(Fault {
                now: Some(Bilingual::new("Haal het pakket eerst op.", "Collect the packet first.")),
                ..Fault::at(
                    "",
                    "not-collected",
                    "Het pakket is nog niet opgehaald, dus er is niets om te bevestigen.",
                    "The packet was not collected, so there is nothing to acknowledge.",
                )
            }),
            AcknowledgeError::ReferenceNotKept => conflict(Fault {
                now: Some(Bilingual::new(
                    "Zoek het pakket voortaan op naam, geboortedatum en doel.",
                    "Search for the packet by name, birthDate and purpose from now on.",
                )),
                ..Fault::at(
                    "/reference",
                    "already-acknowledged",
                    "De ontvangst was al bevestigd, zonder dit eigen nummer. Het nummer is niet bewaard.",
                    "It was acknowledged before, without this reference. The reference was not kept.",
                )
            }),
            AcknowledgeError::Gone(ended) => gone(ended),
            AcknowledgeError::Refused(refusal) => refused(refusal),
            AcknowledgeError::Trouble(trouble) => trouble.into(),
        }
    }
}

impl From<AnswerError> for Problem {
    fn from(error: AnswerError) -> Self {
        match error {
            AnswerError::NotFound => problem::NOT_FOUND,
            AnswerError::UnknownOutcome(fault) => problem::INVALID.code("answer").with_faults(vec![fault]),
            AnswerError::AlreadyAnswered => already_answered(),
            AnswerError::Gone(ended) => gone(ended),
            AnswerError::Refused(refusal) => refused(refusal),
            AnswerError::Trouble(trouble) => trouble.into(),
        }
    }
}

fn already_answered() -> Problem {
    conflict(Fault::at(
        "",
        "already-answered",
        "Hierop is al geantwoord, en anders. Een antwoord blijft staan.",
        "This was answered before, and otherwise. An answer stands.",
    ))
}

impl From<SearchError> for Problem {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::UnknownPurpose(fault) => problem::INVALID.code("search").with_faults([fault]),
            SearchError::Refused(refusal) => refused(refusal),
            SearchError::Trouble(trouble) => trouble.into(),
        }
    }
}

impl From<ListError> for Problem {
    fn from(error: ListError) -> Self {
        match error {
            ListError::NotFound => problem::NOT_FOUND,
            ListError::Refused(refusal) => refused(refusal),
            ListError::Trouble(trouble) => trouble.into(),
        }
    }
}

impl From<AccountError> for Problem {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::Refused(refusal) => refused(refusal),
            AccountError::Trouble(trouble) => trouble.into(),
        }
    }
}

impl From<DirectoryError> for Problem {
    fn from(error: DirectoryError) -> Self {
        match error {
            DirectoryError::NotFound => problem::NOT_FOUND,
            DirectoryError::Refused(refusal) => refused(refusal),
            DirectoryError::Trouble(trouble) => trouble.into(),
        }
    }
}

impl From<EvaluateError> for Problem {
    fn from(error: EvaluateError) -> Self {
        match error {
            EvaluateError::Unasked(_) => problem::INVALID.code("unasked").with_faults([Fault::at(
                "/context",
                "missing",
                "De vraag noemt geen dataset, geen doel of geen rollen.",
                "The question does not name its dataset, purpose or roles.",
            )]),
            EvaluateError::Refused(refusal) => refused(refusal),
            EvaluateError::Trouble(trouble) => trouble.into(),
        }
    }
}

fn refused(refusal: Refusal) -> Problem {
    let no = if refusal.kind == RefusalKind::PolicyFault { POLICY_FAULT } else { problem::REFUSED };
    no.with_faults(refusal.reasons)
}

/// The reasons, each at a place of the request: those of a policy have none of their own.
fn placed(refusal: Refusal, pointer: &str) -> impl Iterator<Item = Fault> {
    refusal.reasons.into_iter().map(move |reason| {
        if reason.pointer.is_empty() { Fault { pointer: pointer.to_owned(), ..reason } } else { reason }
    })
}

fn recipient(at: usize) -> String {
    format!("/recipients/{at}")
}

/// What is told of a pull of the caller's own packet.
fn own_packet() -> Fault {
    Fault::at(
        "",
        "own-packet",
        "U hebt dit pakket zelf verstuurd. Alleen de ontvanger haalt het op. Heeft het een kopie voor de jongere, dan kunt u die ophalen.",
        "You sent this packet yourself. Only its recipient collects it. If it has a copy for the young person, you can fetch that.",
    )
}
