//! Reading the copy of a log.

use std::{
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use super::{CHECKPOINT, FolderError, LEAF_HASHES, VKEY, file};
use crate::{
    accesslog::verify::{Keeps, LogSource},
    domain::digest::Digest,
    merkle::{
        note::read_unchecked,
        proof::{inclusion, tiles_for_inclusion},
        tile::{FULL, Tile, TileId, TilePath, TileSet},
        tlog_proof::TlogProof,
    },
};

/// A line of `leaf-hashes`: 64 digits and the end of the line.
const LINE: u64 = 65;

/// A copy of a log. What is in it is read as it is: judging is the work of [`mod@crate::accesslog::verify`].
#[derive(Debug, Clone)]
pub struct Folder {
    dir: PathBuf,
}

impl Folder {
    /// The copy in this folder.
    ///
    /// # Errors
    /// [`FolderError::File`] when there is no such folder.
    pub fn open(dir: &Path) -> Result<Self, FolderError> {
        fs::read_dir(dir).map_err(file(dir))?;
        Ok(Self { dir: dir.to_owned() })
    }

    /// The public key that lies in the folder. It proves nothing about who wrote the folder: compare it with the key that
    /// the gateway publishes, or was known before.
    ///
    /// # Errors
    /// [`FolderError::File`] when it cannot be read.
    pub fn vkey(&self) -> Result<Option<String>, FolderError> {
        self.text(VKEY)
    }

    /// Makes the proof of an entry from the tiles in the folder. It is not checked here.
    ///
    /// # Errors
    /// [`FolderError::Proof`] when there is no such entry or a tile is missing, [`FolderError::Checkpoint`] without a
    /// checkpoint.
    pub fn prove(&self, index: u64) -> Result<TlogProof, FolderError> {
        let checkpoint = self.text(CHECKPOINT)?.unwrap_or_default();
        let size = read_unchecked(&checkpoint)?.size;
        let mut tiles = TileSet::new();
        for id in tiles_for_inclusion(index, size)? {
            if let Some(bytes) = self.widest(id)? {
                tiles.insert(Tile { id, bytes });
            }
        }
        Ok(TlogProof { extra: None, index, hashes: inclusion(index, size, &tiles)?, checkpoint })
    }

    fn text(&self, name: &str) -> Result<Option<String>, FolderError> {
        let bytes = self.bytes(name)?;
        // A text that is no UTF-8 is found wrong by who reads it.
        Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    }

    fn bytes(&self, name: &str) -> Result<Option<Vec<u8>>, FolderError> {
        let path = self.dir.join(name);
        let Some(open) = absent(regular(&path)).map_err(file(&path))? else { return Ok(None) };
        let mut bytes = Vec::new();
        let read = open.take(LARGEST.saturating_add(1)).read_to_end(&mut bytes);
        match read.map(u64::try_from) {
            Ok(Ok(length)) if length <= LARGEST => Ok(Some(bytes)),
            Ok(_) => Err(file(&path)(io::ErrorKind::FileTooLarge.into())),
            Err(error) => Err(file(&path)(error)),
        }
    }

    /// The full tile, or the widest partial one.
    fn widest(&self, id: TileId) -> Result<Option<Vec<u8>>, FolderError> {
        let full = TileId::new(id.level(), id.n(), FULL).unwrap_or(id);
        self.widest_at(&TilePath::Hashes(full).to_string())
    }

    fn widest_at(&self, full: &str) -> Result<Option<Vec<u8>>, FolderError> {
        if let Some(bytes) = self.bytes(full)? {
            return Ok(Some(bytes));
        }
        let partial = format!("{full}.p");
        let dir = self.dir.join(&partial);
        let mut widest: Option<u16> = None;
        for entry in absent(fs::read_dir(&dir)).map_err(file(&dir))?.into_iter().flatten() {
            let name = entry.map_err(file(&dir))?.file_name();
            widest = widest.max(name.to_str().and_then(|name| name.parse().ok()));
        }
        match widest {
            Some(width) => self.bytes(&format!("{partial}/{width}")),
            None => Ok(None),
        }
    }

    /// Lines `256 n` to `256 n + 255` of `leaf-hashes`. A line that is no hash reads as zeros, which no hash is.
    fn lines(&self, n: u64) -> Result<Option<Vec<Digest>>, FolderError> {
        let path = self.dir.join(LEAF_HASHES);
        let Some(mut list) = absent(regular(&path)).map_err(file(&path))? else { return Ok(None) };
        let from = n.saturating_mul(u64::from(FULL)).saturating_mul(LINE);
        list.seek(SeekFrom::Start(from)).map_err(file(&path))?;
        let mut bytes = Vec::new();
        list.take(u64::from(FULL).saturating_mul(LINE)).read_to_end(&mut bytes).map_err(file(&path))?;
        let line = |line: &[u8]| {
            let text = std::str::from_utf8(line).ok().and_then(|text| text.strip_suffix('\n'));
            text.and_then(|text| text.parse().ok()).unwrap_or(Digest([0; 32]))
        };
        let lines: Vec<_> = bytes.chunks(usize::try_from(LINE).unwrap_or(usize::MAX)).map(line).collect();
        Ok((!lines.is_empty()).then_some(lines))
    }
}

/// No file of a folder is larger, but for the list of leaf hashes, which is read by lines.
const LARGEST: u64 = 16 * 1024 * 1024;

/// Somebody else made the folder: a pipe would never end, nor a device.
fn regular(path: &Path) -> io::Result<File> {
    if fs::metadata(path)?.is_file() {
        File::open(path)
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"))
    }
}

/// A file that is not there is no error.
fn absent<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

impl LogSource for Folder {
    type Error = FolderError;

    fn keeps(&self) -> Keeps {
        Keeps { leaf_hashes: true, tiles: true }
    }

    async fn checkpoint(&self) -> Result<Option<String>, FolderError> {
        self.text(CHECKPOINT)
    }

    async fn bundle(&self, n: u64) -> Result<Option<Vec<u8>>, FolderError> {
        match TilePath::entries(n, FULL) {
            Some(full) => self.widest_at(&full.to_string()),
            None => Ok(None),
        }
    }

    async fn leaf_hashes(&self, n: u64) -> Result<Option<Vec<Digest>>, FolderError> {
        self.lines(n)
    }

    async fn tile(&self, level: u8, n: u64) -> Result<Option<Vec<u8>>, FolderError> {
        match TileId::new(level, n, FULL) {
            Some(id) => self.widest(id),
            None => Ok(None),
        }
    }

    async fn proofs(&self) -> Result<Vec<(String, String)>, FolderError> {
        let mut proofs = Vec::new();
        for entry in fs::read_dir(&self.dir).map_err(file(&self.dir))? {
            let name = entry.map_err(file(&self.dir))?.file_name();
            let Some(name) = name.to_str().filter(|name| name.ends_with(".tlog-proof")) else { continue };
            proofs.push((name.to_owned(), self.text(name)?.unwrap_or_default()));
        }
        proofs.sort();
        Ok(proofs)
    }
}
