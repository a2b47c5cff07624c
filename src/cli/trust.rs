//! Whom the gateway believes: anchors and revocation lists as the files say now, each file by itself.

use super::{Failure, compose::read as file, faults::listed};
use crate::{
    config::Config,
    domain::clock::Clock,
    exchange::admission::Trust,
    identity::{
        anchors::{AnchorSource, TrustAnchors},
        revocations::{ListSource, ListsRead, Revocations},
    },
};

/// Reads anchors and lists for the first time. A list that cannot be used is logged: only its own authority's certificates
/// are then refused.
///
/// # Errors
/// When an anchor cannot be used, or no list holds: nobody could be let in.
pub(super) fn read(config: &Config, clock: &dyn Clock) -> Result<Trust, Failure> {
    let anchors = anchors(config)?;
    let now = clock.now();
    let ListsRead { revocations, faults } = lists(config, &anchors, &Revocations::none(), clock);
    if !revocations.holds(now) {
        return Err(Failure::configuration(listed(
            (
                "de lijsten van ingetrokken certificaten zijn niet te gebruiken",
                "the revocation lists cannot be used",
            ),
            &faults,
        )));
    }
    for fault in &faults {
        tell(fault);
    }
    Ok(Trust { anchors, revocations })
}

/// Reads them again. What cannot be read stays as it was, and is logged.
pub(super) fn again(config: &Config, before: &Trust, clock: &dyn Clock) -> Trust {
    let anchors = anchors(config).unwrap_or_else(|failure| {
        tracing::error!(error_code = "reload", cause = %failure, "the trust anchors were not read again");
        before.anchors.clone()
    });
    let ListsRead { revocations, faults } = lists(config, &anchors, &before.revocations, clock);
    for fault in &faults {
        tell(fault);
    }
    Trust { anchors, revocations }
}

pub(super) fn anchors(config: &Config) -> Result<TrustAnchors, Failure> {
    let mut anchors = Vec::new();
    for anchor in &config.tls.trust {
        anchors.push((anchor.file.display().to_string(), file(&anchor.file)?, anchor.oin_prefixes.clone()));
    }
    let sources: Vec<_> =
        anchors.iter().map(|(name, pem, prefixes)| AnchorSource { name, pem, prefixes }).collect();
    TrustAnchors::read(&sources).map_err(|faults| {
        Failure::configuration(listed(
            (
                "de certificaten van vertrouwde CA's zijn niet te gebruiken",
                "the trust anchors cannot be used",
            ),
            &faults,
        ))
    })
}

pub(super) fn lists(
    config: &Config,
    anchors: &TrustAnchors,
    before: &Revocations,
    clock: &dyn Clock,
) -> ListsRead {
    let files = &config.tls.revocation.files;
    let lists: Vec<_> =
        files.iter().map(|file| (file.display().to_string(), std::fs::read(file).ok())).collect();
    let sources: Vec<_> =
        lists.iter().map(|(name, bytes)| ListSource { name, bytes: bytes.as_deref() }).collect();
    Revocations::read(&sources, anchors, before, clock.now())
}

fn tell(fault: &dyn std::error::Error) {
    tracing::error!(
        error_code = "revocation-list",
        cause = %fault,
        "a revocation list was not taken; the others were"
    );
}
