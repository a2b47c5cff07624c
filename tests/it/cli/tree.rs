//! The tree of commands holds together, also the parts that are not yet in it.

use clap::{Args, Command, CommandFactory};
use sluis::cli;

#[test]
fn the_tree_and_every_family_are_well_formed() {
    cli::Cli::command().debug_assert();
    let family = || Command::new("family");
    for tree in [
        cli::demo::Demo::augment_args(family()),
        cli::init::Init::augment_args(family()),
        cli::migrate::Migrate::augment_args(family()),
        cli::serve::Serve::augment_args(family()),
        cli::policy::Policy::augment_args(family()),
        cli::log::Log::augment_args(family()),
        cli::party::Party::augment_args(family()),
        cli::keys::Keys::augment_args(family()),
        cli::backup::Backup::augment_args(family()),
    ] {
        tree.debug_assert();
    }
}
