//! Too many, too much and too slow: each is told when to come back, and the others are served.

use std::time::{Duration, Instant};

use http::StatusCode;
use sluis::domain::party::Role;

use super::process::{GENEROUS, Site, head, removal, rest, send};
use crate::support::Answer;

#[track_caller]
fn seconds(answer: &Answer) -> u64 {
    answer.headers["retry-after"].to_str().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_spent_its_quota_waits_and_the_others_do_not() {
    let quota = "\n[quota]\nparty = { per_second = 1, burst = 40 }\n";
    let site = Site::new(None, quota).await;
    let process = site.start("warn").await;
    let school = site.party(Role::ProSchool, &process).await;
    let college = site.party(Role::WerkEnInkomen, &process).await;
    let mut refused = None;
    // The key that it published was paid from it too.
    for _ in 0..60 {
        let answer = school.get("/v1/packets").await;
        assert!(answer.headers.contains_key("ratelimit") && answer.headers.contains_key("ratelimit-policy"));
        if answer.status != StatusCode::OK {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("the quota is never spent");
    refused.expect_status(StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.headers["content-type"], "application/problem+json");
    assert_eq!(refused.headers["ratelimit-policy"], "\"party\";q=40;w=40");
    assert!(refused.headers["ratelimit"].to_str().unwrap().starts_with("\"party\";r=0;t="));
    assert_eq!(seconds(&refused), 1);
    college.get("/v1/inbox").await.expect_status(StatusCode::OK);

    // The same party, by a connection of its own, has no more.
    let elsewhere = site.again(&school, &process);
    elsewhere.get("/v1/packets").await.expect_status(StatusCode::TOO_MANY_REQUESTS);
    let again = async {
        loop {
            let answer = school.get("/v1/packets").await;
            if answer.status != StatusCode::TOO_MANY_REQUESTS {
                break answer;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let again = tokio::time::timeout(super::process::PATIENCE, again).await;
    again.expect("its quota does not come back").expect_status(StatusCode::OK);
    process.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_fill_the_memory_are_turned_away_until_there_is_room() {
    let limits = "\n[limits]\nbody_bytes = 16384\nbytes_in_flight = 16384\nbody_seconds = 3\n";
    let site = Site::new(None, &format!("{limits}{GENEROUS}")).await;
    let process = site.start("warn").await;
    let school = site.party(Role::ProSchool, &process).await;
    let college = site.party(Role::WerkEnInkomen, &process).await;
    site.party(Role::Doorstroompunt, &process).await;
    let mut greedy = site.raw(&college, &process).await;
    send(&mut greedy, head("/v1/packets", "een-gulzige-afzender", 16384)).await;
    send(&mut greedy, " ".repeat(16380)).await;
    wait_for_bytes(&process, 16380.0).await;

    let body = removal("L-1", site.now);
    let refused = school.push("/v1/packets", "er-is-geen-plaats", &body).await;
    refused.expect_status(StatusCode::SERVICE_UNAVAILABLE);
    assert!((1..=60).contains(&seconds(&refused)));
    college.get("/v1/inbox").await.expect_status(StatusCode::OK);
    // The greedy one had its time.
    let cut = rest(&mut greedy).await;
    assert!(cut.starts_with("HTTP/1.1 408"), "{cut}");
    wait_for_bytes(&process, 0.0).await;
    school.push("/v1/packets", "er-is-geen-plaats", &body).await.expect_status(StatusCode::CREATED);
    process.stop().await;
}

/// Waits until the gateway says that so many bytes of bodies are in its memory.
async fn wait_for_bytes(process: &super::process::Process, wanted: f64) {
    let wait = async {
        loop {
            let (_, metrics) = process.ask_ops("/metrics").await;
            let line = metrics.lines().find_map(|line| line.strip_prefix("sluis_body_bytes_in_flight "));
            if line.is_some_and(|value| (value.parse::<f64>().unwrap() - wanted).abs() < 0.5) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(super::process::PATIENCE, wait).await.expect("the bytes never become so many");
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_bodies_keep_nobody_waiting() {
    const SLOW: usize = 60;
    let limits = "\n[limits]\nbody_seconds = 4\n";
    let site = Site::new(None, &format!("{limits}{GENEROUS}")).await;
    let process = site.start("warn").await;
    let school = site.party(Role::ProSchool, &process).await;
    let college = site.party(Role::WerkEnInkomen, &process).await;
    site.party(Role::Doorstroompunt, &process).await;
    let mut slow = Vec::new();
    for number in 0..SLOW {
        let mut stream = site.raw(&college, &process).await;
        send(&mut stream, head("/v1/packets", &format!("een-trage-afzender-{number}"), 900_000)).await;
        send(&mut stream, "{").await;
        slow.push(stream);
    }
    let mut longest = Duration::ZERO;
    for number in 0..10 {
        let body = removal(&format!("L-{number}"), site.now);
        let began = Instant::now();
        let pushed = school.push("/v1/packets", &format!("intussen-gewoon-{number}"), &body).await;
        pushed.expect_status(StatusCode::CREATED);
        longest = longest.max(began.elapsed());
        for stream in &mut slow {
            // Those that were cut already cannot be written to.
            drop(tokio::io::AsyncWriteExt::write_all(stream, b" ").await);
        }
    }
    println!("the slowest of 10 pushes beside {SLOW} slow bodies took {longest:?}");
    assert!(longest < Duration::from_secs(2), "{longest:?}");
    for stream in &mut slow {
        let answer = rest(stream).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
    }
    process.stop().await;
}
