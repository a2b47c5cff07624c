//! A party that calls a gateway under measurement.

use std::sync::Arc;

use serde_json::{Value, json};
use sluis::{
    cli::init::LaidOut,
    crypto::keys::{KeyAlgorithm, PrivateKey},
    domain::{
        clock::{Clock as _, SystemClock, amsterdam_date},
        party::Role,
    },
    identity::{
        key_proof,
        tls::{self, OwnCertificate},
    },
    policy::catalogue::Catalogue,
};

use crate::Fallible;

/// A party with a published key, on connections that it keeps.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) http: reqwest::Client,
    pub(crate) base: String,
}

impl Caller {
    pub(crate) async fn of(port: u16, laid: &LaidOut, role: Role) -> Fallible<Self> {
        let party = laid.parties.iter().find(|party| party.party.role == role).ok_or("no such party")?;
        let (chain, key) = (party.certificate.chain_pem.as_bytes(), party.certificate.key_pem.as_bytes());
        let own = OwnCertificate::from_pem(chain, key)?;
        let ca = laid.authority.certificate_pem().as_bytes();
        let config = tls::client_config(Some(&own), ca, Arc::new(SystemClock))?;
        let http = reqwest::Client::builder().tls_backend_preconfigured(config).no_proxy().build()?;
        let caller = Self { http, base: format!("https://localhost:{port}") };
        let key = PrivateKey::generate(KeyAlgorithm::EcdhEsA256kw)?;
        let proof = key_proof::state(key.public(), Some(party.party), &own, SystemClock.now())?;
        caller.post("/v1/keys", "", &json!({ "key": key.public().to_jwk(), "proof": proof })).await?;
        Ok(caller)
    }

    pub(crate) fn post(
        &self,
        path: &str,
        key: &str,
        body: &Value,
    ) -> impl Future<Output = Fallible<()>> + Send + use<> {
        let request = Self::staff(self.http.post(format!("{}{path}", self.base)));
        let request = request.header("idempotency-key", key).json(body);
        async move {
            let answer = request.send().await?;
            if answer.status().is_success() {
                answer.bytes().await?;
                return Ok(());
            }
            Err(answer.text().await?.into())
        }
    }

    pub(crate) fn staff(request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        request.header("sluis-staff-reference", "meting-1").header("sluis-staff-function", "meting")
    }
}

/// A removal report (verwijderingsmelding) asks for no declaration, so that one body can be pushed again and again.
pub(crate) fn removal(catalogue: &Catalogue) -> Fallible<Value> {
    let dataset = catalogue.dataset(&"verwijderingsmelding".parse()?).ok_or("no such dataset")?;
    let today = amsterdam_date(SystemClock.now());
    let born = today.saturating_sub(jiff::Span::new().years(20)).to_string();
    let mut content = dataset.example.clone();
    for (pointer, day) in [("/persoon/geboortedatum", &born), ("/verwijdering/datum", &today.to_string())] {
        if let Some(place) = content.pointer_mut(pointer) {
            *place = json!(day);
        }
    }
    Ok(json!({
        "dataset": "verwijderingsmelding", "purpose": "doorstroompunt-taak",
        "recipients": [{ "municipality": "0361", "role": "doorstroompunt" }],
        "person": { "reference": { "kind": "pgn", "value": "999990019" }, "birthDate": born, "verblijf": "0361",
                    "ingeschreven": false, "verlatenOp": today.to_string(),
                    "verwijderdOp": today.to_string() },
        "content": content,
    }))
}

pub(crate) fn catalogue() -> Fallible<Arc<Catalogue>> {
    Catalogue::embedded().map_err(|findings| format!("{findings:?}").into())
}

pub(crate) fn shown(error: impl std::fmt::Display) -> String {
    error.to_string()
}
