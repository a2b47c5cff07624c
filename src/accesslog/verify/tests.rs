//! Each way to tamper with a log is found, and named.

use std::{fs, path::Path, sync::Arc};

use tempfile::TempDir;
use zeroize::Zeroizing;

use super::*;
use crate::{
    accesslog::{
        entry::{EntryDraft, Event, NumberedEntry, Outcome, Own, Part, ReaderRow, leaf, prepare},
        folder::{Folder, FolderError, FolderWriter},
    },
    domain::{id::SystemEntropy, party::PartyId},
    merkle::{
        checkpoint::Checkpoint,
        frontier::Frontier,
        note::LogKey,
        tile::{Tile, TilePath},
        tree::Tree,
    },
};

fn key() -> LogKey {
    LogKey::from_seed("sluis.example/2026".parse().unwrap(), &[1; 32]).unwrap()
}

fn log() -> LogVerifier {
    LogVerifier::from_vkey(&key().vkey()).unwrap()
}

/// The leaf of an invented entry: its time is `1000 + index`.
fn invented(index: u64) -> Vec<u8> {
    leaf(1000 + index, &Digest::of(index.to_string().as_bytes())).to_vec()
}

fn invented_leaves(size: u64) -> Vec<Vec<u8>> {
    (0..size).map(invented).collect()
}

fn signed(leaves: &[Vec<u8>]) -> String {
    let mut frontier = Frontier::new();
    for leaf in leaves {
        frontier.append(leaf_hash(leaf));
    }
    let (origin, size, root) = (key().origin().clone(), frontier.size(), frontier.root());
    key().sign(&Checkpoint { origin, size, root }).unwrap()
}

fn write(leaves: &[Vec<u8>], proofs: &[u64]) -> TempDir {
    let dir = TempDir::new().unwrap();
    let mut writer = FolderWriter::create(dir.path()).unwrap();
    for leaf in leaves {
        writer.append(leaf).unwrap();
    }
    writer.finish(&signed(leaves), &key().vkey(), proofs).unwrap();
    dir
}

async fn findings_with(dir: &Path, check: &Check<'_>) -> Vec<String> {
    let report = verify(&Folder::open(dir).unwrap(), check).await.unwrap();
    assert_eq!(report.is_sound(), report.findings.is_empty());
    report.findings.iter().map(ToString::to_string).collect()
}

async fn findings(dir: &Path) -> Vec<String> {
    findings_with(dir, &Check::with(&log())).await
}

/// Replaces the bundles by those of other leaves, and leaves everything else.
fn replace_leaves(dir: &Path, leaves: &[Vec<u8>]) {
    fs::remove_dir_all(dir.join("tile/entries")).unwrap();
    for (n, chunk) in (0_u64..).zip(leaves.chunks(256)) {
        let path = TilePath::entries(n, u16::try_from(chunk.len()).unwrap()).unwrap().to_string();
        fs::create_dir_all(dir.join(&path).parent().unwrap()).unwrap();
        fs::write(dir.join(path), bundle::encode(chunk.iter().map(Vec::as_slice)).unwrap()).unwrap();
    }
}

/// Replaces the list of leaf hashes by that of other leaves.
fn replace_hashes(dir: &Path, leaves: &[Vec<u8>]) {
    let mut lines: Vec<_> = leaves.iter().map(|leaf| leaf_hash(leaf).to_string()).collect();
    lines.push(String::new());
    fs::write(dir.join("leaf-hashes"), lines.join("\n")).unwrap();
}

/// Replaces the tiles of hashes at all levels.
fn replace_tiles(dir: &Path, leaves: &[Vec<u8>]) {
    let mut tree = Tree::new();
    for leaf in leaves {
        tree.append(leaf_hash(leaf));
    }
    for level in ["0", "1", "2"] {
        fs::remove_dir_all(dir.join("tile").join(level)).ok();
    }
    for Tile { id, bytes } in tree.take_full().into_iter().chain(tree.partial()) {
        let path = dir.join(TilePath::Hashes(id).to_string());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

#[tokio::test]
async fn a_log_that_nobody_touched_is_sound() {
    for size in [0, 1, 2, 255, 256, 257, 600, 66_000] {
        let leaves = invented_leaves(size);
        let proofs: Vec<_> = [0, 255, 599].into_iter().filter(|index| *index < size).collect();
        let dir = write(&leaves, &proofs);
        let report = verify(&Folder::open(dir.path()).unwrap(), &Check::with(&log())).await.unwrap();
        assert_eq!(report.findings, [], "size {size}");
        assert_eq!((report.entries, report.stated), (size, Some(size)));
        assert_eq!(report.origin.as_deref(), Some("sluis.example/2026"));
    }
}

#[tokio::test]
async fn a_changed_entry_is_named() {
    for index in [0, 255, 256, 300, 599] {
        let mut leaves = invented_leaves(600);
        let dir = write(&leaves, &[]);
        leaves[index][30] ^= 1;
        replace_leaves(dir.path(), &leaves);
        assert_eq!(findings(dir.path()).await, [format!("entry {index} was changed")]);
    }
}

#[tokio::test]
async fn a_removed_entry_is_named() {
    for index in [0_usize, 300, 599] {
        let mut leaves = invented_leaves(600);
        let dir = write(&leaves, &[]);
        leaves.remove(index);
        replace_leaves(dir.path(), &leaves);
        let size = "the checkpoint states 600 entries, 599 are there".to_owned();
        assert_eq!(findings(dir.path()).await, [size, format!("entry {index} was removed")]);
    }
}

#[tokio::test]
async fn an_added_entry_is_named() {
    for index in [0_usize, 300, 600] {
        let mut leaves = invented_leaves(600);
        let dir = write(&leaves, &[]);
        let time = if index == 0 { 0 } else { 999 + u64::try_from(index).unwrap() };
        leaves.insert(index, leaf(time, &Digest([9; 32])).to_vec());
        replace_leaves(dir.path(), &leaves);
        let size = "the checkpoint states 600 entries, 601 are there".to_owned();
        assert_eq!(findings(dir.path()).await, [size, format!("entry {index} was added")]);
    }
}

#[tokio::test]
async fn a_moved_entry_is_named() {
    let mut leaves = invented_leaves(600);
    let dir = write(&leaves, &[]);
    let moved = leaves.remove(10);
    leaves.insert(400, moved);
    replace_leaves(dir.path(), &leaves);
    let back = "entry 400 has the time 1010, before the 1400 of its predecessor";
    assert_eq!(findings(dir.path()).await, [back, "entry 10 was moved to 400"]);
}

#[tokio::test]
async fn an_entry_appended_without_a_signature_is_named() {
    let dir = write(&invented_leaves(600), &[]);
    let more = invented_leaves(602);
    replace_leaves(dir.path(), &more);
    replace_hashes(dir.path(), &more);
    replace_tiles(dir.path(), &more);
    let found = findings(dir.path()).await;
    assert!(found.contains(&"entry 600 was added".to_owned()), "{found:?}");
    assert!(found.contains(&"entry 601 was added".to_owned()), "{found:?}");
}

#[tokio::test]
async fn a_changed_list_or_tile_is_not_blamed_on_the_entry() {
    let leaves = invented_leaves(600);
    let mut other = leaves.clone();
    other[42][30] ^= 1;

    let dir = write(&leaves, &[]);
    replace_hashes(dir.path(), &other);
    assert_eq!(findings(dir.path()).await, ["in the list of leaf hashes, 42 was changed"]);

    let dir = write(&leaves, &[]);
    let path = dir.path().join("tile/0/000");
    let mut tile = fs::read(&path).unwrap();
    tile[42 * 32] ^= 1;
    fs::write(&path, tile).unwrap();
    assert_eq!(findings(dir.path()).await, ["in the tiles of leaf hashes, 42 was changed"]);

    let dir = write(&leaves, &[]);
    let path = dir.path().join("tile/1/000.p/2");
    let mut tile = fs::read(&path).unwrap();
    tile[32] ^= 1;
    fs::write(&path, tile).unwrap();
    assert_eq!(findings(dir.path()).await, ["tile 0 of level 1 is wrong from hash 1 on"]);
    fs::remove_file(&path).unwrap();
    assert_eq!(findings(dir.path()).await, ["tile 0 of level 1 is missing"]);

    let dir = write(&leaves, &[]);
    fs::write(dir.path().join("leaf-hashes"), "not hashes\n").unwrap();
    let found = findings(dir.path()).await;
    assert!(found.iter().all(|finding| finding.starts_with("in the list of leaf hashes")), "{found:?}");
    assert_eq!(found.len(), 600);
}

#[tokio::test]
async fn two_records_changed_alike_do_not_outvote_the_signed_root() {
    let leaves = invented_leaves(600);
    let mut other = leaves.clone();
    other[42][30] ^= 1;
    let dir = write(&leaves, &[]);
    replace_leaves(dir.path(), &other);
    replace_hashes(dir.path(), &other);
    let expected = ["entry 42 was changed", "in the list of leaf hashes, 42 was changed"];
    assert_eq!(findings(dir.path()).await, expected);
}

#[tokio::test]
async fn a_log_rewritten_throughout_departs_from_its_checkpoint() {
    let leaves = invented_leaves(600);
    let mut other = leaves.clone();
    other[42][30] ^= 1;
    let dir = write(&leaves, &[42]);
    replace_leaves(dir.path(), &other);
    replace_hashes(dir.path(), &other);
    replace_tiles(dir.path(), &other);
    let found = findings(dir.path()).await;
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with("the proof `proof-42.tlog-proof`: the proof does not lead"), "{found:?}");
    assert!(found[1].starts_with("the entries lead to the root "), "{found:?}");
}

#[tokio::test]
async fn a_log_signed_anew_is_betrayed_by_a_checkpoint_that_somebody_kept() {
    let leaves = invented_leaves(600);
    let kept = [signed(&leaves[..500]), signed(&leaves)];
    let mut other = leaves.clone();
    other[42][30] ^= 1;
    let dir = write(&other, &[]);
    assert!(findings(dir.path()).await.is_empty(), "alone it cannot be seen");
    let log = log();
    let check = Check { older: &kept, ..Check::with(&log) };
    let rewritten = |size| format!("the first {size} entries are not those that an older checkpoint attests");
    assert_eq!(findings_with(dir.path(), &check).await, [rewritten(500), rewritten(600)]);

    let dir = write(&leaves[..550], &[]);
    let shrunk = "an older checkpoint attests 600 entries, there are 550";
    assert_eq!(findings_with(dir.path(), &check).await, [shrunk]);
    let dir = write(&invented_leaves(700), &[]);
    assert!(findings_with(dir.path(), &check).await.is_empty(), "a log may grow");
}

#[tokio::test]
async fn a_checkpoint_that_is_not_the_logs_is_said_to_be() {
    let dir = write(&invented_leaves(3), &[]);
    let path = dir.path().join("checkpoint");
    let note = fs::read_to_string(&path).unwrap();
    fs::write(&path, note.replace("\n3\n", "\n2\n")).unwrap();
    let wrong = "the log's signature on the checkpoint is wrong: the text or the signature was changed";
    assert_eq!(findings(dir.path()).await, [wrong]);
    fs::write(&path, "").unwrap();
    assert!(findings(dir.path()).await[0].starts_with("not a signed note"));
    fs::remove_file(&path).unwrap();
    assert_eq!(findings(dir.path()).await, ["there is no checkpoint"]);

    let older = [signed(&invented_leaves(2)).replace("2026", "2025")];
    let log = log();
    let check = Check { older: &older, ..Check::with(&log) };
    assert!(findings_with(dir.path(), &check).await[1].starts_with("an older checkpoint cannot be used"));
}

#[tokio::test]
async fn damaged_and_missing_bundles_are_named() {
    let dir = write(&invented_leaves(600), &[]);
    let path = dir.path().join("tile/entries/001");
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
    let found = findings(dir.path()).await;
    assert_eq!(found[0], "entry bundle 1 ends within an entry");
    assert_eq!(found[2], "entry 256 was removed");
    assert_eq!(found.len(), 2 + 256);
    fs::remove_file(&path).unwrap();
    assert_eq!(findings(dir.path()).await[0], "entry bundle 1 is missing");
}

#[tokio::test]
async fn what_is_no_leaf_and_a_time_that_goes_back_are_named_even_when_signed() {
    let mut leaves = invented_leaves(3);
    leaves[1] = leaf(5, &Digest([1; 32])).to_vec();
    let dir = write(&leaves, &[]);
    assert_eq!(findings(dir.path()).await, ["entry 1 has the time 5, before the 1000 of its predecessor"]);

    leaves[1] = b"something else".to_vec();
    let dir = TempDir::new().unwrap();
    let mut writer = FolderWriter::create(dir.path()).unwrap();
    writer.append(&leaves[0]).unwrap();
    assert!(matches!(writer.append(&leaves[1]), Err(FolderError::Leaf(1))), "it is not even written");
}

#[tokio::test]
async fn a_folder_is_written_only_for_the_leaves_that_were_signed() {
    let dir = write(&invented_leaves(3), &[]);
    assert!(matches!(FolderWriter::create(dir.path()), Err(FolderError::NotEmpty(_))));
    let dir = TempDir::new().unwrap();
    let mut writer = FolderWriter::create(dir.path()).unwrap();
    writer.append(&invented(0)).unwrap();
    let finished = writer.finish(&signed(&invented_leaves(2)), &key().vkey(), &[]);
    assert!(matches!(finished, Err(FolderError::OtherLeaves)));
}

/// What a folder of 600 entries has when its log was copied once at 300 and again at 600.
fn twice_copied() -> TempDir {
    let dir = write(&invented_leaves(600), &[3]);
    for size in [300_u64, 44] {
        let (leaves, mut tree) = (invented_leaves(size), Tree::new());
        for leaf in &leaves {
            tree.append(leaf_hash(leaf));
        }
        for Tile { id, bytes } in tree.take_full().into_iter().chain(tree.partial()) {
            let path = dir.path().join(TilePath::Hashes(id).to_string());
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        let partial = leaves.chunks(256).last().unwrap();
        let n = size / 256;
        let path = TilePath::entries(n, u16::try_from(partial.len()).unwrap()).unwrap().to_string();
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bundle::encode(partial.iter().map(Vec::as_slice)).unwrap()).unwrap();
    }
    dir
}

fn files_below(dir: &Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// A byte more, a byte less and a byte that differs, in every file of the folder, wherever it lies.
#[tokio::test]
async fn no_file_of_a_folder_can_be_changed_unseen() {
    let dir = twice_copied();
    assert!(findings(dir.path()).await.is_empty(), "{:?}", findings(dir.path()).await);
    let files = files_below(dir.path());
    assert_eq!(files.len(), 16, "{files:?}");
    for path in files {
        let genuine = fs::read(&path).unwrap();
        let [longer, mut changed] = [[genuine.as_slice(), b"x"].concat(), genuine.clone()];
        let middle = changed.len() / 2;
        changed[middle] ^= 1;
        for other in [longer, genuine[1..].to_vec(), changed] {
            fs::write(&path, other).unwrap();
            assert!(!findings(dir.path()).await.is_empty(), "{}", path.display());
        }
        fs::write(&path, genuine).unwrap();
    }
    assert!(findings(dir.path()).await.is_empty());
}

#[tokio::test]
async fn a_partial_tile_or_bundle_is_how_the_whole_one_begins() {
    for (name, finding) in [
        ("tile/0/000.p/44", "partial tile 0 of level 0, of 44 hashes, is not how the tile begins"),
        ("tile/0/001.p/44", "partial tile 1 of level 0, of 44 hashes, is not how the tile begins"),
        ("tile/1/000.p/1", "partial tile 0 of level 1, of 1 hashes, is not how the tile begins"),
        ("tile/entries/000.p/44", "partial entry bundle 0, of 44 entries, is not how the bundle begins"),
        ("tile/entries/001.p/44", "partial entry bundle 1, of 44 entries, is not how the bundle begins"),
    ] {
        let dir = twice_copied();
        let path = dir.path().join(name);
        let mut bytes = fs::read(&path).unwrap();
        bytes[20] ^= 1;
        fs::write(&path, &bytes).unwrap();
        assert_eq!(findings(dir.path()).await, [finding], "{name}");
    }
}

#[tokio::test]
async fn a_file_that_a_log_of_this_size_has_no_place_for_is_named() {
    for name in [
        "tile/0/007",
        "tile/0/000.p/256",
        "tile/0/000.p/07",
        "tile/1/001",
        "tile/2/000.p/1",
        "tile/63/000",
        "tile/entries/004.p/1",
        "tile/entries/0",
        "tile/data/000",
        "tile/notes.txt",
        "deep/er/checkpoint",
        "checkpoint.bak",
        ".hidden",
        "proofs/proof-3.tlog-proof",
    ] {
        let dir = write(&invented_leaves(600), &[]);
        fs::create_dir_all(dir.path().join(name).parent().unwrap()).unwrap();
        fs::write(dir.path().join(name), "x").unwrap();
        let finding = format!("the file `{name}` has no place in this log and was not verified");
        assert_eq!(findings(dir.path()).await, [finding]);
    }
    let dir = write(&invented_leaves(3), &[]);
    std::os::unix::fs::symlink(dir.path(), dir.path().join("round")).unwrap();
    fs::write(dir.path().join("a\u{202e}b\u{1b}[2J"), "x").unwrap();
    let escaped = r"the file `a\u{202e}b\u{1b}[2J` has no place in this log and was not verified";
    let round = "the file `round` has no place in this log and was not verified";
    assert_eq!(findings(dir.path()).await, [escaped, round]);
}

#[tokio::test]
async fn a_proof_proves_the_entry_that_its_name_says() {
    let dir = write(&invented_leaves(600), &[3, 4]);
    let at = |name: &str| dir.path().join(name);
    fs::rename(at("proof-3.tlog-proof"), at("proof-5.tlog-proof")).unwrap();
    let other = "the proof `proof-5.tlog-proof`: it is of entry 3, which its name does not say";
    assert_eq!(findings(dir.path()).await, [other]);
    fs::rename(at("proof-5.tlog-proof"), at("proof-03.tlog-proof")).unwrap();
    let other = "the proof `proof-03.tlog-proof`: it is of entry 3, which its name does not say";
    assert_eq!(findings(dir.path()).await, [other]);
    fs::remove_file(at("proof-03.tlog-proof")).unwrap();
    let text = fs::read_to_string(at("proof-4.tlog-proof")).unwrap();
    fs::write(at("proof-4.tlog-proof"), text.replacen("\nindex", "\nextra aGE=\nindex", 1)).unwrap();
    let extra = "the proof `proof-4.tlog-proof`: it carries extra data, which nothing proves";
    assert_eq!(findings(dir.path()).await, [extra]);
}

#[tokio::test]
async fn another_key_in_the_folder_than_the_one_that_is_known_is_said() {
    let dir = write(&invented_leaves(3), &[]);
    let other = LogKey::from_seed("sluis.example/2026".parse().unwrap(), &[2; 32]).unwrap();
    fs::write(dir.path().join("vkey"), other.vkey()).unwrap();
    let differs = "the public key beside the log is not the one that it was checked with";
    assert_eq!(findings(dir.path()).await, [differs]);
}

/// No more is read than the checkpoint says that there is: the list is sparse, and three gigabytes long.
#[tokio::test]
async fn a_list_that_is_longer_than_the_log_is_named_and_not_read() {
    let dir = write(&invented_leaves(300), &[]);
    let list = fs::OpenOptions::new().write(true).open(dir.path().join("leaf-hashes")).unwrap();
    list.set_len(3 << 30).unwrap();
    let long = "the file `leaf-hashes` has 3221225472 bytes, of which at most 19500 belong to this log";
    assert_eq!(findings(dir.path()).await, [long]);
    // Nor without a checkpoint that says it: what holds no hash is no list.
    fs::remove_file(dir.path().join("checkpoint")).unwrap();
    let found = findings(dir.path()).await;
    assert_eq!(found.first().map(String::as_str), Some("there is no checkpoint"));
    assert!(found.last().unwrap().starts_with("the file `leaf-hashes` has 3221225472 bytes"), "{found:?}");
    for name in ["checkpoint", "vkey", "tile/0/001.p/44", "tile/entries/001.p/44", "proof-1.tlog-proof"] {
        let dir = write(&invented_leaves(300), &[1]);
        let file = fs::OpenOptions::new().write(true).open(dir.path().join(name)).unwrap();
        file.set_len(3 << 30).unwrap();
        let found = findings(dir.path()).await;
        let begins = format!("the file `{name}` has 3221225472 bytes, of which at most ");
        assert!(found.iter().any(|finding| finding.starts_with(&begins)), "{found:?}");
    }
}

/// A folder with bodies beside it.
struct WithBodies {
    folder: Folder,
    entries: Vec<StoredEntry>,
}

impl LogSource for WithBodies {
    type Error = FolderError;

    fn keeps(&self) -> Keeps {
        Keeps { leaf_hashes: false, tiles: false }
    }

    async fn checkpoint(&self) -> Result<Option<String>, FolderError> {
        self.folder.checkpoint().await
    }

    async fn bundle(&self, n: u64) -> Result<Option<Vec<u8>>, FolderError> {
        self.folder.bundle(n).await
    }

    async fn leaf_hashes(&self, _: u64) -> Result<Option<Vec<Digest>>, FolderError> {
        Ok(None)
    }

    async fn tile(&self, _: u8, _: u64) -> Result<Option<Vec<u8>>, FolderError> {
        Ok(None)
    }

    async fn entries(&self, n: u64) -> Result<Vec<StoredEntry>, FolderError> {
        Ok(self.entries.iter().filter(|entry| entry.index / 256 == n).cloned().collect())
    }
}

fn party(text: &str) -> PartyId {
    text.parse().unwrap()
}

/// Three hundred pushes from one school to one college.
fn pushes(ring: &Arc<AtRest>) -> (Vec<Vec<u8>>, Vec<StoredEntry>) {
    let own = |text| Some(Own { party: party(text), part: Part::default(), staff: None });
    let draft = EntryDraft {
        shared: Part::of(Event::Push, Outcome::Permitted),
        sender: own("00000099000000002000/pro-school"),
        recipient: own("00000099000000001000/werk-en-inkomen"),
        ..EntryDraft::default()
    };
    (0..300)
        .map(|index| {
            let prepared = prepare(draft.clone(), Arc::clone(ring), Arc::new(SystemEntropy::new())).unwrap();
            let NumberedEntry { commitments, bodies, readers } = prepared.numbered(|_| index + 1).unwrap();
            let leaf = leaf(7, &commitments.root()).to_vec();
            (leaf, StoredEntry { index, commitments, bodies: bodies.into(), readers })
        })
        .unzip()
}

/// What is found when what is kept of the entries is changed.
async fn found(change: impl FnOnce(&mut Vec<StoredEntry>)) -> Vec<String> {
    let ring = Arc::new(AtRest::new([(1, Zeroizing::new([7; 32]))]).unwrap());
    let (leaves, mut entries) = pushes(&ring);
    let dir = write(&leaves, &[]);
    change(&mut entries);
    let source = WithBodies { folder: Folder::open(dir.path()).unwrap(), entries };
    let log = log();
    let report = verify(&source, &Check { bodies: Some(&ring), ..Check::with(&log) }).await.unwrap();
    let found: Vec<_> = report.findings.iter().map(ToString::to_string).collect();
    if found.is_empty() {
        assert_eq!(report.bodies, 1500);
    }
    found
}

#[tokio::test]
async fn bodies_are_what_the_leaves_commit_to() {
    assert_eq!(found(|_| {}).await, Vec::<String>::new());
    let exchanged = found(|entries| {
        let (a, b) = (entries[3].bodies[0].clone(), entries[7].bodies[0].clone());
        (entries[3].bodies[0], entries[7].bodies[0]) = (b, a);
    });
    let exchanged = exchanged.await;
    assert_eq!(exchanged.len(), 2, "{exchanged:?}");
    assert!(exchanged[0].starts_with("the part `shared` of entry 3: "), "{exchanged:?}");
    let forged = found(|entries| entries[3].commitments.0[4] = Digest([1; 32])).await;
    assert!(forged[0].starts_with("the commitments of entry 3 are not"), "{forged:?}");
    let beyond = found(|entries| entries[299].index = 300).await;
    assert!(beyond[0].starts_with("the commitments of entry 300 are not"), "{beyond:?}");
}

#[tokio::test]
async fn a_body_that_no_entry_erased_is_missed() {
    let gone = found(|entries| drop(entries[5].bodies.remove(0))).await;
    assert_eq!(gone, ["the part `shared` of entry 5 is gone, and no entry says that it was erased"]);
    let all = found(|entries| entries.iter_mut().for_each(|entry| entry.bodies.clear())).await;
    assert_eq!(all.len(), 1000, "as many as a report lists");
}

#[tokio::test]
async fn who_can_find_an_entry_is_who_figures_in_it() {
    let hidden = found(|entries| drop(entries[5].readers.remove(0))).await;
    assert_eq!(
        hidden,
        ["the row by which 00000099000000001000/werk-en-inkomen finds entry 5: it cannot find the entry"]
    );
    let stranger = found(|entries| {
        let row = ReaderRow { oin: "00000099000000009000".to_owned(), ..entries[5].readers[0].clone() };
        entries[5].readers.push(row);
    });
    let stranger = stranger.await;
    assert!(stranger[0].starts_with("the row by which 00000099000000009000/"), "{stranger:?}");
    for change in [
        |row: &mut ReaderRow| row.number = 9,
        |row: &mut ReaderRow| row.parts = "sender".to_owned(),
        |row: &mut ReaderRow| row.facets[0] = Some("pull".to_owned()),
        |row: &mut ReaderRow| row.facets[4] = Some("0197b3a0-0000-7000-8000-000000000001".to_owned()),
        |row: &mut ReaderRow| row.person = Some("0197b3a0-0000-7000-8000-000000000001".to_owned()),
    ] {
        let changed = found(|entries| change(&mut entries[5].readers[0])).await;
        assert_eq!(changed.len(), 1, "{changed:?}");
        assert!(changed[0].ends_with("the row says other than the entry"), "{changed:?}");
    }
}

#[tokio::test]
async fn a_gap_in_a_readers_numbers_is_named() {
    // Whoever has the key and leaves an entry out cannot make the numbers fit.
    let skipped = found(|entries| drop(entries.remove(5))).await;
    let college = "entry 6 bears the number 7 of 00000099000000001000/werk-en-inkomen, where 6 comes next";
    assert!(skipped.contains(&college.to_owned()), "{skipped:?}");
}
