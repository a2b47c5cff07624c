//! The columns of a push's header, and the short names that a template gives them. What is asserted of the person has a column
//! for each fact that the gateway names; the others are the same everywhere.

use super::{
    fact::Fact,
    form::Form,
    leaf::{Leaf, Need, Step},
};

/// The column before those of the facts.
const BEFORE_FACTS: &str = "person.verblijf";

/// Path, form, required, explanation. The form is `text`, `date`, `moment`, `flag`, `municipality` or the words of a choice.
const HEADER: [(&str, &str, bool, &str); 16] = [
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
    (
        "request",
        "text",
        false,
        "kenmerk van het verzoek of de vraag waarop het berust, zoals het verzoek om voortzetting waarop de gemeente ja zei; `sluis client asked` laat het zien",
    ),
    (
        "replyTo",
        "text",
        false,
        "kenmerk van de vraag waarop dit het antwoord is; `sluis client inbox` laat het zien",
    ),
    ("outcome", "text", false, "wat het antwoord is: een code die de gegevensset van de vraag noemt"),
    ("expires", "moment", false, "tot wanneer het op te halen is, zoals 5-12-2026 of 5-12-2026 12:00"),
];

/// A leaf for each of them, and for each fact.
pub(super) fn leaves(facts: &[Fact]) -> Vec<Leaf> {
    let own = HEADER.iter().flat_map(|one| {
        let facts = if one.0 == BEFORE_FACTS { facts } else { &[] };
        std::iter::once(leaf(one)).chain(facts.iter().map(Fact::leaf))
    });
    own.collect()
}

fn leaf(&(path, form, required, explanation): &(&str, &str, bool, &str)) -> Leaf {
    let form = match form {
        "text" => Form::Text,
        "date" => Form::Date,
        "moment" => Form::Moment,
        "flag" => Form::Flag,
        "municipality" => Form::Municipality,
        words => Form::Choice(words.split(' ').map(str::to_owned).collect()),
    };
    Leaf {
        steps: Step::all_of(path),
        form,
        need: if required { Need::Always } else { Need::Never },
        in_required: true,
        explanation: explanation.to_owned(),
        same_as: None,
    }
}

/// The short name of each path of the header that has no other name than its own, without `person.`.
const SHORT: [(&str, &str); 15] = [
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
    ("replyTo", "antwoordOp"),
    ("outcome", "antwoord"),
    ("expires", "vervaltOp"),
];

/// The day of birth in the header, and the content that says the same: no schema marks it, since every gateway compares them.
pub(super) const BIRTH: (&str, &str) = ("person.birthDate", "persoon.geboortedatum");

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

/// The path of the header that a short name stands for, where these are the paths of the facts.
pub(super) fn path_of(short: &str, facts: &[String]) -> Option<String> {
    let short = &*short.to_ascii_lowercase();
    let known = |path: &str| paths(facts).find(|known| known.eq_ignore_ascii_case(path));
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
pub(super) fn path_of_field(name: &str, facts: &[String]) -> Option<String> {
    let last = |path: &&str| path.trim_end_matches(".*").rsplit('.').next() == Some(name);
    paths(facts).find(last).map(str::to_owned)
}

fn paths(facts: &[String]) -> impl Iterator<Item = &str> {
    HEADER.iter().map(|(path, ..)| *path).chain(facts.iter().map(String::as_str))
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
