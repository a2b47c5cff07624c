//! Every route over the real interface: it is there, it asks who calls, and it answers what its description says.

use std::{fs, io::Read as _};

use http::{Method, StatusCode};
use serde_json::{Value, json};
use sluis::{
    domain::{clock::Clock as _, id::SystemEntropy, party::Role},
    identity::{certificate_proof, tls::OwnCertificate},
};

use crate::support::{Answer, Gateway, declaration, left_school, submission};

const PURPOSE: &str = "voortzetting-ondersteuning";

/// The interface description, with every object closed: an answer may hold nothing that is not described.
struct Described(Value);

impl Described {
    fn read() -> Self {
        let mut api: Value = serde_json::from_str(&fs::read_to_string("docs/openapi.json").unwrap()).unwrap();
        close(&mut api);
        Self(api)
    }

    /// The method, the path as a caller writes it, and whether it is open.
    fn routes(&self) -> Vec<(Method, String, bool)> {
        let mut routes = Vec::new();
        for (path, item) in self.0["paths"].as_object().unwrap() {
            let filled = path
                .replace("{level}", "0")
                .replace("{number}/{width}", "000.p/1")
                .replace("{index}", "0")
                .replace("{id}", "01980d5e-7d2a-7c3e-9b1f-0a4d5c6b7e8f")
                .replace("{thumbprint}", &"A".repeat(43))
                .replace("{oin}", "00000099000000001000")
                .replace("{role}", "leerplicht")
                .replace("{code}", "overgangsdocument");
            for (method, operation) in item.as_object().unwrap() {
                if let Ok(method @ (Method::GET | Method::POST)) = method.to_uppercase().parse() {
                    routes.push((method, format!("/v1{filled}"), operation["security"] == json!([{}])));
                }
            }
        }
        routes
    }

    /// The answer is what the operation says.
    #[track_caller]
    fn expect(&self, route: &str, answer: &Answer, status: u16) -> Value {
        let told = answer.json();
        assert_eq!(answer.status.as_u16(), status, "{route}: {told}");
        assert_eq!(answer.headers["content-type"], "application/json", "{route}");
        let (method, path) = route.split_once(' ').unwrap();
        let response = &self.0["paths"][path][method]["responses"][status.to_string()];
        self.conforms(route, &response["content"]["application/json"]["schema"], &told);
        told
    }

    /// The body is what the operation takes.
    #[track_caller]
    fn takes(&self, route: &str, body: &Value) {
        let (method, path) = route.split_once(' ').unwrap();
        let request = &self.0["paths"][path][method]["requestBody"];
        self.conforms(route, &request["content"]["application/json"]["schema"], body);
    }

    #[track_caller]
    fn conforms(&self, route: &str, schema: &Value, document: &Value) {
        assert!(schema.is_object(), "{route}: nothing is described");
        let mut schema = schema.clone();
        schema["components"] = self.0["components"].clone();
        let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
        let faults: Vec<String> = validator
            .iter_errors(document)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(faults.is_empty(), "{route}: {faults:#?}\n{document:#}");
    }
}

fn close(value: &mut Value) {
    match value {
        Value::Object(members) => {
            if members.get("properties").is_some_and(Value::is_object) {
                members.entry("additionalProperties").or_insert(json!(false));
            }
            members.values_mut().for_each(close);
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_described_route_exists_and_asks_who_calls() {
    let gateway = Gateway::start().await;
    let nobody = gateway.http(None);
    let routes = Described::read().routes();
    assert!(routes.len() > 25, "the routes were found");
    for (method, path, open) in routes {
        let request = nobody.request(method.clone(), format!("{}{path}", gateway.url()));
        let answer = Answer::of(request.send().await.unwrap()).await;
        // No log is so young and has a full tile.
        let wanted = match (open, path.contains("{number}")) {
            (true, false) => 200,
            (true, true) => 404,
            (false, _) => 401,
        };
        assert_eq!(answer.status.as_u16(), wanted, "{method} {path}");
        if !open {
            assert_eq!(answer.json()["type"], "urn:sluis:problem:certificate-needed", "{method} {path}");
            assert!(answer.headers.contains_key("www-authenticate"));
        }
    }
    for path in ["/", "/v1", "/v1/", "/v1/packets/", "/v1/nothing", "/v1/packets/1/payload/x"] {
        gateway.visit(path).await.expect_status(StatusCode::NOT_FOUND);
    }
    gateway.stop().await;
}

/// The served description is the one in `docs`, but for who publishes it.
#[tokio::test(flavor = "multi_thread")]
async fn the_served_description_is_the_published_one() {
    let gateway = Gateway::start().await;
    let mut served = gateway.visit("/v1/openapi.json").await.json();
    let mut kept: Value = serde_json::from_str(&fs::read_to_string("docs/openapi.json").unwrap()).unwrap();
    for api in [&mut served, &mut kept] {
        api["info"]["contact"] = Value::Null;
        api["servers"] = Value::Null;
    }
    assert_eq!(served, kept);
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_what_the_description_says() {
    let api = Described::read();
    let gateway = Gateway::start().await;
    let now = gateway.clock.now();
    let toby = left_school("L-2031", 18, now);
    let (school, college) = (gateway.without_key(Role::ProSchool), gateway.without_key(Role::WerkEnInkomen));
    api.expect("post /keys", &school.publish().await, 201);
    api.expect("post /keys", &college.publish().await, 201);

    let agrees =
        declaration("instemming", "verzoek-voortzetting", &toby, "persoon", Role::WerkEnInkomen, now);
    api.takes("post /declarations", &agrees);
    let declared = api.expect("post /declarations", &school.post("/v1/declarations", &agrees).await, 201);
    let path = format!("/v1/declarations/{}", declared["id"].as_str().unwrap());
    let read = api.expect("get /declarations/{id}", &school.get(&path).await, 200);
    for member in ["kind", "dataset", "givenBy", "givenAt", "explicit", "evidence"] {
        assert_eq!(read[member], agrees[member], "{member} is read back as it was written");
    }
    college.get(&path).await.expect_status(StatusCode::NOT_FOUND);
    let listed = api.expect("get /declarations", &school.get("/v1/declarations").await, 200);
    assert_eq!(listed["items"], json!([read]));
    let whose = json!({ "reference": toby["reference"] });
    api.takes("post /declarations/searches", &whose);
    let found = school.post("/v1/declarations/searches", &whose).await;
    assert_eq!(api.expect("post /declarations/searches", &found, 200)["items"], listed["items"]);

    let ask = submission(&gateway, "verzoek-voortzetting", PURPOSE, &toby, Role::WerkEnInkomen);
    api.takes("post /requests", &ask);
    let checked = school.post("/v1/requests?check=true", &ask).await;
    assert_eq!(api.expect("post /requests", &checked, 200)["allowed"], true);
    // A question needs no key, but a key that is none is a mistake in both.
    for path in ["/v1/requests?check=true", "/v1/requests"] {
        let wrong = school.push(path, "kort", &ask).await;
        wrong.expect_status(StatusCode::BAD_REQUEST);
        assert_eq!(wrong.text("/errors/0/code"), "wrong-length", "{path}");
    }
    let made = school.push("/v1/requests", "verzoek-van-toby-1", &ask).await;
    let made = api.expect("post /requests", &made, 201);
    let request = made["id"].as_str().unwrap();
    let again = school.push("/v1/requests", "verzoek-van-toby-1", &ask).await.json();
    for member in ["/id", "/created", "/expires", "/recipients/0/jweSha256", "/recipients/0/logIndex"] {
        assert_eq!(again.pointer(member), made.pointer(member), "a repetition gives the same {member}");
    }
    api.takes("post /requests/{id}/answer", &json!({ "outcome": "ja" }));
    let answer = college.post(&format!("/v1/requests/{request}/answer"), &json!({ "outcome": "ja" })).await;
    api.expect("post /requests/{id}/answer", &answer, 200);
    let path = format!("/v1/requests/{request}");
    let answered = api.expect("get /requests/{id}", &school.get(&path).await, 200);
    assert_eq!(answered["recipients"][0]["answer"]["outcome"], "ja");
    let same = api.expect("get /packets/{id}", &school.get(&format!("/v1/packets/{request}")).await, 200);
    assert_eq!(same, answered, "a request is read where packets are");

    let mut document = submission(&gateway, "overgangsdocument", PURPOSE, &toby, Role::WerkEnInkomen);
    let refused = school.post("/v1/packets?check=true", &document).await;
    let refused = api.expect("post /packets", &refused, 200);
    assert_eq!(refused["allowed"], false);
    let codes: Vec<_> = refused["recipients"][0]["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["code"].clone())
        .collect();
    assert!(codes.contains(&json!("overgangsdocument.verzoek")), "{codes:?}");
    document["request"] = json!(request);
    document["copyForPerson"] = json!(true);
    api.takes("post /packets", &document);
    let pushed = school.push("/v1/packets", "document-van-toby-1", &document).await;
    assert_eq!(
        pushed.headers["location"].to_str().unwrap(),
        format!("/v1/packets/{}", pushed.text("/id")),
        "what was made can be found"
    );
    let pushed = api.expect("post /packets", &pushed, 201);
    assert_eq!(pushed["recipients"][1]["party"]["role"], "betrokkene");
    let packet = pushed["id"].as_str().unwrap();

    let inbox = api.expect("get /inbox", &college.get("/v1/inbox").await, 200);
    let found: Vec<_> = inbox["items"].as_array().unwrap().iter().map(|item| item["id"].clone()).collect();
    assert_eq!(found, [json!(request), json!(packet)], "both kinds, by log index");
    let first = college.get("/v1/inbox?limit=1").await.json();
    assert_eq!(first["items"].as_array().unwrap().len(), 1);
    let after = first["next"].as_u64().unwrap();
    let second = college.get(&format!("/v1/inbox?after={after}&limit=1")).await.json();
    assert_eq!((&second["items"][0]["id"], &second["next"]), (&json!(packet), &Value::Null));
    let asked = college.get("/v1/inbox?kind=request").await.json();
    assert_eq!(asked["items"].as_array().unwrap().len(), 1);
    college.get("/v1/inbox?kind=letter").await.expect_problem(400, "invalid-value");

    let pulled = college.get(&format!("/v1/packets/{packet}/payload")).await;
    assert_eq!(pulled.expect_status(StatusCode::OK).headers["content-type"], "application/jose");
    assert!(pulled.headers["sluis-log-index"].to_str().unwrap().parse::<u64>().is_ok());
    let path = format!("/v1/packets/{packet}/payload");
    let module = college.call(Method::GET, &path, &[("accept", "application/jose+json")], None).await;
    assert_eq!(module.expect_status(StatusCode::OK).headers["content-type"], "application/jose+json");
    assert_eq!(module.body, pulled.body, "one body under two names");
    assert_eq!(pulled.headers["sluis-receipt"].to_str().unwrap().split('.').count(), 3);
    for path in ["payload", "copy"] {
        let head = college.call(Method::HEAD, &format!("/v1/packets/{packet}/{path}"), &[], None).await;
        assert_eq!(
            (head.status, &head.headers["allow"]),
            (StatusCode::METHOD_NOT_ALLOWED, &"GET".parse().unwrap())
        );
    }
    api.takes("post /packets/{id}/acknowledgement", &json!({ "reference": "Z-117" }));
    let done = college
        .post(&format!("/v1/packets/{packet}/acknowledgement"), &json!({ "reference": "Z-117" }))
        .await;
    api.expect("post /packets/{id}/acknowledgement", &done, 200);

    let own = json!({ "reference": { "kind": "own", "value": "Z-117" } });
    api.takes("post /inbox/searches", &own);
    let found = api.expect("post /inbox/searches", &college.post("/v1/inbox/searches", &own).await, 200);
    assert_eq!(found["items"][0]["state"], "acknowledged");
    let name = json!({
        "name": { "given": "TOBY", "family": "no such name" }, "birthDate": toby["birthDate"], "purpose": PURPOSE
    });
    api.takes("post /inbox/searches", &name);
    let none = api.expect("post /inbox/searches", &college.post("/v1/inbox/searches", &name).await, 200);
    assert_eq!(none["items"], json!([]));

    let path = format!("/v1/packets/{packet}");
    let sent = api.expect("get /packets/{id}", &school.get(&path).await, 200);
    assert_eq!(sent["recipients"].as_array().unwrap().len(), 2, "the sender sees every copy");
    let seen = api.expect("get /packets/{id}", &college.get(&path).await, 200);
    assert_eq!(seen["recipients"].as_array().unwrap().len(), 1, "a recipient sees its own");
    api.expect("get /packets", &school.get("/v1/packets").await, 200);
    api.expect("get /requests", &school.get("/v1/requests").await, 200);

    let path = format!("/v1/packets/{packet}/withdrawal");
    api.takes("post /packets/{id}/withdrawal", &json!({}));
    let withdrawn = api.expect("post /packets/{id}/withdrawal", &school.post(&path, &json!({})).await, 200);
    assert_eq!(withdrawn["told"][0]["party"]["role"], "werk-en-inkomen", "it had collected");
    let told = api.expect("get /notices", &college.get("/v1/notices").await, 200);
    assert_eq!(told["items"][0]["kind"], "packet-withdrawn");
    let path = format!("/v1/declarations/{}/withdrawal", declared["id"].as_str().unwrap());
    api.takes("post /declarations/{id}/withdrawal", &json!({ "by": "persoon" }));
    let taken = school.post(&path, &json!({ "by": "persoon" })).await;
    api.expect("post /declarations/{id}/withdrawal", &taken, 200);
    let objects = declaration("bezwaar", "verzoek-voortzetting", &toby, "persoon", Role::WerkEnInkomen, now);
    let objected = school.post("/v1/declarations", &objects).await.text("/id");
    let decides = json!({ "outcome": "gegrond", "reason": "geen-belang", "decidedOn": objects["givenAt"] });
    api.takes("post /declarations/{id}/decision", &decides);
    let decided = school.post(&format!("/v1/declarations/{objected}/decision"), &decides).await;
    api.expect("post /declarations/{id}/decision", &decided, 200);
    let read = school.get(&format!("/v1/declarations/{objected}")).await;
    assert_eq!(api.expect("get /declarations/{id}", &read, 200)["decisions"][0]["outcome"], "gegrond");

    let entries = api.expect("get /entries", &school.get("/v1/entries?limit=3").await, 200);
    assert_eq!(entries["items"].as_array().unwrap().len(), 3);
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_everyone_may_know_is_what_the_description_says() {
    let api = Described::read();
    let gateway = Gateway::start().await;
    let college = gateway.party(Role::WerkEnInkomen).await;
    let datasets = api.expect("get /datasets", &college.get("/v1/datasets").await, 200);
    for dataset in datasets["items"].as_array().unwrap() {
        let path = format!("/v1/datasets/{}", dataset["code"].as_str().unwrap());
        let dataset = api.expect("get /datasets/{code}", &college.get(&path).await, 200);
        assert!(!dataset["bases"].as_array().unwrap().is_empty());
        assert!(dataset["bases"][0]["articles"][0]["citation"].as_str().unwrap().starts_with("art. "));
        assert!(dataset["schema"]["properties"].is_object());
    }
    college.get("/v1/datasets/no-such").await.expect_status(StatusCode::NOT_FOUND);
    let parties = api.expect("get /parties", &college.get("/v1/parties").await, 200);
    assert!(parties["items"].as_array().unwrap().len() > 3);
    let path = format!("/v1/parties/{}/keys", college.party);
    let keys = api.expect("get /parties/{oin}/{role}/keys", &college.get(&path).await, 200);
    let thumbprint = keys["items"][0]["thumbprint"].as_str().unwrap();
    assert!(keys["items"][0]["key"].get("d").is_none(), "the public half");

    for (how, state) in [("retirement", "retired"), ("revocation", "revoked")] {
        let ended = college.post(&format!("/v1/keys/{thumbprint}/{how}"), &json!({})).await;
        let ended = api.expect(&format!("post /keys/{{thumbprint}}/{how}"), &ended, 200);
        assert_eq!(ended["state"], state);
    }
    college.post("/v1/keys/short/retirement", &json!({})).await.expect_status(StatusCode::NOT_FOUND);

    let question = json!({
        "subject": { "type": "party", "id": "werk-en-inkomen" },
        "action": { "name": "receive" },
        "resource": { "type": "dataset", "id": "overgangsdocument" },
        "context": {
            "purpose": PURPOSE, "senderRole": "pro-school", "age": 18, "replies": ["geen"],
            "categories": ["persoon", "school", "traject"]
        }
    });
    api.takes("post /evaluation", &question);
    let judged = api.expect("post /evaluation", &college.post("/access/v1/evaluation", &question).await, 200);
    assert_eq!(judged["decision"], false);
    assert_eq!(judged["context"]["refusal"], "conditions-fail");
    let wrong = json!({
        "subject": { "type": "person", "id": "999990019" },
        "action": { "name": "receive" },
        "resource": { "type": "dataset", "id": "overgangsdocument" },
        "context": { "dataset": "overgangsdocument" }
    });
    let answer = college.post("/access/v1/evaluation", &wrong).await;
    let no = answer.expect_status(StatusCode::OK).json();
    assert_eq!((&no["decision"], &no["context"]["refusal"]), (&json!(false), &json!("not-asked")));
    let answer_below_v1 = college.post("/v1/evaluation", &question).await;
    assert_eq!(answer_below_v1.expect_status(StatusCode::OK).json()["decision"], false);
    assert!(!String::from_utf8_lossy(&answer.body).contains("999990019"));
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_party_registers_its_next_certificate_with_the_present_one() {
    let api = Described::read();
    let gateway = Gateway::start().await;
    let laid = gateway.laid.parties.iter().find(|one| one.party.role == Role::ProSchool).unwrap();
    let school = gateway.without_key(Role::ProSchool);
    let now = gateway.clock.now();
    let next = gateway
        .laid
        .authority
        .client(laid.party.oin, "De Volgende School", "pro-school", now, &SystemEntropy::new())
        .unwrap();
    let own = OwnCertificate::from_pem(next.chain_pem.as_bytes(), next.key_pem.as_bytes()).unwrap();
    let proof = certificate_proof::state(&own, school.own.leaf(), now).unwrap();
    let body = json!({ "certificate": next.chain_pem, "proof": proof });
    api.takes("post /certificates", &body);
    let answer = school.post("/v1/certificates", &body).await;
    api.expect("post /certificates", &answer, 201);
    gateway.actor(laid.party, &next).get("/v1/parties").await.expect_status(StatusCode::OK);

    let other = gateway.without_key(Role::WerkEnInkomen);
    let answer = other.post("/v1/certificates", &body).await;
    answer.expect_problem(400, "other-organisation");
    let answer = school.post("/v1/certificates", &json!({ "certificate": "no PEM", "proof": proof })).await;
    answer.expect_problem(400, "not-a-chain");
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_open_and_has_one_path_for_each_tile() {
    let gateway = Gateway::start().await;
    gateway.party(Role::ProSchool).await;
    let checkpoint = gateway.visit("/checkpoint").await;
    assert_eq!(checkpoint.expect_status(StatusCode::OK).headers["content-type"], "text/plain; charset=utf-8");
    let text = String::from_utf8(checkpoint.body).unwrap();
    let size: usize = text.lines().nth(1).unwrap().parse().unwrap();
    assert!(size > 0);
    let hashes = gateway.visit(&format!("/tile/0/000.p/{size}")).await;
    assert_eq!(hashes.expect_status(StatusCode::OK).headers["content-type"], "application/octet-stream");
    assert_eq!(hashes.body.len(), size * 32);
    let entries = gateway.visit(&format!("/tile/entries/000.p/{size}")).await;
    assert_eq!(entries.expect_status(StatusCode::OK).body.len(), size * (2 + 54));
    let proof = gateway.visit("/proof/0").await;
    assert!(
        String::from_utf8_lossy(&proof.expect_status(StatusCode::OK).body)
            .starts_with("c2sp.org/tlog-proof@v1")
    );
    let beyond = format!("/proof/{size}");
    let wider = format!("/tile/0/000.p/{}", size + 1);
    for path in
        [beyond.as_str(), wider.as_str(), "/tile/0/0", "/tile/0/000", "/tile/0/../checkpoint", "/proof/x"]
    {
        gateway.visit(path).await.expect_status(StatusCode::NOT_FOUND);
    }
    for path in
        ["/proof/000", "/proof/+0", "/proof/%30", "/tile/0/%3000", "/tile/00/000.p/1", "/tile/0/000.p/01"]
    {
        let answer = gateway.visit(path).await;
        assert_eq!(
            answer.expect_status(StatusCode::NOT_FOUND).headers["cache-control"],
            "no-store",
            "{path}"
        );
    }
    gateway.visit("/checkpoint?x=1").await.expect_status(StatusCode::BAD_REQUEST);
    gateway.stop().await;
}

/// A monitor fetches a tile once, from any page, and not whole where it need not; below `/v1` it finds the same.
#[tokio::test(flavor = "multi_thread")]
async fn the_log_may_be_kept_and_read_from_any_page() {
    let gateway = Gateway::start().await;
    gateway.party(Role::ProSchool).await;
    let checkpoint = gateway.visit("/checkpoint").await;
    let text = String::from_utf8(checkpoint.body.clone()).unwrap();
    let size: usize = text.lines().nth(1).unwrap().parse().unwrap();
    let bundle = format!("/tile/entries/000.p/{size}");
    for_all(&gateway, &["/checkpoint", "/proof/0"], "public, max-age=5").await;
    for_all(&gateway, &[&bundle, &format!("/tile/0/000.p/{size}")], "public, max-age=31536000, immutable")
        .await;

    for path in [bundle.as_str(), "/v1/openapi.json"] {
        let plain = gateway.visit(path).await;
        assert_eq!(plain.headers["vary"], "Accept-Encoding", "{path}");
        assert!(plain.headers.get("content-encoding").is_none(), "{path}");
        for (asked, packs) in [("gzip", true), ("br, GZIP;q=0.5", true), ("gzip;q=0", false), ("br", false)] {
            let request = gateway.http(None).get(format!("{}{path}", gateway.url()));
            let answer = Answer::of(request.header("accept-encoding", asked).send().await.unwrap()).await;
            let is_packed = answer.headers.get("content-encoding").is_some_and(|coding| coding == "gzip");
            assert_eq!(is_packed, packs, "{path}: {asked}");
            let mut body = Vec::new();
            if is_packed {
                flate2::read::GzDecoder::new(answer.body.as_slice()).read_to_end(&mut body).unwrap();
            } else {
                body.clone_from(&answer.body);
            }
            assert_eq!(body, plain.body, "{path}: {asked}");
        }
    }
    gateway.stop().await;
}

async fn for_all(gateway: &Gateway, paths: &[&str], kept: &str) {
    for path in paths {
        let answer = gateway.visit(path).await;
        assert_eq!(answer.expect_status(StatusCode::OK).headers["cache-control"], kept, "{path}");
        assert_eq!(answer.headers["access-control-allow-origin"], "*", "{path}");
        assert_eq!(gateway.visit(&format!("/v1{path}")).await.body, answer.body, "{path}");
    }
}

/// Who acts is asked where a person's data are looked at or moved, and nowhere else.
#[tokio::test(flavor = "multi_thread")]
async fn staff_is_asked_where_a_person_is_concerned() {
    let gateway = Gateway::start().await;
    let mut college = gateway.party(Role::WerkEnInkomen).await;
    college.staff = None;
    let id = "01980d5e-7d2a-7c3e-9b1f-0a4d5c6b7e8f";
    college.get(&format!("/v1/packets/{id}/payload")).await.expect_problem(400, "missing");
    let search = json!({ "reference": { "kind": "own", "value": "Z-117" } });
    college.post("/v1/inbox/searches", &search).await.expect_problem(400, "missing");
    college.get("/v1/inbox").await.expect_status(StatusCode::OK);
    college.staff = Some(("999990019".to_owned(), "consulent".to_owned()));
    let answer = college.get("/v1/inbox").await;
    answer.expect_problem(400, "hides-a-bsn");
    assert!(!String::from_utf8_lossy(&answer.body).contains("999990019"));
    gateway.stop().await;
}

#[tokio::test]
async fn everyone_may_read_where_a_weakness_can_be_reported() {
    let gateway = Gateway::start().await;
    let told = gateway.visit("/.well-known/security.txt").await;
    assert_eq!(told.status, StatusCode::OK);
    assert_eq!(told.headers["content-type"], "text/plain; charset=utf-8");
    let text = String::from_utf8(told.body).unwrap();
    assert!(text.starts_with("Contact: mailto:"), "{text}");
    let expires = text.lines().find_map(|line| line.strip_prefix("Expires: ")).unwrap();
    let expires: jiff::Timestamp = expires.parse().unwrap();
    let now = gateway.clock.now();
    assert!(expires > now && expires < now + jiff::ToSpan::hours(31 * 24), "{text}");
}
