//! A packet that answers: to whom, with what, and whether the caller may.

use super::{error::PushError, prepare::Prepared};
use crate::{
    accesslog::entry::Event,
    domain::problem::{Bilingual, Fault},
    exchange::{
        answer::{asked_of_caller, may_answer},
        caller::Caller,
        not_found::no_packet,
        perform::{At, No},
        submission::Header,
    },
    store::read::MessageRow,
};

/// Goes on if it answers nothing, or what the caller was asked and has not answered.
pub(super) fn answers(
    at: &At<'_, Caller>,
    header: &Header,
    prepared: &Prepared<'_>,
) -> Result<(), No<PushError>> {
    let Some((id, outcome)) = &header.reply else { return Ok(()) };
    let asked = asked_of_caller(at, *id);
    may_answer(at, asked)?;
    let Some(asked) = asked else {
        return Err(No::not_found(no_packet(at.by, Event::Answer, *id, at.facts.message(*id))));
    };
    let mut faults: Vec<Fault> = at.tools.unknown_outcome(asked, outcome).into_iter().collect();
    if prepared.dataset.answers.as_ref() != Some(&asked.dataset) {
        faults.push(answers_another());
    }
    let others = prepared.recipients.iter().filter(|one| one.party != asked.sender);
    faults.extend(others.filter_map(|one| one.at).map(|at| not_who_asked(at, asked)));
    if !faults.is_empty() {
        return Err(No::For(PushError::Invalid(faults), Vec::new()));
    }
    if at.facts.answer(*id, &at.by.party()).is_some() {
        return Err(No::For(PushError::AlreadyAnswered, Vec::new()));
    }
    Ok(())
}

fn answers_another() -> Fault {
    Fault {
        now: Some(Bilingual::new(
            "Kies een gegevensset die hierop antwoordt (`answers` in GET /v1/datasets/{code}), of antwoord zonder inhoud.",
            "Choose a dataset that answers this (`answers` in GET /v1/datasets/{code}), or answer without content.",
        )),
        ..Fault::at(
            "/replyTo",
            "answers-another",
            "Met deze gegevensset kan hierop niet geantwoord worden.",
            "A packet of this dataset is no answer to it.",
        )
    }
}

fn not_who_asked(at: usize, asked: &MessageRow) -> Fault {
    let (oin, role) = (asked.sender.oin, asked.sender.role);
    Fault {
        now: Some(Bilingual::of(
            format!("Noem wie het vroeg: OIN {oin}, rol {role}."),
            format!("Name who asked: OIN {oin}, role {role}."),
        )),
        ..Fault::at(
            format!("/recipients/{at}"),
            "not-who-asked",
            "Een antwoord gaat naar wie het vroeg, en naar niemand anders.",
            "An answer goes to who asked, and to nobody else.",
        )
    }
}
