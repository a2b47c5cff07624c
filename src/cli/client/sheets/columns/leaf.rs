//! One value somewhere in a push, for which a sheet may have several columns.

use super::{column::Column, form::Form, place::Place};
use crate::cli::Language;

/// How the explanation of a column begins, in Dutch and in English.
pub(in crate::cli::client::sheets) const NEEDS: [[&str; 4]; 2] = [
    ["verplicht: ", "verplicht als u iets van ", "vaak nodig: ", "mag leeg: "],
    ["required: ", "required if you fill in anything of ", "often needed: ", "may be empty: "],
];

/// The most items of one list that a file may number.
pub(super) const MOST_ITEMS: usize = 200;

/// One value somewhere in a push: a family of columns, since a list numbers its items.
#[derive(Debug, Clone)]
pub(super) struct Leaf {
    pub(super) steps: Vec<Step>,
    pub(super) form: Form,
    pub(super) need: Need,
    /// Whether the object that it is a member of is required.
    pub(super) in_required: bool,
    pub(super) explanation: Words,
    /// The fact that it says again, as the schema marks it (`x-same-as`).
    pub(super) same_as: Option<String>,
    /// Whether the act asks for it where it is known, as the schema marks it (`x-where-possible`).
    pub(super) is_asked: bool,
    /// The paths, its own among them, of which the object that it is a member of has at least one; none where it may do without.
    pub(super) one_of: Vec<String>,
}

/// What a column is for, in both languages; its name is Dutch.
#[derive(Debug, Clone, Default)]
pub(super) struct Words {
    pub(super) nl: String,
    pub(super) en: String,
}

/// Whether a row can do without a value; the last needs it most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Need {
    Never,
    /// Only where nothing else of the group is filled: the object that so many of the first steps lead to.
    Within(usize),
    /// The form lets a row do without it, and the rules of the sender often do not.
    Often,
    Always,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Member(String),
    /// An item of a list of at most so many.
    Item(usize),
}

impl Leaf {
    /// Its path, without the numbers of items.
    pub(super) fn path(&self) -> String {
        path_of(&self.steps)
    }

    /// Its paths, with lists numbered up to `repeat`.
    pub(super) fn paths(&self, repeat: usize) -> Vec<String> {
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

    /// The column that these parts of a name mean, when it is of this family.
    pub(super) fn bind(&self, parts: &[&str]) -> Option<Column> {
        if parts.len() != self.steps.len() {
            return None;
        }
        let places: Option<Vec<Place>> =
            self.steps.iter().zip(parts).map(|(step, part)| step.bind(part)).collect();
        let form = self.form.clone();
        Some(Column { path: places?, own: form.clone(), form, leaf: self.path(), also: Vec::new() })
    }

    /// Whether no row can do without it.
    pub(super) fn is_required(&self) -> bool {
        self.need == Need::Always
    }

    /// What belongs in it, as a template says it; `group` is what the template calls what it is needed within.
    pub(super) fn explain(&self, group: impl FnOnce(usize) -> String, language: Language) -> String {
        let [dutch, english] = NEEDS;
        let [must, with, often, may] = language.pick(dutch, english);
        let need = match self.need {
            Need::Always => must.to_owned(),
            Need::Within(steps) => format!("{with}{}{}: ", group(steps), language.pick(" invult", "")),
            Need::Often => often.to_owned(),
            Need::Never => may.to_owned(),
        };
        let form = match &self.form {
            Form::Text => language.pick("tekst", "text").to_owned(),
            Form::Date => language.pick("datum jjjj-mm-dd", "date yyyy-mm-dd").to_owned(),
            Form::Moment => language.pick("dag of tijdstip", "day or moment").to_owned(),
            Form::Whole => language.pick("geheel getal", "whole number").to_owned(),
            Form::Number => language.pick("getal", "number").to_owned(),
            Form::Flag => language.pick("ja of nee", "ja or nee (yes or no)").to_owned(),
            Form::Municipality => language.pick("vier cijfers", "four digits").to_owned(),
            Form::Choice(words) => words.join(" / "),
        };
        match language.pick(&*self.explanation.nl, &*self.explanation.en) {
            "" => format!("{need}{form}"),
            explanation => format!("{need}{form}: {explanation}"),
        }
    }
}

/// A path with dots, in which a star is an item.
pub(super) fn path_of(steps: &[Step]) -> String {
    let parts: Vec<&str> = steps.iter().map(Step::part).collect();
    parts.join(".")
}

impl Step {
    fn part(&self) -> &str {
        match self {
            Self::Member(name) => name,
            Self::Item(_) => "*",
        }
    }

    /// The steps of a path with dots, in which a star is an item.
    pub(super) fn all_of(path: &str) -> Vec<Self> {
        let step =
            |part: &str| if part == "*" { Self::Item(MOST_ITEMS) } else { Self::Member(part.to_owned()) };
        path.split('.').map(step).collect()
    }

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
