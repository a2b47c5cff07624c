//! What a push came to, in words for people.

use std::path::Path;

use serde_json::Value;

use super::{
    replies::{Accepted, CheckAnswer},
    report::{Record, Status},
    tally::Tally,
};
use crate::cli::{
    Language,
    client::words::member,
    language::{counted, tell},
    names::Names,
    printable::one_line,
};

/// So many faulty lines are told in full; of the others the numbers.
const SHOWN: usize = 20;

/// What was or would be decided about one packet that was only checked.
#[must_use]
pub(super) fn of_check(answer: CheckAnswer, language: Language) -> String {
    if answer.allowed {
        return language
            .pick("Zou worden aangenomen; er is niets opgeslagen.", "Would be accepted; nothing was stored.")
            .to_owned();
    }
    let no = language
        .pick("Zou worden geweigerd; er is niets opgeslagen.", "Would be refused; nothing was stored.");
    let reasons = answer.reasons();
    let lines = reasons.iter().flat_map(|reason| reason.lines(language));
    std::iter::once(no.to_owned()).chain(lines).collect::<Vec<_>>().join("\n")
}

/// A packet that the gateway accepted.
#[must_use]
pub(super) fn of_accepted(accepted: &Accepted, names: &Names, language: Language) -> String {
    let line = |recipient: &Value| {
        let of = |pointer| member(recipient, pointer);
        let party = recipient.get("party").map(|party| names.party(party, language)).unwrap_or_default();
        let place = names.place(&of("/municipality"));
        let place = match &*place {
            "" => place,
            place => tell!(language, " voor gemeente {place}", " for municipality {place}"),
        };
        format!("  {party}{place}  {}  log {}", of("/basis"), of("/logIndex"))
    };
    let mut lines = vec![tell!(language, "Aangenomen: {}", "Accepted: {}", one_line(&accepted.id))];
    lines.extend(accepted.recipients.as_array().into_iter().flatten().map(line));
    lines.join("\n")
}

/// A batch that ended: the first faulty lines with their reasons, the count, where the report is. A check has no report, and
/// is told as a question.
#[must_use]
pub(super) fn of_batch(
    records: &[Record],
    tally: &Tally,
    report: Option<&Path>,
    language: Language,
) -> String {
    let is_faulty = |record: &&Record| {
        !record.receipt_faults.is_empty()
            || !matches!(record.status, Status::Accepted | Status::Permitted | Status::Sending)
    };
    let faulty: Vec<_> = records.iter().filter(is_faulty).collect();
    let (shown, more) = faulty.split_at(faulty.len().min(SHOWN));
    let is_check = report.is_none();
    let mut lines: Vec<String> =
        shown.iter().flat_map(|record| of_record(record, is_check, language)).collect();
    if !more.is_empty() {
        let numbers = more.iter().map(|record| record.line.to_string()).collect::<Vec<_>>().join(", ");
        lines.push(tell!(
            language,
            "en nog {} met een fout, op regel {numbers}: verbeter eerst deze, of kijk met --json",
            "and {} more with a fault, on line {numbers}: correct these first, or look with --json",
            more.len()
        ));
    }
    lines.push(summary(tally, is_check, language));
    if tally.unproven > 0 {
        lines.push(tell!(
            language,
            "{} aangenomen met een ontvangstbewijs dat niet klopt: stuur die niet nog eens; bewaar het verslag en zeg het tegen de \
             beheerder van de gateway en uw functionaris gegevensbescherming",
            "{} accepted with a receipt that does not hold: do not send those again; keep the report and tell the gateway's operator \
             and your privacy officer",
            tally.unproven
        ));
    }
    if let Some(report) = report {
        lines.push(tell!(language, "verslag: {}", "report: {}", report.display()));
        if tally.open > 0 {
            let again = language.pick(
                "Geef dezelfde opdracht nog eens voor wat open staat.",
                "Run the same command again for what is open.",
            );
            lines.push(again.to_owned());
        }
    }
    lines.join("\n")
}

fn summary(tally: &Tally, is_check: bool, language: Language) -> String {
    let lines = language.pick(counted(tally.lines, "regel", "regels"), counted(tally.lines, "line", "lines"));
    if !is_check {
        return tell!(
            language,
            "{lines}: {} aangenomen (waarvan eerder {}), {} geweigerd, {} ongeldig, {} dubbel, {} open",
            "{lines}: {} accepted (of which earlier {}), {} refused, {} invalid, {} duplicate, {} open",
            tally.accepted,
            tally.earlier,
            tally.refused,
            tally.invalid,
            tally.duplicate,
            tally.open
        );
    }
    let would = tally.accepted.saturating_sub(tally.earlier);
    let mut text = tell!(
        language,
        "{lines} nagevraagd; er is niets verstuurd of opgeslagen. Zou worden aangenomen: {}; al eerder aangenomen: {}; zou worden \
         geweigerd: {}; ongeldig: {}; dubbel: {}; zonder antwoord: {}",
        "{lines} asked about; nothing was sent or stored. Would be accepted: {}; accepted earlier: {}; would be refused: {}; \
         invalid: {}; duplicate: {}; without an answer: {}",
        would,
        tally.earlier,
        tally.refused,
        tally.invalid,
        tally.duplicate,
        tally.open
    );
    if tally.changed > 0 {
        text.push_str(&tell!(
            language,
            "\n{} niet meer zoals eerder verstuurd: de regel zelf, een waarde boven de kolomnamen of een --set is anders. Versturen \
             vraagt om --changed.",
            "\n{} not as an earlier run sent: the line itself, a value above the names or a --set differs. A push asks for --changed.",
            language.pick(
                counted(tally.changed, "regel is", "regels zijn"),
                counted(tally.changed, "line is", "lines are")
            )
        ));
    }
    text
}

fn of_record(record: &Record, is_check: bool, language: Language) -> Vec<String> {
    // The reasons say more than the title above them.
    let title = record.said.as_ref().map(|said| said.text(language)).or(record.title.as_deref());
    let title = title.filter(|_| record.reasons.is_empty());
    let title = title.map(|title| format!(": {title}")).unwrap_or_default();
    let (line, status) = (record.line, of_status(record.status, is_check, language));
    let mut lines = vec![tell!(language, "regel {line}: {status}{title}", "line {line}: {status}{title}")];
    let under = record.title.as_deref().unwrap_or_default();
    let reasons = record.reasons.iter().flat_map(|reason| reason.lines_under(under, language));
    lines.extend(reasons.map(|line| format!("  {line}")));
    lines
}

fn of_status(status: Status, is_check: bool, language: Language) -> &'static str {
    let (nl, en) = match (status, is_check) {
        (Status::Accepted, false) => ("aangenomen", "accepted"),
        (Status::Accepted, true) => ("eerder aangenomen", "accepted earlier"),
        (Status::Permitted, _) => ("zou worden aangenomen", "would be accepted"),
        (Status::Refused, false) => ("geweigerd", "refused"),
        (Status::Refused, true) => ("zou worden geweigerd", "would be refused"),
        (Status::Invalid, false) => ("ongeldig, niet verstuurd", "invalid, not sent"),
        (Status::Invalid, true) => ("ongeldig, zou niet worden verstuurd", "invalid, would not be sent"),
        (Status::Duplicate, false) => {
            ("gelijk aan een eerdere regel, niet verstuurd", "same as an earlier line, not sent")
        }
        (Status::Duplicate, true) => (
            "gelijk aan een eerdere regel, zou niet worden verstuurd",
            "same as an earlier line, would not be sent",
        ),
        (Status::Sending | Status::Unknown, _) => ("geen antwoord", "no answer"),
    };
    language.pick(nl, en)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_faulty_line_is_left_unsaid() {
        let at = "2026-09-01T12:00:00Z".parse().unwrap();
        let records: Vec<_> = (1..=23).map(|line| Record::new(line, Status::Invalid, at, None)).collect();
        let told = |count: usize| {
            of_batch(&records[..count], &Tally { lines: count, ..Tally::default() }, None, Language::Nl)
        };
        assert!(told(23).contains("en nog 3 met een fout, op regel 21, 22, 23"), "{}", told(23));
        assert!(!told(20).contains("en nog"), "{}", told(20));
    }
}
