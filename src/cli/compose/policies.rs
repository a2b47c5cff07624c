//! The policies by which a gateway decides.

use std::{path::Path, sync::Arc};

use crate::{
    cli::{Failure, faults::found_in_files, language::both},
    config::Config,
    policy::{catalogue::Catalogue, finding::Finding},
};

/// The policies of the folder, or those that are built in.
///
/// # Errors
/// Every finding.
pub(in crate::cli) fn catalogue(folder: Option<&Path>) -> Result<Arc<Catalogue>, Failure> {
    let read = |folder| Catalogue::load(folder).map(Arc::new);
    folder.map_or_else(Catalogue::embedded, read).map_err(|findings: Vec<Finding>| {
        Failure::configuration(found_in_files(
            ("de regels zijn niet in orde", "the policies are not in order"),
            &findings,
        ))
        .now(("`sluis policy check` zegt meer", "`sluis policy check` says more"))
    })
}

/// The region of the configuration must be one of the policies', or no desk would be found.
pub(super) fn check_region(config: &Config, catalogue: &Catalogue) -> Result<(), Failure> {
    if catalogue.region(&config.region).is_some() {
        return Ok(());
    }
    let known: Vec<&str> = catalogue.regions().map(|(name, _)| name).collect();
    Err(Failure::configuration(both!(
        "de regels kennen geen regio `{}`",
        "the policies have no region `{}`",
        config.region
    ))
    .now(both!(
        "noem er een van deze in `region`: {}",
        "give one of these in `region`: {}",
        known.join(", ")
    )))
}
