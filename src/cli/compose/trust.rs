//! Whom the gateway believes: anchors and revocation lists as the files say now, each file by itself; and no list that is
//! older than one that a gateway on this database has used.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::time::timeout;

use super::store::unusable;
use crate::{
    cli::{
        Failure,
        faults::listed,
        files,
        guarded::{self, Files},
    },
    config::Config,
    domain::clock::Clock,
    exchange::trust::Trust,
    identity::{
        anchors::{AnchorSource, TrustAnchors},
        revocations::{ListFault, ListSource, ListsRead, Revocations},
    },
    store::{Store, StoreError},
};

/// How long a reload waits for what the database keeps: the files are read all the same.
const PATIENCE: Duration = Duration::from_secs(10);

/// Reads anchors and lists for the first time. A list that cannot be used is logged: only its own authority's certificates
/// are then refused.
///
/// # Errors
/// When an anchor cannot be used, the database cannot say which lists it keeps, or no list holds: nobody could be let in.
pub(in crate::cli) async fn read(
    config: &Config,
    store: &Store,
    clock: &dyn Clock,
) -> Result<Trust, Failure> {
    let anchors = anchors(config)?;
    let now = clock.now();
    let before = kept(store, &anchors).await.map_err(|error| {
        unusable(
            (
                "de lijsten van ingetrokken certificaten in de database zijn niet te lezen",
                "the revocation lists in the database cannot be read",
            ),
            error,
        )
    })?;
    let ListsRead { revocations, faults } = lists(config, &anchors, &before, clock);
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
    let trust = Trust { anchors, revocations };
    tell_without_list(&trust);
    keep(store, &trust, &before).await;
    Ok(trust)
}

/// What of the files was taken up when they were read again, and what stayed as it was.
#[derive(Debug, Default)]
pub(in crate::cli) struct Parts {
    pub(in crate::cli) taken: Vec<String>,
    pub(in crate::cli) kept: Vec<String>,
}

impl Parts {
    /// Notes a part as taken up, or as kept.
    pub(in crate::cli) fn note(&mut self, part: impl Into<String>, is_taken: bool) {
        if is_taken { &mut self.taken } else { &mut self.kept }.push(part.into());
    }

    fn note_lists(&mut self, config: &Config, faults: &[ListFault]) {
        if faults.is_empty() {
            return self.note("revocation lists", true);
        }
        let names: BTreeSet<_> = faults.iter().filter_map(ListFault::name).collect();
        let is_named = |file: &PathBuf| names.contains(file.display().to_string().as_str());
        if config.tls.revocation.files.iter().any(|file| !is_named(file)) {
            self.note("the other revocation lists", true);
        }
        for name in &names {
            self.note(format!("revocation list `{name}`"), false);
        }
        if names.is_empty() {
            self.note("revocation lists", false);
        }
    }
}

/// Reads them again. What cannot be read stays as it was, and is logged; without the database the lists of this process count.
pub(in crate::cli) async fn again(
    config: &Config,
    before: &Trust,
    store: &Store,
    clock: &dyn Clock,
) -> (Trust, Parts) {
    let mut parts = Parts::default();
    let anchors = guarded::check_again(config, &Files::authorities(config)).and_then(|()| anchors(config));
    parts.note("authorities", anchors.is_ok());
    let anchors = anchors.unwrap_or_else(|failure| {
        tracing::error!(error_code = "reload", cause = %failure, "the trust anchors were not read again");
        before.anchors.clone()
    });
    let known = timeout(PATIENCE, store.revocation_lists()).await.ok().and_then(Result::ok);
    if known.is_none() {
        tracing::warn!(error_code = "revocation-list", "which lists the database keeps could not be read");
    }
    let known = known.unwrap_or_default();
    let own: Vec<_> = before.revocations.to_keep(&anchors).map(|list| list.der).collect();
    let newest = Revocations::kept(known.iter().chain(&own).map(Vec::as_slice), &anchors);
    let mut refused = BTreeSet::new();
    let ListsRead { revocations, faults } = lists_by(config, &anchors, &newest, clock, |path| {
        match guarded::check_again(config, &Files::list(path)) {
            Ok(()) => files::read(path).ok(),
            Err(failure) => {
                tracing::error!(error_code = "reload", cause = %failure, "a revocation list was not read again");
                refused.insert(path.display().to_string());
                None
            }
        }
    });
    parts.note_lists(config, &faults);
    // Why that one was not read has been said.
    let was_told = |fault: &ListFault| matches!(fault, ListFault::Missing(name) if refused.contains(name));
    for fault in faults.iter().filter(|fault| !was_told(fault)) {
        tell(fault);
    }
    let trust = Trust { anchors, revocations };
    tell_without_list(&trust);
    keep(store, &trust, &Revocations::kept(known.iter().map(Vec::as_slice), &trust.anchors)).await;
    (trust, parts)
}

/// The lists that gateways on this database have used, of authorities that are trusted still.
///
/// # Errors
/// As [`Store::revocation_lists`].
pub(in crate::cli) async fn kept(store: &Store, anchors: &TrustAnchors) -> Result<Revocations, StoreError> {
    let ders = store.revocation_lists().await?;
    Ok(Revocations::kept(ders.iter().map(Vec::as_slice), anchors))
}

/// Keeps the lists that are not kept yet.
async fn keep(store: &Store, trust: &Trust, known: &Revocations) {
    let known: BTreeSet<_> = known.to_keep(&trust.anchors).map(|list| list.der).collect();
    for list in trust.revocations.to_keep(&trust.anchors).filter(|list| !known.contains(&list.der)) {
        let kept = timeout(PATIENCE, store.keep_revocation_list(list)).await;
        if !matches!(kept, Ok(Ok(()))) {
            tracing::warn!(
                error_code = "revocation-list",
                "a revocation list is used that the database could not keep: it is not known after a restart"
            );
        }
    }
}

pub(in crate::cli) fn anchors(config: &Config) -> Result<TrustAnchors, Failure> {
    let mut anchors = Vec::new();
    for anchor in &config.tls.trust {
        anchors.push((
            anchor.file.display().to_string(),
            files::required(&anchor.file)?,
            anchor.oin_prefixes.clone(),
        ));
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

pub(in crate::cli) fn lists(
    config: &Config,
    anchors: &TrustAnchors,
    before: &Revocations,
    clock: &dyn Clock,
) -> ListsRead {
    lists_by(config, anchors, before, clock, |path| files::read(path).ok())
}

fn lists_by(
    config: &Config,
    anchors: &TrustAnchors,
    before: &Revocations,
    clock: &dyn Clock,
    mut read: impl FnMut(&Path) -> Option<Vec<u8>>,
) -> ListsRead {
    let files = &config.tls.revocation.files;
    let lists: Vec<_> = files.iter().map(|file| (file.display().to_string(), read(file))).collect();
    let sources: Vec<_> =
        lists.iter().map(|(name, bytes)| ListSource { name, bytes: bytes.as_deref() }).collect();
    Revocations::read(&sources, anchors, before, clock.now())
}

fn tell_without_list(trust: &Trust) {
    for authority in trust.revocations.authorities_without(&trust.anchors) {
        tracing::warn!(
            error_code = "revocation-list",
            authority,
            "there is no revocation list of a trusted authority: none of its certificates is let in"
        );
    }
}

fn tell(fault: &dyn std::error::Error) {
    tracing::error!(
        error_code = "revocation-list",
        cause = %fault,
        "a revocation list was not taken; the others were"
    );
}
