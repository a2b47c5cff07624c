//! `sluis policy activate`.

use std::sync::Arc;

use serde_json::json;

use super::check;
use crate::{
    cli::{
        ConfigFile, Context, Exit, Failure, compose::Composed, faults::found_in_files, language::tell,
        operated,
    },
    domain::clock::amsterdam_date,
};

/// Makes the policies of a configuration the active ones, after they were checked.
pub(super) async fn activate(file: &ConfigFile, at: &mut Context) -> Result<Exit, Failure> {
    let config = file.read()?;
    let today = amsterdam_date(at.clock.now());
    let findings = check::findings(config.policies.dir.as_deref(), today);
    if !findings.is_empty() {
        return Err(Failure::refused(found_in_files(
            (
                "regels die niet in orde zijn, gaan niet gelden",
                "policies that are not in order do not become active",
            ),
            &findings,
        ))
        .now((
            "verbeter ze totdat `sluis policy check` niets meer vindt",
            "correct them until `sluis policy check` finds nothing",
        )));
    }
    let composed = Composed::for_operator(&config, Arc::clone(&at.clock), Arc::clone(&at.entropy)).await?;
    let before = composed.store.head().await.map_err(operated::store)?.policy;
    let now = composed.exchange.policy_digest();
    let done = composed.exchange.activate_policy().await;
    composed.close().await;
    done.map_err(operated::failure)?;
    let changed = before != now;
    let language = at.out.language();
    at.out.show(&json!({ "former": before, "active": now, "changed": changed }), || {
        if changed {
            tell!(
                language,
                "Actief beleid: {now}\nVoorheen: {before}\n\
                 Herstart gateways die nog het vorige beleid hebben; zij weigeren nu elke overdracht (503).",
                "Active policies: {now}\nBefore: {before}\n\
                 Restart gateways that still have the former policies; they now refuse every transfer (503)."
            )
        } else {
            tell!(language, "Dit beleid was al actief: {now}", "These policies were active already: {now}")
        }
    })?;
    Ok(Exit::Done)
}
