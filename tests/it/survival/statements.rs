//! How many statements a call costs the database, as the database driver itself tells them. A number here changes only on
//! purpose.

use std::collections::BTreeMap;

use reqwest::StatusCode;
use sluis::domain::party::Role;

use super::process::{Process, Site, removal};
use crate::store::support::Place;

/// The line of the driver for one statement.
const STATEMENT: &str = "sqlx::query";
/// Each call is made so often: what the gateway does beside it, by the clock, is not in the smallest count.
const TIMES: usize = 5;

fn statements(process: &Process) -> usize {
    process.logged().lines().filter(|line| line.contains(STATEMENT)).count()
}

async fn count(place: Place) -> BTreeMap<&'static str, usize> {
    let site = Site::new(Some(place), "").await;
    let process = site.start("warn,sqlx::query=debug").await;
    let (school, doorstroompunt) =
        (site.party(Role::ProSchool, &process).await, site.party(Role::Doorstroompunt, &process).await);
    let mut least = BTreeMap::new();
    let mut note = |call, before: usize| {
        let cost = statements(&process) - before;
        least.entry(call).and_modify(|least: &mut usize| *least = cost.min(*least)).or_insert(cost);
    };
    for number in 0..TIMES {
        let before = statements(&process);
        let pushed = school
            .push(
                "/v1/packets",
                &format!("sleutel-van-push-{number}"),
                &removal(&format!("leerling-{number}"), site.now),
            )
            .await;
        let packet = pushed.expect_status(StatusCode::CREATED).text("/id");
        note("push", before);

        let before = statements(&process);
        let payload = format!("/v1/packets/{packet}/payload");
        doorstroompunt.get(&payload).await.expect_status(StatusCode::OK);
        note("pull", before);

        let before = statements(&process);
        school.get(&payload).await.expect_status(StatusCode::NOT_FOUND);
        note("pull of one's own", before);

        let before = statements(&process);
        doorstroompunt.get("/v1/parties").await.expect_status(StatusCode::OK);
        note("parties", before);
    }
    process.stop().await;
    site.remove().await;
    least
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_costs_so_many_statements() {
    for place in Place::all().await {
        let expected =
            BTreeMap::from([("parties", 1), ("pull", 12), ("pull of one's own", 10), ("push", 19)]);
        assert_eq!(count(place).await, expected);
    }
}
