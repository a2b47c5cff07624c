//! `policy check`: does everything in `policies/` hang together, is it in force, and does every rule matter?

use std::{collections::BTreeSet, path::Path, sync::Arc};

use jiff::civil::Date;

use super::{
    cases::{self, CaseResult},
    catalogue::Catalogue,
    engine::Engine,
    finding::Finding,
    routes::RouteAction,
    source::Files,
};

/// Checks a folder, as it would stand on this day. No finding means that a gateway starts with it and that all cases
/// come out as written.
#[must_use]
pub fn check(folder: &Path, today: Date) -> Vec<Finding> {
    match Files::read(folder) {
        Ok(files) => check_files(&files, today),
        Err(findings) => findings,
    }
}

/// Checks the policies that are part of the program, as they would stand on this day.
#[must_use]
pub fn check_embedded(today: Date) -> Vec<Finding> {
    check_files(&Files::embedded(), today)
}

pub(super) fn check_files(files: &Files, today: Date) -> Vec<Finding> {
    let catalogue = match Catalogue::build(files) {
        Ok(catalogue) => catalogue,
        Err(findings) => return findings,
    };
    let mut findings = in_force(&catalogue, today);
    match Engine::new(Arc::new(catalogue)) {
        Ok(engine) => match cases::run(&engine) {
            Ok(results) => {
                findings.extend(failures(&results));
                findings.extend(undecided(engine.catalogue(), &results));
            }
            Err(wrong) => findings.extend(wrong),
        },
        Err(fault) => findings.push(Finding::new("policy.cedar", fault.to_string(), "Correct the policies.")),
    }
    findings.sort();
    findings
}

/// Bases that rest on a provision that is not in force do not hold: that must not come as a surprise.
fn in_force(catalogue: &Catalogue, today: Date) -> Vec<Finding> {
    let mut findings = Vec::new();
    for dataset in catalogue.datasets() {
        let file = format!("datasets/{}/policy.cedar", dataset.code);
        for basis in dataset.bases.values() {
            for entry in basis.provisions.iter().filter_map(|id| catalogue.provision(id)) {
                if !entry.is_in_force(today) {
                    findings.push(Finding::new(
                        &file,
                        format!("`{}` rests on `{}`, which is not in force on {today}", basis.id, entry.id),
                        "Cite the provision that is, or remove the basis.",
                    ));
                }
            }
        }
    }
    findings
}

fn failures(results: &[CaseResult]) -> impl Iterator<Item = Finding> {
    results.iter().filter(|result| !result.passed).map(|result| {
        Finding::new(
            &result.file,
            format!("case `{}`: expected {}, got {}", result.name, result.expected, result.got),
            "Correct the policy, or the case if it is the case that is wrong.",
        )
    })
}

/// Every basis and every condition must come out both ways in some case.
fn undecided(catalogue: &Catalogue, results: &[CaseResult]) -> Vec<Finding> {
    let traces = || results.iter().map(|result| &result.trace);
    let permitted: BTreeSet<_> = traces().filter_map(|trace| trace.permitted.as_ref()).collect();
    let refused: BTreeSet<_> = traces().filter_map(|trace| trace.refused.as_ref()).collect();
    let baseless: BTreeSet<_> = traces().filter_map(|trace| trace.without_basis.as_ref()).collect();
    let held: BTreeSet<&str> = traces().flat_map(|trace| &trace.held).map(String::as_str).collect();
    let failed: BTreeSet<&str> = traces().flat_map(|trace| &trace.failed).map(String::as_str).collect();
    let mut findings = Vec::new();
    let mut both = |file: &str, what: &str, yes: bool, no: bool| {
        for (missing, way) in [(!yes, "permits"), (!no, "refuses")] {
            if missing {
                findings.push(Finding::new(
                    file,
                    format!("no case {way} on `{what}`"),
                    "Write a case that passes and one that fails for each basis and condition.",
                ));
            }
        }
    };
    for dataset in catalogue.datasets() {
        let file = format!("datasets/{}/cases.toml", dataset.code);
        for basis in dataset.bases.keys() {
            let no = refused.contains(basis) || baseless.contains(&dataset.code);
            both(&file, basis.as_str(), permitted.contains(basis), no);
        }
        for id in dataset.conditions.keys() {
            both(&file, id, held.contains(id.as_str()), failed.contains(id.as_str()));
        }
    }
    for guard in catalogue.guards() {
        let id = guard.id.as_str();
        both("guards.cedar", id, held.contains(id), failed.contains(id) || guard.standby.is_some());
    }
    for id in catalogue.routes.conditions.keys() {
        both("route-cases.toml", id, held.contains(id.as_str()), failed.contains(id.as_str()));
    }
    for action in RouteAction::ALL {
        let yes = traces().any(|trace| trace.allowed_action == Some(*action));
        let no = traces().any(|trace| trace.refused_action == Some(*action));
        both("route-cases.toml", action.as_str(), yes, no);
    }
    for guard in
        catalogue.guards().filter(|guard| guard.standby.is_some() && failed.contains(guard.id.as_str()))
    {
        findings.push(Finding::new(
            "guards.cedar",
            format!("`{}` stands by, and yet a case fails on it", guard.id),
            "Remove its @paraat.",
        ));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day() -> Date {
        "2026-11-02".parse().unwrap()
    }

    fn told(files: &Files) -> String {
        check_files(files, day()).iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn the_policies_of_the_program_have_no_findings() {
        assert_eq!(told(&Files::embedded()), "");
    }
}
