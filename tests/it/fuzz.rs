//! Every parser of outside bytes, fed with the seeds of `fuzz/corpus` and with mutations of them: the same bytes on every
//! run. `docs/fuzzing.md` says how to search longer.

mod mutate;
mod seeds;
#[expect(unreachable_pub, reason = "the interface of the crate in fuzz/")]
#[path = "../../fuzz/src/lib.rs"]
mod targets;

use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    path::Path,
};

use self::{
    mutate::{Dice, mutate},
    targets::TARGETS,
};

const ROUNDS: usize = 2000;

/// The seeds with their names. `ok-` must be taken, `no-` must not.
fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new("fuzz/corpus").join(target);
    let mut seeds: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()))
        .collect();
    seeds.sort();
    seeds
}

/// The tokens of libFuzzer's dictionary: a quoted text per line, with `\\`, `\"` and `\xNN`.
fn dictionary() -> Vec<Vec<u8>> {
    let token = |line: &str| {
        let mut letters = line.strip_prefix('"').unwrap().strip_suffix('"').unwrap().chars();
        let mut token = Vec::new();
        while let Some(letter) = letters.next() {
            match if letter == '\\' { letters.next().unwrap() } else { letter } {
                'x' if letter == '\\' => {
                    let code: String = letters.by_ref().take(2).collect();
                    token.extend(hex::decode(code).unwrap());
                }
                letter => token.extend(letter.to_string().bytes()),
            }
        }
        token
    };
    let text = fs::read_to_string("fuzz/dictionary").unwrap();
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(token).collect()
}

/// Runs one input; one that breaks a promise is kept, for a look and for the corpus.
fn feed(target: &str, run: fn(&[u8]) -> bool, bytes: &[u8]) -> bool {
    catch_unwind(AssertUnwindSafe(|| run(bytes))).unwrap_or_else(|broken| {
        let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{target}"));
        fs::write(&kept, bytes).unwrap();
        eprintln!("{target} breaks on the bytes in {}: {:?}", kept.display(), String::from_utf8_lossy(bytes));
        resume_unwind(broken)
    })
}

fn search(name: &str, rounds: usize) {
    let run = TARGETS.iter().find(|target| target.name == name).unwrap().run;
    let seeds = corpus(name);
    for (seed, bytes) in &seeds {
        assert_eq!(feed(name, run, bytes), seed.starts_with("ok-"), "whether {name} takes the seed {seed}");
    }
    let seeds: Vec<_> = seeds.into_iter().map(|(_, bytes)| bytes).collect();
    let (tokens, mut dice) = (dictionary(), Dice::of(name));
    for _ in 0..rounds {
        feed(name, run, &mutate(&mut dice, &seeds, &tokens));
    }
}

macro_rules! a_test_for_each {
    ($($name:ident)*) => {
        const TESTED: &[&str] = &[$(stringify!($name)),*];

        $(
            #[test]
            fn $name() {
                search(stringify!($name), ROUNDS);
            }
        )*
    };
}

a_test_for_each! {
    words json_strict json_typed query headers traceparent bodies content certificate anchor revocation_list key_proof recipient_key
    sealed jwe receipt envelope checkpoint note vkey tlog_proof tile_path bundle frontier part leaf own_entry log_folder sheet problem
    configuration
}

#[test]
#[ignore = "takes a minute or more: `cargo test --test it fuzz::longer -- --ignored`"]
fn longer() {
    for name in TESTED {
        search(name, 10 * ROUNDS);
    }
}

#[test]
fn every_target_is_tested_and_has_seeds_of_both_kinds() {
    let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
    assert_eq!(names, TESTED);
    for name in &names {
        let seeds = corpus(name);
        for kind in ["ok-", "no-"] {
            assert!(seeds.iter().any(|(seed, _)| seed.starts_with(kind)), "{name} has no seed {kind}");
        }
    }
    // fuzz/run searches with the targets that have a folder.
    assert_eq!(fs::read_dir("fuzz/corpus").unwrap().count(), names.len(), "a folder of no target");
}
