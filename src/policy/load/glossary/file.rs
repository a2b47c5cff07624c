//! `facts.toml`, read and checked.

use std::{collections::BTreeSet, sync::OnceLock};

use serde::Deserialize;
use toml::Spanned;

use super::{
    AssertedFact, DerivedFact, DerivedType, Glossary, MayCome, Unsaid, derivations,
    notes::Notes,
    reads::{Moment, Reads},
};
use crate::{
    domain::{assertion::FactType, code::Provision, party::Role, problem::Bilingual},
    policy::load::finding::{Finding, said},
};

/// What a person has that is no fact of the file.
const PERSON: [&str; 3] = ["reference", "birthDate", "verblijf"];

/// The file as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::policy) struct GlossaryFile {
    #[serde(default)]
    fact: Vec<FactEntry>,
    #[serde(default)]
    derived: Vec<DerivedEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FactEntry {
    code: Spanned<String>,
    #[serde(rename = "type")]
    kind: FactType,
    #[serde(default)]
    values: Vec<String>,
    default: Default,
    #[serde(default)]
    required: bool,
    may_come: Option<String>,
    by: BTreeSet<Role>,
    provisions: Vec<Provision>,
    nl: String,
    en: String,
    absent_nl: Option<String>,
    absent_en: Option<String>,
    more_nl: Option<String>,
    more_en: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Default {
    Flag(bool),
    Word(String),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DerivedEntry {
    code: Spanned<String>,
    #[serde(rename = "type")]
    kind: DerivedType,
    #[serde(default = "today")]
    at: Vec<Moment>,
    from: BTreeSet<String>,
    nl: String,
    en: String,
}

fn today() -> Vec<Moment> {
    vec![Moment::Person]
}

impl GlossaryFile {
    /// The code and the kind of each asserted fact.
    fn codes(self) -> Vec<(String, FactType)> {
        self.fact.into_iter().map(|fact| (fact.code.into_inner(), fact.kind)).collect()
    }

    /// The facts, with what is wrong with them in `findings`. `taken` are names that a question has for something else.
    pub(in crate::policy) fn read(
        self,
        text: &str,
        is_law: &dyn Fn(&Provision) -> bool,
        taken: &BTreeSet<String>,
        findings: &mut Vec<Finding>,
    ) -> Glossary {
        let mut notes = Notes { text, all: findings };
        let silent: BTreeSet<String> = self.derived.iter().flat_map(|one| one.from.clone()).collect();
        let mut facts: Vec<AssertedFact> = Vec::new();
        for entry in self.fact {
            let line = notes.line(&entry.code);
            let code = entry.code.get_ref().clone();
            if facts.iter().any(|known| known.code == code) {
                notes.add(
                    Some(line),
                    said!("het feit `{code}` staat er twee keer", "the fact `{code}` stands there twice"),
                    ("Laat er een staan.", "Keep one."),
                );
                continue;
            }
            if !is_code(&code) || PERSON.contains(&code.as_str()) || taken.contains(&code) {
                notes.add(
                    Some(line),
                    said!("`{code}` kan geen feit heten", "no fact can be named `{code}`"),
                    (
                        "Neem een naam in camelCase van letters en cijfers, die nog nergens anders voor staat.",
                        "Take a name in camelCase of letters and digits that stands for nothing else yet.",
                    ),
                );
            }
            facts.push(entry.read(line, is_law, &silent, &mut notes));
        }
        for fact in &facts {
            let Some(MayCome::If(flag)) = &fact.may_come else { continue };
            if !facts.iter().any(|one| one.code == *flag && one.kind == FactType::Bool) {
                notes.add(
                    Some(fact.line),
                    said!(
                        "`{}` mag vooruit liggen bij `{flag}`, en dat is geen feit van type bool",
                        "`{}` may lie ahead with `{flag}`, which is no fact of type bool",
                        fact.code
                    ),
                    ("Noem een bool, of \"always\".", "Name a bool, or \"always\"."),
                );
            }
        }
        let derived: Vec<DerivedFact> =
            self.derived.into_iter().map(|entry| entry.read(&facts, &mut notes)).collect();
        derivations::read_facts_as_they_are(&facts, &mut notes);
        derivations::are_all_there(&derived, &mut notes);
        Glossary { facts, derived, reads: Reads::default() }
    }
}

/// The facts of the policies that are part of the program, each with its kind: what is likely to be the name of a fact where
/// the policies of the gateway are not known yet.
pub fn likely() -> &'static [(String, FactType)] {
    static LIKELY: OnceLock<Vec<(String, FactType)>> = OnceLock::new();
    LIKELY.get_or_init(|| {
        let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/policies/facts.toml"));
        toml::from_str::<GlossaryFile>(text).map(GlossaryFile::codes).unwrap_or_default()
    })
}

impl FactEntry {
    fn read(
        self,
        line: usize,
        is_law: &dyn Fn(&Provision) -> bool,
        silent: &BTreeSet<String>,
        notes: &mut Notes<'_>,
    ) -> AssertedFact {
        let code = self.code.into_inner();
        let mut add = |what, fix: Bilingual| notes.add(Some(line), what, fix);
        let has_codes = matches!(self.kind, FactType::Code | FactType::Set);
        let are_codes =
            self.values.iter().all(|value| value.parse::<crate::domain::code::Category>().is_ok())
                && self.values.iter().collect::<BTreeSet<_>>().len() == self.values.len();
        if has_codes == self.values.is_empty() || !are_codes {
            add(
                said!("`{code}`: de values kloppen niet", "`{code}`: the values are not right"),
                Bilingual::new(
                    "Een code of set noemt zijn codes, elk een keer, in kleine letters, cijfers en streepjes; een ander type noemt er geen.",
                    "A code or set lists its codes, each once, in small letters, digits and hyphens; another type lists none.",
                ),
            );
        }
        let default = match (self.kind, &self.default) {
            (FactType::Bool, Default::Flag(is)) => Some(Unsaid::Flag(*is)),
            (FactType::Bool, Default::Word(word)) if word == "unsaid" && silent.contains(&code) => {
                Some(Unsaid::Third)
            }
            (FactType::Date | FactType::Code | FactType::Set, Default::Word(word)) if word == "none" => {
                Some(Unsaid::None)
            }
            (_, Default::Flag(_) | Default::Word(_)) => None,
        };
        if default.is_none() {
            add(
                said!(
                    "`{code}`: deze default past niet bij {}",
                    "`{code}`: this default is none of a {}",
                    self.kind.as_str()
                ),
                Bilingual::new(
                    "Schrijf false of true voor een bool, \"unsaid\" alleen voor een bool waar een afgeleid feit van uitgaat, en \"none\" voor de andere.",
                    "Write false or true for a bool, \"unsaid\" only for a bool that a derived fact follows from, and \"none\" for the others.",
                ),
            );
        }
        if self.by.is_empty() || self.by.contains(&Role::Betrokkene) {
            add(
                said!(
                    "`{code}`: niemand die iets verzendt, mag dit opgeven",
                    "`{code}`: nobody who sends may assert this"
                ),
                Bilingual::new("Noem de rollen in by.", "Name the roles in by."),
            );
        }
        if self.provisions.is_empty() {
            add(
                said!("`{code}`: geen artikel heeft dit feit nodig", "`{code}`: no article needs this fact"),
                Bilingual::new(
                    "Noem het artikel in provisions, of laat het feit weg.",
                    "Name the article in provisions, or leave out the fact.",
                ),
            );
        }
        for provision in self.provisions.iter().filter(|provision| !is_law(provision)) {
            add(
                said!(
                    "`{code}` noemt `{provision}`, en dat staat niet in law.toml",
                    "`{code}` cites `{provision}`, which law.toml does not list"
                ),
                Bilingual::new(
                    "Zet de bepaling in law.toml, of verbeter de verwijzing.",
                    "Add the provision to law.toml, or correct the citation.",
                ),
            );
        }
        if self.may_come.is_some() && self.kind != FactType::Date {
            add(
                said!("`{code}` is geen dag die vooruit kan liggen", "`{code}` is no day that may lie ahead"),
                Bilingual::new("Laat may_come weg.", "Leave out may_come."),
            );
        }
        let empty = |text: &Option<String>| text.as_ref().is_some_and(|text| text.trim().is_empty());
        let texts = [(&self.absent_nl, &self.absent_en), (&self.more_nl, &self.more_en)];
        let half = texts.iter().any(|(nl, en)| nl.is_some() != en.is_some() || empty(nl) || empty(en));
        if half || self.nl.trim().is_empty() || self.en.trim().is_empty() {
            add(
                said!(
                    "`{code}`: een tekst ontbreekt in een van de talen",
                    "`{code}`: a text is missing in one of the languages"
                ),
                Bilingual::new(
                    "Schrijf hem in het Nederlands en in het Engels.",
                    "Write it in Dutch and in English.",
                ),
            );
        }
        let may_come = self.may_come.map(|word| match word.as_str() {
            "always" => MayCome::Always,
            _ => MayCome::If(word),
        });
        let both = |nl: Option<String>, en: Option<String>| nl.zip(en).map(|(nl, en)| Bilingual::of(nl, en));
        AssertedFact {
            code,
            kind: self.kind,
            values: self.values,
            default: default.unwrap_or(Unsaid::None),
            required: self.required,
            by: self.by,
            provisions: self.provisions,
            text: Bilingual::of(self.nl, self.en),
            absent: both(self.absent_nl, self.absent_en),
            more: both(self.more_nl, self.more_en),
            may_come,
            line,
        }
    }
}

impl DerivedEntry {
    fn read(self, facts: &[AssertedFact], notes: &mut Notes<'_>) -> DerivedFact {
        let line = notes.line(&self.code);
        let code = self.code.into_inner();
        let exists = |from: &&String| {
            !PERSON.contains(&from.as_str()) && !facts.iter().any(|fact| fact.code == **from)
        };
        for unknown in self.from.iter().filter(exists) {
            notes.add(
                Some(line),
                said!(
                    "het afgeleide feit `{code}` volgt uit `{unknown}`, en dat is geen feit",
                    "the derived fact `{code}` follows from `{unknown}`, which is no fact"
                ),
                ("Verbeter de naam in from.", "Correct the name in from."),
            );
        }
        if self.nl.trim().is_empty() || self.en.trim().is_empty() {
            notes.add(
                Some(line),
                said!(
                    "het afgeleide feit `{code}`: een tekst ontbreekt in een van de talen",
                    "the derived fact `{code}`: a text is missing in one of the languages"
                ),
                ("Schrijf hem in het Nederlands en in het Engels.", "Write it in Dutch and in English."),
            );
        }
        DerivedFact { code, kind: self.kind, at: self.at, from: self.from, line }
    }
}

/// camelCase of letters and digits, which no rule needs to put between quotes.
fn is_code(code: &str) -> bool {
    let reserved = ["true", "false", "if", "then", "else", "in", "like", "has", "is", "__cedar"];
    code.len() <= 40
        && code.starts_with(|first: char| first.is_ascii_lowercase())
        && code.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && !reserved.contains(&code)
}
