//! `sluis log verify`.

use std::{fs, path::Path};

use serde_json::json;

use super::Verify;
use crate::{
    accesslog::{
        folder::Folder,
        verify::{Check, LogSource, Report, verify as check},
    },
    cli::{
        ConfigFile, Context, Exit, Failure, Language, compose,
        faults::listed,
        language::{both, tell},
        operated,
    },
    crypto::{at_rest::AtRest, gateway_keys::GatewayKeys},
    merkle::note::{LogVerifier, read_unchecked},
    store::read::Chore,
};

/// Verifies the store, or a copy.
pub(super) async fn verify(config: &ConfigFile, how: &Verify, at: &mut Context) -> Result<Exit, Failure> {
    let given = how.vkey.as_deref().map(vkey_of).transpose()?;
    let mut older = Vec::new();
    for file in &how.checkpoint {
        let note = read(file)?;
        if read_unchecked(&note).is_err() {
            // A damaged file says nothing of the log: it must not look like an alarm.
            return Err(Failure::usage(both!(
                "`{}` is geen checkpoint, of het is beschadigd",
                "`{}` is no checkpoint, or it is damaged",
                file.display()
            ))
            .now((
                "neem het checkpoint zoals het bewaard is; er is niets gecontroleerd",
                "take the checkpoint as it was kept; nothing was verified",
            )));
        }
        older.push(note);
    }
    let report = match &how.folder {
        Some(dir) => of_folder(dir, given, &older, at).await?,
        None => of_store(config, given, &older, at).await?,
    };
    let document = json!({ "sound": report.is_sound(), "report": report });
    let language = at.out.language();
    at.out.show(&document, || text(&report, language))?;
    Ok(if report.is_sound() { Exit::Done } else { Exit::Refused })
}

async fn of_folder(
    dir: &Path,
    given: Option<String>,
    older: &[String],
    at: &mut Context,
) -> Result<Report, Failure> {
    let unreadable =
        |error| Failure::usage(("de kopie is niet te lezen", "the copy cannot be read")).because(error);
    let folder = Folder::open(dir).map_err(unreadable)?;
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
        Failure::configuration(listed(("de sleutels van de gateway zijn niet te gebruiken", "the gateway's keys cannot be used"), &faults))
            .now((
                "zonder die sleutels is de inhoud niet te vergelijken; een kopie van `sluis log export` heeft ze niet nodig",
                "without them the bodies cannot be compared; a copy by `sluis log export` needs none",
            ))
    })?;
    let store = compose::open_store(&config).await?;
    let view = store.log().await.map_err(|error| {
        Failure::refused(("er is nog geen log in deze database", "there is no log in this database yet"))
            .because(error)
            .now((
                "het begint als een gateway start, of als de eerste partij wordt geregistreerd",
                "it begins when a gateway starts, or the first party is registered",
            ))
    })?;
    let vkeys = given.map_or_else(|| keys.log.vkeys(), |vkey| vec![vkey]);
    let mut verifiers = Vec::new();
    for vkey in vkeys {
        let verifier = LogVerifier::from_vkey(&vkey).map_err(unusable)?;
        verifiers.push(verifier);
    }
    // After a rotation the head is signed by the former key until the next entry.
    let signed = verifiers.iter().position(|one| one.open(&view.head().checkpoint).is_ok());
    let verifier = verifiers
        .get(signed.unwrap_or(0))
        .ok_or_else(|| Failure::configuration(("er is geen sleutel van het log", "there is no log key")))?;
    let report = checked(&view, verifier, older, Some(&keys.at_rest), at).await;
    if report.as_ref().is_ok_and(Report::is_sound)
        && store.note_chore(Chore::LogVerify, at.clock.now()).await.is_err()
    {
        at.out.warn((
            "dat het logboek is gecontroleerd, kon niet worden vastgelegd voor de metingen van de gateway",
            "that the log was verified could not be noted for the gateway's metrics",
        ));
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

/// The public key of a log: the value itself, as `sluis init` prints it, or a file that holds it.
fn vkey_of(given: &str) -> Result<String, Failure> {
    if LogVerifier::from_vkey(given.trim()).is_ok() {
        return Ok(given.trim().to_owned());
    }
    let path = Path::new(given);
    if path.exists() {
        return read(path).map(|text| text.trim().to_owned());
    }
    Err(Failure::usage(both!(
            "`{given}` is geen publieke sleutel van een log, en ook geen bestand",
            "`{given}` is no public key of a log, nor a file"
        ))
        .now((
            "plak de sleutel die `sluis init` liet zien (`naam+hash+sleutel`), of noem het bestand waar zij in staat",
            "paste the key that `sluis init` printed (`name+hash+key`), or name the file that holds it",
        )))
}

fn unusable(error: impl std::error::Error + Send + Sync + 'static) -> Failure {
    Failure::usage(("de publieke sleutel is niet te gebruiken", "the public key cannot be used"))
        .because(error)
        .now(("zij ziet eruit als `naam+hash+sleutel`", "it looks like `name+hash+key`"))
}

/// A text that was kept in a file, as it was before mail or an editor gave it a byte order mark, other line ends or another
/// end: those are no part of what was signed.
fn read(file: &Path) -> Result<String, Failure> {
    let text = fs::read_to_string(file).map_err(|error| Failure::unreadable(file, error))?;
    let text = text.trim_start_matches('\u{FEFF}').replace("\r\n", "\n").replace('\r', "\n");
    Ok(format!("{}\n", text.trim_matches('\n')))
}

fn text(report: &Report, language: Language) -> String {
    let mut lines = Vec::new();
    lines
        .extend(report.findings.iter().map(|finding| tell!(language, "FOUT: {finding}", "WRONG: {finding}")));
    if report.more > 0 {
        lines.push(tell!(language, "en nog {} meer", "and {} more", report.more));
    }
    let verdict = if report.is_sound() {
        language.pick("Het log klopt.", "The log is sound.")
    } else {
        language.pick("Het log klopt NIET.", "The log is NOT sound.")
    };
    lines.push(verdict.to_owned());
    if let Some(origin) = &report.origin {
        lines.push(format!("  log: {origin}"));
    }
    lines.push(tell!(language, "  regels: {}", "  entries: {}", report.entries));
    if let Some(root) = &report.root {
        lines.push(tell!(language, "  wortel van de boom: {root}", "  root of the tree: {root}"));
    }
    if report.bodies > 0 {
        lines.push(tell!(
            language,
            "  inhoud geopend en vergeleken: {}",
            "  bodies opened and compared: {}",
            report.bodies
        ));
    }
    lines.join("\n")
}
