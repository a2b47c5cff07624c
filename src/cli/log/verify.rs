//! `sluis log verify`.

use std::{fs, path::Path};

use serde_json::{Value, json};

use super::{Verify, finding};
use crate::{
    accesslog::{
        folder::Folder,
        verify::{Check, Finding, LogSource, Report, verify as check},
    },
    cli::{
        ConfigFile, Context, Exit, Failure, Language, compose,
        faults::listed,
        head_file::HeadFile,
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
    let (mut older, mut kept) = (Vec::new(), Vec::new());
    for file in &how.checkpoint {
        let note = read(file)?;
        if let Ok(checkpoint) = read_unchecked(&note) {
            kept.push((file.as_path(), checkpoint.size));
        } else {
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
    let (report, vkey) = match &how.folder {
        Some(dir) => of_folder(dir, given.clone(), &older, at).await?,
        None => of_store(config, given.clone(), &older, at).await?,
    };
    let used = Used { vkey, is_given: given.is_some(), kept, is_copy: how.folder.is_some() };
    let document = json!({ "sound": report.is_sound(), "report": report, "used": used.document() });
    let language = at.out.language();
    at.out.show(&document, || text(&report, &used, language))?;
    Ok(if report.is_sound() { Exit::Done } else { Exit::Refused })
}

async fn of_folder(
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

async fn of_store(
    file: &ConfigFile,
    given: Option<String>,
    older: &[String],
    at: &mut Context,
) -> Result<(Report, String), Failure> {
    let config = file.read().map_err(outside)?;
    let keys = GatewayKeys::load(&config.keys.dir, config.strict).map_err(|faults| {
        Failure::configuration(listed(("de sleutels van de gateway zijn niet te gebruiken", "the gateway's keys cannot be used"), &faults))
            .now((
                "zonder die sleutels is de inhoud niet te vergelijken; een kopie van `sluis log export` heeft ze niet nodig",
                "without them the bodies cannot be compared; a copy by `sluis log export` needs none",
            ))
    })?;
    // Read first: a gateway that runs meanwhile goes on.
    let signed_last = HeadFile::at(config.log.head_file()).read()?;
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
    // What was handed out or kept before a rotation bears the signature of a former key, and still counts.
    let others: Vec<_> = verifiers.iter().filter(|one| one.vkey() != verifier.vkey()).cloned().collect();
    let mut older = older.to_vec();
    older.extend(signed_last);
    let report = checked(&view, verifier, &others, &older, Some(keys.at_rest.as_ref()), at).await;
    if report.as_ref().is_ok_and(Report::is_sound)
        && store.note_chore(Chore::LogVerify, at.clock.now()).await.is_err()
    {
        at.out.warn((
            "dat het logboek is gecontroleerd, kon niet worden vastgelegd voor de metingen van de gateway",
            "that the log was verified could not be noted for the gateway's metrics",
        ));
    }
    store.close().await;
    Ok((report.map_err(operated::store)?, verifier.vkey().to_owned()))
}

/// For who has no gateway here: a copy needs no configuration, and making a gateway helps nobody.
pub(super) fn outside(failure: Failure) -> Failure {
    failure.now((
        "bent u de beheerder: noem de configuratie met --config. Bent u dat niet: vraag de beheerder om een kopie van het log en \
         controleer die met `sluis log verify --folder MAP --vkey SLEUTEL`",
        "if you run the gateway: name its configuration with --config. If not: ask who does for a copy of the log, and verify that \
         with `sluis log verify --folder DIR --vkey KEY`",
    ))
}

/// Checks, with a bar for who watches.
async fn checked<S: LogSource>(
    source: &S,
    log: &LogVerifier,
    others: &[LogVerifier],
    older: &[String],
    bodies: Option<&AtRest>,
    at: &mut Context,
) -> Result<Report, S::Error> {
    let note = source.checkpoint().await?.unwrap_or_default();
    let bar = at.out.progress(read_unchecked(&note).map_or(0, |checkpoint| checkpoint.size));
    let progress = |leaves: u64| bar.set_position(leaves);
    let how = Check { log, others, older, bodies, progress: Some(&progress) };
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

/// What the log was verified with.
struct Used<'a> {
    vkey: String,
    /// Whether the key came from who verifies.
    is_given: bool,
    /// The kept checkpoints and their sizes.
    kept: Vec<(&'a Path, u64)>,
    /// Whether it is a copy, and not the store.
    is_copy: bool,
}

impl Used<'_> {
    fn document(&self) -> Value {
        let kept = self.kept.iter().map(|(file, size)| json!({ "file": file, "entries": size }));
        json!({ "vkey": self.vkey, "checkpoints": kept.collect::<Value>() })
    }
}

fn text(report: &Report, used: &Used<'_>, language: Language) -> String {
    let mut lines = Vec::new();
    lines.extend(report.findings.iter().map(|finding| {
        let finding = finding::told(finding, language);
        tell!(language, "FOUT: {finding}", "WRONG: {finding}")
    }));
    if report.more > 0 {
        lines.push(tell!(language, "en nog {} meer", "and {} more", report.more));
    }
    let (verdict, now) = verdict(report, used).pick(language);
    lines.push(verdict.to_owned());
    lines.extend(now.map(|now| tell!(language, "  wat nu: {now}", "  what to do: {now}")));
    if let Some(origin) = &report.origin {
        lines.push(format!("  log: {origin}"));
    }
    lines.push(tell!(language, "  regels: {}", "  entries: {}", report.entries));
    if let Some(root) = &report.root {
        lines.push(tell!(language, "  controlewaarde van alle regels: {root}", "  root of the tree: {root}"));
    }
    let source = match (used.is_given, used.is_copy) {
        (true, _) => language.pick("die u gaf", "that you gave"),
        (false, true) => language.pick("uit de kopie zelf", "from the copy itself"),
        (false, false) => language.pick("van deze gateway", "of this gateway"),
    };
    lines.push(tell!(
        language,
        "  publieke sleutel ({source}): {}",
        "  public key ({source}): {}",
        used.vkey
    ));
    if report.is_sound() {
        lines.extend(used.kept.iter().map(|(file, size)| {
            tell!(
                language,
                "  begint zoals het checkpoint `{}` zegt: {size} regels",
                "  begins as the checkpoint `{}` attests: {size} entries",
                file.display()
            )
        }));
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

/// A verdict in both languages, each with what to do now.
struct Verdict {
    nl: (&'static str, Option<&'static str>),
    en: (&'static str, Option<&'static str>),
}

impl Verdict {
    fn pick(self, language: Language) -> (&'static str, Option<&'static str>) {
        language.pick(self.nl, self.en)
    }
}

/// A checkpoint that does not fit what it is held against is told apart from a log that somebody touched.
fn verdict(report: &Report, used: &Used<'_>) -> Verdict {
    let only = |is_it: fn(&Finding) -> bool| report.more == 0 && report.findings.iter().all(is_it);
    if report.is_sound() {
        return Verdict { nl: ("Het log klopt.", None), en: ("The log is sound.", None) };
    }
    if used.is_copy && only(|finding| matches!(finding, Finding::Shrunk { .. })) {
        return Verdict {
            nl: (
                "De kopie klopt op zichzelf, maar is ouder dan het checkpoint dat u gaf.",
                Some(
                    "vraag een kopie van na dat checkpoint en controleer die; is ook die korter, dan zijn er regels \
                     verdwenen, of de gateway liet twee logs zien: meld dat",
                ),
            ),
            en: (
                "The copy is sound by itself, but older than the checkpoint that you gave.",
                Some(
                    "ask for a copy from after that checkpoint and verify it; if that is shorter too, entries are gone, or \
                     the gateway showed two logs: report it",
                ),
            ),
        };
    }
    if only(|finding| matches!(finding, Finding::OlderCheckpoint { .. })) {
        return Verdict {
            nl: (
                "Het log klopt op zichzelf. Met het checkpoint dat u gaf is niet te vergelijken.",
                Some(
                    "kijk of het checkpoint van dit log is; is het van voor een nieuwe sleutel van het log, geef dan die \
                     sleutel met --vkey",
                ),
            ),
            en: (
                "The log is sound by itself. It cannot be compared with the checkpoint that you gave.",
                Some(
                    "look whether the checkpoint is of this log; if it is from before a new key of the log, give that key \
                     with --vkey",
                ),
            ),
        };
    }
    Verdict {
        nl: (
            "Het log klopt NIET.",
            Some(
                "bewaar dit log, het checkpoint en deze uitvoer, en meld het de beheerder en de functionaris",
            ),
        ),
        en: (
            "The log is NOT sound.",
            Some(
                "keep this log, the checkpoint and this output, and tell the operator and the privacy officer",
            ),
        ),
    }
}
