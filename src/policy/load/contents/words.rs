//! What is said of a value that does not fit its schema. What was sent is never repeated; what is expected comes from the
//! schema.

use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value;

use crate::{domain::problem::Bilingual, policy::load::schema::form};

/// The code of a fault and its text. `node` is the schema of the value.
#[expect(clippy::wildcard_enum_match_arm, reason = "the enum is another crate's, and may grow")]
pub(super) fn words(kind: &Kind, node: &Value) -> (&'static str, Bilingual) {
    let limit = |word: &str| node.get(word).map(ToString::to_string).unwrap_or_default();
    match kind {
        Kind::AdditionalProperties { .. } | Kind::UnevaluatedProperties { .. } | Kind::FalseSchema => said(
            "unknown-field",
            "Hier staat een veld dat de gegevensset niet kent. Het schema noemt alle velden.",
            "There is a field here that the dataset does not know. The schema names all fields.",
        ),
        Kind::Required { .. } | Kind::MinProperties { .. } => {
            said("missing-field", "Dit veld ontbreekt.", "This field is missing.")
        }
        Kind::AnyOf { .. } => one_of(node),
        Kind::Type { .. } => wrong_type(node),
        Kind::Format { .. } | Kind::Pattern { .. } => wrong_form(node),
        Kind::MaxLength { .. } | Kind::MinLength { .. } if form(node).is_some() => wrong_form(node),
        Kind::Constant { .. } | Kind::Enum { .. } => not_a_choice(node),
        Kind::MaxLength { .. } => {
            let most = limit("maxLength");
            let nl = format!("Deze tekst is te lang: ten hoogste {most} tekens.");
            told("too-long", nl, format!("This text is too long: at most {most} characters."))
        }
        Kind::MinLength { .. } => said("too-short", "Deze tekst is te kort.", "This text is too short."),
        Kind::MaxItems { .. } | Kind::AdditionalItems { .. } | Kind::MaxProperties { .. } => {
            let most = limit("maxItems");
            let nl = format!("Dit zijn er te veel: ten hoogste {most}.");
            told("too-many", nl, format!("These are too many: at most {most}."))
        }
        Kind::MinItems { .. } | Kind::Contains => {
            said("too-few", "Dit zijn er te weinig.", "These are too few.")
        }
        Kind::Maximum { .. } | Kind::ExclusiveMaximum { .. } => {
            let most = limit("maximum");
            let nl = format!("Dit getal is te groot: ten hoogste {most}.");
            told("too-large", nl, format!("This number is too large: at most {most}."))
        }
        Kind::Minimum { .. } | Kind::ExclusiveMinimum { .. } => {
            let least = limit("minimum");
            let nl = format!("Dit getal is te klein: ten minste {least}.");
            told("too-small", nl, format!("This number is too small: at least {least}."))
        }
        Kind::UniqueItems => said("not-unique", "Iets staat hier twee keer.", "Something stands here twice."),
        _ => said("invalid", "Dit klopt niet met het schema.", "This does not fit the schema."),
    }
}

/// A text of another form than the schema asks: the form is named.
pub(super) fn wrong_form(node: &Value) -> (&'static str, Bilingual) {
    match form(node) {
        Some((nl, en)) => {
            let (belongs, are) = if is_plural(nl) { ("horen", "are") } else { ("hoort", "is") };
            told("wrong-form", format!("Hier {belongs} {nl}."), format!("What belongs here {are} {en}."))
        }
        None => said(
            "wrong-form",
            "Dit veld heeft niet de goede vorm.",
            "This field does not have the right form.",
        ),
    }
}

/// Whether a form is told as a number of things: `vier cijfers`.
fn is_plural(nl: &str) -> bool {
    let first = nl.split(' ').next().unwrap_or_default();
    matches!(first, "twee" | "drie" | "vier" | "vijf" | "zes" | "zeven" | "acht" | "negen" | "tien")
}

fn wrong_type(node: &Value) -> (&'static str, Bilingual) {
    let (nl, en) = match node.get("type").and_then(Value::as_str) {
        Some("string") => ("een tekst, tussen aanhalingstekens", "a text, in quotation marks"),
        Some("integer") => ("een geheel getal", "a whole number"),
        Some("number") => ("een getal", "a number"),
        Some("boolean") => ("ja of nee (true of false)", "yes or no (true or false)"),
        Some("array") => ("een lijst", "an array"),
        Some("object") => ("een object", "an object"),
        _ => ("een ander soort waarde", "another type of value"),
    };
    told("wrong-type", format!("Hier hoort {nl}."), format!("What belongs here is {en}."))
}

fn not_a_choice(node: &Value) -> (&'static str, Bilingual) {
    let words = node.get("enum").and_then(Value::as_array).map(Vec::as_slice);
    let words = words.or_else(|| node.get("const").map(std::slice::from_ref)).unwrap_or_default();
    let list = listed(words.iter().map(|word| word.as_str().map_or_else(|| word.to_string(), str::to_owned)));
    told(
        "not-a-choice",
        format!("Deze waarde is geen van de keuzes: {list}."),
        format!("This value is none of the choices: {list}."),
    )
}

/// Which members an object must have at least one of.
pub(super) fn choices(node: &Value) -> impl Iterator<Item = &str> {
    let branches = node.get("anyOf").and_then(Value::as_array).into_iter().flatten();
    branches.filter_map(|branch| branch.get("required")?.get(0)?.as_str())
}

fn one_of(node: &Value) -> (&'static str, Bilingual) {
    let list = listed(choices(node).map(str::to_owned));
    told(
        "missing-field",
        format!("Vul ten minste een van deze velden in: {list}."),
        format!("Fill in at least one of these fields: {list}."),
    )
}

fn listed(words: impl Iterator<Item = String>) -> String {
    words.collect::<Vec<_>>().join(", ")
}

fn said(code: &'static str, nl: &'static str, en: &'static str) -> (&'static str, Bilingual) {
    (code, Bilingual::new(nl, en))
}

fn told(code: &'static str, nl: String, en: String) -> (&'static str, Bilingual) {
    (code, Bilingual { nl: nl.into(), en: en.into() })
}
