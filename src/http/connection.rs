//! What a request knows about the connection it came on. The server puts it there.

use std::{
    fmt,
    net::{IpAddr, Ipv6Addr},
    sync::Arc,
};

use rustls::pki_types::CertificateDer;

use crate::domain::digest::Digest;

/// The client's certificate chain as TLS verified it, leaf first, also on a resumed session. An extension of the
/// request; empty when the client showed none.
///
/// The chain was verified at the (first) handshake only: validity and revocation of the leaf must be checked again on
/// each request.
#[derive(Clone)]
pub struct PeerCertificates(Arc<Chain>);

struct Chain {
    certificates: Vec<CertificateDer<'static>>,
    digest: Option<Digest>,
}

impl PeerCertificates {
    /// A chain, leaf first.
    #[must_use]
    pub fn new(certificates: Vec<CertificateDer<'static>>) -> Self {
        let digest = certificates.first().map(|leaf| Digest::of(leaf.as_ref()));
        Self(Arc::new(Chain { certificates, digest }))
    }

    /// The whole chain, leaf first.
    #[must_use]
    pub fn chain(&self) -> &[CertificateDer<'static>] {
        &self.0.certificates
    }

    /// The client's own certificate.
    #[must_use]
    pub fn leaf(&self) -> Option<&CertificateDer<'static>> {
        self.0.certificates.first()
    }

    /// The SHA-256 of the client's own certificate.
    #[must_use]
    pub fn digest(&self) -> Option<Digest> {
        self.0.digest
    }
}

impl fmt::Debug for PeerCertificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PeerCertificates").field("leaf", &self.0.digest).finish()
    }
}

/// The address at the other end: for limits only, never logged, so it prints nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PeerAddress(IpAddr);

impl PeerAddress {
    /// The address; an IPv4 address that is written as IPv6 is that IPv4 address.
    #[must_use]
    pub fn new(address: IpAddr) -> Self {
        Self(address.to_canonical())
    }

    /// What limits are kept by: the IPv4 address, or the /64 of an IPv6 address, which is what one subscriber has.
    #[must_use]
    pub fn prefix(&self) -> IpAddr {
        match self.0 {
            IpAddr::V4(address) => IpAddr::V4(address),
            IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
        }
    }
}

impl fmt::Debug for PeerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PeerAddress(not shown)")
    }
}
