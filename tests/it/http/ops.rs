//! The operator's listener.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use jiff::Timestamp;
use sluis::{
    http::{
        limits::Limits,
        ops::{Probes, Readiness, router},
        server::Server,
    },
    store::read::Lapsing,
    telemetry::{
        metrics::{self, Sample},
        observed::{Expiry, Observed},
    },
};
use tokio_util::sync::CancellationToken;

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
            let sample =
                Sample { queue_depth: 3, checkpoint_age: Some(Duration::from_secs(7)), log_entries: 42 };
            let observed = Observed {
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
    let serving = tokio::spawn(server.serve(router(probes), Limits::default(), stop.clone()));
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
        "sluis_ready 0",
        "sluis_not_ready{reason=\"database_full\"} 1",
        "sluis_expires_timestamp_seconds{kind=\"mandate\",name=\"00000099000000001000/werk-en-inkomen 0361\"} 1800000000",
        "sluis_revocation_list_timestamp_seconds{authority=\"O=Een autoriteit\"} 1700000000",
        "sluis_packets_lapsing{days=\"7\"} 12",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
    }
    stop.cancel();
    serving.await.unwrap();
}
