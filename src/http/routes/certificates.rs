//! A party's next certificate.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    domain::{digest::Digest, problem::Fault},
    exchange::{Exchange, certificates::wrong_with_chain},
    http::{
        caller::Calling,
        extract::query::NoQuery,
        json::{StrictValue, described},
        problem::{self, Problem},
        wire::{Instant, Party, shape},
    },
};

/// The next certificate of the calling party.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewCertificate {
    /// The chain in PEM, the party's own certificate first.
    #[schema(max_length = 65536, pattern = "-----BEGIN CERTIFICATE-----")]
    certificate: String,
    /// That the calling party holds the certificate's private key: a JWS with `typ` `sluis-certificate-proof+jwt`, signed
    /// by the key of this certificate, whose payload holds `present`, the registration of the certificate that calls (the
    /// SHA-256 of its issuer, subject and key, in hexadecimal digits), and `iat`, of the last ten minutes.
    #[schema(max_length = 16384, pattern = "^[0-9A-Za-z_-]+\\.[0-9A-Za-z_-]+\\.[0-9A-Za-z_-]+$")]
    proof: String,
}

/// A registered certificate.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Certificate {
    /// The digest of issuer, subject and key: a renewal with the same three is the same registration.
    #[schema(value_type = shape::Sha256)]
    registration: Digest,
    /// For whom it speaks.
    party: Party,
    /// Its serial number, in hexadecimal digits.
    #[schema(pattern = "^[0-9a-f]{1,64}$")]
    serial: String,
    /// From when it is valid.
    #[schema(value_type = shape::DateTime)]
    not_before: Instant,
    /// Until when it is valid.
    #[schema(value_type = shape::DateTime)]
    not_after: Instant,
}

/// Register the next certificate
///
/// With the present one: from now on either may be used, for the same organisation in the same role. It must be of the same
/// organisation, valid today and from an authority that the gateway trusts for it, and come with a proof by its own key.
#[utoipa::path(
    post,
    path = "/certificates",
    tag = "certificates",
    operation_id = "registerCertificate",
    request_body(content = NewCertificate, example = json!({
        "certificate": "-----BEGIN CERTIFICATE-----\nMIIB…\n-----END CERTIFICATE-----\n",
        "proof": "eyJ0eXAiOiJzbHVpcy1jZXJ0aWZpY2F0ZS1wcm9vZitqd3QiLCJhbGciOiJFUzI1NiJ9.eyJwcmVzZW50IjoiOWY4NmQwODE4ODRjN2Q2NTlhMmZlYWEwYzU1YWQwMTVhM2JmNGYxYjJiMGI4MjJjZDE1ZDZjMTViMGYwMGEwOCIsImlhdCI6MTc4OTQ2MjgwMH0.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0-Pw"
    })),
    responses((status = 201, description = "Registered.", body = Certificate))
)]
pub(super) async fn register(
    calling: Calling,
    _: NoQuery,
    State(exchange): State<Arc<Exchange>>,
    body: StrictValue,
) -> Result<(StatusCode, Json<Certificate>), Problem> {
    let new = body.read(|body| NewCertificate::read(body.expose())).await??;
    let row = exchange.register_certificate(&calling.caller, &new.certificate, &new.proof).await;
    let row = row.map_err(|error| calling.problem(error))?;
    let certificate = Certificate {
        registration: row.registration,
        party: row.party.into(),
        serial: row.serial,
        not_before: row.not_before.into(),
        not_after: row.not_after.into(),
    };
    Ok((StatusCode::CREATED, Json(certificate)))
}

impl NewCertificate {
    /// What is wrong with the chain is told together with what is wrong with the other members.
    pub(super) fn read(body: &Value) -> Result<Self, Problem> {
        described(body).map_err(|mut faults| {
            let is_of_chain = |fault: &Fault| fault.pointer == "/certificate";
            let chain = body.get("certificate").and_then(Value::as_str);
            if let Some(chain) = chain.filter(|_| !faults.iter().any(is_of_chain)) {
                faults.extend(wrong_with_chain(chain));
            }
            problem::INVALID.code("not-as-described").with_faults(faults)
        })
    }
}
