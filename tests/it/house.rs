//! The house keeps its shape: imports point down, and each mint is called only from the room that may call it.

mod imports;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use self::imports::{Imports, code_of};

/// The rooms from the ground up; a room may use its own layer's other rooms and all below.
const LAYERS: [&[&str]; 8] = [
    &["domain"],
    &["merkle"],
    &["policy"],
    &["crypto", "identity"],
    &["accesslog"],
    &["store"],
    &["exchange"],
    &["http", "cli", "config", "telemetry"],
];

/// Edges see the use cases, never what those stand on; only the composition root may, and commands that work on the
/// gateway's own files.
const HIDDEN_FROM_HTTP: [&str; 2] = ["store", "crypto"];

/// Which functions make a value that carries a promise, and which files may call them.
const MINTS: [(&str, &[&str]); 10] = [
    ("Permit::mint(", &["src/policy/decide/engine.rs"]),
    (
        "minimise_each(",
        &["src/policy/decide/minimise.rs", "src/exchange/push.rs", "src/exchange/push/check.rs"],
    ),
    ("seal::seal(", &["src/exchange/push/seal.rs"]),
    ("Committed::mint(", &["src/store/writer/job.rs"]),
    ("Released::mint(", &["src/exchange/pull.rs"]),
    // The library trusts the lengths of a message: only here they are checked before.
    ("jwe::deserialize_compact", &["src/crypto/jwe.rs"]),
    // Who asks this elsewhere could refuse without an entry.
    (
        "engine.may(",
        &["src/exchange/authorise.rs", "src/exchange/push/prepare.rs", "src/policy/show/cases.rs"],
    ),
    // The one path: nothing else makes an entry of an account, or has it written.
    ("tools.entry(", &["src/exchange/perform.rs"]),
    ("pen.0.submit(", &["src/exchange/perform.rs"]),
    ("entry::prepare(", &["src/exchange/entry.rs"]),
];

/// No file is longer, and none of those below but the ones that are named. Tests do not count.
const HARD_LIMIT: usize = 500;
const SOFT_LIMIT: usize = 300;

/// The files above the soft limit; none is added, and one that is no longer above it leaves the list.
const LONG: [&str; 8] = [
    "src/accesslog/verify/finding.rs",
    "src/http/limits/quota.rs",
    "src/identity/authority.rs",
    "src/policy/decide/engine.rs",
    "src/policy/load/facts.rs",
    "src/policy/load/glossary/file.rs",
    "src/policy/load/region.rs",
    "src/policy/load/schema.rs",
];

fn sources() -> BTreeMap<String, String> {
    fn walk(dir: &Path, found: &mut BTreeMap<String, String>) {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.insert(path.to_str().unwrap().to_owned(), fs::read_to_string(&path).unwrap());
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(Path::new("src"), &mut found);
    assert!(found.len() > 20, "the sources were found");
    found
}

/// Whether a file is compiled for tests only, as the file above it says.
fn is_test(path: &str, sources: &BTreeMap<String, String>) -> bool {
    let Some((folder, name)) = path.trim_end_matches(".rs").rsplit_once('/') else { return false };
    let above = sources.get(&format!("{folder}.rs"));
    above.is_some_and(|above| above.contains(&format!("#[cfg(test)]\nmod {name};")))
}

fn room_of(path: &str) -> String {
    path.trim_start_matches("src/").split(['/', '.']).next().unwrap().to_owned()
}

fn layer_of(room: &str) -> Option<usize> {
    LAYERS.iter().position(|rooms| rooms.contains(&room))
}

/// Every room that a source names by a `crate::` path, also inside `use crate::{a::.., b::..}`.
fn rooms_named(source: &str) -> Vec<String> {
    let mut named = Vec::new();
    for (at, _) in source.match_indices("crate::") {
        let rest = source.get(at + "crate::".len()..).unwrap();
        if let Some(group) = rest.strip_prefix('{') {
            let mut depth = 1;
            let mut word = String::new();
            let mut at_start = true;
            for letter in group.chars() {
                match letter {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    _ => {}
                }
                if depth == 1 && letter == ',' {
                    at_start = true;
                    word.clear();
                } else if at_start && (letter.is_alphanumeric() || letter == '_') {
                    word.push(letter);
                } else if at_start && !word.is_empty() {
                    named.push(std::mem::take(&mut word));
                    at_start = false;
                }
                if depth == 0 {
                    break;
                }
            }
        } else {
            named.push(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    }
    named
}

#[test]
fn imports_point_down() {
    let mut wrong = Vec::new();
    for (path, source) in sources() {
        let room = room_of(&path);
        let Some(own) = layer_of(&room) else { continue };
        for other in rooms_named(&source) {
            if let Some(layer) = layer_of(&other) {
                if layer > own {
                    wrong.push(format!("{path} looks up to {other}"));
                }
                if room == "http" && HIDDEN_FROM_HTTP.contains(&other.as_str()) {
                    wrong.push(format!("{path} reaches around exchange to {other}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A file stands above all that it takes from: who reads a room reads it in one direction. A re-export hides no circle: what is
/// taken counts where it is defined.
#[test]
fn files_import_each_other_in_no_circle() {
    let circles = Imports::of(&sources()).circles();
    let ties: Vec<&str> = circles.iter().map(|(_, ties)| ties.as_str()).collect();
    assert!(ties.is_empty(), "files import each other:\n{}", ties.join("\n\n"));
}

/// The policies are read, then decided by, then shown: what comes later rests on what comes before.
#[test]
fn the_policies_are_read_decided_by_and_shown_in_that_order() {
    const FLOORS: [&str; 3] = ["policy/load", "policy/decide", "policy/show"];
    let floor = |module: &str| FLOORS.iter().position(|floor| module.starts_with(floor));
    let imports = Imports::of(&sources());
    let pairs =
        imports.pairs().filter(|(from, to)| floor(from).zip(floor(to)).is_some_and(|(one, two)| one < two));
    let wrong: Vec<_> = pairs.map(|(from, to)| format!("{from} takes of {to}")).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let seen = FLOORS.iter().filter(|floor| imports.pairs().any(|(from, _)| from.starts_with(**floor)));
    assert_eq!(seen.count(), FLOORS.len(), "a floor is empty");
}

/// The guard itself: a circle is seen through a re-export, an alias, a path in the code, and not through a text or a test.
#[test]
fn a_circle_is_seen_however_it_is_written() {
    let circle = |above: &str, below: &str| {
        let files = [
            ("src/room.rs", "pub mod above;\npub mod below;\npub use self::above::{Above as High};\n"),
            ("src/room/above.rs", above),
            ("src/room/below.rs", below),
        ];
        let files = files.map(|(path, source)| (path.to_owned(), source.to_owned()));
        Imports::of(&files.into_iter().collect()).circles().into_iter().next().map(|(files, _)| files)
    };
    let above = "use super::below::{self, Below};\npub struct Above(Below);\n";
    let both = BTreeSet::from(["room/above".to_owned(), "room/below".to_owned()]);
    assert_eq!(circle(above, "use crate::room::High;\npub struct Below;\n"), Some(both.clone()), "handed on");
    assert_eq!(circle(above, "fn up() { super::above::up() }\n"), Some(both.clone()), "in the code");
    assert_eq!(
        circle(above, "use crate::room::{above as other};\nfn up() { other::up() }\n"),
        Some(both),
        "alias"
    );
    assert_eq!(
        circle(above, "/// `super::above`\nconst UP: &str = \"super::above::Above\";\n"),
        None,
        "a text"
    );
    assert_eq!(
        circle(above, "#[cfg(test)]\nmod tests {\n    use super::super::above::Above;\n}\n"),
        None,
        "a test"
    );
}

#[test]
fn no_file_is_too_long() {
    let mut wrong = Vec::new();
    let sources = sources();
    for (path, source) in &sources {
        let lines = code_of(source).lines().count();
        if is_test(path, &sources) {
            continue;
        }
        if lines > HARD_LIMIT {
            wrong.push(format!("{path} has {lines} lines"));
        }
        match (lines > SOFT_LIMIT, LONG.contains(&path.as_str())) {
            (true, false) => wrong.push(format!("{path} has {lines} lines: split it by meaning")),
            (false, true) => wrong.push(format!("{path} is short enough: take it off the list")),
            _ => {}
        }
    }
    wrong.extend(LONG.iter().filter(|path| !Path::new(path).exists()).map(|path| format!("{path} is gone")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_room_of_the_table_exists_and_no_other() {
    let rooms: Vec<String> =
        sources().keys().map(|path| room_of(path)).filter(|room| room != "lib" && room != "main").collect();
    for room in &rooms {
        assert!(layer_of(room).is_some(), "{room} has no layer");
    }
    for room in LAYERS.iter().flat_map(|rooms| rooms.iter()) {
        assert!(rooms.iter().any(|one| one == room), "{room} is empty");
    }
}

/// The doctest of [`sluis::exchange::Exchange`] tries one field; here is every one.
#[test]
fn nobody_reaches_around_the_use_cases() {
    let source = fs::read_to_string("src/exchange.rs").unwrap();
    let (_, fields) = source.split_once("pub struct Exchange {").expect("the use cases have a type");
    let (fields, _) = fields.split_once("\n}").unwrap();
    let open: Vec<&str> = fields.lines().filter(|line| line.trim_start().starts_with("pub")).collect();
    assert!(fields.contains("store: Store") && open.is_empty(), "open to every edge: {open:?}");
    let lays = |source: &str| source.contains("Exchange::on(");
    let laid: Vec<String> =
        sources().into_iter().filter(|(_, source)| lays(source)).map(|(path, _)| path).collect();
    assert_eq!(laid, ["src/cli/compose.rs"], "only the composition root lays the foundation");
    for (path, source) in sources() {
        if room_of(&path) != "exchange" {
            continue;
        }
        for hidden in ["-> Store", "-> &Store", "-> Writer", "-> &Writer", "-> &Arc<AtRest>", "-> &AtRest"] {
            assert!(!source.contains(hidden), "{path} hands out what the use cases stand on");
        }
    }
}

#[test]
fn each_mint_is_called_in_its_room_only() {
    for (mint, allowed) in MINTS {
        let mut called = false;
        for (path, source) in sources() {
            // Tests stand below the code and may make what they need.
            if path.ends_with("tests.rs") {
                continue;
            }
            if source.contains(mint) {
                assert!(allowed.iter().any(|room| path.starts_with(room)), "{path} calls {mint}");
                called = true;
            }
        }
        assert!(called, "nobody calls {mint}: is it still the mint?");
    }
}

/// Two readers could read one text differently: what comes from outside is read by one, which is strict.
#[test]
fn json_from_outside_has_one_reader() {
    const READS: [&str; 4] = [
        "serde_json::from_slice",
        "serde_json::from_str",
        "serde_json::from_reader",
        "serde_json::Deserializer",
    ];
    /// What this gateway wrote itself, and what is only looked at and then sent as it is.
    const OWN: [&str; 8] = [
        "src/domain/json/read.rs",
        "src/cli/client/push/input.rs",
        "src/cli/client/input.rs",
        "src/accesslog/entry/part.rs",
        "src/exchange/toolbox.rs",
        "src/exchange/withdraw/declaration.rs",
        "src/http/routes/keys.rs",
        "src/store/register.rs",
    ];
    let mut found = Vec::new();
    for (path, source) in sources() {
        let code = code_of(&source);
        let is_test = path.ends_with("tests.rs") || path == "src/crypto/interop.rs";
        if !is_test && READS.iter().any(|read| code.contains(read)) {
            found.push(path);
        }
    }
    found.sort();
    let mut own = OWN.map(str::to_owned).to_vec();
    own.sort();
    assert_eq!(found, own);
}

#[test]
fn every_path_that_the_docs_name_exists() {
    let modules = sources();
    let mut wrong = Vec::new();
    for page in fs::read_dir("docs").unwrap().map(|entry| entry.unwrap().path()) {
        if page.extension().is_none_or(|ending| ending != "md") {
            continue;
        }
        let text = fs::read_to_string(&page).unwrap();
        for quoted in text.split('`').skip(1).step_by(2) {
            let Some((room, _)) = quoted.split_once("::") else { continue };
            if layer_of(room).is_none() || quoted.contains(['(', '{', ' ']) {
                continue;
            }
            let parts: Vec<&str> = quoted.split('<').next().unwrap().split("::").collect();
            let file = |depth: usize| format!("src/{}.rs", parts[..depth].join("/"));
            let deepest = (1..=parts.len()).rev().find(|depth| modules.contains_key(&file(*depth)));
            let exists = deepest.is_some_and(|depth| {
                parts.get(depth).is_none_or(|name| modules[&file(depth)].contains(name))
            });
            if !exists {
                wrong.push(format!("{} names {quoted}", page.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
