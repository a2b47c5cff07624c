//! The columns of a push's header, which are the same for every dataset.

use super::{Form, Leaf, MOST_ITEMS, Step};

/// Path, form, required, explanation. The form is `text`, `date`, `flag` or the words of a choice.
const HEADER: [(&str, &str, bool, &str); 26] = [
    ("dataset", "text", true, "code van de dataset"),
    ("purpose", "text", true, "code van het doel"),
    ("basis", "text", false, "grondslag, als er meer dan een kan gelden"),
    ("recipients.*.municipality", "text", false, "gemeente van de ontvanger, CBS-code van vier cijfers"),
    ("recipients.*.role", "text", false, "rol van de ontvanger, zoals werk-en-inkomen"),
    ("recipients.*.oin", "text", false, "OIN van de ontvanger, in plaats van de gemeente"),
    ("recipients.*.desk", "text", false, "loket van de regio, in plaats van gemeente en rol"),
    (
        "copyForPerson",
        "flag",
        false,
        "ook een kopie voor de jongere; leeg is ja waar de wet dat voorschrijft",
    ),
    ("person.reference.kind", "own pgn", true, "soort nummer"),
    ("person.reference.value", "text", true, "eigen leerlingnummer of PGN; opmaak van de kolom: tekst"),
    ("person.birthDate", "date", true, "geboortedatum"),
    ("person.verblijf", "text", true, "woongemeente, CBS-code van vier cijfers"),
    ("person.handelingsbekwaam", "flag", false, "handelingsbekwaam; leeg is ja, zonder curatele"),
    (
        "person.maatregel.*",
        "curatele mentorschap bewind",
        false,
        "maatregel die de jongere beschermt; leeg is geen",
    ),
    ("person.onbevoegdVoorDeze", "flag", false, "onbevoegd voor deze zaak; leeg is nee"),
    ("person.profiel", "arbeid onderwijs dagbesteding", false, "uitstroomprofiel"),
    ("person.ingeschreven", "flag", true, "nog ingeschreven"),
    ("person.verlatenOp", "date", false, "datum van vertrek"),
    ("person.verwijderdOp", "date", false, "datum van het besluit tot verwijdering; leeg is niet verwijderd"),
    ("person.gediplomeerd", "flag", false, "heeft het diploma; leeg is nee"),
    ("person.gediplomeerdOp", "date", false, "datum van het diploma"),
    (
        "person.leerplichtig",
        "flag",
        false,
        "nog leer- of kwalificatieplichtig; leeg is onbekend en telt onder 18 als ja",
    ),
    ("person.startkwalificatie", "flag", false, "heeft een startkwalificatie; leeg is nee"),
    (
        "person.reden.*",
        "gerechtvaardigd-belang bijzondere-omstandigheden",
        false,
        "waarom een termijn of de 27 jaar voorbij mag zijn",
    ),
    ("request", "text", false, "id van het verzoek waarop dit rust"),
    ("expires", "text", false, "vervalt op, zoals 2026-12-01T00:00:00Z"),
];

/// A leaf for each of them.
pub(super) fn leaves() -> Vec<Leaf> {
    HEADER.iter().map(leaf).collect()
}

fn leaf(&(path, form, required, explanation): &(&str, &str, bool, &str)) -> Leaf {
    let step = |part: &str| if part == "*" { Step::Item(MOST_ITEMS) } else { Step::Member(part.to_owned()) };
    let form = match form {
        "text" => Form::Text,
        "date" => Form::Date,
        "flag" => Form::Flag,
        words => Form::Choice(words.split(' ').map(str::to_owned).collect()),
    };
    Leaf { steps: path.split('.').map(step).collect(), form, required, explanation: explanation.to_owned() }
}
