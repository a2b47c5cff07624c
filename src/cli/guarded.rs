//! The files that a gateway rests on must be its own: secrets closed to others, and nothing that others can change.

use std::{
    collections::BTreeSet,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use rustix::process::geteuid;

use super::{
    Failure,
    files::read,
    language::{Language, Said, both},
};
use crate::{config::Config, crypto::secret_file, domain::pem::holds_private_key};

const ROOT: u32 = 0;
const OTHERS_WRITE: u32 = 0o022;
/// In a folder with this bit nobody replaces another's file.
const STICKY: u32 = 0o1000;

/// A file or folder that others on this machine may use.
#[derive(Debug, PartialEq, Eq)]
enum Open {
    /// A secret that they may read or write.
    Secret(PathBuf),
    /// A file for all to read, in which a private key stands.
    KeyInside(PathBuf),
    /// A file that they may change.
    Writable(PathBuf),
    /// A folder in which they may replace what is in it.
    Folder(PathBuf),
    /// A secret that one of them owns, whatever its mode.
    Foreign(PathBuf),
}

impl Open {
    fn said(&self) -> Said {
        let (Self::Secret(path)
        | Self::KeyInside(path)
        | Self::Writable(path)
        | Self::Folder(path)
        | Self::Foreign(path)) = self;
        let path = path.display();
        match self {
            Self::Secret(_) => both!(
                "anderen mogen `{path}` lezen of schrijven: chmod 600 {path}",
                "others may read or write `{path}`: chmod 600 {path}"
            ),
            Self::KeyInside(_) => both!(
                "in `{path}` staat een privésleutel, en anderen mogen dat lezen: haal haar eruit, of chmod 600 {path}",
                "`{path}` holds a private key, and others may read it: take it out, or chmod 600 {path}"
            ),
            Self::Writable(_) => both!(
                "anderen mogen `{path}` veranderen: chmod go-w {path}",
                "others may change `{path}`: chmod go-w {path}"
            ),
            Self::Folder(_) => both!(
                "anderen mogen vervangen wat in `{path}` staat: chmod go-w {path}",
                "others may replace what is in `{path}`: chmod go-w {path}"
            ),
            Self::Foreign(_) => {
                let own = geteuid().as_raw();
                both!(
                    "`{path}` is van een andere gebruiker dan de gateway of root: chown {own} {path}",
                    "`{path}` belongs to another user than the gateway or root: chown {own} {path}"
                )
            }
        }
    }
}

/// Files that are read together, and so are taken or refused together.
#[derive(Debug, Default)]
pub(super) struct Files {
    /// What others may neither read nor write.
    secrets: Vec<PathBuf>,
    /// Keys, which whoever reads them judges by their mode.
    keys: Vec<PathBuf>,
    /// What others may not write.
    public: Vec<PathBuf>,
    /// Folders whose files are all rested on.
    folders: Vec<PathBuf>,
}

impl Files {
    /// The gateway's own certificate and its key.
    pub(super) fn own_certificate(config: &Config) -> Self {
        let tls = &config.tls;
        Self { secrets: vec![tls.key.clone()], public: vec![tls.certificate.clone()], ..Self::default() }
    }

    /// The certificates of the authorities.
    pub(super) fn authorities(config: &Config) -> Self {
        let files = config.tls.trust.iter().map(|anchor| anchor.file.clone());
        Self { public: files.collect(), ..Self::default() }
    }

    pub(super) fn list(file: &Path) -> Self {
        Self { public: vec![file.to_owned()], ..Self::default() }
    }

    /// The gateway's own keys.
    pub(super) fn keys(config: &Config) -> Self {
        let (mut keys, _) = below(&config.keys.dir);
        keys.retain(|file| file.extension().is_some_and(|ending| ending == "key"));
        Self { keys, folders: vec![config.keys.dir.clone()], ..Self::default() }
    }

    pub(super) fn configuration(config: &Config) -> Self {
        Self { public: config.file.iter().cloned().collect(), ..Self::default() }
    }

    /// What is read at the start only: the database, its password, the last head of the log, the policies.
    pub(super) fn of_the_start(config: &Config) -> Self {
        let mut secrets: Vec<PathBuf> = config.database.password_file.iter().cloned().collect();
        if let Some(database) = config.database.url.file() {
            for ending in ["-wal", "-shm", "-journal"] {
                let mut name = database.as_os_str().to_owned();
                name.push(ending);
                secrets.push(PathBuf::from(name));
            }
            secrets.push(database.to_owned());
        }
        let (mut public, folders) = config.policies.dir.as_deref().map(below).unwrap_or_default();
        public.push(config.log.head_file().to_owned());
        Self { secrets, public, folders, ..Self::default() }
    }

    fn all(config: &Config) -> Self {
        let lists = config.tls.revocation.files.iter().map(|file| Self::list(file));
        let parts = [
            Self::own_certificate(config),
            Self::authorities(config),
            Self::keys(config),
            Self::configuration(config),
            Self::of_the_start(config),
        ];
        let mut all = Self::default();
        for part in parts.into_iter().chain(lists) {
            all.secrets.extend(part.secrets);
            all.keys.extend(part.keys);
            all.public.extend(part.public);
            all.folders.extend(part.folders);
        }
        all
    }
}

/// Refuses, before the start, files that others may use, in strict mode; else says which they are. What is not there is
/// told by whoever needs it.
///
/// # Errors
/// Every such file and folder.
pub(super) fn check(config: &Config) -> Result<(), Failure> {
    let files = Files::all(config);
    if !config.strict {
        tell(&files);
        return Ok(());
    }
    refuse(&files).map_err(|failure| {
        failure.now((
            "zolang `strict` aan staat, start de gateway er niet mee",
            "the gateway does not start with them while `strict` is on",
        ))
    })
}

/// Refuses files that are about to be read again and that others may use, in strict mode.
///
/// # Errors
/// Every such file and folder.
pub(super) fn check_again(config: &Config, files: &Files) -> Result<(), Failure> {
    if !config.strict {
        return Ok(());
    }
    refuse(files).map_err(|failure| {
        failure.now((
            "zolang `strict` aan staat, leest de gateway ze niet opnieuw",
            "the gateway does not read them again while `strict` is on",
        ))
    })
}

/// Says, when all was read again, what others may use of what is not refused for it.
pub(super) fn tell_again(config: &Config) {
    tell(&if config.strict { Files::of_the_start(config) } else { Files::all(config) });
}

fn refuse(files: &Files) -> Result<(), Failure> {
    let found = open_to_others(files);
    if found.is_empty() {
        return Ok(());
    }
    Err(Failure::configuration(
        Said::from((
            "anderen kunnen bij bestanden van de gateway",
            "files of the gateway are open to others",
        ))
        .listing(found.iter().map(Open::said)),
    ))
}

fn tell(files: &Files) {
    for one in open_to_others(files) {
        tracing::warn!(
            error_code = "open_to_others",
            cause = one.said().text(Language::En),
            "a file of the gateway is open to others"
        );
    }
}

fn open_to_others(files: &Files) -> Vec<Open> {
    let mut resting: Vec<PathBuf> = files.secrets.iter().chain(&files.public).cloned().collect();
    for folder in &files.folders {
        // Also a folder that is still empty: what others put in it would be read.
        resting.push(folder.join("file"));
        let held = folder.read_dir().into_iter().flatten().flatten();
        resting.extend(held.map(|file| file.path()));
    }

    let mut found = Vec::new();
    for path in &files.secrets {
        if path.metadata().is_ok_and(|metadata| !secret_file::is_closed(path, &metadata)) {
            found.push(Open::Secret(path.clone()));
        }
    }
    let own = geteuid().as_raw();
    for path in files.secrets.iter().chain(&files.keys) {
        if path.metadata().is_ok_and(|metadata| metadata.uid() != own && metadata.uid() != ROOT) {
            found.push(Open::Foreign(path.clone()));
        }
    }
    for path in &files.public {
        let is_open = path.metadata().is_ok_and(|metadata| !secret_file::is_closed(path, &metadata));
        if is_open && read(path).is_ok_and(|bytes| holds_private_key(&bytes)) {
            found.push(Open::KeyInside(path.clone()));
        }
        if path.metadata().is_ok_and(|metadata| metadata.mode() & OTHERS_WRITE != 0) {
            found.push(Open::Writable(path.clone()));
        }
    }
    for path in folders_above(resting) {
        let replaceable = |mode: u32| mode & OTHERS_WRITE != 0 && mode & STICKY == 0;
        if path.metadata().is_ok_and(|metadata| replaceable(metadata.mode())) {
            found.push(Open::Folder(path));
        }
    }
    found
}

/// The files of a folder and of those in it, and those folders, itself among them.
fn below(folder: &Path) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let (mut files, mut folders, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
    let mut waiting = vec![folder.to_owned()];
    while let Some(folder) = waiting.pop() {
        if !folder.canonicalize().is_ok_and(|real| seen.insert(real)) {
            continue;
        }
        for path in folder.read_dir().into_iter().flatten().flatten().map(|entry| entry.path()) {
            if path.is_dir() { waiting.push(path) } else { files.push(path) }
        }
        folders.push(folder);
    }
    (files, folders)
}

/// Every folder by which these paths are reached, up to the root, also those behind a link: whoever may write in one of them
/// can put something else in the place of what lies below.
fn folders_above(paths: Vec<PathBuf>) -> BTreeSet<PathBuf> {
    let (mut folders, mut seen) = (BTreeSet::new(), BTreeSet::new());
    let mut waiting = paths;
    while let Some(path) = waiting.pop() {
        let Ok(path) = std::path::absolute(path) else { continue };
        if !seen.insert(path.clone()) {
            continue;
        }
        for part in path.ancestors() {
            folders.extend(part.parent().map(Path::to_owned));
            if let (Ok(target), Some(folder), Ok(rest)) =
                (part.read_link(), part.parent(), path.strip_prefix(part))
            {
                waiting.push(folder.join(target).join(rest));
            }
        }
    }
    folders
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_behind_a_link_is_one_of_them() {
        let place = tempfile::tempdir().unwrap();
        let place = place.path().canonicalize().unwrap();
        for folder in ["own/keys", "far/away", "near"] {
            std::fs::create_dir_all(place.join(folder)).unwrap();
        }
        std::fs::write(place.join("far/away/key"), "").unwrap();
        std::os::unix::fs::symlink("../far/away", place.join("near/link")).unwrap();
        std::os::unix::fs::symlink(place.join("near/link/key"), place.join("own/keys/key")).unwrap();
        let found = folders_above(vec![place.join("own/keys/key")]);
        let has = |folder: &str| found.iter().any(|one| one.canonicalize().ok() == Some(place.join(folder)));
        for folder in ["own/keys", "own", "near", "far", "far/away"] {
            assert!(has(folder), "{folder}: {found:?}");
        }
        assert!(found.contains(Path::new("/")));
    }

    #[test]
    fn links_in_a_circle_end() {
        let place = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("two", place.path().join("one")).unwrap();
        std::os::unix::fs::symlink("one", place.path().join("two")).unwrap();
        assert!(folders_above(vec![place.path().join("one/key")]).len() > 1);
    }
}
