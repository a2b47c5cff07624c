//! What was done, in words, and the same as what was wanted.

use super::words::plain;
use crate::{accesslog::entry::Event, cli::Language};

/// The words of which an act is told; each is empty where the entry does not have it.
pub(super) struct Acts {
    /// What was exchanged.
    pub(super) what: String,
    pub(super) to: String,
    pub(super) from: String,
    pub(super) for_whom: String,
    /// The party that the operator registered, blocked or removed.
    pub(super) subject: String,
    /// The declaration.
    pub(super) kind: String,
    /// Who declared it.
    pub(super) by: String,
    pub(super) answer: String,
    /// What was decided.
    pub(super) verdict: String,
}

/// What was done, and what it is to want that.
pub(super) fn acts(event: Event, is_copy: bool, of: &Acts, language: Language) -> (String, String) {
    let told = match language {
        Language::Nl => in_dutch(event, is_copy, of),
        Language::En => in_english(event, is_copy, of),
    };
    told.unwrap_or_else(|| {
        let (done, doing) = plain(event, language);
        match event {
            Event::PartyRegistered
            | Event::PartyRemoved
            | Event::PartyBlocked
            | Event::PartyUnblocked
            | Event::MandateRegistered
            | Event::MandateEnded => (format!("{done}: {}", of.subject), format!("{doing}: {}", of.subject)),
            _ => (done.to_owned(), doing.to_owned()),
        }
    })
}

fn in_dutch(event: Event, is_copy: bool, of: &Acts) -> Option<(String, String)> {
    let Acts { what, to, from, for_whom, kind, by, answer, verdict, .. } = of;
    Some(match event {
        // The person is no party: nothing goes there but what the sender hands over.
        Event::Push if is_copy => (
            format!("maakte een afschrift van {what} voor de jongere"),
            format!("een afschrift van {what} voor de jongere maken"),
        ),
        Event::Push | Event::Request | Event::Question => {
            (format!("stuurde {what}{to}"), format!("{what}{to} sturen"))
        }
        Event::Pull => (format!("haalde {what} op{from}"), format!("{what} ophalen{from}")),
        Event::Acknowledge => {
            (format!("bevestigde de ontvangst van {what}"), format!("de ontvangst van {what} bevestigen"))
        }
        Event::Declare => (
            format!("legde vast: {kind}{by} voor {what}{to}"),
            format!("{kind}{by} voor {what}{to} vastleggen"),
        ),
        Event::WithdrawDeclaration => (
            format!("legde vast dat {kind} voor {what}{to} is ingetrokken{by}"),
            format!("vastleggen dat {kind} voor {what}{to} is ingetrokken{by}"),
        ),
        Event::DecideDeclaration => (
            format!("besliste over {kind} voor {what}{verdict}"),
            format!("beslissen over {kind} voor {what}"),
        ),
        Event::Notice => (
            format!("gaf een bericht over {what}, gestuurd{to}"),
            format!("een bericht geven over {what}, gestuurd{to}"),
        ),
        Event::Answer => (format!("beantwoordde {what}{answer}"), format!("{what} beantwoorden")),
        Event::WithdrawPacket => (format!("trok {what}{for_whom} in"), format!("{what}{for_whom} intrekken")),
        Event::CopyForPerson => (
            format!("haalde het afschrift van {what} op om het aan de jongere te geven"),
            format!("het afschrift van {what} ophalen om het aan de jongere te geven"),
        ),
        Event::Evaluated => (
            format!("vroeg wat er over {what} zou worden beslist"),
            format!("vragen wat er over {what} zou worden beslist"),
        ),
        _ => return None,
    })
}

fn in_english(event: Event, is_copy: bool, of: &Acts) -> Option<(String, String)> {
    let Acts { what, to, from, for_whom, kind, by, answer, verdict, .. } = of;
    Some(match event {
        Event::Push if is_copy => (
            format!("made a copy of {what} for the young person"),
            format!("make a copy of {what} for the young person"),
        ),
        Event::Push | Event::Request | Event::Question => {
            (format!("sent {what}{to}"), format!("send {what}{to}"))
        }
        Event::Pull => (format!("collected {what}{from}"), format!("collect {what}{from}")),
        Event::Acknowledge => (format!("acknowledged {what}"), format!("acknowledge {what}")),
        Event::Declare => {
            (format!("recorded: {kind}{by} for {what}{to}"), format!("record {kind}{by} for {what}{to}"))
        }
        Event::WithdrawDeclaration => (
            format!("recorded that {kind} for {what}{to} was withdrawn{by}"),
            format!("record that {kind} for {what}{to} was withdrawn{by}"),
        ),
        Event::DecideDeclaration => {
            (format!("decided upon {kind} for {what}{verdict}"), format!("decide upon {kind} for {what}"))
        }
        Event::Notice => {
            (format!("gave a notice about {what}, sent{to}"), format!("give a notice about {what}, sent{to}"))
        }
        Event::Answer => (format!("answered {what}{answer}"), format!("answer {what}")),
        Event::WithdrawPacket => (format!("withdrew {what}{for_whom}"), format!("withdraw {what}{for_whom}")),
        Event::CopyForPerson => (
            format!("collected the copy of {what}, to give it to the young person"),
            format!("collect the copy of {what}, to give it to the young person"),
        ),
        Event::Evaluated => (
            format!("asked what would be decided about {what}"),
            format!("ask what would be decided about {what}"),
        ),
        _ => return None,
    })
}
