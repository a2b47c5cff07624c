//! How long work shows how far it is.

use std::fmt;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::cli::Language;

/// A bar of so many steps, drawn there.
pub(super) fn with(total: u64, target: ProgressDrawTarget, language: Language) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total), target);
    let template = language.pick(
        "{bar:32} {pos} van {len}  {rate}  nog {eta}  {msg}",
        "{bar:32} {pos} of {len}  {rate}  {eta} left  {msg}",
    );
    match ProgressStyle::with_template(template) {
        Ok(style) => {
            bar.with_style(style.with_key("rate", move |state: &ProgressState, text: &mut dyn fmt::Write| {
                // A bar that cannot be drawn stops nothing.
                text.write_str(&rate(state.per_sec())).ok();
            }))
        }
        Err(_) => bar,
    }
}

/// How fast it goes, in whole numbers: below one a second, by the minute.
fn rate(per_second: f64) -> String {
    if per_second >= 1.0 { format!("{per_second:.0}/s") } else { format!("{:.0}/min", per_second * 60.0) }
}
