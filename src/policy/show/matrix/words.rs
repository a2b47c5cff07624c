//! What the codes of a row are called, in Dutch and English.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    domain::{party::Role, problem::Bilingual},
    policy::load::{
        catalogue::Catalogue,
        dataset::{Basis, Dataset},
    },
};

/// Chooses one of two languages.
pub type Pick = for<'a> fn(&'a Bilingual) -> &'a str;

/// The labels of the roles, purposes and categories of a basis, each by code: a role and a category may share one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Words {
    /// Of who sends and who receives.
    pub roles: BTreeMap<String, Bilingual>,
    /// Of the purposes.
    pub purposes: BTreeMap<String, Bilingual>,
    /// Of what may be sent.
    pub categories: BTreeMap<String, Bilingual>,
}

/// The labels of a basis.
pub(super) fn of(catalogue: &Catalogue, dataset: &Dataset, basis: &Basis) -> Words {
    let roles = basis.senders.iter().chain(&basis.recipients).map(|one| (one.to_string(), role(*one)));
    let purposes = basis.purposes.iter().filter_map(|code| catalogue.purpose(code)).map(|entry| {
        let label = Bilingual { nl: entry.nl.clone().into(), en: entry.en.clone().into() };
        (entry.code.to_string(), label)
    });
    let categories = dataset.categories.iter().map(|(code, info)| (code.to_string(), info.title.clone()));
    let allowed = basis.allowed();
    let categories = categories.filter(|(code, _)| allowed.iter().any(|one| one.as_str() == code));
    Words { roles: roles.collect(), purposes: purposes.collect(), categories: categories.collect() }
}

/// A code with its label; the code alone where the policies have none.
pub(super) fn named<T: ToString>(items: &[T], words: &BTreeMap<String, Bilingual>, pick: Pick) -> String {
    let name = |item: &T| {
        let code = item.to_string();
        match words.get(&code) {
            Some(label) => format!("{} ({code})", pick(label)),
            None => code,
        }
    };
    items.iter().map(name).collect::<Vec<_>>().join("; ")
}

const fn role(role: Role) -> Bilingual {
    match role {
        Role::ProSchool => Bilingual::new("school voor praktijkonderwijs", "school for practical education"),
        Role::VsoSchool => Bilingual::new(
            "school voor voortgezet speciaal onderwijs",
            "school for special secondary education",
        ),
        Role::MboSchool => Bilingual::new("mbo-instelling", "institution for vocational education"),
        Role::WerkEnInkomen => Bilingual::new("gemeente, Werk & Inkomen", "municipality, work and income"),
        Role::Doorstroompunt => {
            Bilingual::new("gemeente, Doorstroompunt", "municipality, Doorstroompunt (RMC)")
        }
        Role::Leerplicht => Bilingual::new("gemeente, Leerplicht", "municipality, compulsory education"),
        Role::Verwerker => Bilingual::new("verwerker", "processor"),
        Role::Betrokkene => Bilingual::new(
            "de jongere of de ouders, via de school",
            "the young person or the parents, through the school",
        ),
    }
}
