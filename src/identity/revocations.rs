//! Certificate revocation lists (RFC 5280, section 5; Digikoppeling PKI003).

mod fault;
mod kept;
mod list;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use jiff::{SignedDuration, Timestamp};
use rustls::pki_types::CertificateRevocationListDer;

use self::list::{List, Scope, insert_newer, is_signed, read_all};
pub use self::{
    fault::{ListFault, Named},
    kept::KeptList,
    list::ListSource,
};
use super::{
    ClientCertificate, IdentityFault,
    anchors::TrustAnchors,
    certificate::{canonical_serial, parse},
};

/// The revocation lists of the trusted authorities. They are read anew by making a new value and, with it, a new
/// configuration of [`super::tls`].
#[derive(Clone)]
pub struct Revocations {
    lists: BTreeMap<Scope, List>,
}

/// What was read, and what was not.
#[derive(Debug)]
pub struct ListsRead {
    /// The lists that count now.
    pub revocations: Revocations,
    /// What is wrong with the others: each concerns its own authority only.
    pub faults: Vec<ListFault>,
}

/// How a list in use stands, for who watches over it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListStanding {
    /// The authority's distinguished name.
    pub authority: String,
    /// When the authority made the list.
    pub this_update: Timestamp,
    /// Until when it holds.
    pub next_update: Timestamp,
}

/// How far an authority's clock may be ahead of this one.
const AHEAD: SignedDuration = SignedDuration::from_mins(10);

impl Revocations {
    /// No list at all: whether a certificate is revoked cannot be told, so that none may be used.
    #[must_use]
    pub const fn none() -> Self {
        Self { lists: BTreeMap::new() }
    }

    /// Reads lists and checks their signatures against the anchors, each by itself: what is wrong with one is a fault and
    /// keeps none of the others out. Of two lists with one issuer and scope, the newer counts.
    ///
    /// `before` are the lists in use, or those that were kept of an earlier run. One of them stays where nothing newer was read for it and an anchor still trusts its
    /// authority. An expired list stays too: it revokes what it names, and lets nobody else of its authority in.
    #[must_use]
    pub fn read(
        sources: &[ListSource<'_>],
        anchors: &TrustAnchors,
        before: &Self,
        now: Timestamp,
    ) -> ListsRead {
        let mut faults = Vec::new();
        let mut lists: BTreeMap<Scope, (List, &str)> = BTreeMap::new();
        for source in sources {
            for read in read_all(source, anchors) {
                match read {
                    Ok((_, list)) if list.this_update.duration_since(now) > AHEAD => {
                        faults.push(ListFault::Early(Named::of(source.name, &list.authority)));
                    }
                    Ok((scope, list)) => insert_newer(&mut lists, scope, (list, source.name)),
                    Err(fault) => faults.push(fault),
                }
            }
        }
        if sources.is_empty() {
            faults.push(ListFault::None);
        }
        for (scope, used) in &before.lists {
            match lists.get_mut(scope) {
                Some((list, name)) if list.is_older_than(used) => {
                    faults.push(ListFault::Older(Named::of(name, &used.authority)));
                    *list = used.clone();
                }
                None if is_signed(&used.der, anchors) => {
                    lists.insert(scope.clone(), (used.clone(), &used.authority));
                }
                _ => {}
            }
        }
        // Judged at the end: an old list beside its successor does no harm.
        let expired = lists.values().filter(|(list, _)| list.next_update <= now);
        faults.extend(expired.map(|(list, name)| ListFault::Expired(Named::of(name, &list.authority))));
        let lists = lists.into_iter().map(|(scope, (list, _))| (scope, list)).collect();
        ListsRead { revocations: Self { lists }, faults }
    }

    /// Whether at least one list holds now: without one nobody can be let in.
    #[must_use]
    pub fn holds(&self, now: Timestamp) -> bool {
        self.lists.values().any(|list| now < list.next_update)
    }

    /// How each list stands.
    pub fn standing(&self) -> impl Iterator<Item = ListStanding> {
        self.lists.values().map(|list| ListStanding {
            authority: list.authority.clone(),
            this_update: list.this_update,
            next_update: list.next_update,
        })
    }

    /// Whether any list of this issuer names the serial number. Issuer in DER, serial big-endian.
    #[must_use]
    pub fn is_revoked(&self, issuer: &[u8], serial: &[u8]) -> bool {
        self.of(issuer).any(|list| list.serials.contains(canonical_serial(serial)))
    }

    /// The trusted authorities of which there is no list at all, by their distinguished names: none of their certificates can be
    /// judged.
    #[must_use]
    pub fn authorities_without(&self, anchors: &TrustAnchors) -> BTreeSet<String> {
        let certificates = anchors.iter().flat_map(|anchor| &anchor.certificates);
        let authorities = certificates.filter_map(|der| parse(der).ok());
        let without = authorities.filter(|one| self.of(one.subject().as_raw()).next().is_none());
        without.map(|one| one.subject().to_string()).collect()
    }

    /// When the first of the lists lapses: before that, newer ones must have been read.
    #[must_use]
    pub fn next_update(&self) -> Option<Timestamp> {
        self.lists.values().map(|list| list.next_update).min()
    }

    /// When each of the lists lapses.
    pub fn ends(&self) -> impl Iterator<Item = Timestamp> {
        self.lists.values().map(|list| list.next_update)
    }

    /// Whether a certificate may be used now: its issuer has a list, the list holds, and the certificate is not on it.
    ///
    /// # Errors
    /// [`IdentityFault::RevocationUnknown`] without a list that holds, [`IdentityFault::Revoked`] when it is named.
    pub fn check(&self, certificate: &ClientCertificate, now: Timestamp) -> Result<(), IdentityFault> {
        let mut lists = self.of(certificate.issuer()).peekable();
        if lists.peek().is_none() {
            return Err(IdentityFault::RevocationUnknown);
        }
        if self.is_revoked(certificate.issuer(), certificate.serial()) {
            return Err(IdentityFault::Revoked);
        }
        if lists.any(|list| list.next_update <= now) {
            return Err(IdentityFault::RevocationUnknown);
        }
        Ok(())
    }

    /// The lists for rustls, which checks them once more while it builds the chain.
    pub(super) fn ders(&self) -> impl Iterator<Item = CertificateRevocationListDer<'static>> {
        self.lists.values().map(|list| list.der.clone())
    }

    fn of(&self, issuer: &[u8]) -> impl Iterator<Item = &List> {
        self.lists.iter().filter(move |((name, _), _)| name == issuer).map(|(_, list)| list)
    }
}

impl fmt::Debug for Revocations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Revocations({} lists, next update {:?})", self.lists.len(), self.next_update())
    }
}

#[cfg(test)]
mod tests;
