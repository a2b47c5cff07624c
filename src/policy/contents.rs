//! The content of a packet, parsed strictly and checked against its dataset's schema. All faults at once, and none of
//! them repeats what was sent.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, mem,
};

use jsonschema::{ValidationError, error::ValidationErrorKind as Kind};
use serde_json::Value;
use zeroize::Zeroize;

use super::{dataset::Dataset, schema::Shape, strict};
use crate::domain::{
    age::BirthDate,
    code::{Category, DatasetCode},
    pgn::{Pgn, hides_a_bsn},
    plaintext::Plaintext,
    problem::Fault,
};

/// Where the content stands in a request.
const ROOT: &str = "/content";
/// More faults than a person would read.
const MAX_FAULTS: usize = 200;

/// Content that is right for its dataset. Wiped when dropped; it cannot be cloned, serialised or printed.
///
/// ```compile_fail
/// # use sluis::policy::contents::Contents;
/// fn keep(contents: Contents) -> (Contents, Contents) { (contents.clone(), contents) }
/// ```
/// The twin that differs by that line:
/// ```
/// # use sluis::policy::contents::Contents;
/// fn pass(contents: Contents) -> (Contents, ()) { (contents, ()) }
/// ```
pub struct Contents {
    dataset: DatasetCode,
    /// The top-level members.
    members: BTreeMap<String, Value>,
    categories: BTreeSet<Category>,
}

impl Contents {
    /// The dataset that the content is right for.
    #[must_use]
    pub const fn dataset(&self) -> &DatasetCode {
        &self.dataset
    }

    /// The categories that it holds.
    #[must_use]
    pub const fn categories(&self) -> &BTreeSet<Category> {
        &self.categories
    }

    /// A text in the content, by a JSON pointer: for the keyed digest that makes a person findable in an inbox.
    #[must_use]
    pub fn text(&self, pointer: &str) -> Option<&str> {
        let (member, rest) = pointer.strip_prefix('/')?.split_once('/').unwrap_or((pointer.get(1..)?, ""));
        let value = self.members.get(member)?;
        if rest.is_empty() { value.as_str() } else { value.pointer(&format!("/{rest}"))?.as_str() }
    }

    pub(super) fn members(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.members.iter().map(|(name, value)| (name.as_str(), value))
    }
}

impl Drop for Contents {
    fn drop(&mut self) {
        for value in mem::take(&mut self.members).into_values() {
            wipe(value);
        }
    }
}

impl fmt::Debug for Contents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contents")
            .field("dataset", &self.dataset)
            .field("categories", &self.categories)
            .finish_non_exhaustive()
    }
}

fn wipe(value: Value) {
    match value {
        Value::String(mut text) => text.zeroize(),
        Value::Array(items) => items.into_iter().for_each(wipe),
        Value::Object(members) => members.into_iter().for_each(|(mut name, value)| {
            name.zeroize();
            wipe(value);
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

impl Dataset {
    /// Parses and checks the content of a packet.
    ///
    /// # Errors
    /// All faults at once, at most 200. Pointers start with `/content` and hold only names that the schema knows and
    /// array indexes.
    pub fn validate(&self, content: &Plaintext) -> Result<Contents, Vec<Fault>> {
        let value = strict::read(content.expose()).map_err(|mut fault| {
            ROOT.clone_into(&mut fault.pointer);
            vec![*fault]
        })?;
        let faults = self.faults_of(&value);
        if faults.is_empty()
            && let Value::Object(members) = value
        {
            let members: BTreeMap<String, Value> = members.into_iter().collect();
            let categories = members.keys().filter_map(|name| self.category_of(name)).cloned().collect();
            Ok(Contents { dataset: self.code.clone(), members, categories })
        } else {
            wipe(value);
            Err(faults)
        }
    }

    pub(super) fn faults_of(&self, value: &Value) -> Vec<Fault> {
        let mut faults: Vec<Fault> = self
            .shape
            .validator
            .iter_errors(value)
            .take(MAX_FAULTS)
            .map(|error| fault(&self.shape, &error))
            .collect();
        self.shape.texts(&self.shape.schema, value, &mut ROOT.to_owned(), &mut |at, text, is_pgn| {
            if !is_pgn && hides_a_bsn(text) {
                faults.push(hidden_bsn(at));
            }
        });
        self.birth_date(value, &mut faults);
        if !value.is_object() && faults.is_empty() {
            faults.push(Fault::at(
                ROOT,
                "wrong-type",
                "De inhoud moet een object zijn.",
                "The content must be an object.",
            ));
        }
        faults.truncate(MAX_FAULTS);
        faults
    }

    /// Where the content holds another persoonsgebonden nummer than this one: pointers that start with `/content`.
    #[must_use]
    pub fn other_numbers(&self, contents: &Contents, pgn: &Pgn) -> Vec<String> {
        let mut others = Vec::new();
        let schema = self.shape.resolve(&self.shape.schema);
        for member in contents.members() {
            self.shape.member(schema, member, &mut ROOT.to_owned(), &mut |at, text, is_pgn| {
                if is_pgn && text.parse().ok().as_ref() != Some(pgn) {
                    others.push(at.to_owned());
                }
            });
        }
        others
    }

    /// A date of birth may be incomplete, so its schema can only say which digits stand where: the calendar is asked here.
    fn birth_date(&self, value: &Value, faults: &mut Vec<Fault>) {
        let Some(pointer) = self.search.as_ref().and_then(|search| search.birth_date.as_ref()) else {
            return;
        };
        let Some(text) = value.pointer(pointer).and_then(Value::as_str) else { return };
        let place = format!("{ROOT}{pointer}");
        if text.parse::<BirthDate>().is_err() && !faults.iter().any(|fault| fault.pointer == place) {
            faults.push(Fault::at(
                place,
                "wrong-form",
                "Dit veld heeft niet de goede vorm.",
                "This field does not have the right form.",
            ));
        }
    }
}

impl Shape {
    /// Visits every text in a field that the schema knows: where it stands, the text, and whether the schema says that a
    /// PGN stands there (`"x-pgn": true`).
    fn texts(&self, node: &Value, value: &Value, at: &mut String, visit: &mut impl FnMut(&str, &str, bool)) {
        let marked = |node: &Value| node.get("x-pgn") == Some(&Value::Bool(true));
        let resolved = self.resolve(node);
        let length = at.len();
        match value {
            Value::String(text) => visit(at, text, marked(node) || marked(resolved)),
            Value::Array(items) => {
                let below = resolved.get("items").unwrap_or(&Value::Null);
                for (index, item) in items.iter().enumerate() {
                    at.push('/');
                    at.push_str(&index.to_string());
                    self.texts(below, item, at, visit);
                    at.truncate(length);
                }
            }
            Value::Object(members) => {
                for (name, member) in members {
                    self.member(resolved, (name, member), at, visit);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// The texts of one member. An unknown name is a fault of its own, and may not stand in a pointer.
    fn member(
        &self,
        parent: &Value,
        (name, member): (&str, &Value),
        at: &mut String,
        visit: &mut impl FnMut(&str, &str, bool),
    ) {
        let Some(below) = parent.get("properties").and_then(|known| known.get(name)) else { return };
        let length = at.len();
        at.push('/');
        at.push_str(name);
        self.texts(below, member, at, visit);
        at.truncate(length);
    }

    /// Whether the schema has a field at this pointer, which may not go through an array.
    pub(super) fn knows(&self, pointer: &str) -> bool {
        let mut node = &self.schema;
        let Some(path) = pointer.strip_prefix('/') else { return false };
        for name in path.split('/') {
            match self.resolve(node).get("properties").and_then(|known| known.get(name)) {
                Some(below) => node = below,
                None => return false,
            }
        }
        true
    }
}

fn hidden_bsn(at: &str) -> Fault {
    Fault::at(
        at,
        "hides-bsn",
        "Hier lijkt een burgerservicenummer te staan. Dat mag niet mee; haal het weg.",
        "There seems to be a burgerservicenummer here. It may not travel; remove it.",
    )
}

fn fault(shape: &Shape, error: &ValidationError<'_>) -> Fault {
    let mut pointer = pointer(shape, error.instance_path().as_str());
    let (code, nl, en) = words(error.kind());
    if let Kind::Required { property: Value::String(name) } = error.kind()
        && shape.names.contains(name)
    {
        pointer.push('/');
        pointer.push_str(name);
    }
    Fault::at(pointer, code, nl, en)
}

/// The path up to the first step that is neither an index nor a name that the schema knows.
fn pointer(shape: &Shape, path: &str) -> String {
    let mut pointer = ROOT.to_owned();
    for step in path.split('/').skip(1) {
        let index = !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit());
        if !index && !shape.names.contains(step) {
            break;
        }
        pointer.push('/');
        pointer.push_str(step);
    }
    pointer
}

/// The texts per keyword; neither what was sent nor what was expected is repeated, the schema says that.
#[expect(clippy::wildcard_enum_match_arm, reason = "the enum is another crate's, and may grow")]
fn words(kind: &Kind) -> (&'static str, &'static str, &'static str) {
    match kind {
        Kind::AdditionalProperties { .. } | Kind::UnevaluatedProperties { .. } | Kind::FalseSchema => (
            "unknown-field",
            "Hier staat een veld dat de gegevensset niet kent. Het schema noemt alle velden.",
            "There is a field here that the dataset does not know. The schema names all fields.",
        ),
        Kind::Required { .. } | Kind::MinProperties { .. } => {
            ("missing-field", "Dit veld ontbreekt.", "This field is missing.")
        }
        Kind::Type { .. } => {
            ("wrong-type", "Dit veld heeft de verkeerde soort.", "This field is of the wrong type.")
        }
        Kind::Format { .. } | Kind::Pattern { .. } => {
            ("wrong-form", "Dit veld heeft niet de goede vorm.", "This field does not have the right form.")
        }
        Kind::Constant { .. } | Kind::Enum { .. } => {
            ("not-a-choice", "Deze waarde is geen van de keuzes.", "This value is none of the choices.")
        }
        Kind::MaxLength { .. } => ("too-long", "Deze tekst is te lang.", "This text is too long."),
        Kind::MinLength { .. } => ("too-short", "Deze tekst is te kort.", "This text is too short."),
        Kind::MaxItems { .. } | Kind::AdditionalItems { .. } | Kind::MaxProperties { .. } => {
            ("too-many", "Dit zijn er te veel.", "These are too many.")
        }
        Kind::MinItems { .. } | Kind::Contains => ("too-few", "Dit zijn er te weinig.", "These are too few."),
        Kind::Maximum { .. } | Kind::ExclusiveMaximum { .. } => {
            ("too-large", "Dit getal is te groot.", "This number is too large.")
        }
        Kind::Minimum { .. } | Kind::ExclusiveMinimum { .. } => {
            ("too-small", "Dit getal is te klein.", "This number is too small.")
        }
        Kind::UniqueItems => ("not-unique", "Iets staat hier twee keer.", "Something stands here twice."),
        _ => ("invalid", "Dit klopt niet met het schema.", "This does not fit the schema."),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::policy::{Engine, fixture::engine};

    fn dataset(engine: &Engine) -> &Dataset {
        engine.catalogue().dataset(&"overgangsdocument".parse().unwrap()).unwrap()
    }

    /// The example with one member replaced, or removed when it is null.
    fn faults(engine: &Engine, pointer: &str, value: Value) -> Vec<(String, String)> {
        let mut content = dataset(engine).example.clone();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let parent = content.pointer_mut(parent).unwrap();
        match (parent, value) {
            (Value::Array(items), value) => items[name.parse::<usize>().unwrap()] = value,
            (Value::Object(members), Value::Null) => drop(members.remove(name)),
            (Value::Object(members), value) => drop(members.insert(name.to_owned(), value)),
            _ => panic!("{pointer}"),
        }
        told(engine, &content)
    }

    fn told(engine: &Engine, content: &Value) -> Vec<(String, String)> {
        let result = dataset(engine).validate(&Plaintext::new(content.to_string().into_bytes()));
        let Err(faults) = result else { return Vec::new() };
        faults.into_iter().map(|fault| (fault.pointer, fault.code.into_owned())).collect()
    }

    #[test]
    fn the_example_is_right_and_says_what_it_holds() {
        let engine = engine();
        let example = Plaintext::new(dataset(engine).example.to_string().into_bytes());
        let contents = dataset(engine).validate(&example).unwrap();
        assert!(contents.categories().contains(&"persoon".parse().unwrap()));
        assert!(contents.text("/persoon/achternaam").is_some());
        assert_eq!(contents.text("/persoon/onbekend"), None);
        assert_eq!(contents.text("persoon"), None);
        let shown = format!("{contents:?}");
        assert!(!shown.contains(contents.text("/persoon/achternaam").unwrap()), "{shown}");
    }

    #[test]
    fn each_fault_has_a_place_and_a_code() {
        let engine = engine();
        let long = "x".repeat(5000);
        let many: Vec<Value> = vec![json!({ "werkgever": "Bakkerij Voorbeeld" }); 30];
        let cases = [
            ("/persoon/achternaam", json!(null), "/content/persoon/achternaam", "missing-field"),
            ("/persoon/achternaam", json!(7), "/content/persoon/achternaam", "wrong-type"),
            ("/persoon/achternaam", json!(long), "/content/persoon/achternaam", "too-long"),
            ("/persoon/achternaam", json!(""), "/content/persoon/achternaam", "too-short"),
            ("/persoon/email", json!("geen adres"), "/content/persoon/email", "wrong-form"),
            ("/persoon/geboortedatum", json!("3 november"), "/content/persoon/geboortedatum", "wrong-form"),
            ("/persoon/geboortedatum", json!("2007-02-30"), "/content/persoon/geboortedatum", "wrong-form"),
            ("/persoon/geboortedatum", json!("2007-13-00"), "/content/persoon/geboortedatum", "wrong-form"),
            ("/traject/uitstroomdatum", json!("2026-02-30"), "/content/traject/uitstroomdatum", "wrong-form"),
            ("/traject/profiel", json!("piraat"), "/content/traject/profiel", "not-a-choice"),
            ("/traject/leerjaar", json!(99), "/content/traject/leerjaar", "too-large"),
            ("/traject/leerjaar", json!(0), "/content/traject/leerjaar", "too-small"),
            ("/stages", json!(many), "/content/stages", "too-many"),
            ("/stages/0", json!({ "werkgever": 1 }), "/content/stages/0/werkgever", "wrong-type"),
        ];
        for (at, value, pointer, code) in cases {
            let got = faults(engine, at, value);
            assert_eq!(got, [(pointer.to_owned(), code.to_owned())], "{at}");
        }
    }

    #[test]
    fn an_unknown_name_is_never_repeated() {
        let engine = engine();
        for at in ["/geheim", "/persoon/geheim", "/stages/0/geheim", "/persoon/999990019"] {
            let got = faults(engine, at, json!({ "geheim": "999990019" }));
            let parent = at.rsplit_once('/').unwrap().0;
            assert_eq!(got, [(format!("/content{parent}"), "unknown-field".to_owned())], "{at}");
        }
    }

    #[test]
    fn a_bsn_in_any_text_is_found() {
        let engine = engine();
        for (at, text) in [
            ("/persoon/achternaam", "Jansen 999990019"),
            ("/stages/0/werkgever", "9999.90.019"),
            ("/persoon/telefoon", "999990019"),
        ] {
            let got = faults(engine, at, json!(text));
            assert!(got.contains(&(format!("/content{at}"), "hides-bsn".to_owned())), "{at}: {got:?}");
        }
    }

    #[test]
    fn all_faults_come_at_once() {
        let engine = engine();
        let mut content = dataset(engine).example.clone();
        content["persoon"]["achternaam"] = json!(7);
        content["persoon"]["email"] = json!("geen adres");
        content["school"] = json!({});
        content["extra"] = json!(1);
        content["stages"][0]["werkgever"] = json!("nummer 999990019");
        let got = told(engine, &content);
        assert_eq!(got.len(), 5, "{got:?}");
        let flood = json!({ "stages": vec![json!({}); 5000] });
        assert_eq!(told(engine, &flood).len(), MAX_FAULTS);
    }

    #[test]
    fn what_is_not_one_json_object_is_refused() {
        let engine = engine();
        for (text, code) in [
            ("[]", "wrong-type"),
            ("\"tekst\"", "wrong-type"),
            ("{", "not-json"),
            (r#"{"persoon":{},"persoon":{}}"#, "duplicate-name"),
        ] {
            let faults = dataset(engine).validate(&Plaintext::new(text.as_bytes().to_vec())).unwrap_err();
            assert!(
                faults.iter().any(|fault| fault.code == code && fault.pointer == ROOT),
                "{text}: {faults:?}"
            );
        }
    }
}
