//! What is kept of the person with a declaration.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::Wish;
use crate::{
    crypto::at_rest::Place,
    domain::{
        age::BirthDate,
        id::DeclarationId,
        person::{Maatregel, Protection},
    },
    exchange::{toolbox::Toolbox, trouble::Trouble},
};

/// What is kept of the person with a declaration, under the at-rest key: who may withdraw it depends on the age.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(in crate::exchange) struct KeptFacts {
    pub(in crate::exchange) birth_date: BirthDate,
    pub(in crate::exchange) handelingsbekwaam: bool,
    pub(in crate::exchange) maatregel: BTreeSet<Maatregel>,
    pub(in crate::exchange) onbevoegd_voor_deze: Option<bool>,
}

impl KeptFacts {
    fn of(wish: &Wish) -> Self {
        Self {
            birth_date: wish.birth_date.clone(),
            handelingsbekwaam: wish.protection.handelingsbekwaam,
            maatregel: wish.protection.maatregel.clone(),
            onbevoegd_voor_deze: wish.protection.onbevoegd_voor_deze,
        }
    }

    pub(in crate::exchange) fn protection(&self) -> Protection {
        Protection {
            handelingsbekwaam: self.handelingsbekwaam,
            maatregel: self.maatregel.clone(),
            onbevoegd_voor_deze: self.onbevoegd_voor_deze,
        }
    }
}

impl Toolbox {
    /// What is known of the person, sealed for the declaration's row.
    pub(super) fn keep_facts(&self, id: DeclarationId, wish: &Wish) -> Result<Vec<u8>, Trouble> {
        let kept = serde_json::to_vec(&KeptFacts::of(wish)).map_err(|_| Trouble::Inconsistent("facts"))?;
        let place = Place { table: "declaration", row: &id.to_string(), column: "facts" };
        Ok(self.at_rest().seal(place, &Zeroizing::new(kept), self.entropy.as_ref())?)
    }
}
