//! `sluis log show` and `sluis log proof`.

use std::sync::Arc;

use serde_json::json;

use crate::{
    accesslog::entry::Part,
    cli::{
        Context, Exit, Failure, Language,
        compose::Composed,
        language::{both, tell},
        moment, operated,
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
    composed.close().await;
    let language = at.out.language();
    for entry in read? {
        let document = json!({ "index": entry.index, "time": entry.time, "shared": entry.shared,
            "gateway": entry.gateway });
        at.out.show(&document, || line(&entry, language))?;
    }
    Ok(Exit::Done)
}

/// One line: the words that entries use, the same in every language.
fn line(entry: &Reviewed, language: Language) -> String {
    let mut words = vec![format!("{:>6}  {}", entry.index, moment::short(entry.time, language))];
    let Some(shared) = &entry.shared else {
        words.push(language.pick("(gewist)", "(erased)").to_owned());
        return words.join("  ");
    };
    words.extend(shared.event.map(|event| event.to_string()));
    words.extend(shared.outcome.map(|outcome| outcome.to_string()));
    let parties = [
        ("", shared.caller),
        (language.pick("over ", "about "), shared.subject),
        (language.pick("aan ", "to "), shared.recipient),
    ];
    words.extend(parties.iter().filter_map(|(word, party)| party.map(|party| format!("{word}{party}"))));
    words.extend(shared.dataset.as_ref().map(ToString::to_string));
    words.extend(shared.basis.as_ref().map(ToString::to_string));
    words.extend(shared.packet.map(|packet| packet.to_string()));
    words.extend(
        shared
            .entries
            .map(|[first, last]| tell!(language, "regels {first}-{last}", "entries {first}-{last}")),
    );
    let cause = |part: &Part| part.cause.clone();
    words.extend(cause(shared).or_else(|| entry.gateway.as_ref().and_then(cause)));
    words.join("  ")
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
