//! A gateway to try, laid out in a folder: throw-away authority, keys, configuration, database, parties.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    cast,
    configuration::{self, InitOptions},
};
use crate::{
    cli::{
        Failure,
        compose::{self, Composed, policies::catalogue},
        faults::{found_in, listed},
        files,
        language::both,
    },
    config::{Config, Environment, USUAL_FILE},
    crypto::gateway_keys::GatewayKeys,
    domain::{
        clock::{Clock, amsterdam_date},
        id::Entropy,
        oin::Oin,
        party::PartyId,
    },
    identity::{
        CertificateChain,
        authority::{Authority, AuthorityError, Issued},
    },
    store::Store,
};

const REGION: &str = "noord-holland-noord";
const ORIGIN: &str = "log.example/noord-holland-noord";
const GATEWAY_OIN: &str = "00000099000000001000";

/// What was laid out.
#[derive(Debug)]
pub struct LaidOut {
    /// The configuration's file.
    pub config_path: PathBuf,
    /// The configuration.
    pub config: Config,
    /// The folder with a folder for each party.
    pub parties_folder: PathBuf,
    /// The parties.
    pub parties: Vec<LaidParty>,
    /// The throw-away authority, to issue more or to revoke.
    pub authority: Authority,
}

/// A registered party with its files.
#[derive(Debug, Clone)]
pub struct LaidParty {
    /// The name of its folder.
    pub name: String,
    /// The party.
    pub party: PartyId,
    /// Its certificate.
    pub certificate: Issued,
}

/// Lays out a gateway to try: everything throw-away, everything invented, ready for `sluis serve`.
///
/// # Errors
/// [`Failure`] when something exists already or cannot be made.
pub async fn lay_out(
    folder: &Path,
    options: &InitOptions,
    clock: &Arc<dyn Clock>,
    entropy: &Arc<dyn Entropy>,
) -> Result<LaidOut, Failure> {
    let now = clock.now();
    let failed = |error: AuthorityError| {
        Failure::internal(("kan geen CA maken voor het uitproberen", "the throw-away CA cannot be made"))
            .because(error)
    };
    for name in [USUAL_FILE, "keys", "tls", "parties", "gateway.db"] {
        files::prove_free(&folder.join(name))?;
    }
    files::private_folder(folder)?;
    // A relative SQLite path would start at the configuration's folder, and so would the others: make all absolute.
    let folder = &std::path::absolute(folder).map_err(|error| Failure::unwritable(folder, error))?;

    let authority = Authority::root("Sluis try-out", now, entropy.as_ref()).map_err(failed)?;
    let gateway_oin: Oin = GATEWAY_OIN.parse().map_err(|_| {
        Failure::internal(("het eigen OIN van de gateway is geen OIN", "the gateway's own OIN is no OIN"))
    })?;
    let names = ["localhost", "127.0.0.1"];
    let server =
        authority.server(gateway_oin, "Sluis try-out", &names, now, entropy.as_ref()).map_err(failed)?;
    let revoked = authority.revocation_list(&[], 1, now).map_err(failed)?;
    let tls = folder.join("tls");
    files::private_folder(&tls)?;
    for (name, text) in [
        ("ca.pem", authority.certificate_pem()),
        ("ca.key", authority.key_pem()),
        ("ca.crl", &revoked),
        ("server.pem", &server.chain_pem),
        ("server.key", &server.key_pem),
    ] {
        files::write_private(&tls.join(name), text.as_bytes())?;
    }
    let origin = format!("{ORIGIN}/{}", amsterdam_date(now).year());
    GatewayKeys::generate(&folder.join("keys"), &origin, entropy.as_ref()).map_err(|faults| {
        Failure::configuration(listed(("kan de sleutels niet maken", "the keys cannot be made"), &faults))
    })?;
    let config_path = folder.join(USUAL_FILE);
    let text = configuration::of_try_out(options, ORIGIN)?;
    files::write_private(&config_path, text.as_bytes())?;
    let config = Config::parse(&text, folder, &Environment::default()).map_err(|faults| {
        Failure::internal(found_in(
            ("de gemaakte configuratie is niet in orde", "the configuration that was made is not in order"),
            faults,
        ))
    })?;

    let url = compose::store::url(&config)?;
    Store::migrate(&url).await.map_err(|error| {
        Failure::configuration(("kan de database niet maken", "the database cannot be made")).because(error)
    })?;
    let parties_folder = folder.join("parties");
    let composed = Box::pin(Composed::open(&config, Arc::clone(clock), Arc::clone(entropy))).await?;
    let registered = register(&composed, &authority, &parties_folder, options, entropy.as_ref()).await;
    composed.close().await;
    Ok(LaidOut { config_path, config, parties_folder, parties: registered?, authority })
}

async fn register(
    composed: &Composed,
    authority: &Authority,
    folder: &Path,
    options: &InitOptions,
    entropy: &dyn Entropy,
) -> Result<Vec<LaidParty>, Failure> {
    let exchange = &composed.exchange;
    let now = exchange.now();
    let catalogue = catalogue(None)?;
    let region = catalogue.region(REGION).ok_or_else(|| {
        Failure::internal((
            "de ingebouwde regels kennen de regio niet",
            "the built-in policies lack the region",
        ))
    })?;
    let receipt_key = serde_json::to_vec_pretty(&composed.receipt_key).map_err(|error| {
        Failure::internal((
            "kan de sleutel van de ontvangstbewijzen niet schrijven",
            "cannot write the receipt key",
        ))
        .because(error)
    })?;
    let vkey = composed.vkeys.first().cloned().unwrap_or_default();
    let mut laid = Vec::new();
    for part in cast::parts(region, now)? {
        let odd = |error| {
            Failure::internal(both!("kan {} niet registreren", "cannot register {}", part.name))
                .because(error)
        };
        exchange.register_party(part.party, part.organisation, part.municipalities).await.map_err(odd)?;
        let certificate = authority
            .client(part.party.oin, part.organisation, part.party.role.as_str(), now, entropy)
            .map_err(|error| {
                Failure::internal(("kan een certificaat niet maken", "a certificate cannot be made"))
                    .because(error)
            })?;
        let read = CertificateChain::from_pem(certificate.chain_pem.as_bytes()).map_err(|error| {
            Failure::internal(("een certificaat is niet te lezen", "a certificate cannot be read"))
                .because(error)
        })?;
        exchange.register_certificate_for(part.party, &read).await.map_err(odd)?;
        let own = folder.join(part.name);
        files::private_folder(&own)?;
        for (name, bytes) in [
            ("certificate.pem", certificate.chain_pem.as_bytes()),
            ("certificate.key", certificate.key_pem.as_bytes()),
            ("ca.pem", authority.certificate_pem().as_bytes()),
            ("receipt.jwk", receipt_key.as_slice()),
            ("profile.toml", profile(&configuration::url(options.data), part.name, &vkey).as_bytes()),
        ] {
            files::write_private(&own.join(name), bytes)?;
        }
        laid.push(LaidParty { name: part.name.to_owned(), party: part.party, certificate });
    }
    Ok(laid)
}

/// Points a party's profile at another gateway address: a port that was not known when it was written.
///
/// # Errors
/// [`Failure`] when the profile cannot be read or written.
pub fn point_profile(path: &Path, url: &str) -> Result<(), Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| Failure::unreadable(path, error))?;
    let pointed =
        text.lines()
            .map(|line| {
                if line.starts_with("gateway = ") { format!("gateway = \"{url}\"") } else { line.to_owned() }
            })
            .collect::<Vec<_>>()
            .join("\n");
    files::replace_private(path, format!("{pointed}\n").as_bytes())
}

fn profile(url: &str, name: &str, vkey: &str) -> String {
    format!(
        "# The profile of one party for `sluis client --profile-file`. Invented, for a try-out.\n\
         gateway = \"{url}\"\n\
         ca = \"ca.pem\"\n\
         certificate = \"certificate.pem\"\n\
         key = \"certificate.key\"\n\
         encryption_keys = [\"encryption.jwk\"]\n\
         staff_reference = \"{name}-1\"\n\
         staff_function = \"medewerker\"\n\
         log_vkey = \"{vkey}\"\n\
         receipt_key = \"receipt.jwk\"\n"
    )
}
