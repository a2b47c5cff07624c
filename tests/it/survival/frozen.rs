//! A PostgreSQL server that hangs under a gateway as its operator runs it.

use http::StatusCode;
use sluis::domain::party::Role;

use super::process::{GENEROUS, Site, removal};
use crate::store::{frozen::Frozen, support::Place};

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_hangs_holds_up_neither_an_answer_nor_the_stop() {
    let Some(place) = Place::postgres().await else { return };
    let site = Site::new(Some(place), GENEROUS).await;
    let process = site.start("off").await;
    let school = site.party(Role::ProSchool, &process).await;
    site.party(Role::Doorstroompunt, &process).await;
    let before = site.verify_open(&process).await;
    let Some(backends) = Frozen::backends(&site.database()).await else { return };

    let frozen = Frozen::stop(backends);
    let report = removal("tijdens", site.now);
    let (pushed, ready) = tokio::join!(
        school.push("/v1/packets", "terwijl-de-server-hangt", &report),
        process.ask_ops("/readyz"),
    );
    pushed.expect_status(StatusCode::SERVICE_UNAVAILABLE);
    assert!(pushed.headers.contains_key("retry-after"));
    assert_eq!(ready, (503, "not ready: write_unavailable\n".to_owned()));
    assert_eq!(process.ask_ops("/healthz").await.0, 200);
    process.terminate();
    assert_eq!(process.ended().await.code(), Some(0), "it stops without the server");
    drop(frozen);

    let process = site.start("off").await;
    let school = site.again(&school, &process);
    let again = school.push("/v1/packets", "terwijl-de-server-hangt", &report).await;
    again.expect_status(StatusCode::CREATED);
    assert!(site.verify_open(&process).await > before);
    process.stop().await;
    site.remove().await;
}
