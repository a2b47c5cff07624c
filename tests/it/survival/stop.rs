//! Stopping with grace, saying that the log cannot be written, and not starting on what is not understood.

use std::time::{Duration, Instant};

use http::StatusCode;
use rustix::process::Signal;
use sluis::domain::party::Role;
use sqlx::AnyPool;

use super::{
    pour::{Pour, inbox, repeat},
    process::{GENEROUS, Process, Site, head, removal, rest, send, serve},
};
use crate::{
    store::support::Place,
    support::{Actor, Answer, signal},
};

#[tokio::test(flavor = "multi_thread")]
async fn what_was_accepted_is_finished() {
    let site = Site::new(None, GENEROUS).await;
    let process = site.start("warn").await;
    let school = site.party(Role::ProSchool, &process).await;
    let doorstroompunt = site.party(Role::Doorstroompunt, &process).await;

    // Half of this push is there when the gateway is told to stop.
    let body = removal("halverwege", site.now).to_string();
    let (one, other) = body.split_at(body.len() / 2);
    let mut half = site.raw(&school, &process).await;
    send(&mut half, head("/v1/packets", "halverwege-het-bericht", body.len())).await;
    send(&mut half, one).await;
    let pour = Pour::begin(&site, &school, &process, "bij-het-stoppen");
    pour.reach(30).await;
    process.terminate();
    let mut sent = pour.end().await;
    send(&mut half, other).await;
    let answer = rest(&mut half).await;
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    assert_eq!(process.ended().await.code(), Some(0));

    let process = site.start("warn").await;
    let (school, doorstroompunt) = (site.again(&school, &process), site.again(&doorstroompunt, &process));
    let before = inbox(&doorstroompunt).await;
    let acknowledged = sent.iter().filter(|one| one.answer.is_some()).count();
    assert_eq!(before.len(), acknowledged + 1, "what was written was answered, and no more");
    sent.retain(|one| one.answer.is_some());
    let packets = repeat(&school, &sent).await;
    assert!(packets.is_subset(&before));
    process.stop().await;
}

/// A database that takes the connection and then says nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_start_that_waits_obeys_too() {
    let site = Site::new(None, "").await;
    for told in [Signal::TERM, Signal::INT] {
        let silent = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("postgres://sluis@{}/sluis", silent.local_addr().unwrap());
        let mut command = serve(&site.laid.config_path);
        let log = site.folder.path().join("silent");
        command.env("SLUIS_DATABASE_URL", url).env("SLUIS_LOG", "info");
        command.stdout(std::process::Stdio::null()).stderr(std::fs::File::create(&log).unwrap());
        let mut child = command.spawn().unwrap();
        // It listens for signals before it calls the database.
        let (called, _) =
            tokio::time::timeout(super::process::PATIENCE, silent.accept()).await.unwrap().unwrap();
        assert!(signal(child.id().unwrap(), told));
        let ended = tokio::time::timeout(super::process::PATIENCE, child.wait()).await.unwrap().unwrap();
        let said = std::fs::read_to_string(&log).unwrap();
        assert_eq!(ended.code(), Some(0), "{said}");
        assert!(said.contains("stopping before the start was over"), "{said}");
        drop(called);
    }
}

/// The database refuses every append.
const STUCK: &str = "CREATE TRIGGER stuck BEFORE UPDATE ON log_head \
     BEGIN SELECT RAISE(ABORT, 'the disk is read-only'); END";

#[tokio::test(flavor = "multi_thread")]
async fn without_a_log_nothing_is_taken_or_released_on_sqlite() {
    let site = Site::new(None, GENEROUS).await;
    let process = site.start("off").await;
    let (school, doorstroompunt, packet) = one_waits(&site, &process).await;

    site.meddle(&[STUCK]).await;
    nothing_goes(&site, &process, &school, &doorstroompunt, &packet).await;
    site.meddle(&["DROP TRIGGER stuck"]).await;
    all_goes(&site, &process, &school, &doorstroompunt, &packet).await;
    process.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_log_nothing_is_taken_or_released_on_postgresql() {
    let Some(place) = Place::postgres().await else { return };
    let (server, name) = place.url.rsplit_once('/').unwrap();
    let (server, name) = (format!("{server}/postgres"), name.to_owned());
    let site = Site::new(Some(place), GENEROUS).await;
    let process = site.start("off").await;
    let (school, doorstroompunt, packet) = one_waits(&site, &process).await;

    // As if the server was stopped: its connections end, and no new one is taken.
    let administrator = AnyPool::connect(&server).await.unwrap();
    allow(&administrator, &name, false).await;
    nothing_goes(&site, &process, &school, &doorstroompunt, &packet).await;
    allow(&administrator, &name, true).await;
    all_goes(&site, &process, &school, &doorstroompunt, &packet).await;
    administrator.close().await;
    process.stop().await;
    site.remove().await;
}

async fn allow(administrator: &AnyPool, name: &str, yes: bool) {
    for (statement, value) in [
        ("UPDATE pg_database SET datallowconn = $2 WHERE datname = $1", yes),
        (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND $2 AND pid <> pg_backend_pid()",
            !yes,
        ),
    ] {
        sqlx::query(statement).bind(name.to_owned()).bind(value).execute(administrator).await.unwrap();
    }
}

async fn one_waits(site: &Site, process: &Process) -> (Actor, Actor, String) {
    let school = site.party(Role::ProSchool, process).await;
    let doorstroompunt = site.party(Role::Doorstroompunt, process).await;
    let packet = school.push("/v1/packets", "voor-de-storing-was-er", &removal("wacht", site.now)).await;
    let packet = packet.expect_status(StatusCode::CREATED).text("/id");
    // So many at once that several connections to the database are open when they break.
    let asked = futures_util::future::join_all((0..24).map(|_| doorstroompunt.get("/v1/inbox"))).await;
    assert!(asked.iter().all(|answer| answer.status == StatusCode::OK));
    assert_eq!(process.ask_ops("/readyz").await, (200, "ready\n".to_owned()));
    (school, doorstroompunt, packet)
}

async fn nothing_goes(site: &Site, process: &Process, school: &Actor, doorstroompunt: &Actor, packet: &str) {
    let began = Instant::now();
    let (status, said) = process.ask_ops("/readyz").await;
    println!("not ready was said after {:?}", began.elapsed());
    assert_eq!((status, said.as_str()), (503, "not ready: write_unavailable\n"));
    assert_eq!(process.ask_ops("/healthz").await.0, 200, "the process lives");
    let pushed = school.push("/v1/packets", "tijdens-de-storing", &removal("storing", site.now)).await;
    come_back(&pushed);
    let pulled = doorstroompunt.get(&format!("/v1/packets/{packet}/payload")).await;
    come_back(&pulled);
}

#[track_caller]
fn come_back(answer: &Answer) {
    answer.expect_status(StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.headers["content-type"], "application/problem+json");
    let seconds: u32 = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&seconds));
    let said = String::from_utf8_lossy(&answer.body);
    assert!(!said.contains("read-only") && !said.contains("sql"), "the cause is the operator's: {said}");
}

async fn all_goes(site: &Site, process: &Process, school: &Actor, doorstroompunt: &Actor, packet: &str) {
    let ready = async {
        while process.ask_ops("/readyz").await.0 != 200 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(super::process::PATIENCE, ready).await.expect("it does not recover");
    let again = school.push("/v1/packets", "tijdens-de-storing", &removal("storing", site.now)).await;
    again.expect_status(StatusCode::CREATED);
    doorstroompunt.pull(packet).await;
    site.verify_open(process).await;
}

const NEWER: &str = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
     VALUES (99990101000000, 'of the future', true, '00', 1)";
const NEWER_ON_POSTGRESQL: &str = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
     VALUES (99990101000000, 'of the future', true, '\\x00', 1)";

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_schema_stops_the_start() {
    for place in Place::all().await {
        let newer = if place.url.starts_with("sqlite:") { NEWER } else { NEWER_ON_POSTGRESQL };
        let site = Site::new(Some(place), "").await;
        site.meddle(&[newer]).await;
        let (code, said) = site.fail_to_start().await;
        assert_eq!(code, Some(78), "{said}");
        assert!(said.contains("migrated by a newer Sluis than this one: update the program"), "{said}");
        site.remove().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_policies_stop_the_start() {
    for place in Place::all().await {
        let site = Site::new(Some(place), "").await;
        site.meddle(&["UPDATE log_head SET policy_digest = \
                       'c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00'"])
            .await;
        let (code, said) = site.fail_to_start().await;
        assert_eq!(code, Some(78), "{said}");
        assert!(said.contains("other policies than this gateway has"), "{said}");
        assert!(said.contains("sluis policy activate"), "says what to do: {said}");
        site.remove().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_region_that_nobody_knows_stops_the_start() {
    let site = Site::new(None, "region = \"noord-holland-zuid\"").await;
    let (code, said) = site.fail_to_start().await;
    assert_eq!(code, Some(78), "{said}");
    assert!(said.contains("no region `noord-holland-zuid`"), "{said}");
    assert!(said.contains("noord-holland-noord"), "says which there are: {said}");
}
