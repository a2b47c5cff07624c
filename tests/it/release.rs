//! What guards a release, outside the program.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Command, Output},
};

use crate::support::left_out;

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

/// Everything that the Debian package takes from what `packaging/pages` writes is written, and `man` finds it.
#[test]
fn the_package_has_manual_pages_and_completions() {
    let folder = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let written = Command::new(root.join("packaging/pages"))
        .args([Path::new(env!("CARGO_BIN_EXE_sluis")), folder.path()])
        .output()
        .unwrap();
    assert!(written.status.success(), "{}", String::from_utf8_lossy(&written.stderr));
    let manifest: toml::Table = fs::read_to_string(root.join("Cargo.toml")).unwrap().parse().unwrap();
    let assets = manifest["package"]["metadata"]["deb"]["assets"].as_array().unwrap();
    let made: Vec<(&str, &str)> = assets
        .iter()
        .filter_map(|asset| Some((asset[0].as_str()?.strip_prefix("target/packaging/")?, asset[1].as_str()?)))
        .collect();
    let places: Vec<&str> = made.iter().map(|(_, place)| *place).collect();
    for place in ["usr/share/man/man1/", "usr/share/man/nl/man1/", "usr/share/bash-completion/completions/"] {
        assert!(places.contains(&place), "{place} is not in {places:?}");
    }
    for (asset, _) in made {
        let (below, name) = asset.rsplit_once('/').unwrap();
        let names: Vec<String> = fs::read_dir(folder.path().join(below))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        let is_it = |one: &&String| name.strip_prefix('*').map_or(*one == name, |end| one.ends_with(end));
        assert!(names.iter().any(|one| is_it(&one)), "{asset} is not in {names:?}");
    }
    let page = |path: &str| fs::read_to_string(folder.path().join(path)).unwrap();
    assert!(page("man/man1/sluis.1").contains("gateway"));
    assert_ne!(page("man/man1/sluis.1"), page("man/nl/man1/sluis.1"));
    let found = Command::new("man").arg("-M").arg(folder.path().join("man")).args(["-w", "sluis"]).output();
    match found {
        Ok(found) => assert!(found.status.success(), "{}", String::from_utf8_lossy(&found.stderr)),
        Err(_) => left_out("that `man` finds the pages: there is no `man`"),
    }
}
