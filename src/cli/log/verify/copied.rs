//! A copy of a log, verified without a gateway.

use std::{fs, path::Path};

use super::{check::checked, given::unusable};
use crate::{
    accesslog::{folder::Folder, verify::Report},
    cli::{Context, Failure, language::both},
    merkle::note::LogVerifier,
};

/// Verifies a copy, with the key that was given or the copy's own; answers with which.
pub(super) async fn of_folder(
    dir: &Path,
    given: Option<String>,
    older: &[String],
    at: &mut Context,
) -> Result<(Report, String), Failure> {
    let unreadable =
        |error| Failure::usage(("de kopie is niet te lezen", "the copy cannot be read")).because(error);
    let folder = Folder::open(dir).map_err(unreadable)?;
    if !is_copy(dir) {
        return Err(no_copy(dir));
    }
    let vkey = if let Some(vkey) = given {
        vkey
    } else {
        at.out.warn(
            ("de publieke sleutel is die uit de kopie zelf: geef met --vkey de sleutel die u kent, of vergelijk ze",
            "the public key is the one in the copy itself: give the one that you know with --vkey, or compare it"),
        );
        let own = folder.vkey().map_err(unreadable)?;
        own.ok_or_else(|| {
            Failure::usage((
                "er staat geen publieke sleutel in de kopie",
                "there is no public key in the copy",
            ))
            .now(("geef die van het log met --vkey", "give the log's with --vkey"))
        })?
    };
    let verifier = LogVerifier::from_vkey(&vkey).map_err(unusable)?;
    let report = checked(&folder, &verifier, &[], older, None, at).await.map_err(unreadable)?;
    Ok((report, vkey))
}

/// Whether something of a copy of a log stands here.
fn is_copy(dir: &Path) -> bool {
    ["checkpoint", "leaf-hashes", "tile"].iter().any(|name| dir.join(name).symlink_metadata().is_ok())
}

/// Who names the folder above it, or another, must not read an alarm.
fn no_copy(dir: &Path) -> Failure {
    let below = fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut copies: Vec<String> =
        below.filter(|path| is_copy(path)).map(|path| format!("`{}`", path.display())).collect();
    copies.sort_unstable();
    let failure = Failure::usage(both!(
        "`{}` is geen kopie van een log; er is niets gecontroleerd",
        "`{}` is no copy of a log; nothing was verified",
        dir.display()
    ));
    if copies.is_empty() {
        failure.now((
            "noem de map met `checkpoint` en `tile` erin, zoals `sluis log export` of de gateway (`/log`) die geeft",
            "name the folder that holds `checkpoint` and `tile`, as `sluis log export` or the gateway (`/log`) gives it",
        ))
    } else {
        failure.now(both!(
            "dit is er wel een: geef --folder {copies}",
            "this is one: give --folder {copies}",
            copies = copies.join(", ")
        ))
    }
}
