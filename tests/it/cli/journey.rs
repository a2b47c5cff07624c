//! The main job through the command line alone: `init --dev`, `serve`, and what each party types.

use std::os::unix::fs::symlink;

use serde_json::{Value, json};
use sluis::domain::party::Role;

use super::live::{COLLEGE, DOORSTROOMPUNT, Live, SCHOOL, codes};
use crate::support::{declaration, left_school};

/// Has the request asked and answered with yes; answers its identifier.
fn agreed(live: &Live, toby: &Value) -> String {
    live.write("verzoek.json", &live.packet("verzoek-voortzetting", toby));
    let agrees =
        declaration("instemming", "verzoek-voortzetting", toby, "persoon", Role::WerkEnInkomen, live.now);
    live.write("instemming.json", &agrees);
    live.json(SCHOOL, &["declare", "instemming.json"]);
    let request = live.json(SCHOOL, &["ask", "verzoek.json"])["id"].as_str().unwrap().to_owned();
    assert_eq!(live.json(COLLEGE, &["answer", &request, "ja"])["outcome"], "ja");
    request
}

fn write_document(live: &Live, toby: &Value, request: &str) {
    let mut document = live.packet("overgangsdocument", toby);
    document["request"] = json!(request);
    document["copyForPerson"] = json!(true);
    live.write("document.json", &document);
}

#[test]
fn a_handover_goes_from_the_question_to_the_acknowledgement() {
    let live = Live::start();
    let toby = left_school("L-2031", 18, live.now);
    live.write("verzoek.json", &live.packet("verzoek-voortzetting", &toby));

    let error = live.refused(SCHOOL, &["ask", "verzoek.json"]);
    assert_eq!(codes(&error), ["verzoek-voortzetting.instemming-volwassene"]);
    let verdict = live.client(SCHOOL, &["ask", "verzoek.json", "--check", "--json"]).with(1).json();
    assert_eq!(verdict["allowed"], false);
    // The log tells the school what the refusal told: of this pupil, and in either language.
    for (language, said) in [
        ("nl", "De jongere is 18 jaar en stemt zelf in met het verzoek."),
        ("en", "The young person is 18 years old and agrees to the request in person."),
    ] {
        let told = live.client(SCHOOL, &["entries", "--refused", "--lang", language]).done();
        assert_eq!(told.stdout.matches(said).count(), 2, "{said}: {}", told.stdout);
    }

    let request = agreed(&live, &toby);
    let asked = live.items(SCHOOL, &["asked"]);
    assert_eq!(asked[0]["recipients"][0]["answer"]["outcome"], "ja");
    assert_eq!(live.json(SCHOOL, &["status", &request])["kind"], "request");
    assert!(live.items(SCHOOL, &["outbox"]).is_empty(), "a request is no packet");

    live.write("los.json", &live.packet("overgangsdocument", &toby));
    let error = live.refused(SCHOOL, &["push", "los.json"]);
    // For the college, and for the copy that goes along.
    let unnamed = "overgangsdocument.verzoek";
    assert_eq!(codes(&error), [unnamed, unnamed]);
    let now = &error["problem"]["errors"][0]["now"]["nl"];
    assert!(now.as_str().unwrap().contains("Noem het verzoek waarop de gemeente ja zei (request)"), "{now}");
    // People are told which of the two it is, also by a check.
    for check in [&[][..], &["--check"]] {
        let told = live.client(SCHOOL, &[&["push", "los.json"], check].concat()).with(1);
        let told = format!("{}{}", told.stdout, told.stderr);
        for whose in
            ["ontvanger 1 · overgangsdocument.verzoek", "kopie voor de jongere · overgangsdocument.verzoek"]
        {
            assert_eq!(told.matches(whose).count(), 1, "{whose}: {told}");
        }
    }

    write_document(&live, &toby, &request);
    let verdict = live.json(SCHOOL, &["push", "document.json", "--check"]);
    assert_eq!(verdict["allowed"], true);
    // That it was asked is in the log, as an evaluation of no packet.
    let index = &verdict["recipients"][0]["logIndex"];
    let entries = live.items(SCHOOL, &["entries"]);
    let entry = entries.iter().find(|entry| &entry["index"] == index).unwrap();
    let of = |part: usize| entry["parts"][part]["body"].as_str().unwrap();
    assert!((0..2).any(|part| of(part).contains("\"event\":\"evaluated\"")), "{entry}");
    assert!((0..2).all(|part| !of(part).contains("\"packet\"")), "no packet was made: {entry}");
    let pushed = live.json(SCHOOL, &["push", "document.json", "--receipt", "receipts"]);
    assert_eq!(live.program.read("receipts").lines().count(), 2, "the college and the young person");
    let packet = pushed["id"].as_str().unwrap();

    // Its sender is told what a sender can fetch, and no log says that it pulled.
    let own = live.client(SCHOOL, &["pull", packet, "--show"]).with(1);
    assert!(own.stderr.contains("--copy") && own.stderr.contains("zelf verstuurd"), "{}", own.stderr);
    for entry in live.items(SCHOOL, &["entries"]) {
        assert!(!entry.to_string().contains("\\\"event\\\":\\\"pull\\\""), "{entry}");
    }

    let inbox = live.items(COLLEGE, &["inbox"]);
    let kinds: Vec<&str> = inbox.iter().map(|item| item["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["request", "packet"]);
    assert_eq!(inbox[1]["id"], packet);
    let pulled = live.json(COLLEGE, &["pull", packet, "--out", "in"]);
    assert_eq!((&pulled["checked"], &pulled["content"]), (&json!("proven"), &Value::Null));
    let content: Value = serde_json::from_str(&live.program.read(&format!("in/{packet}.json"))).unwrap();
    assert_eq!(content["ondersteuningsvraag"]["soorten"][0], "jobcoach");
    assert!(live.program.read(&format!("in/{packet}.jwe")).split('.').count() == 5);

    let copied = live.json(SCHOOL, &["pull", packet, "--copy", "--show", "--out", "in"]);
    assert_eq!(copied["content"]["wensen"], content["wensen"]);
    assert!(live.program.path(&format!("in/{packet}.copy.json")).is_file());

    assert_eq!(live.json(COLLEGE, &["ack", packet, "--reference", "Z-117"])["state"], "acknowledged");
    assert_eq!(codes(&live.refused(COLLEGE, &["pull", packet, "--out", "in"])), ["acknowledged"]);
    live.write("zoek.json", &json!({ "reference": { "kind": "own", "value": "Z-117" } }));
    assert_eq!(live.items(COLLEGE, &["search", "zoek.json"])[0]["id"], packet);
    for party in [SCHOOL, COLLEGE] {
        let entries = live.items(party, &["entries", "--verify"]);
        assert!(entries.iter().all(|entry| entry["verified"]["holds"] == true));
        assert!(entries.len() > 5);
    }
}

#[test]
fn a_refusal_says_the_article_and_what_to_do() {
    let live = Live::start();
    let toby = left_school("L-2031", 18, live.now);
    live.write("verzoek.json", &live.packet("verzoek-voortzetting", &toby));
    let ended = live.client(SCHOOL, &["ask", "verzoek.json"]).with(1);
    assert_eq!(ended.stdout, "");
    for said in [
        "art. 2.31b lid 2 WVO 2020",
        "stemt zelf in met het verzoek",
        "Nu: Vraag de jongere zelf om instemming",
    ] {
        assert!(ended.stderr.contains(said), "{said}: {}", ended.stderr);
    }
    assert!(!ended.stderr.contains("Each entry of errors"), "that is for machines");
    let ended = live.client(SCHOOL, &["push", "verzoek.json"]).with(2);
    assert!(ended.stderr.contains("`ask` in plaats van `push`"), "{}", ended.stderr);
    let ended = live.client(SCHOOL, &["template", "dagboek"]).with(1);
    assert!(ended.stderr.contains("sluis client datasets"), "{}", ended.stderr);

    // Another party hears no more of a packet than of one that is not there.
    let request = agreed(&live, &toby);
    let absent = live.refused(DOORSTROOMPUNT, &["pull", "01990000-0000-7000-8000-000000000000", "--show"]);
    let other = live.refused(DOORSTROOMPUNT, &["pull", &request, "--show"]);
    assert_eq!(absent["message"], other["message"]);
    let error = live.refused(DOORSTROOMPUNT, &["answer", &request, "ja"]);
    assert_eq!(codes(&error), ["not-this-role"]);
    let error = live.refused(COLLEGE, &["answer", &request, "nee"]);
    assert_eq!(codes(&error), ["already-answered"]);

    let usage = live.client(SCHOOL, &["push", "--json"]).with(2);
    assert!(usage.json()["error"]["message"].as_str().unwrap().contains("--batch"), "{}", usage.stdout);
}

#[test]
fn a_withdrawal_stops_what_waits_and_tells_who_collected() {
    let live = Live::start();
    let toby = left_school("L-2031", 18, live.now);
    let request = agreed(&live, &toby);
    write_document(&live, &toby, &request);
    let push = || live.json(SCHOOL, &["push", "document.json"])["id"].as_str().unwrap().to_owned();
    let (collected, waiting) = (push(), push());
    assert_ne!(collected, waiting, "a single push is a new packet each time");
    live.client(COLLEGE, &["pull", &collected, "--out", "in"]).done();
    live.client(SCHOOL, &["pull", &collected, "--copy", "--out", "in"]).done();

    let ended = live.client(SCHOOL, &["withdraw", "packet", &collected]).done();
    let told: Vec<&str> = ended.stdout.lines().filter(|line| line.contains("krijgt bericht")).collect();
    assert!(told.len() == 1 && told[0].contains("Zaffier (werk-en-inkomen)"), "{}", ended.stdout);
    let to_tell = ended.stdout.lines().find(|line| line.contains("vertel het zelf")).unwrap();
    assert!(to_tell.contains("de jongere"), "no gateway tells a person: {}", ended.stdout);
    let ended = live.json(SCHOOL, &["withdraw", "packet", &waiting]);
    assert_eq!(ended["stopped"][0]["packet"], waiting);
    assert_eq!(codes(&live.refused(COLLEGE, &["pull", &waiting, "--out", "in"])), ["withdrawn"]);
    let notices = live.items(COLLEGE, &["notices"]);
    assert!(notices.iter().any(|notice| notice["packet"] == collected.as_str()), "{notices:?}");
}

#[test]
fn profiles_are_chosen_by_name() {
    let live = Live::start();
    let folder = live.program.path(".config/sluis/profiles");
    std::fs::create_dir_all(&folder).unwrap();
    let none = live.program.run(&["client", "profiles"]).done();
    assert!(none.stdout.contains("Geen profielen"), "{}", none.stdout);
    // A link: what the profile names stands beside the profile itself.
    let own = live.program.path(&format!("try/parties/{SCHOOL}/profile.toml"));
    symlink(own, folder.join("school.toml")).unwrap();

    let found = live.program.run(&["client", "profiles", "--json"]).done().json();
    assert_eq!(found["name"], "school");
    let parties = live.program.run(&["client", "--profile", "school", "parties", "--json"]).done().lines();
    assert!(parties.iter().any(|party| party["role"] == "werk-en-inkomen" && party["name"] == "Zaffier"));
    let datasets = live.program.run(&["client", "--profile", "school", "datasets"]).done();
    assert!(datasets.stdout.contains("verzoek-voortzetting  verzoek  "), "{}", datasets.stdout);

    let wrong = live.program.run(&["client", "--profile", "schol", "inbox"]).with(78);
    assert!(wrong.stderr.contains("kies met --profile een van school"), "{}", wrong.stderr);
}
