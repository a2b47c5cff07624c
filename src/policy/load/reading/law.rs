//! Reads `law.toml` and `purposes.toml`.

use std::collections::BTreeMap;

use super::{Reading, fits::is_ground};
use crate::{
    domain::code::{Provision, Purpose},
    policy::load::{
        finding::{Notes, said},
        law::{self, LawEntry, LawFile, PurposeEntry, PurposesFile},
    },
};

impl Reading<'_> {
    pub(super) fn law(&mut self) -> BTreeMap<Provision, LawEntry> {
        let file = self.toml::<LawFile>("law.toml");
        let mut notes = Notes { file: "law.toml", all: self.findings };
        let mut law = BTreeMap::new();
        for entry in file.map(|file| file.provision).unwrap_or_default() {
            let id = entry.id.clone();
            if entry.reading == law::Reading::Ours && entry.question.as_ref().is_none_or(String::is_empty) {
                notes.add(
                    said!("`{id}` is onze lezing, zonder vraag", "`{id}` is our reading without a question"),
                    ("Schrijf de open vraag op.", "Write the open question."),
                );
            }
            if entry.in_force_until.is_some_and(|until| until <= entry.in_force_from) {
                notes.add(
                    said!("`{id}` houdt op voor het begint", "`{id}` ends before it begins"),
                    ("Verbeter in_force_until.", "Correct in_force_until."),
                );
            }
            if entry.gdpr.as_ref().is_some_and(|ground| !is_ground(ground)) {
                notes.add(
                    said!("`{id}`: gdpr is geen grond", "`{id}`: gdpr is not a ground"),
                    (
                        "Schrijf 6(1)(a) tot en met 6(1)(f), of 9(2)(a) tot en met (j).",
                        "Write 6(1)(a) to 6(1)(f), or 9(2)(a) to (j).",
                    ),
                );
            }
            if law.insert(id.clone(), entry).is_some() {
                notes.add(
                    said!("`{id}` staat er twee keer", "`{id}` stands there twice"),
                    ("Laat er een staan.", "Keep one entry."),
                );
            }
        }
        law
    }

    pub(super) fn purposes(&mut self) -> BTreeMap<Purpose, PurposeEntry> {
        let file = self.toml::<PurposesFile>("purposes.toml");
        let mut notes = Notes { file: "purposes.toml", all: self.findings };
        let mut purposes = BTreeMap::new();
        for entry in file.map(|file| file.purpose).unwrap_or_default() {
            let code = entry.code.clone();
            if purposes.insert(code.clone(), entry).is_some() {
                notes.add(
                    said!("`{code}` staat er twee keer", "`{code}` stands there twice"),
                    ("Laat er een staan.", "Keep one entry."),
                );
            }
        }
        purposes
    }
}
