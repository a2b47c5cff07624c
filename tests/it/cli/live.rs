//! A gateway that runs as its operator starts it, and parties that reach it by their command lines alone.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    process::{Child, Stdio},
    sync::Arc,
};

use jiff::Timestamp;
use serde_json::{Value, json};
use sluis::{
    cli::init::point_profile,
    domain::clock::{Clock as _, SystemClock},
    identity::tls,
};

use super::program::{Ended, Program};

pub(super) const SCHOOL: &str = "praktijkschool";
pub(super) const COLLEGE: &str = "zaffier";
pub(super) const DOORSTROOMPUNT: &str = "doorstroompunt";

/// A try-out that runs. It ends with the test.
pub(super) struct Live {
    pub(super) program: Program,
    pub(super) now: Timestamp,
    url: String,
    gateway: Child,
}

impl Live {
    /// `init --dev`, `serve`, and the keys of everyone who receives or gets a copy are published.
    pub(super) fn start() -> Self {
        let live = Self::begun();
        for party in [SCHOOL, COLLEGE, DOORSTROOMPUNT] {
            let key = format!("try/parties/{party}/encryption.jwk");
            let published = live.json(party, &["keys", "publish", &key]);
            assert_eq!(published["state"], "active");
            // The college has what the encryption module prescribes, the others what a party may choose.
            assert_eq!(published["key"]["alg"], if party == COLLEGE { "RSA-OAEP" } else { "ECDH-ES" });
        }
        live
    }

    /// `init --dev` and `serve`; nobody has done anything yet.
    pub(super) fn begun() -> Self {
        Self::begun_after(|_| {})
    }

    /// Likewise, with what was done to the folder before the gateway starts.
    pub(super) fn begun_after(prepared: impl FnOnce(&Program)) -> Self {
        let program = Program::new();
        program.run(&["init", "--dev", "--dir", "try", "--port", "0"]).done();
        prepared(&program);
        let mut gateway = program.command(&["serve", "--json"]).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(gateway.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).unwrap();
        let (_, port) = said["data"].as_str().unwrap().rsplit_once(':').unwrap();
        let url = format!("https://localhost:{port}");
        let live = Self { program, now: SystemClock.now(), url, gateway };
        for party in [SCHOOL, COLLEGE, DOORSTROOMPUNT, "vso-school", "mbo-school", "leerplicht"] {
            let profile = live.program.path(&format!("try/parties/{party}/profile.toml"));
            point_profile(&profile, &live.url).unwrap();
        }
        live
    }

    /// The role of a party of the try-out.
    pub(super) fn role(&self, party: &str) -> Value {
        let is_own = |item: &&Value| match party {
            COLLEGE => item["role"] == "werk-en-inkomen",
            SCHOOL => item["role"] == "pro-school",
            other => item["role"] == other,
        };
        self.items(party, &["parties"]).iter().find(is_own).unwrap()["role"].clone()
    }

    /// `sluis client` as this party.
    pub(super) fn client(&self, party: &str, arguments: &[&str]) -> Ended {
        self.program.run(&Self::arguments(party, arguments).iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// The same, still running.
    pub(super) fn begin(&self, party: &str, arguments: &[&str]) -> Child {
        let arguments = Self::arguments(party, arguments);
        self.program.command(&arguments.iter().map(String::as_str).collect::<Vec<_>>()).spawn().unwrap()
    }

    fn arguments(party: &str, arguments: &[&str]) -> Vec<String> {
        let profile = format!("try/parties/{party}/profile.toml");
        let own = ["client", "--profile-file", &profile];
        own.iter().chain(arguments).map(|&argument| argument.to_owned()).collect()
    }

    /// The one document that a command that succeeds prints with `--json`.
    #[track_caller]
    pub(super) fn json(&self, party: &str, arguments: &[&str]) -> Value {
        self.client(party, &[arguments, &["--json"]].concat()).done().json()
    }

    /// The documents that a list prints with `--json`.
    #[track_caller]
    pub(super) fn items(&self, party: &str, arguments: &[&str]) -> Vec<Value> {
        self.client(party, &[arguments, &["--json"]].concat()).done().lines()
    }

    /// The document of a refusal: exit code 1.
    #[track_caller]
    pub(super) fn refused(&self, party: &str, arguments: &[&str]) -> Value {
        self.client(party, &[arguments, &["--json"]].concat()).with(1).json()["error"].clone()
    }

    /// A packet of this dataset about this person, begun with what `template --packet` writes.
    pub(super) fn packet(&self, dataset: &str, person: &Value) -> Value {
        let mut packet = self.json(SCHOOL, &["template", dataset, "--packet"]);
        assert_eq!((packet["dataset"].as_str(), packet["purpose"].is_string()), (Some(dataset), true));
        packet["person"] = person.clone();
        for (pointer, name) in [
            ("/content/persoon/geboortedatum", "birthDate"),
            ("/content/traject/uitstroomdatum", "verlatenOp"),
            ("/content/verwijdering/datum", "verwijderdOp"),
        ] {
            if let Some(place) = packet.pointer_mut(pointer) {
                *place = person[name].clone();
            }
        }
        packet["recipients"][0]["municipality"] = json!("0361");
        packet
    }

    /// How the gateway describes itself to whoever asks.
    pub(super) fn described(&self) -> Value {
        let authority = fs::read(self.program.path("try/tls/ca.pem")).unwrap();
        let tls = tls::client_config(None, &authority, Arc::new(SystemClock)).unwrap();
        let http = reqwest::Client::builder().tls_backend_preconfigured(tls).no_proxy().build().unwrap();
        let asked = async { http.get(format!("{}/v1/openapi.json", self.url)).send().await?.json().await };
        tokio::runtime::Runtime::new().unwrap().block_on(asked).unwrap()
    }

    /// Writes a document beside the try-out.
    pub(super) fn write(&self, name: &str, document: &Value) {
        self.program.write(name, &document.to_string());
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        drop(self.gateway.kill());
        drop(self.gateway.wait());
    }
}

/// The codes of the reasons in an error's document.
pub(super) fn codes(error: &Value) -> Vec<&str> {
    let errors = error["problem"]["errors"].as_array().unwrap();
    errors.iter().map(|reason| reason["code"].as_str().unwrap()).collect()
}
