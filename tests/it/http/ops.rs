//! The operator's listener.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use sluis::{
    http::{
        limits::Limits,
        ops::{Probes, Readiness, router},
        server::Server,
    },
    telemetry::metrics::{self, Sample},
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
            async move { if ready { Readiness::Ready } else { Readiness::NotReady("log-not-writable") } }
        },
        || Sample { queue_depth: 3, checkpoint_age: Some(Duration::from_secs(7)), log_entries: 42 },
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
    assert_eq!(get("/readyz").await, (503, "not ready: log-not-writable\n".to_owned()));
    can_append.store(true, Ordering::SeqCst);
    assert_eq!(get("/readyz").await, (200, "ready\n".to_owned()));
    let (status, text) = get("/metrics").await;
    assert_eq!(status, 200);
    for line in ["sluis_writer_queue_depth 3", "sluis_checkpoint_age_seconds 7", "sluis_log_entries 42"] {
        assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
    }
    stop.cancel();
    serving.await.unwrap();
}
