//! What an operator does: init, migrate, parties, keys, backup.

use std::{fs, os::unix::fs::PermissionsExt as _, process::Command};

use jiff::{SignedDuration, Timestamp};
use rustls::pki_types::{CertificateDer, pem::PemObject as _};
use serde_json::{Value, json};
use sluis::{
    cli::{Language, moment},
    crypto::envelope,
    domain::{
        clock::{Clock as _, SystemClock, amsterdam_date},
        id::SystemEntropy,
    },
    identity::{ClientCertificate, authority::Authority},
};
use sqlx::{Connection as _, Executor as _, SqliteConnection};

use super::program::{Program, files};

const ZAFFIER: &str = "00000099000090010000/werk-en-inkomen";

#[test]
fn a_gateway_gets_a_commented_configuration_and_keys_that_only_its_owner_reads() {
    let program = Program::new();
    let init =
        ["init", "--dir", "gw", "--origin", "log.example.nl/nhn", "--public-url", "https://gw.example.nl"];
    let made = program.run(&[&init[..], &["--json"]].concat()).done().json();
    let vkey = made["logVkey"].as_str().unwrap();
    assert!(vkey.starts_with("log.example.nl/nhn/20"), "{vkey}");
    let text = program.read("gw/sluis.toml");
    assert!(text.contains("origin = \"log.example.nl/nhn\"") && text.contains("# strict = true"));
    assert!(text.lines().filter(|line| line.starts_with('#')).count() > 30, "it explains itself");
    for file in files(&program.path("gw")) {
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o077, 0, "{}", file.display());
    }
    let before: Vec<_> = files(&program.path("gw")).iter().map(|file| fs::read(file).unwrap()).collect();
    program.run(&init).with(2);
    let after: Vec<_> = files(&program.path("gw")).iter().map(|file| fs::read(file).unwrap()).collect();
    assert_eq!(before, after, "nothing is overwritten");

    program.run(&["init", "--dir", "x"]).with(2);
    let wrong = ["init", "--dir", "x", "--origin", "https://a b", "--public-url", "http://gw"];
    let ended = program.run(&wrong).with(2);
    assert!(ended.stderr.contains("log.origin") && ended.stderr.contains("public_url"), "{}", ended.stderr);
    assert!(!program.path("x").exists(), "nothing is left of what was refused");
}

#[test]
fn a_try_out_is_whole_and_owner_only_and_is_not_overwritten() {
    let program = Program::with_try_out();
    for file in files(&program.path("try")) {
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o077, 0, "{}", file.display());
    }
    let again = program.run(&["init", "--dev", "--dir", "try"]).with(2);
    assert!(again.stderr.contains("bestaat al"), "{}", again.stderr);
    program.run(&["migrate"]).done();
    program.run(&["log", "verify"]).done();
    let parties = program.run(&["party", "list", "--json"]).done().lines();
    assert_eq!(parties.len(), 6);
    assert!(parties.iter().all(|party| party["certificates"].as_array().unwrap().len() == 1));
}

#[tokio::test]
async fn a_database_is_migrated_once_and_a_newer_one_is_left_alone() {
    let program = Program::with_try_out();
    fs::remove_file(program.path("try/gateway.db")).unwrap();
    program.run(&["party", "list"]).with(78);
    program.run(&["migrate", "--json"]).done();
    program.run(&["migrate"]).done();
    assert_eq!(program.run(&["party", "list"]).done().stdout.lines().count(), 1);

    let url = format!("sqlite://{}", program.path("try/gateway.db").display());
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    connection
        .execute("UPDATE _sqlx_migrations SET version = 9999 WHERE version = (SELECT max(version) FROM _sqlx_migrations)")
        .await
        .unwrap();
    connection.close().await.unwrap();
    let newer = program.run(&["migrate"]).with(78);
    assert!(newer.stderr.contains("door een nieuwere Sluis dan deze"), "{}", newer.stderr);
}

/// What is no database is never one a moment later: it is said at once, and not as of a server.
#[test]
fn a_damaged_database_file_is_called_that() {
    let program = Program::with_try_out();
    let whole = fs::read(program.path("try/gateway.db")).unwrap();
    let mut torn = whole.clone();
    torn[..4096].fill(0x5a);
    let mut behind = whole.clone();
    behind[4096..4 * 4096].fill(0x5a);
    for (name, bytes) in [
        ("garbage", b"garbage".to_vec()),
        ("first page", torn),
        ("the pages behind it", behind),
        ("cut off", whole[..5000].to_vec()),
    ] {
        fs::write(program.path("try/gateway.db"), bytes).unwrap();
        for command in [&["party", "list"][..], &["log", "verify"], &["serve"], &["migrate"]] {
            let ended = program.run(&[command, &["--lang", "en"]].concat()).with(78);
            let told = ended.stdout + &ended.stderr;
            assert!(told.contains("gateway.db` is no SQLite database, or is damaged"), "{name}: {told}");
            assert!(told.contains("put the last backup back"), "{name}: {told}");
            assert!(!told.contains("sqlx") && !told.contains("the server"), "{name}: {told}");
        }
        let told = program.run(&["party", "list"]).with(78).stderr;
        assert!(told.contains("is geen database van SQLite, of is beschadigd"), "{name}: {told}");
    }
    // A file that was emptied is no database that was never migrated.
    fs::write(program.path("try/gateway.db"), []).unwrap();
    for command in [&["party", "list"][..], &["serve"]] {
        let told = program.run(command).with(78).stderr;
        assert!(told.contains("is leeg") && told.contains("zet dan de laatste kopie terug"), "{told}");
    }
    assert!(program.run(&["migrate"]).done().stdout.contains("nieuwe, lege"));
    // A copy of it would be taken for whole.
    let mut inner = whole;
    let last = inner.len() / 4096 - 1;
    inner[last * 4096..].fill(0x5a);
    fs::write(program.path("try/gateway.db"), inner).unwrap();
    let copied = program.run(&["backup", "--out", "copy", "--lang", "en"]).with(78);
    assert!(copied.stderr.contains("put the last backup back"), "{}", copied.stderr);
}

/// Where no row of the log stands: an index, what the clock notes, the head alone.
#[tokio::test]
async fn a_page_that_is_damaged_is_found_wherever_it_is_when_the_log_is_verified() {
    let program = Program::with_try_out();
    program.run(&["log", "verify"]).done();
    let file = program.path("try/gateway.db");
    let whole = fs::read(&file).unwrap();
    let mut pages = SqliteConnection::connect(&format!("sqlite:{}", file.display())).await.unwrap();
    let mut roots = Vec::new();
    for name in ["log_head", "chore", "party_key_by_party"] {
        let root = sqlx::query_scalar("SELECT rootpage FROM sqlite_master WHERE name = $1").bind(name);
        roots.push((name, root.fetch_one(&mut pages).await.unwrap()));
    }
    pages.close().await.unwrap();
    for (name, root) in roots {
        let root: u32 = root;
        let mut damaged = whole.clone();
        let at = usize::try_from(root - 1).unwrap() * 4096;
        damaged[at..at + 4096].fill(0x5a);
        fs::write(&file, damaged).unwrap();
        let told = program.run(&["log", "verify", "--lang", "en"]).with(78).stderr;
        assert!(
            told.contains("or is damaged") && told.contains("put the last backup back"),
            "{name}: {told}"
        );
    }
    // What stands in whole pages and is of no gateway: no log that has not begun, and no sound one.
    for change in [
        "DELETE FROM log_head",
        "UPDATE log_head SET register_seal = x'ee'",
        "UPDATE log_head SET checkpoint = 'niets'",
    ] {
        fs::write(&file, &whole).unwrap();
        let mut other = SqliteConnection::connect(&format!("sqlite:{}", file.display())).await.unwrap();
        let guards = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'log_head'";
        for guard in sqlx::query_scalar::<_, String>(guards).fetch_all(&mut other).await.unwrap() {
            other.execute(sqlx::AssertSqlSafe(format!("DROP TRIGGER {guard}"))).await.unwrap();
        }
        other.execute(change).await.unwrap();
        other.close().await.unwrap();
        let told = program.run(&["log", "verify", "--lang", "en"]).with(1);
        let told = told.stdout + &told.stderr;
        assert!(!told.contains("no log in this database yet"), "{change}: {told}");
    }
}

/// Nobody's tables are put beside those of another program.
#[tokio::test]
async fn the_database_of_another_program_is_left_alone() {
    let program = Program::with_try_out();
    fs::remove_file(program.path("try/gateway.db")).unwrap();
    let file = program.path("try/gateway.db");
    let mut theirs =
        SqliteConnection::connect(&format!("sqlite://{}?mode=rwc", file.display())).await.unwrap();
    theirs.execute("CREATE TABLE pupil (name TEXT)").await.unwrap();
    theirs.close().await.unwrap();
    let before = fs::read(&file).unwrap();
    for command in [&["migrate"][..], &["party", "list"], &["serve"], &["log", "verify"]] {
        let told = program.run(command).with(78).stderr;
        assert!(told.contains("is een database van een ander programma"), "{told}");
    }
    assert_eq!(fs::read(&file).unwrap(), before);
}

/// A mistyped path, or a disk that is not there: a command that reads makes nothing.
#[test]
fn a_database_that_is_not_there_is_made_by_migrate_alone() {
    let program = Program::with_try_out();
    let config = program.read("try/sluis.toml");
    let mistyped = config.replace("gateway.db", "getaway.db");
    assert_ne!(config, mistyped);
    fs::write(program.path("try/sluis.toml"), mistyped).unwrap();
    for command in [["party", "list"], ["log", "verify"]] {
        let ended = program.run(&command).with(78);
        assert!(ended.stderr.contains("getaway.db"), "{ended:?}");
        assert!(!program.path("try/getaway.db").exists(), "{command:?} made it");
    }
    assert!(program.run(&["migrate"]).done().stdout.contains("nieuwe, lege"));
    assert!(program.run(&["migrate"]).done().stdout.contains("op orde"));
    fs::write(program.path("try/sluis.toml"), config.replace("gateway.db", "parties")).unwrap();
    for command in [&["party", "list"][..], &["migrate"]] {
        let told = program.run(command).with(78).stderr;
        assert!(told.contains("is een map; noem het bestand van de database daarin"), "{told}");
    }
}

#[test]
fn a_partys_life_is_registered_from_its_first_certificate_to_the_brake() {
    let program = Program::with_try_out();
    let certificate = "try/parties/zaffier/certificate.pem";
    let known =
        program.run(&["party", "add", ZAFFIER, "--certificate", certificate, "--name", "Zaffier"]).with(1);
    assert!(known.stderr.contains("is al geregistreerd"), "{}", known.stderr);
    let party = || {
        let all = program.run(&["party", "list", "--json"]).done().lines();
        all.into_iter().find(|party| party["party"] == ZAFFIER).unwrap()
    };

    program.run(&["party", "block", ZAFFIER, "--cause", "laptop-stolen"]).done();
    assert_eq!(party()["blocked"], true);
    program.run(&["party", "block", ZAFFIER, "--cause", "Toby's laptop"]).with(2);
    program.run(&["party", "block", ZAFFIER, "--cause", "999990019"]).with(2);
    program.run(&["party", "unblock", ZAFFIER]).done();
    assert_eq!(party()["blocked"], false);

    let end = ["party", "municipality", "end", ZAFFIER, "0361"];
    let day = |days: i64| amsterdam_date(SystemClock.now() + SignedDuration::from_hours(24 * days));
    let (last, first) = (day(40), day(50));
    let begin = ["party", "municipality", "add", ZAFFIER, "9998", "--since", &first.to_string()];
    program.run(&begin).done();
    program.run(&["party", "municipality", "add", ZAFFIER, "9997"]).done();
    program.run(&["party", "municipality", "end", ZAFFIER, "9997", "--on", &last.to_string()]).done();
    for (language, until, from) in [(Language::Nl, "tot", "vanaf"), (Language::En, "until", "from")] {
        let listed = program.run(&["--lang", language.pick("nl", "en"), "party", "list"]).done().stdout;
        for told in [
            format!("9997 ({until} {})", moment::short_day(last, language)),
            format!("9998 ({from} {})", moment::short_day(first, language)),
        ] {
            assert!(listed.contains(&told), "{told}: {listed}");
        }
    }
    let past = program.run(&[&end[..], &["--on", "2020-01-01"]].concat()).with(2);
    assert!(past.stderr.contains("01-01-2020 ligt in het verleden"), "{past:?}");
    // Of today, only what is left can end: what was sent this morning was sent to who acted.
    let before = SystemClock.now();
    let today = ["party", "municipality", "end", ZAFFIER, "0373", "--json", "--on", &day(0).to_string()];
    let from: Timestamp = program.run(&today).done().json()["from"].as_str().unwrap().parse().unwrap();
    assert!(from >= before, "{from}");
    program.run(&end).done();
    let ended = program.run(&end).with(1);
    assert!(ended.stderr.contains(&format!("{ZAFFIER} handelt niet voor gemeente 0361")), "{ended:?}");
    let elsewhere = program.run(&["party", "municipality", "end", ZAFFIER, "9999"]).with(1);
    assert!(
        elsewhere.stderr.contains(&format!("{ZAFFIER} handelt niet voor gemeente 9999")),
        "{elsewhere:?}"
    );
    let stranger = "00000099000000009000/leerplicht";
    for command in [
        &["party", "municipality", "end", stranger, "0361"][..],
        &["party", "municipality", "add", stranger, "9999"],
        &["party", "block", stranger],
        &["party", "remove", stranger],
        &["party", "revoke", stranger, "--certificate", certificate],
    ] {
        let unknown = program.run(command).with(1);
        assert!(
            unknown.stderr.contains(&format!("{stranger} is niet geregistreerd")),
            "{command:?} {unknown:?}"
        );
    }
    let places = |party: &serde_json::Value| {
        let all = party["municipalities"].as_array().unwrap().clone();
        all.into_iter().filter(|place| place["code"] == "0361").collect::<Vec<_>>()
    };
    assert!(places(&party())[0]["until"].is_string());
    // What ended is no more in the way than until then.
    let until_then = ["party", "municipality", "add", ZAFFIER, "0361", "--since", "2026-01-01"];
    let told = program.run(&until_then).with(1).stderr;
    assert!(told.contains(", tot ") && told.contains("geef met --since een dag die daarna begint"), "{told}");
    let begin = ["party", "municipality", "add", ZAFFIER, "0361", "--by", "mandate"];
    program.run(&begin).with(2);
    let by = |decision: &str| program.run(&[&begin[..], &["--decision", decision]].concat());
    by("Besluit 2027-004").done();
    let alike = by("Besluit 2027-004").with(1).stderr;
    assert!(
        alike.contains("handelt al voor gemeente 0361: bij mandaat (Besluit 2027-004), sinds")
            && !alike.contains("maar anders"),
        "{alike}"
    );
    let otherwise = by("B 1").with(1).stderr;
    assert!(
        otherwise.contains("handelt al voor gemeente 0361, maar anders: bij mandaat (Besluit 2027-004)"),
        "{otherwise}"
    );
    let after = places(&party());
    assert_eq!((after.len(), &after[1]["by"]), (2, &serde_json::json!("mandaat")));
    assert!(after[1]["until"].is_null());

    program.run(&["party", "revoke", ZAFFIER, "--certificate", certificate]).done();
    assert_eq!(party()["certificates"][0]["revoked"], true);
    program.run(&["party", "next", ZAFFIER, "--certificate", certificate]).with(1);
    let other = party()["certificates"][0]["registration"].as_str().unwrap().to_owned();
    let leerplicht = "00000099000003610000/leerplicht";
    let not_its_own = program.run(&["party", "revoke", leerplicht, "--registration", &other]).with(1);
    assert!(
        not_its_own.stderr.contains(&format!("{leerplicht} heeft dit certificaat niet")),
        "{not_its_own:?}"
    );

    // The same certificate never speaks for two parties, and an organisation's only for itself.
    let alkmaar = "try/parties/doorstroompunt/certificate.pem";
    program.run(&["party", "next", leerplicht, "--certificate", alkmaar]).with(1);
    program.run(&["party", "next", ZAFFIER, "--certificate", alkmaar]).with(1);
    program.run(&["party", "next", leerplicht, "--certificate", "try/sluis.toml"]).with(2);
    program.run(&["party", "block", "00000099000000009000/leerplicht"]).with(1);

    let add = [
        "party",
        "add",
        "00000099000003610000/werk-en-inkomen",
        "--certificate",
        alkmaar,
        "--name",
        "Alkmaar",
    ];
    program.run(&[&add[..], &["--municipality", "0361", "--by", "mandate"]].concat()).with(2);
    let taken = program.run(&add).with(1);
    assert!(taken.stderr.contains("is al geregistreerd"), "{}", taken.stderr);
    let alkmaars = "00000099000003610000/werk-en-inkomen";
    let parties = program.run(&["party", "list", "--json"]).done().lines();
    assert!(parties.iter().all(|party| party["party"] != alkmaars), "half a party stayed");

    let events: Vec<String> = program
        .run(&["log", "show", "--json"])
        .done()
        .lines()
        .iter()
        .map(|entry| entry["shared"]["event"].as_str().unwrap().to_owned())
        .collect();
    for event in ["party-blocked", "party-unblocked", "certificate-registered"] {
        assert!(events.iter().any(|one| one == event), "{event}");
    }
    program.run(&["log", "verify"]).done();
}

#[test]
fn a_party_leaves_for_good_and_nobody_takes_its_place_unasked() {
    let program = Program::with_try_out();
    let ca = program.read("try/tls/ca.pem");
    let authority = Authority::from_pem(&ca, &program.read("try/tls/ca.key")).unwrap();
    let now = SystemClock.now();
    let issue = |file: &str, now: Timestamp| {
        let oin = "00000099000050000000".parse().unwrap();
        let issued = authority.client(oin, "Nieuw", file, now, &SystemEntropy::new()).unwrap();
        fs::write(program.path(file), &issued.chain_pem).unwrap();
        ClientCertificate::read(&issued.der).unwrap().not_after()
    };
    let lasts = issue("new.pem", now).duration_since(now);
    issue("new.pem", now - lasts + SignedDuration::from_hours(240));
    let rival = "00000099000050000000/werk-en-inkomen";
    let add = ["party", "add", rival, "--certificate", "new.pem", "--name", "Nieuw"];
    let second = program.run(&[&add[..], &["--municipality", "0361"]].concat()).with(1);
    assert!(second.stderr.contains(ZAFFIER), "{}", second.stderr);
    program.run(&[&add[..], &["--since", "2027-01-01"]].concat()).with(2);

    let unmeant = program.run(&["party", "remove", ZAFFIER]).with(2);
    assert!(unmeant.stderr.contains("0361") && unmeant.stderr.contains("--for-good"), "{unmeant:?}");
    let remove = ["party", "remove", ZAFFIER, "--for-good"];
    program.run(&remove).done();
    program.run(&remove).with(1);
    let listed = program.run(&["party", "list"]).done().stdout;
    assert!(!listed.contains(ZAFFIER), "{listed}");
    program.run(&[&add[..], &["--municipality", "0361"]].concat()).done();
    let listed = program.run(&["party", "list"]).done().stdout;
    assert!(listed.contains("(nog 10 dagen)"), "{listed}");
    assert!(listed.contains("GEEN actieve sleutel"), "{listed}");
    let school = "00000099000050000000/pro-school";
    issue("school.pem", now);
    let add =
        ["party", "add", school, "--certificate", "school.pem", "--name", "School", "--since", "2026-01-01"];
    program.run(&add).done();

    program.run(&["party", "revoke", school, "--certificate", "school.pem"]).done();
    let today = amsterdam_date(SystemClock.now());
    for (language, day) in [(Language::Nl, "ingetrokken op"), (Language::En, "revoked on")] {
        let listed = program.run(&["--lang", language.pick("nl", "en"), "party", "list"]).done().stdout;
        assert!(listed.contains(&format!("{day} {}", moment::short_day(today, language))), "{listed}");
    }
    // A certificate of later today says from which hour.
    let soon = now + SignedDuration::from_hours(1);
    issue("soon.pem", soon + SignedDuration::from_mins(5));
    let begin = {
        let certificate = CertificateDer::from_pem_file(program.path("soon.pem")).unwrap();
        ClientCertificate::read(&certificate).unwrap().not_before()
    };
    let next = program.run(&["party", "next", rival, "--certificate", "soon.pem"]).done();
    let told = format!("pas vanaf {} (Nederlandse tijd)", moment::long(begin, Language::Nl));
    assert!(begin > now && next.stderr.contains(&told), "{told}: {next:?}");
    // A certificate of the party that left is never taken again.
    let own = "try/parties/zaffier/certificate.pem";
    program.run(&["party", "add", ZAFFIER, "--certificate", own, "--name", "Zaffier"]).with(1);
    let events = program.run(&["log", "show", "--json"]).done().lines();
    assert!(events.iter().any(|entry| entry["shared"]["event"] == "party-removed"));
    program.run(&["log", "verify"]).done();
}

#[test]
fn every_public_key_is_shown_in_the_forms_that_profiles_take() {
    let program = Program::with_try_out();
    program.run(&["keys", "rotate", "receipt"]).done();
    let shown = program.run(&["keys", "show", "--json"]).done().json();
    let versions = |kind: &str| {
        shown[kind].as_array().unwrap().iter().map(|one| one["version"].clone()).collect::<Vec<_>>()
    };
    assert_eq!((versions("log"), versions("receipt")), (vec![json!(1)], vec![json!(2), json!(1)]));
    assert_eq!((&shown["atRest"], &shown["pseudonym"]), (&json!([1]), &json!([1])));
    let text = program.run(&["keys", "show"]).done().stdout;
    for key in [&shown["log"][0]["vkey"], &shown["receipt"][1]["jwk"]["x"]] {
        assert!(text.contains(key.as_str().unwrap()), "{text}");
    }
    assert!(text.contains("-----BEGIN PUBLIC KEY-----") && !text.contains("PRIVATE"), "{text}");
    let at_rest = program.read("try/keys/at-rest.v1.key");
    assert!(!text.contains(at_rest.trim()) && !shown.to_string().contains(at_rest.trim()));

    // The JWK is what the try-out gave its parties, and the PEM is the same key.
    let given: Value = serde_json::from_str(&program.read("try/parties/zaffier/receipt.jwk")).unwrap();
    assert_eq!(given["x"], shown["receipt"][1]["jwk"]["x"]);
    let of_pem = sluis::crypto::receipt_key::read(shown["receipt"][1]["pem"].as_str().unwrap()).unwrap();
    assert_eq!(of_pem["x"], given["x"]);
}

#[test]
fn the_brake_works_without_certificates_and_lists() {
    let program = Program::with_try_out();
    fs::remove_dir_all(program.path("try/tls")).unwrap();
    program.run(&["party", "block", ZAFFIER]).done();
    program.run(&["log", "show", "--last", "1"]).done();
}

#[test]
fn every_key_is_rotated_and_what_was_made_before_still_opens() {
    let program = Program::with_try_out();
    for kind in ["at-rest", "pseudonym", "receipt", "log"] {
        let made = program.run(&["keys", "rotate", kind, "--json"]).done().json();
        assert_eq!(made["version"], 2, "{kind}");
    }
    program.run(&["log", "verify"]).done();
    program.run(&["party", "block", ZAFFIER]).done();
    let verified = program.run(&["log", "verify", "--json"]).done().json();
    assert_eq!(verified["report"]["bodies"], 17 * 5, "bodies under the former and the new key");
    fs::remove_file(program.path("try/keys/at-rest.v1.key")).unwrap();
    let lost = program.run(&["log", "verify", "--json"]).with(1).json();
    let findings = lost["report"]["findings"].as_array().unwrap();
    let bodies = findings.iter().filter(|finding| finding["finding"] == "body").count();
    assert_eq!(bodies, 13 * 5, "the former key must stay: {findings:?}");
    assert_eq!(program.run(&["keys", "rotate", "curtain"]).with(2).stdout, "");
}

/// The shared part and the cause of the last entries, the latest first.
fn last(program: &Program, number: &str) -> Vec<(Value, Value)> {
    let entries = program.run(&["log", "show", "--json", "--last", number]).done().lines();
    entries
        .into_iter()
        .rev()
        .map(|entry| (entry["shared"].clone(), entry["gateway"]["cause"].clone()))
        .collect()
}

#[tokio::test]
async fn a_key_that_is_rotated_and_a_copy_that_is_made_are_entries_or_are_not_done() {
    let program = Program::with_try_out();
    program.run(&["keys", "rotate", "receipt"]).done();
    program.run(&["backup", "--out", "whole"]).done();
    program.run(&["backup", "--out", "keys", "--without-database"]).done();
    let told = last(&program, "3");
    let events: Vec<_> = told.iter().map(|(shared, cause)| (&shared["event"], cause)).collect();
    let (backup, operator) = (json!("backup"), json!("operator"));
    let (rotated, receipt) = (json!("gateway-key-rotated"), json!("receipt"));
    assert_eq!(events, [(&backup, &operator), (&backup, &operator), (&rotated, &receipt)]);
    assert_eq!(told[0].0["entries"], Value::Null, "no database, no entries");
    assert_eq!(told[1].0["entries"], json!([0, 13]), "the copy has its own entry");
    program.run(&["log", "verify"]).done();

    // The log takes no more entries.
    let url = format!("sqlite://{}", program.path("try/gateway.db").display());
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    connection
        .execute("CREATE TRIGGER full BEFORE INSERT ON leaf BEGIN SELECT RAISE(ABORT, 'full'); END")
        .await
        .unwrap();
    connection.close().await.unwrap();
    let before = files(&program.path("try/keys"));
    program.run(&["keys", "rotate", "receipt"]).with(75);
    assert_eq!(files(&program.path("try/keys")), before, "no key was made");
    for more in [&["--out", "more"][..], &["--out", "more", "--without-database"]] {
        program.run(&[&["backup"], more].concat()).with(75);
        assert!(files(&program.path("more")).is_empty(), "nothing was copied");
    }
}

#[test]
fn a_backup_is_a_folder_that_stands_on_its_own() {
    let program = Program::with_try_out();
    program.run(&["backup", "--out", "copy"]).done();
    program.run(&["backup", "--out", "copy"]).with(2);
    for file in files(&program.path("copy")) {
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o077, 0, "{}", file.display());
    }
    assert!(!program.path("copy/snapshot.db").exists());
    let verify = ["log", "verify", "--json", "--config"];
    let original = program.run(&[&verify[..], &["try/sluis.toml"]].concat()).done().json();
    fs::rename(program.path("try"), program.path("gone")).unwrap();
    let copy = program.run(&[&verify[..], &["copy/sluis.toml"]].concat()).done().json();
    assert_eq!(copy, original);
}

#[test]
fn an_encrypted_backup_is_one_age_file_with_a_tar_that_others_unpack() {
    let program = Program::with_try_out();
    let identity = envelope::Identity::generate();
    let to = identity.recipient().to_string();
    let told = program.run(&["backup", "--out", "copy", "--to", &to, "--json"]).done().json();
    assert_eq!(told["encrypted"], true);
    assert_eq!(files(&program.path("copy")), [program.path("copy/sluis-backup.tar.age")]);

    let sealed = fs::File::open(program.path("copy/sluis-backup.tar.age")).unwrap();
    let mut tar = fs::File::create(program.path("copy.tar")).unwrap();
    envelope::open(sealed, &mut tar, &identity).unwrap();
    fs::create_dir(program.path("restored")).unwrap();
    let unpacked = Command::new("tar")
        .args(["-xf", "copy.tar", "-C", "restored"])
        .current_dir(program.path(""))
        .output()
        .unwrap();
    assert!(unpacked.status.success() && unpacked.stderr.is_empty(), "{unpacked:?}");
    for file in files(&program.path("restored")) {
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o077, 0, "{}", file.display());
    }
    program.run(&["log", "verify", "--config", "restored/sluis.toml"]).done();
    program.run(&["backup", "--out", "more", "--to", "age1nobody"]).with(2);
    let secret = identity.expose();
    let refused = program.run(&["backup", "--out", "more", "--to", secret.as_str()]).with(2);
    assert!(!refused.stderr.contains(secret.as_str()), "a private key is not printed");
    assert!(refused.stderr.contains("age-keygen -y"), "{}", refused.stderr);
}

#[test]
fn a_backup_of_postgresql_says_which_tool_makes_it() {
    let program = Program::with_try_out();
    let config =
        program.read("try/sluis.toml").replace("sqlite:gateway.db", "postgres://sluis@127.0.0.1:1/sluis");
    fs::write(program.path("try/sluis.toml"), config).unwrap();
    let ended = program.run(&["backup", "--out", "copy"]).with(2);
    assert!(ended.stderr.contains("pg_dump") && !program.path("copy").exists(), "{}", ended.stderr);
    // That keys are copied is an entry: nothing is copied while the database cannot be reached.
    program.run(&["backup", "--out", "copy", "--without-database"]).with(69);
    assert!(files(&program.path("copy")).is_empty());
}
