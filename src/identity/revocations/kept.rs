//! Lists that outlive the process: an older list must not undo a revocation because the gateway was started again, or
//! because another gateway on the same database has the older one.

use std::collections::BTreeMap;

use jiff::Timestamp;
use x509_parser::{prelude::FromDer, revocation_list::CertificateRevocationList};

use super::{
    Revocations,
    list::{List, Scope, insert_newer, read},
};
use crate::{domain::digest::Digest, identity::anchors::TrustAnchors};

/// The longest number of a list (RFC 5280, section 5.2.3).
const NUMBER_LENGTH: usize = 20;

/// A list as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptList {
    /// Stands for the authority, its key, and which of its certificates the list is about. An authority that begins anew
    /// with another key begins its numbers anew.
    pub scope: Digest,
    /// Its number in twenty octets, so that a larger one is larger byte by byte; empty without a number.
    pub number: Vec<u8>,
    /// When the authority made it.
    pub this_update: Timestamp,
    /// The list itself, in DER.
    pub der: Vec<u8>,
}

impl Revocations {
    /// What was kept, as far as an anchor still trusts its authority: the signatures are checked again. Of two lists of one
    /// authority and scope, the newer counts.
    #[must_use]
    pub fn kept<'d>(ders: impl IntoIterator<Item = &'d [u8]>, anchors: &TrustAnchors) -> Self {
        let mut lists = BTreeMap::new();
        for (scope, list) in ders.into_iter().filter_map(|der| read("", der, anchors).ok()) {
            insert_newer(&mut lists, scope, (list, ""));
        }
        Self { lists: lists.into_iter().map(|(scope, (list, _))| (scope, list)).collect() }
    }

    /// The lists that are used now, to be kept.
    pub fn to_keep(&self, anchors: &TrustAnchors) -> impl Iterator<Item = KeptList> {
        self.lists.iter().filter_map(|(scope, list)| to_keep(scope, list, anchors))
    }
}

fn to_keep((issuer, point): &Scope, list: &List, anchors: &TrustAnchors) -> Option<KeptList> {
    let (_, parsed) = CertificateRevocationList::from_der(&list.der).ok()?;
    let key = anchors.find(issuer, |authority| {
        let key = authority.public_key();
        parsed.verify_signature(key).is_ok().then(|| key.raw.to_vec())
    })?;
    let mut about = Vec::new();
    for part in [issuer, point, &key] {
        about.extend_from_slice(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        about.extend_from_slice(part);
    }
    Some(KeptList {
        scope: Digest::of(&about),
        number: list.number.as_deref().map(padded).unwrap_or_default(),
        this_update: list.this_update,
        der: list.der.to_vec(),
    })
}

fn padded(number: &[u8]) -> Vec<u8> {
    let mut padded = vec![0; NUMBER_LENGTH.saturating_sub(number.len())];
    padded.extend_from_slice(number);
    padded
}
