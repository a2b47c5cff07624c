//! Who takes part: parties with their municipalities, certificates and keys. They change a few times a day and every call
//! asks for them, so a gateway keeps them in memory, with the number under which the database has them.
//!
//! Whoever changes a party raises that number in the same transaction, in whichever process. A call reads the
//! number, and all of it anew when it is another: a block or a revocation holds on the very next call.

mod current;
mod kept;
mod read;
mod rows;

use std::{collections::BTreeMap, sync::OnceLock};

use jiff::Timestamp;

pub(super) use self::{
    kept::Kept,
    rows::{RegisterRows, register_row},
};
use super::{
    error::StoreError,
    model::{CertificateRow, KeyRow, KeyState, MunicipalityOf, PartyRow},
};
use crate::{
    crypto::keys::RecipientKey,
    domain::{
        code::Municipality,
        digest::Digest,
        party::{PartyId, Role},
    },
};

/// Everyone who takes part, as of one moment of the database.
#[derive(Debug)]
pub struct Register {
    number: i64,
    parties: BTreeMap<PartyId, Registered>,
    certificates: BTreeMap<Digest, CertificateRow>,
    keys: BTreeMap<String, Published>,
}

/// A key, read when it is sealed to for the first time: that takes as long as half of the sealing.
#[derive(Debug)]
struct Published {
    row: KeyRow,
    key: OnceLock<Option<RecipientKey>>,
}

impl Published {
    fn key(&self) -> Option<&RecipientKey> {
        let read = || {
            let jwk = serde_json::from_str(&self.row.jwk).ok()?;
            RecipientKey::from_stored(&jwk).ok().filter(|key| key.thumbprint() == self.row.thumbprint)
        };
        self.key.get_or_init(read).as_ref()
    }
}

#[derive(Debug)]
struct Registered {
    row: PartyRow,
    /// Ordered as the party's keys are listed: the oldest first.
    keys: Vec<KeyRow>,
}

impl Register {
    /// A party with its municipalities.
    #[must_use]
    pub fn party(&self, party: &PartyId) -> Option<&PartyRow> {
        self.parties.get(party).map(|known| &known.row)
    }

    /// All parties, in the order of OIN and role.
    pub fn parties(&self) -> impl Iterator<Item = &PartyRow> {
        self.parties.values().map(|known| &known.row)
    }

    /// Which active parties act in this role for this municipality at this instant: none, one, or a muddle.
    #[must_use]
    pub fn acting_for(&self, municipality: &Municipality, role: Role, at: Timestamp) -> Vec<PartyId> {
        let acts = |row: &&PartyRow| {
            row.party.role == role && !row.blocked && row.municipalities_at(at).contains(municipality)
        };
        self.parties().filter(acts).map(|row| row.party).collect()
    }

    /// Whether some party acted in this role for this municipality, acts for it or is to act for it.
    #[must_use]
    pub fn knows_college(&self, municipality: &Municipality, role: Role) -> bool {
        self.parties().any(|row| {
            row.party.role == role && row.municipalities.iter().any(|one| one.municipality == *municipality)
        })
    }

    /// Whether a party still acts for the college that was named; one for which no college was named need not.
    #[must_use]
    pub fn acts_for(&self, party: &PartyId, named: Option<&Municipality>, at: Timestamp) -> bool {
        named.is_none_or(|named| {
            self.party(party).is_some_and(|row| row.municipalities_at(at).contains(named))
        })
    }

    /// The other parties that act in this role for this municipality at some instant of this span.
    #[must_use]
    pub fn others_acting(&self, party: &PartyId, place: &MunicipalityOf) -> Vec<PartyId> {
        let meets = |one: &MunicipalityOf| {
            one.municipality == place.municipality
                && place.until.is_none_or(|until| one.from < until)
                && one.until.is_none_or(|until| until > place.from)
        };
        let others = self.parties().filter(|row| row.party.role == party.role && row.party.oin != party.oin);
        others.filter(|row| row.municipalities.iter().any(meets)).map(|row| row.party).collect()
    }

    /// The number under which the database has it: another after any change of what it holds.
    #[must_use]
    pub const fn number(&self) -> i64 {
        self.number
    }

    /// The certificate with this registration: it says for whom the caller speaks. Whether it is valid now, revoked or
    /// blocked is for the caller to judge, on every request.
    #[must_use]
    pub fn certificate(&self, registration: &Digest) -> Option<&CertificateRow> {
        self.certificates.get(registration)
    }

    /// All certificates of a party, the one that ends first before the others.
    #[must_use]
    pub fn certificates(&self, party: &PartyId) -> Vec<&CertificateRow> {
        let mut all: Vec<_> = self.certificates.values().filter(|one| one.party == *party).collect();
        all.sort_by_key(|one| (one.not_after, one.registration));
        all
    }

    /// All keys of a party, the oldest first.
    #[must_use]
    pub fn keys(&self, party: &PartyId) -> &[KeyRow] {
        self.parties.get(party).map_or(&[], |known| &known.keys)
    }

    /// The key to seal to at this instant: the active one that became valid last.
    #[must_use]
    pub fn active_key(&self, party: &PartyId, at: Timestamp) -> Option<&KeyRow> {
        let active = |key: &&KeyRow| {
            key.state == KeyState::Active
                && key.valid_from <= at
                && key.valid_until.is_none_or(|until| at < until)
        };
        let keys = self.keys(party).iter().filter(active);
        keys.min_by(|one, other| {
            let newest = |key: &KeyRow| (key.valid_from, key.published);
            newest(other).cmp(&newest(one)).then_with(|| one.thumbprint.cmp(&other.thumbprint))
        })
    }

    /// The key with this thumbprint, whosever it is.
    #[must_use]
    pub fn key(&self, thumbprint: &str) -> Option<&KeyRow> {
        self.keys.get(thumbprint).map(|published| &published.row)
    }

    /// [`Register::active_key`], ready to be sealed to.
    ///
    /// # Errors
    /// `Inconsistent` when what is stored is no key, or another than its thumbprint says.
    pub fn sealing_key(&self, party: &PartyId, at: Timestamp) -> Result<Option<&RecipientKey>, StoreError> {
        let Some(row) = self.active_key(party, at) else { return Ok(None) };
        let key = self.keys.get(&row.thumbprint).and_then(Published::key);
        key.map(Some).ok_or_else(|| StoreError::inconsistent("party_key.jwk"))
    }
}

#[cfg(test)]
impl Register {
    /// One that was not read, for tests of what is judged by it.
    pub(crate) fn of(parties: impl IntoIterator<Item = PartyRow>) -> Self {
        let parties = parties.into_iter().map(|row| (row.party, Registered { row, keys: Vec::new() }));
        let (certificates, keys) = (BTreeMap::new(), BTreeMap::new());
        Self { number: 0, parties: parties.collect(), certificates, keys }
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        crypto::keys::{KeyAlgorithm, PrivateKey},
        domain::party::Role,
    };

    use super::*;

    #[test]
    fn a_key_that_is_not_the_one_of_its_thumbprint_is_not_sealed_to() {
        let party = PartyId::new("00000099000000002000".parse().unwrap(), Role::WerkEnInkomen);
        let [one, other] =
            [(); 2].map(|()| PrivateKey::generate(KeyAlgorithm::EcdhEs).unwrap().public().clone());
        let now: Timestamp = "2026-11-02T11:00:00Z".parse().unwrap();
        let register = |thumbprint: &str| {
            let row = KeyRow {
                thumbprint: thumbprint.to_owned(),
                party,
                kid: "sleutel".to_owned(),
                jwk: one.to_jwk().to_string(),
                state: KeyState::Active,
                valid_from: now,
                valid_until: None,
                published: now,
            };
            let named = PartyRow {
                party,
                name: "Zaffier".to_owned(),
                blocked: false,
                registered: now,
                since: now,
                municipalities: Vec::new(),
            };
            let mut register = Register::of([named]);
            register.parties.get_mut(&party).unwrap().keys.push(row.clone());
            register.keys.insert(row.thumbprint.clone(), Published { row, key: OnceLock::new() });
            register
        };
        let own = register(one.thumbprint());
        assert_eq!(own.sealing_key(&party, now).unwrap().unwrap().thumbprint(), one.thumbprint());
        assert!(register(other.thumbprint()).sealing_key(&party, now).is_err());
        let earlier = now - std::time::Duration::from_secs(1);
        assert!(own.sealing_key(&party, earlier).unwrap().is_none());
    }
}
