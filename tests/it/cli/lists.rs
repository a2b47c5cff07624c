//! What lists and entries look like to people, in both languages: for a stub's answers, so that nothing moves.

use std::fmt::Write as _;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use insta::assert_snapshot;
use serde_json::{Value, json};
use sluis::{accesslog::entry::leaf, cli::Exit, merkle::hash::EMPTY_ROOT};

use super::stub::{Stub, json};

const ID: &str = "01a21f7e-2a44-70aa-a7f6-c80db255495a";
const PERSON: &str = "01a21f8c-9a88-7000-8000-000000000001";

fn party(oin: &str, role: &str) -> Value {
    json!({ "oin": oin, "role": role })
}

fn school() -> Value {
    party("00000099000000002000", "pro-school")
}

fn college() -> Value {
    party("00000099000000001000", "werk-en-inkomen")
}

/// A party without a name, and one that shares name and role with another.
fn stranger() -> Value {
    party("00000099000000007000", "doorstroompunt")
}

fn named(party: &Value, name: &str, municipalities: &[&str]) -> Value {
    let mut party = party.clone();
    party["name"] = json!(name);
    party["municipalities"] = json!(municipalities);
    party
}

fn packet(index: u64, kind: &str, dataset: &str, recipients: &Value) -> Value {
    json!({
        "logIndex": index, "id": ID, "kind": kind, "dataset": dataset, "sender": school(),
        "state": "waiting", "expires": "2027-01-27T00:11:31.780Z", "recipients": recipients,
    })
}

/// A packet that its recipient had acknowledged when it was taken back.
fn taken_back() -> Value {
    let copy = json!({
        "party": college(), "municipality": "0361", "state": "acknowledged", "withdrawn": true,
        "collectedAt": "2026-11-27T13:03:59Z", "acknowledgedAt": "2026-11-27T13:04:59Z",
    });
    let mut packet = packet(121, "packet", "overgangsdocument", &json!([copy]));
    packet["state"] = json!("acknowledged");
    packet
}

fn entry(index: u64, at: &str, parts: &[Value]) -> Value {
    let at: jiff::Timestamp = at.parse().unwrap();
    let leaf = leaf(u64::try_from(at.as_millisecond()).unwrap(), &EMPTY_ROOT);
    let parts: Vec<Value> =
        parts.iter().map(|part| json!({ "part": "shared", "salt": "", "body": ordered(part) })).collect();
    json!({ "index": index, "leaf": BASE64_STANDARD.encode(leaf), "parts": parts, "proof": "" })
}

/// The canonical text of a part: its members in the order of the format.
fn ordered(part: &Value) -> String {
    let part: sluis::accesslog::entry::Part = serde_json::from_value(part.clone()).unwrap();
    String::from_utf8(part.to_json().unwrap()).unwrap()
}

fn entries() -> Value {
    let pull = json!({
        "v": 2, "event": "pull", "outcome": "permitted", "caller": college(), "sender": school(),
        "dataset": "overgangsdocument", "provisions": ["wvo2020:2.31b:3"],
    });
    let about = json!({ "v": 2, "person": PERSON });
    let refused = json!({
        "v": 2, "event": "request", "outcome": "refused", "caller": school(), "recipient": college(),
        "municipality": "0400", "dataset": "verzoek-voortzetting", "conditions": ["bestaat-niet.meer"], "provisions": ["wvo2020:2.31b:2"],
    });
    let asked = json!({
        "v": 2, "event": "evaluated", "outcome": "refused", "caller": school(), "recipient": college(),
        "municipality": "0361", "dataset": "uitstroomprofiel", "conditions": ["bestaat-niet.meer"],
    });
    let absent =
        json!({ "v": 2, "event": "pull", "outcome": "refused", "caller": stranger(), "cause": "not-found" });
    let declared = json!({
        "v": 2, "event": "declare", "outcome": "recorded", "caller": school(), "recipient": college(),
        "municipality": "0361", "declarationKind": "instemming", "capacity": "persoon", "dataset": "verzoek-voortzetting",
    });
    let staff = json!({ "reference": "m-4", "function": "consulent" });
    let searched = json!({ "v": 2, "event": "search", "outcome": "recorded", "caller": college() });
    let by_whom = json!({ "v": 2, "purpose": "voortzetting-ondersteuning", "staff": staff });
    let to_person = party("00000099000000002000", "betrokkene");
    let copied = json!({
        "v": 2, "event": "push", "outcome": "permitted", "caller": school(), "recipient": to_person,
        "packet": ID, "dataset": "overgangsdocument", "purpose": "voortzetting-ondersteuning",
    });
    let handed = json!({
        "v": 2, "event": "copy-for-person", "outcome": "permitted", "caller": school(), "sender": school(),
        "recipient": to_person, "packet": ID, "dataset": "overgangsdocument",
    });
    let withdrawn = json!({
        "v": 2, "event": "withdraw-declaration", "outcome": "recorded", "caller": school(), "recipient": college(),
        "municipality": "0361", "declaration": ID, "declarationKind": "toestemming", "capacity": "persoon",
        "dataset": "uitstroomprofiel",
    });
    let unfit = json!({
        "v": 2, "event": "push", "outcome": "refused", "caller": school(), "recipient": college(),
        "dataset": "uitstroomprofiel", "provisions": ["avg:6:1a"], "cause": "content-not-allowed",
        "faults": [{ "category": "leerplicht", "code": "forbidden-category" }],
    });
    let keyless = json!({
        "v": 2, "event": "push", "outcome": "refused", "caller": school(), "recipient": college(),
        "dataset": "uitstroomprofiel", "cause": "recipient-has-no-key",
    });
    let taken_back = json!({
        "v": 2, "event": "withdraw-packet", "outcome": "recorded", "caller": school(), "recipient": college(),
        "packet": ID, "dataset": "overgangsdocument",
    });
    let told = json!({
        "v": 2, "event": "notice", "outcome": "recorded", "sender": school(), "recipient": college(),
        "municipality": "0361", "packet": ID, "dataset": "uitstroomprofiel", "cause": "recipient-blocked",
    });
    let not_its = json!({
        "v": 2, "event": "answer", "outcome": "refused", "caller": college(), "packet": ID,
        "dataset": "verzoek-voortzetting", "conditions": ["not-this-role"],
    });
    json!({ "items": [
        entry(24, "2026-11-27T13:03:59Z", &[pull, about]),
        entry(25, "2026-11-28T23:30:00Z", &[refused]),
        entry(26, "2026-11-29T03:00:00Z", &[absent]),
        entry(27, "2026-11-30T08:00:00Z", &[declared]),
        entry(28, "2026-12-01T08:00:00Z", &[]),
        entry(29, "2026-12-01T09:00:00Z", &[asked]),
        entry(30, "2026-12-02T09:00:00Z", &[searched, by_whom]),
        entry(31, "2026-12-02T09:01:00Z", &[copied]),
        entry(32, "2026-12-02T09:02:00Z", &[handed]),
        entry(33, "2026-12-02T09:03:00Z", &[withdrawn]),
        entry(34, "2026-12-02T09:04:00Z", &[unfit]),
        entry(35, "2026-12-02T09:05:00Z", &[keyless]),
        entry(36, "2026-12-02T09:06:00Z", &[taken_back]),
        entry(37, "2026-12-02T09:07:00Z", &[told]),
        entry(38, "2026-12-02T09:08:00Z", &[not_its]),
    ]})
}

fn answer(path: &str) -> Value {
    let mut towards = college();
    towards["municipality"] = json!("0361");
    let yes = json!({ "outcome": "ja", "title": { "nl": "ja", "en": "yes" }, "answeredAt": "2026-11-27T13:00:00Z" });
    match path {
        "/v1/parties" => json!({ "items": [
            named(&college(), "Zaffier", &["0361", "0400"]),
            named(&school(), "Praktijkschool", &[]),
            json!({ "oin": "00000099000000002001", "role": "pro-school", "name": "Praktijkschool" }),
        ]}),
        "/v1/datasets" => json!({ "items": [{
            "code": "overgangsdocument", "kind": "packet", "purposes": ["voortzetting-ondersteuning"],
            "title": { "nl": "Overgangsdocument", "en": "Transition document" },
        }]}),
        "/v1/inbox" => json!({ "items": [
            packet(8, "request", "verzoek-voortzetting", &json!([{ "party": college(), "municipality": "0400" }])),
            packet(120, "packet", "overgangsdocument", &json!([{ "party": college(), "municipality": "0361" }])),
            taken_back(),
        ]}),
        "/v1/packets" => json!({ "items": [packet(120, "packet", "overgangsdocument", &json!([
            { "party": college(), "municipality": "0361", "state": "withdrawn", "collectedAt": "2026-11-27T13:03:59Z" },
            { "party": party("00000099000000002000", "betrokkene"), "state": "waiting" },
            { "party": stranger(), "state": "withdrawn" },
        ])), taken_back()]}),
        "/v1/questions" => json!({ "items": [] }),
        "/v1/requests" => {
            let recipients = json!([
                { "party": college(), "municipality": "0400", "state": "collected", "answer": yes },
                { "party": college(), "municipality": "0361", "state": "withheld" },
                { "party": stranger(), "state": "waiting" },
            ]);
            let mut asked = packet(8, "request", "verzoek-voortzetting", &recipients);
            asked["state"] = json!("open");
            let mut withdrawn = asked.clone();
            withdrawn["state"] = json!("withdrawn");
            json!({ "items": [asked, withdrawn] })
        }
        "/v1/notices" => json!({ "items": [
            {
                "logIndex": 31, "kind": "packet-withdrawn", "packet": ID, "party": college(), "sender": school(),
                "dataset": "overgangsdocument", "state": "collected", "at": "2026-07-01T22:30:00Z",
            },
            {
                "logIndex": 32, "kind": "mandate-ended", "packet": ID, "party": college(), "sender": school(),
                "dataset": "overgangsdocument", "state": "withheld", "hindrance": "mandate-ended", "at": "2026-07-01T22:30:00Z",
            },
            {
                "logIndex": 32, "kind": "mandate-ended", "packet": ID, "party": college(), "sender": school(),
                "dataset": "overgangsdocument", "state": "withheld", "hindrance": "recipient-blocked", "at": "2026-07-01T22:30:00Z",
            },
            {
                "logIndex": 32, "kind": "mandate-ended", "packet": ID, "party": college(), "sender": school(),
                "dataset": "overgangsdocument", "state": "waiting", "at": "2026-07-01T22:30:00Z",
            },
            {
                "logIndex": 33, "kind": "expires-soon", "packet": ID, "party": college(), "sender": school(),
                "dataset": "overgangsdocument", "state": "waiting", "at": "2026-07-01T22:30:00Z",
            },
        ]}),
        "/v1/declarations" => json!({ "items": [
            {
                "id": ID, "person": PERSON, "kind": "instemming", "dataset": "verzoek-voortzetting",
                "towards": towards, "givenBy": "persoon", "givenAt": "2026-05-20", "state": "given",
            },
            {
                "id": ID, "person": PERSON, "kind": "bezwaar", "dataset": "uitstroomprofiel", "givenBy": "ouder",
                "givenAt": "2026-05-21", "until": "2027-09-01", "state": "withdrawn",
                "withdrawnAt": "2026-06-01T09:00:00Z", "withdrawnBy": "persoon",
            },
            {
                "id": ID, "person": PERSON, "kind": "bezwaar", "dataset": "uitstroomprofiel", "givenBy": "persoon",
                "givenAt": "2026-05-21", "state": "ended",
                "decisions": [{ "outcome": "ongegrond", "reason": "x", "decidedOn": "2026-05-30" }],
            },
        ]}),
        "/v1/entries" => entries(),
        path if path.ends_with("00/withdrawal") => json!({
            "id": ID, "logIndex": 41, "withdrawnAt": "2026-06-01T09:00:00Z", "withdrawnBy": "persoon",
            "stopped": [], "told": [], "toTell": [],
            "stillStanding": [{ "id": PERSON, "givenBy": "ouder", "givenAt": "2026-05-21" }],
        }),
        path if path.ends_with("01/withdrawal") => json!({
            "id": ID, "withdrawnAt": "2026-06-01T09:00:00Z", "withdrawnBy": "persoon", "stopped": [], "told": [], "toTell": [],
        }),
        path if path.ends_with("/withdrawal") => json!({
            "id": ID, "logIndex": 40, "stopped": [{ "packet": ID, "party": stranger() }],
            "told": [{ "packet": ID, "party": college() }],
            "toTell": [{ "packet": ID, "party": party("00000099000000002000", "betrokkene") }],
        }),
        other => panic!("{other}"),
    }
}

/// What these commands print, one below the other.
async fn printed(language: &str) -> String {
    let stub = Stub::start(|seen, _| json(200, &answer(&seen.path))).await;
    let mut all = String::new();
    for command in [
        &["parties"][..],
        &["datasets"],
        &["inbox"],
        &["outbox"],
        &["asked"],
        &["notices"],
        &["declarations"],
        &["withdraw", "packet", ID],
        &["withdraw", "declaration", "01a21f8c-9a88-7000-8000-000000000000", "--by", "persoon"],
        &["withdraw", "declaration", PERSON, "--by", "ouder"],
        &["entries"],
        &["entries", "--refused", "--limit", "2"],
        &["entries", "--since", "2027-01-01"],
        &["entries", "--refused", "--since", "2026-11-29", "--until", "2026-11-30"],
    ] {
        let ended = stub.client(&[&["--lang", language], command].concat()).await;
        assert_eq!(ended.stderr, "", "{command:?}");
        writeln!(all, "$ sluis client {}\n{}", command.join(" "), ended.stdout).unwrap();
    }
    all
}

#[tokio::test]
async fn people_read_dutch() {
    assert_snapshot!(printed("nl").await);
}

#[tokio::test]
async fn people_read_english() {
    assert_snapshot!(printed("en").await);
}

#[tokio::test]
async fn machines_get_what_the_gateway_said() {
    let stub = Stub::start(|seen, _| json(200, &answer(&seen.path))).await;
    for (command, path) in
        [("inbox", "/v1/inbox"), ("entries", "/v1/entries"), ("declarations", "/v1/declarations")]
    {
        let ended = stub.client(&["--json", command]).await;
        let printed: Vec<Value> =
            ended.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(json!(printed), answer(path)["items"], "{command}");
        let ids = stub.client(&["--ids", command]).await.stdout;
        let named =
            |item: &Value| item["id"].as_str().map_or_else(|| item["index"].to_string(), str::to_owned);
        let expected: Vec<String> = printed.iter().map(named).collect();
        assert_eq!(ids.lines().collect::<Vec<_>>(), expected, "{command}");
    }
    assert!(stub.seen().iter().all(|seen| seen.path != "/v1/parties"), "names are for people");
    // What has no `id` is known by something else, or it is said that it is not.
    for (command, first) in [
        ("parties", "00000099000000001000/werk-en-inkomen"),
        ("notices", ID),
        ("datasets", "overgangsdocument"),
    ] {
        let ids = stub.client(&["--ids", command]).await.stdout;
        assert_eq!(ids.lines().next(), Some(first), "{command}");
    }
}

/// What a hostile gateway answers where a name, a code or a text is expected: it moves the cursor, turns the direction and
/// looks like lines of this program.
const HOSTILE: &str = "Gem\u{202e}eente\u{1b}[2J\u{9b}1A\u{7}\r\nsluis: klaar\n  wat nu: rm -rf\u{2066}";

/// The value with every text in it hostile, but for those that are read as something.
fn turned(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let kept = ["leaf", "body", "part", "items"];
            let turned = |(name, value): (&String, &Value)| {
                let value = if kept.contains(&name.as_str()) && value.is_string() {
                    value.clone()
                } else {
                    turned(value)
                };
                (name.clone(), value)
            };
            Value::Object(members.iter().map(turned).collect())
        }
        Value::Array(items) => items.iter().map(turned).collect(),
        Value::String(_) => json!(HOSTILE),
        other => other.clone(),
    }
}

#[tokio::test]
async fn nothing_that_a_gateway_says_steers_the_terminal_or_looks_like_a_line_of_the_program() {
    let packets = json!({ "items": [packet(1, "packet", "overgangsdocument",
        &json!([{ "party": college(), "municipality": "0361", "state": "waiting" }]))], "next": null });
    let parties = json!({ "items": [named(&school(), "School", &["0361"])], "next": null });
    let problem = json!({ "type": "urn:x", "title": "t", "status": 400, "detail": "d", "traceId": "t", "errors": [
        { "pointer": "/a", "code": "c", "provisions": ["p"], "citations": ["c"], "nl": "nl", "en": "en",
          "now": { "nl": "nl", "en": "en" } }] });
    let (packets, parties, problem) = (turned(&packets), turned(&parties), turned(&problem));
    let entries = turned(&entries());
    let stub = Stub::start(move |seen, _| match seen.path.as_str() {
        "/v1/inbox" | "/v1/packets" | "/v1/requests" | "/v1/questions" | "/v1/notices"
        | "/v1/declarations" => json(200, &packets),
        "/v1/parties" | "/v1/datasets" => json(200, &parties),
        "/v1/entries" => json(200, &entries),
        _ => json(400, &problem),
    })
    .await;
    let mut shown = 0;
    for command in [
        &["inbox"][..],
        &["outbox"],
        &["asked"],
        &["notices"],
        &["declarations"],
        &["parties"],
        &["datasets"],
        &["entries"],
        &["status", ID],
    ] {
        for more in [&["--lang", "nl"][..], &["--lang", "en"], &["--json"]] {
            let ended = stub.client(&[command, more].concat()).await;
            let printed = format!("{}{}", ended.stdout, ended.stderr);
            let steering = printed
                .chars()
                .find(|c| (c.is_control() && *c != '\n') || HOSTILE.contains(*c) && !c.is_ascii());
            assert_eq!(steering, None, "{command:?} {more:?}: {}", printed.escape_debug());
            let forged = printed
                .lines()
                .any(|line| line.starts_with("sluis: klaar") || line.starts_with("  wat nu: rm"));
            assert!(!forged, "{command:?} {more:?}: {printed}");
            shown += usize::from(printed.contains("klaar"));
        }
    }
    assert!(shown > 20, "what came is shown, without what steers: {shown}");
    let listed = stub.client(&["inbox", "--ids"]).await;
    assert_eq!((listed.exit, listed.stdout.as_str()), (Exit::Unavailable, ""));
    assert!(listed.stderr.contains(r"`Gem\u{202e}eente\u{1b}[2J"), "{}", listed.stderr);
}

/// By a number nothing is wrong with a name.
#[tokio::test]
async fn a_search_without_a_hit_says_what_that_search_finds() {
    let stub = Stub::start(|_, _| json(200, &json!({ "items": [] }))).await;
    let name = json!({ "name": { "given": "Toby", "family": "Voorbeeld" }, "birthDate": "2007-11-03", "purpose": "x" });
    let number = json!({ "reference": { "kind": "pgn", "value": "999990019" }, "purpose": "x" });
    let own = json!({ "reference": { "kind": "own", "value": "Z-1" } });
    for (who, hint) in [
        (name, "Een naam wordt alleen heel gevonden"),
        (number, "alleen wat met dat nummer is gestuurd"),
        (own, "alleen wat u zelf onder dat nummer bevestigde"),
    ] {
        let file = stub.write("wie.json", &who.to_string());
        let ended = stub.client(&["search", file.to_str().unwrap()]).await;
        let told = ended.stdout.lines().last().unwrap();
        assert!(told.contains(hint), "{told}");
    }
}
