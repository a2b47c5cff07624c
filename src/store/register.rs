//! Who takes part: parties with their municipalities, certificates and keys. They change a few times a day and every call
//! asks for them, so a gateway keeps them in memory, with the number under which the database has them.
//!
//! Whoever changes a party raises that number in the same transaction, in whichever process. A call reads the
//! number, and all of it anew when it is another: a block or a revocation holds on the very next call.

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use arc_swap::ArcSwapOption;
use jiff::Timestamp;
use sqlx::{any::AnyRow, query};
use tokio::sync::Mutex;

use super::{
    Store,
    error::StoreError,
    memory::Memory,
    model::{CertificateRow, KeyRow, KeyState, MunicipalityOf, PartyRow},
    row::Columns,
    seal::SealsRows,
    snapshot::Needs,
};
use crate::{
    crypto::keys::RecipientKey,
    domain::{
        code::Municipality,
        digest::Digest,
        party::{PartyId, Role},
    },
};

mod rows;

pub(super) use self::rows::{RegisterRows, register_row};

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

/// The register in memory.
#[derive(Debug)]
pub(super) struct Kept {
    register: ArcSwapOption<Register>,
    /// Judges whether it may be believed; set before anything is decided.
    seals: OnceLock<Arc<dyn SealsRows>>,
    /// One reads it anew; the others wait for that.
    loading: Mutex<()>,
    /// Which entry wrote which row last.
    pub(super) memory: Memory,
}

impl Kept {
    /// Nothing yet; so many rows at most.
    pub(super) fn remembering(rows: usize) -> Self {
        let (register, seals, loading) = (ArcSwapOption::default(), OnceLock::new(), Mutex::default());
        Self { register, seals, loading, memory: Memory::holding(rows) }
    }

    /// By whom rows are sealed.
    pub(super) fn seals(&self) -> Result<&dyn SealsRows, StoreError> {
        let seals = self.seals.get().map(AsRef::as_ref);
        seals.ok_or_else(|| StoreError::unavailable("nobody can say who takes part"))
    }
}

const NUMBER: &str = "SELECT register FROM log_head WHERE id = 1";
const SEAL: &str = "SELECT register, register_seal FROM log_head WHERE id = 1";

/// The state of a party that takes part no more.
const REMOVED: &str = "removed";

/// How often it is read anew because it changed while it was read.
const READINGS: u32 = 16;

impl Store {
    /// The register as the database has it now.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`.
    pub async fn register(&self) -> Result<Arc<Register>, StoreError> {
        self.snapshot(Needs::default()).await.map(|snapshot| Arc::clone(snapshot.register()))
    }

    /// The register under this number or a later one.
    pub(super) async fn register_at(&self, number: i64) -> Result<Arc<Register>, StoreError> {
        if let Some(register) = self.kept.register.load_full().filter(|kept| kept.number == number) {
            return Ok(register);
        }
        let loading = self.kept.loading.lock().await;
        let mut number = self.register_number().await?;
        if let Some(kept) = self.kept.register.load_full() {
            if kept.number == number {
                return Ok(kept);
            }
            // It is raised and never lowered: this one was put back.
            if kept.number > number {
                return Err(StoreError::inconsistent("log_head.register"));
            }
        }
        for _ in 0..READINGS {
            let read = self.read_register(number).await?;
            let after = self.register_number().await?;
            if let Some(read) = read.filter(|_| after == number) {
                let register = Arc::new(read);
                self.kept.register.store(Some(Arc::clone(&register)));
                drop(loading);
                return Ok(register);
            }
            number = after;
        }
        Err(StoreError::unavailable("the register of parties changes faster than it can be read"))
    }

    async fn register_number(&self) -> Result<i64, StoreError> {
        // Before the log is begun nobody takes part.
        let row = query(NUMBER).fetch_optional(&self.read).await?;
        row.map_or(Ok(0), |row| Columns(&row).integer("register"))
    }

    /// By whom the register is sealed, for this gateway: nobody is believed to take part before it is known. The first that is
    /// named counts.
    pub fn seals_with(&self, seals: Arc<dyn SealsRows>) {
        drop(self.kept.seals.set(seals));
    }

    /// None when it changed meanwhile.
    async fn read_register(&self, number: i64) -> Result<Option<Register>, StoreError> {
        let mut connection = self.read.acquire().await?;
        let seal = query(SEAL).fetch_optional(&mut *connection).await?;
        let rows = RegisterRows::read(&mut connection).await?;
        let seal = seal.map(|row| Columns(&row).maybe_bytes("register_seal")).transpose()?.flatten();
        match rows.judge(number, seal.as_deref(), self.kept.seals()?) {
            Ok(()) => Register::of_rows(number, &rows).map(Some),
            // While it changes, rows and seal are not of one moment.
            Err(_) if self.register_number().await? != number => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl Register {
    fn of_rows(number: i64, rows: &RegisterRows) -> Result<Self, StoreError> {
        let mut parties = BTreeMap::new();
        for row in &rows.parties {
            let (state, row) = (Columns(row).text("state")?, party_row(row)?);
            parties.insert(row.party, (state, Registered { row, keys: Vec::new() }));
        }
        let is_in: BTreeMap<PartyId, bool> =
            parties.iter().map(|(party, (_, known))| (*party, !known.row.blocked)).collect();
        let mut parties: BTreeMap<_, _> = parties
            .into_iter()
            .filter(|(_, (state, _))| state != REMOVED)
            .map(|(party, (_, known))| (party, known))
            .collect();
        for row in &rows.places {
            if let Some(known) = parties.get_mut(&Columns(row).party("oin", "role")?) {
                known.row.municipalities.push(municipality_row(row)?);
            }
        }
        let mut keys = BTreeMap::new();
        for row in &rows.keys {
            let key = key_row(row)?;
            if let Some(known) = parties.get_mut(&key.party) {
                known.keys.push(key.clone());
            }
            keys.insert(key.thumbprint.clone(), Published { row: key, key: OnceLock::new() });
        }
        let certificate = |row| {
            let row = certificate_row(row, &is_in)?;
            Ok((row.registration, row))
        };
        let certificates = rows.certificates.iter().map(certificate).collect::<Result<_, StoreError>>()?;
        Ok(Self { number, parties, certificates, keys })
    }
}

fn party_row(row: &AnyRow) -> Result<PartyRow, StoreError> {
    let columns = Columns(row);
    Ok(PartyRow {
        party: columns.party("oin", "role")?,
        name: columns.text("name")?,
        blocked: columns.text("state")? != "active",
        registered: columns.instant("registered")?,
        municipalities: Vec::new(),
    })
}

fn municipality_row(row: &AnyRow) -> Result<MunicipalityOf, StoreError> {
    let columns = Columns(row);
    Ok(MunicipalityOf {
        municipality: columns.parse("municipality")?,
        ground: columns.parse("ground")?,
        decision: columns.maybe_text("decision")?,
        from: columns.instant("valid_from")?,
        until: columns.maybe_instant("valid_until")?,
    })
}

fn certificate_row(row: &AnyRow, is_in: &BTreeMap<PartyId, bool>) -> Result<CertificateRow, StoreError> {
    let columns = Columns(row);
    let party = columns.party("oin", "role")?;
    Ok(CertificateRow {
        registration: columns.parse("registration")?,
        party,
        serial: columns.text("serial")?,
        chain: columns.text("chain")?,
        not_before: columns.instant("not_before")?,
        not_after: columns.instant("not_after")?,
        revoked: columns.text("state")? != "active",
        revoked_at: columns.maybe_instant("revoked_at")?,
        blocked: !is_in.get(&party).copied().unwrap_or_default(),
    })
}

fn key_row(row: &AnyRow) -> Result<KeyRow, StoreError> {
    let columns = Columns(row);
    Ok(KeyRow {
        thumbprint: columns.text("thumbprint")?,
        party: columns.party("oin", "role")?,
        kid: columns.text("kid")?,
        jwk: columns.text("jwk")?,
        state: columns.parse("state")?,
        valid_from: columns.instant("valid_from")?,
        valid_until: columns.maybe_instant("valid_until")?,
        published: columns.instant("published")?,
    })
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
