//! The parties of a try-out: three invented schools, and who acts for the colleges of the region.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{
    cli::Failure,
    domain::{
        clock::amsterdam_midnight,
        code::Municipality,
        party::{PartyId, Role},
    },
    policy::region::{Acting, ActsBy, Region},
    store::write::{Ground, MunicipalityOf},
};

/// Invented schools in Alkmaar: folder, name, OIN, role.
const SCHOOLS: [(&str, &str, &str, Role); 3] = [
    ("praktijkschool-de-sluis", "Praktijkschool De Sluis", "00000099000020010000", Role::ProSchool),
    ("vso-de-schutkolk", "VSO De Schutkolk", "00000099000020020000", Role::VsoSchool),
    ("mbo-de-sluiswachter", "mbo De Sluiswachter", "00000099000020030000", Role::MboSchool),
];
const COLLEGE_ROLES: [Role; 3] = [Role::WerkEnInkomen, Role::Doorstroompunt, Role::Leerplicht];

/// A party to be registered.
pub(super) struct NewParty {
    pub(super) name: String,
    pub(super) organisation: String,
    pub(super) party: PartyId,
    pub(super) municipalities: Vec<MunicipalityOf>,
}

/// The schools, and the parties that act for at least one of these municipalities, each with all for which it acts.
pub(super) fn of(region: &Region, wanted: &[Municipality]) -> Result<Vec<NewParty>, Failure> {
    if let Some(unknown) = wanted.iter().find(|code| region.municipality(code).is_none()) {
        return Err(Failure::usage(format!("the region has no municipality {unknown}")));
    }
    let mut parties: BTreeMap<PartyId, NewParty> = BTreeMap::new();
    for (place, role) in region.municipalities.iter().flat_map(|one| COLLEGE_ROLES.map(|role| (one, role))) {
        let Some(party) = region.college(&place.code, role) else { continue };
        let acting = region
            .acting
            .iter()
            .find(|one| one.role == role && one.oin == party.oin && one.municipalities.contains(&place.code));
        let (short, organisation) = named(region, party, &place.name, acting.is_some());
        let new = parties.entry(party).or_insert_with(|| NewParty {
            name: format!("{}-{role}", slug(&short)),
            organisation,
            party,
            municipalities: Vec::new(),
        });
        new.municipalities.push(municipality_of(&place.code, acting));
    }
    let mut all: Vec<NewParty> = parties.into_values().collect();
    if !wanted.is_empty() {
        all.retain(|one| one.municipalities.iter().any(|place| wanted.contains(&place.municipality)));
    }
    for (name, organisation, oin, role) in SCHOOLS {
        let oin = oin.parse().map_err(|_| Failure::internal("an invented school has no OIN"))?;
        all.push(NewParty {
            name: name.to_owned(),
            organisation: organisation.to_owned(),
            party: PartyId::new(oin, role),
            municipalities: Vec::new(),
        });
    }
    all.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(all)
}

/// A short name and the organisation's.
fn named(region: &Region, party: PartyId, place: &str, by_another: bool) -> (String, String) {
    let organisation = region.organisations.iter().find(|one| by_another && one.oin == party.oin);
    match organisation {
        Some(known) => (known.name.clone(), known.name.clone()),
        None => (place.to_owned(), format!("Gemeente {place}")),
    }
}

fn municipality_of(code: &Municipality, acting: Option<&Acting>) -> MunicipalityOf {
    let ground = match acting.map(|one| one.by) {
        None => Ground::Own,
        Some(ActsBy::Delegation) => Ground::Delegatie,
        Some(ActsBy::Mandate) => Ground::Mandaat,
    };
    MunicipalityOf {
        municipality: code.clone(),
        ground,
        decision: acting.map(|one| one.decision.clone()),
        from: acting.map_or(Timestamp::UNIX_EPOCH, |one| amsterdam_midnight(one.decided_on)),
        until: None,
    }
}

/// Lower-case words with hyphens between.
fn slug(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}

/// The profile of a party. Its paths start at its own folder.
pub(super) fn profile(gateway: &str, log_vkey: &str) -> String {
    let text = |value: &str| toml::Value::String(value.to_owned()).to_string();
    format!(
        "# An invented party of a try-out, for `sluis client --profile-file`.\n\
         gateway = {gateway}\n\
         # The throw-away authority of the gateway's certificate.\n\
         ca = \"ca.pem\"\n\
         certificate = \"certificate.pem\"\n\
         key = \"key.pem\"\n\
         # Opens what is sealed to this party, once its public half is published.\n\
         encryption_keys = [\"encryption.jwk\"]\n\
         staff_reference = \"medewerker-1\"\n\
         staff_function = \"beproeving\"\n\
         # With these receipts and entries are checked.\n\
         log_vkey = {vkey}\n\
         receipt_key = \"receipt.jwk\"\n",
        gateway = text(gateway),
        vkey = text(log_vkey),
    )
}
