//! What guards a release, outside the program.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Command, Output},
};

/// `.ci/advisories` with a `cargo` whose database can be fetched, and that finds nothing, or not.
fn advisories(fetched: bool, sound: bool, release: Option<&str>) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let cargo = folder.path().join("cargo");
    let (fetched, sound) = (i32::from(!fetched), i32::from(!sound));
    let script =
        format!("#!/bin/sh\ncase \"$*\" in *fetch*) exit {fetched};; *check*) exit {sound};; esac\n");
    fs::write(&cargo, script).unwrap();
    fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/advisories"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = [folder.path().to_owned()].into_iter().chain(std::env::split_paths(&path));
    command.env("PATH", std::env::join_paths(places).unwrap()).env_remove("SLUIS_RELEASE");
    if let Some(release) = release {
        command.env("SLUIS_RELEASE", release);
    }
    command.output().unwrap()
}

#[test]
fn a_release_is_not_made_without_reading_known_vulnerabilities() {
    let said =
        |output: &Output| String::from_utf8_lossy(&[&*output.stdout, &*output.stderr].concat()).into_owned();
    let unread = advisories(false, true, Some("1"));
    assert!(!unread.status.success() && said(&unread).contains("no release"), "{}", said(&unread));
    for release in [None, Some(""), Some("0")] {
        let left_out = advisories(false, true, release);
        assert!(left_out.status.success() && said(&left_out).starts_with("left out"), "{}", said(&left_out));
    }
    for release in [None, Some("1")] {
        let read = advisories(true, true, release);
        assert!(read.status.success() && said(&read).is_empty(), "{}", said(&read));
        assert!(!advisories(true, false, release).status.success(), "a known vulnerability passes");
    }
}
