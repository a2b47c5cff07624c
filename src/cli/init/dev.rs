//! What a try-out has beside a gateway: a throw-away authority, a database, parties.

use std::{path::Path, sync::Arc};

use serde_json::Value;

use super::{DevOptions, LaidOut, LaidParty, free, parties};
use crate::{
    cli::{Failure, compose::Composed, files, operated},
    crypto::keys::{KeyAlgorithm, PrivateKey},
    domain::{clock::Clock, id::Entropy, oin::Oin},
    identity::{
        ClientCertificate,
        authority::{Authority, AuthorityError, Issued},
    },
    policy::region::Region,
    store::Store,
};

/// The invented organisation that runs the gateway of a try-out.
const GATEWAY_OIN: &str = "00000099000090990000";
const PARTIES: &str = "parties";
const AUTHORITY: &str = "ca";
const TLS: &str = "tls";
const DATABASE: &str = "gateway.db";

/// Refuses when one of the places is taken.
pub(super) fn free_places(dir: &Path, gateway: &Path) -> Result<(), Failure> {
    for path in [dir.join(PARTIES), dir.join(AUTHORITY), gateway.join(TLS), gateway.join(DATABASE)] {
        free(&path)?;
    }
    Ok(())
}

fn unmade(error: AuthorityError) -> Failure {
    Failure::internal("the throw-away certificates cannot be made").because(error)
}

/// Makes all of it, and registers the parties.
pub(super) async fn furnish(
    laid: &mut LaidOut,
    dir: &Path,
    options: &DevOptions,
    region: &Region,
    receipt_key: &Value,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
) -> Result<(), Failure> {
    let authority = Authority::root("Sluis", clock.now(), entropy.as_ref()).map_err(unmade)?;
    let at = dir.join(AUTHORITY);
    files::private_folder(&at)?;
    files::write_private(&at.join("ca.pem"), authority.certificate_pem().as_bytes())?;
    files::write_private(&at.join("ca.key"), authority.key_pem().as_bytes())?;
    laid.authority = Some(at);
    write_tls(laid, &authority, clock.as_ref(), entropy.as_ref())?;

    let url = laid.config.database.connect_url();
    let url = url.map_err(|error| Failure::configuration("the database cannot be named").because(error))?;
    Store::migrate(&url).await.map_err(operated::store)?;
    let composed = Composed::open(&laid.config, Arc::clone(&clock), Arc::clone(&entropy)).await?;
    for new in parties::of(region, &options.municipalities)? {
        let folder = dir.join(PARTIES).join(&new.name);
        let issued = authority
            .client(new.party.oin, &new.organisation, new.party.role.as_str(), clock.now(), entropy.as_ref())
            .map_err(unmade)?;
        let party = LaidParty {
            name: new.name,
            organisation: new.organisation,
            party: new.party,
            municipalities: new.municipalities.iter().map(|one| one.municipality.clone()).collect(),
            profile: folder.join("profile.toml"),
            folder,
        };
        write_party(&party, laid, &issued, authority.certificate_pem(), receipt_key)?;
        let certificate = ClientCertificate::read(&issued.der)
            .map_err(|fault| Failure::internal("a certificate that was made is not one").because(fault))?;
        let exchange = &composed.exchange;
        exchange
            .register_party(party.party, &party.organisation, new.municipalities)
            .await
            .map_err(operated::failure)?;
        exchange.register_certificate_for(party.party, &certificate).await.map_err(operated::failure)?;
        laid.parties.push(party);
    }
    composed.close().await;
    Ok(())
}

/// The gateway's certificate and key, the trust anchor and its revocation list, as the configuration names them.
fn write_tls(
    laid: &LaidOut,
    authority: &Authority,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
) -> Result<(), Failure> {
    let now = clock.now();
    let oin: Oin = GATEWAY_OIN.parse().map_err(|_| Failure::internal("the gateway has no OIN"))?;
    let names = ["localhost", "127.0.0.1", "::1"];
    let server = authority.server(oin, "Sluis (beproeving)", &names, now, entropy).map_err(unmade)?;
    let list = authority.revocation_list(&[], 1, now).map_err(unmade)?;
    let tls = &laid.config.tls;
    for path in [Some(&tls.certificate), Some(&tls.key)].into_iter().flatten() {
        if let Some(folder) = path.parent() {
            files::private_folder(folder)?;
        }
    }
    files::write_private(&tls.certificate, server.chain_pem.as_bytes())?;
    files::write_private(&tls.key, server.key_pem.as_bytes())?;
    for anchor in &tls.trust {
        files::write_private(&anchor.file, authority.certificate_pem().as_bytes())?;
    }
    for path in &tls.revocation.files {
        files::write_private(path, list.as_bytes())?;
    }
    Ok(())
}

fn write_party(
    party: &LaidParty,
    laid: &LaidOut,
    issued: &Issued,
    authority_pem: &str,
    receipt_key: &Value,
) -> Result<(), Failure> {
    let key = PrivateKey::generate(KeyAlgorithm::EcdhEs)
        .map_err(|error| Failure::internal("an encryption key cannot be made").because(error))?;
    let profile = parties::profile(&laid.config.listen.public_url, &laid.vkey);
    files::private_folder(&party.folder)?;
    for (name, content) in [
        ("certificate.pem", issued.chain_pem.as_bytes()),
        ("key.pem", issued.key_pem.as_bytes()),
        ("ca.pem", authority_pem.as_bytes()),
        ("encryption.jwk", key.to_jwk().to_string().as_bytes()),
        ("encryption.jwk.pub", key.public().to_jwk().to_string().as_bytes()),
        ("receipt.jwk", receipt_key.to_string().as_bytes()),
        ("profile.toml", profile.as_bytes()),
    ] {
        files::write_private(&party.folder.join(name), content)?;
    }
    Ok(())
}
