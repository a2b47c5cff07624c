//! A tar archive (POSIX ustar) of a few files, as a stream.

use std::{
    collections::VecDeque,
    fs::File,
    io::{self, Cursor, Read},
    path::Path,
};

use crate::cli::{Failure, language::both};

const BLOCK: u64 = 512;

/// Files as one stream, each read only when its turn has come.
pub(super) struct Archive {
    waiting: VecDeque<(Vec<u8>, File, u64)>,
    /// What is read now: a header, content, padding, or the end.
    now: VecDeque<Box<dyn Read>>,
    ended: bool,
}

impl Archive {
    /// Opens all files and fixes their lengths.
    pub(super) fn of<'f>(files: impl Iterator<Item = (&'f str, &'f Path)>) -> Result<Self, Failure> {
        let mut waiting = VecDeque::new();
        for (name, path) in files {
            let unreadable = |error| Failure::unreadable(path, error);
            let file = File::open(path).map_err(unreadable)?;
            let length = file.metadata().map_err(unreadable)?.len();
            let header = header(name, length).ok_or_else(|| {
                Failure::usage(both!(
                    "de naam `{name}` is te lang voor een archief",
                    "the name `{name}` is too long for an archive"
                ))
            })?;
            waiting.push_back((header, file, length));
        }
        Ok(Self { waiting, now: VecDeque::new(), ended: false })
    }

    /// Takes the next file; the two empty blocks at the end.
    fn next(&mut self) {
        if let Some((header, file, length)) = self.waiting.pop_front() {
            let over = length.checked_rem(BLOCK).unwrap_or(0);
            let padding = if over == 0 { 0 } else { BLOCK.saturating_sub(over) };
            self.now.push_back(Box::new(Cursor::new(header)));
            self.now.push_back(Box::new(Exactly { file: file.take(length), left: length }));
            self.now.push_back(Box::new(io::repeat(0).take(padding)));
        } else if !self.ended {
            self.ended = true;
            self.now.push_back(Box::new(io::repeat(0).take(BLOCK.saturating_mul(2))));
        }
    }
}

impl Read for Archive {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.now.front_mut() {
                Some(part) => match part.read(buffer)? {
                    0 => drop(self.now.pop_front()),
                    count => return Ok(count),
                },
                None if self.ended => return Ok(0),
                None => self.next(),
            }
        }
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

/// The header of a file that only its owner may read. None for a name of more than 100 bytes.
fn header(name: &str, length: u64) -> Option<Vec<u8>> {
    if name.len() > 100 {
        return None;
    }
    let mut header = vec![0_u8; 512];
    let mut put = |at: usize, bytes: &[u8]| {
        let end = at.saturating_add(bytes.len());
        if let Some(place) = header.get_mut(at..end) {
            place.copy_from_slice(bytes);
        }
    };
    put(0, name.as_bytes());
    put(100, b"0000600\0");
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    if length < 1 << 33 {
        put(124, format!("{length:011o}\0").as_bytes());
    } else {
        // From 8 GiB on: the number itself, as GNU tar and POSIX 2001 readers know it.
        put(124, &[0x80, 0, 0, 0]);
        put(128, &length.to_be_bytes());
    }
    put(136, b"00000000000\0");
    put(148, b"        ");
    put(156, b"0");
    put(257, b"ustar\x0000");
    let sum: u64 = header.iter().map(|byte| u64::from(*byte)).sum();
    let sum = format!("{sum:06o}\0 ");
    header.get_mut(148..156)?.copy_from_slice(sum.as_bytes());
    Some(header)
}
