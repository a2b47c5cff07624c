//! `docs/client.md` works as it stands there: a shell plays its commands in their order, to the last line.

use std::{
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
};

use sluis::{
    cli::{self, Exit, Output, init::point_profile, running::Running},
    config::{Config, Environment},
    domain::{
        clock::{Clock as _, SetClock},
        id::SystemEntropy,
    },
};
use tempfile::TempDir;

use super::live::Live;

/// The commands of the chapter that says that it works literally, each block without its indentation.
fn commands() -> Vec<String> {
    let document = include_str!("../../../docs/client.md");
    let (_, chapter) = document.split_once("\n## A handover from begin to end\n").unwrap();
    let (chapter, _) = chapter.split_once("\n## ").unwrap();
    let blocks = chapter.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let unindented = |block: &str| {
        let lines: Vec<&str> = block.lines().collect();
        let margin = lines[0].len() - lines[0].trim_start().len();
        lines.iter().map(|line| line.get(margin..).unwrap_or_default()).collect::<Vec<_>>().join("\n")
    };
    blocks.map(unindented).collect()
}

#[test]
fn the_handover_in_the_document_is_played_to_its_last_line() {
    let live = Live::begun();
    let program = &live.program;
    std::fs::create_dir(program.path("bin")).unwrap();
    symlink(env!("CARGO_BIN_EXE_sluis"), program.path("bin/sluis")).unwrap();
    let blocks = commands();
    assert!(blocks.len() >= 9, "the blocks were found: {}", blocks.len());
    // Each command must end well; what is played is told, so that a failure shows where.
    let script = format!("set -eux\n{}\n", blocks.join("\n"));
    program.write("play.sh", &script);
    let path = std::env::var_os("PATH").unwrap_or_default().into_string().unwrap();
    let played = Command::new("sh")
        .arg("play.sh")
        .current_dir(program.path(""))
        .env_clear()
        .env("HOME", program.path(""))
        .env("PATH", format!("{}:{path}", program.path("bin").display()))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8_lossy(&played.stdout), String::from_utf8_lossy(&played.stderr));
    assert!(played.status.success(), "{err}\n{out}");
    for said in [
        "Praktijkschool De Sluis",
        "Zaffier (werk-en-inkomen)",
        "instemming",
        "Beantwoord met ja",
        "Zou worden aangenomen",
        "Ontvangst bevestigd",
        "op grond van art. ",
        "verklaring ingetrokken",
        "1 regel nagevraagd; er is niets verstuurd",
        "1 regel: 1 aangenomen",
    ] {
        assert!(out.contains(said), "{said}\n{out}\n{err}");
    }
    assert!(program.path("meldingen.csv").is_file(), "the last line was reached");
}

/// The journey as a shell plays it, in this process, so that the clock can be set: variables, and `sluis` with the paths of one
/// folder. Every other command goes to a shell.
struct Journey {
    folder: TempDir,
    clock: SetClock,
    profiles: Vec<(String, PathBuf)>,
    variables: Vec<(String, String)>,
}

impl Journey {
    /// A try-out as `init --dev` makes it on that day, which runs.
    async fn on(day: &str) -> (Self, Running) {
        let clock = SetClock::at(format!("{day}T10:00:00Z").parse().unwrap());
        let folder = tempfile::tempdir().unwrap();
        let journey = Self { folder, clock, profiles: Vec::new(), variables: Vec::new() };
        journey.sluis("sluis init --dev --port 0 --dir try").await;
        let file = Some(journey.folder.path().join("try/sluis.toml"));
        let config = Config::load(&Environment { config: file, ..Environment::default() }).unwrap();
        let clock = Arc::new(journey.clock.clone());
        let running = Running::start(&config, clock, Arc::new(SystemEntropy::new())).await.unwrap();
        let url = format!("https://localhost:{}", running.data.port());
        for party in std::fs::read_dir(journey.folder.path().join("try/parties")).unwrap() {
            point_profile(&party.unwrap().path().join("profile.toml"), &url).unwrap();
        }
        (journey, running)
    }

    fn path(&self, word: &str) -> String {
        self.folder.path().join(word).display().to_string()
    }

    async fn line(&mut self, line: &str) {
        let mut line = line.to_owned();
        for (name, value) in &self.variables {
            line = line.replace(&format!("${name}"), value);
        }
        if let Some((name, command)) = line.split_once("=$(") {
            let printed = self.sluis(command.trim_end_matches(')')).await;
            self.variables.push((name.to_owned(), printed.trim().to_owned()));
        } else if line.starts_with("sluis client profiles") || line.starts_with("mkdir ") {
            // Nothing of the home folder of whoever tests.
        } else if let Some(link) = line.strip_prefix("ln -s \"$PWD/") {
            let (to, name) = link.split_once("\" ").unwrap();
            let name = name.rsplit('/').next().unwrap().trim_end_matches(".toml");
            self.profiles.push((name.to_owned(), PathBuf::from(self.path(to))));
        } else if line.starts_with("sluis ") {
            self.sluis(&line).await;
        } else {
            let played =
                Command::new("sh").args(["-ec", &line]).current_dir(self.folder.path()).output().unwrap();
            assert!(played.status.success(), "{line}: {played:?}");
        }
    }

    async fn sluis(&self, line: &str) -> String {
        let (mut words, mut before) = (Vec::new(), "");
        for word in line.split_whitespace() {
            let ending = Path::new(word).extension().and_then(std::ffi::OsStr::to_str).unwrap_or_default();
            words.push(match before {
                "--profile" => {
                    let (_, file) = self.profiles.iter().find(|(name, _)| name == word).unwrap();
                    file.display().to_string()
                }
                "--out" | "--dir" => self.path(word),
                _ if ["json", "ndjson", "csv", "txt", "jwk"].contains(&ending) => self.path(word),
                _ if word == "--profile" => "--profile-file".to_owned(),
                _ => word.to_owned(),
            });
            before = word;
        }
        let (out, stdout, stderr) = Output::kept();
        let clock = Arc::new(self.clock.clone());
        let mut at = cli::Context { out, clock, entropy: Arc::new(SystemEntropy::new()) };
        let exit = cli::run(words.iter().map(Into::into), &mut at).await;
        let now = self.clock.now();
        assert_eq!(exit, Exit::Done, "on {now}: {line}\n{}{}", stdout.text(), stderr.text());
        stdout.text()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_handover_in_the_document_works_on_every_day() {
    let blocks = commands();
    // Through a school year, at its edges, on a leap day, and in years to come.
    for day in
        ["2026-12-31", "2027-03-01", "2027-07-16", "2027-07-31", "2028-02-29", "2031-08-01", "2036-01-15"]
    {
        let (mut journey, running) = Journey::on(day).await;
        for line in blocks.iter().flat_map(|block| block.lines()) {
            journey.line(line).await;
        }
        running.stop().await;
    }
}
