//! A region adds facts of its own to the policies: one of each type, and not a line of the program.

use http::StatusCode;
use serde_json::{Value, json};
use sluis::{
    cli::client::{
        dataset::Dataset,
        sheets::rows::{self, Layout},
        sheets::sheet::Sheet,
    },
    domain::{
        clock::{Clock as _, amsterdam_date},
        party::Role,
    },
    policy::check::check,
};

use super::steps::{GUIDANCE, born, but, collect, declare, send};
use crate::support::{Gateway, declaration, submission};

const FACTS: &str = r#"
[[fact]]
code = "thuiszitter"
type = "bool"
default = false
by = ["pro-school"]
provisions = ["lpw:3"]
nl = "zit thuis"
en = "stays at home"
absent_nl = "nee"
absent_en = "no"

[[fact]]
code = "gemeldOp"
type = "date"
default = "none"
by = ["pro-school"]
provisions = ["lpw:3"]
nl = "dag van de melding"
en = "the day of the report"

[[fact]]
code = "leerweg"
type = "code"
values = ["entree", "vmbo"]
default = "none"
by = ["pro-school"]
provisions = ["lpw:3"]
nl = "leerweg"
en = "which course"

[[fact]]
code = "begeleiding"
type = "set"
values = ["jobcoach", "mentor", "logopedie"]
default = "none"
by = ["pro-school"]
provisions = ["lpw:3"]
nl = "begeleiding"
en = "which guidance"

[[fact]]
code = "vsoPlaatsing"
type = "bool"
default = false
by = ["vso-school"]
provisions = ["wec:44a:1"]
nl = "geplaatst"
en = "placed"

# Derived facts. The program"#;

const CONDITIONS: &str = r#"
@id("uitstroomprofiel.regio") @voor("uitstroomprofiel.pro-werk-en-inkomen") @voorwaarde("avg:6:1a")
@nl("De regio kent deze jongere niet.") @en("The region does not know this person.") @nu("Vraag het na.") @nu_en("Ask.")
forbid (principal, action == Action::"receive", resource == Dataset::"uitstroomprofiel")
unless {
  context.person.thuiszitter && context.person.gemeldOp.bekend && context.person.gemeldOp.maandenGeleden < 12 &&
  context.person.gemeldOp.datum < context.datum && context.person.leerweg.contains("entree") &&
  context.person.begeleiding.containsAll(["jobcoach", "mentor"])
};

@id("uitstroomprofiel.plaatsing") @voor("uitstroomprofiel.vso-werk-en-inkomen") @voorwaarde("avg:6:1a")
@nl("Al geplaatst.") @en("Placed already.") @nu("Niets.") @nu_en("Nothing.")
forbid (principal, action == Action::"receive", resource == Dataset::"uitstroomprofiel")
when { context.person.vsoPlaatsing };

// Praktijkonderwijs naar Werk & Inkomen.
"#;

const CASES: &str = r#"wishes = ["toestemming:persoon"]
thuiszitter = true
gemeld_op = "2026-10-01"
leerweg = "entree"
begeleiding = ["jobcoach", "mentor"]

[[case]]
name = "geen jobcoach"
begeleiding = ["mentor"]
expect = "refuse"
basis = "uitstroomprofiel.pro-werk-en-inkomen"
because = ["uitstroomprofiel.regio"]

[[case]]
name = "VSO, al geplaatst"
sender_role = "vso-school"
vso_plaatsing = true
expect = "refuse"
basis = "uitstroomprofiel.vso-werk-en-inkomen"
because = ["uitstroomprofiel.plaatsing"]
"#;

const EDITS: [(&str, &str, &str); 3] = [
    ("facts.toml", "\n# Derived facts. The program", FACTS),
    ("datasets/uitstroomprofiel/policy.cedar", "\n// Praktijkonderwijs naar Werk & Inkomen.\n", CONDITIONS),
    ("datasets/uitstroomprofiel/cases.toml", "wishes = [\"toestemming:persoon\"]\n", CASES),
];

fn pointers(answer: &Value) -> Vec<(String, String)> {
    let of = |fault: &Value, name: &str| fault[name].as_str().unwrap().to_owned();
    let mut all: Vec<_> = answer["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| (of(fault, "pointer"), of(fault, "code")))
        .collect();
    all.sort();
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn facts_of_a_region_work_from_the_sheet_to_the_pull_without_a_change_of_the_program() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let college = gateway.party(Role::WerkEnInkomen).await;
    let toby = born(&gateway, "L-2031", "2007-11-03");
    let now = gateway.clock.now();
    let consent = declaration("toestemming", "uitstroomprofiel", &toby, "persoon", Role::WerkEnInkomen, now);
    declare(&school, &consent).await;
    let of = |person: &Value| {
        let mut body = submission(&gateway, "uitstroomprofiel", GUIDANCE, person, Role::WerkEnInkomen);
        body["content"].as_object_mut().unwrap().remove("leerplicht");
        body
    };
    let yesterday = amsterdam_date(now).yesterday().unwrap().to_string();
    let said = json!({
        "thuiszitter": true, "gemeldOp": yesterday, "leerweg": "entree", "begeleiding": ["mentor", "jobcoach"],
    });
    let known = of(&but(&toby, &said));

    // The policies of the program know none of it, and say so at once.
    let unknown = send(&school, "/v1/packets", &known).await;
    assert_eq!(pointers(&unknown.json()), [("/person".to_owned(), "unknown-field".to_owned())]);

    let region = gateway.with_edits(&EDITS).await;
    let findings = check(&gateway.policies(), amsterdam_date(now));
    assert!(findings.is_empty(), "the cases, with their facts, come out as written: {findings:#?}");
    let (school, college) = (school.at(&region), college.at(&region));

    // What is left out says no; what is wrong is told at once, in both languages; who may not assert is told so.
    send(&school, "/v1/packets", &of(&toby)).await.expect_problem(403, "uitstroomprofiel.regio");
    let wrong = json!({
        "thuiszitter": "ja", "gemeldOp": "1 oktober", "leerweg": "havo", "begeleiding": ["mentor", "mentor"],
        "verlatenOp": 3, "lengte": 180,
    });
    let answer = send(&school, "/v1/packets", &of(&but(&toby, &wrong))).await;
    let told = answer.expect_status(StatusCode::BAD_REQUEST).json();
    let expected = [
        ("/person", "unknown-field"),
        ("/person/begeleiding", "not-unique"),
        ("/person/gemeldOp", "invalid-value"),
        ("/person/leerweg", "unknown-value"),
        ("/person/thuiszitter", "wrong-type"),
        ("/person/verlatenOp", "wrong-type"),
    ];
    assert_eq!(pointers(&told), expected.map(|(at, code)| (at.to_owned(), code.to_owned())), "{told}");
    let text = told.to_string();
    assert!(
        text.contains("Bekend zijn: entree, vmbo.") && text.contains("Known are: entree, vmbo."),
        "{text}"
    );
    assert!(!text.contains("havo") && !text.contains("lengte") && !text.contains("oktober"), "{text}");
    let tomorrow = amsterdam_date(now).tomorrow().unwrap().to_string();
    let body = of(&but(&toby, &but(&said, &json!({ "vsoPlaatsing": true, "gemeldOp": tomorrow }))));
    let told = send(&school, "/v1/packets", &body).await.expect_status(StatusCode::BAD_REQUEST).json();
    let expected = [("/person/gemeldOp", "future-day"), ("/person/vsoPlaatsing", "not-yours-to-assert")];
    assert_eq!(pointers(&told), expected.map(|(at, code)| (at.to_owned(), code.to_owned())), "{told}");

    // The packet that says all of it is permitted, and so is its pull: by what was kept with it.
    let pushed = send(&school, "/v1/packets", &known).await;
    let packet = pushed.expect_status(StatusCode::CREATED).text("/id");
    collect(&college, &packet).await.expect_status(StatusCode::OK);

    // The description, and the columns of a sheet, are those of this gateway.
    let api = school.get("/v1/openapi.json").await.json();
    let person = &api["components"]["schemas"]["Person"]["properties"];
    assert_eq!(person["thuiszitter"]["type"], "boolean", "{person}");
    assert_eq!(person["gemeldOp"]["format"], "date");
    assert_eq!(person["leerweg"]["enum"], json!(["entree", "vmbo"]));
    assert_eq!(person["begeleiding"]["maxItems"], 3);
    let dataset = school.get("/v1/datasets/uitstroomprofiel").await.json();
    let columns = serde_json::from_value::<Dataset>(dataset).unwrap().columns().unwrap();
    let all = columns.chosen(&["alles".to_owned()], 2, sluis::cli::Language::Nl).unwrap();
    let explained = |name: &str| all.iter().find(|one| one.name == name).unwrap().explanation.clone();
    assert_eq!(explained("thuiszitter"), "mag leeg: ja of nee: zit thuis; leeg is nee");
    assert_eq!(explained("begeleiding"), "mag leeg: jobcoach / mentor / logopedie: begeleiding");
    let sheet = format!(
        "leerlingnummer;thuiszitter;gemeldOp;leerweg;begeleiding;begeleiding.2\nL-2031;ja;{yesterday};entree;mentor;jobcoach\n"
    );
    let sheet = Sheet::read(sheet.as_bytes()).unwrap();
    let layout = Layout::of(&sheet, columns, &[]).unwrap();
    let mut filled = rows::bodies(&sheet, &layout).remove(0).body.unwrap()["person"].take();
    filled.as_object_mut().unwrap().remove("reference");
    assert_eq!(filled, said);

    // What would be decided.
    let asked = |facts: &Value| {
        let mut context = json!({
            "purpose": GUIDANCE, "senderRole": "pro-school", "recipientGemeenten": ["0361"], "verblijf": "0361",
            "age": 17, "ingeschreven": true, "wishes": ["toestemming:persoon"],
        });
        context.as_object_mut().unwrap().extend(facts.as_object().unwrap().clone());
        json!({
            "subject": { "type": "party", "id": "werk-en-inkomen" }, "action": { "name": "receive" },
            "resource": { "type": "dataset", "id": "uitstroomprofiel" }, "context": context,
        })
    };
    for (facts, decision) in [(said.clone(), true), (but(&said, &json!({ "thuiszitter": false })), false)] {
        let told = school.post("/v1/evaluation", &asked(&facts)).await.expect_status(StatusCode::OK).json();
        assert_eq!(told["decision"], decision, "{told}");
    }
    let told = school.post("/v1/evaluation", &asked(&json!({ "gemeldOp": true }))).await;
    assert_eq!(
        told.expect_status(StatusCode::BAD_REQUEST).json()["errors"][0]["pointer"],
        "/context/gemeldOp"
    );
    region.stop().await;
    gateway.stop().await;
}
