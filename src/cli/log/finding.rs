//! What is wrong with a log, in words: a [`Finding`] says it in English itself.

use std::borrow::Cow;

use crate::{
    accesslog::verify::{Difference, Finding},
    cli::Language,
};

/// What is wrong, in this language.
pub(super) fn told(finding: &Finding, language: Language) -> String {
    match language {
        Language::Nl => dutch(finding),
        Language::En => finding.to_string(),
    }
}

fn dutch(finding: &Finding) -> String {
    match finding {
        Finding::NoCheckpoint => "er is geen checkpoint".to_owned(),
        Finding::Checkpoint { fault } => fault_in_dutch(fault).into_owned(),
        Finding::OlderCheckpoint { fault } => {
            format!("een bewaard checkpoint is niet te gebruiken: {}", fault_in_dutch(fault))
        }
        Finding::Size { stated, found } => {
            format!("het checkpoint zegt dat er {stated} regels zijn, er staan er {found}")
        }
        Finding::Root { stated, computed } => {
            format!("de regels geven de controlewaarde {computed}, het checkpoint zegt {stated}")
        }
        Finding::Entry { difference } => format!("regel {}", departure(*difference)),
        Finding::LeafHash { difference } => {
            format!("in de lijst `leaf-hashes`: regel {}", departure(*difference))
        }
        Finding::TileHash { difference } => format!("in de map `tile`: regel {}", departure(*difference)),
        Finding::Tile { level, n, hash } => {
            format!("tegel {n} van niveau {level} klopt niet vanaf waarde {hash}")
        }
        Finding::PartialTile { level, n, width } => {
            format!("het deel van {width} waarden van tegel {n} van niveau {level} is niet het begin ervan")
        }
        Finding::PartialBundle { n, width } => {
            format!("het deel van {width} regels van bundel {n} is niet het begin ervan")
        }
        Finding::Stray { name, most: None, .. } => {
            format!("het bestand `{}` hoort niet bij dit log en is niet gecontroleerd", name.escape_debug())
        }
        Finding::Stray { name, bytes, most: Some(most) } => format!(
            "het bestand `{}` is {bytes} bytes lang, waarvan er ten hoogste {most} bij dit log horen",
            name.escape_debug()
        ),
        Finding::OtherKey => {
            "de publieke sleutel naast het log is niet die waarmee is gecontroleerd".to_owned()
        }
        Finding::NoTile { level, n } => format!("tegel {n} van niveau {level} ontbreekt"),
        Finding::NoBundle { n } => format!("bundel {n} met regels ontbreekt"),
        Finding::Bundle { n } => format!("bundel {n} houdt midden in een regel op"),
        Finding::Leaf { index } => format!("regel {index} heeft niet de vorm van een regel"),
        Finding::TimeWentBack { index, time, before } => {
            format!("regel {index} heeft het tijdstip {time}, en dat ligt voor {before} van de regel ervoor")
        }
        Finding::Rewritten { size } => {
            format!("de eerste {size} regels zijn niet die van een bewaard checkpoint: er is iets veranderd")
        }
        Finding::Shrunk { was, is } => {
            format!("een bewaard checkpoint telt {was} regels, hier staan er {is}")
        }
        Finding::Body { index, part, fault } => {
            format!("het deel `{part}` van regel {index}: {}", fault_in_dutch(fault))
        }
        Finding::Commitments { index } => {
            format!("de waarden van de delen van regel {index} zijn niet die waarvoor het log instaat")
        }
        Finding::NoBody { index, part } => {
            format!("het deel `{part}` van regel {index} is weg, en geen regel zegt dat het is gewist")
        }
        Finding::Reader { index, party, fault } => {
            format!("waarmee {} regel {index} vindt: {}", party.escape_debug(), fault_in_dutch(fault))
        }
        Finding::Number { index, party, expected, found } => format!(
            "regel {index} is volgens het log nummer {found} van {}, en nummer {expected} is aan de beurt",
            party.escape_debug()
        ),
        Finding::Row { row, entry: Some(entry), fault } => {
            format!(
                "het gegeven `{}`, laatst in regel {entry}: {}",
                row.escape_debug(),
                fault_in_dutch(fault)
            )
        }
        Finding::Row { row, entry: None, fault } => {
            format!("het gegeven `{}`: {}", row.escape_debug(), fault_in_dutch(fault))
        }
        Finding::KeptCheckpoint { size } => {
            format!(
                "het checkpoint dat bij {size} regels is gegeven, is anders bewaard dan het log toen stond"
            )
        }
        Finding::Proof { name, fault, .. } => {
            format!("het bewijs `{}`: {}", name.escape_debug(), fault_in_dutch(fault))
        }
    }
}

fn departure(difference: Difference) -> String {
    match difference {
        Difference::Changed { index } => format!("{index} is veranderd"),
        Difference::Removed { index } => format!("{index} is verwijderd"),
        Difference::Added { index } => format!("{index} is toegevoegd"),
        Difference::Moved { index, to } => format!("{index} is verplaatst naar {to}"),
    }
}

/// Why a note, a proof or a body does not hold. What names a place in a file stays as it is told.
fn fault_in_dutch(fault: &str) -> Cow<'_, str> {
    let known = FAULTS.iter().find(|(english, _)| *english == fault);
    if let Some((_, dutch)) = known {
        return Cow::Borrowed(dutch);
    }
    let entry = fault.strip_prefix("it is of entry ").and_then(|rest| rest.split_once(','));
    match entry {
        Some((index, _)) => Cow::Owned(format!("het is van regel {index}, en zo heet het niet")),
        None => Cow::Borrowed(fault),
    }
}

const FAULTS: [(&str, &str); 22] = [
    ("the row says other than the entry", "er staat iets anders dan in de regel zelf"),
    ("it cannot find the entry", "de regel is niet te vinden voor wie erin staat"),
    (
        "not a signed note: text, an empty line and signature lines are expected",
        "het is geen getekende tekst: een tekst, een lege regel en handtekeningen",
    ),
    (
        "the checkpoint bears no signature by the log's key",
        "de sleutel van het log heeft het checkpoint niet getekend: het is van een ander log, of de sleutel is een andere",
    ),
    (
        "the log's signature on the checkpoint is wrong: the text or the signature was changed",
        "de handtekening van het log op het checkpoint klopt niet: de tekst of de handtekening is veranderd",
    ),
    (
        "not a checkpoint: a line with the origin, one with the size, one with the root in base64",
        "het is geen checkpoint: een regel met de naam van het log, een met het aantal, een met de controlewaarde",
    ),
    ("the checkpoint is of another log than the key", "het checkpoint is van een ander log dan de sleutel"),
    (
        "the checkpoint belongs to another log than the key",
        "het checkpoint is van een ander log dan de sleutel",
    ),
    ("it carries extra data, which nothing proves", "er staat meer in, en daar is geen bewijs voor"),
    ("the log has no such entry", "deze regel heeft het log niet"),
    ("it proves an entry of another state of the log", "het is een bewijs bij een andere stand van het log"),
    ("the proof does not lead to the root", "het bewijs leidt niet naar de controlewaarde van het log"),
    (
        "the tree is not large enough, or too large to compute with",
        "het log heeft daarvoor te weinig regels, of te veel om mee te rekenen",
    ),
    (
        "the stored body is not the one that the log committed to",
        "de bewaarde inhoud is niet die waarvoor het log instaat",
    ),
    ("it is not of version 2 of the format", "het heeft niet versie 2 van de vorm"),
    ("it was changed or made past the gateway", "het is buiten de gateway om gemaakt, dan wel gewijzigd"),
    ("it was put back to an older state", "het is teruggezet naar een eerdere stand"),
    ("it was deleted, and is there again", "het is verwijderd, en staat er toch weer"),
    ("no entry wrote it", "geen regel van het log heeft het vastgelegd"),
    ("it is gone, and no entry deleted it", "het is weg, en geen regel van het log heeft het verwijderd"),
    ("there is no leaf that commits to it", "geen regel van het log staat hiervoor in"),
    ("the log key cannot be used", "de sleutel van het log is niet te gebruiken"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        accesslog::entry::PartName,
        domain::digest::Digest,
        merkle::{
            note::{LogKey, LogVerifier},
            proof::ProofError,
        },
    };

    #[test]
    fn no_finding_is_told_in_english_to_who_reads_dutch() {
        let difference = Difference::Moved { index: 1, to: 2 };
        let digest = Digest([1; 32]);
        let fault = "the log has no such entry".to_owned();
        let name = "x".to_owned();
        let all = [
            Finding::NoCheckpoint,
            Finding::Commitments { index: 1 },
            Finding::NoBody { index: 1, part: PartName::Shared },
            Finding::Reader { index: 1, party: name.clone(), fault: "it cannot find the entry" },
            Finding::Reader { index: 1, party: name.clone(), fault: "the row says other than the entry" },
            Finding::Number { index: 1, party: name.clone(), expected: 1, found: 2 },
            Finding::KeptCheckpoint { size: 1 },
            Finding::Row {
                row: name.clone(),
                entry: Some(1),
                fault: "it was changed or made past the gateway",
            },
            Finding::Row { row: name.clone(), entry: Some(1), fault: "it was put back to an older state" },
            Finding::Row { row: name.clone(), entry: Some(1), fault: "it was deleted, and is there again" },
            Finding::Row { row: name.clone(), entry: None, fault: "no entry wrote it" },
            Finding::Row { row: name.clone(), entry: None, fault: "it is gone, and no entry deleted it" },
            Finding::Checkpoint { fault: fault.clone() },
            Finding::OlderCheckpoint { fault: fault.clone() },
            Finding::Size { stated: 1, found: 2 },
            Finding::Root { stated: digest, computed: digest },
            Finding::Entry { difference },
            Finding::LeafHash { difference },
            Finding::TileHash { difference },
            Finding::Tile { level: 1, n: 2, hash: 3 },
            Finding::PartialTile { level: 1, n: 2, width: 3 },
            Finding::PartialBundle { n: 2, width: 3 },
            Finding::Stray { name: name.clone(), bytes: 1, most: None },
            Finding::Stray { name: name.clone(), bytes: 1, most: Some(1) },
            Finding::OtherKey,
            Finding::NoTile { level: 1, n: 2 },
            Finding::NoBundle { n: 2 },
            Finding::Bundle { n: 2 },
            Finding::Leaf { index: 1 },
            Finding::TimeWentBack { index: 1, time: 2, before: 3 },
            Finding::Rewritten { size: 1 },
            Finding::Shrunk { was: 2, is: 1 },
            Finding::Body { index: 1, part: PartName::Shared, fault },
            Finding::Proof {
                name,
                index: None,
                fault: "it is of entry 4, which its name does not say".to_owned(),
            },
        ];
        for finding in all {
            let (nl, en) = (told(&finding, Language::Nl), told(&finding, Language::En));
            let english = [" the ", " is not ", " of ", " was ", " are "]
                .iter()
                .find(|word| format!(" {nl} ").contains(**word));
            assert!(english.is_none() && nl != en, "{nl}");
        }
    }

    /// The texts are those that the library gives: one that changes there has no Dutch here any more.
    #[test]
    fn what_a_checkpoint_lacks_is_told_in_dutch() {
        let key = |origin: &str, seed: u8| LogKey::from_seed(origin.parse().unwrap(), &[seed; 32]).unwrap();
        let (one, other) = (key("log.example/1", 1), key("log.example/1", 2));
        let checkpoint = crate::merkle::checkpoint::Checkpoint {
            origin: one.origin().clone(),
            size: 1,
            root: Digest([0; 32]),
        };
        let note = one.sign(&checkpoint).unwrap();
        let fault = |vkey: &str, note: &str| {
            LogVerifier::from_vkey(vkey).unwrap().open(note).unwrap_err().to_string()
        };
        for english in [
            fault(&other.vkey(), &note),
            fault(&one.vkey(), &note.replace("\n1\n", "\n2\n")),
            fault(&one.vkey(), "x"),
            ProofError::Wrong.to_string(),
        ] {
            assert_ne!(fault_in_dutch(&english), english, "{english}");
        }
    }
}
