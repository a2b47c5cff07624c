//! The members of a profile's file, and everything that is wrong with them.

use std::path::Path;

use serde_json::Value;

use crate::cli::{
    Failure, Language,
    failure::Explanation,
    language::{Said, both},
};

const CORRECT: (&str, &str) = (
    "verbeter het bestand; docs/client.md laat een profiel zien met uitleg bij elke regel",
    "correct the file; docs/client.md shows a profile with every member explained",
);

/// The members of a profile, and whether each must be there and is a list.
const MEMBERS: [(&str, bool, bool); 9] = [
    ("gateway", true, false),
    ("ca", true, false),
    ("certificate", true, false),
    ("key", true, false),
    ("encryption_keys", false, true),
    ("staff_reference", false, false),
    ("staff_function", false, false),
    ("log_vkey", false, false),
    ("receipt_key", false, false),
];

/// A profile's table as far as it can be read, what is wrong with its members, and which of them it has not.
pub(super) struct Members {
    pub(super) table: toml::Table,
    pub(super) faults: Vec<Failure>,
    pub(super) absent: Vec<&'static str>,
}

impl Members {
    pub(super) fn of(mut table: toml::Table, path: &Path) -> Self {
        let (mut faults, mut absent) = (Vec::new(), Vec::new());
        let fault = |text: Said| Failure::configuration(text).now(CORRECT);
        let unknown: Vec<String> =
            table.keys().filter(|name| !MEMBERS.iter().any(|(known, ..)| known == name)).cloned().collect();
        for name in unknown {
            table.remove(&name);
            faults.push(fault(both!(
                "`{}` kent geen `{name}`",
                "`{}` has no member `{name}`",
                path.display()
            )));
        }
        for (name, must_be, is_list) in MEMBERS {
            let fits = |value: &toml::Value| match value {
                toml::Value::Array(items) => is_list && items.iter().all(toml::Value::is_str),
                other => !is_list && other.is_str(),
            };
            match table.get(name) {
                Some(value) if fits(value) => continue,
                Some(_) if is_list => faults.push(fault(both!(
                    "`{name}` in `{}` hoort een lijst van teksten te zijn",
                    "`{name}` in `{}` must be a list of texts",
                    path.display()
                ))),
                Some(_) => faults.push(fault(both!(
                    "`{name}` in `{}` hoort een tekst te zijn, tussen aanhalingstekens",
                    "`{name}` in `{}` must be a text, in quotation marks",
                    path.display()
                ))),
                None if must_be => {
                    faults.push(fault(both!(
                        "`{name}` ontbreekt in `{}`",
                        "`{}` lacks `{name}`",
                        path.display()
                    )));
                }
                None => continue,
            }
            table.remove(name);
            absent.push(name);
            if must_be {
                // So that the rest can be read and judged; the member itself is not.
                table.insert(name.to_owned(), toml::Value::String(String::new()));
            }
        }
        Self { table, faults, absent }
    }
}

/// Everything that is wrong with a profile.
#[derive(Debug)]
pub(super) struct FaultyProfile(pub(super) Vec<Failure>);

impl Explanation for FaultyProfile {
    fn lines(&self, language: Language) -> Vec<String> {
        let of_fault = |fault: &Failure| {
            let mut lines = fault.lines(language).into_iter();
            let first = lines.next().map(|line| format!("- {}", line.trim_start_matches("sluis: ")));
            first.into_iter().chain(lines.map(|line| format!("  {}", line.trim_start()))).collect::<Vec<_>>()
        };
        self.0.iter().flat_map(of_fault).collect()
    }

    fn document(&self) -> Value {
        let of = |fault: &Failure| fault.document().get("error").cloned().unwrap_or_default();
        Value::Array(self.0.iter().map(of).collect())
    }
}

/// What another library says of the TOML is English; the line says as much.
pub(super) fn no_profile(path: &Path, text: &str, error: &toml::de::Error) -> Failure {
    let before = error.span().and_then(|span| text.get(..span.start));
    let line = before.map(|before| before.matches('\n').count().saturating_add(1));
    let at = |word: &str| line.map(|line| format!(" ({word} {line})")).unwrap_or_default();
    let (file, why) = (path.display(), error.message());
    Failure::configuration(Said::new(
        format!("`{file}` is geen profiel: het is geen TOML{}", at("regel")),
        format!("`{file}` is not a profile: {why}{}", at("line")),
    ))
    .now(CORRECT)
}
