//! Where a command or an option does stand, for who wrote it in another place.

use clap::{
    Command,
    builder::StyledStr,
    error::{ContextKind, ContextValue, Error, ErrorFormatter, ErrorKind},
};

/// So many places are named at most.
const NAMED: usize = 3;

/// Names the commands that have what was written, and takes away a guess that has nothing in common with it.
pub(super) fn guide<F: ErrorFormatter>(error: &mut Error<F>, tree: &Command) {
    let kind = match error.kind() {
        ErrorKind::InvalidSubcommand => ContextKind::InvalidSubcommand,
        ErrorKind::UnknownArgument => ContextKind::InvalidArg,
        _ => return,
    };
    let Some(ContextValue::String(written)) = error.get(kind) else { return };
    let written = written.split(['=', ' ']).next().unwrap_or_default().to_owned();
    let mut places = Vec::new();
    find(tree, "sluis", &written, &mut places);
    let is_far = |guess: &str| {
        let first = |text: &str| text.trim_start_matches('-').chars().next();
        first(guess) != first(&written)
    };
    if matches!(error.get(ContextKind::SuggestedArg), Some(ContextValue::String(guess)) if is_far(guess)) {
        error.remove(ContextKind::SuggestedArg);
    }
    if !places.is_empty() {
        let told = places.iter().take(NAMED).map(|place| StyledStr::from(format!("'{place}' exists")));
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(told.collect()));
    }
}

fn find(command: &Command, path: &str, written: &str, places: &mut Vec<String>) {
    for below in command.get_subcommands() {
        let path = format!("{path} {}", below.get_name());
        if below.get_name() == written {
            places.push(path.clone());
        }
        let is_it = |option: &str| written.strip_prefix("--") == Some(option);
        if below.get_arguments().filter_map(clap::Arg::get_long).any(is_it) {
            places.push(format!("{path} {written}"));
        }
        find(below, &path, written, places);
    }
}
