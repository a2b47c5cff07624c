//! The columns of a push's header, and the short names that a template gives them. What is asserted of the person has a column
//! for each fact that the gateway names; the others are the same everywhere.

use super::{
    fact::Fact,
    form::Form,
    leaf::{Leaf, Need, Step, Words},
};

/// The column before those of the facts.
const BEFORE_FACTS: &str = "person.verblijf";

/// Path, form, required, explanation in Dutch and in English. The form is `text`, `date`, `moment`, `flag`, `municipality` or the words of a choice.
const HEADER: [(&str, &str, bool, &str, &str); 16] = [
    ("dataset", "text", true, "code van de dataset", "code of the dataset"),
    ("purpose", "text", true, "code van het doel", "code of the purpose"),
    (
        "basis",
        "text",
        false,
        "grondslag, als er meer dan een kan gelden",
        "basis, where more than one may hold",
    ),
    (
        "recipients.*.municipality",
        "municipality",
        false,
        "gemeente van de ontvanger, CBS-code van vier cijfers",
        "municipality of the recipient, CBS code of four digits",
    ),
    (
        "recipients.*.role",
        "text",
        false,
        "rol van de ontvanger, zoals werk-en-inkomen",
        "role of the recipient, such as werk-en-inkomen",
    ),
    (
        "recipients.*.oin",
        "text",
        false,
        "OIN van de ontvanger, in plaats van de gemeente",
        "OIN of the recipient, instead of the municipality",
    ),
    (
        "recipients.*.desk",
        "text",
        false,
        "loket van de regio, in plaats van gemeente en rol",
        "desk of the region, instead of municipality and role",
    ),
    (
        "copyForPerson",
        "flag",
        false,
        "ook een kopie voor de jongere; leeg is ja waar de wet dat voorschrijft",
        "a copy for the young person too; empty is yes where the law orders it",
    ),
    ("person.reference.kind", "own pgn", true, "soort nummer", "kind of number"),
    (
        "person.reference.value",
        "text",
        true,
        "eigen leerlingnummer of PGN; opmaak van de kolom: tekst",
        "your own pupil number or PGN; format the column as text",
    ),
    ("person.birthDate", "date", true, "geboortedatum", "date of birth"),
    (
        "person.verblijf",
        "municipality",
        true,
        "woongemeente, CBS-code van vier cijfers",
        "municipality of residence, CBS code of four digits",
    ),
    (
        "request",
        "text",
        false,
        "kenmerk van het verzoek of de vraag waarop het berust, zoals het verzoek om voortzetting waarop de gemeente ja zei; `sluis client asked` laat het zien",
        "identifier of the request or question that it rests on, such as the request to continue to which the municipality said yes; `sluis client asked` shows it",
    ),
    (
        "replyTo",
        "text",
        false,
        "kenmerk van de vraag waarop dit het antwoord is; `sluis client inbox` laat het zien",
        "identifier of the question that this answers; `sluis client inbox` shows it",
    ),
    (
        "outcome",
        "text",
        false,
        "wat het antwoord is: een code die de gegevensset van de vraag noemt",
        "what the answer is: a code that the dataset of the question lists",
    ),
    (
        "expires",
        "moment",
        false,
        "tot wanneer het op te halen is, zoals 5-12-2026 of 5-12-2026 12:00",
        "until when it may be collected, such as 5-12-2026 or 5-12-2026 12:00",
    ),
];

/// A leaf for each of them, and for each fact.
pub(super) fn leaves(facts: &[Fact]) -> Vec<Leaf> {
    let own = HEADER.iter().flat_map(|one| {
        let facts = if one.0 == BEFORE_FACTS { facts } else { &[] };
        std::iter::once(leaf(one)).chain(facts.iter().map(Fact::leaf))
    });
    own.collect()
}

fn leaf(&(path, form, required, nl, en): &(&str, &str, bool, &str, &str)) -> Leaf {
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
        explanation: Words { nl: nl.to_owned(), en: en.to_owned() },
        same_as: None,
        is_asked: false,
        one_of: Vec::new(),
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
