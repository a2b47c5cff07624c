//! Which facts a basis cannot do without: those whose silence its rules refuse, whoever the person is otherwise.

use std::collections::BTreeSet;

use cedar_policy::Policy;
use serde_json::Value as Json;

use super::{AssertedFact, DerivedType, Glossary, Unsaid, reads::Moment};
use crate::domain::{
    assertion::{FactType, GEDIPLOMEERD, GEDIPLOMEERD_OP, VERLATEN_OP},
    party::Role,
};

/// The members of `Loopbaan` that say no as long as one fact is not said.
const LOOPBAAN: [(&str, &str); 3] =
    [("verlaten", VERLATEN_OP), ("gediplomeerd", GEDIPLOMEERD), ("diplomadatumBekend", GEDIPLOMEERD_OP)];

/// Of rules that look at more than this no need is told: every combination of what they look at is tried.
const MOST_LOOKED_AT: usize = 12;

/// When a rule refuses, by what it looks at.
enum Term {
    Known(bool),
    /// What one fact decides: silence about it says this, and saying it may say the other.
    Said {
        fact: String,
        silence: bool,
    },
    /// What other things decide: the age, the calendar, what was declared.
    Other(usize),
    Not(Box<Self>),
    Both(Box<Self>, Box<Self>),
    Either(Box<Self>, Box<Self>),
}

/// What is tried: the facts that are said otherwise than silence would, and the other things that hold.
struct Tried<'a> {
    said: &'a BTreeSet<&'a str>,
    others: &'a [usize],
}

impl Glossary {
    /// The facts of which this sender must say something, by these conditions of a basis, in the order of the file. A fact is
    /// needed where somebody can be thought of, by what is said anyway, whom these conditions refuse for want of it at any age
    /// and on any day. Where either of two would do, the one that stands first in the file is needed.
    pub(in crate::policy) fn needed<'a>(
        &self,
        conditions: impl Iterator<Item = &'a Policy>,
        sender: Role,
    ) -> Vec<&AssertedFact> {
        let mut reader = Reader { glossary: self, sender, others: Vec::new() };
        let rules: Vec<Term> = conditions.filter_map(|policy| reader.rule(&policy.to_json().ok()?)).collect();
        let own = || self.facts.iter().filter(|fact| fact.by.contains(&sender));
        let mut told: Vec<&AssertedFact> = own().filter(|fact| fact.required).collect();
        while let Some(next) =
            own().find(|fact| told.iter().all(|one| one.code != fact.code) && is_needed(fact, &told, &rules))
        {
            told.push(next);
        }
        own().filter(|fact| !fact.required && told.iter().any(|one| one.code == fact.code)).collect()
    }

    /// The fact that decides this alone, and what its silence says.
    fn decided(&self, path: &[&str]) -> Option<(&str, bool)> {
        let (first, rest) = path.split_first()?;
        let at = Moment::ALL.into_iter().find(|moment| moment.as_str() == *first)?;
        let (code, rest) = rest.split_first()?;
        let derived = self.derived.iter().find(|one| one.code == *code && one.at.contains(&at));
        match (derived, rest) {
            (Some(one), [member]) if one.kind == DerivedType::Loopbaan => {
                let (_, fact) = LOOPBAAN.iter().find(|(name, _)| name == member)?;
                Some((fact, false))
            }
            (Some(one), []) if one.kind == DerivedType::Bool && one.from.len() == 1 => {
                one.from.first().and_then(|from| self.fact(from)).map(|fact| (fact.code.as_str(), false))
            }
            (Some(_), _) => None,
            (None, rest) => {
                let fact = self.fact(code)?;
                match (fact.kind, fact.default, rest) {
                    (FactType::Bool, Unsaid::Flag(default), []) => Some((&fact.code, default)),
                    (FactType::Date, _, ["bekend"]) | (FactType::Code | FactType::Set, _, []) => {
                        Some((&fact.code, false))
                    }
                    _ => None,
                }
            }
        }
    }
}

/// Whether these rules refuse whoever of them says nothing of this fact, and would not if it were said.
fn is_needed(fact: &AssertedFact, told: &[&AssertedFact], rules: &[Term]) -> bool {
    let rules: Vec<&Term> = rules.iter().filter(|rule| rule.looks_at(&fact.code)).collect();
    let mut others = BTreeSet::new();
    for rule in &rules {
        rule.add_others(&mut others);
    }
    // A day or a code that is told is there; a yes or no may be either.
    let (flags, always): (Vec<&AssertedFact>, Vec<&AssertedFact>) =
        told.iter().partition(|one| one.kind == FactType::Bool);
    if rules.is_empty() || others.len().saturating_add(flags.len()) > MOST_LOOKED_AT {
        return false;
    }
    let others = subsets(&others.into_iter().collect::<Vec<_>>());
    subsets(&flags).iter().any(|flags| {
        let silent: BTreeSet<&str> = flags.iter().chain(&always).map(|one| one.code.as_str()).collect();
        let said: BTreeSet<&str> = silent.iter().copied().chain([fact.code.as_str()]).collect();
        others.iter().all(|others| {
            let refuses = |rule: &Term, said| rule.holds(&Tried { said, others });
            rules.iter().any(|rule| refuses(rule, &silent) && !refuses(rule, &said))
        })
    })
}

/// Every choice out of these.
fn subsets<T: Copy>(of: &[T]) -> Vec<Vec<T>> {
    of.iter().fold(vec![Vec::new()], |all, one| {
        let with = all.iter().map(|some| some.iter().copied().chain([*one]).collect()).collect::<Vec<_>>();
        [all, with].concat()
    })
}

impl Term {
    fn holds(&self, tried: &Tried<'_>) -> bool {
        match self {
            Self::Known(is) => *is,
            Self::Said { fact, silence } => *silence != tried.said.contains(fact.as_str()),
            Self::Other(at) => tried.others.contains(at),
            Self::Not(term) => !term.holds(tried),
            Self::Both(one, other) => one.holds(tried) && other.holds(tried),
            Self::Either(one, other) => one.holds(tried) || other.holds(tried),
        }
    }

    fn parts(&self) -> Vec<&Self> {
        match self {
            Self::Known(_) | Self::Said { .. } | Self::Other(_) => vec![self],
            Self::Not(term) => term.parts(),
            Self::Both(one, other) | Self::Either(one, other) => [one.parts(), other.parts()].concat(),
        }
    }

    fn looks_at(&self, code: &str) -> bool {
        self.parts().into_iter().any(|part| matches!(part, Self::Said { fact, .. } if fact == code))
    }

    fn add_others(&self, others: &mut BTreeSet<usize>) {
        others.extend(
            self.parts().into_iter().filter_map(
                |part| {
                    if let Self::Other(at) = part { Some(*at) } else { None }
                },
            ),
        );
    }
}

/// Reads rules of one sender: what is the same thing in two of them gets the same number.
struct Reader<'a> {
    glossary: &'a Glossary,
    sender: Role,
    others: Vec<Json>,
}

impl Reader<'_> {
    /// When a condition refuses, from its JSON form.
    fn rule(&mut self, policy: &Json) -> Option<Term> {
        let conditions = policy.get("conditions")?.as_array()?;
        Some(conditions.iter().fold(Term::Known(true), |all, one| {
            let body = self.term(one.get("body").unwrap_or(&Json::Null));
            let unless = one.get("kind").is_some_and(|kind| kind == "unless");
            let body = if unless { Term::Not(Box::new(body)) } else { body };
            Term::Both(Box::new(all), Box::new(body))
        }))
    }

    fn term(&mut self, node: &Json) -> Term {
        let Some((operator, operands)) = node.as_object().and_then(|members| members.iter().next()) else {
            return self.other(node);
        };
        let side = |name: &str| operands.get(name).unwrap_or(&Json::Null);
        let not = |term| Term::Not(Box::new(term));
        match operator.as_str() {
            "&&" => Term::Both(Box::new(self.term(side("left"))), Box::new(self.term(side("right")))),
            "||" => Term::Either(Box::new(self.term(side("left"))), Box::new(self.term(side("right")))),
            "!" => not(self.term(side("arg"))),
            // The same comparison, told the other way round.
            ">=" => not(self.other(&serde_json::json!({ "<": operands }))),
            ">" => not(self.other(&serde_json::json!({ "<=": operands }))),
            "." => self.said(node, node, false),
            "contains" | "containsAny" | "containsAll" => self.said(node, side("left"), false),
            "isEmpty" => self.said(node, side("arg"), true),
            "in" if attributes(side("left")).as_deref() == Some(&["sender"]) => {
                let mut roles = Vec::new();
                named(side("right"), &mut roles);
                Term::Known(roles.contains(&self.sender.as_str()))
            }
            _ => self.other(node),
        }
    }

    /// What reads this place, as the fact that decides it; `turned` where the reading says yes of what is not there.
    fn said(&mut self, node: &Json, place: &Json, turned: bool) -> Term {
        match attributes(place).and_then(|path| self.glossary.decided(&path)) {
            Some((fact, silence)) => Term::Said { fact: fact.to_owned(), silence: silence != turned },
            None => self.other(node),
        }
    }

    fn other(&mut self, node: &Json) -> Term {
        if let Some(at) = self.others.iter().position(|known| known == node) {
            return Term::Other(at);
        }
        self.others.push(node.clone());
        Term::Other(self.others.len().saturating_sub(1))
    }
}

/// The members that lead to this place from the context.
fn attributes(node: &Json) -> Option<Vec<&str>> {
    if node.get("Var").is_some_and(|variable| variable == "context") {
        return Some(Vec::new());
    }
    let access = node.get(".")?;
    let mut path = attributes(access.get("left")?)?;
    path.push(access.get("attr")?.as_str()?);
    Some(path)
}

/// The names of the entities that stand here.
fn named<'a>(node: &'a Json, names: &mut Vec<&'a str>) {
    match node {
        Json::Array(items) => items.iter().for_each(|item| named(item, names)),
        Json::Object(members) => match members.get("__entity") {
            Some(entity) => names.extend(entity.get("id").and_then(Json::as_str)),
            None => members.values().for_each(|member| named(member, names)),
        },
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use crate::policy::load::catalogue::Catalogue;

    #[test]
    fn a_basis_needs_what_its_rules_refuse_to_miss() {
        let catalogue = Catalogue::embedded().unwrap();
        let mut found = Vec::new();
        for dataset in catalogue.datasets() {
            for basis in dataset.bases.values() {
                for sender in &basis.senders {
                    let needed = catalogue.needed(basis, *sender);
                    let needed = needed.iter().map(|fact| fact.code.as_str()).collect::<Vec<_>>().join(", ");
                    found.push(format!("{} {sender}: {needed}", basis.id));
                }
            }
        }
        let expected = [
            "overgangsdocument.betrokkene-mbo mbo-school: gediplomeerd",
            "overgangsdocument.betrokkene-pro pro-school: ",
            "overgangsdocument.betrokkene-vso vso-school: profiel",
            "overgangsdocument.betrokkene-vso-14e vso-school: profiel, verlatenOp",
            "overgangsdocument.betrokkene-vso-14h vso-school: verlatenOp",
            "overgangsdocument.mbo mbo-school: gediplomeerd",
            "overgangsdocument.pro pro-school: verlatenOp",
            "overgangsdocument.vso vso-school: profiel, verlatenOp",
            "uitstroomprofiel.doorstroompunt pro-school: verlatenOp",
            "uitstroomprofiel.doorstroompunt vso-school: verlatenOp",
            "uitstroomprofiel.doorstroompunt mbo-school: verlatenOp",
            "uitstroomprofiel.leerplicht pro-school: verlatenOp",
            "uitstroomprofiel.leerplicht vso-school: verlatenOp",
            "uitstroomprofiel.leerplicht mbo-school: gediplomeerd, gediplomeerdOp",
            "uitstroomprofiel.mbo-werk-en-inkomen mbo-school: gediplomeerd, gediplomeerdOp",
            "uitstroomprofiel.pro-werk-en-inkomen pro-school: verlatenOp",
            "uitstroomprofiel.vso-werk-en-inkomen vso-school: verlatenOp",
            "verwijderingsmelding.leerplichtwet pro-school: verwijderdOp",
            "verwijderingsmelding.leerplichtwet vso-school: verwijderdOp",
            "verwijderingsmelding.leerplichtwet mbo-school: verwijderdOp",
            "verwijderingsmelding.pro pro-school: verwijderdOp",
            "verwijderingsmelding.vso vso-school: verwijderdOp",
            "verwijderingsmelding.vso-contactgemeente vso-school: verwijderdOp, contactgemeenteGevraagdOp",
            "verzoek-voortzetting.mbo mbo-school: gediplomeerd, gediplomeerdOp",
            "verzoek-voortzetting.pro pro-school: verlatenOp",
            "verzoek-voortzetting.vso vso-school: verlatenOp",
        ];
        assert_eq!(found, expected);
    }
}
