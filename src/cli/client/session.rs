//! What every command of the client works with: the profile and the gateway.

use std::sync::Arc;

use super::{
    gateway::Gateway,
    profile::{Profile, ProfileChoice, credentials},
};
use crate::{
    cli::{Context, Failure},
    crypto::keys::PrivateKey,
    merkle::note::LogVerifier,
};

/// A profile and the gateway that it reaches.
#[derive(Debug)]
pub struct Session {
    /// The profile.
    pub profile: Profile,
    /// Its gateway.
    pub gateway: Gateway,
}

impl Session {
    /// Reads the chosen profile, with every file that it names but the keys that packets are opened with, and prepares to call
    /// its gateway; nothing is called yet.
    ///
    /// # Errors
    /// When the profile or one of its files is not in order: all that is wrong at once. A key that only the answer needs is
    /// read too: what was done must not look like a failure.
    pub fn open(choice: &ProfileChoice, at: &Context) -> Result<Self, Failure> {
        Self::opened(choice, false, at)
    }

    fn opened(choice: &ProfileChoice, opens_packets: bool, at: &Context) -> Result<Self, Failure> {
        let profile = choice.read()?;
        profile.check(opens_packets)?;
        let gateway = Gateway::of(&profile, Arc::clone(&at.clock), Arc::clone(&at.entropy))?;
        Ok(Self { profile, gateway: gateway.watched((at.out.progress(0), at.out.language())) })
    }

    /// The same, for calls that must say who acts and in which function.
    ///
    /// # Errors
    /// As [`Session::open`], and when the profile and the command leave that open.
    pub fn open_as_staff(choice: &ProfileChoice, at: &Context) -> Result<Self, Failure> {
        Self::open(choice, at)?.said_by_whom()
    }

    /// The same, for calls whose answer is opened: the keys for that are read too.
    ///
    /// # Errors
    /// As [`Session::open_as_staff`].
    pub fn open_to_read(choice: &ProfileChoice, at: &Context) -> Result<Self, Failure> {
        Self::opened(choice, true, at)?.said_by_whom()
    }

    fn said_by_whom(self) -> Result<Self, Failure> {
        if self.profile.staff_reference.is_none() || self.profile.staff_function.is_none() {
            return Err(Failure::configuration(("er is niet gezegd wie dit doet", "it is not said who acts")).now((
                "zet `staff_reference` en `staff_function` in het profiel, of geef --staff-reference en --staff-function",
                "set `staff_reference` and `staff_function` in the profile, or give --staff-reference and --staff-function",
            )));
        }
        Ok(self)
    }

    /// The public key of the gateway's log, if the profile has one.
    ///
    /// # Errors
    /// When `log_vkey` in the profile is no key.
    pub fn log(&self) -> Result<Option<LogVerifier>, Failure> {
        self.profile.log()
    }

    /// The private keys that packets are opened with.
    ///
    /// # Errors
    /// When there is none, or one of the files is not in order.
    pub fn encryption_keys(&self) -> Result<Vec<PrivateKey>, Failure> {
        if self.profile.encryption_keys.is_empty() {
            return Err(Failure::configuration((
                "het profiel noemt geen `encryption_keys`",
                "the profile names no `encryption_keys`",
            ))
            .now((
                "maak een sleutel met `sluis client keys generate`, publiceer hem, en zet zijn bestand in het profiel",
                "make one with `sluis client keys generate`, publish it, and add its file to the profile",
            )));
        }
        self.profile.encryption_keys.iter().map(|path| credentials::encryption_key(path)).collect()
    }
}
