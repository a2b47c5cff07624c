//! The operator's commands on PostgreSQL, and beside a gateway that runs, each by the program itself. On SQLite alone
//! `tests/it/cli` has them.

use std::{fs, path::Path, process::Stdio};

use http::StatusCode;
use serde_json::{Value, json};
use sluis::domain::{
    id::SystemEntropy,
    party::{PartyId, Role},
};
use sqlx::AnyPool;

use super::process::{GENEROUS, Site, removal, sluis};
use crate::{store::support::Place, support::left_out};

const ZAFFIER: &str = "00000099000090010000/werk-en-inkomen";

/// A gateway on PostgreSQL that does not run, and who operates it.
struct Operator(Site);

impl Operator {
    async fn new() -> Option<Self> {
        let place = Place::postgres().await?;
        Some(Self(Site::new(Some(place), "").await))
    }

    /// Runs a command with this configuration and expects how it ends; answers what it printed, and what it said.
    async fn with(&self, config: &Path, arguments: &[&str], code: i32) -> (String, String) {
        let mut command = sluis();
        command.args(arguments).arg("--config").arg(config).current_dir(self.0.folder.path());
        let output = command.output().await.unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let (told, said) = (text(output.stdout), text(output.stderr));
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {told}{said}");
        (told, said)
    }

    async fn run(&self, arguments: &[&str], code: i32) -> (String, String) {
        self.with(&self.0.laid.config_path, arguments, code).await
    }

    async fn json(&self, arguments: &[&str]) -> Vec<Value> {
        let (told, _) = self.run(&[arguments, &["--json"]].concat(), 0).await;
        told.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    async fn party(&self, party: &str) -> Value {
        let all = self.json(&["party", "list"]).await;
        all.into_iter().find(|one| one["party"] == party).unwrap()
    }

    /// A certificate of the trusted authority, as a file.
    fn certificate(&self, party: &str, label: &str) -> String {
        let party: PartyId = party.parse().unwrap();
        let authority = &self.0.laid.authority;
        let issued = authority.client(party.oin, "Een organisatie", label, self.0.now, &SystemEntropy::new());
        let name = format!("{label}.pem");
        fs::write(self.0.folder.path().join(&name), issued.unwrap().chain_pem).unwrap();
        name
    }

    /// The configuration with another database, as a file of its own beside it.
    fn elsewhere(&self, url: &str, name: &str) -> std::path::PathBuf {
        let text = fs::read_to_string(&self.0.laid.config_path).unwrap();
        let path = self.0.laid.config_path.with_file_name(name);
        // A log of another database is another log.
        let text = text.replace("[log]", &format!("[log]\nhead = \"{name}-head\""));
        fs::write(&path, text.replace(&self.0.database(), url)).unwrap();
        path
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partys_life_and_the_log_of_it() {
    let Some(operator) = Operator::new().await else { return };
    let newcomer = "00000099000050000000/werk-en-inkomen";
    let (first, next) =
        (operator.certificate(newcomer, "eerste"), operator.certificate(newcomer, "volgende"));
    let add =
        ["party", "add", newcomer, "--certificate", &first, "--name", "Een ’s-Gravenhage", "--municipality"];
    let add = [&add[..], &["0518", "--by", "delegation", "--decision", "Besluit 1"]].concat();
    operator.run(&add, 0).await;
    operator.run(&add, 1).await;
    operator.run(&["party", "next", newcomer, "--certificate", &next], 0).await;
    operator.run(&["party", "revoke", newcomer, "--certificate", &first], 0).await;
    operator.run(&["party", "block", newcomer, "--cause", "laptop-stolen"], 0).await;
    let party = operator.party(newcomer).await;
    assert_eq!((&party["blocked"], &party["name"]), (&json!(true), &json!("Een ’s-Gravenhage")));
    let revoked = party["certificates"].as_array().unwrap().iter().filter(|one| one["revoked"] == true);
    assert_eq!((revoked.count(), party["certificates"].as_array().unwrap().len()), (1, 2));
    operator.run(&["party", "unblock", newcomer], 0).await;
    assert_eq!(operator.party(newcomer).await["blocked"], false);

    let shown = operator.json(&["log", "show", "--last", "1"]).await;
    assert_eq!(shown[0]["shared"]["event"], "party-unblocked");
    let size = shown[0]["index"].as_u64().unwrap() + 1;
    let (proof, _) = operator.run(&["log", "proof", "3"], 0).await;
    assert!(proof.starts_with("c2sp.org/tlog-proof@v1"), "{proof}");
    operator.run(&["log", "proof", "999"], 1).await;
    operator.run(&["log", "export", "--out", "copy", "--proof", "3"], 0).await;
    let kept = ["log", "verify", "--checkpoint", "copy/checkpoint"];
    let verified = operator.json(&kept).await;
    // That entries were shown and the log was copied stands in it too.
    assert_eq!(verified[0]["report"]["entries"], size + 2);
    fs::rename(operator.0.folder.path().join("copy/vkey"), operator.0.folder.path().join("vkey")).unwrap();
    operator.run(&["log", "verify", "--folder", "copy", "--vkey", "vkey"], 0).await;

    operator.0.meddle(&["ALTER TABLE entry_body DISABLE TRIGGER ALL", TAMPER]).await;
    let (found, _) = operator.run(&["log", "verify", "--json"], 1).await;
    assert!(found.contains("\"index\":5"), "{found}");
    operator.0.remove().await;
}

const TAMPER: &str = "UPDATE entry_body SET shared = '\\x00' WHERE idx = 5";

#[tokio::test(flavor = "multi_thread")]
async fn policies_are_activated_and_keys_rotated() {
    let Some(operator) = Operator::new().await else { return };
    assert_eq!(operator.json(&["policy", "activate"]).await[0]["changed"], false);
    for kind in ["at-rest", "pseudonym", "receipt", "log"] {
        assert_eq!(operator.json(&["keys", "rotate", kind]).await[0]["version"], 2, "{kind}");
    }
    let before = operator.json(&["log", "verify"]).await;
    operator.run(&["party", "block", ZAFFIER], 0).await;
    let after = operator.json(&["log", "verify"]).await;
    let entries = |told: &[Value]| told[0]["report"]["entries"].as_u64().unwrap();
    assert!(entries(&after) > entries(&before), "under the new keys, beside the former");
    let process = operator.0.start("off").await;
    let school = operator.0.party(Role::ProSchool, &process).await;
    school.get("/v1/inbox").await.expect_status(StatusCode::OK);
    process.stop().await;
    operator.0.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_of_keys_and_configuration_and_belongs_to_a_dump() {
    let Some(operator) = Operator::new().await else { return };
    let (_, said) = operator.run(&["backup", "--out", "copy"], 2).await;
    assert!(said.contains("pg_dump") && said.contains("--without-database"), "{said}");
    assert!(!operator.0.folder.path().join("copy").exists());
    let told = operator.json(&["backup", "--out", "copy", "--without-database"]).await;
    assert_eq!(told[0]["database"], false);

    let Some(programs) = std::env::var_os("TEST_POSTGRES_BIN") else {
        left_out("a dump that is restored: TEST_POSTGRES_BIN names no programs");
        return;
    };
    let programs = Path::new(&programs);
    let restored = Place::postgres().await.unwrap();
    let dump = operator.0.folder.path().join("dump");
    let (from, to) = (operator.0.database(), restored.url.clone());
    for (program, arguments) in [
        ("pg_dump", vec!["--format=custom", "--file", dump.to_str().unwrap(), &from]),
        ("pg_restore", vec!["--no-owner", "--exit-on-error", "--dbname", &to, dump.to_str().unwrap()]),
    ] {
        let mut command = tokio::process::Command::new(programs.join(program));
        let ended = command.args(arguments).stdin(Stdio::null()).status().await.unwrap();
        assert!(ended.success(), "{program}");
    }
    let verified = operator.json(&["log", "verify"]).await;
    let copy = operator.0.folder.path().join("copy/sluis.toml");
    let text = fs::read_to_string(&copy).unwrap();
    fs::write(&copy, text.replace(&from, &to)).unwrap();
    let (again, _) = operator.with(&copy, &["log", "verify", "--json"], 0).await;
    assert_eq!(vec![serde_json::from_str::<Value>(&again).unwrap()], verified);
    restored.remove().await;
    operator.0.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_migrates_may_be_another_than_who_runs() {
    let Some(operator) = Operator::new().await else { return };
    let fresh = Place::postgres().await.unwrap();
    let (server, name) = fresh.url.rsplit_once('/').unwrap();
    let (_, host) = server.rsplit_once('@').unwrap();
    let (owner, runner) = (format!("{name}_owner"), format!("{name}_runner"));
    let pool = AnyPool::connect(&fresh.url).await.unwrap();
    let carry_out = async |statements: &[String]| {
        for statement in statements {
            sqlx::query(sqlx::AssertSqlSafe(statement.clone())).execute(&pool).await.unwrap();
        }
    };
    carry_out(&[
        format!("CREATE ROLE {owner} LOGIN"),
        format!("CREATE ROLE {runner} LOGIN"),
        format!("GRANT CREATE ON SCHEMA public TO {owner}"),
    ])
    .await;
    let as_role = |role: &str| format!("postgres://{role}@{host}/{name}");
    let migrating = operator.elsewhere(&as_role(&owner), "migrating.toml");
    let running = operator.elsewhere(&as_role(&runner), "running.toml");
    let (_, said) = operator.with(&running, &["party", "list"], 78).await;
    assert!(said.contains("sluis migrate"), "{said}");
    operator.with(&migrating, &["migrate"], 0).await;
    operator.with(&migrating, &["migrate"], 0).await;
    carry_out(&[
        format!("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {runner}"),
        format!("REVOKE INSERT, UPDATE, DELETE ON _sqlx_migrations FROM {runner}"),
    ])
    .await;
    let certificate = "gateway/parties/zaffier/certificate.pem";
    let add = ["party", "add", ZAFFIER, "--certificate", certificate, "--name", "Zaffier"];
    operator.with(&running, &add, 0).await;
    operator.with(&running, &["log", "verify"], 0).await;
    let process = operator.0.start_with(&running, "off").await;
    assert_eq!(process.ask_ops("/readyz").await, (200, "ready\n".to_owned()));
    process.stop().await;
    carry_out(&[
        format!("DROP OWNED BY {owner} CASCADE"),
        format!("DROP OWNED BY {runner} CASCADE"),
        format!("DROP ROLE {owner}"),
        format!("DROP ROLE {runner}"),
    ])
    .await;
    pool.close().await;
    fresh.remove().await;
    operator.0.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_not_there_is_told_from_one_that_is_wrong() {
    let Some(operator) = Operator::new().await else { return };
    let (server, _) =
        operator.0.database().rsplit_once('/').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    for (url, code, what) in [
        ("postgres://postgres@127.0.0.1:1/sluis".to_owned(), 69, "draait de server"),
        (format!("{server}/is_er_niet"), 78, "geen database met die naam"),
        (server.replace("postgres@", "niemand_hier@") + "/postgres", 78, "laat deze gebruiker niet binnen"),
    ] {
        let config = operator.elsewhere(&url, "elsewhere.toml");
        for command in [&["serve"][..], &["party", "list"]] {
            let (_, said) = operator.with(&config, command, code).await;
            assert!(said.contains(what), "{command:?}: {said}");
        }
    }
    operator.0.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_party_with_work_open_is_not_removed() {
    let mut places = vec![None];
    places.extend(Place::postgres().await.map(Some));
    for place in places {
        let operator = Operator(Site::new(place, GENEROUS).await);
        let process = operator.0.start("off").await;
        let school = operator.0.party(Role::ProSchool, &process).await;
        let college = operator.0.party(Role::Doorstroompunt, &process).await;
        let (from, to) = (school.party.to_string(), college.party.to_string());
        let body = removal("L-2031", operator.0.now);
        let pushed = school.push("/v1/packets", "een-sleutel-voor-L-2031", &body).await;
        let packet = pushed.expect_status(StatusCode::CREATED).text("/id");
        let before = operator.json(&["log", "verify"]).await;
        for (party, counted) in [(&to, ["1 ", "0 "]), (&from, ["0 ", "1 "])] {
            let (_, said) = operator.run(&["party", "remove", party, "--for-good"], 1).await;
            assert!(counted.iter().all(|number| said.contains(number)), "{said}");
            assert!(said.contains("bevestigen") && said.contains("party block"), "{said}");
            assert_eq!(operator.party(party).await["blocked"], false, "half a removal");
        }
        assert_eq!(operator.json(&["log", "verify"]).await, before, "what was refused left no entry");
        // It goes on as if nothing had been asked: collected is not done yet, acknowledged is.
        college.pull(&packet).await;
        operator.run(&["party", "remove", &to, "--for-good"], 1).await;
        college
            .post(&format!("/v1/packets/{packet}/acknowledgement"), &json!({}))
            .await
            .expect_status(StatusCode::OK);
        operator.run(&["party", "remove", &to, "--for-good"], 0).await;
        college.get("/v1/inbox").await.expect_problem(401, "certificate-unknown");
        operator.run(&["party", "remove", &from, "--for-good"], 0).await;
        operator.run(&["log", "verify"], 0).await;
        process.stop().await;
        operator.0.remove().await;
    }
}
