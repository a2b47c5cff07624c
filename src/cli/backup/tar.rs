//! A tar archive of a few files, as a stream.

use std::{
    fs::File,
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use tar::{Builder, EntryType, Header};

use crate::cli::Failure;

/// Files that are open, each with the length that it had then.
pub(super) struct Archive(Vec<(PathBuf, File, u64)>);

impl Archive {
    /// Opens all files and fixes their lengths.
    pub(super) fn of<'f>(files: impl Iterator<Item = (&'f str, &'f Path)>) -> Result<Self, Failure> {
        let opened = files.map(|(name, path)| {
            let unreadable = |error| Failure::unreadable(path, error);
            let file = File::open(path).map_err(unreadable)?;
            let length = file.metadata().map_err(unreadable)?.len();
            Ok((PathBuf::from(name), file, length))
        });
        opened.collect::<Result<_, _>>().map(Self)
    }

    /// Writes them, readable for their owner only.
    pub(super) fn write(self, to: &mut dyn Write) -> io::Result<()> {
        let mut archive = Builder::new(to);
        for (name, file, length) in self.0 {
            let mut header = Header::new_gnu();
            header.set_entry_type(EntryType::Regular);
            header.set_mode(0o600);
            header.set_size(length);
            archive.append_data(&mut header, name, Exactly { file: file.take(length), left: length })?;
        }
        archive.finish()
    }
}

/// A file of exactly the length that its header states, or an error: a file that shrank would shift all that follow.
struct Exactly {
    file: io::Take<File>,
    left: u64,
}

impl Read for Exactly {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.left = self.left.saturating_sub(u64::try_from(count).unwrap_or(u64::MAX));
        if count == 0 && self.left > 0 && !buffer.is_empty() {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "a file shrank while it was read"));
        }
        Ok(count)
    }
}
