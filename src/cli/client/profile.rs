//! Profiles: which gateway, as which party, with which keys.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use clap::Args;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{gateway, keys, tls};
use crate::{
    cli::{
        Context, Exit, Failure, Language,
        failure::Explanation,
        language::{Said, both},
        table::Table,
    },
    crypto::receipt_key,
    identity::certificate::ClientCertificate,
    merkle::note::LogVerifier,
};

/// Under which these options stand in the help of every command.
const HEADING: &str = "Profile";

/// Which profile to use; below `sluis client` on every command.
#[derive(Debug, Clone, Args)]
pub struct ProfileChoice {
    /// The profile `~/.config/sluis/profiles/<NAME>.toml`.
    #[arg(long, global = true, value_name = "NAME", env = "SLUIS_PROFILE", default_value = "default", help_heading = HEADING)]
    pub profile: String,

    /// The profile in this file.
    #[arg(long, global = true, value_name = "FILE", env = "SLUIS_PROFILE_FILE", help_heading = HEADING)]
    pub profile_file: Option<PathBuf>,

    /// Who acts, in your own administration; instead of the profile's `staff_reference`.
    #[arg(
        long,
        global = true,
        value_name = "REFERENCE",
        env = "SLUIS_STAFF_REFERENCE",
        hide_env_values = true,
        help_heading = HEADING
    )]
    pub staff_reference: Option<String>,

    /// In which function; instead of the profile's `staff_function`.
    #[arg(
        long,
        global = true,
        value_name = "FUNCTION",
        env = "SLUIS_STAFF_FUNCTION",
        hide_env_values = true,
        help_heading = HEADING
    )]
    pub staff_function: Option<String>,
}

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

impl ProfileChoice {
    /// Reads the chosen profile.
    ///
    /// # Errors
    /// When there is no such profile, or it is not in order.
    pub fn read(&self) -> Result<Profile, Failure> {
        let path = match &self.profile_file {
            Some(path) => path.clone(),
            None => path_of(&self.profile)?,
        };
        let mut profile = Profile::read(&path)?;
        if let Some(reference) = &self.staff_reference {
            profile.staff_reference = Some(reference.clone());
        }
        if let Some(function) = &self.staff_function {
            profile.staff_function = Some(function.clone());
        }
        Ok(profile)
    }
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
            faults.extend(tls::configuration(self).err());
        }
        Self::together(faults)
    }

    /// What is wrong with the members, each on its own.
    fn faults(&self) -> Vec<(&'static str, Failure)> {
        let files = [
            ("gateway", gateway::address(self).map(drop)),
            ("staff_reference", gateway::staff(self).map(drop)),
            ("ca", tls::certificates(&self.ca).map(drop)),
            ("certificate", tls::certificates(&self.certificate).map(drop)),
            ("key", tls::key(&self.key).map(drop)),
            ("log_vkey", self.log().map(drop)),
            ("receipt_key", self.receipt_key().map(drop)),
        ];
        let keys =
            self.encryption_keys.iter().map(|path| ("encryption_keys", keys::read_private(path).map(drop)));
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

    /// The OIN in the profile's own certificate, where it can be read.
    #[must_use]
    pub fn oin(&self) -> Option<String> {
        let chain = tls::certificates(&self.certificate).ok()?;
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

const CORRECT: (&str, &str) = (
    "verbeter het bestand; docs/client.md laat een profiel zien met uitleg bij elke regel",
    "correct the file; docs/client.md shows a profile with every member explained",
);

/// The members of a profile, and whether each must be there and is a list.
const MEMBERS: [(&str, bool, bool); 9] = [
    ("gateway", true, false),
    ("ca", true, false),
    ("certificate", true, false),
    ("key", true, false),
    ("encryption_keys", false, true),
    ("staff_reference", false, false),
    ("staff_function", false, false),
    ("log_vkey", false, false),
    ("receipt_key", false, false),
];

/// A profile's table as far as it can be read, what is wrong with its members, and which of them it has not.
struct Members {
    table: toml::Table,
    faults: Vec<Failure>,
    absent: Vec<&'static str>,
}

impl Members {
    fn of(mut table: toml::Table, path: &Path) -> Self {
        let (mut faults, mut absent) = (Vec::new(), Vec::new());
        let fault = |text: Said| Failure::configuration(text).now(CORRECT);
        let unknown: Vec<String> =
            table.keys().filter(|name| !MEMBERS.iter().any(|(known, ..)| known == name)).cloned().collect();
        for name in unknown {
            table.remove(&name);
            faults.push(fault(both!(
                "`{}` kent geen `{name}`",
                "`{}` has no member `{name}`",
                path.display()
            )));
        }
        for (name, must_be, is_list) in MEMBERS {
            let fits = |value: &toml::Value| match value {
                toml::Value::Array(items) => is_list && items.iter().all(toml::Value::is_str),
                other => !is_list && other.is_str(),
            };
            match table.get(name) {
                Some(value) if fits(value) => continue,
                Some(_) if is_list => faults.push(fault(both!(
                    "`{name}` in `{}` hoort een lijst van teksten te zijn",
                    "`{name}` in `{}` must be a list of texts",
                    path.display()
                ))),
                Some(_) => faults.push(fault(both!(
                    "`{name}` in `{}` hoort een tekst te zijn, tussen aanhalingstekens",
                    "`{name}` in `{}` must be a text, in quotation marks",
                    path.display()
                ))),
                None if must_be => {
                    faults.push(fault(both!(
                        "`{name}` ontbreekt in `{}`",
                        "`{}` lacks `{name}`",
                        path.display()
                    )));
                }
                None => continue,
            }
            table.remove(name);
            absent.push(name);
            if must_be {
                // So that the rest can be read and judged; the member itself is not.
                table.insert(name.to_owned(), toml::Value::String(String::new()));
            }
        }
        Self { table, faults, absent }
    }
}

/// Everything that is wrong with a profile.
#[derive(Debug)]
struct FaultyProfile(Vec<Failure>);

impl Explanation for FaultyProfile {
    fn lines(&self, language: Language) -> Vec<String> {
        let of_fault = |fault: &Failure| {
            let mut lines = fault.lines(language).into_iter();
            let first = lines.next().map(|line| format!("- {}", line.trim_start_matches("sluis: ")));
            first.into_iter().chain(lines.map(|line| format!("  {}", line.trim_start()))).collect::<Vec<_>>()
        };
        self.0.iter().flat_map(of_fault).collect()
    }

    fn document(&self) -> Value {
        let of = |fault: &Failure| fault.document().get("error").cloned().unwrap_or_default();
        Value::Array(self.0.iter().map(of).collect())
    }
}

fn path_of(name: &str) -> Result<PathBuf, Failure> {
    let plain = !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if !plain {
        return Err(Failure::usage((
            "de naam van een profiel heeft alleen letters, cijfers, `-` en `_`",
            "a profile's name is letters, digits, `-` and `_`",
        ))
        .now((
            "geef een bestand met --profile-file, of een naam met --profile",
            "give a file with --profile-file, or a name with --profile",
        )));
    }
    Ok(folder()?.join(format!("{name}.toml")))
}

/// Where this user's profiles are.
fn folder() -> Result<PathBuf, Failure> {
    let home = std::env::home_dir().ok_or_else(|| {
        Failure::configuration((
            "er is geen eigen map om profielen in te zoeken",
            "there is no home folder to look for profiles in",
        ))
        .now((
            "geef het bestand van het profiel met --profile-file",
            "give the profile's file with --profile-file",
        ))
    })?;
    Ok(home.join(".config/sluis/profiles"))
}

/// The names of this user's profiles, in order.
fn names() -> Vec<String> {
    let entries = folder().ok().and_then(|folder| fs::read_dir(folder).ok()).into_iter().flatten().flatten();
    let files = entries.map(|entry| PathBuf::from(entry.file_name()));
    let profiles = files.filter(|file| file.extension().is_some_and(|ending| ending == "toml"));
    let mut names: Vec<String> =
        profiles.filter_map(|file| file.file_stem()?.to_str().map(str::to_owned)).collect();
    names.sort_unstable();
    names
}

/// Lists this user's profiles, each with its gateway or with what is wrong with it.
///
/// # Errors
/// When there is no home folder, or standard output cannot be written.
pub fn list(at: &mut Context) -> Result<Exit, Failure> {
    let folder = folder()?;
    let names = names();
    let language = at.out.language();
    let mut sound = Table::new(language.pick(["naam", "oin", "gateway"], ["name", "oin", "gateway"]));
    let mut faulty = Vec::new();
    for name in &names {
        let path = folder.join(format!("{name}.toml"));
        match Profile::read(&path) {
            Ok(profile) => {
                let oin = profile.oin();
                let mut found = json!({ "name": name, "file": path, "gateway": profile.gateway });
                if let (Some(oin), Some(members)) = (&oin, found.as_object_mut()) {
                    members.insert("oin".to_owned(), json!(oin));
                }
                if at.out.is_json() {
                    at.out.show(&found, String::new)?;
                }
                sound.row([name.clone(), oin.unwrap_or_default(), profile.gateway]);
            }
            Err(failure) => {
                let faults = failure.document().pointer("/error/problem").cloned();
                let mut found = json!({ "name": name, "file": path, "error": failure.to_string() });
                if let (Some(faults), Some(members)) = (faults, found.as_object_mut()) {
                    members.insert("faults".to_owned(), faults);
                }
                if at.out.is_json() {
                    at.out.show(&found, String::new)?;
                }
                let lines = failure.lines(language).into_iter().skip(1);
                let first = format!("{name}  {}", failure.text(language));
                faulty.push(std::iter::once(first).chain(lines).collect::<Vec<_>>().join("\n"));
            }
        }
    }
    if !sound.is_empty() {
        at.out.table(&sound)?;
    }
    for fault in faulty {
        at.out.say(Said::same(fault))?;
    }
    if names.is_empty() {
        at.out.say(both!("Geen profielen in: {}", "No profiles in: {}", folder.display()))?;
    }
    Ok(Exit::Done)
}

/// What another library says of the TOML is English; the line says as much.
fn no_profile(path: &Path, text: &str, error: &toml::de::Error) -> Failure {
    let before = error.span().and_then(|span| text.get(..span.start));
    let line = before.map(|before| before.matches('\n').count().saturating_add(1));
    let at = |word: &str| line.map(|line| format!(" ({word} {line})")).unwrap_or_default();
    let (file, why) = (path.display(), error.message());
    Failure::configuration(Said::new(
        format!("`{file}` is geen profiel: het is geen TOML{}", at("regel")),
        format!("`{file}` is not a profile: {why}{}", at("line")),
    ))
    .now(CORRECT)
}

fn missing(path: &Path, error: io::Error) -> Failure {
    let names = names();
    let known = if error.kind() == io::ErrorKind::PermissionDenied {
        Said::new(
            "het bestand is er wel, maar u mag het niet lezen: kijk van wie het is, of geef de opdracht als die gebruiker",
            "the file is there, but you may not read it: look whose it is, or run the command as that user",
        )
    } else if names.is_empty() {
        Said::new(
            "maak het profiel zoals docs/client.md laat zien, of noem het bestand met --profile-file",
            "make the profile as docs/client.md shows, or name its file with --profile-file",
        )
    } else {
        both!(
            "kies met --profile een van {}, of noem een bestand met --profile-file",
            "choose one of {} with --profile, or name a file with --profile-file",
            names.join(", ")
        )
    };
    Failure::configuration(both!(
        "kan het profiel `{}` niet lezen",
        "cannot read the profile `{}`",
        path.display()
    ))
    .because(error)
    .now(known)
}
