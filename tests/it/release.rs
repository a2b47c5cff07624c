//! What guards a release, outside the program.

use std::{
    ffi::OsStr,
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

use crate::support::left_out;

/// A repository of its own with the scripts that make a release, and a `cargo` whose database of vulnerabilities can be
/// fetched, and that finds nothing, or not.
struct Checkout(TempDir);

impl Checkout {
    fn new(fetched: bool, sound: bool) -> Self {
        let clone = Self(tempfile::tempdir().unwrap());
        let (fetched, sound) = (i32::from(!fetched), i32::from(!sound));
        clone.script(
            "bin/cargo",
            &format!("case \"$*\" in *fetch*) exit {fetched};; *check*) exit {sound};; esac"),
        );
        for script in [".ci/advisories", ".ci/is-release", "packaging/release"] {
            let own = Path::new(env!("CARGO_MANIFEST_DIR")).join(script);
            clone.write(script, &fs::read_to_string(own).unwrap());
            fs::set_permissions(clone.path(script), fs::Permissions::from_mode(0o755)).unwrap();
        }
        clone
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), text).unwrap();
    }

    fn script(&self, name: &str, text: &str) {
        self.write(name, &format!("#!/bin/sh\n{text}\n"));
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        let path = std::env::var_os("PATH").unwrap_or_default();
        let places = [self.path("bin")].into_iter().chain(std::env::split_paths(&path));
        command.env("PATH", std::env::join_paths(places).unwrap()).env_remove("SLUIS_RELEASE");
        command.current_dir(self.0.path());
        command
    }

    fn run(&self, script: &str, arguments: &[&str], release: Option<&str>) -> (bool, String) {
        let mut command = self.command(self.path(script));
        if let Some(release) = release {
            command.env("SLUIS_RELEASE", release);
        }
        let output = command.args(arguments).output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8(said).unwrap())
    }

    /// Runs git here; none where this machine has no git.
    fn git(&self, arguments: &[&str]) -> Option<String> {
        let mut command = self.command("git");
        command.args(["-c", "user.name=Toets", "-c", "user.email=toets@sluis.example"]).args(arguments);
        let output = command.env("GIT_CONFIG_GLOBAL", "/dev/null").output().ok()?;
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Some(String::from_utf8(output.stdout).unwrap())
    }

    /// All of it as one commit.
    fn commit(&self) -> Option<()> {
        self.git(&["init", "--quiet"])?;
        self.git(&["add", "."])?;
        self.git(&["commit", "--quiet", "--message", "All"]).map(drop)
    }
}

const NO_DATABASE: &str = "no release: the advisory database";

#[test]
fn a_release_is_not_made_without_reading_known_vulnerabilities() {
    let unreadable = Checkout::new(false, true);
    let (made, said) = unreadable.run(".ci/advisories", &[], Some("1"));
    assert!(!made && said.starts_with(NO_DATABASE), "{said}");
    for release in [None, Some(""), Some("0")] {
        let (left_out, said) = unreadable.run(".ci/advisories", &[], release);
        assert!(left_out && said.starts_with("left out"), "{said}");
    }
    for release in [None, Some("1")] {
        let (read, said) = Checkout::new(true, true).run(".ci/advisories", &[], release);
        assert!(read && said.is_empty(), "{said}");
        assert!(
            !Checkout::new(true, false).run(".ci/advisories", &[], release).0,
            "a known vulnerability passes"
        );
    }
    // A commit that a version names is a release, whoever runs CI on it.
    if unreadable.commit().is_none() {
        return left_out("that a tag makes a release: there is no `git`");
    }
    unreadable.git(&["tag", "voorlopig"]);
    assert!(unreadable.run(".ci/advisories", &[], None).0, "no tag of a version");
    unreadable.git(&["tag", "v1.2.3"]);
    let (made, said) = unreadable.run(".ci/advisories", &[], None);
    assert!(!made && said.starts_with(NO_DATABASE), "{said}");
}

/// Why it is refused, whether the database can be read, and what is done to the checkout before.
type Refused = (&'static str, bool, fn(&Checkout));

/// `packaging/release` asks CI to be strict, stops where it is not, and leaves no tag then.
#[test]
fn a_release_is_what_ci_passed_as_one() {
    let release = |fetched: bool, change: &dyn Fn(&Checkout)| {
        let clone = Checkout::new(fetched, true);
        clone.write("Cargo.toml", "[package]\nname = \"sluis\"\nversion = \"1.2.3\"\n");
        clone.write("CHANGELOG.md", "# Changelog\n\n## 1.2.3 - 2026-09-15\n");
        clone.write(".gitignore", "target\nci-ran-as\n");
        let made = ["release/sluis", "sluis.deb", "sbom/sluis.cdx.json"]
            .map(|name| format!("mkdir -p target/release target/sbom; echo {name} >target/{name}"));
        clone.script(".ci/run", &format!("echo \"$SLUIS_RELEASE\" >ci-ran-as\n{}", made.join("\n")));
        clone.commit()?;
        change(&clone);
        let (made, said) = clone.run("packaging/release", &["1.2.3"], None);
        let ran = fs::read_to_string(clone.path("ci-ran-as")).ok();
        let tags = clone.git(&["tag", "--list"])?;
        let sums = fs::read_to_string(clone.path("target/release-1.2.3/SHA256SUMS")).unwrap_or_default();
        Some((made, said, ran, tags, sums.lines().count()))
    };
    let Some(made) = release(true, &|_| {}) else { return left_out("a release: there is no `git`") };
    assert_eq!(
        (made.0, made.2.as_deref(), made.3.as_str(), made.4),
        (true, Some("1\n"), "v1.2.3\n", 3),
        "{}",
        made.1
    );
    let refused: [Refused; 5] = [
        (NO_DATABASE, false, |_| {}),
        ("no commit has", true, |clone| clone.write("new", "")),
        ("another version", true, |clone| {
            clone.write("Cargo.toml", "[package]\nversion = \"1.2.4\"\n");
            clone.commit();
        }),
        ("no section", true, |clone| {
            clone.write("CHANGELOG.md", "# Changelog\n");
            clone.commit();
        }),
        ("a tag v1.2.3 already", true, |clone| drop(clone.git(&["tag", "v1.2.3"]))),
    ];
    for (why, fetched, change) in refused {
        let (made, said, ran, tags, sums) = release(fetched, &change).unwrap();
        assert!(!made && said.contains(why), "{why}: {said}");
        assert!(ran.is_none() && sums == 0, "{why}: CI ran");
        assert_eq!(tags.is_empty(), !why.contains("a tag"), "{why}: {tags}");
    }
    // What CI does not pass is not tagged.
    let (made, said, ran, tags, _) = release(true, &|clone| {
        clone.script(".ci/run", "echo \"$SLUIS_RELEASE\" >ci-ran-as\nexit 1");
        clone.commit();
    })
    .unwrap();
    assert_eq!((made, ran.as_deref(), tags.as_str()), (false, Some("1\n"), ""), "{said}");
}

/// What whoever finds this repository looks for, and what CI holds against a standard.
#[test]
fn the_files_that_a_repository_promises_are_guarded_by_ci() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let ci = fs::read_to_string(root.join(".ci/run")).unwrap();
    let contributing = fs::read_to_string(root.join("CONTRIBUTING.md")).unwrap();
    let (_, loop_over) = ci.split_once("for file in ").unwrap();
    let (files, _) = loop_over.split_once("; do").unwrap();
    let files: Vec<&str> = files.split_whitespace().filter(|word| *word != "\\").collect();
    assert!(files.len() > 10, "{files:?}");
    for file in files {
        assert!(fs::metadata(root.join(file)).is_ok_and(|found| found.len() > 0), "{file} is not there");
    }
    for step in ["reuse lint", "publiccode.py", "sbom.py", "packaging/check", ".ci/advisories", ".ci/bare"] {
        assert!(ci.contains(step), "CI leaves out {step}");
        assert!(contributing.contains(step), "CONTRIBUTING.md does not tell of {step}");
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
