//! What a service manager is told (systemd, `sd_notify(3)`). Without one, nothing happens.

use sd_notify::NotifyState;
use tokio::time::{Interval, MissedTickBehavior, interval};

/// It answers from now on, or again.
pub(super) fn ready() {
    say(&[NotifyState::Ready]);
}

/// It reads its certificates and lists again; [`ready`] must follow.
pub(super) fn reloading() {
    // A manager that asked for the time would otherwise take the reload for failed.
    let now = NotifyState::monotonic_usec_now().ok();
    let states: Vec<_> = std::iter::once(NotifyState::Reloading).chain(now).collect();
    say(&states);
}

/// It takes nothing new.
pub(super) fn stopping() {
    say(&[NotifyState::Stopping]);
}

/// It still runs.
pub(super) fn alive() {
    say(&[NotifyState::Watchdog]);
}

/// How often [`alive`] must be said: twice in the time after which the manager takes the process for hung.
pub(super) fn pulse() -> Option<Interval> {
    let patience = sd_notify::watchdog_enabled()?;
    let mut pulse = interval((patience / 2).max(std::time::Duration::from_millis(1)));
    pulse.set_missed_tick_behavior(MissedTickBehavior::Delay);
    Some(pulse)
}

fn say(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!(error_code = "notify", cause = %error, "the service manager was not told");
    }
}
