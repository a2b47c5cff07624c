//! Which facts of a person there are, as `policies/facts.toml` says: what a sender may assert, and what the program derives.
//!
//! The members of `person`, their description, the columns of a sheet, the facts of a question and the type that rules read
//! follow from it.

mod asserted;
mod cedar;
mod derivations;
mod file;
mod needs;
mod notes;
mod possible;
mod reads;

use std::collections::BTreeSet;

use jiff::civil::Date;

pub use self::file::likely;
pub(in crate::policy) use self::{
    file::GlossaryFile,
    reads::{Moment, Reads, reads_context},
};
use crate::domain::{
    assertion::{Assertion, Assertions, FactType},
    code::Provision,
    party::Role,
    problem::{Bilingual, Fault},
};

/// The facts, each in the order of the file.
#[derive(Debug)]
pub struct Glossary {
    facts: Vec<AssertedFact>,
    derived: Vec<DerivedFact>,
    /// What the rules read: attributes that none of them asks for are not made.
    reads: Reads,
}

/// A fact that a sender asserts.
#[derive(Debug, Clone)]
pub struct AssertedFact {
    /// The name by which it is said.
    pub code: String,
    /// Of which kind it is.
    pub kind: FactType,
    /// The codes that a code or a set may have; empty for the other kinds.
    pub values: Vec<String>,
    /// What counts when nobody says it.
    pub default: Unsaid,
    /// Whether it must be said in each packet.
    pub required: bool,
    /// Who may assert it.
    pub by: BTreeSet<Role>,
    /// The provisions that need it.
    pub provisions: Vec<Provision>,
    /// What it says.
    pub text: Bilingual,
    /// What it says to leave it out, where that is more than that it does not hold.
    pub absent: Option<Bilingual>,
    /// What else a sender must know.
    pub more: Option<Bilingual>,
    may_come: Option<MayCome>,
    line: usize,
}

/// What counts when a fact is not said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsaid {
    /// The bool is this.
    Flag(bool),
    /// There is no such day or code.
    None,
    /// Silence is neither yes nor no: the derived facts say what it means.
    Third,
}

/// When a day may lie ahead.
#[derive(Debug, Clone, PartialEq, Eq)]
enum MayCome {
    Always,
    /// If this bool is asserted.
    If(String),
}

/// A fact that the program derives.
#[derive(Debug, Clone)]
struct DerivedFact {
    code: String,
    kind: DerivedType,
    at: Vec<Moment>,
    from: BTreeSet<String>,
    line: usize,
}

/// Of which kind a derived fact is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
enum DerivedType {
    Bool,
    Number,
    Code,
    Set,
    Loopbaan,
}

impl Glossary {
    /// What a sender may assert, in the order of the file.
    #[must_use]
    pub fn facts(&self) -> &[AssertedFact] {
        &self.facts
    }

    /// The fact of this code.
    #[must_use]
    pub fn fact(&self, code: &str) -> Option<&AssertedFact> {
        self.facts.iter().find(|fact| fact.code == code)
    }

    /// What this role may not assert, and what it asserts all the same. `at` is the pointer of the person.
    #[must_use]
    pub fn not_by(&self, role: Role, asserted: &Assertions, at: &str) -> Vec<Fault> {
        let wrong = |fact: &&AssertedFact| asserted.get(&fact.code).is_some() && !fact.by.contains(&role);
        self.facts.iter().filter(wrong).map(|fact| fact.not_by(at)).collect()
    }
}

impl AssertedFact {
    /// Whether this day may lie ahead, given what else is asserted.
    #[must_use]
    pub fn may_come(&self, asserted: &Assertions) -> bool {
        match &self.may_come {
            Some(MayCome::Always) => true,
            Some(MayCome::If(flag)) => asserted.is(flag),
            None => false,
        }
    }

    /// The day that is asserted of it.
    #[must_use]
    pub fn day(&self, asserted: &Assertions) -> Option<Date> {
        asserted.day(&self.code)
    }

    /// Whether this says no more than silence does.
    fn is_default(&self, value: &Assertion) -> bool {
        match (value, self.default) {
            (Assertion::Flag(is), Unsaid::Flag(default)) => *is == default,
            (Assertion::Codes(codes), _) => codes.is_empty(),
            (Assertion::Flag(_) | Assertion::Day(_) | Assertion::Code(_), _) => false,
        }
    }

    fn not_by(&self, at: &str) -> Fault {
        let roles = self.by.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(", ");
        Fault {
            text: Bilingual::of(
                format!("Uw rol mag dit feit niet opgeven. Dat mag: {roles}. Laat het weg."),
                format!("Your role may not assert this fact. Who may: {roles}. Leave it out."),
            ),
            provisions: self.provisions.clone(),
            ..Fault::at(format!("{at}/{}", self.code), "not-yours-to-assert", "", "")
        }
    }
}

/// The name of a fact in JSON, from that in TOML.
#[must_use]
pub fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |mut text, word| {
        let mut letters = word.chars();
        text.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        text.push_str(letters.as_str());
        text
    })
}
