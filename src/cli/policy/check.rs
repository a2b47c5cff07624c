//! `sluis policy check` and `sluis policy test`.

use std::path::Path;

use jiff::civil::Date;
use serde_json::json;

use super::unknown::unknown;
use crate::{
    cli::{Context, Exit, Failure, Language, faults::found_in_files, language::tell},
    domain::{clock::amsterdam_date, code::DatasetCode, problem::Bilingual},
    policy::{
        Engine,
        cases::{self, CaseResult},
        check as policy_check,
        finding::Finding,
    },
};

/// Everything that is wrong, or that nothing is.
pub(super) fn check(dir: Option<&Path>, on: Option<Date>, at: &mut Context) -> Result<Exit, Failure> {
    let day = on.unwrap_or_else(|| amsterdam_date(at.clock.now()));
    let findings = findings(dir, day);
    let what = dir.map_or_else(|| "built-in".to_owned(), |dir| dir.display().to_string());
    let document = json!({ "policies": what, "on": day, "sound": findings.is_empty(), "findings": findings });
    let language = at.out.language();
    at.out.show(&document, || {
        if findings.is_empty() {
            return tell!(
                language,
                "Het beleid klopt op {day}: alles hangt samen, en alle gevallen komen uit zoals geschreven.",
                "The policies are in order on {day}: they hang together, and every case comes out as written."
            );
        }
        let mut lines: Vec<String> = findings.iter().map(|one| shown(one, language)).collect();
        lines.push(tell!(language, "{} bevindingen", "{} findings", findings.len()));
        lines.join("\n")
    })?;
    Ok(if findings.is_empty() { Exit::Done } else { Exit::Refused })
}

/// Where, what, and below it what to do.
fn shown(finding: &Finding, language: Language) -> String {
    let in_words = |text: &Bilingual| language.pick(&text.nl, &text.en).to_string();
    format!("{}: {}\n    {}", finding.place(), in_words(&finding.what), in_words(&finding.fix))
}

pub(super) fn findings(dir: Option<&Path>, day: Date) -> Vec<Finding> {
    dir.map_or_else(|| policy_check::check_embedded(day), |dir| policy_check::check(dir, day))
}

pub(super) fn test(
    engine: &Engine,
    dataset: Option<&DatasetCode>,
    at: &mut Context,
) -> Result<Exit, Failure> {
    if let Some(code) = dataset.filter(|code| engine.catalogue().dataset(code).is_none()) {
        return Err(unknown(engine.catalogue(), code));
    }
    let mut results = cases::run(engine).map_err(|findings| {
        Failure::configuration(found_in_files(
            ("de gevallen zijn niet te spelen", "the cases cannot be played"),
            &findings,
        ))
        .now(("verbeter de bestanden met gevallen", "correct the files of cases"))
    })?;
    if let Some(code) = dataset {
        let file = format!("datasets/{code}/cases.toml");
        results.retain(|result| result.file == file);
    }
    let failed = results.iter().filter(|result| !result.passed).count();
    let passed = results.len().saturating_sub(failed);
    let document = json!({ "passed": passed, "failed": failed, "cases": results });
    let language = at.out.language();
    at.out.show(&document, || {
        let line = |result| line(result, language);
        let mut lines: Vec<String> = results.iter().filter(|result| !result.passed).map(line).collect();
        for (file, count) in cases::count(&results) {
            lines.push(format!("{file}: {count}"));
        }
        lines.push(tell!(
            language,
            "{passed} gevallen komen uit zoals geschreven, {failed} niet",
            "{passed} cases come out as written, {failed} do not"
        ));
        lines.join("\n")
    })?;
    Ok(if failed == 0 { Exit::Done } else { Exit::Refused })
}

fn line(result: &CaseResult, language: Language) -> String {
    tell!(
        language,
        "{}: {}\n    geschreven: {}\n    uitgekomen: {}",
        "{}: {}\n    written: {}\n    came out: {}",
        result.file,
        result.name,
        result.expected,
        result.got
    )
}
