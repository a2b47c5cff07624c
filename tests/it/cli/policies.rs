//! `sluis policy`, as a lawyer and an operator run it.

use std::fs;

use serde_json::json;

use super::program::{Program, files};

#[test]
fn the_built_in_policies_are_in_order_and_their_cases_come_out() {
    let program = Program::new();
    let checked = program.run(&["policy", "check", "--json", "--on", "2026-11-02"]).done().json();
    assert_eq!(checked, json!({"policies": "built-in", "on": "2026-11-02", "sound": true, "findings": []}));
    let tested = program.run(&["policy", "test", "--json"]).done().json();
    assert_eq!(tested["failed"], 0);
    assert!(tested["passed"].as_u64().unwrap() > 200, "{}", tested["passed"]);
    let some = program.run(&["policy", "test", "--dataset", "overgangsdocument", "--json"]).done().json();
    assert!(some["passed"].as_u64() < tested["passed"].as_u64());
    assert!(program.run(&["policy", "check"]).done().stdout.contains("Het beleid klopt"));
}

#[test]
fn a_folder_of_ones_own_is_checked_and_every_finding_named() {
    let program = Program::new();
    for from in files(std::path::Path::new("policies")) {
        let to = program.path("own").join(from.strip_prefix("policies").unwrap());
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from, to).unwrap();
    }
    program.run(&["policy", "check", "--dir", "own"]).done();

    let policy = program.path("own/datasets/overgangsdocument/policy.cedar");
    let text = fs::read_to_string(&policy).unwrap();
    fs::write(&policy, text.replacen("wvo2020:2.31b:3", "wvo2020:9.99", 1)).unwrap();
    let found = program.run(&["policy", "check", "--dir", "own"]).with(1);
    assert!(found.stdout.contains("noemt `wvo2020:9.99`, en die staat niet in law.toml"), "{}", found.stdout);
    assert!(found.stdout.contains("datasets/overgangsdocument/policy.cedar:"), "{}", found.stdout);
    assert!(found.stdout.contains("Zet de bepaling in law.toml"), "{}", found.stdout);
    assert!(!found.stdout.contains("which law.toml"), "one language at a time: {}", found.stdout);
    let english = program.run(&["policy", "check", "--dir", "own", "--lang", "en"]).with(1);
    assert!(english.stdout.contains("cites `wvo2020:9.99`"), "{}", english.stdout);
    let machine = program.run(&["policy", "check", "--dir", "own", "--json"]).with(1).json();
    for text in ["what", "fix"] {
        assert!(machine["findings"][0][text]["nl"].is_string(), "{machine}");
    }
    program.run(&["policy", "matrix", "--dir", "own"]).with(78);

    fs::write(&policy, text).unwrap();
    let cases = program.path("own/datasets/overgangsdocument/cases.toml");
    let text = fs::read_to_string(&cases).unwrap();
    fs::write(
        &cases,
        text.replacen("because = [\"overgangsdocument.voortzetting\"]", "because = [\"no-basis\"]", 1),
    )
    .unwrap();
    let failed = program.run(&["policy", "test", "--dir", "own"]).with(1);
    assert!(failed.stdout.contains("geschreven: refuse because no-basis"), "{}", failed.stdout);
}

#[test]
fn facts_are_decided_and_the_exit_code_is_the_answer() {
    let program = Program::new();
    let mut facts = json!({
        "dataset": "overgangsdocument", "purpose": "voortzetting-ondersteuning",
        "senderRole": "pro-school", "recipientRole": "werk-en-inkomen", "recipientGemeenten": ["0361"],
        "verblijf": "0361", "birthDate": "2007-11-03", "verlatenOp": "2026-07-17",
        "replies": ["verzoek-voortzetting:open"], "earlierWishes": ["instemming:persoon"], "at": "2026-09-15",
    });
    let no = program.run_with(&["policy", "explain", "-"], &facts.to_string()).with(1);
    for part in ["NEE", "art. 2.31b lid 3 WVO 2020", "Wat nu: Wacht op haar antwoord"] {
        assert!(no.stdout.contains(part), "`{part}` is not in:\n{}", no.stdout);
    }
    assert!(!no.stdout.contains("NO: not now"), "one language at a time");
    let english = ["policy", "explain", "-", "--lang", "en"];
    let english = program.run_with(&english, &facts.to_string()).with(1);
    for part in [
        "NO: not now",
        "Judged by the basis: ",
        "art. 2.31b lid 3 WVO 2020",
        "What to do:",
        "Conditions that are met:",
        "Judged on 2026-09-15 at 00:00 (Amsterdam time)",
    ] {
        assert!(english.stdout.contains(part), "`{part}` is not in:\n{}", english.stdout);
    }
    let example =
        program.run(&["policy", "explain", "--example", "overgangsdocument", "--lang", "en"]).done();
    assert!(example.stdout.starts_with("PrO: the college has not answered yet\n"), "{}", example.stdout);
    assert!(!no.stdout.contains("2007"), "no fact about the person is repeated");

    facts["replies"] = json!(["verzoek-voortzetting:ja"]);
    fs::write(program.path("facts.json"), facts.to_string()).unwrap();
    let yes = program.run(&["policy", "explain", "facts.json", "--json"]).done().json();
    assert_eq!((&yes["permitted"], &yes["basis"]), (&json!(true), &json!("overgangsdocument.pro")));
    facts["verlatenOp"] = json!("2025-07-18");
    fs::write(program.path("facts.json"), facts.to_string()).unwrap();
    let before = ["policy", "explain", "facts.json", "--at", "2025-12-01T00:00:00Z"];
    program.run(&before).with(1);
}

#[test]
fn facts_that_cannot_be_understood_are_named_without_their_values() {
    let program = Program::new();
    let wrong = json!({
        "dataset": "overgangsdocument", "birthDate": "Toby-1", "senderRole": "Toby-2", "naam": "Toby-3",
        "ingeschreven": "Toby-4", "age": -12345, "verlatenOp": "2026-02-30", "at": "2026-02-30T00:00:00Z",
    });
    let english = ["policy", "explain", "-", "--lang", "en", "--json"];
    let ended = program.run_with(&english, &wrong.to_string()).with(2);
    for name in [
        "`birthDate`",
        "`senderRole`",
        "`naam`: not a fact",
        "`ingeschreven`",
        "`age`",
        "pro-school",
        "`verlatenOp`: This day does not exist",
        "`at`: This day does not exist",
    ] {
        assert!(ended.stderr.contains(name), "`{name}` is not in:\n{}", ended.stderr);
    }
    for value in ["Toby", "12345"] {
        assert!(!ended.stderr.contains(value) && !ended.stdout.contains(value), "{ended:#?}");
    }
    let dutch = program.run_with(&["policy", "explain", "-"], &wrong.to_string()).with(2);
    for text in
        ["`naam`: geen feit", "`verlatenOp`: Deze dag bestaat niet", "`birthDate`: Verwacht: een datum"]
    {
        assert!(dutch.stderr.contains(text), "`{text}` is not in:\n{}", dutch.stderr);
    }
    let twice = json!({ "verlatenOp": "2026-07-17", "verlaten_op": "2026-07-17" });
    let ended = program.run_with(&["policy", "explain", "-"], &twice.to_string()).with(2);
    assert!(ended.stderr.contains("twee keer"), "{}", ended.stderr);
    let broken = program.run_with(&["policy", "explain", "-"], "{\"age\": Toby}").with(2);
    assert!(broken.stderr.contains("regel 1, kolom") && !broken.stderr.contains("Toby"), "{broken:#?}");
    program.run_with(&["policy", "explain", "-"], "{}").with(2);
    program.run(&["policy", "explain"]).with(2);
}

#[test]
fn an_explanation_weighs_the_categories_and_the_birth_date() {
    let program = Program::new();
    let facts = |more: serde_json::Value| {
        let mut facts = json!({
            "dataset": "uitstroomprofiel", "purpose": "loopbaanbegeleiding", "senderRole": "pro-school",
            "recipientRole": "werk-en-inkomen", "recipientGemeenten": ["0361"], "verblijf": "0361",
            "ingeschreven": true, "wishes": ["toestemming:persoon"], "at": "2026-11-28T10:00:00Z",
        });
        facts.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        facts.to_string()
    };
    let asked = |more, code| program.run_with(&["policy", "explain", "-"], &facts(more)).with(code);
    let all = json!(["persoon", "school", "profiel"]);
    let yes = asked(json!({ "age": 17, "categories": all }), 0);
    assert!(yes.stdout.contains("Toegestaan: ") && !yes.stdout.contains("Let op"), "{}", yes.stdout);
    let few = asked(json!({ "age": 17, "categories": ["persoon"] }), 0);
    assert!(few.stdout.contains("verplicht en niet genoemd: profiel, school"), "{}", few.stdout);
    let outside = asked(json!({ "age": 17, "categories": ["persoon", "leerplicht"] }), 1);
    assert!(outside.stdout.contains("category-not-allowed"), "{}", outside.stdout);
    // What is allowed, and what our reading is, is said where it holds.
    let refused = asked(json!({ "age": 28 }), 1);
    assert!(!refused.stdout.contains("Toegestaan"), "{}", refused.stdout);
    assert!(
        refused.stdout.contains("leeftijd-werk-en-inkomen) [onze lezing, vraag y]"),
        "{}",
        refused.stdout
    );
    let ahead = json!({ "recipientRole": "doorstroompunt", "age": 15, "leerplichtig": true, "wishes": ["toestemming:ouder"] });
    let ahead = asked(ahead, 0);
    assert!(
        ahead.stdout.contains("uitstroomprofiel.doorstroompunt [onze lezing, vraag ad]"),
        "{}",
        ahead.stdout
    );
    for (wrong, said) in [
        (json!({ "birthDate": "2030-01-01" }), "birthDate ligt na de dag"),
        (json!({ "age": 17, "birthDate": "1999-01-01" }), "age en birthDate spreken elkaar tegen"),
    ] {
        let ended = asked(wrong, 2);
        assert!(ended.stderr.contains(said) && !ended.stderr.contains("1999"), "{}", ended.stderr);
    }
    // What a school asserts of a day that is yet to come, too long ago or before the birth is told as a push tells it.
    let future = "Deze dag ligt in de toekomst, en hier hoort wat al gebeurd is.";
    for (wrong, said) in [
        (
            json!({ "age": 18, "ingeschreven": false, "verlatenOp": "2026-11-29" }),
            format!("`verlatenOp`: {future}"),
        ),
        (json!({ "age": 18, "verwijderdOp": "2026-11-29" }), format!("`verwijderdOp`: {future}")),
        (json!({ "age": 18, "gediplomeerdOp": "2026-11-29" }), format!("`gediplomeerdOp`: {future}")),
        (
            json!({ "age": 18, "contactgemeenteGevraagdOp": "2026-11-29" }),
            format!("`contactgemeenteGevraagdOp`: {future}"),
        ),
        (
            json!({ "age": 18, "verwijderdOp": "1900-01-01" }),
            "`verwijderdOp`: Deze dag ligt te lang geleden".to_owned(),
        ),
        (
            json!({ "birthDate": "2009-01-01", "verwijderdOp": "2008-01-01" }),
            "`verwijderdOp`: Deze dag ligt voor de geboortedatum".to_owned(),
        ),
    ] {
        let ended = asked(wrong, 2);
        assert!(ended.stderr.contains(&said), "{said}: {}", ended.stderr);
    }
    // Who is enrolled may have a day on which to leave.
    asked(json!({ "age": 17, "verlatenOp": "2026-11-29" }), 0);
    let unknown = asked(json!({ "leeftijd": 17 }), 2);
    assert!(
        unknown.stderr.contains("birthDate") && !unknown.stderr.contains("birth_date"),
        "{}",
        unknown.stderr
    );
}

#[test]
fn an_example_shows_a_refusal_and_a_permit_that_can_be_asked_again() {
    let program = Program::new();
    for dataset in ["overgangsdocument", "verzoek-voortzetting", "uitstroomprofiel", "verwijderingsmelding"] {
        let shown = program.run(&["policy", "explain", "--example", dataset, "--json"]).done().lines();
        assert_eq!(shown.len(), 2);
        for (example, code) in shown.iter().zip([1, 0]) {
            let again = program
                .run_with(&["policy", "explain", "-", "--json"], &example["facts"].to_string())
                .with(code);
            assert_eq!(again.json(), example["explanation"], "{dataset}");
        }
    }
    let unknown = program.run(&["policy", "explain", "--example", "dagboek"]).with(2);
    assert!(unknown.stderr.contains("overgangsdocument"), "{}", unknown.stderr);
}

#[test]
fn the_matrix_and_the_register_have_all_their_forms() {
    let program = Program::new();
    let rows = program.run(&["policy", "matrix", "--json"]).done().json();
    let rows = rows["rows"].as_array().unwrap();
    let register = program.run(&["policy", "register", "--json"]).done().json();
    let activities = register["activities"].as_array().unwrap();
    assert_eq!(rows.len(), activities.len(), "every basis is a processing activity");
    // A condition tells what is wrong or what is asked: the head above it must fit both, and none is told twice.
    for (language, head, former) in [("nl", "weigert met: ", "niet als"), ("en", "refuses with: ", "not if")]
    {
        let text = program.run(&["--lang", language, "policy", "matrix"]).done().stdout;
        assert!(!text.to_lowercase().contains(former), "{text}");
        let mut conditions = 0;
        for basis in text.split("\n\n") {
            let told: Vec<&str> = basis.lines().filter_map(|line| line.trim().strip_prefix(head)).collect();
            let texts: std::collections::BTreeSet<_> =
                told.iter().map(|one| one.split(" [").next()).collect();
            assert_eq!(texts.len(), told.len(), "{basis}");
            conditions += told.len();
        }
        assert!(conditions > 20, "{text}");
        let page = program.run(&["--lang", language, "policy", "matrix", "--format", "html"]).done().stdout;
        assert!(!page.to_lowercase().contains(&format!(">{former}<")), "{page}");
    }
    let english = program.run(&["--lang", "en", "policy", "matrix"]).done().stdout;
    assert!(english.contains("rests on") && !english.contains("rust op"), "{english}");
    for (form, mark) in [("text", "rust op"), ("markdown", "|---|"), ("html", "<th scope=\"row\">")] {
        let shown = program.run(&["policy", "matrix", "--format", form]).done().stdout;
        assert!(shown.contains(mark), "{form}");
        for row in rows {
            assert!(shown.contains(row["basis"].as_str().unwrap()), "{form}");
        }
    }
    for form in ["text", "markdown"] {
        let shown = program.run(&["policy", "register", "--format", form]).done().stdout;
        assert!(shown.contains("AVG 30 lid 1") && shown.contains("art. 2.31b lid 3 WVO 2020"), "{form}");
        assert!(
            shown.contains("hooguit 60 dagen") && !shown.contains("At the gateway"),
            "one language: {form}"
        );
    }
    for activity in activities {
        for text in ["title", "retentionSource"] {
            assert!(activity[text]["nl"].is_string() && activity[text]["en"].is_string(), "{activity}");
        }
    }
    let one = program.run(&["policy", "matrix", "--dataset", "uitstroomprofiel", "--json"]).done().json();
    assert!(one["rows"].as_array().unwrap().iter().all(|row| row["dataset"] == "uitstroomprofiel"));
}

#[test]
fn other_policies_become_active_only_when_asked_and_when_in_order() {
    let program = Program::with_try_out();
    let active = program.run(&["policy", "activate", "--json"]).done().json();
    assert_eq!(active["changed"], false);

    for from in files(std::path::Path::new("policies")) {
        let to = program.path("try/policies").join(from.strip_prefix("policies").unwrap());
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from, to).unwrap();
    }
    let law = program.path("try/policies/law.toml");
    let text = fs::read_to_string(&law).unwrap();
    fs::write(&law, format!("# Another edition.\n{text}")).unwrap();
    let config = program.read("try/sluis.toml").replace("# dir = \"policies\"", "dir = \"policies\"");
    fs::write(program.path("try/sluis.toml"), config).unwrap();

    // What decides by other policies writes nothing, but the brake works.
    let refused = program.run(&["log", "show"]).with(78);
    assert!(refused.stderr.contains("sluis policy activate"), "{}", refused.stderr);
    program.run(&["party", "block", "00000099000090010000/werk-en-inkomen"]).done();

    let changed = program.run(&["policy", "activate", "--json"]).done().json();
    assert_eq!((&changed["changed"], &changed["former"]), (&json!(true), &active["active"]));
    let shown = program.run(&["log", "show", "--last", "1", "--json"]).done().lines();
    assert_eq!(shown[0]["shared"]["event"], "policy-activated");

    fs::write(&law, text.replace("id = \"wvo2020:2.31b:3\"", "id = \"wvo2020:2.31b:33\"")).unwrap();
    program.run(&["policy", "activate"]).with(1);
}

/// What `policy explain` calls a fact, the evaluation of the interface calls so too.
#[test]
fn a_fact_has_one_name_here_and_in_the_interface() {
    let program = Program::new();
    let described: serde_json::Value =
        serde_json::from_str(&fs::read_to_string("docs/openapi.json").unwrap()).unwrap();
    let known = described["components"]["schemas"]["Facts"]["properties"].as_object().unwrap();
    for dataset in ["overgangsdocument", "verzoek-voortzetting", "uitstroomprofiel", "verwijderingsmelding"] {
        let shown = program.run(&["policy", "explain", "--example", dataset, "--json"]).done().lines();
        for example in shown {
            for name in example["facts"].as_object().unwrap().keys() {
                let is_elsewhere = ["dataset", "recipientRole", "recipientOin"].contains(&name.as_str());
                assert!(known.contains_key(name) || is_elsewhere, "{dataset}: `{name}`");
            }
            let explanation = &example["explanation"];
            assert!(explanation["articles"].is_array() && explanation.get("provisions").is_none());
        }
    }
    let old = json!({ "dataset": "overgangsdocument", "gemeenten": ["0361"] });
    let ended = program.run_with(&["policy", "explain", "-"], &old.to_string()).with(2);
    for part in ["`gemeenten`", "recipientGemeenten", "verlatenOp"] {
        assert!(ended.stderr.contains(part), "`{part}` is not in:\n{}", ended.stderr);
    }
    assert!(!ended.stderr.contains("verlaten_op"), "{}", ended.stderr);
}
