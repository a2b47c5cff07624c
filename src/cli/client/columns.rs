//! The columns of a dataset as CSV: leaf paths with dots, arrays as numbered columns, the header under short names or in
//! full under `header.`.

mod choice;
mod fact;
mod header;
mod schema;

use std::sync::LazyLock;

use serde_json::{Map, Value};

pub use self::{choice::Chosen, fact::Fact};
use super::sheet::notes::NEEDS;
use crate::cli::Failure;

/// The most items of one list that a file may number.
const MOST_ITEMS: usize = 200;

/// The deepest nesting of a schema that is followed.
const DEEPEST: usize = 16;

/// The columns that a dataset's packets may have.
#[derive(Debug, Clone)]
pub struct Columns {
    leaves: Vec<Leaf>,
    /// The paths of the facts among them.
    facts: Vec<String>,
    /// The paths of the header that are not required of every dataset, and usual for this one.
    usual: Vec<&'static str>,
}

/// One value somewhere in a push: a family of columns, since a list numbers its items.
#[derive(Debug, Clone)]
pub struct Leaf {
    steps: Vec<Step>,
    form: Form,
    required: bool,
    /// Whether the object that it is a member of is required.
    in_required: bool,
    explanation: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Member(String),
    /// An item of a list of at most so many.
    Item(usize),
}

/// How the text of a field becomes a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// As it stands.
    Text,
    /// `jjjj-mm-dd`; a spreadsheet's `d-m-jjjj` is turned round, all else is left to the gateway.
    Date,
    /// An instant, or a day: its first moment in Amsterdam.
    Moment,
    /// A whole number.
    Whole,
    /// A number, with a point or a comma.
    Number,
    /// Yes or no.
    Flag,
    /// A CBS code of four digits, of which a spreadsheet drops the zeros in front.
    Municipality,
    /// One of these words.
    Choice(Vec<String>),
}

/// One column of a file: where its values go.
#[derive(Debug, Clone)]
pub struct Column {
    /// The path, without the leading `header` or with a leading `content`.
    pub path: Vec<Place>,
    /// How its texts become values.
    pub form: Form,
    /// The form that the place itself has: a column that fills content too takes the words of the content.
    pub own: Form,
    /// The path as the schema or the header writes it, with a star for the number of an item.
    leaf: String,
    /// Where the same value goes too, when nothing else of the file goes there.
    pub also: Vec<(Vec<Place>, Form)>,
}

/// One step of a path in a push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The member of this name.
    Member(String),
    /// The item at this index, counted from 0.
    Item(usize),
}

/// The facts that a sheet is likely to name.
static LIKELY: LazyLock<Vec<String>> = LazyLock::new(fact::likely_paths);

/// Whether a text could be the name of a column of some dataset: a short name of the header, or parts with dots between.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let is_part = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let dotted = text.contains('.')
        && text.split('.').all(is_part)
        && (text.starts_with(|c: char| c.is_ascii_lowercase())
            || text.starts_with(|c: char| c.is_ascii_uppercase()) && text.split('.').all(is_whole));
    dotted || header::path_of(text, &LIKELY).is_some()
}

impl Columns {
    /// The columns that follow from a dataset's JSON Schema and from the facts of the person.
    ///
    /// # Errors
    /// When the schema holds something that has no columns, such as an object without members.
    pub fn of_schema(schema: &Value, facts: &[Fact]) -> Result<Self, Failure> {
        let mut leaves: Vec<Leaf> = header::leaves(facts);
        let walk = schema::Walk { root: schema };
        walk.add_leaves(schema, &[Step::Member("content".to_owned())], (true, true), &mut leaves)?;
        let facts = facts.iter().map(Fact::path).collect();
        Ok(Self { leaves, facts, usual: Vec::new() })
    }

    /// The same columns, of packets that as a rule have this path of the header too.
    #[must_use]
    pub fn always_with(mut self, path: &'static str) -> Self {
        self.usual.push(path);
        self
    }

    /// The same columns, of which those at this path of the header take one of these words. `*` is any item.
    #[must_use]
    pub fn taking(mut self, path: &str, words: Vec<String>) -> Self {
        let is_there = |leaf: &&mut Leaf| leaf.path() == path;
        if let Some(leaf) = self.leaves.iter_mut().find(is_there).filter(|_| !words.is_empty()) {
            leaf.form = Form::Choice(words);
        }
        self
    }

    /// The name of what a JSON pointer of the gateway means, as the template calls it: `stages.1.uren` for
    /// `/content/stages/0/uren`. What is above several columns is named with a star, as `persoon.adres.*`, or by those of its
    /// columns that are required.
    #[must_use]
    pub fn at(&self, pointer: &str) -> Option<String> {
        let parts: Vec<&str> = pointer.strip_prefix('/')?.split('/').collect();
        let path = || parts.iter().map(|part| numbered(part)).collect::<Vec<_>>().join(".");
        let starred = |part: &&str| if is_number(part) { "*".to_owned() } else { plain(part) };
        let above = format!("{}.", parts.iter().map(starred).collect::<Vec<_>>().join("."));
        let below = || self.leaves.iter().filter(|leaf| leaf.path().starts_with(&above));
        if below().next().is_none() {
            let path = path();
            // A template has one column where the header says the same.
            let said = path.strip_prefix("content.").and_then(header::said_by);
            return Some(self.shown(said.unwrap_or(&path)));
        }
        match parts.as_slice() {
            ["content" | "person"] => {
                let mut names: Vec<String> = Vec::new();
                for leaf in below().filter(|leaf| leaf.required) {
                    let name = self.shown(&leaf.path());
                    let name = match name.split_once('.').filter(|_| parts == ["content"]) {
                        Some((group, _)) => format!("{group}.*"),
                        None => name,
                    };
                    if !names.contains(&name) {
                        names.push(name);
                    }
                }
                Some(names.join(", "))
            }
            ["person", "reference"] => Some(self.shown("person.reference.value")),
            ["recipients"] => Some("ontvanger.*".to_owned()),
            ["recipients", number] if is_number(number) => {
                Some(header::short_of(&format!("recipients.{}.oin", numbered(number))).replace("oin", "*"))
            }
            _ => Some(format!("{}.*", self.shown(&path()))),
        }
    }

    /// The path of the header that a text of the gateway means by this name of a field, such as `verlatenOp` or `request`.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<String> {
        header::path_of_field(name, &self.facts)
    }

    /// What the template calls a path of the header.
    #[must_use]
    pub fn called(&self, path: &str) -> String {
        self.shown(&path.replace('*', "1"))
    }

    /// The column of this name, if the dataset has it. Capitals are no other name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Column> {
        let below_header =
            name.split_at_checked("header.".len()).filter(|(head, _)| head.eq_ignore_ascii_case("header."));
        let path = match below_header.map(|(_, rest)| rest) {
            // One name per column: the content stands without a prefix.
            Some(rest) if rest.to_ascii_lowercase().starts_with("content.") => return None,
            Some(rest) => rest.to_owned(),
            None => format!("content.{name}"),
        };
        let found = self.bound(&path).map(|column| (path, column));
        // What the content calls so goes before a short name.
        let short =
            || header::path_of(name, &self.facts).and_then(|path| Some((path.clone(), self.bound(&path)?)));
        let (_, mut column) = found.or_else(short)?;
        for content in header::same_as(&column.leaf) {
            if let Some(Column { path, form, .. }) = self.bound(&format!("content.{content}")) {
                column.also.push((path, form));
            }
        }
        // The words of a fact are those of the content where both say the same.
        if let (Form::Choice(_), Some((_, form @ Form::Choice(_)))) = (&column.form, column.also.first()) {
            column.form = form.clone();
        }
        Some(column)
    }

    fn bound(&self, path: &str) -> Option<Column> {
        let parts: Vec<&str> = path.split('.').collect();
        self.leaves.iter().find_map(|leaf| leaf.bind(&parts))
    }

    /// The name of a column for a path that starts with `content` or is of the header.
    fn shown(&self, path: &str) -> String {
        if let Some(rest) = path.strip_prefix("content.") {
            return rest.to_owned();
        }
        let short = header::short_of(path);
        // A name that the content has too means the content.
        if self.bound(&format!("content.{short}")).is_some() { format!("header.{path}") } else { short }
    }
}

impl Leaf {
    /// Its path, without the numbers of items.
    fn path(&self) -> String {
        let part = |step: &Step| if let Step::Member(name) = step { name.clone() } else { "*".to_owned() };
        self.steps.iter().map(part).collect::<Vec<_>>().join(".")
    }

    /// Its paths, with lists numbered up to `repeat`.
    fn paths(&self, repeat: usize) -> Vec<String> {
        let mut paths = vec![String::new()];
        for step in &self.steps {
            let parts: Vec<String> = match step {
                Step::Member(name) => vec![name.clone()],
                Step::Item(most) => (1..=repeat.min(*most)).map(|number| number.to_string()).collect(),
            };
            let below = |path: &String| {
                let path = path.clone();
                let join = move |part: &String| {
                    if path.is_empty() { part.clone() } else { format!("{path}.{part}") }
                };
                parts.iter().map(join).collect::<Vec<_>>()
            };
            paths = paths.iter().flat_map(below).collect();
        }
        paths
    }

    fn bind(&self, parts: &[&str]) -> Option<Column> {
        if parts.len() != self.steps.len() {
            return None;
        }
        let places: Option<Vec<Place>> =
            self.steps.iter().zip(parts).map(|(step, part)| step.bind(part)).collect();
        let form = self.form.clone();
        Some(Column { path: places?, own: form.clone(), form, leaf: self.path(), also: Vec::new() })
    }

    fn explain(&self) -> String {
        let [must, may] = NEEDS;
        let need = if self.required { must } else { may };
        let form = match &self.form {
            Form::Text => "tekst".to_owned(),
            Form::Date => "datum jjjj-mm-dd".to_owned(),
            Form::Moment => "dag of tijdstip".to_owned(),
            Form::Whole => "geheel getal".to_owned(),
            Form::Number => "getal".to_owned(),
            Form::Flag => "ja of nee".to_owned(),
            Form::Municipality => "vier cijfers".to_owned(),
            Form::Choice(words) => words.join(" / "),
        };
        if self.explanation.is_empty() {
            format!("{need}{form}")
        } else {
            format!("{need}{form}: {}", self.explanation)
        }
    }
}

impl Step {
    fn bind(&self, part: &str) -> Option<Place> {
        match self {
            Self::Member(name) => name.eq_ignore_ascii_case(part).then(|| Place::Member(name.clone())),
            Self::Item(most) => {
                let number: usize = part.parse().ok().filter(|number| (1..=*most).contains(number))?;
                // One name per column: `01` and `+1` are other texts for the same item.
                (number.to_string() == part).then(|| Place::Item(number.saturating_sub(1)))
            }
        }
    }
}

/// A spreadsheet may write its head in capitals, or begin a cell with one; initials are no names.
fn is_whole(part: &str) -> bool {
    part.len() > 1 || is_number(part)
}

fn is_number(part: &str) -> bool {
    part.parse::<usize>().is_ok()
}

/// A part of a JSON pointer as it was written.
fn plain(part: &str) -> String {
    part.replace("~1", "/").replace("~0", "~")
}

/// A part of a JSON pointer as a column has it: items are counted from 1.
fn numbered(part: &str) -> String {
    part.parse::<usize>().map_or_else(|_| plain(part), |index| index.saturating_add(1).to_string())
}

/// Puts a value at a place, making what is above it. Answers whether it could: a list grows by one item at a time.
#[must_use]
pub fn put(root: &mut Value, path: &[Place], value: Value) -> bool {
    let Some((first, rest)) = path.split_first() else {
        *root = value;
        return true;
    };
    match first {
        Place::Member(name) => {
            if root.is_null() {
                *root = Value::Object(Map::new());
            }
            root.as_object_mut()
                .is_some_and(|members| put(members.entry(name.clone()).or_insert(Value::Null), rest, value))
        }
        Place::Item(index) => {
            if root.is_null() {
                *root = Value::Array(Vec::new());
            }
            let Some(items) = root.as_array_mut() else { return false };
            if items.len() == *index {
                items.push(Value::Null);
            }
            items.get_mut(*index).is_some_and(|item| put(item, rest, value))
        }
    }
}

/// A place as a JSON pointer writes it.
#[must_use]
pub fn pointer(path: &[Place]) -> String {
    let part = |place: &Place| match place {
        Place::Member(name) => format!("/{}", name.replace('~', "~0").replace('/', "~1")),
        Place::Item(index) => format!("/{index}"),
    };
    path.iter().map(part).collect()
}
