//! A gateway works with the keys that its database knows, and with no others; and a rotation may break off anywhere.

use std::fs;

use serde_json::Value;
use sqlx::{AnyPool, Connection as _, Executor as _, SqliteConnection};

use super::program::{Ended, Program};
use crate::store::support::Place;

const ZAFFIER: &str = "00000099000090010000/werk-en-inkomen";
const KINDS: [(&str, &str); 4] = [
    ("at-rest", "at-rest.v1.key"),
    ("pseudonym", "pseudonym.v1.key"),
    ("receipt", "receipt.v1.pem"),
    ("log", "log.v1.key"),
];

/// Commands that open the gateway's own store, and the gateway itself. One of them stands for all where a key is tried.
const STARTS: [&[&str]; 7] = [
    &["party", "block", ZAFFIER],
    &["party", "list"],
    &["log", "verify"],
    &["policy", "activate"],
    &["backup", "--out", "copy"],
    &["keys", "rotate", "receipt"],
    &["serve"],
];

/// What stands in the key files of a folder, line by line.
fn secrets(program: &Program) -> Vec<String> {
    let folder = fs::read_dir(program.path("try/keys")).unwrap();
    let text = folder.map(|file| fs::read_to_string(file.unwrap().path()).unwrap());
    text.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>())
        .filter(|line| !line.starts_with("-----"))
        .collect()
}

/// This does not start; it says in both languages which file, and shows no key. Answers the Dutch text.
fn refused(program: &Program, starts: &[&[&str]], file: &str) -> String {
    let hidden = secrets(program);
    let mut told = String::new();
    for start in starts {
        for language in ["en", "nl"] {
            let Ended { stdout, stderr, .. } =
                program.run(&[start, &["--lang", language][..]].concat()).with(78);
            assert!(stderr.contains(file), "{start:?} {language} does not name {file}: {stderr}");
            for secret in &hidden {
                let shown = stderr.contains(secret.as_str()) || stdout.contains(secret.as_str());
                assert!(!shown, "a key is shown");
            }
            told = stderr;
        }
    }
    told
}

#[test]
fn another_key_than_the_databases_starts_nothing() {
    let (program, other) = (Program::with_try_out(), Program::with_try_out());
    for (kind, file) in KINDS {
        let path = format!("try/keys/{file}");
        let own = program.read(&path);
        program.write(&path, &other.read(&path));
        let starts = if kind == "at-rest" { &STARTS } else { &STARTS[..1] };
        let told = refused(&program, starts, file);
        assert!(told.contains("andere sleutel"), "{kind}: {told}");
        program.write(&path, &own);
    }
    program.run(&["party", "block", ZAFFIER]).done();
}

#[test]
fn keys_of_another_database_are_not_shown_as_this_ones() {
    let (program, other) = (Program::with_try_out(), Program::with_try_out());
    for (kind, file) in KINDS {
        let path = format!("try/keys/{file}");
        let own = program.read(&path);
        program.write(&path, &other.read(&path));
        let told = refused(&program, &[&["keys", "show"]], file);
        assert!(told.contains("andere sleutel"), "{kind}: {told}");
        program.write(&path, &own);
    }
    program.run(&["keys", "show"]).done();

    // Before the database is there nothing can be compared, and that is said.
    let init =
        ["init", "--dir", "gw", "--origin", "log.example.nl/nhn", "--public-url", "https://gw.example.nl"];
    program.run(&init).done();
    let shown = program.run(&["keys", "show", "--config", "gw/sluis.toml"]).done();
    assert!(shown.stderr.contains("niet vergeleken"), "{shown:?}");
    assert!(shown.stdout.contains("log_vkey"), "{shown:?}");
}

/// New keys would be those of another database: the ones that are gone must come back.
#[test]
fn who_lost_the_folder_of_keys_is_told_to_put_it_back() {
    let program = Program::with_try_out();
    let folder = program.path("try/keys");
    fs::rename(&folder, program.path("aside")).unwrap();
    for is_there in [false, true] {
        for start in STARTS.iter().copied().chain([&["keys", "show"][..]]) {
            for (language, back) in [("en", "backup"), ("nl", "back-up")] {
                let told = program.run(&[start, &["--lang", language][..]].concat()).with(78).stderr;
                assert!(told.contains(back) && !told.contains("sluis init"), "{start:?} {is_there}: {told}");
            }
        }
        fs::create_dir_all(&folder).unwrap();
    }

    let new = Program::new();
    let init =
        ["init", "--dir", "gw", "--origin", "log.example.nl/nhn", "--public-url", "https://gw.example.nl"];
    new.run(&init).done();
    fs::remove_dir_all(new.path("gw/keys")).unwrap();
    let told = new.run(&["keys", "show", "--config", "gw/sluis.toml"]).with(78).stderr;
    assert!(told.contains("sluis init"), "{told}");
}

#[test]
fn a_version_that_the_folder_lacks_starts_nothing() {
    let program = Program::with_try_out();
    for (kind, file) in KINDS {
        program.run(&["keys", "rotate", kind]).done();
        for file in [file.to_owned(), file.replace(".v1.", ".v2.")] {
            let path = program.path(&format!("try/keys/{file}"));
            fs::rename(&path, program.path("aside")).unwrap();
            let told = refused(&program, &STARTS[..1], &file);
            assert!(told.contains("ontbreekt"), "{kind}: {told}");
            fs::rename(program.path("aside"), &path).unwrap();
        }
    }
    program.run(&["party", "block", ZAFFIER]).done();
}

#[test]
fn a_version_that_the_database_does_not_know_starts_nothing() {
    let (program, other) = (Program::with_try_out(), Program::with_try_out());
    for (kind, file) in KINDS {
        let next = file.replace(".v1.", ".v2.");
        let path = program.path(&format!("try/keys/{next}"));
        fs::copy(other.path(&format!("try/keys/{file}")), &path).unwrap();
        let told = refused(&program, &STARTS[..1], &next);
        assert!(told.contains("kent de database niet"), "{kind}: {told}");
        fs::remove_file(path).unwrap();
    }
    program.run(&["party", "block", ZAFFIER]).done();
}

#[tokio::test]
async fn a_key_of_which_the_database_says_nothing_any_more_starts_nothing() {
    let program = Program::with_try_out();
    let url = format!("sqlite://{}", program.path("try/gateway.db").display());
    for (kind, file) in KINDS {
        let mut connection = SqliteConnection::connect(&url).await.unwrap();
        let row: (String, i64, String) =
            sqlx::query_as("SELECT kind, version, print FROM key_check WHERE kind = $1")
                .bind(kind)
                .fetch_one(&mut connection)
                .await
                .unwrap();
        connection.execute(sqlx::query("DELETE FROM key_check WHERE kind = $1").bind(kind)).await.unwrap();
        connection.close().await.unwrap();
        refused(&program, &STARTS[..1], file);
        let mut connection = SqliteConnection::connect(&url).await.unwrap();
        let back = sqlx::query("INSERT INTO key_check (kind, version, print) VALUES ($1, $2, $3)");
        connection.execute(back.bind(row.0).bind(row.1).bind(row.2)).await.unwrap();
        connection.close().await.unwrap();
    }
    program.run(&["party", "block", ZAFFIER]).done();
}

/// The configuration of the try-out on another database, with this folder of keys.
fn on(program: &Program, name: &str, url: &str, keys: &str) -> String {
    let text = program.read("try/sluis.toml");
    let mut config: toml::Table = text.parse().unwrap();
    config["database"]["url"] = toml::Value::String(url.to_owned());
    config["keys"]["dir"] = toml::Value::String(keys.to_owned());
    let log = config["log"].as_table_mut().unwrap();
    log.insert("head".to_owned(), toml::Value::String(format!("{name}-head")));
    program.write(&format!("try/{name}.toml"), &config.to_string());
    format!("try/{name}.toml")
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_folders_that_begin_one_database_at_once_one_starts() {
    let (program, other) = (Program::with_try_out(), Program::with_try_out());
    fs::rename(other.path("try/keys"), program.path("try/others")).unwrap();
    for place in Place::all().await {
        let configs = [on(&program, "one", &place.url, "keys"), on(&program, "two", &place.url, "others")];
        program.run(&["migrate", "--config", &configs[0]]).done();
        let both = configs.each_ref().map(|config| {
            program.command(&["policy", "activate", "--lang", "en", "--config", config]).spawn().unwrap()
        });
        let ended = both.map(Ended::of);
        let mut codes = ended.each_ref().map(|one| one.code);
        codes.sort_unstable();
        assert_eq!(codes, [0, 78], "{ended:?}");
        let no = ended.iter().position(|one| one.code == 78).unwrap();
        assert!(ended[no].stderr.contains("at-rest.v1.key"), "{ended:?}");
        for (config, code) in configs.iter().zip(ended.each_ref().map(|one| one.code)) {
            program.run(&["policy", "activate", "--config", config]).with(code);
        }
        for name in ["one-head", "two-head"] {
            drop(fs::remove_file(program.path(&format!("try/{name}"))));
        }
        place.remove().await;
    }
}

/// The versions that the database knows of a kind.
async fn known(program: &Program, kind: &str) -> Vec<i64> {
    sqlx::any::install_default_drivers();
    let pool =
        AnyPool::connect(&format!("sqlite://{}", program.path("try/gateway.db").display())).await.unwrap();
    let query =
        sqlx::query_scalar("SELECT version FROM key_check WHERE kind = $1 ORDER BY version").bind(kind);
    let versions = query.fetch_all(&pool).await.unwrap();
    pool.close().await;
    versions
}

/// As a rotation leaves it that ended between the commit and the renaming.
#[test]
fn a_start_takes_the_version_that_a_rotation_recorded_and_did_not_put_in_place() {
    let (program, other) = (Program::with_try_out(), Program::with_try_out());
    for (kind, file) in KINDS {
        program.run(&["keys", "rotate", kind]).done();
        let made = format!("try/keys/{}", file.replace(".v1.", ".v2."));
        let (there, beside) = (program.path(&made), program.path(&format!("{made}.new")));
        let content = program.read(&made);
        fs::rename(&there, &beside).unwrap();
        program.run(&["party", "block", ZAFFIER]).done();
        assert_eq!((program.read(&made), beside.exists()), (content, false), "{kind}");

        // Another secret under that name is not the one that was recorded.
        fs::rename(&there, program.path("aside")).unwrap();
        fs::copy(other.path(&format!("try/keys/{file}")), &beside).unwrap();
        let told = program.run(&["party", "block", ZAFFIER]).with(78).stderr;
        assert!(told.contains(&file.replace(".v1.", ".v2.")) && !there.exists(), "{told}");
        fs::rename(program.path("aside"), &there).unwrap();
        fs::remove_file(&beside).unwrap();
    }
    program.run(&["log", "verify"]).done();
}

/// As a rotation leaves it that ended before the commit: the file may be whole, torn or empty.
#[tokio::test]
async fn what_a_rotation_made_and_did_not_record_is_no_key() {
    let (program, other) = (Program::with_try_out(), Program::with_try_out());
    for (kind, file) in KINDS {
        let made = format!("try/keys/{}", file.replace(".v1.", ".v2."));
        let beside = program.path(&format!("{made}.new"));
        for left in [other.read(&format!("try/keys/{file}")), "00".to_owned(), String::new()] {
            fs::copy(program.path(&format!("try/keys/{file}")), &beside).unwrap();
            fs::write(&beside, left).unwrap();
            program.run(&["party", "block", ZAFFIER]).done();
            assert!(beside.exists() && !program.path(&made).exists());
        }
        assert_eq!(known(&program, kind).await, [1]);
        let rotated = program.run(&["keys", "rotate", kind, "--json"]).done().json();
        assert_eq!((&rotated["version"], beside.exists()), (&Value::from(2), false), "{kind}");
        assert_eq!(known(&program, kind).await, [1, 2]);
    }
    program.run(&["party", "block", ZAFFIER]).done();
}

/// The program is killed at another passage each time; whatever is left, the next command starts, and rotates on.
#[tokio::test]
async fn a_rotation_that_is_killed_leaves_a_gateway_that_starts() {
    let program = Program::with_try_out();
    let folder = program.path("try/keys");
    let (mut before, mut between, mut after) = (0, 0, 0);
    for round in 0..12_u32 {
        let versions = known(&program, "at-rest").await.len();
        let next = folder.join(format!("at-rest.v{}.key", versions + 1));
        let beside = folder.join(format!("at-rest.v{}.key.new", versions + 1));
        let mut rotating = program.command(&["keys", "rotate", "at-rest"]).spawn().unwrap();
        // In turn at once when the file is there beside, and some turns of this loop later.
        let mut turns = round * 80;
        while rotating.try_wait().unwrap().is_none() && !next.exists() {
            if beside.exists() {
                if turns == 0 {
                    break;
                }
                turns -= 1;
            }
            tokio::task::yield_now().await;
        }
        rotating.kill().unwrap();
        rotating.wait().unwrap();
        let recorded = known(&program, "at-rest").await.len() > versions;
        match (recorded, next.exists()) {
            (false, false) => before += 1,
            (true, false) => between += 1,
            (true, true) => after += 1,
            (false, true) => panic!("a key that nobody recorded is in place"),
        }
        program.run(&["party", "block", ZAFFIER]).done();
        assert_eq!(next.exists(), recorded, "what was recorded is in place, and nothing else");
    }
    println!("killed before the entry {before}, before the renaming {between}, after it {after} times");
    assert!(before > 0, "no rotation was killed");
    program.run(&["keys", "rotate", "at-rest"]).done();
    program.run(&["log", "verify"]).done();
}
