//! A caller: a certificate and the party that it is registered to.

use std::sync::Arc;

use jiff::Timestamp;

use super::{ClientCertificate, fault::IdentityFault, revocations::Revocations};
use crate::domain::{digest::Digest, party::PartyId};

/// Whether a registration may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegistrationState {
    /// It may.
    Active,
    /// The operator has blocked it, or the party's whole account.
    Blocked,
    /// The party has replaced it.
    Retired,
}

/// What the store knows about a certificate: to which party it is registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// The party.
    pub party: PartyId,
    /// The party's name, as the operator registered it.
    pub name: String,
    /// The registered certificate: [`ClientCertificate::registration`].
    pub certificate: Digest,
    /// Whether it may be used.
    pub state: RegistrationState,
}

/// A caller whose certificate passed every check at the instant of [`Peer::admit`].
///
/// TLS checks a certificate when a connection begins and never again, not even when a session is resumed; so a `Peer`
/// is made for each request and not kept.
///
/// ```compile_fail
/// fn pose(mut peer: sluis::identity::Peer, other: sluis::domain::party::PartyId) -> sluis::identity::Peer {
///     peer.registration.party = other;
///     peer
/// }
/// ```
/// The twin that differs by that line:
/// ```
/// fn pose(mut peer: sluis::identity::Peer, other: sluis::domain::party::PartyId) -> sluis::identity::Peer {
///     assert_ne!(peer.party(), other);
///     peer
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Peer {
    certificate: Arc<ClientCertificate>,
    registration: Registration,
}

impl Peer {
    /// Admits a caller for one request.
    ///
    /// The certificate must come from a connection of [`super::tls::server_config`], which checked its chain, and the
    /// registration must have been looked up by [`ClientCertificate::registration`].
    ///
    /// # Errors
    /// [`IdentityFault`], the first that applies.
    pub fn admit(
        certificate: Arc<ClientCertificate>,
        registration: Registration,
        revocations: &Revocations,
        now: Timestamp,
    ) -> Result<Self, IdentityFault> {
        if registration.certificate != certificate.registration()
            || registration.party.oin != certificate.oin()
        {
            return Err(IdentityFault::NotRegistered);
        }
        let peer = Self { certificate, registration };
        peer.check(revocations, now)?;
        Ok(peer)
    }

    /// Checks validity, revocation and state again, for work that outlives a request.
    ///
    /// # Errors
    /// [`IdentityFault`], the first that applies.
    pub fn check(&self, revocations: &Revocations, now: Timestamp) -> Result<(), IdentityFault> {
        if self.registration.state != RegistrationState::Active {
            return Err(IdentityFault::Blocked);
        }
        is_valid(&self.certificate, now)?;
        revocations.check(&self.certificate, now)
    }

    /// The party.
    #[must_use]
    pub const fn party(&self) -> PartyId {
        self.registration.party
    }

    /// The party's name, as the operator registered it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.registration.name
    }

    /// The certificate.
    #[must_use]
    pub fn certificate(&self) -> &ClientCertificate {
        &self.certificate
    }
}

/// Whether the certificate holds at this instant.
pub(super) fn is_valid(certificate: &ClientCertificate, now: Timestamp) -> Result<(), IdentityFault> {
    if now < certificate.not_before() {
        Err(IdentityFault::NotYetValid)
    } else if now > certificate.not_after() {
        Err(IdentityFault::Expired)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
