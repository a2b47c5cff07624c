//! Ready means that a write would be done now and that a caller could come in; what is wrong is called by its name.

use std::{
    fs,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::PathBuf,
    process::Command as Blocking,
};

use super::process::{GENEROUS, Process, Site, removal, sluis};
use crate::{
    store::support::Place,
    support::{Actor, Answer, Gateway, declaration, left_out},
};
use http::StatusCode;
use jiff::ToSpan as _;
use serde_json::json;
use sluis::{
    domain::{clock::Clock as _, id::SystemEntropy, party::Role},
    identity::{
        ClientCertificate,
        authority::{Authority, Issued},
        validity,
    },
};
use sqlx::{AnyPool, Row as _, any::AnyPoolOptions};
use tempfile::TempDir;

/// A disk of its own, which is gone afterwards.
struct SmallDisk(TempDir);

impl SmallDisk {
    /// For files of this user. None, and a line on the terminal, where the user of the tests may not make one.
    fn new(size: &str, owner: u32) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o711)).unwrap();
        let disk = Self(folder);
        fs::create_dir(disk.path()).unwrap();
        let size = format!("size={size},mode=0700,uid={owner}");
        let mounted =
            Blocking::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(disk.path()).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            Some(disk)
        } else {
            left_out("a disk that is really full: this user may not mount one (root may)");
            None
        }
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("disk")
    }

    /// Takes all the room that is left.
    fn fill(&self) {
        let ballast = fs::File::create(self.path().join("ballast"));
        let mut ballast = ballast.unwrap();
        while std::io::Write::write_all(&mut ballast, &[0; 512]).is_ok() {}
    }

    fn make_room(&self) {
        fs::remove_file(self.path().join("ballast")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: the process that is killed with its test may still have a file on it.
        drop(Blocking::new("umount").arg("-l").arg(self.path()).output());
    }
}

/// A server's own user, where the server's files are on this machine.
async fn user_of(server: &AnyPool) -> Option<u32> {
    let row = sqlx::query("SELECT current_setting('data_directory')").fetch_one(server).await.unwrap();
    let owner = fs::metadata(row.get::<String, _>(0)).ok().map(|found| found.uid());
    if owner.is_none() {
        left_out("a PostgreSQL whose disk is full: its files are not on this machine");
    }
    owner
}

async fn carry_out(server: &AnyPool, statement: String) {
    sqlx::query(sqlx::AssertSqlSafe(statement)).execute(server).await.unwrap();
}

async fn push(school: &Actor, reference: &str, site: &Site) -> Answer {
    school.push("/v1/packets", &format!("een-sleutel-voor-{reference}"), &removal(reference, site.now)).await
}

/// Pushes until one is not done; answers those that were, and it.
async fn push_until_it_fails(school: &Actor, site: &Site) -> (Vec<String>, String, Answer) {
    let mut done = Vec::new();
    for number in 0..2000 {
        let reference = format!("vol-{number}");
        let answer = push(school, &reference, site).await;
        if answer.status != StatusCode::CREATED {
            return (done, reference, answer);
        }
        done.push(answer.text("/id"));
    }
    panic!("everything was written");
}

/// The database of this site stands on this disk.
async fn is_called_full_until_there_is_room(site: &Site, disk: &SmallDisk) {
    let process = site.start("info").await;
    let school = site.party(Role::ProSchool, &process).await;
    let _college = site.party(Role::Doorstroompunt, &process).await;
    let before = push(&school, "voor", site).await.expect_status(StatusCode::CREATED).text("/id");
    assert_eq!(process.ask_ops("/readyz").await, (200, "ready\n".to_owned()));

    disk.fill();
    let (mut acknowledged, refused, answer) = push_until_it_fails(&school, site).await;
    answer.expect_problem(503, "unavailable");
    assert!(answer.headers.contains_key("retry-after"), "{:?}", answer.headers);
    assert_eq!(process.ask_ops("/readyz").await, (503, "not ready: database_full\n".to_owned()));
    // Also when it is asked again, long after the write that failed.
    assert_eq!(process.ask_ops("/readyz").await, (503, "not ready: database_full\n".to_owned()));
    let (_, metrics) = process.ask_ops("/metrics").await;
    assert!(metrics.contains("sluis_not_ready{reason=\"database_full\"} 1"), "{metrics}");
    let said = process.logged();
    assert!(!said.contains("commit_unknown"), "{said}");
    let once = |message: &str| said.lines().filter(|line| line.contains(message)).count();
    // A write that is not a caller's may meet the full disk first, and a smaller one still find room behind it.
    assert_eq!(once("does not write"), once("writes again") + 1, "{said}");
    assert!((1..=once("does not write")).contains(&once("is not ready")), "{said}");
    assert!(
        said.lines()
            .filter(|line| line.contains("does not write"))
            .all(|line| line.contains("database_full"))
    );

    disk.make_room();
    process.answers_ops("/readyz", 200, "ready").await;
    // The same push again, under the same key, is now done, and once.
    let again = push(&school, &refused, site).await.expect_status(StatusCode::CREATED).text("/id");
    assert_eq!(push(&school, &refused, site).await.text("/id"), again);
    acknowledged.extend([before, again]);
    process.logs("ready again").await;
    for id in &acknowledged {
        school.get(&format!("/v1/packets/{id}")).await.expect_status(StatusCode::OK);
    }
    let outbox = school.get("/v1/packets?limit=500").await.json();
    assert_eq!(
        outbox["items"].as_array().unwrap().len(),
        acknowledged.len(),
        "what was refused is not there"
    );
    site.verify_open(&process).await;
    process.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_called_that_until_there_is_room() {
    let site = Site::new(None, GENEROUS).await;
    let Some(disk) = SmallDisk::new("4m", rustix::process::getuid().as_raw()) else { return };
    let database = disk.path().join("gateway.db");
    fs::copy(site.laid.config_path.with_file_name("gateway.db"), &database).unwrap();
    let text = fs::read_to_string(&site.laid.config_path).unwrap();
    let mut config: toml::Table = text.parse().unwrap();
    config["database"]["url"] = toml::Value::String(format!("sqlite:{}", database.display()));
    fs::write(&site.laid.config_path, config.to_string()).unwrap();
    is_called_full_until_there_is_room(&site, &disk).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_disk_is_full_is_called_that_until_there_is_room() {
    let Some(place) = Place::postgres().await else { return };
    let (server, name) = place.url.rsplit_once('/').unwrap();
    let (server, name) = (format!("{server}/postgres"), name.to_owned());
    let administrator = AnyPool::connect(&server).await.unwrap();
    let Some(owner) = user_of(&administrator).await else { return place.remove().await };
    let Some(disk) = SmallDisk::new("32m", owner) else { return place.remove().await };
    let site = Site::new(Some(place), GENEROUS).await;
    let data = disk.path();
    carry_out(&administrator, format!("CREATE TABLESPACE \"{name}\" LOCATION '{}'", data.display())).await;
    carry_out(&administrator, format!("ALTER DATABASE \"{name}\" SET TABLESPACE \"{name}\"")).await;
    is_called_full_until_there_is_room(&site, &disk).await;
    site.remove().await;
    carry_out(&administrator, format!("DROP TABLESPACE \"{name}\"")).await;
    administrator.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_on_the_size_of_files_kills_nobody() {
    let site = Site::new(None, GENEROUS).await;
    let process = site.start_with_small_files(1024, "info").await;
    let school = site.party(Role::ProSchool, &process).await;
    let _college = site.party(Role::Doorstroompunt, &process).await;
    let (_, _, answer) = push_until_it_fails(&school, &site).await;
    answer.expect_status(StatusCode::SERVICE_UNAVAILABLE);
    let (status, why) = process.ask_ops("/readyz").await;
    assert_eq!((status, why.as_str()), (503, "not ready: database_io\n"));
    process.stop().await;
    let process = site.start("off").await;
    site.verify_open(&process).await;
    process.stop().await;
}

/// Does something to the head that no gateway would, and expects that it is called by this name until it is undone.
async fn with_damage(site: &Site, process: &Process, damage: &'static str, code: &str) {
    sqlx::any::install_default_drivers();
    let pool = AnyPool::connect(&site.database()).await.unwrap();
    let row = sqlx::query("SELECT policy_digest, frontier FROM log_head").fetch_one(&pool).await.unwrap();
    let (policy, frontier): (String, Vec<u8>) = (row.get(0), row.get(1));
    sqlx::query(damage).execute(&pool).await.unwrap();
    assert_eq!(process.ask_ops("/readyz").await, (503, format!("not ready: {code}\n")));
    let undo = "UPDATE log_head SET policy_digest = $1, frontier = $2";
    sqlx::query(undo).bind(policy).bind(frontier).execute(&pool).await.unwrap();
    assert_eq!(process.ask_ops("/readyz").await, (200, "ready\n".to_owned()));
    pool.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_no_write_would_take_is_not_ready() {
    let mut places = vec![None];
    places.extend(Place::postgres().await.map(Some));
    for place in places {
        let empty = if place.is_some() {
            "UPDATE log_head SET frontier = '\\x00'"
        } else {
            "UPDATE log_head SET frontier = x'00'"
        };
        let site = Site::new(place, GENEROUS).await;
        let process = site.start("error").await;
        with_damage(
            &site,
            &process,
            "UPDATE log_head SET policy_digest = REPLACE(policy_digest, '0', '1')",
            "policy_differs",
        )
        .await;
        with_damage(&site, &process, empty, "store_inconsistent").await;
        process.stop().await;
        site.remove().await;
    }
}

/// A file that is no longer at its path takes no write: nobody would find what was acknowledged.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_file_that_is_moved_away_takes_no_write_until_it_is_back() {
    let site = Site::new(None, GENEROUS).await;
    let process = site.start("info").await;
    let school = site.party(Role::ProSchool, &process).await;
    let _college = site.party(Role::Doorstroompunt, &process).await;
    let before = push(&school, "voor", &site).await.expect_status(StatusCode::CREATED).text("/id");
    assert_eq!(process.ask_ops("/readyz").await, (200, "ready\n".to_owned()));
    let file = site.laid.config_path.with_file_name("gateway.db");
    let aside = site.folder.path().join("aside.db");
    let moved = (503, "not ready: database_moved\n".to_owned());
    let mut acknowledged = vec![before];

    fs::rename(&file, &aside).unwrap();
    for case in ["none", "another", "a copy", "a folder"] {
        match case {
            "another" => fs::write(&file, "").unwrap(),
            "a copy" => drop(fs::copy(&aside, &file).unwrap()),
            "a folder" => fs::create_dir(&file).unwrap(),
            _ => {}
        }
        assert_eq!(process.ask_ops("/readyz").await, moved, "{case}");
        push(&school, &case.replace(' ', "-"), &site).await.expect_problem(503, "unavailable");
        match case {
            "none" => {}
            "a folder" => fs::remove_dir(&file).unwrap(),
            _ => fs::remove_file(&file).unwrap(),
        }
    }
    let (_, metrics) = process.ask_ops("/metrics").await;
    assert!(metrics.contains("sluis_not_ready{reason=\"database_moved\"} 1"), "{metrics}");
    process.logs("the database does not write").await;
    fs::rename(&aside, &file).unwrap();
    assert_eq!(process.ask_ops("/readyz").await, (200, "ready\n".to_owned()));
    acknowledged.push(push(&school, "na", &site).await.expect_status(StatusCode::CREATED).text("/id"));

    // The folder above it, too; and after a restart everything that was acknowledged is there.
    let folder = file.parent().unwrap().to_owned();
    let elsewhere = site.folder.path().join("elsewhere");
    fs::rename(&folder, &elsewhere).unwrap();
    assert_eq!(process.ask_ops("/readyz").await, moved);
    fs::rename(&elsewhere, &folder).unwrap();
    process.stop().await;
    let process = site.start("off").await;
    let school = site.again(&school, &process);
    for id in &acknowledged {
        school.get(&format!("/v1/packets/{id}")).await.expect_status(StatusCode::OK);
    }
    fs::remove_file(&file).unwrap();
    assert_eq!(process.ask_ops("/readyz").await, moved, "deleted");
    process.kill().await;
}

/// Other pages may be read and written yet: it is not whole before it was put back.
#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_met_a_damaged_page_is_not_ready_though_it_can_write_elsewhere() {
    let site = Site::new(None, GENEROUS).await;
    let process = site.start("off").await;
    let school = site.party(Role::ProSchool, &process).await;
    let _college = site.party(Role::Doorstroompunt, &process).await;
    let file = site.laid.config_path.with_file_name("gateway.db");
    let pages = AnyPoolOptions::new().connect(&format!("sqlite:{}", file.display())).await.unwrap();
    let page = sqlx::query("SELECT rootpage FROM sqlite_master WHERE name = 'declaration'").fetch_one(&pages);
    let page: i64 = page.await.unwrap().get(0);
    pages.close().await;
    let damaged = fs::File::options().write(true).open(&file).unwrap();
    let place = (u64::try_from(page).unwrap() - 1) * 4096;
    std::os::unix::fs::FileExt::write_all_at(&damaged, &[0x5a; 4096], place).unwrap();

    let person = json!({ "reference": { "kind": "own", "value": "L-1" }, "birthDate": "2007-06-01" });
    let wish =
        declaration("bezwaar", "verwijderingsmelding", &person, "persoon", Role::Doorstroompunt, site.now);
    let said = school.push("/v1/declarations", "sleutel-van-een-verklaring", &wish).await;
    said.expect_problem(503, "unavailable");
    assert_eq!(process.ask_ops("/readyz").await, (503, "not ready: database_damaged\n".to_owned()));
    process.kill().await;
}

/// What SQLite has not yet put in the file itself stands beside it: without that, nobody would find it after a fall.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_beside_the_database_that_is_taken_away_stops_every_write_and_costs_nothing() {
    let site = Site::new(None, GENEROUS).await;
    let moved = (503, "not ready: database_moved\n".to_owned());
    let mut process = site.start("off").await;
    let school = site.party(Role::ProSchool, &process).await;
    let _college = site.party(Role::Doorstroompunt, &process).await;
    let mut acknowledged = Vec::new();
    for ending in ["wal", "shm"] {
        let school = site.again(&school, &process);
        let written = push(&school, ending, &site).await.expect_status(StatusCode::CREATED).text("/id");
        acknowledged.push(written);
        assert_eq!(process.ask_ops("/readyz").await, (200, "ready\n".to_owned()), "{ending}");
        let file = site.laid.config_path.with_file_name(format!("gateway.db-{ending}"));
        let aside = site.folder.path().join(ending);
        fs::rename(&file, &aside).unwrap();
        assert_eq!(process.ask_ops("/readyz").await, moved, "{ending}");
        fs::copy(&aside, &file).unwrap();
        assert_eq!(process.ask_ops("/readyz").await, moved, "a copy of {ending}");
        let refused = push(&school, &format!("{ending}-weg"), &site).await;
        refused.expect_problem(503, "unavailable");
        fs::rename(&aside, &file).unwrap();
        assert_eq!(process.ask_ops("/readyz").await, (200, "ready\n".to_owned()), "{ending} is back");
        let written = push(&school, &format!("{ending}-terug"), &site).await;
        acknowledged.push(written.expect_status(StatusCode::CREATED).text("/id"));

        // Who stops has SQLite put everything in the file itself, also from what is gone.
        fs::remove_file(&file).unwrap();
        assert_eq!(process.ask_ops("/readyz").await, moved, "{ending} is deleted");
        process.stop().await;
        process = site.start("off").await;
        let school = site.again(&school, &process);
        for id in &acknowledged {
            school.get(&format!("/v1/packets/{id}")).await.expect_status(StatusCode::OK);
        }
    }
    site.verify_open(&process).await;
    process.stop().await;
}

const TABLES_OF_SQLITE: &str = "SELECT name FROM sqlite_master \
     WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite%'";
const TABLES_OF_POSTGRES: &str = "SELECT table_name::text AS name FROM information_schema.tables \
     WHERE table_schema = 'public' AND table_name NOT LIKE '\\_%'";

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_lacks_a_table_is_not_ready() {
    let mut places = vec![None];
    places.extend(Place::postgres().await.map(Some));
    for place in places {
        let all = if place.is_some() { TABLES_OF_POSTGRES } else { TABLES_OF_SQLITE };
        let site = Site::new(place, GENEROUS).await;
        let process = site.start("off").await;
        // One connection: another would still know the name that the first has given back.
        let pool = AnyPoolOptions::new().max_connections(1).connect(&site.database()).await.unwrap();
        let tables = sqlx::query(all).fetch_all(&pool).await.unwrap();
        assert!(tables.len() > 20, "{} tables", tables.len());
        for table in tables.iter().map(|row| row.get::<String, _>("name")) {
            carry_out(&pool, format!("ALTER TABLE {table} RENAME TO gone")).await;
            let answer = process.ask_ops("/readyz").await;
            assert_eq!(answer, (503, "not ready: store_schema\n".to_owned()), "{table}");
            carry_out(&pool, format!("ALTER TABLE gone RENAME TO {table}")).await;
            process.answers_ops("/readyz", 200, "ready").await;
        }
        pool.close().await;
        process.stop().await;
        site.remove().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_without_rights_on_a_table_is_not_ready() {
    let Some(place) = Place::postgres().await else { return };
    let owners = place.url.clone();
    let (server, name) = owners.rsplit_once('/').unwrap();
    let administrator = AnyPool::connect(&format!("{server}/postgres")).await.unwrap();
    let role = format!("rol_{name}");
    let site = Site::new(Some(place), GENEROUS).await;
    let owner = AnyPool::connect(&owners).await.unwrap();
    carry_out(&administrator, format!("CREATE ROLE \"{role}\" LOGIN PASSWORD 'proef'")).await;
    carry_out(
        &owner,
        format!("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO \"{role}\""),
    )
    .await;
    let host =
        server.rsplit_once('@').map_or_else(|| server.trim_start_matches("postgres://"), |(_, host)| host);
    let password = site.folder.path().join("password");
    fs::write(&password, "proef").unwrap();
    fs::set_permissions(&password, fs::Permissions::from_mode(0o600)).unwrap();
    let mut config: toml::Table = fs::read_to_string(&site.laid.config_path).unwrap().parse().unwrap();
    config["database"]["url"] = toml::Value::String(format!("postgres://{role}@{host}/{name}"));
    let database = config["database"].as_table_mut().unwrap();
    database.insert("password_file".to_owned(), toml::Value::String(password.display().to_string()));
    fs::write(&site.laid.config_path, config.to_string()).unwrap();
    let process = site.start("off").await;
    assert_eq!(process.ask_ops("/readyz").await, (200, "ready\n".to_owned()));
    for right in ["INSERT", "SELECT"] {
        carry_out(&owner, format!("REVOKE {right} ON entry_body FROM \"{role}\"")).await;
        assert_eq!(
            process.ask_ops("/readyz").await,
            (503, "not ready: store_schema\n".to_owned()),
            "{right}"
        );
        carry_out(&owner, format!("GRANT {right} ON entry_body TO \"{role}\"")).await;
        assert_eq!(process.ask_ops("/readyz").await, (200, "ready\n".to_owned()));
    }
    process.stop().await;
    carry_out(&owner, format!("DROP OWNED BY \"{role}\"")).await;
    owner.close().await;
    site.remove().await;
    carry_out(&administrator, format!("DROP ROLE \"{role}\"")).await;
    administrator.close().await;
}

/// A door that opens for nobody is not ready, whyever that is.
#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_would_let_in_no_party_is_not_ready() {
    let site = Site::new(None, GENEROUS).await;
    let process = site.start("off").await;
    let operate = async |arguments: &[&str]| {
        let mut command = sluis();
        let output = command.args(arguments).arg("--config").arg(&site.laid.config_path).output();
        let output = output.await.unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    };
    let parties: Vec<_> = site.laid.parties.iter().map(|party| party.party.to_string()).collect();
    let (last, others) = parties.split_last().unwrap();
    for party in others {
        operate(&["party", "block", party]).await;
    }
    assert_eq!(process.ask_ops("/readyz").await, (200, "ready\n".to_owned()), "one party may call");
    let nobody = (503, "not ready: no_caller\n".to_owned());
    operate(&["party", "block", last]).await;
    assert_eq!(process.ask_ops("/readyz").await, nobody);
    let (_, metrics) = process.ask_ops("/metrics").await;
    assert!(metrics.contains("sluis_not_ready{reason=\"no_caller\"} 1"), "{metrics}");
    operate(&["party", "unblock", last]).await;
    assert_eq!(process.ask_ops("/readyz").await, (200, "ready\n".to_owned()));

    let file = site.laid.parties_folder.join(&site.laid.parties.last().unwrap().name).join("certificate.pem");
    operate(&["party", "revoke", last, "--certificate", file.to_str().unwrap()]).await;
    assert_eq!(process.ask_ops("/readyz").await, nobody, "its only certificate was revoked");
    operate(&["party", "remove", last, "--for-good"]).await;
    assert_eq!(process.ask_ops("/readyz").await, nobody, "removed");
    operate(&["party", "unblock", &others[0]]).await;
    assert_eq!(process.ask_ops("/readyz").await, (200, "ready\n".to_owned()));
    process.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_only_lets_read_is_called_that() {
    let Some(place) = Place::postgres().await else { return };
    let (server, name) = place.url.rsplit_once('/').unwrap();
    let (server, name) = (format!("{server}/postgres"), name.to_owned());
    let site = Site::new(Some(place), GENEROUS).await;
    let process = site.start("error").await;
    let administrator = AnyPool::connect(&server).await.unwrap();
    let set = async |on: bool| {
        let text = format!(
            "ALTER DATABASE \"{name}\" SET default_transaction_read_only = {}",
            if on { "on" } else { "off" }
        );
        sqlx::query(sqlx::AssertSqlSafe(text)).execute(&administrator).await.unwrap();
        let drop = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1";
        sqlx::query(drop).bind(name.clone()).execute(&administrator).await.unwrap();
    };
    set(true).await;
    process.answers_ops("/readyz", 503, "not ready: database_readonly\n").await;
    process.logs("database_readonly").await;
    set(false).await;
    process.answers_ops("/readyz", 200, "ready").await;
    administrator.close().await;
    process.stop().await;
    site.remove().await;
}

/// What the operator's listener of a gateway in this process says.
async fn readyz(gateway: &Gateway) -> (u16, String) {
    let answer =
        gateway.http(None).get(format!("http://{}/readyz", gateway.running.ops)).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_door_through_which_nobody_comes_is_not_ready() {
    let gateway = Gateway::start().await;
    assert_eq!(readyz(&gateway).await, (200, "ready\n".to_owned()));
    // Its own certificate must outlive the lists, which the try-out gives the same end.
    gateway.pass(1.day());
    let (now, tls) = (gateway.clock.now(), &gateway.laid.config.tls);
    let renewed = gateway
        .laid
        .authority
        .server(
            "00000099000000000001".parse().unwrap(),
            "Een gateway",
            &["localhost"],
            now,
            &SystemEntropy::new(),
        )
        .unwrap();
    fs::write(&tls.key, renewed.key_pem.as_bytes()).unwrap();
    fs::write(&tls.certificate, &renewed.chain_pem).unwrap();
    gateway.running.reload().await;
    gateway.clock.set(gateway.running.exchange.trust().revocations.ends().max().unwrap());
    assert_eq!(readyz(&gateway).await, (503, "not ready: crl_expired\n".to_owned()));
    let pem = fs::read(&gateway.laid.config.tls.certificate).unwrap();
    let own_end = *validity::certificate_ends(&pem).iter().min().unwrap();
    gateway.clock.set(own_end);
    assert_eq!(readyz(&gateway).await, (503, "not ready: server_certificate_expired\n".to_owned()));
    gateway.stop().await;
}

/// An authority that is trusted no more, or that took every certificate back, keeps all of its parties out.
#[tokio::test(flavor = "multi_thread")]
async fn a_door_that_no_registered_certificate_opens_is_not_ready() {
    let gateway = Gateway::start().await;
    let (now, tls) = (gateway.clock.now(), &gateway.laid.config.tls);
    let (anchor, list) = (&tls.trust[0].file, &tls.revocation.files[0]);
    let trusted = (fs::read(anchor).unwrap(), fs::read(list).unwrap());
    let ready = (200, "ready\n".to_owned());
    let nobody = (503, "not ready: no_caller\n".to_owned());
    assert_eq!(readyz(&gateway).await, ready);

    let other = Authority::root("Een andere", now, &SystemEntropy::new()).unwrap();
    fs::write(anchor, other.certificate_pem()).unwrap();
    fs::write(list, other.revocation_list(&[], 1, now).unwrap()).unwrap();
    gateway.running.reload().await;
    assert_eq!(readyz(&gateway).await, nobody, "their authority is not trusted any more");

    fs::write(anchor, &trusted.0).unwrap();
    fs::write(list, &trusted.1).unwrap();
    gateway.running.reload().await;
    assert_eq!(readyz(&gateway).await, ready);

    let leaves: Vec<_> = gateway.laid.parties.iter().map(|party| leaf(&party.certificate)).collect();
    let (_, all_but_one) = leaves.split_last().unwrap();
    for (number, (taken, expected)) in [(all_but_one, ready), (&leaves[..], nobody)].into_iter().enumerate() {
        let serials: Vec<_> = taken.iter().map(ClientCertificate::serial).collect();
        let number = 1_000 + u64::try_from(number).unwrap();
        let later = gateway.laid.authority.revocation_list(&serials, number, now).unwrap();
        fs::write(list, later).unwrap();
        gateway.running.reload().await;
        assert_eq!(readyz(&gateway).await, expected, "{} of {} are revoked", taken.len(), leaves.len());
    }
    gateway.stop().await;
}

fn leaf(issued: &Issued) -> ClientCertificate {
    ClientCertificate::read(&issued.der).unwrap()
}
