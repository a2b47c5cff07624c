//! What lies in a folder and is no part of its log.

use std::{fs, path::PathBuf};

use super::{
    CHECKPOINT, Folder, FolderError, LEAF_HASHES, PROOF, VKEY, file,
    sizes::{LINE, TEXT, longest},
};
use crate::{
    accesslog::verify::Stray,
    merkle::tile::{TileId, TilePath},
};

impl Folder {
    /// Every file that a log of this size has no place for, or of which it has less, at whatever depth; sorted by name.
    ///
    /// No file is opened. A link to a folder is named, and not followed: it may lead back here.
    pub(super) fn strays_of(&self, size: u64) -> Result<Vec<Stray>, FolderError> {
        let mut strays = Vec::new();
        let mut folders = vec![PathBuf::new()];
        while let Some(folder) = folders.pop() {
            let path = self.dir.join(&folder);
            for entry in fs::read_dir(&path).map_err(file(&path))? {
                let entry = entry.map_err(file(&path))?;
                let below = folder.join(entry.file_name());
                if entry.file_type().map_err(file(&path))?.is_dir() {
                    folders.push(below);
                    continue;
                }
                let found = fs::metadata(entry.path()).ok().filter(fs::Metadata::is_file);
                let bytes = found.as_ref().map_or(0, fs::Metadata::len);
                let name = below.to_string_lossy().into_owned();
                let most = found.and_then(|_| most(&name, size));
                if most.is_none_or(|most| bytes > most) {
                    strays.push(Stray { name, bytes, most });
                }
            }
        }
        strays.sort();
        Ok(strays)
    }
}

/// How long a file with this name can be in a log of this size; none where it has no such file.
fn most(name: &str, size: u64) -> Option<u64> {
    match name {
        CHECKPOINT | VKEY => return Some(TEXT),
        LEAF_HASHES => return Some(size.saturating_mul(LINE)),
        _ if name.ends_with(PROOF) && !name.contains('/') => return Some(TEXT),
        _ => {}
    }
    let path: TilePath = name.parse().ok()?;
    let (TilePath::Hashes(id) | TilePath::Entries(id)) = path;
    let is_there = TileId::in_tree(id.level(), id.n(), size).is_some_and(|whole| id.width() <= whole.width());
    is_there.then(|| longest(path))
}
