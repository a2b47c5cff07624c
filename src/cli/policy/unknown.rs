//! A dataset that the policies do not have.

use crate::{
    cli::{Failure, language::both},
    domain::code::DatasetCode,
    policy::Catalogue,
};

pub(super) fn unknown(catalogue: &Catalogue, code: &DatasetCode) -> Failure {
    let known: Vec<&str> = catalogue.datasets().map(|dataset| dataset.code.as_str()).collect();
    Failure::usage(both!("er is geen dataset `{code}`", "there is no dataset `{code}`")).now(both!(
        "kies uit {}",
        "choose one of {}",
        known.join(", ")
    ))
}
