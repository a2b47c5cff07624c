//! The operator's listener.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{body::Body, http::Version};
use jiff::Timestamp;
use sluis::{
    http::{
        limits::Limits,
        ops::{Names, Probes, Readiness, router},
        server::Server,
    },
    store::read::Lapsing,
    telemetry::{
        metrics::{self, Sample},
        observed::{Expiry, Observed},
    },
};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

#[tokio::test]
async fn health_readiness_and_metrics_are_plain_text_on_the_loopback() {
    metrics::start();
    let can_append = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&can_append);
    let probes = Probes::new(
        move || {
            let ready = asked.load(Ordering::SeqCst);
            async move { if ready { Readiness::Ready } else { Readiness::NotReady("database_full") } }
        },
        || async {
            let sample = Sample {
                queue_depth: 3,
                checkpoint_age: Some(Duration::from_secs(7)),
                log_entries: 42,
                clock_refusals: 2,
            };
            let observed = Observed {
                asked: Timestamp::from_second(1_800_000_000 - 86_400 * 3 / 2).unwrap(),
                not_ready: Some("database_full"),
                expiries: vec![Expiry {
                    kind: "mandate",
                    name: "00000099000000001000/werk-en-inkomen 0361".to_owned(),
                    since: None,
                    at: Timestamp::from_second(1_800_000_000).unwrap(),
                }],
                lists_made: vec![(
                    "O=Een autoriteit".to_owned(),
                    Timestamp::from_second(1_700_000_000).unwrap(),
                )],
                lapsing: vec![Lapsing { days: 7, copies: 12, last: None }],
                ..Observed::default()
            };
            (sample, Arc::new(observed))
        },
    );
    let server = Server::bind("ops", ([127, 0, 0, 1], 0).into(), None).await.unwrap();
    let url = format!("http://{}", server.address());
    let stop = CancellationToken::new();
    let serving = tokio::spawn(server.serve(
        router(probes, Names::new([127, 0, 0, 1].into(), Vec::new())),
        Limits::default(),
        stop.clone(),
    ));
    let client = reqwest::Client::builder()
        .tls_backend_preconfigured(super::support::Pki::new().client_config(false))
        .build()
        .unwrap();
    let get = |path: &'static str| {
        let (client, url) = (client.clone(), format!("{url}{path}"));
        async move {
            let answer = client.get(url).send().await.unwrap();
            (answer.status().as_u16(), answer.text().await.unwrap())
        }
    };

    assert_eq!(get("/healthz").await, (200, "ok\n".to_owned()));
    assert_eq!(get("/readyz").await, (503, "not ready: database_full\n".to_owned()));
    can_append.store(true, Ordering::SeqCst);
    assert_eq!(get("/readyz").await, (200, "ready\n".to_owned()));
    let (status, text) = get("/metrics").await;
    assert_eq!(status, 200);
    for line in [
        "sluis_writer_queue_depth 3",
        "sluis_checkpoint_age_seconds 7",
        "sluis_log_entries 42",
        "sluis_clock_refusals_total 2",
        "sluis_ready 0",
        "sluis_not_ready{reason=\"database_full\"} 1",
        "sluis_expires_timestamp_seconds{kind=\"mandate\",name=\"00000099000000001000/werk-en-inkomen 0361\"} 1800000000",
        "sluis_expires_days{kind=\"mandate\",name=\"00000099000000001000/werk-en-inkomen 0361\"} 1.5",
        "sluis_revocation_list_timestamp_seconds{authority=\"O=Een autoriteit\"} 1700000000",
        "sluis_packets_lapsing{days=\"7\"} 12",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
    }
    stop.cancel();
    serving.await.unwrap();
}

/// The status under this `Host`; none sends none.
async fn asked_as(names: &Names, version: Version, hosts: &[&str], target: &str) -> u16 {
    let probes = Probes::new(
        || async { Readiness::Ready },
        || async { (Sample::default(), Arc::new(Observed::default())) },
    );
    let mut request = axum::http::Request::get(target).version(version);
    for host in hosts {
        request = request.header("host", *host);
    }
    let answer = router(probes, names.clone()).oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    answer.status().as_u16()
}

/// A page of another origin can point its own name at the loopback; a browser here then asks under that name.
#[tokio::test]
async fn health_and_metrics_are_not_told_under_a_name_of_somebody_else() {
    let loopback = Names::new([127, 0, 0, 1].into(), vec!["metrics.example.nl".to_owned()]);
    for path in ["/healthz", "/readyz", "/metrics", "/nothing"] {
        let found = if path == "/nothing" { 404 } else { 200 };
        for (hosts, status) in [
            (&["127.0.0.1:8444"][..], found),
            (&["127.9.9.9"], found),
            (&["[::1]:8444"], found),
            (&["localhost:8444"], found),
            (&["LOCALHOST"], found),
            (&["metrics.example.nl"], found),
            (&["evil.example"], 421),
            (&["evil.example:8444"], 421),
            (&["localhost.evil.example"], 421),
            (&["x.metrics.example.nl"], 421),
            (&["127.0.0.1.evil.example"], 421),
            (&["127.0.0.1@evil.example"], 421),
            (&["evil.example@127.0.0.1"], 421),
            (&["192.0.2.1"], 421),
            (&["0.0.0.0:8444"], 421),
            (&["local host"], 400),
            (&["localhost", "evil.example"], 400),
            (&[], 400),
        ] {
            assert_eq!(asked_as(&loopback, Version::HTTP_11, hosts, path).await, status, "{hosts:?} {path}");
        }
        assert_eq!(asked_as(&loopback, Version::HTTP_10, &[], path).await, found);
        let absolute = format!("http://evil.example{path}");
        assert_eq!(asked_as(&loopback, Version::HTTP_11, &["localhost"], &absolute).await, 421);
    }
    let one = Names::new([192, 0, 2, 1].into(), Vec::new());
    assert_eq!(asked_as(&one, Version::HTTP_11, &["192.0.2.1:8444"], "/healthz").await, 200);
    assert_eq!(asked_as(&one, Version::HTTP_11, &["192.0.2.2:8444"], "/healthz").await, 421);
    let any = Names::new([0, 0, 0, 0].into(), Vec::new());
    assert_eq!(asked_as(&any, Version::HTTP_11, &["192.0.2.2:8444"], "/healthz").await, 200);
    assert_eq!(asked_as(&any, Version::HTTP_11, &["evil.example"], "/healthz").await, 421);
}
