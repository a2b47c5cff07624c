//! What a backup holds, and under which names.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io,
    path::{Component, Path, PathBuf},
};

use crate::{
    cli::{Failure, files},
    config::{Config, USUAL_FILE},
};

/// The files of a backup: their names in it, with `/` between folders, and where they are now.
#[derive(Debug, Default)]
pub(super) struct Collected {
    files: BTreeMap<String, PathBuf>,
    /// What the configuration names and was not taken: it lies outside the configuration's folder.
    pub(super) left: Vec<PathBuf>,
}

/// Everything that the configuration names, and itself.
pub(super) fn collect(
    config_file: &Path,
    config: &Config,
    snapshot: Option<&Path>,
) -> Result<Collected, Failure> {
    let folder = config_file.parent().unwrap_or(Path::new(""));
    let mut collected = Collected::default();
    collected.files.insert(USUAL_FILE.to_owned(), config_file.to_owned());
    for dir in [Some(&config.keys.dir), config.policies.dir.as_ref()].into_iter().flatten() {
        collected.folder(folder, dir)?;
    }
    let tls = &config.tls;
    let single = [&tls.certificate, &tls.key]
        .into_iter()
        .chain(tls.trust.iter().map(|anchor| &anchor.file))
        .chain(&tls.revocation.files)
        .chain(&config.database.password_file);
    for file in single {
        collected.file(folder, file);
    }
    if let Some(snapshot) = snapshot {
        let url = config.database.connect_url();
        let url = url.map_err(|error| {
            Failure::configuration(("de database heeft geen adres", "the database has no address"))
                .because(error)
        })?;
        let path = url.strip_prefix("sqlite:").unwrap_or_default();
        let name = name(folder, Path::new(path)).unwrap_or_else(|| "gateway.db".to_owned());
        collected.files.insert(name, snapshot.to_owned());
    }
    Ok(collected)
}

/// The name of a file below the folder; none for one outside it.
fn name(folder: &Path, file: &Path) -> Option<String> {
    let below = file.strip_prefix(folder).ok()?;
    let mut names = Vec::new();
    for part in below.components() {
        match part {
            Component::Normal(name) => names.push(name.to_str()?),
            Component::CurDir => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    (!names.is_empty()).then(|| names.join("/"))
}

impl Collected {
    /// The names, in order.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// Names and files, in order of the names.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Path)> {
        self.files.iter().map(|(name, file)| (name.as_str(), file.as_path()))
    }

    /// Writes copies into a folder, for their owner only.
    pub(super) fn write(&self, out: &Path) -> Result<(), Failure> {
        for (name, from) in self.iter() {
            let to = out.join(name);
            if let Some(folder) = to.parent() {
                files::private_folder(folder)?;
            }
            let mut source = File::open(from).map_err(|error| Failure::unreadable(from, error))?;
            let mut copy = files::private_options()
                .write(true)
                .create_new(true)
                .open(&to)
                .map_err(|error| Failure::unwritable(&to, error))?;
            let copied = io::copy(&mut source, &mut copy).and_then(|_| copy.sync_all());
            copied.map_err(|error| Failure::unwritable(&to, error))?;
        }
        Ok(())
    }

    fn file(&mut self, folder: &Path, file: &Path) {
        match name(folder, file) {
            Some(name) => drop(self.files.insert(name, file.to_owned())),
            None => self.left.push(file.to_owned()),
        }
    }

    fn folder(&mut self, folder: &Path, dir: &Path) -> Result<(), Failure> {
        if name(folder, dir).is_none() {
            self.left.push(dir.to_owned());
            return Ok(());
        }
        let unreadable = |error| Failure::unreadable(dir, error);
        for entry in fs::read_dir(dir).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            if path.is_dir() {
                self.folder(folder, &path)?;
            } else {
                self.file(folder, &path);
            }
        }
        Ok(())
    }
}
