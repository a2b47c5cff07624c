//! The content of a packet, checked against its dataset's schema. All faults at once, and none of
//! them repeats what was sent.

mod apart;
mod cut;
pub mod days;
mod same;
mod texts;
mod words;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, mem,
};

use jsonschema::{ValidationError, error::ValidationErrorKind as Kind};
use serde_json::Value;

use crate::{
    domain::{
        age::{BirthDate, InvalidBirthDate},
        code::{Category, DatasetCode},
        day::{Day, NoDay, no_such_day},
        json::wipe,
        pgn::Pgn,
        plaintext::Plaintext,
        problem::Fault,
    },
    policy::load::{dataset::Dataset, days::long_ago, schema::Shape},
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

    pub(in crate::policy) fn members(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.members.iter().map(|(name, value)| (name.as_str(), value))
    }
}

impl Drop for Contents {
    fn drop(&mut self) {
        mem::take(&mut self.members).values_mut().for_each(wipe);
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

impl Dataset {
    /// Checks the content of a packet, and takes it over.
    ///
    /// # Errors
    /// All faults at once, at most 200. Pointers start with `/content` and hold only names that the schema knows and
    /// array indexes.
    pub fn validate(&self, mut content: Plaintext) -> Result<Contents, Vec<Fault>> {
        let fits = self.shape.validator.is_valid(content.expose());
        if !fits {
            content.cut(|value| self.shape.cut(&self.shape.schema, value));
        }
        let faults = self.faults(content.expose(), fits);
        if !faults.is_empty() {
            return Err(faults);
        }
        // What is no object has a fault.
        let members = content.into_members().map_err(|_| Vec::new())?;
        let members: BTreeMap<String, Value> = members.into_iter().collect();
        let categories = members.keys().filter_map(|name| self.category_of(name)).cloned().collect();
        Ok(Contents { dataset: self.code.clone(), members, categories })
    }

    pub(in crate::policy) fn faults_of(&self, value: &Value) -> Vec<Fault> {
        self.faults(value, false)
    }

    /// Seeing that a content fits the schema costs less than looking for each fault.
    fn faults(&self, value: &Value, fits: bool) -> Vec<Fault> {
        let mut faults: Vec<Fault> = Vec::new();
        let errors = (!fits).then(|| self.shape.validator.iter_errors(value));
        for error in errors.into_iter().flatten().take(MAX_FAULTS) {
            let fault = fault(&self.shape, &error);
            // A text that is too long for its form has the wrong form, and that once.
            if !faults.iter().any(|known| known.pointer == fault.pointer && known.code == fault.code)
                || fault.code == "unknown-field"
            {
                faults.push(fault);
            }
        }
        self.shape.judge_texts(value, ROOT, &mut faults);
        self.shape.contradictions(&self.shape.schema, value, &mut ROOT.to_owned(), &mut faults);
        self.birth_date(value, &mut faults);
        if !value.is_object() && faults.is_empty() {
            faults.push(Fault::at(
                ROOT,
                "wrong-type",
                "De inhoud moet uit velden met een naam bestaan.",
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
            Shape::member(schema, member, &mut ROOT.to_owned(), &mut |node, value, at| {
                self.shape.texts(node, value, at, &mut |at, text, node| {
                    let is_pgn = node.get("x-pgn") == Some(&Value::Bool(true));
                    if is_pgn && text.parse().ok().as_ref() != Some(pgn) {
                        others.push(at.to_owned());
                    }
                });
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
        let Err(wrong) = text.parse::<BirthDate>() else { return };
        if !faults.iter().any(|fault| fault.pointer == place) {
            faults.push(match wrong {
                InvalidBirthDate::LongAgo => long_ago(&place),
                InvalidBirthDate::Absent => no_such_day(&place),
                InvalidBirthDate::Form => {
                    let (code, text) = words::wrong_form(self.shape.node_at(pointer));
                    Fault { text, ..Fault::at(place, code, "", "") }
                }
            });
        }
    }
}

impl Shape {
    /// Whether the schema has a field at this pointer, which may not go through an array.
    pub(in crate::policy) fn knows(&self, pointer: &str) -> bool {
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

fn fault(shape: &Shape, error: &ValidationError<'_>) -> Fault {
    let mut pointer = pointer(shape, error.instance_path().as_str());
    let node = shape.node_at(error.instance_path().as_str());
    if matches!(error.kind(), Kind::Format { format } if format == "date") && is_absent_day(error.instance())
    {
        return no_such_day(&pointer);
    }
    let (code, text) = words::words(error.kind(), node);
    if let Kind::Required { property: Value::String(name) } = error.kind()
        && shape.names.contains(name)
    {
        pointer.push('/');
        pointer.push_str(name);
    }
    if let (Kind::AnyOf { .. }, Some(name)) = (error.kind(), words::choices(node).next()) {
        pointer.push('/');
        pointer.push_str(name);
    }
    Fault { text, ..Fault::at(pointer, code, "", "") }
}

fn is_absent_day(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.parse::<Day>() == Err(NoDay::Absent))
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

#[cfg(test)]
mod tests;
