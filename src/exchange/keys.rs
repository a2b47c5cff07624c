//! A party's own keys and certificates: published, retired, revoked; always by the party itself.

use rustls::pki_types::CertificateDer;
use serde_json::Value;

use super::{Exchange, caller::Caller, facts::Reading, ledger::Account, trouble::Trouble};
use crate::{
    accesslog::entry::{Event, Outcome, Part},
    crypto::keys::RecipientKey,
    domain::problem::Fault,
    identity::{
        ClientCertificate,
        key_proof::{self, ProofFault},
        tls,
    },
    policy::{permit::Refusal, routes::RouteAction},
    store::{
        read::CertificateRow,
        write::{PublishKey, RegisterCertificate, RetireKey, RevokeKey, Write},
        writer::error::{Conflict, WriteError},
    },
};

pub use crate::store::read::KeyRow;

/// Why a key or certificate was not taken.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// It is wrong: every fault at once.
    #[error("not valid")]
    Invalid(Vec<Fault>),
    /// The key comes without proof that it is the caller's.
    #[error(transparent)]
    Unproven(#[from] ProofFault),
    /// The key or certificate belongs to another, or was given up: a thumbprint is not used twice.
    #[error("taken")]
    Taken,
    /// There is no such key of this party.
    #[error("no such key")]
    NotFound,
    /// The role may not do this.
    #[error("refused")]
    Refused(Refusal),
    /// Not the caller's fault.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

impl KeyError {
    fn of(error: WriteError) -> Self {
        match error {
            WriteError::Conflict(Conflict::NotFound) => Self::NotFound,
            WriteError::Conflict(Conflict::Taken | Conflict::State) => Self::Taken,
            other => Self::Trouble(other.into()),
        }
    }
}

impl Exchange {
    /// Publishes a key to which packets for the caller may be sealed. The first key is active at once; a later one waits
    /// for the delay that the operator chose, so that a stolen certificate cannot quietly redirect packets.
    ///
    /// # Errors
    /// [`KeyError`].
    pub async fn publish_key(
        &self,
        caller: &Caller,
        jwk: &Value,
        statement: Option<&str>,
    ) -> Result<KeyRow, KeyError> {
        let now = self.clock.now();
        self.key_route(caller, RouteAction::PublishKey).await?;
        let key = RecipientKey::from_jwk(jwk).map_err(|fault| KeyError::Invalid(fault.under("/key")))?;
        let trust = self.trust.load();
        key_proof::check(&key, jwk, statement, &caller.peer, &trust.anchors, &trust.revocations, now)?;
        drop(trust);
        let earlier = self.store.keys(&caller.party()).await.map_err(Trouble::from)?;
        let delay = if earlier.is_empty() { jiff::SignedDuration::ZERO } else { self.settings.key_delay };
        let public = serde_json::to_string(&key.to_jwk()).map_err(|_| Trouble::Crypto("public key"))?;
        let effect = PublishKey {
            thumbprint: key.thumbprint().to_owned(),
            party: caller.party(),
            kid: key.kid().to_owned(),
            jwk: public,
            valid_from: now.checked_add(delay).unwrap_or(now),
            valid_until: None,
            active: true,
        };
        let entry = self.entry(caller, key_account(caller, Event::KeyPublished, key.thumbprint()))?;
        let done = self.writer.submit(Write::new(effect, vec![entry])).await.map_err(KeyError::of)?;
        drop(done);
        self.own_key(caller, key.thumbprint()).await
    }

    /// Retires a key: nothing is sealed to it any more; what was is delivered.
    ///
    /// # Errors
    /// [`KeyError`].
    pub async fn retire_key(&self, caller: &Caller, thumbprint: &str) -> Result<KeyRow, KeyError> {
        self.key_route(caller, RouteAction::RevokeKey).await?;
        let known = self.own_key(caller, thumbprint).await?.thumbprint;
        let entry = self.entry(caller, key_account(caller, Event::KeyRetired, &known))?;
        let effect = RetireKey { thumbprint: known.clone(), party: caller.party() };
        drop(self.writer.submit(Write::new(effect, vec![entry])).await.map_err(KeyError::of)?);
        self.own_key(caller, &known).await
    }

    /// Revokes a key: what was sealed to it and not acknowledged is withheld, and its senders are told.
    ///
    /// # Errors
    /// [`KeyError`].
    pub async fn revoke_key(&self, caller: &Caller, thumbprint: &str) -> Result<KeyRow, KeyError> {
        self.key_route(caller, RouteAction::RevokeKey).await?;
        let known = self.own_key(caller, thumbprint).await?.thumbprint;
        let entry = self.entry(caller, key_account(caller, Event::KeyRevoked, &known))?;
        let effect = RevokeKey { thumbprint: known.clone(), party: Some(caller.party()) };
        drop(self.writer.submit(Write::new(effect, vec![entry])).await.map_err(KeyError::of)?);
        self.own_key(caller, &known).await
    }

    /// Registers the caller's next certificate, with the present one. It must be of the same organisation and from an
    /// authority that vouches for its OIN. The chain has the certificate first.
    ///
    /// # Errors
    /// [`KeyError`].
    pub async fn register_certificate(
        &self,
        caller: &Caller,
        chain: &[CertificateDer<'_>],
    ) -> Result<CertificateRow, KeyError> {
        let now = self.clock.now();
        self.key_route(caller, RouteAction::RegisterCertificate).await?;
        let read = chain.first().map(|leaf| ClientCertificate::read(leaf));
        let Some(Ok(certificate)) = read else { return Err(KeyError::Invalid(vec![unreadable()])) };
        let trust = self.trust.load();
        let trusted = tls::let_in(chain, &trust.anchors, &trust.revocations, now).is_some();
        drop(trust);
        let mut faults = Vec::new();
        if certificate.oin() != caller.party().oin {
            faults.push(Fault::at(
                "/certificate",
                "other-organisation",
                "Dit certificaat is van een andere organisatie.",
                "this certificate is another organisation's",
            ));
        }
        if !trusted {
            faults.push(Fault::at(
                "/certificate",
                "untrusted-certificate",
                "Dit certificaat komt niet van een uitgever die de gateway voor dit OIN vertrouwt, of het is ingetrokken.",
                "this certificate is not from an authority that the gateway trusts for this OIN, or it was revoked",
            ));
        }
        if certificate.not_after() <= now {
            faults.push(Fault::at(
                "/certificate",
                "expired-certificate",
                "Dit certificaat is verlopen.",
                "this certificate has expired",
            ));
        }
        if !faults.is_empty() {
            return Err(KeyError::Invalid(faults));
        }
        let mut account = Account::of(Event::CertificateRegistered, Outcome::Recorded);
        account.shared.subject = Some(caller.party());
        account.sender = Some(caller.party());
        account.for_sender = Part { certificate: Some(certificate.registration()), ..Part::default() };
        let entry = self.entry(caller, account)?;
        let effect = RegisterCertificate {
            registration: certificate.registration(),
            party: caller.party(),
            serial: hex::encode(certificate.serial()),
            not_before: certificate.not_before(),
            not_after: certificate.not_after(),
        };
        drop(self.writer.submit(Write::new(effect, vec![entry])).await.map_err(KeyError::of)?);
        let row = self.store.certificate(&certificate.registration()).await.map_err(Trouble::from)?;
        Ok(row.ok_or(Trouble::Inconsistent("a registered certificate is gone"))?)
    }

    async fn key_route(&self, caller: &Caller, action: RouteAction) -> Result<(), KeyError> {
        let now = self.clock.now();
        let party = self.party_facts(caller.party(), now, &mut Reading::default()).await?;
        self.may(action, &party, now).map_err(KeyError::Refused)
    }

    async fn own_key(&self, caller: &Caller, thumbprint: &str) -> Result<KeyRow, KeyError> {
        let found = self.store.key(thumbprint).await.map_err(Trouble::from)?;
        found.filter(|row| row.party == caller.party()).ok_or(KeyError::NotFound)
    }
}

fn unreadable() -> Fault {
    Fault::at(
        "/certificate",
        "not-a-certificate",
        "Dit is geen certificaat van een organisatie met een OIN en een sleutel die de gateway aanneemt.",
        "this is no certificate of an organisation with an OIN and a key that the gateway takes",
    )
}

fn key_account(caller: &Caller, event: Event, thumbprint: &str) -> Account {
    let mut account = Account::of(event, Outcome::Recorded);
    account.shared.subject = Some(caller.party());
    account.shared.key_thumbprint = Some(thumbprint.to_owned());
    account.sender = Some(caller.party());
    account
}
