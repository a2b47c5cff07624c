//! The copy of a log in a folder, with one file that is not what was written.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use futures_util::FutureExt as _;
use sluis::{
    accesslog::{
        entry::{leaf, parse_leaf},
        folder::{Folder, FolderWriter},
        verify::{Check, verify},
    },
    merkle::{checkpoint::Checkpoint, hash::leaf_hash, tree::Tree},
};

use super::{
    fixed::{LOG, LOG_KEY},
    text,
};

/// Of so many entries: more than one level of partial tiles would be, and a bundle that is not full.
const ENTRIES: u64 = 5;

/// A folder of this process, and what its files hold.
struct Copy {
    dir: PathBuf,
    files: Vec<(String, Vec<u8>)>,
}

static COPY: LazyLock<Copy> = LazyLock::new(|| {
    let dir = std::env::temp_dir().join(format!("sluis-fuzz-log-{}", std::process::id()));
    drop(fs::remove_dir_all(&dir));
    let root = parse_leaf(include_bytes!("../corpus/leaf/ok-leaf")).unwrap().root;
    let (mut writer, mut tree) = (FolderWriter::create(&dir).unwrap(), Tree::new());
    for time in 0..ENTRIES {
        let leaf = leaf(time, &root);
        writer.append(&leaf).unwrap();
        tree.append(leaf_hash(&leaf));
    }
    let checkpoint = Checkpoint { origin: LOG_KEY.origin().clone(), size: ENTRIES, root: tree.root() };
    writer.finish(&LOG_KEY.sign(&checkpoint).unwrap(), &LOG_KEY.vkey(), &[3]).unwrap();
    let names =
        ["checkpoint", "vkey", "leaf-hashes", "proof-3.tlog-proof", "tile/0/000.p/5", "tile/entries/000.p/5"];
    let files = names.map(|name| (name.to_owned(), fs::read(dir.join(name)).unwrap())).into();
    Copy { dir, files }
});

/// A line with the name of a file and a line with how much of its beginning stays, then what stands behind that. Whether
/// the log is still sound: it may not be when the file is another one.
pub(super) fn log_folder(bytes: &[u8]) -> bool {
    let mut parts = bytes.splitn(3, |byte| *byte == b'\n');
    let mut line = || parts.next().and_then(text);
    let (Some(name), Some(kept)) = (line(), line().and_then(|kept| kept.parse::<usize>().ok())) else {
        return false;
    };
    let Some((name, genuine)) = COPY.files.iter().find(|(file, _)| file == name) else { return false };
    let kept = genuine.get(..kept).unwrap_or(genuine);
    let content = [kept, parts.next().unwrap_or_default()].concat();
    fs::write(COPY.dir.join(name), &content).unwrap();
    let sound = is_sound(&COPY.dir);
    fs::write(COPY.dir.join(name), genuine).unwrap();
    // White space around a key is no part of it.
    let is_same_key = || String::from_utf8_lossy(&content).trim() == String::from_utf8_lossy(genuine).trim();
    assert_eq!(sound, &content == genuine || (name == "vkey" && is_same_key()), "{name} was changed");
    sound
}

fn is_sound(dir: &Path) -> bool {
    let folder = Folder::open(dir).unwrap();
    drop(folder.vkey());
    let made = [0, ENTRIES].map(|index| folder.prove(index).is_ok());
    let report = verify(&folder, &Check::with(&LOG)).now_or_never().unwrap().unwrap();
    assert!(!report.is_sound() || made == [true, false], "{made:?}");
    for finding in &report.findings {
        assert!(!finding.to_string().is_empty());
    }
    report.is_sound()
}
