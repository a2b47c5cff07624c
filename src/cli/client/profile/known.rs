//! The profiles of this user.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::cli::{
    Failure,
    language::{Said, both},
};

/// The file of the profile with this name.
///
/// # Errors
/// When it is no name, or there is no home folder.
pub(in crate::cli::client) fn path_of(name: &str) -> Result<PathBuf, Failure> {
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
pub(in crate::cli::client) fn folder() -> Result<PathBuf, Failure> {
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
pub(in crate::cli::client) fn names() -> Vec<String> {
    let entries = folder().ok().and_then(|folder| fs::read_dir(folder).ok()).into_iter().flatten().flatten();
    let files = entries.map(|entry| PathBuf::from(entry.file_name()));
    let profiles = files.filter(|file| file.extension().is_some_and(|ending| ending == "toml"));
    let mut names: Vec<String> =
        profiles.filter_map(|file| file.file_stem()?.to_str().map(str::to_owned)).collect();
    names.sort_unstable();
    names
}

/// Why there is no such profile, with those that there are.
pub(in crate::cli::client) fn missing(path: &Path, error: io::Error) -> Failure {
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
