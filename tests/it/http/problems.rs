//! What a caller is told of every error of every use case: one snapshot of status, kind and faults.

use std::fmt::Write as _;

use axum::response::IntoResponse as _;
use http_body_util::BodyExt as _;
use jiff::Timestamp;
use serde_json::Value;
use sluis::{
    domain::{
        digest::Digest,
        problem::{Bilingual, Fault},
    },
    exchange::{
        acknowledge::AcknowledgeError,
        admission::AdmitError,
        answer::AnswerError,
        declare::DeclareError,
        directory::DirectoryError,
        ended::Ended,
        evaluate::EvaluateError,
        keys::{KeyError, unproven},
        lists::ListError,
        own_entries::AccountError,
        pull::PullError,
        push::PushError,
        search::SearchError,
        trouble::Trouble,
        withdraw::WithdrawError,
    },
    http::problem::Problem,
    identity::{IdentityFault, key_proof::ProofFault},
    policy::{
        permit::{Refusal, RefusalKind},
        whatif::Unasked,
        wording::Ages,
    },
    store::writer::error::{Conflict, WriteError},
};

fn refusal(kind: RefusalKind) -> Refusal {
    let reason = Fault {
        provisions: vec!["wvo2020:2.31b:3".parse().unwrap()],
        now: Some(Bilingual::new("Vraag de gemeente om voortzetting.", "Ask the municipality to continue.")),
        ..Fault::at("", "overgangsdocument.voortzetting", "Nog niet bevestigd.", "Not confirmed yet.")
    };
    Refusal {
        kind,
        basis: Some("overgangsdocument.pro".parse().unwrap()),
        reasons: vec![reason],
        ages: Ages::new(),
        policy_digest: Digest::of(b"policies"),
        decided_at: Timestamp::UNIX_EPOCH,
    }
}

fn no() -> Refusal {
    refusal(RefusalKind::ConditionsFail)
}

fn fault() -> Fault {
    Fault::at("/content/persoon", "missing", "Dit veld ontbreekt.", "This member is missing.")
}

/// Status, kind, headers that matter, and per fault its recipient, pointer, code and Dutch text.
async fn told(problem: Problem) -> String {
    let code = problem.error_code();
    let response = problem.into_response();
    let retry = response
        .headers()
        .get("retry-after")
        .map(|after| format!(" retry-after {}", after.to_str().unwrap()));
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let document: Value = serde_json::from_slice(&body).unwrap();
    let mut line = format!(
        "{} {} [{code}]{}",
        document["status"],
        document["type"].as_str().unwrap().trim_start_matches("urn:sluis:problem:"),
        retry.unwrap_or_default()
    );
    for error in document["errors"].as_array().into_iter().flatten() {
        let recipient = error.get("recipient").map(|at| format!("recipient {at} ")).unwrap_or_default();
        write!(
            line,
            "\n    {recipient}{:?} {} {}",
            error["pointer"].as_str().unwrap(),
            error["code"].as_str().unwrap(),
            error["nl"].as_str().unwrap()
        )
        .unwrap();
    }
    line
}

macro_rules! told {
    ($($error:expr),+ $(,)?) => {{
        let mut lines = Vec::new();
        $(lines.push(format!("{}\n  {}", stringify!($error), told(Problem::from($error)).await));)+
        lines.join("\n")
    }};
}

#[tokio::test]
async fn handing_in() {
    insta::assert_snapshot!(told![
        PushError::Invalid(vec![fault()]),
        PushError::Refused(vec![(Some(1), no()), (None, no())]),
        PushError::Refused(vec![(None, refusal(RefusalKind::Route))]),
        PushError::Refused(vec![(Some(0), no()), (Some(1), refusal(RefusalKind::PolicyFault))]),
        PushError::NoKey(vec![fault()]),
        PushError::KeyReused,
        PushError::Trouble(Trouble::Restless),
        DeclareError::Invalid(vec![fault()]),
        DeclareError::Refused(no()),
        DeclareError::NotFound,
        DeclareError::Trouble(Trouble::Restless),
        WithdrawError::NotFound,
        WithdrawError::Refused(no()),
        WithdrawError::Gone(Ended::Expired),
        WithdrawError::Trouble(Trouble::Restless),
    ]);
}

#[tokio::test]
async fn collecting() {
    insta::assert_snapshot!(told![
        PullError::NotFound,
        PullError::Refused(no()),
        PullError::Refused(refusal(RefusalKind::PolicyFault)),
        PullError::Gone(Ended::Withdrawn),
        PullError::Gone(Ended::Expired),
        PullError::Gone(Ended::Withheld),
        PullError::Gone(Ended::Acknowledged),
        PullError::Trouble(Trouble::Restless),
        AcknowledgeError::NotFound,
        AcknowledgeError::NotCollected,
        AcknowledgeError::Gone(Ended::Withdrawn),
        AcknowledgeError::Refused(no()),
        AcknowledgeError::Trouble(Trouble::Restless),
        AnswerError::NotFound,
        AnswerError::AlreadyAnswered,
        AnswerError::Gone(Ended::Withheld),
        AnswerError::Refused(no()),
        AnswerError::Trouble(Trouble::Restless),
        SearchError::Refused(no()),
        SearchError::Trouble(Trouble::Restless),
        ListError::NotFound,
        ListError::Refused(no()),
        ListError::Trouble(Trouble::Restless),
        AccountError::Refused(no()),
        AccountError::Trouble(Trouble::Restless),
    ]);
}

#[tokio::test]
async fn managing() {
    insta::assert_snapshot!(told![
        AdmitError::Unknown,
        AdmitError::Identity(IdentityFault::NotRegistered),
        AdmitError::Identity(IdentityFault::NotYetValid),
        AdmitError::Identity(IdentityFault::Expired),
        AdmitError::Identity(IdentityFault::Revoked),
        AdmitError::Identity(IdentityFault::RevocationUnknown),
        AdmitError::Identity(IdentityFault::Blocked),
        AdmitError::Trouble(Trouble::Restless),
        KeyError::Invalid(vec![fault()]),
        KeyError::Invalid(vec![unproven(ProofFault::Missing)]),
        KeyError::Invalid(vec![unproven(ProofFault::Chain)]),
        KeyError::Invalid(vec![unproven(ProofFault::Untrusted)]),
        KeyError::Invalid(vec![unproven(ProofFault::OtherOrganisation)]),
        KeyError::Invalid(vec![unproven(ProofFault::OtherKey)]),
        KeyError::Invalid(vec![unproven(ProofFault::Statement)]),
        KeyError::Invalid(vec![unproven(ProofFault::Signature)]),
        KeyError::Invalid(vec![unproven(ProofFault::OtherStatement)]),
        KeyError::Invalid(vec![unproven(ProofFault::Stale)]),
        KeyError::Invalid(vec![unproven(ProofFault::Ahead)]),
        KeyError::Taken,
        KeyError::OtherEnd,
        KeyError::NotFound,
        KeyError::Refused(no()),
        KeyError::Trouble(Trouble::Restless),
        DirectoryError::NotFound,
        DirectoryError::Refused(no()),
        DirectoryError::Trouble(Trouble::Restless),
        EvaluateError::Unasked(Unasked("dataset")),
        EvaluateError::Refused(no()),
        EvaluateError::Trouble(Trouble::Restless),
    ]);
}

#[tokio::test]
async fn what_is_not_the_callers_fault() {
    insta::assert_snapshot!(told![
        Trouble::Restless,
        Trouble::NoEntropy(sluis::domain::id::NoEntropy),
        Trouble::Write(WriteError::Busy),
        Trouble::Write(WriteError::Unknown(None)),
        Trouble::Write(WriteError::PolicyDiffers),
        Trouble::Inconsistent("a secret of the inside"),
        Trouble::Crypto("another"),
    ]);
}

/// What had changed between the reading and the write is the caller's to know: it would not pass.
#[tokio::test]
async fn what_changed_meanwhile() {
    insta::assert_snapshot!(told![
        Trouble::Write(WriteError::Conflict(Conflict::NotFound)),
        Trouble::Write(WriteError::Conflict(Conflict::Blocked)),
        Trouble::Write(WriteError::Conflict(Conflict::Withdrawn)),
        Trouble::Write(WriteError::Conflict(Conflict::Expired)),
        Trouble::Write(WriteError::Conflict(Conflict::Withheld)),
        Trouble::Write(WriteError::Conflict(Conflict::Gone)),
        Trouble::Write(WriteError::Conflict(Conflict::Taken)),
        Trouble::Write(WriteError::Conflict(Conflict::State)),
    ]);
}

/// The inside is for the log: nothing of it is told.
#[tokio::test]
async fn a_cause_is_not_told() {
    let response = Problem::from(Trouble::Inconsistent("a secret of the inside")).into_response();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert!(!String::from_utf8_lossy(&body).contains("secret"));
}

/// To whom a thing does not exist is told the same, whatever the reason.
#[tokio::test]
async fn all_404s_are_the_same() {
    let mut bodies = std::collections::BTreeSet::new();
    for problem in [
        Problem::from(PullError::NotFound),
        AcknowledgeError::NotFound.into(),
        AnswerError::NotFound.into(),
        DeclareError::NotFound.into(),
        WithdrawError::NotFound.into(),
        ListError::NotFound.into(),
        KeyError::NotFound.into(),
        DirectoryError::NotFound.into(),
        sluis::http::problem::NOT_FOUND.code("unknown-path"),
    ] {
        bodies.insert(problem.into_response().into_body().collect().await.unwrap().to_bytes());
    }
    assert_eq!(bodies.len(), 1);
}

/// Who gets a problem without a fault of the request still reads why, and what to do, in Dutch and English.
#[tokio::test]
async fn every_kind_gives_its_reason_in_both_languages() {
    use sluis::http::problem as kinds;
    for problem in [
        kinds::INVALID,
        kinds::CERTIFICATE_NEEDED,
        kinds::CERTIFICATE_UNKNOWN,
        kinds::REFUSED,
        kinds::NOT_FOUND,
        kinds::METHOD_NOT_ALLOWED,
        kinds::NOT_ACCEPTABLE,
        kinds::BODY_TIMEOUT,
        kinds::CONFLICT,
        kinds::GONE,
        kinds::TOO_LARGE,
        kinds::URI_TOO_LONG,
        kinds::MEDIA_TYPE_NOT_SUPPORTED,
        kinds::TOO_MANY_REQUESTS,
        kinds::HEADERS_TOO_LARGE,
        kinds::INTERNAL,
        kinds::UNAVAILABLE,
        kinds::CLOCK,
        AdmitError::Identity(IdentityFault::Expired).into(),
        AdmitError::Identity(IdentityFault::Blocked).into(),
    ] {
        let body = problem.into_response().into_body().collect().await.unwrap().to_bytes();
        let document: Value = serde_json::from_slice(&body).unwrap();
        let [error] = document["errors"].as_array().unwrap().as_slice() else { panic!("{document}") };
        let kind = document["type"].as_str().unwrap().trim_start_matches("urn:sluis:problem:");
        assert_eq!(
            (&error["pointer"], &error["code"], &error["en"]),
            (&"".into(), &kind.into(), &document["title"])
        );
        assert!(error["nl"].as_str().unwrap().ends_with('.') && error["nl"] != error["en"], "{document}");
        let now = error.get("now").map(|now| now["en"].clone());
        assert_eq!(
            now,
            Some(document["detail"].clone()).filter(|detail| *detail != document["title"]),
            "{document}"
        );
    }
}
