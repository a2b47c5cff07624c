//! The files that a gateway rests on must be its own: secrets closed to others, and nothing that others can change.

use std::{
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use super::{
    Failure,
    language::{Language, Said, both},
};
use crate::{config::Config, crypto::secret_file};

const OTHERS_WRITE: u32 = 0o022;
/// In a folder with this bit nobody replaces another's file.
const STICKY: u32 = 0o1000;

/// A file or folder that others on this machine may use.
#[derive(Debug, PartialEq, Eq)]
enum Open {
    /// A secret that they may read or write.
    Secret(PathBuf),
    /// A file that they may change.
    Writable(PathBuf),
    /// A folder in which they may replace what is in it.
    Folder(PathBuf),
}

impl Open {
    fn said(&self) -> Said {
        let (Self::Secret(path) | Self::Writable(path) | Self::Folder(path)) = self;
        let path = path.display();
        match self {
            Self::Secret(_) => both!(
                "anderen mogen `{path}` lezen of schrijven: chmod 600 {path}",
                "others may read or write `{path}`: chmod 600 {path}"
            ),
            Self::Writable(_) => both!(
                "anderen mogen `{path}` veranderen: chmod go-w {path}",
                "others may change `{path}`: chmod go-w {path}"
            ),
            Self::Folder(_) => both!(
                "anderen mogen vervangen wat in `{path}` staat: chmod go-w {path}",
                "others may replace what is in `{path}`: chmod go-w {path}"
            ),
        }
    }
}

/// Refuses files that others may use, in strict mode; else says which they are. What is not there is told by whoever needs
/// it.
///
/// # Errors
/// Every such file and folder.
pub(super) fn check(config: &Config) -> Result<(), Failure> {
    let found = open_to_others(config);
    if found.is_empty() {
        return Ok(());
    }
    if config.strict {
        return Err(Failure::configuration(
            Said::from((
                "anderen kunnen bij bestanden van de gateway",
                "files of the gateway are open to others",
            ))
            .listing(found.iter().map(Open::said)),
        )
        .now((
            "zolang `strict` aan staat, start de gateway er niet mee",
            "the gateway does not start with them while `strict` is on",
        )));
    }
    for one in found {
        tracing::warn!(
            error_code = "open_to_others",
            cause = one.said().text(Language::En),
            "a file of the gateway is open to others"
        );
    }
    Ok(())
}

fn open_to_others(config: &Config) -> Vec<Open> {
    let mut secrets: Vec<PathBuf> = vec![config.tls.key.clone()];
    secrets.extend(config.database.password_file.clone());
    if let Some(database) = config.database.url.file() {
        for ending in ["-wal", "-shm", "-journal"] {
            let mut name = database.as_os_str().to_owned();
            name.push(ending);
            secrets.push(PathBuf::from(name));
        }
        secrets.push(database.to_owned());
    }
    let mut public: Vec<PathBuf> = vec![config.tls.certificate.clone()];
    public.extend(config.file.clone());
    public.extend(config.tls.trust.iter().map(|anchor| anchor.file.clone()));
    public.extend(config.tls.revocation.files.iter().cloned());
    let mut folders: Vec<PathBuf> = secrets.iter().chain(&public).map(|path| folder_of(path)).collect();
    folders.push(config.keys.dir.clone());
    folders.extend(config.policies.dir.clone());
    folders.sort_unstable();
    folders.dedup();

    let mut found = Vec::new();
    for path in secrets {
        if path.metadata().is_ok_and(|metadata| !secret_file::is_closed(&path, &metadata)) {
            found.push(Open::Secret(path));
        }
    }
    for path in public {
        if path.metadata().is_ok_and(|metadata| metadata.mode() & OTHERS_WRITE != 0) {
            found.push(Open::Writable(path));
        }
    }
    for path in folders {
        let replaceable = |mode: u32| mode & OTHERS_WRITE != 0 && mode & STICKY == 0;
        if path.metadata().is_ok_and(|metadata| replaceable(metadata.mode())) {
            found.push(Open::Folder(path));
        }
    }
    found
}

fn folder_of(path: &Path) -> PathBuf {
    let folder = path.parent().unwrap_or(Path::new("/"));
    if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder.to_owned() }
}
