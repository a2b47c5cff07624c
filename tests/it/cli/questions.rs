//! A question and an answer with content, its outcomes, and the fact on which it rests, that are files under `policies/` and no
//! line of the program: asked, answered, pulled, explained by what a party types, and described over HTTP.

use std::{fs, path::Path};

use serde_json::{Value, json};

use super::{
    live::{DOORSTROOMPUNT, Live, SCHOOL, codes},
    program::{Program, files},
};

const QUESTION: &str = "vraag-schoolloopbaan";
const ANSWER: &str = "antwoord-schoolloopbaan";
const UNTOLD: &str = "antwoord-schoolloopbaan.leerweg";
const LEERWEG: &str = "/components/schemas/Person/properties/leerweg/enum";
const MORE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/policies-with-a-question");

/// Puts the policies of the program in the try-out, with the question and its answer beside them, and makes them active.
fn with_a_question(program: &Program) {
    for (from, all) in [("policies", files(Path::new("policies"))), (MORE, files(Path::new(MORE)))] {
        for file in all {
            let to = program.path("try/policies").join(file.strip_prefix(from).unwrap());
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(file, to).unwrap();
        }
    }
    for (file, more) in [("routes.cedar", "routes-more.cedar"), ("facts.toml", "facts-more.toml")] {
        let [file, more] = [file, more].map(|name| program.path(&format!("try/policies/{name}")));
        fs::write(&file, [fs::read(&file).unwrap(), fs::read(&more).unwrap()].concat()).unwrap();
        fs::remove_file(more).unwrap();
    }
    let config = program.read("try/sluis.toml").replace("# dir = \"policies\"", "dir = \"policies\"");
    fs::write(program.path("try/sluis.toml"), config).unwrap();
    program.run(&["policy", "activate"]).done();
}

fn live() -> Live {
    let live = Live::begun_after(with_a_question);
    for party in [SCHOOL, DOORSTROOMPUNT] {
        live.json(party, &["keys", "publish", &format!("try/parties/{party}/encryption.jwk")]);
    }
    live
}

fn party(live: &Live, role: &str) -> Value {
    let parties = live.items(SCHOOL, &["parties"]);
    let party = parties.iter().find(|one| one["role"] == role).unwrap();
    json!({ "oin": party["oin"], "role": role })
}

/// What this party sends of this dataset, begun with what `template --packet` writes.
fn packet(live: &Live, from: &str, dataset: &str, to: &str) -> Value {
    let mut packet = live.json(from, &["template", dataset, "--packet"]);
    packet["recipients"] = json!([party(live, to)]);
    packet["person"] = json!({
        "reference": { "kind": "own", "value": format!("{from}-7") },
        "birthDate": "2008-11-03", "verblijf": "0361",
    });
    // What only a school may assert, a school says.
    if from == SCHOOL {
        packet["person"]["ingeschreven"] = json!(true);
    }
    packet
}

fn ask(live: &Live) -> String {
    live.write("vraag.json", &packet(live, DOORSTROOMPUNT, QUESTION, "pro-school"));
    live.json(DOORSTROOMPUNT, &["ask", "vraag.json"])["id"].as_str().unwrap().to_owned()
}

fn answered(live: &Live, question: &str) -> Value {
    let asked = live.items(DOORSTROOMPUNT, &["asked"]);
    let own = asked.iter().find(|one| one["id"] == question).unwrap();
    assert_eq!(own["kind"], "question");
    own["recipients"][0]["answer"].clone()
}

#[test]
fn a_question_is_answered_with_content_by_files_alone() {
    let live = live();
    let question = ask(&live);
    assert!(answered(&live, &question).is_null());
    let inbox = live.items(SCHOOL, &["inbox"]);
    assert_eq!((&inbox[0]["kind"], &inbox[0]["id"]), (&json!("question"), &json!(question)));
    let asked = live.json(SCHOOL, &["pull", &question, "--show", "--out", "in"]);
    assert_eq!(asked["content"]["leerling"]["achternaam"], "Voorbeeld");

    // The fact that the answer rests on is one of this gateway.
    let mut answer = packet(&live, SCHOOL, ANSWER, "doorstroompunt");
    let described = live.described();
    assert_eq!(described.pointer(LEERWEG), Some(&json!(["entree", "vmbo"])));
    answer["replyTo"] = json!(question);
    answer["outcome"] = json!("gevolgd");
    for (leerweg, code) in [(json!("havo"), "unknown-value"), (Value::Null, UNTOLD)] {
        answer["person"]["leerweg"] = leerweg;
        answer["person"].as_object_mut().unwrap().retain(|_, value| !value.is_null());
        live.write("antwoord.json", &answer);
        assert_eq!(codes(&live.refused(SCHOOL, &["push", "antwoord.json"])), [code]);
    }
    answer["person"]["leerweg"] = json!("entree");

    // Unasked it does not travel, nor as an answer that says otherwise.
    for member in ["replyTo", "outcome"] {
        answer.as_object_mut().unwrap().remove(member);
    }
    live.write("antwoord.json", &answer);
    let unasked = [format!("{ANSWER}.gevraagd")];
    assert_eq!(codes(&live.refused(SCHOOL, &["push", "antwoord.json"])), unasked);
    answer["replyTo"] = json!(question);
    for (outcome, code) in [("onbekend-hier", &*unasked[0]), ("ja", "unknown-outcome")] {
        answer["outcome"] = json!(outcome);
        live.write("antwoord.json", &answer);
        assert_eq!(codes(&live.refused(SCHOOL, &["push", "antwoord.json"])), [code]);
    }
    answer["outcome"] = json!("gevolgd");
    live.write("antwoord.json", &answer);
    assert_eq!(live.json(SCHOOL, &["push", "antwoord.json", "--check"])["allowed"], true);
    assert!(answered(&live, &question).is_null(), "a check answers nothing");
    let reply = live.json(SCHOOL, &["push", "antwoord.json"])["id"].as_str().unwrap().to_owned();

    // It is the answer, and it stands.
    let given = answered(&live, &question);
    assert_eq!(
        (&given["outcome"], &given["title"]["en"]),
        (&json!("gevolgd"), &json!("the pupil is at school here"))
    );
    assert_eq!(codes(&live.refused(SCHOOL, &["push", "antwoord.json"])), ["already-answered"]);
    assert_eq!(codes(&live.refused(SCHOOL, &["answer", &question, "onbekend-hier"])), ["already-answered"]);
    assert_eq!(live.json(SCHOOL, &["answer", &question, "gevolgd"])["outcome"], "gevolgd", "the same one");

    let came = live.json(DOORSTROOMPUNT, &["pull", &reply, "--show", "--out", "in"]);
    assert_eq!(came["content"]["loopbaan"]["leerjaar"], 5);
    let inbox = live.items(DOORSTROOMPUNT, &["inbox"]);
    let listed = inbox.iter().find(|one| one["id"] == reply).unwrap();
    let told = ["kind", "replyTo", "outcome"].map(|name| listed[name].clone());
    assert_eq!(told, [json!("packet"), json!(question), json!("gevolgd")]);
    assert!(live.items(SCHOOL, &["outbox"]).iter().any(|one| one["id"] == reply));
    let entries = live.items(DOORSTROOMPUNT, &["entries"]).iter().map(Value::to_string).collect::<String>();
    assert!(entries.contains("\\\"answer\\\":\\\"gevolgd\\\""), "the log says what was answered");
    live.client(DOORSTROOMPUNT, &["entries", "--verify"]).done();
}

#[test]
fn a_question_is_answered_with_an_outcome_alone_and_only_as_its_dataset_lists() {
    let live = live();
    let question = ask(&live);
    let refused = live.refused(SCHOOL, &["answer", &question, "ja"]);
    assert_eq!(codes(&refused), ["unknown-outcome"]);
    let now = refused["problem"]["errors"][0]["now"]["nl"].as_str().unwrap();
    assert!(now.contains("`gevolgd` (de leerling volgt hier onderwijs), `onbekend-hier`"), "{now}");
    let answer = live.client(SCHOOL, &["answer", &question, "onbekend-hier", "--lang", "en"]).done();
    assert!(answer.stdout.starts_with("Answered with onbekend-hier"), "{}", answer.stdout);
    let table = live.client(DOORSTROOMPUNT, &["asked", "--lang", "nl"]).done();
    assert!(table.stdout.contains("de school kent deze leerling niet"), "{}", table.stdout);
    // Who was asked may not ask, and who asked does not answer.
    let mut back = packet(&live, DOORSTROOMPUNT, QUESTION, "doorstroompunt");
    back["person"]["ingeschreven"] = json!(true);
    live.write("vraag.json", &back);
    assert_eq!(codes(&live.refused(SCHOOL, &["ask", "vraag.json"])), ["no-basis"]);
    live.client(DOORSTROOMPUNT, &["answer", &question, "gevolgd"]).with(1);
}

#[test]
fn a_sheet_asks_and_answers_by_the_kind_of_the_dataset() {
    let live = live();
    let (school, desk) = (party(&live, "pro-school"), party(&live, "doorstroompunt"));
    let sheet = |dataset: &str, more: &[&str], rows: &str| {
        let columns = [
            &["dataset", "doel", "ontvanger.oin", "ontvanger.rol", "leerlingnummer.soort", "leerlingnummer"]
                [..],
            &["geboortedatum", "woongemeente"],
            more,
        ];
        format!("#dataset={dataset}\n{}\n{rows}\n", columns.concat().join(";"))
    };
    let row = |dataset: &str, to: &Value, number: &str, more: &str| {
        let oin = to["oin"].as_str().unwrap();
        let role = to["role"].as_str().unwrap();
        format!("{dataset};doorstroompunt-taak;{oin};{role};own;{number};3-11-2008;0361;{more}")
    };
    let rows = row(QUESTION, &school, "Z-1", "Voorbeeld");
    live.program.write("vragen.csv", &sheet(QUESTION, &["leerling.achternaam"], &rows));
    live.client(DOORSTROOMPUNT, &["push", "--csv", "vragen.csv"]).with(2);
    live.client(DOORSTROOMPUNT, &["ask", "--csv", "vragen.csv"]).done();
    let question = live.items(SCHOOL, &["inbox"])[0]["id"].as_str().unwrap().to_owned();
    let template = live.client(SCHOOL, &["template", ANSWER]).done().stdout;
    assert!(template.contains("antwoordOp;antwoord"), "{template}");
    let rows = row(ANSWER, &desk, "L-1", &format!("ja;vmbo;{question};gevolgd;4"));
    let columns = ["ingeschreven", "leerweg", "antwoordOp", "antwoord", "loopbaan.leerjaar"];
    live.program.write("antwoorden.csv", &sheet(ANSWER, &columns, &rows));
    live.client(SCHOOL, &["push", "--csv", "antwoorden.csv"]).done();
    assert_eq!(answered(&live, &question)["outcome"], "gevolgd");
}

#[test]
fn the_policies_with_a_question_are_checked_shown_and_explained() {
    let program = Program::with_try_out();
    with_a_question(&program);
    let dir = ["--dir", "try/policies"];
    program.run(&[&["policy", "check"][..], &dir].concat()).done();
    let matrix = program.run(&[&["policy", "matrix", "--dataset", ANSWER][..], &dir].concat()).done();
    assert!(matrix.stdout.contains("Antwoord over de schoolloopbaan"), "{}", matrix.stdout);
    let facts = json!({
        "dataset": ANSWER, "purpose": "doorstroompunt-taak", "senderRole": "pro-school",
        "recipientRole": "doorstroompunt", "recipientGemeenten": ["0361"], "verblijf": "0361", "age": 18, "ingeschreven": true,
        "replies": [format!("{QUESTION}:open")],
    });
    let explain = [&["policy", "explain", "-"][..], &dir].concat();
    let no = program.run_with(&explain, &facts.to_string()).with(1);
    assert!(no.stdout.contains("Hier is niet naar gevraagd"), "{}", no.stdout);
    let mut facts = facts;
    facts["replies"] = json!([format!("{QUESTION}:gevolgd")]);
    let no = program.run_with(&explain, &facts.to_string()).with(1);
    assert!(no.stdout.contains("De leerweg is niet gezegd"), "{}", no.stdout);
    facts["leerweg"] = json!("entree");
    program.run_with(&explain, &facts.to_string()).done();
}
