//! The database is moved from SQLite to PostgreSQL: with the log as it is, and with one log afterwards.

use std::{fs, path::PathBuf, process::Output};

use http::StatusCode;
use sluis::domain::party::Role;
use sqlx::AnyPool;

use super::process::{GENEROUS, Site, removal, sluis};
use crate::{store::support::Place, support::Actor};

/// A configuration beside the site's own, with this database.
fn with_database(site: &Site, url: &str) -> PathBuf {
    let mut all: toml::Table = fs::read_to_string(&site.laid.config_path).unwrap().parse().unwrap();
    let database = toml::Table::from_iter([("url".to_owned(), url.into())]);
    all.insert("database".to_owned(), database.into());
    let path = site.laid.config_path.with_file_name("other.toml");
    fs::write(&path, all.to_string()).unwrap();
    path
}

async fn relocate(site: &Site, to: &PathBuf) -> Output {
    let mut command = sluis();
    command.args(["database", "move", "--json", "--config"]).arg(&site.laid.config_path);
    command.arg("--to").arg(to).output().await.unwrap()
}

async fn push(school: &Actor, reference: &str, site: &Site) -> crate::support::Answer {
    school.push("/v1/packets", &format!("een-sleutel-voor-{reference}"), &removal(reference, site.now)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_moves_to_a_server_and_the_old_one_is_left() {
    let Some(place) = Place::postgres().await else { return };
    let site = Site::new(None, GENEROUS).await;
    let process = site.start("error").await;
    let school = site.party(Role::ProSchool, &process).await;
    let college = site.party(Role::Doorstroompunt, &process).await;
    let mut ids = Vec::new();
    for number in 0..40 {
        let reference = format!("verhuisd-{number}");
        ids.push(push(&school, &reference, &site).await.expect_status(StatusCode::CREATED).text("/id"));
    }
    let path = format!("/v1/packets/{}/payload", ids[0]);
    let sealed = college.get(&path).await.expect_status(StatusCode::OK).body.clone();
    let before = site.verify_open(&process).await;

    // While the gateway runs: an operator forgets.
    let to = with_database(&site, &place.url);
    let moved = relocate(&site, &to).await;
    assert!(moved.status.success(), "{}", String::from_utf8_lossy(&moved.stderr));
    let document: serde_json::Value = serde_json::from_slice(&moved.stdout).unwrap();
    assert_eq!((&document["moved"], &document["entries"]), (&true.into(), &before.into()));

    // Nothing is written, and so nothing is released, by who still has the old one.
    push(&school, "te-laat", &site).await.expect_problem(503, "unavailable");
    college.get(&path).await.expect_problem(503, "unavailable");
    assert_eq!(process.ask_ops("/readyz").await, (503, "not ready: database_left\n".to_owned()));
    process.stop().await;
    let (code, said) = site.fail_to_start().await;
    assert_eq!(code, Some(78), "{said}");
    assert!(
        said.contains("verplaatst naar een andere") || said.contains("was moved to another one"),
        "{said}"
    );

    let process = site.start_with(&to, "error").await;
    let (school, college) = (site.again(&school, &process), site.again(&college, &process));
    let again = college.get(&path).await.expect_status(StatusCode::OK).body.clone();
    assert_eq!(again, sealed, "the same body, sealed to the same key");
    for (number, id) in ids.iter().enumerate() {
        let repeated = push(&school, &format!("verhuisd-{number}"), &site).await;
        assert_eq!(&repeated.text("/id"), id, "what was acknowledged is the same");
    }
    push(&school, "daarna", &site).await.expect_status(StatusCode::CREATED);
    assert!(site.verify_open(&process).await > before, "the log goes on");
    process.stop().await;

    let mut verify = sluis();
    let verified = verify.args(["log", "verify", "--config"]).arg(&to).output().await.unwrap();
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
    place.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_empty_or_was_changed_is_not_moved_to_and_the_old_database_goes_on() {
    let Some(place) = Place::postgres().await else { return };
    let site = Site::new(None, GENEROUS).await;
    let process = site.start("error").await;
    let school = site.party(Role::ProSchool, &process).await;
    let _college = site.party(Role::Doorstroompunt, &process).await;
    push(&school, "eerst", &site).await.expect_status(StatusCode::CREATED);

    let to = with_database(&site, &place.url);
    let other = place.begun().await;
    other.close().await;
    let refused = relocate(&site, &to).await;
    assert_eq!(refused.status.code(), Some(78), "{}", String::from_utf8_lossy(&refused.stderr));
    push(&school, "daarna", &site).await.expect_status(StatusCode::CREATED);

    // To SQLite nothing moves.
    let file = site.folder.path().join("another.db");
    let refused = relocate(&site, &with_database(&site, &format!("sqlite:{}", file.display()))).await;
    assert_eq!(refused.status.code(), Some(78), "{}", String::from_utf8_lossy(&refused.stderr));
    push(&school, "nog-eens", &site).await.expect_status(StatusCode::CREATED);

    // A log that does not verify is not carried over in silence.
    let server = AnyPool::connect(&place.url).await.unwrap();
    sqlx::query("DELETE FROM log_head").execute(&server).await.ok();
    sqlx::query("DROP TRIGGER log_head_is_not_deleted ON log_head").execute(&server).await.unwrap();
    for table in ["log_head", "key_check"] {
        sqlx::query(sqlx::AssertSqlSafe(format!("DELETE FROM {table}"))).execute(&server).await.unwrap();
    }
    server.close().await;
    site.meddle(&["UPDATE entry_body SET shared = x'00' WHERE idx = 2"]).await;
    let to = with_database(&site, &place.url);
    let unsound = relocate(&site, &to).await;
    assert_eq!(unsound.status.code(), Some(1), "{}", String::from_utf8_lossy(&unsound.stderr));
    push(&school, "en-verder", &site).await.expect_status(StatusCode::CREATED);
    process.stop().await;
    place.remove().await;
}
