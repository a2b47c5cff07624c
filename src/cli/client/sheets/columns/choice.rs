//! Which columns a template has: a handful by default, and those that are asked for.

use super::{
    Columns,
    leaf::{Leaf, Need},
};
use crate::cli::{Failure, Language, language::both};

/// Of the content that is not required, what nearly every row has.
const USUAL: [&str; 4] =
    ["persoon.voornamen", "persoon.voorvoegsel", "persoon.achternaam", "traject.opleiding"];

/// Of an address that is required, what one in the Netherlands has; other addresses are asked for.
const ADDRESS: [&str; 6] = ["straat", "huisnummer", "huisletter", "toevoeging", "postcode", "woonplaats"];

/// The word with which every column is asked for.
const EVERYTHING: &str = "alles";

/// What holds for every row of a sheet, so that it stands above the names. The school is the sender itself.
const FOR_EVERY_ROW: [&str; 6] = [
    "dataset",
    "purpose",
    "recipients.*.municipality",
    "recipients.*.role",
    "person.reference.kind",
    "person.ingeschreven",
];

/// What stands there instead of the recipients where only the person gets something.
const COPY: &str = "copyForPerson";

/// A column of a template, or a value that holds for every row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// Its name.
    pub name: String,
    /// What belongs there.
    pub explanation: String,
    /// Whether it stands once, above the names.
    pub for_every_row: bool,
}

impl Columns {
    /// What a template holds: what is required, what is usual, and what is asked for in `with`: a group such as `adres` or
    /// `stages`, the name of a column, or `alles`. Lists are numbered up to `repeat`.
    ///
    /// # Errors
    /// When the dataset has nothing of a name that is asked for.
    pub fn chosen(&self, with: &[String], repeat: usize, language: Language) -> Result<Vec<Chosen>, Failure> {
        let mut all = Vec::new();
        for leaf in &self.leaves {
            let path = leaf.path();
            let for_every_row = self.is_for_every_row(leaf, &path);
            let asked = with.iter().any(|word| word == EVERYTHING || self.is_meant(&path, word));
            if self.repeats_the_header(&path) && !asked
                || !(asked || for_every_row || self.is_usual(leaf, &path))
            {
                continue;
            }
            let repeat = if for_every_row { 1 } else { repeat.max(1) };
            let told = self.as_told(leaf, &path);
            all.extend(leaf.paths(repeat).iter().map(|path| {
                // A fact that is content too is needed within a group of the content, which has no numbers.
                let place = if told.steps == leaf.steps { path.clone() } else { told.path() };
                let group = |steps| {
                    let group = place.split('.').take(steps).collect::<Vec<_>>().join(".");
                    format!("{}.*", self.shown(&group))
                };
                let mut explanation = told.explain(group, language);
                if let [_, _, ..] = &*told.one_of {
                    let names =
                        told.one_of.iter().map(|path| self.of_both(path)).collect::<Vec<_>>().join(", ");
                    explanation.push_str(
                        language.pick("; vul ten minste een in van: ", "; fill in at least one of: "),
                    );
                    explanation.push_str(&names);
                }
                Chosen { name: self.shown(path), explanation, for_every_row }
            }));
        }
        let unknown = |word: &&String| {
            *word != EVERYTHING && !self.leaves.iter().any(|leaf| self.is_meant(&leaf.path(), word))
        };
        match with.iter().find(unknown) {
            Some(word) => Err(Failure::usage(both!(
                "de dataset heeft geen kolommen `{word}`",
                "the dataset has no columns `{word}`"
            ))
            .now(both!(
                "--with neemt {EVERYTHING}, of een of meer van: {}",
                "--with takes {EVERYTHING}, or of: {}",
                self.groups().join(", ")
            ))),
            None => Ok(all),
        }
    }

    /// The groups that `with` takes: the parts of names below which something is not in every template.
    #[must_use]
    pub fn groups(&self) -> Vec<String> {
        let mut groups: Vec<String> = Vec::new();
        for leaf in &self.leaves {
            let path = leaf.path();
            if self.is_for_every_row(leaf, &path)
                || self.is_usual(leaf, &path)
                || self.repeats_the_header(&path)
            {
                continue;
            }
            let name = self.shown(&path);
            let parts: Vec<&str> = name.split('.').filter(|part| *part != "*").collect();
            // Within the person the address is a group of its own; everything else is asked for by its first part.
            let group = match parts.as_slice() {
                ["persoon" | "contact", group, _, ..] => group,
                ["persoon", only] => only,
                [first, ..] => first,
                [] => continue,
            };
            if !groups.iter().any(|known| known == group) {
                groups.push((*group).to_owned());
            }
        }
        groups
    }

    /// Whether a word of the user's means this column: its name, or a part of it.
    fn is_meant(&self, path: &str, word: &str) -> bool {
        let name = self.shown(path);
        name == word || name.starts_with(&format!("{word}.")) || name.split('.').any(|part| part == word)
    }

    /// The leaf as its content puts it, when a fact of the header is content too: with its words and its title.
    fn as_told(&self, leaf: &Leaf, path: &str) -> Leaf {
        let content = |twin: &&Leaf| self.same_as(path).any(|same| twin.path() == format!("content.{same}"));
        match self.leaves.iter().find(content) {
            Some(twin) => Leaf { need: twin.need.max(leaf.need), ..twin.clone() },
            None => leaf.clone(),
        }
    }

    fn is_usual(&self, leaf: &Leaf, path: &str) -> bool {
        match path.strip_prefix("content.") {
            Some(content) => {
                let is_address = content
                    .rsplit_once(".adres.")
                    .is_some_and(|(_, part)| leaf.in_required && ADDRESS.contains(&part));
                leaf.need >= Need::Often || leaf.is_asked || USUAL.contains(&content) || is_address
            }
            // A fact of the header, when the content must say the same.
            None => {
                leaf.need >= Need::Often
                    || self.usual.contains(&path)
                    || self.same_as(path).any(|content| self.needs(content))
            }
        }
    }

    /// Whether the header says the same, so that one column fills both.
    fn repeats_the_header(&self, path: &str) -> bool {
        path.strip_prefix("content.").and_then(|content| self.said_by(content)).is_some()
    }

    fn is_for_every_row(&self, leaf: &Leaf, path: &str) -> bool {
        if self.is_for_the_person_alone {
            if path == COPY {
                return true;
            }
            if path.starts_with("recipients.") {
                return false;
            }
        }
        FOR_EVERY_ROW.contains(&path) || (path.starts_with("content.school.") && leaf.is_required())
    }

    /// Whether a row cannot do without something at this place of the content or below it, or often cannot.
    fn needs(&self, content: &str) -> bool {
        let (path, above) = (format!("content.{content}"), format!("content.{content}."));
        self.leaves.iter().any(|leaf| {
            let own = leaf.path();
            leaf.need >= Need::Often && (own == path || own.starts_with(&above))
        })
    }
}
