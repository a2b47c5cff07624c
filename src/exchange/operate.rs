//! What the operator does: parties, certificates, blocks, policies, terms, keys. Each is an entry.

mod error;

use jiff::{SignedDuration, Timestamp};

pub use self::error::OperateError;
use super::{
    Exchange,
    entry::{Account, Operator},
    plain::PlainError,
    trouble::Trouble,
};
use crate::{
    accesslog::entry::{Event, Outcome, Part},
    crypto::gateway_keys::KeyKind,
    domain::{code::Municipality, digest::Digest, party::PartyId},
    identity::CertificateChain,
    store::{
        write::{
            ActivatePolicy, AddMunicipality, AddParty, BlockParty, Effect, EndMunicipality, MunicipalityOf,
            RegisterCertificate, RegisterParty, RemoveParty, RevokeCertificate, RotateKey, UpdateParty,
        },
        writer::error::Conflict,
    },
};

impl Exchange {
    /// Registers a party, with the municipalities for whose college it acts and by which decision. A party that is known
    /// is brought up to date.
    ///
    /// # Errors
    /// [`OperateError`].
    pub async fn register_party(
        &self,
        party: PartyId,
        name: &str,
        municipalities: Vec<MunicipalityOf>,
    ) -> Result<(), OperateError> {
        let account = about(party, Event::PartyRegistered, Part::default());
        let register = self.store.register().await.map_err(Trouble::from)?;
        let known = register.party(&party);
        if known.is_some() {
            let effect = UpdateParty { party, name: name.to_owned(), municipalities };
            self.operate(effect, account).await?;
        } else {
            let effect = RegisterParty { party, name: name.to_owned(), municipalities };
            self.operate(effect, account).await?;
        }
        Ok(())
    }

    /// Registers a new party with its first certificate: both, or neither.
    ///
    /// # Errors
    /// [`OperateError::Represented`] when another acts in its role for one of the municipalities; else [`OperateError`].
    pub async fn add_party(
        &self,
        party: PartyId,
        name: &str,
        municipalities: Vec<MunicipalityOf>,
        chain: &CertificateChain,
    ) -> Result<(), OperateError> {
        let certificate = chain.leaf();
        if certificate.oin() != party.oin {
            return Err(OperateError::OtherOrganisation);
        }
        for place in &municipalities {
            self.check_represented(party, place).await?;
        }
        let part = Part { certificate: Some(certificate.registration()), ..Part::default() };
        let account = about(party, Event::PartyRegistered, part);
        let effect = AddParty {
            party: RegisterParty { party, name: name.to_owned(), municipalities },
            certificate: registered(party, chain),
        };
        self.operate(effect, account).await?;
        Ok(())
    }

    /// Takes a party out for good. Its certificates are never taken again.
    ///
    /// # Errors
    /// [`OperateError::Waited`] when anything waits for it, or from it for others; else [`OperateError`].
    pub async fn remove_party(&self, party: PartyId) -> Result<(), OperateError> {
        if self.store.register().await.map_err(Trouble::from)?.party(&party).is_none() {
            return Err(OperateError::NotFound);
        }
        let account = about(party, Event::PartyRemoved, Part::default());
        match self.perform_plain(&Operator, RemoveParty { party }, vec![account]).await {
            Ok(_) => {}
            Err(PlainError::Conflict(Conflict::State)) => {
                let now = self.clock.now();
                let (incoming, outgoing) = self.store.waiting_on(&party, now).await.map_err(Trouble::from)?;
                return Err(OperateError::Waited { incoming, outgoing });
            }
            Err(error) => return Err(OperateError::of(error)),
        }
        Ok(())
    }

    async fn check_represented(&self, party: PartyId, place: &MunicipalityOf) -> Result<(), OperateError> {
        let others = self.store.register().await.map_err(Trouble::from)?.others_acting(&party, place);
        others.first().map_or(Ok(()), |other| Err(OperateError::Represented(*other)))
    }

    /// Lets a party act for a college from the instant that this says on, beside those for which it acts already.
    ///
    /// # Errors
    /// [`OperateError::Taken`] when it acts for that college then; else [`OperateError`].
    pub async fn add_municipality(&self, party: PartyId, place: MunicipalityOf) -> Result<(), OperateError> {
        self.check_represented(party, &place).await?;
        let part = Part { municipality: Some(place.municipality.clone()), ..Part::default() };
        let account = about(party, Event::MandateRegistered, part);
        let effect = AddMunicipality { party, place };
        self.operate(effect, account).await?;
        Ok(())
    }

    /// Ends by what right a party acts for a college, from this instant on: what waits for it there can no longer be
    /// collected, nor a request be answered.
    ///
    /// # Errors
    /// [`OperateError::NotFound`] when it does not act for that college; else [`OperateError`].
    pub async fn end_municipality(
        &self,
        party: PartyId,
        municipality: Municipality,
        from: Timestamp,
    ) -> Result<(), OperateError> {
        let part = Part { municipality: Some(municipality.clone()), ..Part::default() };
        let account = about(party, Event::MandateEnded, part);
        let effect = EndMunicipality { party, municipality, from };
        self.operate(effect, account).await?;
        let now = self.clock.now();
        self.tell_those_who_wait(from.min(now) - SignedDuration::from_millis(1), now).await;
        Ok(())
    }

    /// Registers a certificate for a party of the same organisation.
    ///
    /// # Errors
    /// [`OperateError`].
    pub async fn register_certificate_for(
        &self,
        party: PartyId,
        chain: &CertificateChain,
    ) -> Result<(), OperateError> {
        let certificate = chain.leaf();
        if certificate.oin() != party.oin {
            return Err(OperateError::OtherOrganisation);
        }
        let part = Part { certificate: Some(certificate.registration()), ..Part::default() };
        let account = about(party, Event::CertificateRegistered, part);
        let effect = registered(party, chain);
        self.operate(effect, account).await?;
        Ok(())
    }

    /// Takes a certificate out of use at this gateway.
    ///
    /// # Errors
    /// [`OperateError`].
    pub async fn revoke_certificate(&self, registration: Digest) -> Result<(), OperateError> {
        let register = self.store.register().await.map_err(Trouble::from)?;
        let row = register.certificate(&registration).ok_or(OperateError::NotFound)?;
        let part = Part {
            certificate: Some(registration),
            cause: Some("certificate-revoked".to_owned()),
            ..Part::default()
        };
        let account = about(row.party, Event::CertificateRegistered, part);
        let effect = RevokeCertificate { registration };
        self.operate(effect, account).await?;
        Ok(())
    }

    /// The emergency brake: a blocked party neither sends nor receives from the commit on. The cause is a code, which the
    /// party may read in its entries.
    ///
    /// # Errors
    /// [`OperateError`].
    pub async fn block_party(
        &self,
        party: PartyId,
        blocked: bool,
        cause: Option<&str>,
    ) -> Result<(), OperateError> {
        let event = if blocked { Event::PartyBlocked } else { Event::PartyUnblocked };
        let part = Part { cause: cause.map(str::to_owned), ..Part::default() };
        let account = about(party, event, part);
        let effect = BlockParty { party, blocked };
        self.operate(effect, account).await?;
        if blocked {
            let now = self.clock.now();
            self.tell_those_who_wait(now, now).await;
        }
        Ok(())
    }

    /// What the operator wished is done; a sender that is not told now is told by the upkeep of a gateway.
    async fn tell_those_who_wait(&self, since: Timestamp, now: Timestamp) {
        if let Err(error) = self.tell_undelivered(since, now).await {
            tracing::warn!(error_code = "tell_undelivered", cause = %error, "not every sender was told yet");
        }
    }

    /// Makes the policies of this gateway the active ones. From the commit on, no gateway decides by the former.
    ///
    /// # Errors
    /// [`OperateError`].
    pub async fn activate_policy(&self) -> Result<(), OperateError> {
        let from = self.store.head().await.map_err(Trouble::from)?.policy;
        let account = self.about_policy("policy-activated");
        let effect = ActivatePolicy { from, to: self.tools.catalogue.digest() };
        self.operate(effect, account).await?;
        Ok(())
    }

    /// Notes that a gateway started with these policies.
    ///
    /// # Errors
    /// [`Trouble`] when the log cannot be written: then the gateway must not start.
    pub async fn note_start(&self) -> Result<(), Trouble> {
        self.note(&Operator, vec![self.about_policy("gateway-started")]).await.map(drop)
    }

    /// Records that one of the gateway's own keys has a new version, and what tells it from another. From the commit on no
    /// gateway starts without it; nobody may use it before.
    ///
    /// # Errors
    /// [`OperateError::Taken`] when the database knows another of that version; else [`OperateError`].
    pub async fn record_key_rotation(
        &self,
        kind: KeyKind,
        version: u32,
        print: Digest,
    ) -> Result<(), OperateError> {
        let gateway = Part { cause: Some(kind.as_str().to_owned()), ..Part::default() };
        let account = Account { gateway, ..Account::of(Event::GatewayKeyRotated, Outcome::Recorded) };
        self.operate(RotateKey { kind, version, print }, account).await
    }

    async fn operate<E: Effect + Clone>(&self, effect: E, account: Account) -> Result<(), OperateError> {
        self.perform_plain(&Operator, effect, vec![account]).await.map(drop).map_err(OperateError::of)
    }

    fn about_policy(&self, cause: &str) -> Account {
        let mut account = Account::of(Event::PolicyActivated, Outcome::Recorded);
        account.shared.policy_digest = Some(self.policy_digest());
        account.gateway.cause = Some(cause.to_owned());
        account
    }
}

/// The account of what was done to a party, which reads it.
fn about(party: PartyId, event: Event, part: Part) -> Account {
    let mut account = Account::of(event, Outcome::Recorded);
    account.shared.subject = Some(party);
    Account { recipient: Some(party), for_recipient: part, ..account }
}

pub(super) fn registered(party: PartyId, chain: &CertificateChain) -> RegisterCertificate {
    let certificate = chain.leaf();
    RegisterCertificate {
        registration: certificate.registration(),
        party,
        serial: hex::encode(certificate.serial()),
        chain: chain.to_line(),
        not_before: certificate.not_before(),
        not_after: certificate.not_after(),
    }
}
