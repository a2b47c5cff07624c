//! The columns of a push's header, which are the same for every dataset, and the short names that a template gives them.

use super::{Form, Leaf, MOST_ITEMS, Step};

/// Path, form, required, explanation. The form is `text`, `date`, `moment`, `flag`, `municipality` or the words of a choice.
const HEADER: [(&str, &str, bool, &str); 28] = [
    ("dataset", "text", true, "code van de dataset"),
    ("purpose", "text", true, "code van het doel"),
    ("basis", "text", false, "grondslag, als er meer dan een kan gelden"),
    (
        "recipients.*.municipality",
        "municipality",
        false,
        "gemeente van de ontvanger, CBS-code van vier cijfers",
    ),
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
    ("person.verblijf", "municipality", true, "woongemeente, CBS-code van vier cijfers"),
    ("person.handelingsbekwaam", "flag", false, "handelingsbekwaam; leeg is ja, zonder curatele"),
    (
        "person.maatregel.*",
        "curatele mentorschap bewind",
        false,
        "maatregel die de jongere beschermt; leeg is geen",
    ),
    (
        "person.onbevoegdVoorDeze",
        "flag",
        false,
        "onbevoegd voor deze zaak; leeg is bij mentorschap ja, anders nee",
    ),
    ("person.profiel", "arbeid onderwijs dagbesteding", false, "uitstroomprofiel"),
    ("person.ingeschreven", "flag", true, "nog ingeschreven"),
    ("person.verlatenOp", "date", false, "datum van vertrek"),
    ("person.verwijderdOp", "date", false, "datum van het besluit tot verwijdering; leeg is niet verwijderd"),
    (
        "person.contactgemeenteGevraagdOp",
        "date",
        false,
        "datum waarop de woongemeente vroeg de verwijdering aan de contactgemeente te melden (VSO); leeg is niet gevraagd",
    ),
    ("person.gediplomeerd", "flag", false, "heeft het diploma; leeg is nee"),
    ("person.gediplomeerdOp", "date", false, "datum van het diploma"),
    (
        "person.leerplichtig",
        "flag",
        false,
        "nog leer- of kwalificatieplichtig; leeg is onbekend en telt onder 18 als ja",
    ),
    (
        "person.twaalfSchooljaren",
        "flag",
        false,
        "twaalf volledige schooljaren op school geweest; leeg is nee",
    ),
    ("person.startkwalificatie", "flag", false, "heeft een startkwalificatie; leeg is nee"),
    (
        "person.reden.*",
        "gerechtvaardigd-belang bijzondere-omstandigheden",
        false,
        "waarom een termijn of de 27 jaar voorbij mag zijn",
    ),
    (
        "request",
        "text",
        false,
        "kenmerk van het verzoek om voortzetting waarop de gemeente ja zei; `sluis client asked` laat het zien",
    ),
    ("expires", "moment", false, "tot wanneer het op te halen is, zoals 5-12-2026 of 5-12-2026 12:00"),
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
        "moment" => Form::Moment,
        "flag" => Form::Flag,
        "municipality" => Form::Municipality,
        words => Form::Choice(words.split(' ').map(str::to_owned).collect()),
    };
    Leaf {
        steps: path.split('.').map(step).collect(),
        form,
        required,
        in_required: true,
        explanation: explanation.to_owned(),
    }
}

/// The short name of each path of the header that has no other name than its own, without `person.`.
const SHORT: [(&str, &str); 13] = [
    ("purpose", "doel"),
    ("basis", "grondslag"),
    ("recipients.*.municipality", "ontvanger.*.gemeente"),
    ("recipients.*.role", "ontvanger.*.rol"),
    ("recipients.*.oin", "ontvanger.*.oin"),
    ("recipients.*.desk", "ontvanger.*.loket"),
    ("copyForPerson", "kopie"),
    ("person.reference.kind", "leerlingnummer.soort"),
    ("person.reference.value", "leerlingnummer"),
    ("person.birthDate", "geboortedatum"),
    ("person.verblijf", "woongemeente"),
    ("request", "verzoek"),
    ("expires", "vervaltOp"),
];

/// The content that says the same as a fact in the header: whoever fills one of them has filled both.
const SAME: [(&str, &str); 5] = [
    ("person.birthDate", "persoon.geboortedatum"),
    ("person.profiel", "profiel.profiel"),
    ("person.profiel", "traject.profiel"),
    ("person.verlatenOp", "traject.uitstroomdatum"),
    ("person.verwijderdOp", "verwijdering.datum"),
];

/// The short name of a path of the header, with the number of an item in place of the star; the first has none.
pub(super) fn short_of(path: &str) -> String {
    let (starred, number) = starred(path);
    let short = SHORT.iter().find(|(full, _)| *full == starred).map(|(_, short)| *short);
    let short = short.unwrap_or_else(|| starred.strip_prefix("person.").unwrap_or(&starred));
    match number {
        Some(1) => short.replace(".*", ""),
        Some(number) => short.replace('*', &number.to_string()),
        None => short.to_owned(),
    }
}

/// The path of the header that a short name stands for.
pub(super) fn path_of(short: &str) -> Option<String> {
    let short = &*short.to_ascii_lowercase();
    let known =
        |path: &str| HEADER.iter().map(|(known, ..)| *known).find(|known| known.eq_ignore_ascii_case(path));
    let (starred, number) = starred(short);
    let with_star = short
        .strip_prefix("ontvanger.")
        .filter(|_| number.is_none())
        .map(|rest| format!("ontvanger.*.{rest}"));
    let wanted = with_star.as_deref().unwrap_or(&starred);
    if let Some((path, _)) = SHORT.iter().find(|(_, short)| short.eq_ignore_ascii_case(wanted)) {
        return Some(path.replace('*', &number.unwrap_or(1).to_string()));
    }
    // A path that has a short name is not its own short name.
    let own = [wanted.to_owned(), format!("person.{wanted}"), format!("person.{wanted}.*")];
    let path =
        own.iter().filter_map(|path| known(path)).find(|path| !SHORT.iter().any(|(full, _)| full == path))?;
    Some(path.replace('*', &number.unwrap_or(1).to_string()))
}

/// The path of the header whose last member has this name.
pub(super) fn path_of_field(name: &str) -> Option<&'static str> {
    let last = |path: &&str| path.trim_end_matches(".*").rsplit('.').next() == Some(name);
    HEADER.iter().map(|(path, ..)| *path).find(last)
}

/// The content that says the same as this path of the header.
pub(super) fn same_as(path: &str) -> impl Iterator<Item = &'static str> {
    SAME.iter().filter(move |(header, _)| *header == path).map(|(_, content)| *content)
}

/// The path of the header that says the same as this content.
pub(super) fn said_by(content: &str) -> Option<&'static str> {
    SAME.iter().find(|(_, same)| *same == content).map(|(header, _)| *header)
}

/// A path or short name with a star for the number in it, and that number.
fn starred(name: &str) -> (String, Option<usize>) {
    let mut number = None;
    let parts: Vec<&str> = name
        .split('.')
        .map(|part| match part.parse() {
            Ok(found) => {
                number = Some(found);
                "*"
            }
            Err(_) => part,
        })
        .collect();
    (parts.join("."), number)
}
