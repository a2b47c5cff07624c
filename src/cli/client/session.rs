//! What every command of the client works with: the profile and the gateway.

use std::{
    fs,
    io::{self, Read},
    path::Path,
    sync::Arc,
};

use bytes::Bytes;

use super::{
    gateway::Gateway,
    profile::{Profile, ProfileChoice},
    sheet::bytes::without_mark,
};
use crate::{
    cli::{Context, Failure, language::both},
    crypto::keys::PrivateKey,
    merkle::note::LogVerifier,
};

/// No input file is read beyond this: 512 MiB.
const LARGEST_INPUT: u64 = 512 << 20;

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
        self.profile.encryption_keys.iter().map(|path| super::keys::read_private(path)).collect()
    }
}

/// Reads a file of the user's, or standard input for `-`, without a byte order mark.
///
/// # Errors
/// When it cannot be read or is larger than 512 MiB.
pub fn read_input(path: &Path) -> Result<Bytes, Failure> {
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        io::stdin().lock().take(LARGEST_INPUT.saturating_add(1)).read_to_end(&mut bytes)
    } else {
        fs::File::open(path)
            .and_then(|file| file.take(LARGEST_INPUT.saturating_add(1)).read_to_end(&mut bytes))
    };
    read.map_err(|error| Failure::unreadable(path, error))?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > LARGEST_INPUT {
        return Err(Failure::usage(both!(
            "`{}` is groter dan 512 MiB",
            "`{}` is larger than 512 MiB",
            path.display()
        ))
        .now(("verdeel het over meer bestanden", "split it into several files")));
    }
    let bytes = Bytes::from(bytes);
    // Programs on Windows put a byte order mark before a text.
    Ok(bytes.slice_ref(without_mark(&bytes)))
}

/// Reads a file that must hold one JSON document, of which `form` says where it is shown; its bytes are sent as they are, so that the gateway judges them.
///
/// # Errors
/// As [`read_input`], and when it is no JSON; only the place is told, never what stands there.
pub fn read_json(path: &Path, form: (&'static str, &'static str)) -> Result<Bytes, Failure> {
    let bytes = read_input(path)?;
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        return Err(Failure::usage(both!("`{}` is opgeslagen als UTF-16", "`{}` is UTF-16", path.display()))
            .now(("bewaar het als UTF-8", "save it as UTF-8")));
    }
    match serde_json::from_slice::<serde::de::IgnoredAny>(&bytes) {
        Ok(_) => Ok(bytes),
        Err(error) => Err(Failure::usage(both!(
            "`{}` is geen JSON bij regel {}, teken {}",
            "`{}` is not JSON at line {}, column {}",
            path.display(),
            error.line(),
            error.column()
        ))
        .now(form)),
    }
}
