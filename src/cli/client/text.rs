//! What the client's results look like to people.

use std::path::Path;

use serde_json::Value;

use super::{
    batch::Tally,
    push::Accepted,
    report::{Record, Status},
};

/// At most so many faulty lines are printed for people; the report holds them all.
const SHOWN: usize = 20;

/// A value as people read it: texts without quotes, nothing for nothing.
#[must_use]
pub fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// A packet that the gateway accepted.
#[must_use]
pub fn of_accepted(accepted: &Accepted) -> String {
    let line = |recipient: &Value| {
        let of = |pointer| recipient.pointer(pointer).map(shown).unwrap_or_default();
        let party = format!("{}/{}", of("/party/oin"), of("/party/role"));
        format!("  {party}  {}  log {}", of("/basis"), of("/logIndex"))
    };
    let mut lines = vec![format!("Aangenomen / accepted: {}", accepted.id)];
    lines.extend(accepted.recipients.as_array().into_iter().flatten().map(line));
    lines.join("\n")
}

/// A batch that ended: the first faulty lines with their reasons, the count, where the report is.
#[must_use]
pub fn of_batch(records: &[Record], tally: &Tally, report: Option<&Path>) -> String {
    let is_faulty =
        |record: &&Record| !matches!(record.status, Status::Accepted | Status::Permitted | Status::Sending);
    let mut lines: Vec<String> = records.iter().filter(is_faulty).take(SHOWN).flat_map(of_record).collect();
    lines.push(format!(
        "{} regels / lines: {} aangenomen / accepted (waarvan eerder / of which earlier {}), {} geweigerd / refused, \
         {} ongeldig / invalid, {} dubbel / duplicate, {} open",
        tally.lines,
        tally.accepted,
        tally.earlier,
        tally.refused,
        tally.invalid,
        tally.duplicate,
        tally.open
    ));
    if let Some(report) = report {
        lines.push(format!("verslag / report: {}", report.display()));
        if tally.open > 0 {
            lines.push("Geef dezelfde opdracht nog eens voor wat open staat.".to_owned());
            lines.push("Run the same command again for what is open.".to_owned());
        }
    }
    lines.join("\n")
}

fn of_record(record: &Record) -> Vec<String> {
    let title = record.title.as_ref().map(|title| format!(": {title}")).unwrap_or_default();
    let mut lines = vec![format!("regel / line {}: {}{title}", record.line, words(record.status))];
    let under = record.title.as_deref().unwrap_or_default();
    lines.extend(
        record.reasons.iter().flat_map(|reason| reason.lines_under(under)).map(|line| format!("  {line}")),
    );
    lines
}

const fn words(status: Status) -> &'static str {
    match status {
        Status::Accepted => "aangenomen / accepted",
        Status::Permitted => "zou worden aangenomen / would be accepted",
        Status::Refused => "geweigerd / refused",
        Status::Invalid => "ongeldig, niet verstuurd / invalid, not sent",
        Status::Duplicate => {
            "gelijk aan een eerdere regel, niet verstuurd / same as an earlier line, not sent"
        }
        Status::Sending | Status::Unknown => "geen antwoord / no answer",
    }
}
