//! From a certificate on the line to a caller: looked up and checked on each request.

use std::sync::Arc;

use super::{
    Exchange,
    entry::{Account, Unadmitted},
    trouble::Trouble,
    trust::Trust,
};
use crate::{
    accesslog::entry::{Event, Outcome, Part},
    domain::{digest::Digest, party::PartyId},
    identity::{ClientCertificate, IdentityFault, Peer, Registration, RegistrationState},
    store::snapshot::{Needs, Snapshot},
};

/// Why a certificate makes no caller.
#[derive(Debug, thiserror::Error)]
pub enum AdmitError {
    /// It belongs to no party here.
    #[error("the certificate is not registered")]
    Unknown,
    /// It may not be used now.
    #[error(transparent)]
    Identity(#[from] IdentityFault),
    /// Not the caller's fault.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

impl Exchange {
    /// Whom the gateway believes now.
    #[must_use]
    pub fn trust(&self) -> Arc<Trust> {
        self.trust.load_full()
    }

    /// Believes others from the next request on, also on a connection that was kept.
    pub fn believe(&self, trust: Trust) {
        self.trust.store(Arc::new(trust));
    }

    /// Admits a caller for one request: its certificate is registered, valid, not revoked, its party not blocked. That a
    /// blocked party or certificate called is in the log before it is told.
    ///
    /// # Errors
    /// [`AdmitError`].
    pub async fn admit(
        &self,
        certificate: Arc<ClientCertificate>,
        trace: &str,
    ) -> Result<(Peer, Snapshot), AdmitError> {
        let digest = certificate.registration();
        let seen = self.store.snapshot(Needs::default()).await.map_err(Trouble::from)?;
        let register = seen.register();
        let row = register.certificate(&digest).ok_or(AdmitError::Unknown)?;
        let party = register.party(&row.party).ok_or(AdmitError::Unknown)?;
        let state = match (party.blocked || row.blocked, row.revoked) {
            (true, _) => RegistrationState::Blocked,
            (false, true) => RegistrationState::Retired,
            (false, false) => RegistrationState::Active,
        };
        let registration =
            Registration { party: row.party, name: party.name.clone(), certificate: digest, state };
        let trust = self.trust.load();
        let admitted = Peer::admit(certificate, registration, &trust.revocations, self.clock.now());
        drop(trust);
        if let Err(fault @ IdentityFault::Blocked) = admitted {
            self.note_blocked(row.party, digest, fault, trace).await?;
        }
        Ok((admitted?, seen))
    }

    async fn note_blocked(
        &self,
        party: PartyId,
        certificate: Digest,
        fault: IdentityFault,
        trace: &str,
    ) -> Result<(), Trouble> {
        let mut shared = Part::of(Event::Call, Outcome::Refused);
        shared.trace_id = Some(trace.to_owned());
        shared.caller = Some(party);
        shared.cause = Some(fault.code().to_owned());
        let gateway = Part { certificate: Some(certificate), ..Part::default() };
        let account = Account { shared, recipient: Some(party), gateway, ..Account::default() };
        self.note(&Unadmitted, vec![account]).await.map(drop)
    }
}
