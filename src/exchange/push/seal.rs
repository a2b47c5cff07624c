//! From permits to sealed bodies with their entries.

use std::collections::BTreeSet;

use zeroize::Zeroizing;

use super::{decide::Allowed, event_of, prepare::Prepared};
use crate::{
    accesslog::entry::{Outcome, Part},
    crypto::seal,
    domain::{
        digest::Digest,
        id::PersonId,
        party::{PartyId, Role},
        person::PersonReference,
    },
    exchange::{
        caller::Caller, entry::Account, search::Sought, submission::Header, toolbox::Toolbox,
        trouble::Trouble,
    },
    policy::minimise::Minimised,
    store::write::NewCopy,
};

impl Toolbox {
    /// Seals each projection to its recipient, and accounts for it. Plaintext ends here.
    pub(super) fn seal(
        &self,
        caller: &Caller,
        header: &Header,
        prepared: &Prepared<'_>,
        projected: impl IntoIterator<Item = (Allowed, Minimised)>,
        person: PersonId,
    ) -> Result<Vec<(NewCopy, Account)>, Trouble> {
        let mut sealed = Vec::new();
        for (Allowed { resolved, permit, key, declarations }, minimised) in projected {
            let id = minimised.packet();
            let omitted = minimised.omitted().clone();
            let body = seal::seal(minimised, &key).map_err(|_| Trouble::Crypto("seal"))?;
            let mut account = Account::of(event_of(prepared.dataset.kind), Outcome::Permitted);
            account.shared = Part {
                packet: Some(id),
                request: header.reply.as_ref().map(|(id, _)| *id).or(header.rests_on),
                answer: header.reply.as_ref().map(|(_, outcome)| outcome.clone()),
                dataset: Some(header.dataset.clone()),
                dataset_version: Some(prepared.dataset.version),
                purpose: Some(header.purpose.clone()),
                sender: Some(caller.party()),
                recipient: Some(resolved.party),
                municipality: resolved.municipality.clone(),
                jwe_sha256: Some(body.sha256()),
                key_thumbprint: Some(body.thumbprint().to_owned()),
                omitted,
                ..account.shared
            };
            account.sender = Some(caller.party());
            account.recipient = (resolved.party.role != Role::Betrokkene).then_some(resolved.party);
            account.person = Some(person);
            let account = account.permitted(&permit, body.categories());
            let search = self.search_digests(resolved.party, header, prepared);
            let municipality = resolved.municipality;
            sealed.push((NewCopy { municipality, permit, sealed: body, declarations, search }, account));
        }
        Ok(sealed)
    }

    /// The keyed digests by which this recipient can find the person in its own inbox.
    fn search_digests(&self, recipient: PartyId, header: &Header, prepared: &Prepared<'_>) -> Vec<Digest> {
        let mut sought = Vec::new();
        if let PersonReference::Pgn(pgn) = &header.reference {
            sought.push(Sought::pgn(pgn));
        }
        if let Some(pointers) = &prepared.dataset.search {
            let text = |pointer: &str| prepared.contents.text(pointer);
            let given = text(&pointers.given).unwrap_or_default();
            let family = text(&pointers.family).unwrap_or_default();
            let born = &header.person.birth_date;
            sought.extend(Sought::kept(given, family, born));
            if let Some(prefix) = pointers.prefix.as_deref().and_then(text) {
                let family = Zeroizing::new(format!("{prefix} {family}"));
                sought.extend(Sought::kept(given, &family, born));
            }
        }
        let digests = sought.iter().filter_map(|one| self.search_digest(recipient, &header.purpose, one));
        digests.collect::<BTreeSet<_>>().into_iter().collect()
    }
}
