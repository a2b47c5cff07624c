//! `sluis log export`.

use std::{path::Path, sync::Arc};

use serde_json::json;

use crate::{
    accesslog::{
        folder::{FolderError, FolderWriter},
        verify::LogSource as _,
    },
    cli::{
        Context, Exit, Failure,
        compose::Composed,
        language::{both, tell},
        operated,
    },
    config::Config,
    merkle::{bundle, note::LogVerifier},
    store::read::LogView,
};

/// Writes the copy, after its entry.
pub(super) async fn export(
    config: &Config,
    out: &Path,
    proofs: &[u64],
    at: &mut Context,
) -> Result<Exit, Failure> {
    let composed = Composed::for_operator(config, Arc::clone(&at.clock), Arc::clone(&at.entropy)).await?;
    let copied = copied(&composed, out, proofs, at).await;
    composed.close().await;
    let size = copied?;
    let language = at.out.language();
    at.out.show(&json!({ "folder": out, "entries": size }), || {
        tell!(
            language,
            "{size} regels in {out}\nControleren: sluis log verify --folder {out} --vkey SLEUTEL",
            "{size} entries in {out}\nVerify: sluis log verify --folder {out} --vkey KEY",
            out = out.display()
        )
    })?;
    Ok(Exit::Done)
}

async fn copied(composed: &Composed, out: &Path, proofs: &[u64], at: &mut Context) -> Result<u64, Failure> {
    // The folder comes first: an entry must not tell of a copy that could not be begun.
    let mut writer = FolderWriter::create(out).map_err(failure)?;
    composed.exchange.record_export().await.map_err(operated::trouble)?;
    let view = composed.store.log().await.map_err(operated::store)?;
    let size = view.head().size;
    let bar = at.out.progress(size);
    for n in 0_u64.. {
        let Some(bytes) = view.bundle(n).await.map_err(operated::store)? else { break };
        let leaves = bundle::decode(&bytes).map_err(|_| failure(FolderError::Leaf(n)))?;
        for leaf in &leaves {
            writer.append(leaf).map_err(failure)?;
        }
        bar.inc(u64::try_from(leaves.len()).unwrap_or(u64::MAX));
    }
    bar.finish_and_clear();
    let vkey = signed_by(&composed.vkeys, &view)?;
    writer.finish(&view.head().checkpoint, vkey, proofs).map_err(failure)?;
    Ok(size)
}

/// The key that signed the head: after a rotation it may be an older one.
fn signed_by<'v>(vkeys: &'v [String], view: &LogView) -> Result<&'v str, Failure> {
    let signed = |vkey: &&String| {
        LogVerifier::from_vkey(vkey).is_ok_and(|log| log.open(&view.head().checkpoint).is_ok())
    };
    vkeys.iter().find(signed).map(String::as_str).ok_or_else(|| {
        Failure::configuration((
            "geen van de sleutels heeft de stand van dit log getekend",
            "none of the log keys signed the head of this log",
        ))
        .now((
            "zet de map met sleutels terug die bij deze database hoort",
            "put back the folder of keys that belongs to this database",
        ))
    })
}

const UNWRITTEN: (&str, &str) = ("de kopie is niet te schrijven", "the copy cannot be written");

fn failure(error: FolderError) -> Failure {
    match error {
        FolderError::NotEmpty(folder) => Failure::usage(both!(
            "de map `{}` is niet leeg",
            "the folder `{}` is not empty",
            folder.display()
        ))
        .now(("kies met --out een nieuwe map", "choose a new folder with --out")),
        FolderError::File { .. } => Failure::usage(UNWRITTEN).because(error).now((
            "kijk naar de map, de vrije ruimte en of u daar mag schrijven",
            "check the folder, the free space and whether you may write there",
        )),
        FolderError::Proof(_) => {
            Failure::refused(("een bewijs is niet te maken", "a proof cannot be made")).because(error)
        }
        FolderError::Leaf(_)
        | FolderError::Vkey(_)
        | FolderError::Checkpoint(_)
        | FolderError::OtherLeaves => Failure::refused(("het log klopt niet", "the log is not in order"))
            .because(error)
            .now(("`sluis log verify` zegt wat waar fout is", "`sluis log verify` says what is wrong where")),
    }
}
