//! `sluis log`, on sound logs and on logs that somebody touched.

use std::{fs, path::PathBuf};

use serde_json::json;
use sqlx::{Connection as _, Executor as _, SqliteConnection};

use super::program::Program;

const ZAFFIER: &str = "00000099000090010000/werk-en-inkomen";

/// Changes the database behind the gateway's back, as somebody with the file could.
async fn tamper(program: &Program, sql: &'static str) {
    let url = format!("sqlite://{}", program.path("try/gateway.db").display());
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    connection
        .execute(
            "DROP TRIGGER leaf_is_not_updated; DROP TRIGGER leaf_is_not_deleted; \
             DROP TRIGGER log_head_does_not_shrink; PRAGMA foreign_keys = OFF",
        )
        .await
        .unwrap();
    connection.execute(sql).await.unwrap();
    connection.close().await.unwrap();
}

#[tokio::test]
async fn a_store_that_somebody_touched_is_found_and_the_place_is_named() {
    let touched = [
        (
            "UPDATE leaf SET commitments = (SELECT commitments FROM leaf WHERE idx = 7) WHERE idx = 3",
            "\"index\":3",
        ),
        ("UPDATE leaf SET time = time + 1 WHERE idx = 3", "\"index\":3"),
        ("UPDATE leaf SET hash = zeroblob(32) WHERE idx = 4", "\"index\":4"),
        ("UPDATE entry_body SET shared = zeroblob(80) WHERE idx = 5", "\"index\":5"),
        ("UPDATE entry_body SET shared = NULL WHERE idx = 5", "\"finding\":\"no-body\",\"index\":5"),
        ("DELETE FROM entry_body", "\"finding\":\"no-body\",\"index\":0"),
        (
            "UPDATE checkpoint SET note = (SELECT note FROM checkpoint WHERE size = 8) WHERE size = 9",
            "kept-checkpoint\",\"size\":9",
        ),
        ("DELETE FROM certificate", "\"finding\":\"row\",\"row\":\"certificate:"),
        ("DELETE FROM leaf WHERE idx = 11", "\"index\":11"),
        ("DELETE FROM leaf WHERE idx = 6", "\"index\":6"),
        (
            "UPDATE log_head SET checkpoint = replace(checkpoint, char(10) || '12' || char(10), char(10) || '11' || char(10))",
            "\"finding\":\"checkpoint\"",
        ),
    ];
    for (sql, place) in touched {
        let program = Program::with_try_out();
        program.run(&["log", "verify"]).done();
        tamper(&program, sql).await;
        let found = program.run(&["log", "verify", "--json"]).with(1);
        assert_eq!(found.json()["sound"], false, "{sql}");
        assert!(found.stdout.contains(place), "{sql}: {}", found.stdout);
        let text = program.run(&["log", "verify"]).with(1).stdout;
        assert!(text.contains("FOUT: ") && text.contains("NIET"), "{text}");
    }
}

/// An auditor verifies a folder that somebody else made.
#[test]
fn a_folder_with_pipes_and_devices_is_told_and_never_waited_for() {
    let program = Program::with_try_out();
    program.run(&["log", "export", "--out", "copy"]).done();
    let vkey = program.read("copy/vkey");
    for name in ["checkpoint", "leaf-hashes", "vkey"] {
        let (file, kept) = (program.path("copy").join(name), program.path("kept"));
        fs::rename(&file, &kept).unwrap();
        std::os::unix::fs::symlink("/dev/zero", &file).unwrap();
        let mut command = vec!["log", "verify", "--folder", "copy"];
        if name != "vkey" {
            command.extend(["--vkey", vkey.trim()]);
        }
        let ended = program.run(&command);
        assert_ne!(ended.code, 0, "{name}: {ended:?}");
        assert!(ended.stderr.contains("geen gewoon bestand"), "{name}: {ended:?}");
        fs::remove_file(&file).unwrap();
        fs::rename(&kept, &file).unwrap();
    }
    program.run(&["log", "verify", "--folder", "copy", "--vkey", vkey.trim()]).done();
}

#[test]
fn a_kept_checkpoint_says_the_same_after_mail_and_editors() {
    let program = Program::with_try_out();
    program.run(&["log", "export", "--out", "copy"]).done();
    let (kept, vkey) = (program.read("copy/checkpoint"), program.read("copy/vkey"));
    let forms: [fn(&str) -> String; 5] = [
        |text| text.replace('\n', "\r\n"),
        |text| format!("\u{FEFF}{text}"),
        |text| text.trim_end().to_owned(),
        |text| format!("\n{text}\n\n"),
        |text| text.replace('\n', "\r"),
    ];
    for form in forms {
        program.write("kept", &form(&kept));
        program.write("vkey", &form(&vkey));
        program.run(&["log", "verify", "--checkpoint", "kept"]).done();
        program.run(&["log", "verify", "--folder", "copy", "--vkey", "vkey", "--checkpoint", "kept"]).done();
    }
    program.run(&["log", "verify", "--folder", "copy", "--vkey", vkey.trim()]).done();

    // What is no checkpoint any more is no alarm; another checkpoint is.
    for damaged in ["", "\u{FEFF}\r\n", kept.lines().next().unwrap(), &kept.replace("\n\n", "\n")] {
        program.write("kept", damaged);
        let ended = program.run(&["log", "verify", "--checkpoint", "kept"]).with(2);
        assert!(ended.stderr.contains("beschadigd") && ended.stdout.is_empty(), "{ended:?}");
    }
    let size = kept.lines().nth(1).unwrap();
    program.write("kept", &kept.replacen(&format!("\n{size}\n"), "\n3\n", 1));
    program.run(&["log", "verify", "--checkpoint", "kept"]).with(1);
}

/// All files of the try-out's database, as they stand.
fn database(program: &Program) -> Vec<(PathBuf, Vec<u8>)> {
    let files = fs::read_dir(program.path("try")).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("gateway.db"));
    files.map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

fn put_back(program: &Program, files: &[(PathBuf, Vec<u8>)]) {
    for (path, _) in database(program) {
        fs::remove_file(path).unwrap();
    }
    for (path, bytes) in files {
        fs::write(path, bytes).unwrap();
    }
}

#[test]
fn an_older_or_empty_database_is_refused_and_the_way_out_is_told() {
    let program = Program::with_try_out();
    let before = database(&program);
    program.run(&["party", "block", ZAFFIER]).done();
    let after = database(&program);
    let unblock = ["party", "unblock", ZAFFIER];

    put_back(&program, &before);
    let refused = program.run(&unblock).with(78).stderr;
    assert!(refused.contains("ouder") && refused.contains("log-head"), "{refused}");
    program.run(&["log", "verify"]).with(1);

    put_back(&program, &[]);
    program.run(&["migrate"]).done();
    let refused = program.run(&unblock).with(78).stderr;
    assert!(refused.contains("0 regels"), "{refused}");

    // The newest is taken again; and an older one, once the operator says so.
    put_back(&program, &after);
    program.run(&unblock).done();
    put_back(&program, &before);
    fs::rename(program.path("try/log-head"), program.path("kept-head")).unwrap();
    program.run(&["party", "block", ZAFFIER]).done();
    program.run(&["log", "verify"]).done();
    program.run(&["log", "verify", "--checkpoint", "kept-head"]).with(1);
}

#[test]
fn another_log_than_the_one_that_was_signed_last_is_refused() {
    let (program, other) = (Program::with_try_out(), Program::with_try_out());
    let head = program.read("try/log-head");
    program.write("try/log-head", &other.read("try/log-head"));
    let refused = program.run(&["party", "block", ZAFFIER]).with(78).stderr;
    assert!(refused.contains("niet getekend door de sleutel van dit log"), "{refused}");
    program.write("try/log-head", &head);
    program.run(&["party", "block", ZAFFIER]).done();
}

#[test]
fn a_checkpoint_that_was_kept_before_a_rotation_still_counts() {
    let program = Program::with_try_out();
    program.run(&["log", "export", "--out", "copy"]).done();
    program.run(&["keys", "rotate", "log"]).done();
    program.run(&["party", "block", ZAFFIER]).done();
    program.run(&["log", "verify", "--checkpoint", "copy/checkpoint"]).done();
    let other = Program::with_try_out();
    other.run(&["log", "export", "--out", "copy"]).done();
    program.write("foreign", &other.read("copy/checkpoint"));
    program.run(&["log", "verify", "--checkpoint", "foreign"]).with(1);
}

#[test]
fn a_copy_is_verified_with_nothing_but_the_public_key() {
    let program = Program::with_try_out();
    program.run(&["log", "export", "--out", "copy", "--proof", "3"]).done();
    let vkey = program.path("copy/vkey");
    fs::rename(&vkey, program.path("vkey")).unwrap();
    program.run(&["log", "verify", "--folder", "copy"]).with(2);
    let sound = ["log", "verify", "--folder", "copy", "--vkey", "vkey", "--json"];
    let report = program.run(&sound).done().json();
    assert_eq!(report["report"]["entries"], 13, "twelve registrations and the export itself");
    assert_eq!(program.read("copy/proof-3.tlog-proof"), program.run(&["log", "proof", "3"]).done().stdout);

    let proof = program.path("copy/proof-3.tlog-proof");
    fs::write(&proof, program.read("copy/proof-3.tlog-proof").replace("index 3", "index 4")).unwrap();
    let report = program.run(&sound).with(1).json();
    assert_eq!(report["report"]["findings"][0]["finding"], "proof");
    fs::remove_file(proof).unwrap();
    let hashes = program.read("copy/leaf-hashes");
    let moved: Vec<&str> = hashes.lines().rev().collect();
    fs::write(program.path("copy/leaf-hashes"), moved.join("\n") + "\n").unwrap();
    program.run(&sound).with(1);
    program.run(&["log", "export", "--out", "copy"]).with(2);
    program.run(&["log", "verify", "--folder", "nowhere"]).with(2);
}

#[test]
fn a_log_that_was_put_back_is_found_by_a_checkpoint_that_was_kept() {
    let program = Program::with_try_out();
    program.run(&["backup", "--out", "old"]).done();
    program.run(&["log", "export", "--out", "kept"]).done();
    let check = ["log", "verify", "--checkpoint", "kept/checkpoint", "--json", "--config"];
    program.run(&[&check[..], &["try/sluis.toml"]].concat()).done();
    let report = program.run(&[&check[..], &["old/sluis.toml"]].concat()).with(1).json();
    assert_eq!(report["report"]["findings"], json!([{"finding": "shrunk", "was": 14, "is": 13}]));
}

#[test]
fn that_the_operator_reads_entries_is_an_entry() {
    let program = Program::with_try_out();
    let shown = program.run(&["log", "show", "--after", "2", "--limit", "3", "--json"]).done().lines();
    let indexes: Vec<_> = shown.iter().map(|entry| entry["index"].as_u64().unwrap()).collect();
    assert_eq!(indexes, [3, 4, 5]);
    assert!(shown.iter().all(|entry| entry.get("recipient").is_none()), "a party's own part is not shown");
    let last = program.run(&["log", "show", "--last", "1", "--json"]).done().lines();
    assert_eq!(last[0]["shared"]["event"], "body-read");
    assert_eq!(last[0]["shared"]["entries"], json!([3, 5]));
    let nothing = program.run(&["log", "show", "--after", "500"]).done();
    assert_eq!(nothing.stdout, "Niets.\n");
    let verified = program.run(&["log", "verify", "--json"]).done().json();
    assert_eq!(verified["report"]["entries"], 14, "reading nothing is no entry");
    let read = program.run(&["log", "show"]).done().stdout;
    assert!(read.contains("de beheerder las de inhoud van regels · regels 3-5\n"), "{read}");
    program.run(&["log", "proof", "999"]).with(1);
}

#[test]
fn a_database_without_a_log_says_so() {
    let program = Program::with_try_out();
    fs::remove_file(program.path("try/gateway.db")).unwrap();
    program.run(&["migrate"]).done();
    let ended = program.run(&["log", "verify"]).with(1);
    assert!(ended.stderr.contains("nog geen log in deze database"), "{}", ended.stderr);
}

/// A checkpoint of another moment or log, and a folder that is none, are no alarm: an outsider is told which it is and what next.
#[test]
fn what_does_not_fit_is_told_apart_from_what_was_touched() {
    let program = Program::with_try_out();
    program.run(&["log", "export", "--out", "copies/early"]).done();
    program.run(&["log", "show"]).done();
    program.run(&["log", "export", "--out", "copies/late"]).done();
    let vkey = program.read("copies/late/vkey");
    let verify = |folder: &str, checkpoint: &str, vkey: &str| {
        program.run(&["log", "verify", "--folder", folder, "--vkey", vkey.trim(), "--checkpoint", checkpoint])
    };
    let older = verify("copies/early", "copies/late/checkpoint", &vkey).with(1).stdout;
    assert!(older.contains("ouder dan het checkpoint") && older.contains("wat nu:"), "{older}");
    assert!(!older.contains("NIET"), "{older}");
    let sound = verify("copies/late", "copies/early/checkpoint", &vkey).done().stdout;
    assert!(sound.contains("begint zoals het checkpoint `copies/early/checkpoint`"), "{sound}");
    assert!(sound.contains(&format!("(die u gaf): {}", vkey.trim())), "{sound}");

    // Of another log.
    program.run(&["init", "--dev", "--dir", "other"]).done();
    program.run(&["log", "export", "--out", "copies-of-another", "--config", "other/sluis.toml"]).done();
    let foreign = verify("copies/late", "copies-of-another/checkpoint", &vkey).with(1).stdout;
    assert!(foreign.contains("klopt op zichzelf") && !foreign.contains("NIET"), "{foreign}");

    // One folder too high, and one that has nothing of a log.
    let above = verify("copies", "copies/late/checkpoint", &vkey).with(2);
    assert!(
        above.stderr.contains("geen kopie") && above.stderr.contains("`copies/early`, `copies/late`"),
        "{above:?}"
    );
    let none = verify("try/parties", "copies/late/checkpoint", &vkey).with(2);
    assert!(none.stderr.contains("geen kopie") && none.stderr.contains("sluis log export"), "{none:?}");

    // Who has no gateway here is not told to make one.
    for command in [&["log", "verify"][..], &["log", "show"], &["log", "proof", "1"]] {
        let ended = program.run(&[command, &["--config", "none.toml"]].concat()).with(78);
        let advice = ended.stderr.lines().last().unwrap();
        assert!(advice.contains("--folder") && !advice.contains("sluis init"), "{ended:?}");
    }
}

#[test]
fn what_happened_is_shown_in_the_language_of_the_reader() {
    let program = Program::with_try_out();
    let shown = program.run(&["log", "show", "--limit", "3"]).done().stdout;
    assert!(shown.contains("de beheerder registreerde een partij: 0000009900"), "{shown}");
    assert!(shown.starts_with("Tijden zijn Nederlandse tijd."), "{shown}");
    let shown = program.run(&["--lang", "en", "log", "show", "--limit", "3"]).done().stdout;
    assert!(shown.contains("the operator registered a party: 0000009900"), "{shown}");
    for none in [&["--after", "9999"][..], &["--last", "0"]] {
        assert_eq!(program.run(&[&["log", "show"], none].concat()).done().stdout, "Niets.\n");
    }
}
