//! What a verification found, told to people.

use std::path::Path;

use serde_json::{Value, json};

use crate::{
    accesslog::verify::{Finding, Report},
    cli::{Language, language::tell, log::finding},
};

/// What the log was verified with.
pub(super) struct Used<'a> {
    pub(super) vkey: String,
    /// Whether the key came from who verifies.
    pub(super) is_given: bool,
    /// The kept checkpoints and their sizes.
    pub(super) kept: Vec<(&'a Path, u64)>,
    /// Whether it is a copy, and not the store.
    pub(super) is_copy: bool,
}

impl Used<'_> {
    pub(super) fn document(&self) -> Value {
        let kept = self.kept.iter().map(|(file, size)| json!({ "file": file, "entries": size }));
        json!({ "vkey": self.vkey, "checkpoints": kept.collect::<Value>() })
    }
}

/// For people: what is wrong, the conclusion, and what it was held against.
pub(super) fn text(report: &Report, used: &Used<'_>, language: Language) -> String {
    let mut lines = Vec::new();
    lines.extend(report.findings.iter().map(|finding| {
        let finding = finding::told(finding, language);
        tell!(language, "FOUT: {finding}", "WRONG: {finding}")
    }));
    if report.more > 0 {
        lines.push(tell!(language, "en nog {} meer", "and {} more", report.more));
    }
    let (conclusion, now) = conclusion(report, used).pick(language);
    lines.push(conclusion.to_owned());
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

/// A conclusion in both languages, each with what to do now.
struct Conclusion {
    nl: (&'static str, Option<&'static str>),
    en: (&'static str, Option<&'static str>),
}

impl Conclusion {
    fn pick(self, language: Language) -> (&'static str, Option<&'static str>) {
        language.pick(self.nl, self.en)
    }
}

/// A checkpoint that does not fit what it is held against is told apart from a log that somebody touched.
fn conclusion(report: &Report, used: &Used<'_>) -> Conclusion {
    let only = |is_it: fn(&Finding) -> bool| report.more == 0 && report.findings.iter().all(is_it);
    if report.is_sound() {
        return Conclusion { nl: ("Het log klopt.", None), en: ("The log is sound.", None) };
    }
    if used.is_copy && only(|finding| matches!(finding, Finding::Shrunk { .. })) {
        return Conclusion {
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
        return Conclusion {
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
    Conclusion {
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
