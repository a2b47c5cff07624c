//! Certificate revocation lists (RFC 5280, section 5; Digikoppeling PKI003).

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

use jiff::{SignedDuration, Timestamp};
use rustls::{
    RootCertStore,
    pki_types::{CertificateRevocationListDer, pem::PemObject as _},
    server::{VerifierBuilderError, WebPkiClientVerifier},
};
use x509_parser::{
    certificate::X509Certificate, extensions::ParsedExtension, prelude::FromDer,
    revocation_list::CertificateRevocationList,
};

mod kept;

pub use self::kept::KeptList;
use super::{
    ClientCertificate, IdentityFault,
    anchors::TrustAnchors,
    certificate::{canonical_serial, parse},
    tls::provider,
};
use crate::domain::pem::holds_private_key;

const LONGEST: usize = 64 * 1024 * 1024;

/// A source of revocation lists as the configuration names it.
#[derive(Debug, Clone, Copy)]
pub struct ListSource<'a> {
    /// Its name in messages, such as the file's name.
    pub name: &'a str,
    /// One list in DER; or as many as there are in PEM, with any text around the blocks (RFC 7468). Absent where it could
    /// not be fetched or read.
    pub bytes: Option<&'a [u8]>,
}

/// What is wrong with a revocation list. The other lists are taken all the same.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListFault {
    /// There is none at all: without one nobody's certificate can be judged.
    #[error("there is no revocation list, so no certificate could be judged")]
    None,
    /// The source is not there or may not be read.
    #[error("revocation list `{0}` is not there, or may not be read")]
    Missing(String),
    /// Not a revocation list, or not one that rustls reads; or one with a critical extension that is not known here (such
    /// as a delta list).
    #[error("revocation list `{0}` cannot be read, or is a delta, indirect or partial list")]
    Unreadable(String),
    /// A private key stands in it.
    #[error("revocation list `{0}` holds a private key, which belongs in a file of its own: take it out")]
    PrivateKey(String),
    /// No trusted authority signed it.
    #[error(
        "revocation list {0} is not signed by a trusted authority: give the certificate of this one in `[[tls.trust]]`, also where it is \
         below a root that stands there"
    )]
    Signature(Named),
    /// It has no `nextUpdate`, or that has passed.
    #[error("revocation list {0} has expired or does not say until when it holds: fetch the present one")]
    Expired(Named),
    /// One that is older, by its number or its date, than the one in use.
    #[error("revocation list {0} is older than the one in use, which stays: fetch the present one")]
    Older(Named),
    /// The authority says that it made it later than it is now.
    #[error(
        "revocation list {0} is from the future: look at this machine's clock, and fetch the present one"
    )]
    Early(Named),
}

/// One list of a source, which may hold several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The name of the source.
    pub source: String,
    /// The distinguished name of the authority that the list says it is of.
    pub authority: String,
}

impl Named {
    fn of(source: &str, authority: impl fmt::Display) -> Self {
        // Whoever made a list chose this name: nothing in it may end a line.
        let authority = authority.to_string().replace(char::is_control, " ");
        Self { source: source.to_owned(), authority }
    }
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // One that was kept has no other name.
        if self.source == self.authority {
            return write!(f, "of `{}`", self.authority);
        }
        write!(f, "`{}` of `{}`", self.source, self.authority)
    }
}

impl ListFault {
    /// The source that it is about; none where there is no list at all.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::None => None,
            Self::Missing(name) | Self::Unreadable(name) | Self::PrivateKey(name) => Some(name),
            Self::Signature(list) | Self::Expired(list) | Self::Older(list) | Self::Early(list) => {
                Some(&list.source)
            }
        }
    }
}

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

/// The issuer's name, and which of its certificates the list is about, both in DER.
type Scope = (Vec<u8>, Vec<u8>);

#[derive(Clone)]
struct List {
    der: CertificateRevocationListDer<'static>,
    authority: String,
    number: Option<Vec<u8>>,
    this_update: Timestamp,
    next_update: Timestamp,
    serials: BTreeSet<Vec<u8>>,
}

impl List {
    /// By its number, which an authority raises with each list (RFC 5280, section 5.2.3); by its date where that does not
    /// tell.
    fn is_older_than(&self, other: &Self) -> bool {
        let by_number = self.number.as_ref().zip(other.number.as_ref());
        let by_number = by_number.map(|(own, others)| (own.len(), own).cmp(&(others.len(), others)));
        by_number.unwrap_or(Ordering::Equal).then(self.this_update.cmp(&other.this_update)).is_lt()
    }
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

/// Puts a list where there is none of its scope, or an older one.
fn insert_newer<'n>(
    lists: &mut BTreeMap<Scope, (List, &'n str)>,
    scope: Scope,
    (list, name): (List, &'n str),
) {
    if lists.get(&scope).is_none_or(|(known, _)| known.is_older_than(&list)) {
        lists.insert(scope, (list, name));
    }
}

/// Every list of a source, or why there is none.
fn read_all(source: &ListSource<'_>, anchors: &TrustAnchors) -> Vec<Result<(Scope, List), ListFault>> {
    let Some(bytes) = source.bytes else { return vec![Err(ListFault::Missing(source.name.to_owned()))] };
    let unreadable = || ListFault::Unreadable(source.name.to_owned());
    if holds_private_key(bytes) {
        return vec![Err(ListFault::PrivateKey(source.name.to_owned()))];
    }
    if !is_pem(bytes) {
        return vec![read(source.name, bytes, anchors)];
    }
    let blocks = blocks(bytes);
    blocks
        .into_iter()
        .map(|block| {
            let list = CertificateRevocationListDer::from_pem_slice(block).map_err(|_| unreadable())?;
            read(source.name, &list, anchors)
        })
        .collect()
}

const BEGIN: &[u8] = b"-----BEGIN ";

/// DER begins with the tag of a sequence; a text that has the mark of PEM somewhere does not.
fn is_pem(bytes: &[u8]) -> bool {
    bytes.first() != Some(&0x30) && bytes.windows(BEGIN.len()).any(|window| window == BEGIN)
}

/// The pieces of a text that each begin with the mark of a block, so that one broken block takes no other along.
fn blocks(bytes: &[u8]) -> Vec<&[u8]> {
    let mut starts: Vec<usize> = bytes
        .windows(BEGIN.len())
        .enumerate()
        .filter_map(|(at, window)| (window == BEGIN).then_some(at))
        .collect();
    starts.push(bytes.len());
    starts.windows(2).filter_map(|pair| bytes.get(*pair.first()?..*pair.get(1)?)).collect()
}

fn is_signed(der: &[u8], anchors: &TrustAnchors) -> bool {
    CertificateRevocationList::from_der(der).is_ok_and(|(_, list)| {
        let signed = |authority: &X509Certificate<'_>| list.verify_signature(authority.public_key()).is_ok();
        anchors.find(list.issuer().as_raw(), |authority| signed(authority).then_some(())).is_some()
    })
}

fn read(name: &str, der: &[u8], anchors: &TrustAnchors) -> Result<(Scope, List), ListFault> {
    let unreadable = || ListFault::Unreadable(name.to_owned());
    if der.len() > LONGEST {
        return Err(unreadable());
    }
    let Ok(([], list)) = CertificateRevocationList::from_der(der) else { return Err(unreadable()) };
    if !is_signed(der, anchors) {
        return Err(ListFault::Signature(Named::of(name, list.issuer())));
    }
    let mut scope = Vec::new();
    for extension in list.extensions() {
        match extension.parsed_extension() {
            // Which of the issuer's certificates the list is about; rustls judges that for each chain.
            ParsedExtension::IssuingDistributionPoint(point)
                if !point.indirect_crl && point.only_some_reasons.is_none() =>
            {
                scope = extension.value.to_vec();
            }
            _ if extension.critical => return Err(unreadable()),
            _ => {}
        }
    }
    let instant = |seconds| Timestamp::from_second(seconds).map_err(|_| unreadable());
    let expired = || ListFault::Expired(Named::of(name, list.issuer()));
    let read = List {
        authority: list.issuer().to_string(),
        number: list.crl_number().map(|number| canonical_serial(&number.to_bytes_be()).to_vec()),
        next_update: instant(list.next_update().ok_or_else(expired)?.timestamp())?,
        this_update: instant(list.last_update().timestamp())?,
        serials: list
            .iter_revoked_certificates()
            .map(|revoked| canonical_serial(revoked.raw_serial()).to_vec())
            .collect(),
        der: CertificateRevocationListDer::from(der.to_vec()),
    };
    let issuer = list.issuer().as_raw().to_vec();
    if is_read_by_rustls(&read.der, anchors) { Ok(((issuer, scope), read)) } else { Err(unreadable()) }
}

/// rustls is stricter than the reader above, in the number of the list for one. Asked here, so that a list that it
/// refuses is named, and does not keep the listener from starting.
fn is_read_by_rustls(list: &CertificateRevocationListDer<'static>, anchors: &TrustAnchors) -> bool {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(anchors.iter().flat_map(|anchor| anchor.certificates.iter().cloned()));
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::new(provider()))
        .with_crls([list.clone()])
        .build();
    !matches!(verifier, Err(VerifierBuilderError::InvalidCrl(_)))
}

#[cfg(test)]
mod tests;
