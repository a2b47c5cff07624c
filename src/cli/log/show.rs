//! `sluis log show` and `sluis log proof`.

use std::sync::Arc;

use serde_json::json;

use crate::{
    accesslog::entry::{Outcome, Part},
    cli::{
        Context, Exit, Failure,
        compose::Composed,
        language::both,
        names::Names,
        operated,
        sentence::{Teller, Told},
    },
    config::Config,
    exchange::review::Reviewed,
};

/// Prints entries; as JSON one per line.
pub(super) async fn show(
    config: &Config,
    after: Option<u64>,
    limit: u32,
    last: Option<u32>,
    at: &mut Context,
) -> Result<Exit, Failure> {
    let composed = Composed::for_operator(config, Arc::clone(&at.clock), Arc::clone(&at.entropy)).await?;
    let read = async {
        let (after, limit) = match last {
            None => (after, limit),
            Some(last) => {
                let size = composed.store.head().await.map_err(operated::store)?.size;
                (size.saturating_sub(u64::from(last)).checked_sub(1), last)
            }
        };
        composed.exchange.review(after, limit).await.map_err(operated::trouble)
    }
    .await;
    let rules = Arc::clone(composed.exchange.catalogue());
    composed.close().await;
    let language = at.out.language();
    let names = Names::default();
    let teller = Teller { names: &names, rules: &rules, language };
    let entries = read?;
    if entries.is_empty() {
        at.out.say(("Niets.", "Nothing."))?;
    } else {
        at.out.say(("Tijden zijn Nederlandse tijd.", "Times are those of Amsterdam."))?;
    }
    for entry in entries {
        let document = json!({ "index": entry.index, "time": entry.time, "shared": entry.shared,
            "gateway": entry.gateway });
        at.out.show(&document, || line(entry, &teller))?;
    }
    Ok(Exit::Done)
}

/// The index and the sentence, with what the operator alone knows of it: why, where the sentence does not say it.
fn line(entry: Reviewed, teller: &Teller<'_>) -> String {
    let Reviewed { index, time, shared, gateway } = entry;
    let shown = shared.as_ref().and_then(|shared| shared.cause.clone());
    let cause = gateway.as_ref().and_then(|gateway| gateway.cause.clone()).filter(|_| shown.is_none());
    let gateway = gateway.map(|part| Part { cause: None, ..part });
    let told = Told::parts(shared.into_iter().chain(gateway));
    let is_refused = told.outcome() == Some(Outcome::Refused);
    // That the operator did it, the sentence says.
    let cause = cause.filter(|cause| !is_refused && cause != "operator");
    let cause = cause.map(|cause| format!(" · {cause}")).unwrap_or_default();
    format!("{index:>6}  {}{cause}", teller.sentence(Some(time), &told))
}

/// Prints the proof of one entry.
pub(super) async fn proof(config: &Config, index: u64, at: &mut Context) -> Result<Exit, Failure> {
    let composed = Composed::for_operator(config, Arc::clone(&at.clock), Arc::clone(&at.entropy)).await?;
    let proof = composed.exchange.proof(index).await;
    composed.close().await;
    let Some(proof) = proof.map_err(operated::trouble)? else {
        return Err(Failure::refused(both!(
            "het log heeft geen regel {index}",
            "the log has no entry {index}"
        ))
        .now((
            "de eerste regel is 0; `sluis log show --last 1` laat de laatste zien",
            "indexes begin at 0; `sluis log show --last 1` shows the last",
        )));
    };
    at.out.show(&json!({ "index": index, "proof": proof }), || proof.clone())?;
    Ok(Exit::Done)
}
