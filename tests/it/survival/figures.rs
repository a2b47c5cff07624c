//! What the operator sees: the figures are those of the log, not of a stub.

use std::time::Duration;

use super::process::Site;

/// The value of a gauge; none while there is no such line.
fn gauge(figures: &str, name: &str) -> Option<f64> {
    let line = figures.lines().find(|line| line.starts_with(name) && !line.starts_with('#'))?;
    line.rsplit(' ').next()?.parse().ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gauges_follow_the_log() {
    let site = Site::new(None, "").await;
    let process = site.start("warn").await;
    // The gateway looks at its log every few seconds: wait by count, not by time.
    let mut seen = None;
    for _ in 0..100 {
        let (status, figures) = process.ask_ops("/metrics").await;
        assert_eq!(status, 200);
        seen = gauge(&figures, "sluis_log_entries").zip(gauge(&figures, "sluis_checkpoint_age_seconds"));
        if seen.is_some_and(|(entries, _)| entries > 0.0) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let (entries, age) = seen.unwrap();
    assert!(entries > 0.0, "its own start is an entry");
    assert!(age >= 0.0);
    process.stop().await;
    site.remove().await;
}
