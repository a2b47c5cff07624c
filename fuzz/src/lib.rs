//! What must hold of every parser of outside bytes, whatever the bytes are.
//!
//! A target takes bytes and says whether the parser took them; it panics when a promise of the parser is broken. The same
//! functions run under libFuzzer (`fuzz/run`) and in `tests/it/fuzz.rs`, which includes this file.

mod accesslog;
mod client;
mod config;
mod crypto;
mod domain;
mod fixed;
mod head;
mod identity;
mod json;
mod log_folder;
mod merkle;
mod policy;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// A parser under test.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Its name: that of its folder in `corpus/`.
    pub name: &'static str,
    /// Feeds it; whether it took the bytes.
    pub run: fn(&[u8]) -> bool,
}

/// Stands in seeds and in the dictionary where a person's data would; no fault may repeat it.
const CANARY: &str = "GEHEIM7";

macro_rules! targets {
    ($($name:ident = $run:path,)*) => {
        /// All of them.
        pub const TARGETS: &[Target] = &[$(Target { name: stringify!($name), run: $name },)*];

        $(
            /// Feeds the parser of this name; whether it took the bytes.
            pub fn $name(bytes: &[u8]) -> bool {
                $run(bytes)
            }
        )*
    };
}

targets! {
    words = domain::words,
    json_strict = json::strict,
    json_typed = json::typed,
    query = head::query,
    headers = head::headers,
    traceparent = head::traceparent,
    bodies = json::bodies,
    content = policy::content,
    certificate = identity::certificate,
    anchor = identity::anchor,
    revocation_list = identity::revocation_list,
    key_proof = identity::key_proof,
    recipient_key = crypto::recipient_key,
    sealed = crypto::sealed,
    jwe = crypto::jwe,
    receipt = crypto::receipt,
    envelope = crypto::envelope,
    checkpoint = merkle::checkpoint,
    note = merkle::note,
    vkey = merkle::vkey,
    tlog_proof = merkle::tlog_proof,
    tile_path = merkle::tile_path,
    bundle = merkle::bundle,
    frontier = merkle::frontier,
    part = accesslog::part,
    leaf = accesslog::leaf,
    own_entry = accesslog::own_entry,
    log_folder = log_folder::log_folder,
    sheet = client::sheet,
    problem = client::problem,
    configuration = config::configuration,
}

/// The bytes as text, for parsers that take text.
fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

/// A compact JWE or JWS. Where the text begins with its header as JSON on a line, that is encoded first: mutations of
/// base64 seldom change one member of what it holds.
fn compact(text: &str) -> String {
    match text.split_once('\n').filter(|(header, _)| header.starts_with('{')) {
        Some((header, rest)) => format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header)),
        None => text.to_owned(),
    }
}

/// What is told of a fault may not repeat what was sent.
#[track_caller]
fn assert_silent(told: &impl std::fmt::Debug) {
    let told = format!("{told:?}");
    assert!(!told.contains(CANARY), "repeats what was sent: {told}");
}
