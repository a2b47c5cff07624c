//! Certificate revocation lists (RFC 5280, section 5; Digikoppeling PKI003).

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

use jiff::Timestamp;
use rustls::{
    RootCertStore,
    pki_types::CertificateRevocationListDer,
    server::{VerifierBuilderError, WebPkiClientVerifier},
};
use x509_parser::{
    extensions::ParsedExtension, prelude::FromDer, revocation_list::CertificateRevocationList,
};

use super::{
    ClientCertificate, IdentityFault, anchors::TrustAnchors, certificate::canonical_serial, tls::provider,
};

const LONGEST: usize = 64 * 1024 * 1024;

/// One revocation list as the configuration names it.
#[derive(Debug, Clone, Copy)]
pub struct ListSource<'a> {
    /// Its name in messages, such as the file's name.
    pub name: &'a str,
    /// The list, in DER or PEM.
    pub bytes: &'a [u8],
}

/// What is wrong with a revocation list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListFault {
    /// There is none at all: without one nobody's certificate can be judged.
    #[error("there is no revocation list, so no certificate could be judged")]
    None,
    /// Not a revocation list, or not one that rustls reads; or one with a critical extension that is not known here (such
    /// as a delta list).
    #[error("revocation list `{0}` cannot be read, or is a delta, indirect or partial list")]
    Unreadable(String),
    /// No trusted authority signed it.
    #[error("revocation list `{0}` is not signed by a trusted authority")]
    Signature(String),
    /// It has no `nextUpdate`, or that has passed.
    #[error("revocation list `{0}` has expired or does not say until when it holds: fetch the present one")]
    Expired(String),
}

/// The revocation lists of the trusted authorities. They are read anew by making a new value and, with it, a new
/// configuration of [`super::tls`].
#[derive(Clone)]
pub struct Revocations {
    lists: BTreeMap<(Vec<u8>, Vec<u8>), List>,
}

#[derive(Clone)]
struct List {
    der: CertificateRevocationListDer<'static>,
    this_update: Timestamp,
    next_update: Timestamp,
    serials: BTreeSet<Vec<u8>>,
}

impl Revocations {
    /// No list at all: whether a certificate is revoked cannot be told, so that none may be used.
    #[must_use]
    pub const fn none() -> Self {
        Self { lists: BTreeMap::new() }
    }

    /// Reads lists and checks their signatures against the anchors. Of two lists with one issuer and scope, the newer
    /// counts.
    ///
    /// # Errors
    /// Every fault of every list; an expired list is one.
    pub fn read(
        sources: &[ListSource<'_>],
        anchors: &TrustAnchors,
        now: Timestamp,
    ) -> Result<Self, Vec<ListFault>> {
        let mut faults = Vec::new();
        let mut lists: BTreeMap<_, List> = BTreeMap::new();
        for source in sources {
            match read(source, anchors) {
                Ok((scope, list)) => {
                    if lists.get(&scope).is_none_or(|known| known.this_update < list.this_update) {
                        lists.insert(scope, list);
                    }
                }
                Err(fault) => faults.push(fault),
            }
        }
        if sources.is_empty() {
            faults.push(ListFault::None);
        }
        // Judged at the end: an old list beside its successor does no harm.
        let name = |der: &CertificateRevocationListDer<'_>| {
            let named = |source: &&ListSource<'_>| to_der(source.bytes).as_deref() == Some(der.as_ref());
            sources.iter().find(named).map(|source| source.name.to_owned()).unwrap_or_default()
        };
        faults.extend(
            lists
                .values()
                .filter(|list| list.next_update <= now)
                .map(|list| ListFault::Expired(name(&list.der))),
        );
        if faults.is_empty() { Ok(Self { lists }) } else { Err(faults) }
    }

    /// Whether any list of this issuer names the serial number. Issuer in DER, serial big-endian.
    #[must_use]
    pub fn is_revoked(&self, issuer: &[u8], serial: &[u8]) -> bool {
        self.of(issuer).any(|list| list.serials.contains(canonical_serial(serial)))
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

fn to_der(bytes: &[u8]) -> Option<Vec<u8>> {
    if bytes.starts_with(b"-----BEGIN") {
        pem::parse(bytes).ok().filter(|block| block.tag() == "X509 CRL").map(pem::Pem::into_contents)
    } else {
        Some(bytes.to_vec())
    }
}

type Scoped = ((Vec<u8>, Vec<u8>), List);

fn read(source: &ListSource<'_>, anchors: &TrustAnchors) -> Result<Scoped, ListFault> {
    let unreadable = || ListFault::Unreadable(source.name.to_owned());
    let der = to_der(source.bytes).filter(|der| der.len() <= LONGEST).ok_or_else(unreadable)?;
    let Ok(([], list)) = CertificateRevocationList::from_der(&der) else { return Err(unreadable()) };
    let issuer = list.issuer().as_raw().to_vec();
    if !anchors.signed_by(&issuer, |authority| list.verify_signature(authority.public_key()).is_ok()) {
        return Err(ListFault::Signature(source.name.to_owned()));
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
    let expired = || ListFault::Expired(source.name.to_owned());
    let next_update = instant(list.next_update().ok_or_else(expired)?.timestamp())?;
    let this_update = instant(list.last_update().timestamp())?;
    let serials = list
        .iter_revoked_certificates()
        .map(|revoked| canonical_serial(revoked.raw_serial()).to_vec())
        .collect();
    let der_owned = CertificateRevocationListDer::from(der.clone());
    if !is_read_by_rustls(&der_owned, anchors) {
        return Err(unreadable());
    }
    Ok(((issuer, scope), List { der: der_owned, this_update, next_update, serials }))
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
