//! The authorities that are trusted, and for which organisations.

use std::{collections::BTreeSet, fmt};

use rustls::{
    RootCertStore,
    pki_types::{
        CertificateDer,
        pem::{PemObject as _, SectionKind},
    },
};
use x509_parser::certificate::X509Certificate;

use super::certificate::{kind, parse};
use crate::domain::{
    oin::Oin,
    pem::{holds_private_key, unmarked},
};

/// One trust anchor as the configuration names it.
#[derive(Debug, Clone, Copy)]
pub struct AnchorSource<'a> {
    /// Its name in messages, such as the file's name.
    pub name: &'a str,
    /// The authority's certificates in PEM. Each of them is trusted to issue, so each needs a revocation list.
    pub pem: &'a [u8],
    /// The OIN prefixes that it vouches for, such as `00000001`.
    pub prefixes: &'a [String],
}

/// What is wrong with a trust anchor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnchorFault {
    /// There is none at all.
    #[error("there is no trust anchor, so nobody could be let in")]
    None,
    /// No certificate in the file, or something that is no certificate.
    #[error("trust anchor `{0}` holds no certificate in PEM, or one that cannot be read")]
    Unreadable(String),
    /// A private key, which is no business of whoever trusts the authority.
    #[error("trust anchor `{0}` holds a private key, which belongs in a file of its own: take it out")]
    PrivateKey(String),
    /// A certificate that may not issue others, or whose key is too weak.
    #[error(
        "trust anchor `{0}` holds a certificate that is not an authority's, or whose key is weaker than RSA 3072 or P-256"
    )]
    NotAnAuthority(String),
    /// No prefix, or one that is not in the OIN register.
    #[error(
        "trust anchor `{0}` must list the OIN prefixes it vouches for, each of eight digits such as 00000001"
    )]
    Prefixes(String),
}

/// The trusted authorities. A certificate is let in only if an anchor that vouches for its OIN's prefix verifies it.
#[derive(Clone)]
pub struct TrustAnchors(Vec<Anchor>);

#[derive(Debug, Clone)]
pub(super) struct Anchor {
    pub(super) name: String,
    pub(super) certificates: Vec<CertificateDer<'static>>,
    pub(super) prefixes: BTreeSet<String>,
}

impl TrustAnchors {
    /// No authority at all: nobody is let in.
    #[must_use]
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// Reads all anchors.
    ///
    /// # Errors
    /// Every fault of every anchor.
    pub fn read(sources: &[AnchorSource<'_>]) -> Result<Self, Vec<AnchorFault>> {
        let mut faults = Vec::new();
        let mut anchors = Vec::new();
        for source in sources {
            let certificates = certificates(source, &mut faults);
            let prefixes: BTreeSet<String> = source.prefixes.iter().cloned().collect();
            let known = |prefix: &String| format!("{prefix}000000000000").parse::<Oin>().is_ok();
            if prefixes.is_empty() || !prefixes.iter().all(known) {
                faults.push(AnchorFault::Prefixes(source.name.to_owned()));
            }
            anchors.push(Anchor { name: source.name.to_owned(), certificates, prefixes });
        }
        if anchors.is_empty() {
            faults.push(AnchorFault::None);
        }
        if faults.is_empty() { Ok(Self(anchors)) } else { Err(faults) }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Anchor> {
        self.0.iter()
    }

    /// What is found in the first certificate of a trusted authority with this name that has it.
    pub(super) fn find<T>(&self, name: &[u8], look: impl Fn(&X509Certificate<'_>) -> Option<T>) -> Option<T> {
        self.iter().flat_map(|anchor| &anchor.certificates).find_map(|der| {
            parse(der)
                .ok()
                .filter(|authority| authority.subject().as_raw() == name)
                .and_then(|found| look(&found))
        })
    }
}

impl Anchor {
    pub(super) fn vouches_for(&self, oin: Oin) -> bool {
        self.prefixes.contains(oin.prefix())
    }
}

impl fmt::Debug for TrustAnchors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.iter().map(|anchor| anchor.name.as_str()).collect();
        write!(f, "TrustAnchors({names:?})")
    }
}

fn certificates(source: &AnchorSource<'_>, faults: &mut Vec<AnchorFault>) -> Vec<CertificateDer<'static>> {
    let mut certificates = Vec::new();
    if holds_private_key(source.pem) {
        faults.push(AnchorFault::PrivateKey(source.name.to_owned()));
        return certificates;
    }
    let blocks: Result<Vec<_>, _> = <(SectionKind, Vec<u8>)>::pem_slice_iter(unmarked(source.pem)).collect();
    let blocks = blocks.unwrap_or_default();
    if blocks.is_empty() {
        faults.push(AnchorFault::Unreadable(source.name.to_owned()));
    }
    for (_, block) in blocks {
        match parse(&block) {
            Ok(_) if !is_usable(&block) => {
                faults.push(AnchorFault::Unreadable(source.name.to_owned()));
            }
            Ok(authority) if authority.is_ca() && kind(authority.public_key()).is_some() => {
                certificates.push(CertificateDer::from(block));
            }
            Ok(_) => faults.push(AnchorFault::NotAnAuthority(source.name.to_owned())),
            Err(_) => faults.push(AnchorFault::Unreadable(source.name.to_owned())),
        }
    }
    certificates
}

/// Whether rustls reads it too: otherwise the listener would not start, without saying which anchor is at fault.
fn is_usable(der: &[u8]) -> bool {
    RootCertStore::empty().add(CertificateDer::from(der)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::id::SystemEntropy,
        identity::authority::{Authority, certificate_pem},
    };

    #[test]
    fn an_anchor_that_rustls_cannot_read_is_a_fault_of_that_anchor() {
        let now = "2026-09-01T12:00:00Z".parse().unwrap();
        let authority = Authority::root("test", now, &SystemEntropy::new()).unwrap();
        let mut der =
            CertificateDer::from_pem_slice(authority.certificate_pem().as_bytes()).unwrap().to_vec();
        let read = |der: &[u8]| {
            let pem = certificate_pem(der);
            TrustAnchors::read(&[AnchorSource {
                name: "test",
                pem: pem.as_bytes(),
                prefixes: &["00000099".to_owned()],
            }])
        };
        assert!(read(&der).is_ok());
        // The algorithm beside the signature (ecdsa-with-SHA256) is no longer the one that is signed.
        let algorithm = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
        let at = der.windows(8).rposition(|window| window == algorithm).unwrap();
        der[at + 7] = 0x03;
        assert_eq!(read(&der).unwrap_err(), [AnchorFault::Unreadable("test".to_owned())]);
    }
}
