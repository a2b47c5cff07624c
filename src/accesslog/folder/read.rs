//! Reading the copy of a log.

use std::{
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use super::{
    CHECKPOINT, FolderError, LEAF_HASHES, PROOF, VKEY, file, proof_name,
    sizes::{LINE, TEXT, longest},
};
use crate::{
    accesslog::verify::{Keeps, LogSource, ProofBeside, Stray},
    domain::digest::Digest,
    merkle::{
        note::read_unchecked,
        proof::{inclusion, tiles_for_inclusion},
        tile::{FULL, Tile, TileId, TilePath, TileSet},
        tlog_proof::TlogProof,
    },
};

/// A copy of a log. What is in it is read as it is: judging is the work of [`mod@crate::accesslog::verify`].
#[derive(Debug, Clone)]
pub struct Folder {
    pub(super) dir: PathBuf,
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
            if let Some(bytes) = self.widest(TilePath::Hashes(id))? {
                tiles.insert(Tile { id, bytes });
            }
        }
        Ok(TlogProof { extra: None, index, hashes: inclusion(index, size, &tiles)?, checkpoint })
    }

    fn text(&self, name: &str) -> Result<Option<String>, FolderError> {
        let bytes = self.bytes(name, TEXT)?;
        // A text that is no UTF-8 is found wrong by who reads it.
        Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// The bytes of a file; of one that is longer than it can be, one more than it can have.
    fn bytes(&self, name: &str, most: u64) -> Result<Option<Vec<u8>>, FolderError> {
        let path = self.dir.join(name);
        let Some(open) = absent(regular(&path)).map_err(file(&path))? else { return Ok(None) };
        let mut bytes = Vec::new();
        open.take(most.saturating_add(1)).read_to_end(&mut bytes).map_err(file(&path))?;
        Ok(Some(bytes))
    }

    fn at(&self, path: TilePath) -> Result<Option<Vec<u8>>, FolderError> {
        self.bytes(&path.to_string(), longest(path))
    }

    /// The full tile or bundle of this place, or the widest partial one.
    fn widest(&self, place: TilePath) -> Result<Option<Vec<u8>>, FolderError> {
        let Some(full) = of_width(place, FULL) else { return Ok(None) };
        if let Some(bytes) = self.at(full)? {
            return Ok(Some(bytes));
        }
        match self.widths(full)?.into_iter().max().and_then(|width| of_width(place, width)) {
            Some(partial) => self.at(partial),
            None => Ok(None),
        }
    }

    /// The widths of the partial tiles or bundles of a place.
    fn widths(&self, full: TilePath) -> Result<Vec<u16>, FolderError> {
        let dir = self.dir.join(format!("{full}.p"));
        let mut widths = Vec::new();
        for entry in absent(fs::read_dir(&dir)).map_err(file(&dir))?.into_iter().flatten() {
            let name = entry.map_err(file(&dir))?.file_name();
            let width = name.to_str().and_then(|name| name.parse::<u16>().ok());
            widths.extend(width.filter(|width| width.to_string().as_str() == name && *width < FULL));
        }
        Ok(widths)
    }

    /// Lines `256 n` to `256 n + 255` of `leaf-hashes`. A line that is no hash reads as zeros, which no hash is; behind the last
    /// that is one there is nothing.
    fn lines(&self, n: u64) -> Result<Option<Vec<Digest>>, FolderError> {
        let path = self.dir.join(LEAF_HASHES);
        let Some(mut list) = absent(regular(&path)).map_err(file(&path))? else { return Ok(None) };
        let from = n.saturating_mul(u64::from(FULL)).saturating_mul(LINE);
        list.seek(SeekFrom::Start(from)).map_err(file(&path))?;
        let mut bytes = Vec::new();
        list.take(u64::from(FULL).saturating_mul(LINE)).read_to_end(&mut bytes).map_err(file(&path))?;
        let line = |line: &[u8]| {
            let text = std::str::from_utf8(line).ok().and_then(|text| text.strip_suffix('\n'))?;
            // One text per hash.
            text.parse().ok().filter(|digest: &Digest| digest.to_string() == text)
        };
        let mut lines: Vec<Option<Digest>> =
            bytes.chunks(usize::try_from(LINE).unwrap_or(usize::MAX)).map(line).collect();
        lines.truncate(lines.iter().rposition(Option::is_some).map_or(0, |last| last.saturating_add(1)));
        let lines: Vec<Digest> = lines.into_iter().map(|line| line.unwrap_or(Digest([0; 32]))).collect();
        Ok((!lines.is_empty()).then_some(lines))
    }
}

/// The same place with another width.
fn of_width(place: TilePath, width: u16) -> Option<TilePath> {
    match place {
        TilePath::Hashes(id) => TileId::new(id.level(), id.n(), width).map(TilePath::Hashes),
        TilePath::Entries(id) => TilePath::entries(id.n(), width),
    }
}

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
        TilePath::entries(n, FULL).map_or(Ok(None), |place| self.widest(place))
    }

    async fn leaf_hashes(&self, n: u64) -> Result<Option<Vec<Digest>>, FolderError> {
        self.lines(n)
    }

    async fn tile(&self, level: u8, n: u64) -> Result<Option<Vec<u8>>, FolderError> {
        TileId::new(level, n, FULL).map_or(Ok(None), |id| self.widest(TilePath::Hashes(id)))
    }

    async fn proofs(&self) -> Result<Vec<ProofBeside>, FolderError> {
        let mut proofs = Vec::new();
        for entry in fs::read_dir(&self.dir).map_err(file(&self.dir))? {
            let name = entry.map_err(file(&self.dir))?.file_name();
            let Some(name) = name.to_str().filter(|name| name.ends_with(PROOF)) else { continue };
            let number = name.strip_suffix(PROOF).and_then(|name| name.strip_prefix("proof-"));
            let promised = number.and_then(|number| number.parse().ok());
            proofs.push(ProofBeside {
                name: name.to_owned(),
                promised: promised.filter(|index| proof_name(*index) == name),
                text: self.text(name)?.unwrap_or_default(),
            });
        }
        proofs.sort();
        Ok(proofs)
    }

    async fn key(&self) -> Result<Option<String>, FolderError> {
        self.vkey()
    }

    async fn narrower(&self, place: TilePath) -> Result<Vec<u16>, FolderError> {
        let Some(full) = of_width(place, FULL) else { return Ok(Vec::new()) };
        let mut widths = self.widths(full)?;
        if !self.dir.join(full.to_string()).exists() {
            let widest = widths.iter().copied().max();
            widths.retain(|width| Some(*width) != widest);
        }
        Ok(widths)
    }

    async fn exactly(&self, place: TilePath) -> Result<Option<Vec<u8>>, FolderError> {
        self.at(place)
    }

    async fn strays(&self, size: u64) -> Result<Vec<Stray>, FolderError> {
        self.strays_of(size)
    }
}
