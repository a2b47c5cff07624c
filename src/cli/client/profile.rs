//! Profiles: which gateway, as which party, with which keys.

mod address;
mod choice;
pub(super) mod credentials;
pub(super) mod known;
mod members;
mod staff;

use std::{
    fs,
    path::{Path, PathBuf},
};

use http::HeaderMap;
use reqwest::Url;
use rustls::{ClientConfig, pki_types::CertificateDer};
use serde::Deserialize;
use serde_json::Value;

pub use self::choice::ProfileChoice;
use self::{
    known::missing,
    members::{FaultyProfile, Members, no_profile},
};
use crate::{
    cli::{Exit, Failure, language::both},
    crypto::receipt_key,
    identity::certificate::ClientCertificate,
    merkle::note::LogVerifier,
};

/// How a party reaches its gateway. Relative paths start at the profile's own folder.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The gateway's address, such as `https://sluis.example`.
    pub gateway: String,
    /// The certificates (PEM) that the gateway's certificate must come from; no other authority is believed.
    pub ca: PathBuf,
    /// The party's own certificate, with its chain (PEM).
    pub certificate: PathBuf,
    /// The private key of that certificate (PEM), readable by the owner only.
    pub key: PathBuf,
    /// The private keys (JWK) that packets are opened with, readable by the owner only.
    #[serde(default)]
    pub encryption_keys: Vec<PathBuf>,
    /// Who acts, in the party's own administration: a reference or the name of a registered system.
    #[serde(default)]
    pub staff_reference: Option<String>,
    /// In which function.
    #[serde(default)]
    pub staff_function: Option<String>,
    /// The public key of the gateway's log, in C2SP form (`name+hash+key`): receipts and entries are checked with it.
    #[serde(default)]
    pub log_vkey: Option<String>,
    /// The public key (JWK or PEM) that the gateway signs receipts with.
    #[serde(default)]
    pub receipt_key: Option<PathBuf>,
    /// Where the profile stands.
    #[serde(skip)]
    pub(super) folder: PathBuf,
}

impl Profile {
    /// Reads a profile from its file.
    ///
    /// # Errors
    /// When the file is missing, or holds anything else than the members above.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let text = fs::read_to_string(path).map_err(|error| missing(path, error))?;
        let text = text.trim_start_matches('\u{FEFF}');
        let table = text.parse().map_err(|error| no_profile(path, text, &error))?;
        let Members { table, faults, absent } = Members::of(table, path);
        let mut profile: Self = table.try_into().map_err(|error| no_profile(path, "", &error))?;
        // A link to a profile, as in `~/.config/sluis/profiles`, means the files beside the profile itself.
        let path = fs::canonicalize(path).map_err(|error| missing(path, error))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        for file in [&mut profile.ca, &mut profile.certificate, &mut profile.key] {
            *file = folder.join(&*file);
        }
        for file in profile.encryption_keys.iter_mut().chain(&mut profile.receipt_key) {
            *file = folder.join(&*file);
        }
        folder.clone_into(&mut profile.folder);
        if faults.is_empty() {
            return Ok(profile);
        }
        // What else is wrong is told with it, so that nobody has to come back for it.
        let others = profile.faults().into_iter().filter(|(member, _)| !absent.contains(member));
        Self::together(faults.into_iter().chain(others.map(|(_, fault)| fault)).collect()).map(|()| profile)
    }

    /// Reads everything that the profile names, so that nothing turns out to be wrong when a call was made already; the keys that
    /// packets are opened with only for who opens some.
    ///
    /// # Errors
    /// All that is wrong, at once.
    pub fn check(&self, opens_packets: bool) -> Result<(), Failure> {
        let is_asked = |member: &str| opens_packets || member != "encryption_keys";
        let faults = self.faults().into_iter().filter(|(member, _)| is_asked(member));
        let mut faults: Vec<Failure> = faults.map(|(_, fault)| fault).collect();
        if faults.is_empty() {
            // Whether the parts belong together.
            faults.extend(self.tls().err());
        }
        Self::together(faults)
    }

    /// What is wrong with the members, each on its own.
    fn faults(&self) -> Vec<(&'static str, Failure)> {
        let files = [
            ("gateway", self.address().map(drop)),
            ("staff_reference", self.staff().map(drop)),
            ("ca", credentials::certificates(&self.ca).map(drop)),
            ("certificate", self.chain().map(drop)),
            ("key", credentials::key(&self.key).map(drop)),
            ("log_vkey", self.log().map(drop)),
            ("receipt_key", self.receipt_key().map(drop)),
        ];
        let keys = self
            .encryption_keys
            .iter()
            .map(|path| ("encryption_keys", credentials::encryption_key(path).map(drop)));
        files.into_iter().chain(keys).filter_map(|(member, read)| Some((member, read.err()?))).collect()
    }

    /// One failure of all that is wrong.
    fn together(faults: Vec<Failure>) -> Result<(), Failure> {
        match <[Failure; 1]>::try_from(faults) {
            Ok([fault]) => Err(fault.ending(Exit::Configuration)),
            Err(faults) if faults.is_empty() => Ok(()),
            Err(faults) => Err(Failure::configuration(both!(
                "het profiel heeft {} fouten; er is niets verstuurd",
                "the profile has {} faults; nothing was sent",
                faults.len()
            ))
            .now((
                "verbeter ze allemaal en geef dezelfde opdracht nog eens",
                "correct them all, then run the same command again",
            ))
            .explained(FaultyProfile(faults))),
        }
    }

    /// Where its gateway is.
    ///
    /// # Errors
    /// When it is no `https` address.
    pub fn address(&self) -> Result<Url, Failure> {
        address::read(&self.gateway)
    }

    /// The headers that say who acts.
    ///
    /// # Errors
    /// When one holds a control character, or nothing.
    pub fn staff(&self) -> Result<HeaderMap, Failure> {
        staff::headers(self.staff_reference.as_deref(), self.staff_function.as_deref())
    }

    /// Mutual TLS with its files.
    ///
    /// # Errors
    /// When a file is missing, is not PEM, or key and certificate do not belong together.
    pub fn tls(&self) -> Result<ClientConfig, Failure> {
        credentials::configuration(&self.ca, &self.certificate, &self.key)
    }

    /// The own certificate with its chain.
    ///
    /// # Errors
    /// When the file is missing or holds none.
    pub fn chain(&self) -> Result<Vec<CertificateDer<'static>>, Failure> {
        credentials::certificates(&self.certificate)
    }

    /// The OIN in the profile's own certificate, where it can be read.
    #[must_use]
    pub fn oin(&self) -> Option<String> {
        let chain = self.chain().ok()?;
        let certificate = ClientCertificate::read(chain.first()?).ok()?;
        Some(certificate.oin().to_string())
    }

    /// The public key of the gateway's log, if the profile has one.
    ///
    /// # Errors
    /// When `log_vkey` is no key.
    pub fn log(&self) -> Result<Option<LogVerifier>, Failure> {
        let read = |vkey: &String| {
            LogVerifier::from_vkey(vkey.trim()).map_err(|error| {
                Failure::configuration((
                    "`log_vkey` in het profiel is geen publieke sleutel van een log",
                    "`log_vkey` in the profile is no public key of a log",
                ))
                .because(error)
                .now((
                    "neem haar over van de beheerder, niet van de gateway: `naam+hash+sleutel`",
                    "copy it from the gateway's operator, not from the gateway: `name+hash+key`",
                ))
            })
        };
        self.log_vkey.as_ref().map(read).transpose()
    }

    /// The public key that receipts are signed with, if the profile has one.
    ///
    /// # Errors
    /// When the file is missing or holds no such key.
    pub fn receipt_key(&self) -> Result<Option<Value>, Failure> {
        let Some(path) = &self.receipt_key else { return Ok(None) };
        let text = fs::read_to_string(path).map_err(|error| Failure::unreadable(path, error))?;
        receipt_key::read(text.trim_start_matches('\u{FEFF}')).map(Some).map_err(|error| {
            Failure::configuration(both!(
                "in `{}` staat niet de sleutel van de ontvangstbewijzen",
                "`{}` does not hold the key of receipts",
                path.display()
            ))
            .because(error)
            .now((
                "vraag de beheerder van de gateway erom: `sluis keys show` drukt hem af",
                "ask the gateway's operator for it: `sluis keys show` prints it",
            ))
        })
    }
}
