//! The columns of a dataset as CSV: leaf paths with dots, arrays as numbered columns, the header under short names or in
//! full under `header.`.

mod choice;
mod column;
mod fact;
mod form;
mod header;
mod leaf;
mod name;
mod place;
mod schema;

use serde_json::Value;

pub(super) use self::leaf::NEEDS;
pub use self::{
    choice::Chosen,
    column::Column,
    fact::Fact,
    form::Form,
    name::is_name,
    place::{Place, indexes, pointer, put},
};
use self::{
    leaf::{Leaf, Need, Step},
    name::is_number,
};
use crate::cli::Failure;

/// The columns that a dataset's packets may have.
#[derive(Debug, Clone)]
pub struct Columns {
    leaves: Vec<Leaf>,
    /// The paths of the facts among them.
    facts: Vec<String>,
    /// A path of the header, and the content that says the same: whoever fills one of them has filled both.
    same: Vec<(String, String)>,
    /// The paths of the header that are not required of every dataset, and usual for this one.
    usual: Vec<&'static str>,
    /// Whether it goes to nobody but the person.
    is_for_the_person_alone: bool,
}

impl Columns {
    /// The columns that follow from a dataset's JSON Schema and from the facts of the person.
    ///
    /// # Errors
    /// When the schema holds something that has no columns, such as an object without members.
    pub fn of_schema(schema: &Value, facts: &[Fact]) -> Result<Self, Failure> {
        let mut leaves: Vec<Leaf> = header::leaves(facts);
        let walk = schema::Walk { root: schema };
        walk.add_leaves(schema, &[Step::Member("content".to_owned())], (true, Need::Always), &mut leaves)?;
        let (birth, day) = header::BIRTH;
        let marked = leaves.iter().filter_map(|leaf| {
            let fact = facts.iter().find(|fact| leaf.same_as.as_deref() == Some(fact.code()))?;
            Some((fact.path(), leaf.path().strip_prefix("content.")?.to_owned()))
        });
        // One of several values is not the same as all of them.
        let marked = marked.filter(|(fact, content)| !fact.contains('*') && !content.contains('*'));
        let same = std::iter::once((birth.to_owned(), day.to_owned())).chain(marked).collect();
        let facts = facts.iter().map(Fact::path).collect();
        Ok(Self { leaves, facts, same, usual: Vec::new(), is_for_the_person_alone: false })
    }

    /// The same columns, of packets that as a rule have this path of the header too.
    #[must_use]
    pub fn always_with(mut self, path: &'static str) -> Self {
        self.usual.push(path);
        self
    }

    /// The same columns, of packets of which the person gets a copy and nobody else anything.
    #[must_use]
    pub const fn for_the_person_alone(mut self) -> Self {
        self.is_for_the_person_alone = true;
        self
    }

    /// The same columns, of packets that cannot do without what these codes of facts say, or often cannot.
    #[must_use]
    pub fn often_with(mut self, is_needed: impl Fn(&str) -> bool, facts: &[Fact]) -> Self {
        let needed: Vec<String> =
            facts.iter().filter(|fact| is_needed(fact.code())).map(Fact::path).collect();
        for leaf in self.leaves.iter_mut().filter(|leaf| needed.contains(&leaf.path())) {
            leaf.need = leaf.need.max(Need::Often);
        }
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
            return Some(self.of_both(&path));
        }
        match parts.as_slice() {
            ["content" | "person"] => {
                let mut names: Vec<String> = Vec::new();
                for leaf in below().filter(|leaf| leaf.is_required()) {
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
            _ => {
                let needed = below().filter(|leaf| leaf.need >= Need::Often);
                let mut needed: Vec<String> = needed.map(|leaf| self.of_both(&leaf.path())).collect();
                needed.dedup();
                let all = || format!("{}.*", self.shown(&path()));
                Some(if needed.is_empty() { all() } else { needed.join(", ") })
            }
        }
    }

    /// The pointers to the members of which the object at this pointer must have at least one, with the names of their columns;
    /// none where it may do without.
    #[must_use]
    pub fn one_of(&self, pointer: &str) -> Vec<(String, String)> {
        let above = pointer.trim_start_matches('/').split('/').map(numbered).collect::<Vec<_>>().join(".");
        let member = |leaf: &Leaf| {
            let path = leaf.path();
            let (object, name) = path.rsplit_once('.')?;
            let is_ours = object == above && !leaf.one_of.is_empty();
            is_ours.then(|| (format!("{pointer}/{name}"), self.of_both(&path)))
        };
        self.leaves.iter().filter_map(member).collect()
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
        for content in self.same_as(&column.leaf) {
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

    /// The content that says the same as this path of the header.
    fn same_as(&self, path: &str) -> impl Iterator<Item = &str> {
        self.same.iter().filter(move |(header, _)| header == path).map(|(_, content)| content.as_str())
    }

    /// The path of the header that says the same as this content.
    fn said_by(&self, content: &str) -> Option<&str> {
        self.same.iter().find(|(_, same)| same == content).map(|(header, _)| header.as_str())
    }

    fn bound(&self, path: &str) -> Option<Column> {
        let parts: Vec<&str> = path.split('.').collect();
        self.leaves.iter().find_map(|leaf| leaf.bind(&parts))
    }

    /// The name of the column of this path: a template has one column where the header says the same.
    fn of_both(&self, path: &str) -> String {
        let said = path.strip_prefix("content.").and_then(|content| self.said_by(content));
        self.shown(said.unwrap_or(path))
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

/// A part of a JSON pointer as it was written.
fn plain(part: &str) -> String {
    part.replace("~1", "/").replace("~0", "~")
}

/// A part of a JSON pointer as a column has it: items are counted from 1.
fn numbered(part: &str) -> String {
    part.parse::<usize>().map_or_else(|_| plain(part), |index| index.saturating_add(1).to_string())
}
