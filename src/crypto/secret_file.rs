//! Whether a file with a secret is closed to others on this machine.

use std::{fs::Metadata, os::unix::fs::MetadataExt as _, path::Path};

const OTHERS: u32 = 0o077;
/// What a group may not do with a secret that it may read: write, and hand on to all.
const ALL_BUT_GROUP_READS: u32 = 0o037;
/// A folder in which nobody but its owner puts files, and which only a group may enter.
const FOLDER_OPEN: u32 = 0o027;

/// Whether only its owner may read and write it. A file of root that its group may read passes where others cannot enter
/// its folder: so service managers hand over credentials (systemd.exec, `LoadCredential`), and so `/etc/ssl/private` is.
#[must_use]
pub fn is_closed(path: &Path, found: &Metadata) -> bool {
    if found.mode() & OTHERS == 0 {
        return true;
    }
    let folder =
        path.parent().map(|folder| if folder.as_os_str().is_empty() { Path::new(".") } else { folder });
    let closed = |folder: &Path| {
        folder.metadata().is_ok_and(|found| found.uid() == 0 && found.mode() & FOLDER_OPEN == 0)
    };
    found.uid() == 0 && found.mode() & ALL_BUT_GROUP_READS == 0 && folder.is_some_and(closed)
}
