//! The columns of a dataset as CSV: leaf paths with dots, arrays as numbered columns, the header under `header.`.

mod header;
mod schema;

use serde_json::{Map, Value};

use crate::cli::Failure;

/// The most items of one list that a file may number.
const MOST_ITEMS: usize = 200;

/// The deepest nesting of a schema that is followed.
const DEEPEST: usize = 16;

/// The columns that a dataset's packets may have.
#[derive(Debug, Clone)]
pub struct Columns {
    leaves: Vec<Leaf>,
}

/// One value somewhere in a push: a family of columns, since a list numbers its items.
#[derive(Debug, Clone)]
pub struct Leaf {
    steps: Vec<Step>,
    form: Form,
    required: bool,
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
    /// A whole number.
    Whole,
    /// A number, with a point or a comma.
    Number,
    /// Yes or no.
    Flag,
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
}

/// One step of a path in a push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The member of this name.
    Member(String),
    /// The item at this index, counted from 0.
    Item(usize),
}

impl Columns {
    /// The columns that follow from a dataset's JSON Schema.
    ///
    /// # Errors
    /// When the schema holds something that has no columns, such as an object without members.
    pub fn of_schema(schema: &Value) -> Result<Self, Failure> {
        let mut leaves: Vec<Leaf> = header::leaves();
        let walk = schema::Walk { root: schema };
        walk.add_leaves(schema, &[Step::Member("content".to_owned())], true, &mut leaves)?;
        Ok(Self { leaves })
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

    /// The names of the columns, with lists numbered up to `repeat`, and beside each its explanation in Dutch.
    #[must_use]
    pub fn template(&self, repeat: usize) -> Vec<(String, String)> {
        self.leaves.iter().flat_map(|leaf| leaf.columns(repeat.max(1))).collect()
    }

    /// The column that a JSON pointer of the gateway means, such as `stages.1.uren` for `/content/stages/0/uren`. What is
    /// above several columns is named with a star: `persoon.adres.*`.
    #[must_use]
    pub fn at(&self, pointer: &str) -> Option<String> {
        let name = column_of_pointer(pointer)?;
        let is_number = |part: &str| part.parse::<usize>().is_ok();
        let parts =
            pointer.strip_prefix('/')?.split('/').map(|part| if is_number(part) { "*" } else { part });
        let above = format!("{}.", parts.collect::<Vec<_>>().join("."));
        let is_above = self.leaves.iter().any(|leaf| leaf.path().starts_with(&above));
        Some(if is_above { format!("{name}.*") } else { name })
    }

    /// The column of this name, if the dataset has it.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Column> {
        let path = match name.strip_prefix("header.") {
            // One name per column: the content stands without a prefix.
            Some(rest) if rest.starts_with("content.") => return None,
            Some(rest) => rest.to_owned(),
            None => format!("content.{name}"),
        };
        let parts: Vec<&str> = path.split('.').collect();
        self.leaves.iter().find_map(|leaf| leaf.bind(&parts))
    }
}

impl Leaf {
    /// Its path, without the numbers of items.
    fn path(&self) -> String {
        let part = |step: &Step| if let Step::Member(name) = step { name.clone() } else { "*".to_owned() };
        self.steps.iter().map(part).collect::<Vec<_>>().join(".")
    }

    fn columns(&self, repeat: usize) -> Vec<(String, String)> {
        let mut names = vec![String::new()];
        for step in &self.steps {
            let parts: Vec<String> = match step {
                Step::Member(name) => vec![name.clone()],
                Step::Item(most) => (1..=repeat.min(*most)).map(|number| number.to_string()).collect(),
            };
            names = names
                .iter()
                .flat_map(|name| {
                    parts.iter().map(
                        move |part| if name.is_empty() { part.clone() } else { format!("{name}.{part}") },
                    )
                })
                .collect();
        }
        let explanation = self.explain();
        names.into_iter().map(|name| (shown(&name), explanation.clone())).collect()
    }

    fn bind(&self, parts: &[&str]) -> Option<Column> {
        if parts.len() != self.steps.len() {
            return None;
        }
        let places: Option<Vec<Place>> =
            self.steps.iter().zip(parts).map(|(step, part)| step.bind(part)).collect();
        Some(Column { path: places?, form: self.form.clone() })
    }

    fn explain(&self) -> String {
        let need = if self.required { "verplicht" } else { "mag leeg" };
        let form = match &self.form {
            Form::Text => "tekst".to_owned(),
            Form::Date => "datum jjjj-mm-dd".to_owned(),
            Form::Whole => "geheel getal".to_owned(),
            Form::Number => "getal".to_owned(),
            Form::Flag => "ja of nee".to_owned(),
            Form::Choice(words) => words.join(" / "),
        };
        if self.explanation.is_empty() {
            format!("{need}: {form}")
        } else {
            format!("{need}: {form}: {}", self.explanation)
        }
    }
}

impl Step {
    fn bind(&self, part: &str) -> Option<Place> {
        match self {
            Self::Member(name) => (name == part).then(|| Place::Member(name.clone())),
            Self::Item(most) => {
                let number: usize = part.parse().ok().filter(|number| (1..=*most).contains(number))?;
                // One name per column: `01` and `+1` are other texts for the same item.
                (number.to_string() == part).then(|| Place::Item(number.saturating_sub(1)))
            }
        }
    }
}

/// The name of a column for a path that starts with `content` or is of the header.
fn shown(path: &str) -> String {
    match path.strip_prefix("content.") {
        Some(rest) => rest.to_owned(),
        None => format!("header.{path}"),
    }
}

/// The name of the place in a sheet that a JSON pointer means, with items counted from 1.
fn column_of_pointer(pointer: &str) -> Option<String> {
    let path = pointer.strip_prefix('/')?;
    let parts: Vec<String> = path
        .split('/')
        .map(|part| match part.parse::<usize>() {
            Ok(index) => index.saturating_add(1).to_string(),
            Err(_) => part.replace("~1", "/").replace("~0", "~"),
        })
        .collect();
    Some(shown(&parts.join(".")))
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
