//! From a dataset's JSON Schema to its columns.

use serde_json::Value;

use super::{
    form::Form,
    leaf::{Leaf, MOST_ITEMS, Need, Step, Words, path_of},
};
use crate::cli::{Failure, language::both};

/// The deepest nesting of a schema that is followed.
const DEEPEST: usize = 16;

/// A walk through a schema, with local references followed.
pub(super) struct Walk<'a> {
    pub(super) root: &'a Value,
}

impl Walk<'_> {
    /// Adds a leaf for every value below this node, and whether the object that it is a member of is required. What no column can
    /// hold is refused.
    pub(super) fn add_leaves(
        &self,
        node: &Value,
        steps: &[Step],
        (in_required, need): (bool, Need),
        leaves: &mut Vec<Leaf>,
    ) -> Result<(), Failure> {
        let no_columns = || {
            Failure::refused(both!(
                "`{}` in het schema van de dataset kan geen kolom zijn",
                "`{}` in the dataset's schema cannot be a column",
                path_of(steps)
            ))
            .now((
                "stuur deze dataset als JSON, met --batch of per bestand",
                "push this dataset as JSON, with --batch or one file at a time",
            ))
        };
        if steps.len() > DEEPEST {
            return Err(no_columns());
        }
        let node = self.resolved(node).ok_or_else(no_columns)?;
        let step_into = |step: Step| steps.iter().cloned().chain([step]).collect::<Vec<_>>();
        match self.kind_of(node) {
            Some("object") => {
                let members = self.members_of(node);
                let of_members = if need == Need::Never { Need::Within(steps.len()) } else { need };
                if members.is_empty() {
                    return Err(no_columns());
                }
                let first = leaves.len();
                for Member { name, node: member, required: own } in members {
                    if name.contains('.') || name.parse::<usize>().is_ok() {
                        return Err(no_columns());
                    }
                    self.add_leaves(
                        member,
                        &step_into(Step::Member(name.to_owned())),
                        (need == Need::Always, if own { of_members } else { Need::Never }),
                        leaves,
                    )?;
                }
                let below = path_of(steps);
                let one_of: Vec<String> =
                    one_of(node).into_iter().map(|name| format!("{below}.{name}")).collect();
                for leaf in leaves.iter_mut().skip(first).filter(|leaf| one_of.contains(&leaf.path())) {
                    leaf.one_of.clone_from(&one_of);
                }
                Ok(())
            }
            Some("array") => {
                let items = node.get("items").ok_or_else(no_columns)?;
                let most =
                    node.get("maxItems").and_then(Value::as_u64).and_then(|most| usize::try_from(most).ok());
                let most = most.unwrap_or(MOST_ITEMS).min(MOST_ITEMS);
                self.add_leaves(items, &step_into(Step::Item(most)), (false, Need::Never), leaves)
            }
            Some(kind) => {
                let form = form_of(node, kind).ok_or_else(no_columns)?;
                leaves.push(leaf_of(node, steps, form, (in_required, need)));
                Ok(())
            }
            None => Err(no_columns()),
        }
    }

    /// The members of an object: its own, and those of the forms that it may have. What only one form has is not required.
    fn members_of<'a>(&'a self, node: &'a Value) -> Vec<Member<'a>> {
        let mut members: Vec<Member<'a>> = Vec::new();
        let mut add = |of: &'a Value, always: bool| {
            for (name, member) in of.get("properties").and_then(Value::as_object).into_iter().flatten() {
                match members.iter_mut().find(|known| known.name == name) {
                    Some(known) => known.required |= always && lists(of, name),
                    // A form that forbids a member says so with `false`.
                    None if member.is_boolean() => {}
                    None => members.push(Member { name, node: member, required: always && lists(of, name) }),
                }
            }
            for name in
                of.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
            {
                if let Some(known) = members.iter_mut().find(|known| always && known.name == name) {
                    known.required = true;
                }
            }
        };
        add(node, true);
        for (keyword, always) in [("allOf", true), ("oneOf", false), ("anyOf", false)] {
            let forms = node.get(keyword).and_then(Value::as_array).into_iter().flatten();
            forms.filter_map(|form| self.resolved(form)).for_each(|form| add(form, always));
        }
        members
    }

    /// The type of a node: its own, or the one of the first of its forms that has one.
    fn kind_of<'a>(&'a self, node: &'a Value) -> Option<&'a str> {
        let forms = ["allOf", "oneOf", "anyOf"].into_iter();
        let forms = forms.filter_map(|keyword| node.get(keyword)?.as_array()).flatten();
        kind_of(node).or_else(|| forms.filter_map(|form| self.resolved(form)).find_map(kind_of))
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

/// The members of which an object has at least one: each of its forms asks for one of them and for nothing else.
fn one_of(node: &Value) -> Vec<&str> {
    let forms = node.get("anyOf").and_then(Value::as_array).into_iter().flatten();
    let names: Option<Vec<&str>> = forms.map(only_required).collect();
    names.unwrap_or_default()
}

fn only_required(form: &Value) -> Option<&str> {
    match form.get("required")?.as_array()?.as_slice() {
        [name] => name.as_str(),
        _ => None,
    }
}

/// A member of an object.
struct Member<'a> {
    name: &'a str,
    node: &'a Value,
    required: bool,
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

/// The leaf of a node that is one value.
fn leaf_of(node: &Value, steps: &[Step], form: Form, (in_required, need): (bool, Need)) -> Leaf {
    let text = |pointer: &str| node.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let title = text("/title").or_else(|| text("/description"));
    let in_english = text("/x-title-en").or_else(|| title.clone());
    let with_form = |title: Option<String>, pointer| {
        let parts = [title, text(pointer).filter(|_| form == Form::Text)];
        parts.into_iter().flatten().collect::<Vec<_>>().join(": ")
    };
    let mut explanation =
        Words { nl: with_form(title, "/x-form/nl"), en: with_form(in_english, "/x-form/en") };
    let mut add = |nl: &str, en: &str| {
        explanation.nl.push_str(nl);
        explanation.en.push_str(en);
    };
    let unless = text("/x-needed-unless");
    if let Some(fact) = &unless {
        add(&format!("; mag leeg als {fact} ja is"), &format!("; may be empty if {fact} is ja (yes)"));
    }
    let need = if unless.is_some() && in_required { need.max(Need::Often) } else { need };
    let is_asked = node.get("x-where-possible") == Some(&Value::Bool(true));
    // It may be empty, whatever else is filled.
    let need = if is_asked && need < Need::Often { Need::Never } else { need };
    if is_asked {
        add(
            "; de wet vraagt het waar het kan: vul het in als u het hebt",
            "; the law asks for it where possible: fill it in if you have it",
        );
    }
    Leaf {
        steps: steps.to_vec(),
        form,
        need,
        in_required,
        explanation,
        same_as: text("/x-same-as"),
        is_asked,
        one_of: Vec::new(),
    }
}

/// A date, or a date of birth of which a part may be unknown, which has a pattern instead of a format.
fn is_date(node: &Value) -> bool {
    let text = |name| node.get(name).and_then(Value::as_str);
    text("format") == Some("date")
        || text("pattern").is_some_and(|pattern| pattern.starts_with("^[0-9]{4}-[0-9]{2}-[0-9]{2}"))
}
