//! `policy check`: does everything in `policies/` hang together, is it in force, and does every rule matter?

mod unused;
mod words;

use std::{collections::BTreeSet, path::Path, sync::Arc};

use jiff::civil::Date;

use super::cases::{self, CaseResult};
use crate::{
    domain::{code::Grondslag, problem::Bilingual},
    policy::{
        decide::{engine::Engine, routes::RouteAction},
        load::{
            catalogue::Catalogue,
            finding::{Finding, said},
            source::Files,
        },
    },
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

pub(in crate::policy) fn check_files(files: &Files, today: Date) -> Vec<Finding> {
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
                findings.extend(unused::unused(engine.catalogue()));
                findings.extend(words::unmet(engine.catalogue()));
            }
            Err(wrong) => findings.extend(wrong),
        },
        Err(fault) => findings.push(Finding::new(
            "policy.cedar",
            said!("{fault}", "{fault}"),
            ("Verbeter de regels.", "Correct the policies."),
        )),
    }
    findings = findings.into_iter().map(|finding| finding.placed(files)).collect();
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
                        said!(
                            "`{}` rust op `{}`, en die geldt niet op {today}",
                            "`{}` rests on `{}`, which is not in force on {today}",
                            basis.id,
                            entry.id
                        ),
                        (
                            "Noem de bepaling die wel geldt, of haal de grondslag weg.",
                            "Cite the provision that is, or remove the basis.",
                        ),
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
            said!(
                "geval `{}`: verwacht was {}, het werd {}",
                "case `{}`: expected {}, got {}",
                result.name,
                result.expected,
                result.got
            ),
            (
                "Verbeter de regel, of het geval als dat niet klopt.",
                "Correct the policy, or the case if it is the case that is wrong.",
            ),
        )
    })
}

/// Every basis, and every condition of every basis that it names, must come out both ways in some case: a condition that
/// no longer names a basis is missed by the case that fails on it.
fn undecided(catalogue: &Catalogue, results: &[CaseResult]) -> Vec<Finding> {
    let traces = || results.iter().map(|result| &result.trace);
    let permitted: BTreeSet<_> = traces().filter_map(|trace| trace.permitted.as_ref()).collect();
    let refused: BTreeSet<_> = traces().filter_map(|trace| trace.refused.as_ref()).collect();
    let baseless: BTreeSet<_> = traces().filter_map(|trace| trace.without_basis.as_ref()).collect();
    let held: BTreeSet<&str> = traces().flat_map(|trace| &trace.held).map(String::as_str).collect();
    let failed: BTreeSet<&str> = traces().flat_map(|trace| &trace.failed).map(String::as_str).collect();
    let failed_on: BTreeSet<(&Grondslag, &str)> = traces()
        .filter_map(|trace| trace.refused.as_ref().map(|basis| (basis, &trace.failed)))
        .flat_map(|(basis, failed)| failed.iter().map(move |id| (basis, id.as_str())))
        .collect();
    let mut findings = Vec::new();
    let mut both = |file: &str, what: &str, yes: bool, no: bool| {
        for (missing, nl, en) in [(!yes, "mag", "permits"), (!no, "mag niet", "refuses")] {
            if missing {
                findings.push(Finding::new(
                    file,
                    Bilingual::of(
                        format!("er is geen geval dat {nl} op `{what}`"),
                        format!("no case {en} on `{what}`"),
                    ),
                    (
                        "Schrijf voor elke grondslag en voorwaarde een geval dat mag en een dat niet mag.",
                        "Write a case that passes and one that fails for each basis and condition.",
                    ),
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
        for (id, condition) in &dataset.conditions {
            for basis in dataset.bases.values().filter(|basis| condition.is_of(basis)) {
                let what = format!("{id}` of `{}", basis.id);
                let yes = permitted.contains(&basis.id);
                both(&file, &what, yes, failed_on.contains(&(&basis.id, id.as_str())));
            }
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
            said!(
                "`{}` staat klaar, en toch valt een geval erop af",
                "`{}` stands by, and yet a case fails on it",
                guard.id
            ),
            ("Haal @paraat weg.", "Remove its @paraat."),
        ));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::fixture::{edit, embedded};

    fn told(files: &Files) -> String {
        let day = "2026-11-02".parse().unwrap();
        check_files(files, day).iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn the_policies_of_the_program_have_no_findings() {
        assert_eq!(told(&embedded()), "");
    }

    const POLICY: &str = "datasets/overgangsdocument/policy.cedar";
    const SHARED: &str = "definitions/persoon.json";
    const SCHEMA: &str = "datasets/overgangsdocument/schema.json";
    const ABOUT: &str = "datasets/overgangsdocument/dataset.toml";
    const CASES: &str = "datasets/overgangsdocument/cases.toml";
    const REMOVAL: &str = "datasets/verwijderingsmelding/policy.cedar";

    const FACTS: &str = "facts.toml";
    const BY: &str = "by = [\"pro-school\", \"vso-school\", \"mbo-school\"]";
    const GUARDS: &str = "guards.cedar";
    const PROFILE: &str = "datasets/uitstroomprofiel/policy.cedar";
    const LENGTH: &str = r#"
[[fact]]
code = "lengte"
type = "bool"
default = false
by = ["pro-school"]
provisions = ["lpw:3"]
nl = "lang"
en = "tall"

# Derived facts."#;
    const BLIND: &str = r#"
@id("guards.blind") @voor("*") @voorwaarde("avg:5:1c")
@nl("Nooit.") @en("Never.") @nu("Niets.") @nu_en("Nothing.")
forbid (principal, action == Action::"receive", resource == Dataset::"overgangsdocument") when { "a" like "b*" };

// Wat niet is gezegd"#;
    const BARE: &str = r#"
@id("uitstroomprofiel.kaal") @grondslag("avg:6:1a,wvo2020:2.31b:1") @verplicht("persoon") @woonplaats("geen")
permit (principal in Role::"werk-en-inkomen", action == Action::"receive", resource == Dataset::"uitstroomprofiel")
when { context.sender in Role::"pro-school" && context.purpose == Purpose::"voortzetting-ondersteuning" };

// Praktijkonderwijs naar"#;

    /// File, what stands there, what stands there instead, and what the finding must say.
    const MISTAKES: &[(&str, &str, &str, &str)] = &[
        (
            POLICY,
            "when { context.replies.contains(\"verzoek-voortzetting:open\") };",
            "when { context.replies.contains(\"verzoek-voortzeting:open\") };",
            "looks for `verzoek-voortzeting:open` in `replies`",
        ),
        (
            POLICY,
            "[\"geen\", \"onbekend\", \"verzoek-voortzetting:open\"",
            "[\"geen\", \"onbekent\", \"verzoek-voortzetting:open\"",
            "looks for `onbekent` in `replies`",
        ),
        (
            POLICY,
            "!context.earlier.wishes.contains(\"instemming:persoon\")",
            "!context.earlier.wishes.contains(\"instemming:persoen\")",
            "looks for `instemming:persoen` in `wishes`",
        ),
        (
            POLICY,
            "when { context.person.profiel.contains(\"onderwijs\") };",
            "when { context.person.profiel.contains(\"onderwijz\") };",
            "looks for `onderwijz` in `profiel`",
        ),
        (
            POLICY,
            "@grondslag(\"wvo2020:2.31b:3,wec:14e\")",
            "@grondslag(\"wvo2020:2.99\")",
            "cites `wvo2020:2.99`",
        ),
        (
            POLICY,
            "@grondslag(\"wvo2020:2.31b:3,wec:14e\")",
            "@grondslag(\"wvo2020:2.47:16\")",
            "names no ground",
        ),
        (POLICY, "@grondslag(\"web:9.2.13:3,wec:14e\")", "", "has no @grondslag"),
        (POLICY, "@daarbij_en(", "@daarbij_de(", "has one of @daarbij and @daarbij_en"),
        (POLICY, "@vraag(\"x, ag\")", "@vraag(\"lezing 7\")", "has @vraag(\"lezing 7\")"),
        (POLICY, "@verplicht(\"persoon,school,traject\")", "", "requires no category"),
        (POLICY, "@optuit(\"wensen,", "@optuit(\"dromen,", "`dromen`, which dataset.toml does not list"),
        (POLICY, "@optuit(\"wensen,", "@optuit(\"school,", "names a category twice"),
        (
            POLICY,
            "@voor(\"overgangsdocument.mbo\")",
            "@voor(\"overgangsdocument.havo\")",
            "`overgangsdocument.havo`",
        ),
        (POLICY, "@voor(\"overgangsdocument.mbo\")", "@voor(\"\")", "has no @voor"),
        (POLICY, "@nu(\"Maak", "@nou(\"Maak", "has @nou, which means nothing"),
        (POLICY, "@nu(\"Maak", "@nou(\"Maak", "has no @nu"),
        (
            POLICY,
            "@id(\"overgangsdocument.vso\")",
            "@id(\"overgangsdocument.pro\")",
            "two policies are named",
        ),
        (POLICY, "@id(\"overgangsdocument.vso\")", "", "has no @id"),
        (POLICY, "@id(\"overgangsdocument.profiel\")", "@id(\"profiel\")", "not a name of this file"),
        (
            POLICY,
            "Purpose::\"voortzetting-ondersteuning\"",
            "Purpose::\"winst\"",
            "Purpose::\"winst\", which is unknown",
        ),
        (POLICY, "Role::\"pro-school\" &&", "Role::\"havo\" &&", "Role::\"havo\", which is unknown"),
        (POLICY, "context.person.loopbaan.gediplomeerd", "context.person.lengte", "lengte"),
        (POLICY, "context.person.loopbaan.gediplomeerd", "(context.person.ageAtMost == \"18\")", "policy"),
        (POLICY, "forbid (", "verbied (", "not Cedar"),
        (
            SCHEMA,
            "\"additionalProperties\": false",
            "\"additionalProperties\": true",
            "allows unknown fields",
        ),
        (SCHEMA, "\"x-category\": \"school\",", "", "`school` belongs to no category"),
        (
            SCHEMA,
            "\"x-category\": \"school\",",
            "\"x-category\": \"sport\",",
            "`sport`, which dataset.toml does not",
        ),
        (
            SCHEMA,
            "\"x-category\": \"school\",",
            "\"x-category\": \"sport\",",
            "no field belongs to the category `school`",
        ),
        (SCHEMA, "\"maxLength\": 120", "\"x-maxLength\": 120", "has no \"maxLength\""),
        (SCHEMA, "\"maximum\": 8", "\"maximum\": 999999999", "nine digits"),
        (SCHEMA, "\"maximum\": 8", "\"multipleOf\": 1", "\"multipleOf\", which a projection cannot see"),
        (SHARED, "\"format\": \"email\"", "\"format\": \"ernail\"", "not a JSON Schema"),
        (SHARED, "\"$id\"", "\"$anchor\"", "no \"$id\""),
        (SHARED, "\"#/$defs/woonplaats\"", "\"#/$defs/dorp\"", "`#/$defs/dorp` is no definition"),
        (SHARED, "\"#/$defs/woonplaats\"", "\"#/$defs/adres\"", "refers to itself"),
        (
            SHARED,
            "\"x-form\": {\n        \"nl\": \"negen",
            "\"x-vorm\": {\n        \"nl\": \"negen",
            "does not say which",
        ),
        (SHARED, "\"x-together\": [", "\"x-together\": [ \"kamer\",", "\"kamer\", which it does not know"),
        (SCHEMA, "definitions:1#/$defs/adres", "definitions:2#/$defs/adres", "is no definition"),
        (SCHEMA, "\"type\": \"boolean\"", "\"type\": [\"boolean\", \"null\"]", "does not have one type"),
        (SCHEMA, "\"type\": \"boolean\"", "\"$ref\": \"https://example.nl/x\"", "refers outside"),
        (SCHEMA, "\"type\": \"boolean\"", "\"oneOf\": [{\"type\": \"boolean\"}]", "one type"),
        (SCHEMA, "\"maxItems\": 20", "\"x-maxItems\": 20", "has no \"maxItems\""),
        (
            SCHEMA,
            "\"type\": \"object\",",
            "\"type\": \"object\", \"patternProperties\": {},",
            "\"patternProperties\"",
        ),
        (SCHEMA, "\"anyOf\": [", "\"anyOf\": [ { \"type\": \"object\" },", "\"type\", which a projection"),
        (SCHEMA, "\"anyOf\": [", "\"anyOf\": [ { \"required\": [\"bijnaam\"] },", "\"bijnaam\", which it"),
        (SCHEMA, "\"type\": \"object\",", "\"type\": \"object\", \"oneOf\": [],", "\"oneOf\""),
        (SCHEMA, "\"type\": \"object\",", "\"type\": \"object\", \"if\": {},", "\"if\""),
        (SCHEMA, "\"title\": \"Overgangsdocument\"", "\"title\": \"a\", \"title\": \"b\"", "not strict JSON"),
        (ABOUT, "code = \"overgangsdocument\"", "code = \"ander\"", "not the name of the folder"),
        (ABOUT, "given = \"/persoon/voornamen\"", "given = \"/persoon/roepnaam\"", "no `/persoon/roepnaam`"),
        (
            ABOUT,
            "rests_on = \"verzoek-voortzetting\"",
            "rests_on = \"uitstroomprofiel\"",
            "is no dataset of requests",
        ),
        (ABOUT, "version = 1", "versie = 1", "line 4: unknown field"),
        (
            CASES,
            "expect = \"permit\"\nbasis = \"overgangsdocument.mbo\"",
            "expect = \"refuse\"",
            "expected refuse because",
        ),
        (
            CASES,
            "because = [\"overgangsdocument.diploma\"]",
            "because = [\"no-basis\"]",
            "got refuse because overgangsdocument.diploma",
        ),
        (CASES, "age = 18\n", "leeftijd = 18\n", "unknown field"),
        ("law.toml", "id = \"wvo2020:2.31b:3\"", "id = \"wvo2020:2.31b:2\"", "stands there twice"),
        ("law.toml", "gdpr = \"6(1)(c)\"", "gdpr = \"6(1)(z)\"", "gdpr is not a ground"),
        // Facts: what derivations read, what a fact must have, and what nobody uses.
        (
            FACTS,
            "code = \"startkwalificatie\"",
            "code = \"startKwalificatie\"",
            "read `startkwalificatie` as bool",
        ),
        (
            FACTS,
            "\"arbeid\", \"onderwijs\",",
            "\"arbeid\", \"zorg\",",
            "read `profiel` as code (arbeid, onderwijs, dagbesteding)",
        ),
        (
            FACTS,
            "code = \"reden\"\ntype = \"set\"",
            "code = \"reden\"\ntype = \"bool\"",
            "`reden`: the values are not right",
        ),
        (
            FACTS,
            "default = false\nrequired = true",
            "default = \"none\"\nrequired = true",
            "`ingeschreven`: this default is none of a bool",
        ),
        (
            FACTS,
            "default = false\nrequired = true",
            "default = \"unsaid\"\nrequired = true",
            "attribute `person.ingeschreven`",
        ),
        (FACTS, "code = \"reden\"", "code = \"categories\"", "no fact can be named `categories`"),
        (FACTS, "code = \"reden\"", "code = \"profiel\"", "the fact `profiel` stands there twice"),
        (
            FACTS,
            "provisions = [\"wec:47a:2\"]",
            "provisions = []",
            "`contactgemeenteGevraagdOp`: no article needs this fact",
        ),
        (
            FACTS,
            "provisions = [\"wec:47a:2\"]",
            "provisions = [\"wec:99\"]",
            "`contactgemeenteGevraagdOp` cites `wec:99`",
        ),
        (FACTS, BY, "by = []", "nobody who sends may assert this"),
        (FACTS, BY, "by = [\"havo\"]", "unknown variant"),
        (
            FACTS,
            "may_come = \"ingeschreven\"",
            "may_come = \"reden\"",
            "may lie ahead with `reden`, which is no fact of type bool",
        ),
        (
            FACTS,
            "absent_en = \"not asked\"\n",
            "",
            "`contactgemeenteGevraagdOp`: a text is missing in one of the languages",
        ),
        (
            FACTS,
            "from = [\"verwijderdOp\"]",
            "from = [\"verwijderd\"]",
            "`verwijderd` follows from `verwijderd`, which is no fact",
        ),
        (
            FACTS,
            "code = \"zekerLeerplichtig\"",
            "code = \"misschienLeerplichtig\"",
            "does not derive `misschienLeerplichtig` so",
        ),
        (
            FACTS,
            "code = \"zekerLeerplichtig\"",
            "code = \"misschienLeerplichtig\"",
            "the derived fact `zekerLeerplichtig` is missing",
        ),
        (FACTS, "\n# Derived facts.", LENGTH, "no policy uses the fact `lengte`"),
        (
            REMOVAL,
            "context.person.contactgemeenteGevraagd",
            "context.aanContactgemeente",
            "no policy uses the fact `contactgemeenteGevraagdOp`",
        ),
        (GUARDS, "\n// Wat niet is gezegd", BLIND, "`guards.blind` looks at no fact"),
        (
            PROFILE,
            "\n// Praktijkonderwijs naar",
            BARE,
            "`uitstroomprofiel.kaal` looks with all its conditions at no fact",
        ),
        ("guards.cedar", "@voor(\"*\")", "@voor(\"x\")", "is not a code"),
        ("guards.cedar", "@voor(\"*\")", "@voor(\"x.y\")", "`x.y`, which does not exist"),
        ("guards.cedar", "@grond(\"6(1)(e)\")", "@grond(\"taak\")", "@grond is not a ground"),
        (
            "guards.cedar",
            "Dataset::\"verwijderingsmelding\"",
            "Dataset::\"dagboek\"",
            "the dataset `dagboek`",
        ),
        ("routes.cedar", "Action::\"push\"", "Action::\"duwen\"", "duwen"),
        // A school reads its own act: in a basis, in a condition, in a list of a condition, in a guard, in an advice.
        (
            REMOVAL,
            "@grondslag(\"wvo2020:8.21:1\")",
            "@grondslag(\"wec:47a:1\")",
            "not the act of a pro-school",
        ),
        (
            REMOVAL,
            "@voorwaarde(\"wvo2020:8.21:1,web:9.2.1\")",
            "@voorwaarde(\"wec:47a:1\")",
            "of a pro-school",
        ),
        (
            REMOVAL,
            "verwijderingsmelding.pro = wvo2020:8.21:1;",
            "verwijderingsmelding.pro = wec:47a:1;",
            "of a pro-school",
        ),
        (REMOVAL, "@grondslag(\"wec:47a:1\")", "@grondslag(\"web:9.2.13:2\")", "not the act of a vso-school"),
        (REMOVAL, "@woonplaats(\"lpw:18:1\")", "@woonplaats(\"wec:47a:1\")", "not the act of a mbo-school"),
        (
            "guards.cedar",
            "vso-school = wec:161,",
            "vso-school = wvo2020:8.17,",
            "not the act of a vso-school",
        ),
        // And reads of its own act alone, in each of the four texts.
        (
            POLICY,
            "Wacht op haar antwoord, of vraag er bij de gemeente naar.",
            "Wacht op haar antwoord. Het VSO geeft het document ook zonder gemeente.",
            "`overgangsdocument.voortzetting` speaks of `VSO` to a pro-school",
        ),
        (
            POLICY,
            "@en(\"The young person is still enrolled",
            "@en(\"The WEC says not left",
            "speaks of `WEC` to a pro-school",
        ),
        (
            POLICY,
            "na de laatste schooldag, met die dag erbij (verlatenOp).",
            "na de laatste schooldag, met die dag erbij (art. 2.31b lid 3 WVO 2020).",
            "speaks of `wvo2020:2.31b` to a vso-school",
        ),
        (
            "datasets/verwijderingsmelding/dataset.toml",
            "kan u vragen stellen (art. 9.2.3 WEB).",
            "kan u vragen stellen (art. 147 WEC).",
            "an [[elsewhere]] speaks of `wec:147` to a mbo-school",
        ),
        (
            "datasets/verwijderingsmelding/dataset.toml",
            "provisions = [\"lpw:18:1\", \"web:8.1.7d\"]",
            "provisions = [\"wec:47a:1\"]",
            "an [[elsewhere]] cites `wec:47a:1`, which is not the act of a mbo-school",
        ),
        (
            "regions/noord-holland-noord.toml",
            "contactgemeente = \"0361\"",
            "contactgemeente = \"0405\"",
            "is not one of its municipalities",
        ),
    ];

    #[test]
    fn every_mistake_is_found_and_named() {
        for (file, from, to, said) in MISTAKES {
            let findings = told(&edit(file, from, to));
            assert!(findings.contains(said), "{file}: {from} -> {to}: `{said}` is not in:\n{findings}");
        }
    }

    /// What is wrong with a fact is told with its line.
    #[test]
    fn a_finding_about_a_fact_names_its_line() {
        let wrong = edit(FACTS, "provisions = [\"wec:47a:2\"]", "provisions = []");
        let text = wrong.text(FACTS, &mut Vec::new()).unwrap().to_owned();
        let code = "code = \"contactgemeenteGevraagdOp\"";
        let line = text.lines().position(|line| line == code).unwrap() + 1;
        assert!(told(&wrong).contains(&format!("{FACTS}:{line}: `contactgemeenteGevraagdOp`: no article")));
    }

    /// What is wrong with a rule is told with the line on which the rule begins.
    #[test]
    fn a_finding_about_a_rule_names_its_line() {
        let wrong = edit(REMOVAL, "@grondslag(\"wvo2020:8.21:1\")", "@grondslag(\"wec:47a:1\")");
        let text = wrong.text(REMOVAL, &mut Vec::new()).unwrap().to_owned();
        let line =
            text.lines().position(|line| line.starts_with("@id(\"verwijderingsmelding.pro\")")).unwrap() + 1;
        let said = format!(
            "{REMOVAL}:{line}: `verwijderingsmelding.pro` rests on `wec:47a:1`, which is not the act of a pro-school"
        );
        assert!(told(&wrong).contains(&said), "{said} is not in:\n{}", told(&wrong));
    }

    #[test]
    fn all_findings_come_at_once() {
        let files = edit(POLICY, "wvo2020:2.31b:3,wec:14e\")\n@verplicht", "wvo2020:9.99\")\n@verplicht");
        let files = files.with("datasets/notities.txt", "").with("readme.txt", "").without("purposes.toml");
        let findings = told(&files);
        for said in [
            "wvo2020:9.99",
            "datasets/notities.txt: an unknown file",
            "readme.txt",
            "purposes.toml: the file is missing",
        ] {
            assert!(findings.contains(said), "`{said}` is not in:\n{findings}");
        }
    }

    #[test]
    fn a_rule_that_no_case_decides_is_a_finding() {
        let nothing = embedded().with(CASES, "").with("route-cases.toml", "");
        let findings = told(&nothing);
        for said in [
            "no case permits on `overgangsdocument.pro`",
            "no case refuses on `overgangsdocument.pro`",
            "no case refuses on `overgangsdocument.verlaten` of `overgangsdocument.vso`",
            "no case refuses on `routes.intrekken-persoon`",
            "no case permits on `pull`",
        ] {
            assert!(findings.contains(said), "`{said}` is not in:\n{findings}");
        }
    }

    /// A condition that forgets one of its bases lets that basis through: some case must fail on it.
    #[test]
    fn a_condition_that_forgets_a_basis_is_a_finding() {
        for dataset in Catalogue::embedded().unwrap().datasets() {
            let file = format!("datasets/{}/policy.cedar", dataset.code);
            let text = embedded().text(&file, &mut Vec::new()).unwrap().to_owned();
            for (at, _) in text.match_indices("@voor(\"") {
                let (before, rest) = text.split_at(at + "@voor(\"".len());
                let (list, after) = rest.split_once('"').unwrap();
                let named: Vec<&str> = list.split(',').collect();
                for forgotten in named.iter().filter(|_| named.len() > 1) {
                    let left: Vec<&str> = named.iter().filter(|one| one != &forgotten).copied().collect();
                    let without = format!("{before}{}\"{after}", left.join(","));
                    let findings = told(&embedded().with(&file, &without));
                    assert_ne!(findings, "", "{file}: @voor(\"{list}\") without {forgotten}");
                }
            }
        }
    }

    #[test]
    fn a_basis_on_a_provision_out_of_force_is_a_finding() {
        let files = embedded();
        let findings = check_files(&files, "2025-12-31".parse().unwrap());
        assert!(
            findings.iter().any(|finding| finding.what.en.contains("not in force on 2025-12-31")),
            "{findings:?}"
        );
    }

    #[test]
    fn what_stands_by_must_not_fail() {
        let files = edit("guards.cedar", "@id(\"guards.pgn\")", "@id(\"guards.pgn\") @paraat(\"nooit\")");
        assert!(told(&files).contains("`guards.pgn` stands by"));
    }
}
