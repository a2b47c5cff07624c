//! A canary: marked values of a person go through every route, also wrongly; then everything that the gateway keeps,
//! logs, counts, answers as a problem or has in its memory is searched for them.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    os::unix::fs::FileExt as _,
    path::Path,
    sync::Mutex,
    time::{Duration, Instant},
};

use http::{Method, StatusCode};
use jiff::{SignedDuration, Timestamp, civil::Date};
use serde_json::{Value, json};
use sluis::domain::{clock::amsterdam_date, party::Role};

use super::{
    kept::nothing_on_the_server,
    needles::{AS_IT_IS, Found, Needles, files_below},
    process::{GENEROUS, PATIENCE, Process, Site, example},
};
use crate::{
    store::support::Place,
    support::{Actor, Answer, declaration},
};

const GIVEN: &str = "Kanariëlle Želmïra";
const FAMILY: &str = "Vogelzang-Ünïek";
/// What a search makes of it.
const NORMALISED: &str = "kanariellezelmira";
const BSN: &str = "999993355";
const OTHER_BSN: &str = "999993434";
const OWN: &str = "KANARIE-LLN-4471";
const CASE: &str = "KANARIE-ZAAK-9915";
const PHONE: &str = "0698711234";
const TEXT: &str = "Zingt graag kanariepietliedjes bij het raam.";
const STREET: &str = "Kanarievogelpad";
const STAFF: &str = "kanarie-medewerker-77";
const OTHER_STAFF: &str = "kanarie-consulent-88";

/// The person, and who acts.
struct Canary {
    born: Date,
    now: Timestamp,
}

impl Canary {
    fn needles(&self) -> Needles {
        let born = self.born.to_string();
        Needles::of(
            [
                GIVEN,
                FAMILY,
                NORMALISED,
                BSN,
                OTHER_BSN,
                OWN,
                CASE,
                PHONE,
                TEXT,
                STREET,
                STAFF,
                OTHER_STAFF,
                &born,
            ]
            .map(str::to_owned),
        )
    }

    fn person(&self, reference: &Value) -> Value {
        let left = amsterdam_date(self.now - SignedDuration::from_hours(24 * 120));
        json!({
            "reference": reference,
            "birthDate": self.born.to_string(),
            "verblijf": "0361",
            "profiel": "arbeid",
            "ingeschreven": false,
            "verlatenOp": left.to_string(),
            "verwijderdOp": left.to_string(),
        })
    }

    fn own(&self) -> Value {
        self.person(&json!({ "kind": "own", "value": OWN }))
    }

    fn number(&self) -> Value {
        self.person(&json!({ "kind": "pgn", "value": BSN }))
    }

    /// A dataset's example with the marked values in every place that there is for them.
    fn content(dataset: &str, person: &Value) -> Value {
        let mut content = example(dataset, person);
        for (pointer, value) in [
            ("/persoon/voornamen", GIVEN),
            ("/persoon/achternaam", FAMILY),
            ("/persoon/adres/straat", STREET),
            ("/persoon/telefoon", PHONE),
            ("/contact/telefoon", PHONE),
            ("/nummer/persoonsgebondenNummer", BSN),
            ("/ondersteuningswens/toelichting", TEXT),
            ("/vaardigheden/toelichting", TEXT),
            ("/wensen/toelichting", TEXT),
        ] {
            if let Some(place) = content.pointer_mut(pointer) {
                *place = Value::from(value);
            }
        }
        content
    }

    fn push(dataset: &str, purpose: &str, role: &str, person: &Value) -> Value {
        let mut content = Self::content(dataset, person);
        if role == "werk-en-inkomen" && dataset == "uitstroomprofiel" {
            content.as_object_mut().unwrap().remove("leerplicht");
        }
        json!({
            "dataset": dataset,
            "purpose": purpose,
            "recipients": [{ "municipality": "0361", "role": role }],
            "person": person,
            "content": content,
        })
    }
}

/// A day of nineteen years ago that the policies do not mention.
fn born(now: Timestamp) -> Date {
    let policies: String = files_below(Path::new("policies"))
        .iter()
        .map(|path| String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned())
        .collect();
    let mut day = amsterdam_date(now - SignedDuration::from_hours(24 * 365 * 19));
    while policies.contains(&day.to_string()) {
        day = day.yesterday().unwrap();
    }
    day
}

/// Calls routes and remembers which, and what was answered when it was a problem.
#[derive(Default)]
struct Walk {
    routes: Mutex<BTreeSet<String>>,
    problems: Mutex<Vec<u8>>,
}

impl Walk {
    async fn call(
        &self,
        who: &Actor,
        method: Method,
        route: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Answer {
        let body = body.map(|body| body.to_string().into_bytes());
        self.bytes(who, method, route, path, body).await
    }

    async fn bytes(
        &self,
        who: &Actor,
        method: Method,
        route: &str,
        path: &str,
        body: Option<Vec<u8>>,
    ) -> Answer {
        let key = format!("sleutel-{}-0123456789", self.problems.lock().unwrap().len() + path.len());
        self.routes.lock().unwrap().insert(format!("{method} {route}"));
        let answer = who.call(method, path, &[("idempotency-key", &key)], body).await;
        let mut kept = self.problems.lock().unwrap();
        // Something for each call, so that no two have the same key.
        kept.push(b'\n');
        for (name, value) in &answer.headers {
            kept.extend_from_slice(name.as_str().as_bytes());
            kept.extend_from_slice(value.as_bytes());
        }
        if answer.status.is_client_error() || answer.status.is_server_error() {
            kept.extend_from_slice(&answer.body);
        }
        answer
    }

    async fn get(&self, who: &Actor, route: &str, path: &str) -> Answer {
        self.call(who, Method::GET, route, path, None).await
    }

    async fn post(&self, who: &Actor, route: &str, path: &str, body: &Value) -> Answer {
        self.call(who, Method::POST, route, path, Some(body)).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_person_is_kept_logged_counted_or_left_in_memory_on_sqlite() {
    search_everywhere(None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_person_is_kept_logged_counted_or_left_in_memory_on_postgresql() {
    let Some(place) = Place::postgres().await else { return };
    search_everywhere(Some(place)).await;
}

async fn search_everywhere(place: Option<Place>) {
    let on_a_server = place.is_some();
    let site = Site::new(place, &format!("\n[limits]\nidle_seconds = 4\n{GENEROUS}")).await;
    let process = site.start("trace").await;
    let canary = Canary { born: born(site.now), now: site.now };
    let needles = canary.needles();
    let walk = Walk::default();
    walk_all(&site, &process, &canary, &walk).await;
    all_were_walked(&site, &process, &walk).await;

    needles.absent("the problems and the headers of answers", &walk.problems.lock().unwrap());
    let (_, metrics) = process.ask_ops("/metrics").await;
    assert!(metrics.contains("sluis_requests_total"));
    needles.absent("the metrics", metrics.as_bytes());
    nothing_on_disk(&site, &needles, &process, on_a_server);
    if on_a_server {
        nothing_on_the_server(&site, &needles).await;
    }

    // While a connection is kept, its buffers hold what came over it last, as it came; its idle time ends that.
    let kept = site.actor(Role::ProSchool, &process);
    let report =
        Canary::push("verwijderingsmelding", "doorstroompunt-taak", "doorstroompunt", &canary.number());
    walk.post(&kept, "/packets", "/v1/packets", &report).await.expect_status(StatusCode::CREATED);
    for found in in_memory(process.id(), &needles) {
        assert!(found.contains(AS_IT_IS), "a copy of the gateway's own making: {found}");
    }
    no_connection_left(&process).await;
    // The answers' buffers go with the tasks of their connections, which end in their own time.
    let mut found = in_memory(process.id(), &needles);
    let began = Instant::now();
    while !found.is_empty() && began.elapsed() < PATIENCE {
        tokio::task::yield_now().await;
        found = in_memory(process.id(), &needles);
    }
    assert!(found.is_empty(), "in the memory of the idle process:\n{}", found.join("\n"));
    drop(kept);
    let stderr = process.stderr.clone();
    process.stop().await;
    let log = fs::read(stderr).unwrap();
    assert!(log.len() > 10_000, "there is something to search");
    needles.absent("the log lines", &log);
    site.remove().await;
}

fn nothing_on_disk(site: &Site, needles: &Needles, process: &Process, on_a_server: bool) {
    let gateway = site.folder.path().join("gateway");
    let files = files_below(&gateway);
    let wal = files.iter().any(|path| path.ends_with("gateway.db-wal"));
    assert_ne!(wal, on_a_server, "the WAL is searched too, where there is one");
    for path in files.iter().filter(|path| !path.starts_with(gateway.join("parties"))) {
        needles.absent(&path.display().to_string(), &fs::read(path).unwrap());
    }
    needles.absent("the log lines", &fs::read(&process.stderr).unwrap());
}

async fn walk_all(site: &Site, process: &Process, canary: &Canary, walk: &Walk) {
    let staffed = |mut actor: Actor, staff: &str| {
        actor.staff = Some((staff.to_owned(), "trajectbegeleider".to_owned()));
        actor
    };
    let school = staffed(site.party(Role::ProSchool, process).await, STAFF);
    let college = staffed(site.party(Role::WerkEnInkomen, process).await, OTHER_STAFF);
    let doorstroompunt = staffed(site.party(Role::Doorstroompunt, process).await, OTHER_STAFF);
    for (who, role) in [(&school, "pro-school"), (&college, "werk-en-inkomen")] {
        walk.get(who, "/parties", "/v1/parties").await.expect_status(StatusCode::OK);
        let path = format!("/v1/parties/{}/{role}/keys", who.party.oin);
        walk.get(who, "/parties/{oin}/{role}/keys", &path).await.expect_status(StatusCode::OK);
    }
    walk.get(&school, "/datasets", "/v1/datasets").await.expect_status(StatusCode::OK);
    walk.get(&school, "/datasets/{code}", "/v1/datasets/overgangsdocument")
        .await
        .expect_status(StatusCode::OK);
    handover(canary, walk, &school, &college).await;
    removal(canary, walk, &school, &doorstroompunt).await;
    profile(canary, walk, &school, &college).await;
    faulty(canary, walk, &school).await;
    for who in [&school, &college, &doorstroompunt] {
        for path in ["packets", "requests", "inbox", "notices", "declarations", "entries"] {
            walk.get(who, &format!("/{path}"), &format!("/v1/{path}")).await.expect_status(StatusCode::OK);
        }
    }
    for (route, path) in [
        ("/checkpoint", "/v1/checkpoint"),
        ("/proof/{index}", "/v1/proof/0"),
        ("/tile/{level}/{number}", "/v1/tile/0/000"),
        ("/tile/{level}/{number}/{width}", "/v1/tile/entries/000.p/1"),
    ] {
        walk.get(&school, route, path).await;
    }
    let whose = json!({ "reference": canary.own()["reference"] });
    let found = walk.post(&school, "/declarations/searches", "/v1/declarations/searches", &whose).await;
    assert!(!found.expect_status(StatusCode::OK).json()["items"].as_array().unwrap().is_empty());
    keys(walk, &college).await;
    let question = json!({
        "subject": { "type": "party", "id": "werk-en-inkomen" },
        "action": { "name": "receive" },
        "resource": { "type": "dataset", "id": "uitstroomprofiel" },
        "context": { "purpose": "loopbaanbegeleiding", "senderRole": "pro-school", "birthDate": canary.born.to_string() },
    });
    walk.post(&school, "/evaluation", "/access/v1/evaluation", &question).await.expect_status(StatusCode::OK);
}

/// Request, answer, overgangsdocument with a copy, pull, acknowledgement.
async fn handover(canary: &Canary, walk: &Walk, school: &Actor, college: &Actor) {
    const PURPOSE: &str = "voortzetting-ondersteuning";
    let person = canary.own();
    let ask = Canary::push("verzoek-voortzetting", PURPOSE, "werk-en-inkomen", &person);
    walk.post(school, "/requests", "/v1/requests", &ask).await.expect_status(StatusCode::FORBIDDEN);
    let agrees = declaration(
        "instemming",
        "verzoek-voortzetting",
        &person,
        "persoon",
        Role::WerkEnInkomen,
        canary.now,
    );
    let agreed = walk.post(school, "/declarations", "/v1/declarations", &agrees).await;
    let agreed = agreed.expect_status(StatusCode::CREATED).text("/id");
    walk.get(school, "/declarations/{id}", &format!("/v1/declarations/{agreed}")).await;
    let request = walk.post(school, "/requests", "/v1/requests", &ask).await;
    let request = request.expect_status(StatusCode::CREATED).text("/id");
    walk.get(school, "/requests/{id}", &format!("/v1/requests/{request}"))
        .await
        .expect_status(StatusCode::OK);
    pull(walk, college, &request, "payload").await;
    let yes = json!({ "outcome": "ja" });
    let path = format!("/v1/requests/{request}/answer");
    walk.post(college, "/requests/{id}/answer", &path, &yes).await.expect_status(StatusCode::OK);

    // The policies have no question: what is asked all the same is refused, and kept nowhere.
    walk.post(college, "/questions", "/v1/questions", &ask).await;
    walk.get(college, "/questions", "/v1/questions").await.expect_status(StatusCode::OK);
    let question = format!("/v1/questions/{request}");
    walk.get(college, "/questions/{id}", &question).await.expect_status(StatusCode::NOT_FOUND);
    let told = walk.post(college, "/questions/{id}/answer", &format!("{question}/answer"), &yes).await;
    told.expect_status(StatusCode::NOT_FOUND);

    let mut document = Canary::push("overgangsdocument", PURPOSE, "werk-en-inkomen", &person);
    document["request"] = json!(request);
    document["copyForPerson"] = json!(true);
    let checked = walk.post(school, "/packets", "/v1/packets?check=true", &document).await;
    checked.expect_status(StatusCode::OK);
    let packet = walk.post(school, "/packets", "/v1/packets", &document).await;
    let packet = packet.expect_status(StatusCode::CREATED).text("/id");
    walk.get(school, "/packets/{id}", &format!("/v1/packets/{packet}")).await.expect_status(StatusCode::OK);
    pull(walk, college, &packet, "payload").await;
    pull(walk, school, &packet, "copy").await;
    let name = json!({ "given": GIVEN, "family": FAMILY });
    let by_name = json!({ "name": name, "birthDate": canary.born.to_string(), "purpose": PURPOSE });
    // The request and the document.
    search(walk, college, &by_name, 2).await;
    let mine = json!({ "reference": CASE });
    let path = format!("/v1/packets/{packet}/acknowledgement");
    walk.post(college, "/packets/{id}/acknowledgement", &path, &mine).await.expect_status(StatusCode::OK);
    search(walk, college, &json!({ "reference": { "kind": "own", "value": CASE } }), 1).await;
}

async fn pull(walk: &Walk, who: &Actor, packet: &str, which: &str) {
    let answer =
        walk.get(who, &format!("/packets/{{id}}/{which}"), &format!("/v1/packets/{packet}/{which}")).await;
    answer.expect_status(StatusCode::OK);
    let opened = who.open(packet, &answer);
    assert_eq!(opened["persoon"]["achternaam"], FAMILY, "the marked values travel");
}

async fn search(walk: &Walk, who: &Actor, by: &Value, wanted: usize) {
    let found = walk.post(who, "/inbox/searches", "/v1/inbox/searches", by).await;
    let found = found.expect_status(StatusCode::OK).json();
    assert_eq!(found["items"].as_array().unwrap().len(), wanted, "{found}");
}

/// A report of removal under the person's number.
async fn removal(canary: &Canary, walk: &Walk, school: &Actor, doorstroompunt: &Actor) {
    const PURPOSE: &str = "doorstroompunt-taak";
    let report = Canary::push("verwijderingsmelding", PURPOSE, "doorstroompunt", &canary.number());
    let packet = walk.post(school, "/packets", "/v1/packets", &report).await;
    let packet = packet.expect_status(StatusCode::CREATED).text("/id");
    pull(walk, doorstroompunt, &packet, "payload").await;
    let number = json!({ "kind": "pgn", "value": BSN });
    search(walk, doorstroompunt, &json!({ "reference": number, "purpose": PURPOSE }), 1).await;
}

/// A profile, refused for want of toestemming, then withdrawn with it, and by the sender.
async fn profile(canary: &Canary, walk: &Walk, school: &Actor, college: &Actor) {
    let person = canary.own();
    let profile = Canary::push("uitstroomprofiel", "loopbaanbegeleiding", "werk-en-inkomen", &person);
    walk.post(school, "/packets", "/v1/packets", &profile).await.expect_status(StatusCode::FORBIDDEN);
    let agrees =
        declaration("toestemming", "uitstroomprofiel", &person, "persoon", Role::WerkEnInkomen, canary.now);
    let agreed = walk.post(school, "/declarations", "/v1/declarations", &agrees).await;
    let agreed = agreed.expect_status(StatusCode::CREATED).text("/id");
    for _ in 0..2 {
        let packet = walk.post(school, "/packets", "/v1/packets", &profile).await;
        let packet = packet.expect_status(StatusCode::CREATED).text("/id");
        let path = format!("/v1/packets/{packet}/withdrawal");
        walk.post(school, "/packets/{id}/withdrawal", &path, &json!({})).await.expect_status(StatusCode::OK);
        walk.get(college, "/packets/{id}/payload", &format!("/v1/packets/{packet}/payload")).await;
    }
    let packet = walk.post(school, "/packets", "/v1/packets", &profile).await;
    pull(walk, college, &packet.text("/id"), "payload").await;
    let path = format!("/v1/declarations/{agreed}/withdrawal");
    let by = json!({ "by": "persoon" });
    walk.post(school, "/declarations/{id}/withdrawal", &path, &by).await.expect_status(StatusCode::OK);

    let objects =
        declaration("bezwaar", "verzoek-voortzetting", &person, "persoon", Role::WerkEnInkomen, canary.now);
    let objection = walk.post(school, "/declarations", "/v1/declarations", &objects).await;
    let path =
        format!("/v1/declarations/{}/decision", objection.expect_status(StatusCode::CREATED).text("/id"));
    let on = amsterdam_date(canary.now).to_string();
    let ruling = json!({ "outcome": "ongegrond", "reason": "zwaarwegend-belang", "decidedOn": on });
    walk.post(school, "/declarations/{id}/decision", &path, &ruling).await.expect_status(StatusCode::OK);
}

/// Everything that is wrong, with the marked values where they do not belong.
async fn faulty(canary: &Canary, walk: &Walk, school: &Actor) {
    let good =
        Canary::push("verwijderingsmelding", "doorstroompunt-taak", "doorstroompunt", &canary.number());
    let text = good.to_string();
    let mut bodies: Vec<Vec<u8>> = vec![
        // Broken off, of another type, not UTF-8, twice the same name, too deep.
        text.as_bytes()[..text.len() - 40].to_vec(),
        text.replace("\"content\":{", &format!("\"content\":[\"{TEXT}\"],\"x\":{{")).into_bytes(),
        [text.as_bytes(), b"\xff\xfe"].concat(),
        text.replace("\"purpose\":", &format!("\"purpose\":\"{TEXT}\",\"purpose\":")).into_bytes(),
        format!("{}\"{TEXT}\"{}", "[".repeat(200), "]".repeat(200)).into_bytes(),
        format!("{{\"{FAMILY}\":\"{BSN}\"}}").into_bytes(),
        format!("\"{GIVEN} {BSN}\"").into_bytes(),
    ];
    for (pointer, value) in [
        ("/dataset", json!(OWN)),
        ("/purpose", json!(FAMILY)),
        ("/person/birthDate", json!(format!("{} {FAMILY}", canary.born))),
        ("/person/verblijf", json!(BSN)),
        ("/person/reference/value", json!(BSN.replace('5', "6"))),
        ("/person/reference/kind", json!(FAMILY)),
        ("/person/reference", json!({ "kind": "own", "value": BSN })),
        ("/recipients/0/municipality", json!(FAMILY)),
        ("/recipients/0/role", json!(GIVEN)),
        ("/request", json!(BSN)),
        ("/content/persoon/voornamen", json!({ FAMILY: GIVEN })),
        ("/content/persoon/geboortedatum", json!(FAMILY)),
        ("/content/nummer/persoonsgebondenNummer", json!(format!("{BSN}0"))),
        ("/content/persoon/bijzonderheden", json!(format!("{TEXT} {OTHER_BSN}"))),
        ("/content/school/contactpersoon", json!(format!("bel {OTHER_BSN}"))),
    ] {
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let mut wrong = good.clone();
        wrong.pointer_mut(parent).unwrap()[name] = value;
        bodies.push(wrong.to_string().into_bytes());
    }
    for body in bodies {
        for path in [
            "/packets",
            "/requests",
            "/questions",
            "/packets?check=true",
            "/declarations",
            "/inbox/searches",
            "/keys",
        ] {
            let route = path.split('?').next().unwrap();
            let answer =
                walk.bytes(school, Method::POST, route, &format!("/v1{path}"), Some(body.clone())).await;
            assert!(answer.status.is_client_error(), "{} on {path}", answer.status);
        }
    }
    // A person where no person belongs: in a path, a query, a header, a method.
    for path in [
        format!("/v1/packets/{OWN}"),
        format!("/v1/packets/{BSN}/payload"),
        format!("/v1/packets?after={BSN}"),
        format!("/v1/datasets/{CASE}"),
        format!("/{FAMILY}/{BSN}").replace(['Ü', 'ï'], "u"),
        format!("/tile/{BSN}"),
        format!("/proof/{OWN}"),
    ] {
        let answer = walk.get(school, "-", &path).await;
        assert!(!answer.status.is_server_error(), "{} on {path}", answer.status);
    }
    let mut odd = school.clone();
    odd.staff = Some((format!("jan {BSN}"), STAFF.to_owned()));
    walk.post(&odd, "/packets", "/v1/packets", &good).await.expect_status(StatusCode::BAD_REQUEST);
    let named = Method::from_bytes(OWN.as_bytes()).unwrap();
    walk.call(school, named, "-", "/v1/packets", None).await.expect_status(StatusCode::METHOD_NOT_ALLOWED);
    for header in ["traceparent", "accept", "idempotency-key", "content-encoding"] {
        let body = good.to_string().into_bytes();
        let answer = school.call(Method::POST, "/v1/packets", &[(header, TEXT)], Some(body)).await;
        walk.problems.lock().unwrap().extend_from_slice(&answer.body);
    }
}

/// A key and a certificate: not a person's, but routes all the same.
async fn keys(walk: &Walk, college: &Actor) {
    let thumbprint = college.key.public().thumbprint().to_owned();
    let next = json!({ "certificate": TEXT, "proof": TEXT });
    walk.post(college, "/certificates", "/v1/certificates", &next).await;
    for end in ["retirement", "revocation"] {
        let (route, path) = (format!("/keys/{{thumbprint}}/{end}"), format!("/v1/keys/{thumbprint}/{end}"));
        let ended = walk.post(college, &route, &path, &json!({})).await;
        assert!(!ended.status.is_server_error(), "{} on {path}", ended.status);
    }
}

/// Every route of the interface description was called.
async fn all_were_walked(site: &Site, process: &Process, walk: &Walk) {
    let visitor = site.actor(Role::ProSchool, process);
    let document = walk.get(&visitor, "/openapi.json", "/v1/openapi.json").await.json();
    let walked = walk.routes.lock().unwrap();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in ["get", "post"] {
            let route = format!("{} {path}", method.to_uppercase());
            assert!(item.get(method).is_none() || walked.contains(&route), "{route} was not called");
        }
    }
}

async fn no_connection_left(process: &Process) {
    let wait = async {
        loop {
            let (_, metrics) = process.ask_ops("/metrics").await;
            if metrics.contains("sluis_connections{listener=\"data\"} 0\n") {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.expect("connections stay open");
}

/// Searches every mapping that the process can write to, its stacks included. What it only reads are its own files.
fn in_memory(process: u32, needles: &Needles) -> Vec<String> {
    const STEP: u64 = 16 << 20;
    let memory = File::open(format!("/proc/{process}/mem")).unwrap();
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).unwrap();
    let (mut reports, mut read) = (Vec::new(), 0);
    for line in
        maps.lines().filter(|line| line.split(' ').nth(1).is_some_and(|rights| rights.starts_with("rw")))
    {
        let (first, end) = line.split(' ').next().unwrap().split_once('-').unwrap();
        let (mut at, end) = (u64::from_str_radix(first, 16).unwrap(), u64::from_str_radix(end, 16).unwrap());
        while at < end {
            // A little more than a step, for what lies across two.
            let length = usize::try_from((end - at).min(STEP + 4096)).unwrap();
            let mut bytes = vec![0; length];
            let Ok(got) = memory.read_at(&mut bytes, at) else { break };
            bytes.truncate(got);
            read += got;
            for Found { what, at: offset } in needles.find(&bytes) {
                let around = &bytes[offset.saturating_sub(60)..bytes.len().min(offset + 100)];
                reports.push(format!(
                    "{what} at {:#x} of {line}: {:?}",
                    at + u64::try_from(offset).unwrap(),
                    String::from_utf8_lossy(around)
                ));
            }
            at += STEP;
        }
    }
    assert!(read > 1 << 20, "there is something to search");
    println!("{read} bytes of memory were searched");
    reports
}
