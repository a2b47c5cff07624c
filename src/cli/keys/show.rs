//! `sluis keys show`: what others need of the gateway's keys.

use serde_json::json;

use crate::{
    cli::{Context, Exit, Failure, Language, compose, language::tell},
    config::Config,
    crypto::gateway_keys::{GatewayKeys, KeyKind},
};

/// Prints every public key in the forms that profiles take, and of the secret ones which versions there are.
pub(super) async fn show(config: &Config, at: &mut Context) -> Result<Exit, Failure> {
    let folder = &config.keys.dir;
    let (keys, unread) = compose::keys::compared(config).await?;
    if let Some(failure) = unread {
        at.out.warn((
            format!(
                "de sleutels zijn niet vergeleken met die welke de database kent: {}",
                failure.text(Language::Nl)
            ),
            format!(
                "the keys were not compared with those that the database knows: {}",
                failure.text(Language::En)
            ),
        ));
    }
    let versions = |kind| GatewayKeys::versions(folder, kind);
    let log: Vec<_> = versions(KeyKind::Log).into_iter().zip(keys.log.vkeys()).collect();
    let receipt: Vec<_> = versions(KeyKind::Receipt).into_iter().zip(keys.receipt.all()).collect();
    let document = json!({
        "log": log.iter().map(|(version, vkey)| json!({ "version": version, "vkey": vkey })).collect::<Vec<_>>(),
        "receipt": receipt.iter().map(|(version, key)| json!({
            "version": version, "jwk": key.public_jwk(), "pem": key.public_pem(),
        })).collect::<Vec<_>>(),
        "atRest": versions(KeyKind::AtRest), "pseudonym": versions(KeyKind::Pseudonym),
    });
    let language = at.out.language();
    at.out.show(&document, || {
        let mut lines = vec![
            language
                .pick(
                    "Publieke sleutels, de nieuwste eerst; geef ze de partijen langs een andere weg dan de gateway.",
                    "Public keys, the newest first; give them to the parties by another way than the gateway.",
                )
                .to_owned(),
        ];
        for (version, vkey) in &log {
            lines.push(tell!(
                language,
                "\nlog, versie {version}: `log_vkey` in een profiel\n{vkey}",
                "\nlog, version {version}: `log_vkey` in a profile\n{vkey}"
            ));
        }
        for (version, key) in &receipt {
            lines.push(tell!(
                language,
                "\nontvangstbewijzen, versie {version}: `receipt_key`, als JWK of PEM\n{}\n{}",
                "\nreceipts, version {version}: `receipt_key`, as JWK or PEM\n{}\n{}",
                key.public_jwk(),
                key.public_pem().trim_end()
            ));
        }
        let known = |kind| versions(kind).iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        lines.push(tell!(
            language,
            "\nGeheim, alleen de versies: at-rest {}; pseudonym {}",
            "\nSecret, the versions only: at-rest {}; pseudonym {}",
            known(KeyKind::AtRest),
            known(KeyKind::Pseudonym)
        ));
        lines.join("\n")
    })?;
    Ok(Exit::Done)
}
