//! Every target under libFuzzer: one program, since linking one for each would cost more than the search.
//! `SLUIS_FUZZ` names the target that runs.

#![no_main]

use std::sync::OnceLock;

use sluis_fuzz::{TARGETS, Target};

static TARGET: OnceLock<Target> = OnceLock::new();

fn chosen() -> Target {
    #[expect(clippy::disallowed_methods, reason = "libFuzzer owns the arguments")]
    let name = std::env::var("SLUIS_FUZZ").unwrap_or_default();
    *TARGETS.iter().find(|target| target.name == name).unwrap_or_else(|| {
        let names: Vec<_> = TARGETS.iter().map(|target| target.name).collect();
        eprintln!("SLUIS_FUZZ names none of: {}", names.join(" "));
        std::process::exit(2)
    })
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    (TARGET.get_or_init(chosen).run)(bytes);
});
