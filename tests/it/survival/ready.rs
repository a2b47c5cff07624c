//! Ready means that a write would be done now and that a caller could come in; what is wrong is called by its name.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command as Blocking,
};

use super::process::{GENEROUS, Process, Site, removal};
use crate::{
    store::support::Place,
    support::{Actor, Answer, Gateway, left_out},
};
use http::StatusCode;
use jiff::ToSpan as _;
use sluis::{
    domain::{clock::Clock as _, id::SystemEntropy, party::Role},
    identity::validity,
};
use sqlx::{AnyPool, Row as _};

/// A disk of its own, which is gone afterwards.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// None, and a line on the terminal, where this user may not make one.
    fn new(folder: &Path, size: &str) -> Option<Self> {
        let disk = folder.join("disk");
        fs::create_dir(&disk).unwrap();
        let size = format!("size={size},mode=0700");
        let mounted = Blocking::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(&disk).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            Some(Self(disk))
        } else {
            left_out("a disk that is really full: this user may not mount one (root may)");
            None
        }
    }

    /// Takes all the room that is left.
    fn fill(&self) {
        let ballast = fs::File::create(self.0.join("ballast"));
        let mut ballast = ballast.unwrap();
        while std::io::Write::write_all(&mut ballast, &[0; 512]).is_ok() {}
    }

    fn make_room(&self) {
        fs::remove_file(self.0.join("ballast")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: the process that is killed with its test may still have a file on it.
        drop(Blocking::new("umount").arg("-l").arg(&self.0).output());
    }
}

async fn push(school: &Actor, reference: &str, site: &Site) -> Answer {
    school.push("/v1/packets", &format!("een-sleutel-voor-{reference}"), &removal(reference, site.now)).await
}

/// Pushes until one is not done; answers it.
async fn push_until_it_fails(school: &Actor, site: &Site) -> Answer {
    for number in 0..2000 {
        let answer = push(school, &format!("vol-{number}"), site).await;
        if answer.status != StatusCode::CREATED {
            return answer;
        }
    }
    panic!("everything was written");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_called_that_until_there_is_room() {
    let site = Site::new(None, GENEROUS).await;
    let Some(disk) = SmallDisk::new(site.folder.path(), "4m") else { return };
    let database = disk.0.join("gateway.db");
    fs::copy(site.laid.config_path.with_file_name("gateway.db"), &database).unwrap();
    let text = fs::read_to_string(&site.laid.config_path).unwrap();
    let mut config: toml::Table = text.parse().unwrap();
    config["database"]["url"] = toml::Value::String(format!("sqlite:{}", database.display()));
    fs::write(&site.laid.config_path, config.to_string()).unwrap();
    let process = site.start("info").await;
    let school = site.party(Role::ProSchool, &process).await;
    let _college = site.party(Role::Doorstroompunt, &process).await;
    push(&school, "voor", &site).await.expect_status(StatusCode::CREATED);
    assert_eq!(process.ask_ops("/readyz").await, (200, "ready\n".to_owned()));

    disk.fill();
    push_until_it_fails(&school, &site).await.expect_status(StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(process.ask_ops("/readyz").await, (503, "not ready: database_full\n".to_owned()));
    // Also when it is asked again, long after the write that failed.
    assert_eq!(process.ask_ops("/readyz").await, (503, "not ready: database_full\n".to_owned()));
    let (_, metrics) = process.ask_ops("/metrics").await;
    assert!(metrics.contains("sluis_not_ready{reason=\"database_full\"} 1"), "{metrics}");
    let said = process.logged();
    assert!(!said.contains("commit_unknown"), "{said}");
    let once = |message: &str| said.lines().filter(|line| line.contains(message)).count();
    assert_eq!((once("does not write"), once("is not ready")), (1, 1), "{said}");
    assert!(
        said.lines()
            .filter(|line| line.contains("does not write"))
            .all(|line| line.contains("database_full"))
    );

    disk.make_room();
    process.answers_ops("/readyz", 200, "ready").await;
    push(&school, "na", &site).await.expect_status(StatusCode::CREATED);
    process.logs("ready again").await;
    site.verify_open(&process).await;
    process.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_on_the_size_of_files_kills_nobody() {
    let site = Site::new(None, GENEROUS).await;
    let process = site.start_with_small_files(1024, "info").await;
    let school = site.party(Role::ProSchool, &process).await;
    let _college = site.party(Role::Doorstroompunt, &process).await;
    push_until_it_fails(&school, &site).await.expect_status(StatusCode::SERVICE_UNAVAILABLE);
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
