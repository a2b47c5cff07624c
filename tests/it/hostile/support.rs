//! A region with a gateway, and a court that judges what the gateway answers to what it should not take.

use http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};
use sluis::{
    domain::{
        clock::Clock as _,
        id::{PacketId, SystemEntropy},
        party::{PartyId, Role},
    },
    identity::{CertificateChain, authority::Issued},
};

use crate::support::{Actor, Answer, Gateway, declaration, left_school, submission};

/// Values of a person that no answer to a refused request may hold.
pub(crate) const SECRETS: [&str; 9] = [
    "Kanarienaam",
    "Kanariefamilie",
    "KANARIE-1",
    "999990019",
    "9999.90.019",
    "999990018",
    "kanariestraat",
    "kanariewaarde",
    "2008-03-15",
];

/// A gateway with a school, a college and two desks of the municipality, each with a key.
pub(crate) struct Scene {
    pub(crate) gateway: Gateway,
    pub(crate) school: Actor,
    pub(crate) mbo: Actor,
    pub(crate) college: Actor,
    pub(crate) doorstroompunt: Actor,
    pub(crate) leerplicht: Actor,
}

impl Scene {
    pub(crate) async fn set() -> Self {
        Self::on(Gateway::start().await).await
    }

    pub(crate) async fn on(gateway: Gateway) -> Self {
        let school = gateway.party(Role::ProSchool).await;
        let mbo = gateway.party(Role::MboSchool).await;
        let college = gateway.party(Role::WerkEnInkomen).await;
        let doorstroompunt = gateway.party(Role::Doorstroompunt).await;
        let leerplicht = gateway.party(Role::Leerplicht).await;
        Self { gateway, school, mbo, college, doorstroompunt, leerplicht }
    }

    /// The same test on every database there is, for what a database may judge in a way of its own: text, time, races.
    #[expect(clippy::future_not_send, reason = "a test runs where it began")]
    pub(crate) async fn on_each<F: AsyncFn(&Self)>(test: F) {
        test(&Self::set().await).await;
        let Some(gateway) = Gateway::start_on_postgres().await else { return };
        let scene = Self::on(gateway).await;
        test(&scene).await;
        scene.gateway.stop().await;
    }

    /// What the operator's listener says.
    pub(crate) async fn ops(&self, path: &str) -> (u16, String) {
        let url = format!("http://{}{path}", self.gateway.running.ops);
        let answer = self.gateway.http(None).get(url).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// The size of the log.
    pub(crate) async fn size(&self) -> u64 {
        let checkpoint = self.gateway.running.exchange.checkpoint().await.unwrap();
        checkpoint.lines().nth(1).unwrap().parse().unwrap()
    }

    /// Everything that the parties can see of the state, the log apart.
    pub(crate) async fn lists(&self) -> Vec<Value> {
        let mut lists = Vec::new();
        for actor in [&self.school, &self.mbo, &self.college, &self.doorstroompunt, &self.leerplicht] {
            let keys = format!("/v1/parties/{}/{}/keys", actor.party.oin, actor.party.role);
            for path in [
                "/v1/packets",
                "/v1/requests",
                "/v1/inbox",
                "/v1/notices",
                "/v1/declarations",
                "/v1/parties",
                &keys,
            ] {
                let answer = actor.get(path).await;
                lists.push(answer.expect_status(StatusCode::OK).json());
            }
        }
        lists
    }

    /// Someone of 18 whose values are recognised wherever they turn up.
    pub(crate) fn canary(&self) -> Value {
        let mut person = left_school("KANARIE-1", 18, self.gateway.clock.now());
        person["birthDate"] = json!("2008-03-15");
        person
    }

    /// A submission that is in order, once the person has consented.
    pub(crate) fn profile(&self, to: Role) -> Value {
        let person = self.canary();
        let mut body = submission(&self.gateway, "uitstroomprofiel", "loopbaanbegeleiding", &person, to);
        body["content"]["persoon"]["voornamen"] = json!("Kanarienaam");
        body["content"]["persoon"]["achternaam"] = json!("Kanariefamilie");
        let content = body["content"].as_object_mut().unwrap();
        if to == Role::WerkEnInkomen {
            content.remove("leerplicht");
        } else {
            content.remove("ondersteuningswens");
        }
        body
    }

    /// The person consents that the school sends the profile there; answers the declaration's identifier.
    pub(crate) async fn consent(&self, to: Role) -> String {
        let now = self.gateway.clock.now();
        let wish = declaration("toestemming", "uitstroomprofiel", &self.canary(), "persoon", to, now);
        let answer = self.school.post("/v1/declarations", &wish).await;
        answer.expect_status(StatusCode::CREATED).text("/id")
    }

    /// A packet that the school sent there.
    pub(crate) async fn packet(&self, to: Role, key: &str) -> String {
        let answer = self.school.push("/v1/packets", key, &self.profile(to)).await;
        answer.expect_status(StatusCode::CREATED).text("/id")
    }

    /// A request of the school to the college.
    pub(crate) async fn request(&self) -> String {
        let (now, person) = (self.gateway.clock.now(), self.canary());
        let dataset = "verzoek-voortzetting";
        let wish = declaration("instemming", dataset, &person, "persoon", Role::WerkEnInkomen, now);
        self.school.post("/v1/declarations", &wish).await.expect_status(StatusCode::CREATED);
        let ask =
            submission(&self.gateway, dataset, "voortzetting-ondersteuning", &person, Role::WerkEnInkomen);
        let answer = self.school.push("/v1/requests", "verzoek-van-kanarie-1", &ask).await;
        answer.expect_status(StatusCode::CREATED).text("/id")
    }

    /// An identifier of the right form that was never given out.
    pub(crate) fn absent(&self) -> String {
        PacketId::new(self.gateway.clock.now(), &SystemEntropy::new()).unwrap().to_string()
    }

    /// A party that the operator registers now, with a certificate of its own.
    pub(crate) async fn newcomer(&self, oin: &str, role: Role) -> Actor {
        let party = PartyId::new(oin.parse().unwrap(), role);
        let exchange = &self.gateway.running.exchange;
        exchange.register_party(party, "Een nieuwe partij", Vec::new()).await.unwrap();
        let issued = self.issue(party, "nieuw");
        let certificate = CertificateChain::from_pem(issued.chain_pem.as_bytes()).unwrap();
        exchange.register_certificate_for(party, &certificate).await.unwrap();
        self.gateway.actor(party, &issued)
    }

    /// A certificate of the trusted authority for this party's OIN, registered to nobody.
    pub(crate) fn issue(&self, party: PartyId, label: &str) -> Issued {
        let now = self.gateway.clock.now();
        let authority = &self.gateway.laid.authority;
        authority.client(party.oin, "Een organisatie", label, now, &SystemEntropy::new()).unwrap()
    }
}

/// Judges answers one by one and tells all that went wrong at the end, so that one run shows everything.
pub(crate) struct Court<'s> {
    scene: &'s Scene,
    lists: Vec<Value>,
    size: u64,
    wrong: Vec<String>,
}

impl<'s> Court<'s> {
    pub(crate) async fn open(scene: &'s Scene) -> Self {
        Self { scene, lists: scene.lists().await, size: scene.size().await, wrong: Vec::new() }
    }

    /// The answer has this status and exactly these faults (pointer and code), holds nothing of the person, and the log
    /// has grown by this many entries.
    pub(crate) async fn judge(
        &mut self,
        name: &str,
        answer: &Answer,
        status: u16,
        faults: &[(&str, &str)],
        entries: u64,
    ) {
        let size = self.scene.size().await;
        let grown = size - self.size;
        self.size = size;
        if grown != entries {
            self.wrong.push(format!("{name}: {grown} entries, not {entries}"));
        }
        let told = String::from_utf8_lossy(&answer.body);
        for secret in SECRETS {
            if told.contains(secret) || format!("{:?}", answer.headers).contains(secret) {
                self.wrong.push(format!("{name}: repeats {secret}: {told}"));
            }
        }
        if answer.status.as_u16() != status {
            self.wrong.push(format!("{name}: {} instead of {status}: {told}", answer.status));
            return;
        }
        if let Some(lack) = lack_of_problem(answer) {
            self.wrong.push(format!("{name}: {lack}: {told}"));
            return;
        }
        let problem = answer.json();
        let errors = problem["errors"].as_array().cloned().unwrap_or_default();
        let text = |error: &Value, name: &str| error[name].as_str().unwrap_or("?").to_owned();
        let kind = problem["type"].as_str().unwrap().trim_start_matches("urn:sluis:problem:");
        let is_kind = |error: &&Value| error["pointer"] == "" && error["code"] == kind;
        if errors.is_empty() {
            self.wrong.push(format!("{name}: gives no reason in words: {told}"));
        }
        // What the kind says of itself is no fault of the request.
        let mut found: Vec<_> = errors
            .iter()
            .filter(|error| !is_kind(error))
            .map(|error| (text(error, "pointer"), text(error, "code")))
            .collect();
        let mut wanted: Vec<_> =
            faults.iter().map(|(pointer, code)| ((*pointer).to_owned(), (*code).to_owned())).collect();
        found.sort();
        wanted.sort();
        if found != wanted {
            self.wrong.push(format!("{name}: {found:?} instead of {wanted:?}"));
        }
        for error in &errors {
            if text(error, "nl").len() < 5 || text(error, "en").len() < 5 {
                self.wrong.push(format!("{name}: a fault without words: {error}"));
            }
        }
    }

    /// Nothing changed but the log.
    pub(crate) async fn close(mut self) {
        if self.scene.lists().await != self.lists {
            self.wrong.push("what the parties see has changed".to_owned());
        }
        assert!(self.wrong.is_empty(), "{}", self.wrong.join("\n"));
    }
}

/// What an answer lacks to be a problem of the house.
pub(crate) fn lack_of_problem(answer: &Answer) -> Option<&'static str> {
    if answer.headers.get("content-type").is_none_or(|media| media != "application/problem+json") {
        return Some("not problem+json");
    }
    let problem = answer.json();
    if problem["status"] != answer.status.as_u16() {
        return Some("another status in the body");
    }
    let is_text = |name: &str| problem[name].as_str().is_some_and(|text| !text.is_empty());
    if !["type", "title", "detail", "traceId"].into_iter().all(is_text) {
        return Some("lacks type, title, detail or traceId");
    }
    None
}

/// An answer without what differs between any two answers.
pub(crate) fn essence(answer: &Answer) -> (StatusCode, Vec<(String, String)>, String) {
    const VARY: [&str; 4] = ["date", "traceparent", "ratelimit", "ratelimit-policy"];
    let shown = |headers: &HeaderMap| {
        let mut lines: Vec<_> = headers
            .iter()
            .filter(|(name, _)| !VARY.contains(&name.as_str()))
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect();
        lines.sort();
        lines
    };
    let mut body = String::from_utf8(answer.body.clone()).unwrap();
    if let Ok(Value::Object(problem)) = serde_json::from_str(&body)
        && let Some(trace) = problem.get("traceId").and_then(Value::as_str)
    {
        body = body.replace(trace, "");
    }
    (answer.status, shown(&answer.headers), body)
}

impl Actor {
    /// Bytes as they are, in the name of JSON.
    pub(crate) async fn send(&self, path: &str, bytes: impl Into<Vec<u8>>) -> Answer {
        self.call(Method::POST, path, &[("idempotency-key", "sleutel-van-kanarie-1")], Some(bytes.into()))
            .await
    }

    /// Bytes under this media type.
    pub(crate) async fn send_as(&self, path: &str, lines: &[(&str, &str)], bytes: &[u8]) -> Answer {
        let mut request = self.http.post(format!("{}{path}", self.base));
        request = request
            .header("sluis-staff-reference", "medewerker-1")
            .header("sluis-staff-function", "trajectbegeleider")
            .header("idempotency-key", "sleutel-van-kanarie-1");
        for (name, value) in lines {
            request = request.header(*name, *value);
        }
        Answer::of(request.body(bytes.to_vec()).send().await.unwrap()).await
    }
}
