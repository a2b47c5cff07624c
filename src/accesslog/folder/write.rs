//! Writing the copy of a log, leaf by leaf.

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use super::{CHECKPOINT, Folder, FolderError, LEAF_HASHES, VKEY, file, proof_name};
use crate::{
    accesslog::entry::parse_leaf,
    merkle::{
        bundle,
        hash::leaf_hash,
        note::LogVerifier,
        tile::{FULL, Tile, TilePath},
        tree::Tree,
    },
};

/// Writes a copy as the leaves come; at most one bundle of them is in memory.
#[derive(Debug)]
pub struct FolderWriter {
    dir: PathBuf,
    tree: Tree,
    /// The leaves of the bundle that is not full yet.
    pending: Vec<Vec<u8>>,
    hashes: BufWriter<File>,
}

impl FolderWriter {
    /// Begins a copy in a folder that is made, or is there and empty.
    ///
    /// # Errors
    /// [`FolderError::NotEmpty`], or [`FolderError::File`] when it cannot be written to.
    pub fn create(dir: &Path) -> Result<Self, FolderError> {
        fs::create_dir_all(dir).map_err(file(dir))?;
        if fs::read_dir(dir).map_err(file(dir))?.next().is_some() {
            return Err(FolderError::NotEmpty(dir.to_owned()));
        }
        let path = dir.join(LEAF_HASHES);
        let hashes = BufWriter::new(File::create_new(&path).map_err(file(&path))?);
        Ok(Self { dir: dir.to_owned(), tree: Tree::new(), pending: Vec::new(), hashes })
    }

    /// Writes the next leaf.
    ///
    /// # Errors
    /// [`FolderError::Leaf`] when the bytes are not a leaf, or [`FolderError::File`].
    pub fn append(&mut self, leaf: &[u8]) -> Result<(), FolderError> {
        let index = self.tree.size();
        parse_leaf(leaf).map_err(|_| FolderError::Leaf(index))?;
        let hash = leaf_hash(leaf);
        writeln!(self.hashes, "{hash}").map_err(file(&self.dir.join(LEAF_HASHES)))?;
        self.tree.append(hash);
        self.pending.push(leaf.to_vec());
        if self.pending.len() == usize::from(FULL) {
            self.write_bundle()?;
        }
        for tile in self.tree.take_full() {
            self.write_tile(&tile)?;
        }
        Ok(())
    }

    fn write_bundle(&mut self) -> Result<(), FolderError> {
        let Ok(width) = u16::try_from(self.pending.len()) else { return Ok(()) };
        let last = self.tree.size().saturating_sub(1);
        let Some(path) = TilePath::entries(last.checked_div(u64::from(FULL)).unwrap_or(0), width) else {
            return Ok(());
        };
        let bytes =
            bundle::encode(self.pending.iter().map(Vec::as_slice)).map_err(|_| FolderError::Leaf(last))?;
        self.pending.clear();
        self.write(&path.to_string(), &bytes)
    }

    fn write_tile(&self, tile: &Tile) -> Result<(), FolderError> {
        self.write(&TilePath::Hashes(tile.id).to_string(), &tile.bytes)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), FolderError> {
        let path = self.dir.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(file(parent))?;
        }
        fs::write(&path, bytes).map_err(file(&path))
    }

    /// Writes what is left, the checkpoint, the key, and a proof for each of these entries. The checkpoint comes last.
    ///
    /// # Errors
    /// [`FolderError::OtherLeaves`] when the checkpoint is not that of these leaves, and what its other variants say.
    pub fn finish(mut self, checkpoint: &str, vkey: &str, proofs: &[u64]) -> Result<Folder, FolderError> {
        let stated = LogVerifier::from_vkey(vkey)?.open(checkpoint)?;
        if (stated.size, stated.root) != (self.tree.size(), self.tree.root()) {
            return Err(FolderError::OtherLeaves);
        }
        self.write_bundle()?;
        for tile in self.tree.partial() {
            self.write_tile(&tile)?;
        }
        self.hashes.flush().map_err(file(&self.dir.join(LEAF_HASHES)))?;
        self.write(VKEY, format!("{}\n", vkey.trim()).as_bytes())?;
        self.write(CHECKPOINT, checkpoint.as_bytes())?;
        let folder = Folder::open(&self.dir)?;
        for index in proofs {
            self.write(&proof_name(*index), folder.prove(*index)?.to_string().as_bytes())?;
        }
        Ok(folder)
    }
}
