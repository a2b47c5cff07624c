//! `sluis log verify`.

use std::{fs, path::Path};

use serde_json::json;

use super::Verify;
use crate::{
    accesslog::{
        folder::Folder,
        verify::{Check, LogSource, Report, verify as check},
    },
    cli::{ConfigFile, Context, Exit, Failure, compose, operated},
    crypto::{at_rest::AtRest, gateway_keys::GatewayKeys},
    merkle::note::{LogVerifier, read_unchecked},
    store::read::Chore,
};

/// Verifies the store, or a copy.
pub(super) async fn verify(config: &ConfigFile, how: &Verify, at: &mut Context) -> Result<Exit, Failure> {
    let given = how.vkey.as_deref().map(read_vkey).transpose()?;
    let mut older = Vec::new();
    for file in &how.checkpoint {
        let note = read(file)?;
        if read_unchecked(&note).is_err() {
            // A damaged file says nothing of the log: it must not look like an alarm.
            return Err(Failure::usage(format!("`{}` is no checkpoint, or it is damaged", file.display()))
                .now("take the checkpoint as it was kept; nothing was verified"));
        }
        older.push(note);
    }
    let report = match &how.folder {
        Some(dir) => of_folder(dir, given, &older, at).await?,
        None => of_store(config, given, &older, at).await?,
    };
    let document = json!({ "sound": report.is_sound(), "report": report });
    at.out.show(&document, || text(&report))?;
    Ok(if report.is_sound() { Exit::Done } else { Exit::Refused })
}

async fn of_folder(
    dir: &Path,
    given: Option<String>,
    older: &[String],
    at: &mut Context,
) -> Result<Report, Failure> {
    let unreadable = |error| Failure::usage("the copy cannot be read").because(error);
    let folder = Folder::open(dir).map_err(unreadable)?;
    let vkey = if let Some(vkey) = given {
        vkey
    } else {
        at.out.warn(
            "the public key is the one in the copy itself: give the one that you know with --vkey, or compare it",
        );
        let own = folder.vkey().map_err(unreadable)?;
        own.ok_or_else(|| {
            Failure::usage("there is no public key in the copy").now("give the log's with --vkey")
        })?
    };
    let verifier = LogVerifier::from_vkey(&vkey)
        .map_err(|error| Failure::usage("the public key cannot be used").because(error))?;
    checked(&folder, &verifier, older, None, at).await.map_err(unreadable)
}

async fn of_store(
    file: &ConfigFile,
    given: Option<String>,
    older: &[String],
    at: &mut Context,
) -> Result<Report, Failure> {
    let config = file.read()?;
    let keys = GatewayKeys::load(&config.keys.dir, config.strict).map_err(|faults| {
        Failure::configuration(compose::listed("the gateway's keys cannot be used", &faults))
            .now("without them the bodies cannot be compared; a copy by `sluis log export` needs none")
    })?;
    let store = compose::open_store(&config).await?;
    let view = store.log().await.map_err(|error| {
        Failure::refused("there is no log in this database yet")
            .because(error)
            .now("it begins when a gateway starts, or the first party is registered")
    })?;
    let vkeys = given.map_or_else(|| keys.log.vkeys(), |vkey| vec![vkey]);
    let mut verifiers = Vec::new();
    for vkey in vkeys {
        let verifier = LogVerifier::from_vkey(&vkey)
            .map_err(|error| Failure::usage("the public key cannot be used").because(error))?;
        verifiers.push(verifier);
    }
    // After a rotation the head is signed by the former key until the next entry.
    let signed = verifiers.iter().position(|one| one.open(&view.head().checkpoint).is_ok());
    let verifier =
        verifiers.get(signed.unwrap_or(0)).ok_or_else(|| Failure::configuration("there is no log key"))?;
    let report = checked(&view, verifier, older, Some(&keys.at_rest), at).await;
    if report.as_ref().is_ok_and(Report::is_sound)
        && store.note_chore(Chore::LogVerify, at.clock.now()).await.is_err()
    {
        at.out.warn("that the log was verified could not be noted for the gateway's metrics");
    }
    store.close().await;
    report.map_err(operated::store)
}

/// Checks, with a bar for who watches.
async fn checked<S: LogSource>(
    source: &S,
    log: &LogVerifier,
    older: &[String],
    bodies: Option<&AtRest>,
    at: &mut Context,
) -> Result<Report, S::Error> {
    let note = source.checkpoint().await?.unwrap_or_default();
    let bar = at.out.progress(read_unchecked(&note).map_or(0, |checkpoint| checkpoint.size));
    let progress = |leaves: u64| bar.set_position(leaves);
    let how = Check { log, older, bodies, progress: Some(&progress) };
    let report = check(source, &how).await;
    bar.finish_and_clear();
    report
}

/// A text that was kept in a file, as it was before mail or an editor gave it a byte order mark, other line ends or another
/// end: those are no part of what was signed.
fn read(file: &Path) -> Result<String, Failure> {
    let text = fs::read_to_string(file).map_err(|error| Failure::unreadable(file, error))?;
    let text = text.trim_start_matches('\u{FEFF}').replace("\r\n", "\n").replace('\r', "\n");
    Ok(format!("{}\n", text.trim_matches('\n')))
}

/// The public key in a file, or the key itself as `sluis init` prints it.
fn read_vkey(given: &Path) -> Result<String, Failure> {
    let itself = given.to_str().filter(|text| !given.exists() && LogVerifier::from_vkey(text.trim()).is_ok());
    match itself {
        Some(vkey) => Ok(vkey.trim().to_owned()),
        None => read(given).map(|text| text.trim().to_owned()),
    }
}

fn text(report: &Report) -> String {
    let mut lines = Vec::new();
    lines.extend(report.findings.iter().map(|finding| format!("FOUT / WRONG: {finding}")));
    if report.more > 0 {
        lines.push(format!("en nog / and {} meer / more", report.more));
    }
    lines.push(if report.is_sound() {
        "Het log klopt / the log is sound.".to_owned()
    } else {
        "Het log klopt NIET / the log is NOT sound.".to_owned()
    });
    if let Some(origin) = &report.origin {
        lines.push(format!("  log: {origin}"));
    }
    lines.push(format!("  regels / entries: {}", report.entries));
    if let Some(root) = &report.root {
        lines.push(format!("  wortel / root: {root}"));
    }
    if report.bodies > 0 {
        lines.push(format!("  inhoud geopend en vergeleken / bodies opened and compared: {}", report.bodies));
    }
    lines.join("\n")
}
