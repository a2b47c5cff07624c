//! A party's client remembers the state of the log that it saw, and says when a later one does not go on from it.

use std::sync::{Arc, Mutex};

use axum::{body::Body, http::Response};
use sluis::{
    cli::{Exit, files},
    domain::digest::Digest,
    merkle::{
        checkpoint::Checkpoint,
        frontier::Frontier,
        hash::leaf_hash,
        note::{LogKey, LogVerifier},
    },
};

use super::stub::Stub;

const ORIGIN: &str = "sluis.example/remembered/2026";
const FILE: &str = "sluis.example_remembered_2026.checkpoint";

fn key() -> LogKey {
    LogKey::from_seed(ORIGIN.parse().unwrap(), &[5; 32]).unwrap()
}

fn verifier() -> LogVerifier {
    LogVerifier::from_vkey(&key().vkey()).unwrap()
}

/// A log of entries that are no more than a name.
fn hashes(names: &[&str]) -> Vec<Digest> {
    names.iter().map(|name| leaf_hash(name.as_bytes())).collect()
}

fn checkpoint(hashes: &[Digest]) -> String {
    let mut frontier = Frontier::new();
    for hash in hashes {
        frontier.append(*hash);
    }
    let key = key();
    let size = u64::try_from(hashes.len()).unwrap();
    key.sign(&Checkpoint { origin: key.origin().clone(), size, root: frontier.root() }).unwrap()
}

fn answer(path: &str, log: &[Digest]) -> Response<Body> {
    if path == "/checkpoint" {
        return Response::new(Body::from(checkpoint(log)));
    }
    if let Some(width) = path.strip_prefix("/tile/0/000.p/") {
        let width: usize = width.parse().unwrap();
        return Response::new(Body::from(log[..width].iter().flat_map(|hash| hash.0).collect::<Vec<_>>()));
    }
    super::stub::json(200, &serde_json::json!({ "items": [], "next": null }))
}

#[tokio::test]
async fn a_log_that_no_longer_begins_as_it_was_seen_is_told() {
    let shown = Arc::new(Mutex::new(hashes(&["a", "b", "c"])));
    let log = Arc::clone(&shown);
    let stub = Stub::start(move |seen, _| answer(&seen.path, &log.lock().unwrap())).await;
    let profile = stub.profile_text();
    let list = ["--json", "entries"];

    // Without the log's key nothing is asked and nothing kept.
    assert_eq!(stub.client(&list).await.exit, Exit::Done);
    assert!(!stub.path(FILE).exists() && stub.seen().iter().all(|seen| seen.path != "/checkpoint"));

    stub.write("profile.toml", &format!("{profile}log_vkey = \"{}\"\n", key().vkey()));
    for (names, exit, kept) in [
        (&["a", "b", "c"][..], Exit::Done, 3),
        (&["a", "b", "c"], Exit::Done, 3),
        (&["a", "b", "c", "d", "e"], Exit::Done, 5),
        (&["a", "b", "c", "d"], Exit::Unproven, 5),
        (&["a", "b", "c", "x", "e"], Exit::Unproven, 5),
        (&["a", "y", "c", "d", "e", "f"], Exit::Unproven, 5),
        (&["a", "b", "c", "d", "e", "f"], Exit::Done, 6),
    ] {
        *shown.lock().unwrap() = hashes(names);
        let ended = stub.client(&list).await;
        assert_eq!(ended.exit, exit, "{names:?}: {ended:?}");
        let said = ended.stderr.contains("korter") || ended.stderr.contains("begint niet meer");
        assert_eq!(said, exit == Exit::Unproven, "{names:?}: {ended:?}");
        let file = stub.read(FILE);
        assert_eq!(verifier().open(&file).unwrap().size, kept, "{names:?}");
        files::check_private(&stub.path(FILE)).unwrap();
    }

    // What was kept is no longer what anybody signed: it says nothing, and is replaced.
    stub.write(FILE, "weg");
    assert_eq!(stub.client(&list).await.exit, Exit::Done);
    assert!(verifier().open(&stub.read(FILE)).is_ok());
}
