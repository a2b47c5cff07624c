//! The last state of the log that this party saw, kept beside its profile: a later one must go on from it.
//!
//! Without it a gateway whose database was put back, or that shows each party another log, proves every single entry and
//! nobody notices. It is compared after what was asked is done, and costs no step of the user's.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{
    gateway::{Call, Gateway},
    session::Session,
};
use crate::{
    cli::{Context, Exit, Failure, files, language::both},
    merkle::{
        checkpoint::Checkpoint,
        note::LogVerifier,
        proof::{consistency, tiles_for_consistency, verify_consistency},
        tile::{Tile, TilePath, TileSet},
    },
};

/// Compares the gateway's log as it is now with the one that was seen last, and keeps the larger. Does nothing without the
/// log's public key in the profile, or while the gateway does not show its log.
///
/// # Errors
/// When the log does not begin as it did: shorter, or with other entries. What was seen then stays kept.
pub(super) async fn compare(session: &Session, at: &mut Context) -> Result<(), Failure> {
    let Some(log) = session.log()? else { return Ok(()) };
    let Some(note) = shown(&session.gateway, "/checkpoint").await else { return Ok(()) };
    let Ok(note) = String::from_utf8(note) else { return Ok(()) };
    let file = file_of(&session.profile.folder, log.origin().as_str());
    let kept = fs::read_to_string(&file).ok();
    let Ok(now) = log.open(&note) else {
        // After a new key of the log the profile has the former one for a while.
        if kept.is_some() {
            at.out.warn((
                "de stand van het log is niet getekend met de `log_vkey` in uw profiel: vraag de beheerder of er een nieuwe sleutel is",
                "the state of the log is not signed with the `log_vkey` of your profile: ask the operator whether there is a new key",
            ));
        }
        return Ok(());
    };
    // One that another key signed, or that is damaged, says nothing of this log.
    let kept = kept.and_then(|note| opened(&log, &note));
    if let Some(kept) = &kept {
        match goes_on(&session.gateway, kept, &now).await {
            Some(true) => {}
            // The tiles could not be had, which says nothing.
            None => return Ok(()),
            Some(false) => return Err(broken(kept, &now, &file)),
        }
    }
    if kept.is_none_or(|kept| kept.size < now.size) {
        // A folder in which nothing can be written keeps nothing, and nothing else fails for it.
        drop(files::replace_private(&file, note.as_bytes()));
    }
    Ok(())
}

fn opened(log: &LogVerifier, note: &str) -> Option<Checkpoint> {
    log.open(note).ok()
}

/// The file of a log, beside the profile.
fn file_of(folder: &Path, origin: &str) -> PathBuf {
    let name: String = origin
        .chars()
        .map(|one| if one.is_ascii_alphanumeric() || matches!(one, '.' | '-') { one } else { '_' })
        .collect();
    folder.join(format!("{name}.checkpoint"))
}

async fn shown(gateway: &Gateway, path: &str) -> Option<Vec<u8>> {
    gateway.call(Call::get(path).accepting("*/*")).await.ok().map(|answer| answer.body.to_vec())
}

/// Whether the log that is shown begins with the one that was kept; nothing where that cannot be told.
async fn goes_on(gateway: &Gateway, kept: &Checkpoint, now: &Checkpoint) -> Option<bool> {
    if now.size < kept.size {
        return Some(false);
    }
    if now.size == kept.size {
        return Some(now.root == kept.root);
    }
    let mut tiles = TileSet::new();
    for id in tiles_for_consistency(kept.size, now.size).ok()? {
        let bytes = shown(gateway, &format!("/{}", TilePath::Hashes(id))).await?;
        if bytes.len() != usize::from(id.width()).saturating_mul(32) {
            return None;
        }
        tiles.insert(Tile { id, bytes });
    }
    let proof = consistency(kept.size, now.size, &tiles).ok()?;
    Some(verify_consistency(&proof, kept.size, &kept.root, now.size, &now.root).is_ok())
}

fn broken(kept: &Checkpoint, now: &Checkpoint, file: &Path) -> Failure {
    let said = if now.size < kept.size {
        both!(
            "het log van de gateway is korter dan u het eerder zag: {} regels, en het waren er {}",
            "the gateway's log is shorter than you saw it before: {} entries, and there were {}",
            now.size,
            kept.size
        )
    } else {
        both!(
            "het log van de gateway begint niet meer zoals u het eerder zag: van de eerste {} regels is er iets veranderd",
            "the gateway's log no longer begins as you saw it before: of the first {} entries something was changed",
            kept.size
        )
    };
    Failure::refused(said)
        .now(both!(
            "wat u vroeg is wel gedaan. Bewaar `{}` en deze melding, en vertel het de beheerder van de gateway en uw privacy officer; de \
             beheerder controleert ermee: `sluis log verify --checkpoint BESTAND`",
            "what you asked for was done. Keep `{}` and this message, and tell the gateway's operator and your privacy officer; the \
             operator checks with it: `sluis log verify --checkpoint FILE`",
            file.display()
        ))
        .ending(Exit::Unproven)
}
