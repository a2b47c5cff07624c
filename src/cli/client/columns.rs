//! The columns of a dataset as CSV: leaf paths with dots, arrays as numbered columns, the header under `header.`.

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

/// The header of a push, which is the same for every dataset: path, form, required, explanation.
const HEADER: [(&str, &str, bool, &str); 22] = [
    ("dataset", "text", true, "code van de dataset"),
    ("purpose", "text", true, "code van het doel"),
    ("basis", "text", false, "grondslag, als er meer dan een kan gelden"),
    ("recipients.*.municipality", "text", false, "gemeente van de ontvanger, CBS-code van vier cijfers"),
    ("recipients.*.role", "text", false, "rol van de ontvanger, zoals werk-en-inkomen"),
    ("recipients.*.oin", "text", false, "OIN van de ontvanger, in plaats van de gemeente"),
    ("recipients.*.desk", "text", false, "loket van de regio, in plaats van gemeente en rol"),
    ("copyForPerson", "flag", false, "ook een kopie voor de jongere"),
    ("person.reference.kind", "own pgn", true, "soort nummer"),
    ("person.reference.value", "text", true, "eigen leerlingnummer of PGN; opmaak van de kolom: tekst"),
    ("person.birthDate", "date", true, "geboortedatum"),
    ("person.verblijf", "text", true, "woongemeente, CBS-code van vier cijfers"),
    ("person.handelingsbekwaam", "flag", false, "handelingsbekwaam; leeg is ja"),
    ("person.onbevoegdVoorDeze", "flag", false, "onbevoegd voor deze zaak; leeg is nee"),
    ("person.profiel", "arbeid onderwijs dagbesteding", false, "uitstroomprofiel"),
    ("person.ingeschreven", "flag", true, "nog ingeschreven"),
    ("person.verlatenOp", "date", false, "datum van vertrek"),
    ("person.gediplomeerd", "flag", false, "heeft het diploma; leeg is nee"),
    ("person.startkwalificatie", "flag", false, "heeft een startkwalificatie; leeg is nee"),
    (
        "person.reden",
        "gerechtvaardigd-belang bijzondere-omstandigheden",
        false,
        "waarom de termijn voorbij mag zijn",
    ),
    ("request", "text", false, "id van het verzoek waarop dit rust"),
    ("expires", "text", false, "vervalt op, zoals 2026-12-01T00:00:00Z"),
];

impl Columns {
    /// The columns that follow from a dataset's JSON Schema.
    ///
    /// # Errors
    /// When the schema holds something that has no columns, such as an object without members.
    pub fn of_schema(schema: &Value) -> Result<Self, Failure> {
        let mut leaves: Vec<Leaf> = HEADER.iter().map(header_leaf).collect();
        let walk = Walk { root: schema };
        walk.add_leaves(schema, &[Step::Member("content".to_owned())], true, &mut leaves)?;
        Ok(Self { leaves })
    }

    /// The names of the columns, with lists numbered up to `repeat`, and beside each its explanation in Dutch.
    #[must_use]
    pub fn template(&self, repeat: usize) -> Vec<(String, String)> {
        self.leaves.iter().flat_map(|leaf| leaf.columns(repeat.max(1))).collect()
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

/// The column that a JSON pointer of the gateway means, such as `/content/stages/0/uren` for `stages.1.uren`.
#[must_use]
pub fn column_of_pointer(pointer: &str) -> Option<String> {
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

fn header_leaf(&(path, form, required, explanation): &(&str, &str, bool, &str)) -> Leaf {
    let step = |part: &str| if part == "*" { Step::Item(MOST_ITEMS) } else { Step::Member(part.to_owned()) };
    let form = match form {
        "text" => Form::Text,
        "date" => Form::Date,
        "flag" => Form::Flag,
        words => Form::Choice(words.split(' ').map(str::to_owned).collect()),
    };
    Leaf { steps: path.split('.').map(step).collect(), form, required, explanation: explanation.to_owned() }
}

/// A walk through a schema, with local references followed.
struct Walk<'a> {
    root: &'a Value,
}

impl Walk<'_> {
    fn add_leaves(
        &self,
        node: &Value,
        steps: &[Step],
        required: bool,
        leaves: &mut Vec<Leaf>,
    ) -> Result<(), Failure> {
        let no_columns = || {
            let place: Vec<&str> =
                steps.iter().map(|step| if let Step::Member(name) = step { name } else { "*" }).collect();
            Failure::refused(format!("`{}` in the dataset's schema cannot be a column", place.join(".")))
                .now("push this dataset as JSON, with --batch or one file at a time")
        };
        if steps.len() > DEEPEST {
            return Err(no_columns());
        }
        let node = self.resolved(node).ok_or_else(no_columns)?;
        let step_into = |step: Step| steps.iter().cloned().chain([step]).collect::<Vec<_>>();
        match kind_of(node) {
            Some("object") => {
                let members = node.get("properties").and_then(Value::as_object).ok_or_else(no_columns)?;
                for (name, member) in members {
                    if name.contains('.') || name.parse::<usize>().is_ok() {
                        return Err(no_columns());
                    }
                    let required = required && lists(node, name);
                    self.add_leaves(member, &step_into(Step::Member(name.clone())), required, leaves)?;
                }
                Ok(())
            }
            Some("array") => {
                let items = node.get("items").ok_or_else(no_columns)?;
                let most =
                    node.get("maxItems").and_then(Value::as_u64).and_then(|most| usize::try_from(most).ok());
                let most = most.unwrap_or(MOST_ITEMS).min(MOST_ITEMS);
                self.add_leaves(items, &step_into(Step::Item(most)), false, leaves)
            }
            Some(kind) => {
                let form = form_of(node, kind).ok_or_else(no_columns)?;
                let explanation =
                    node.get("title").or_else(|| node.get("description")).and_then(Value::as_str);
                let explanation = explanation.unwrap_or_default().to_owned();
                leaves.push(Leaf { steps: steps.to_vec(), form, required, explanation });
                Ok(())
            }
            None => Err(no_columns()),
        }
    }

    /// The node that a chain of local references ends at.
    fn resolved<'a>(&'a self, node: &'a Value) -> Option<&'a Value> {
        let mut node = node;
        for _ in 0..DEEPEST {
            match node.get("$ref").and_then(Value::as_str) {
                Some(reference) => node = self.root.pointer(reference.strip_prefix('#')?)?,
                None => return Some(node),
            }
        }
        None
    }
}

fn lists(node: &Value, name: &str) -> bool {
    let required = node.get("required").and_then(Value::as_array);
    required.is_some_and(|names| names.iter().any(|one| one.as_str() == Some(name)))
}

/// The type of a node: the one it says, the one other than null, or the one that its words have.
fn kind_of(node: &Value) -> Option<&str> {
    match node.get("type") {
        Some(Value::String(kind)) => Some(kind),
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null"),
        _ if node.get("properties").is_some_and(Value::is_object) => Some("object"),
        _ => words_of(node).map(|_| "string"),
    }
}

fn words_of(node: &Value) -> Option<Vec<String>> {
    let words = match (node.get("enum"), node.get("const")) {
        (Some(Value::Array(words)), _) => words.iter().filter(|word| !word.is_null()).collect(),
        (_, Some(word)) => vec![word],
        _ => return None,
    };
    words.into_iter().map(|word| word.as_str().map(str::to_owned)).collect()
}

fn form_of(node: &Value, kind: &str) -> Option<Form> {
    match kind {
        "string" => Some(match words_of(node) {
            Some(words) => Form::Choice(words),
            None if is_date(node) => Form::Date,
            None => Form::Text,
        }),
        "integer" => Some(Form::Whole),
        "number" => Some(Form::Number),
        "boolean" => Some(Form::Flag),
        _ => None,
    }
}

/// A date, or a date of birth of which a part may be unknown, which has a pattern instead of a format.
fn is_date(node: &Value) -> bool {
    let text = |name| node.get(name).and_then(Value::as_str);
    text("format") == Some("date")
        || text("pattern").is_some_and(|pattern| pattern.starts_with("^[0-9]{4}-[0-9]{2}-[0-9]{2}"))
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
