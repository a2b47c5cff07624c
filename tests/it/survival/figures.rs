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
    let (mut seen, mut list) = (None, None);
    for _ in 0..100 {
        let (status, figures) = process.ask_ops("/metrics").await;
        assert_eq!(status, 200);
        seen = gauge(&figures, "sluis_log_entries").zip(gauge(&figures, "sluis_checkpoint_age_seconds"));
        // Of the list in use, by its authority and once: its making and its end.
        let made = gauge(&figures, "sluis_revocation_list_timestamp_seconds{authority=\"");
        list =
            made.zip(gauge(&figures, "sluis_expires_timestamp_seconds{kind=\"revocation-list\",name=\"O="));
        assert!(!figures.contains("sluis_revocation_list_ends_in_seconds"));
        if seen.is_some_and(|(entries, _)| entries > 0.0) && list.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let (entries, age) = seen.unwrap();
    assert!(entries > 0.0, "its own start is an entry");
    assert!(age >= 0.0);
    let (made, ends) = list.unwrap();
    assert!(made < ends, "{made} {ends}");
    process.stop().await;
    site.remove().await;
}
