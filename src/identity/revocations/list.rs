//! Revocation lists as they are read from a source.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::Timestamp;
use rustls::{
    RootCertStore,
    pki_types::{CertificateRevocationListDer, pem::PemObject as _},
    server::{VerifierBuilderError, WebPkiClientVerifier},
};
use x509_parser::{
    certificate::X509Certificate, extensions::ParsedExtension, prelude::FromDer,
    revocation_list::CertificateRevocationList,
};

use super::fault::{ListFault, Named};
use crate::{
    domain::pem::holds_private_key,
    identity::{anchors::TrustAnchors, certificate::canonical_serial, tls::provider},
};

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

/// The issuer's name, and which of its certificates the list is about, both in DER.
pub(super) type Scope = (Vec<u8>, Vec<u8>);

#[derive(Clone)]
pub(super) struct List {
    pub(super) der: CertificateRevocationListDer<'static>,
    pub(super) authority: String,
    pub(super) number: Option<Vec<u8>>,
    pub(super) this_update: Timestamp,
    pub(super) next_update: Timestamp,
    pub(super) serials: BTreeSet<Vec<u8>>,
}

impl List {
    /// By its number, which an authority raises with each list (RFC 5280, section 5.2.3); by its date where that does not
    /// tell.
    pub(super) fn is_older_than(&self, other: &Self) -> bool {
        let by_number = self.number.as_ref().zip(other.number.as_ref());
        let by_number = by_number.map(|(own, others)| (own.len(), own).cmp(&(others.len(), others)));
        by_number.unwrap_or(Ordering::Equal).then(self.this_update.cmp(&other.this_update)).is_lt()
    }
}

/// Puts a list where there is none of its scope, or an older one.
pub(super) fn insert_newer<'n>(
    lists: &mut BTreeMap<Scope, (List, &'n str)>,
    scope: Scope,
    (list, name): (List, &'n str),
) {
    if lists.get(&scope).is_none_or(|(known, _)| known.is_older_than(&list)) {
        lists.insert(scope, (list, name));
    }
}

/// Every list of a source, or why there is none.
pub(super) fn read_all(
    source: &ListSource<'_>,
    anchors: &TrustAnchors,
) -> Vec<Result<(Scope, List), ListFault>> {
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

/// Whether an authority that is trusted signed it.
pub(super) fn is_signed(der: &[u8], anchors: &TrustAnchors) -> bool {
    CertificateRevocationList::from_der(der).is_ok_and(|(_, list)| {
        let signed = |authority: &X509Certificate<'_>| list.verify_signature(authority.public_key()).is_ok();
        anchors.find(list.issuer().as_raw(), |authority| signed(authority).then_some(())).is_some()
    })
}

pub(super) fn read(name: &str, der: &[u8], anchors: &TrustAnchors) -> Result<(Scope, List), ListFault> {
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
