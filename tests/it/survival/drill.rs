//! The chapter of the operator's guide about backups, played as it stands there: a stranger with the program and the page gets
//! back what was copied.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use http::StatusCode;
use sluis::domain::party::Role;

use super::process::{GENEROUS, Process, Site, removal};
use crate::{
    store::support::Place,
    support::{Actor, left_out},
};

/// A block of the chapter: the one with this in it.
fn block(with: &str) -> &'static str {
    let (_, chapter) = include_str!("../../../docs/operator/guide.md").split_once("\n## Backup\n").unwrap();
    let chapter = chapter.split("\n## ").next().unwrap();
    let mut blocks = chapter.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    blocks.find(|block| block.contains(with)).unwrap_or_else(|| panic!("no block with {with}"))
}

/// Who follows the page on a machine where its names stand for these.
struct Stranger<'s> {
    site: &'s Site,
    folder: PathBuf,
    path: String,
    names: Vec<(String, String)>,
}

impl<'s> Stranger<'s> {
    fn at(site: &'s Site, programs: &[&Path]) -> Self {
        let folder = site.folder.path().to_owned();
        let bin = folder.join("bin");
        for made in [&bin, &folder.join("backup")] {
            fs::create_dir(made).unwrap();
        }
        symlink(env!("CARGO_BIN_EXE_sluis"), bin.join("sluis")).unwrap();
        let own = std::env::var_os("PATH").unwrap_or_default();
        let all = [bin.as_path()].into_iter().chain(programs.iter().copied()).map(Path::to_owned);
        let path =
            std::env::join_paths(all.chain(std::env::split_paths(&own))).unwrap().into_string().unwrap();
        let etc = site.laid.config_path.parent().unwrap().display().to_string();
        let names = vec![
            ("/etc/sluis".to_owned(), etc),
            ("/backup".to_owned(), folder.join("backup").display().to_string()),
            // There is no user of that name.
            (" -o sluis -g sluis".to_owned(), String::new()),
        ];
        Self { site, folder, path, names }
    }

    /// Types a block, line by line; stops and starts the service where the page says so. Answers what runs at the end.
    async fn types(&self, block: &str, mut running: Option<Process>) -> Option<Process> {
        for line in block.lines() {
            match line {
                "systemctl stop sluis" => running.take().unwrap().stop().await,
                "systemctl start sluis" => running = Some(self.site.start("error").await),
                owner if owner.starts_with("chown ") => {}
                line => self.runs(line),
            }
        }
        running
    }

    fn runs(&self, line: &str) {
        let line = self.names.iter().fold(line.to_owned(), |line, (name, here)| line.replace(name, here));
        let ended = Command::new("sh")
            .args(["-euc", &line])
            .current_dir(&self.folder)
            .env_clear()
            .env("PATH", &self.path)
            .env("HOME", &self.folder)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&[&*ended.stdout, &*ended.stderr].concat()).into_owned();
        assert!(ended.status.success(), "{line}\n{said}");
    }
}

async fn push(school: &Actor, reference: &str, site: &Site) -> String {
    let key = format!("een-sleutel-voor-{reference}");
    let pushed = school.push("/v1/packets", &key, &removal(reference, site.now)).await;
    pushed.expect_status(StatusCode::CREATED).text("/id")
}

/// What was copied is there and can be collected, what came after is not, and the gateway goes on.
async fn goes_on(site: &Site, process: &Process, actors: [&Actor; 2], copied: &str, lost: &str) {
    let [school, college] = actors.map(|actor| site.again(actor, process));
    school.get(&format!("/v1/packets/{copied}")).await.expect_status(StatusCode::OK);
    school.get(&format!("/v1/packets/{lost}")).await.expect_status(StatusCode::NOT_FOUND);
    let after = push(&school, &format!("na-{}", process.id()), site).await;
    for packet in [copied, &after] {
        college.pull(packet).await;
    }
    site.verify_open(process).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_puts_back_a_backup_on_sqlite() {
    let site = Site::new(None, GENEROUS).await;
    let stranger = Stranger::at(&site, &[]);
    let process = site.start("error").await;
    let school = site.party(Role::ProSchool, &process).await;
    let college = site.party(Role::Doorstroompunt, &process).await;
    let copied = push(&school, "voor", &site).await;
    let running = stranger.types(block("--to age1"), Some(process)).await;
    let lost = push(&school, "te-laat", &site).await;
    let running = stranger.types(block("--config /backup/sluis-2026-09-01/sluis.toml"), running).await;

    let running = stranger.types(block("systemctl stop sluis"), running).await.unwrap();
    goes_on(&site, &running, [&school, &college], &copied, &lost).await;

    // The whole machine is gone.
    running.kill().await;
    fs::remove_dir_all(site.laid.config_path.parent().unwrap()).unwrap();
    let running = stranger.types(block("cp -R"), None).await.unwrap();
    goes_on(&site, &running, [&school, &college], &copied, &lost).await;
    running.stop().await;
    stranger.runs("sluis log verify --config /etc/sluis/sluis.toml");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_puts_back_a_dump_on_postgresql() {
    let Some(place) = Place::postgres().await else { return };
    let Some(programs) = std::env::var_os("TEST_POSTGRES_BIN") else {
        left_out("a dump that is restored: TEST_POSTGRES_BIN names no programs");
        return place.remove().await;
    };
    let (server, name) = place.url.rsplit_once('/').unwrap();
    let (user, host) = server.strip_prefix("postgres://").unwrap().split_once('@').unwrap();
    let restored = format!("{name}_restored");
    let names = [
        ("db.example.nl/sluis", format!("{host}/{name}")),
        ("db.example.nl/restored", format!("{host}/{restored}")),
        ("//sluis@", format!("//{user}@")),
        (" restored", format!(" {restored}")),
    ];
    let again = format!("{server}/{restored}");
    let site = Site::new(Some(place), GENEROUS).await;
    let mut stranger = Stranger::at(&site, &[Path::new(&programs)]);
    stranger.names.extend(names.map(|(name, here)| (name.to_owned(), here)));
    let process = site.start("error").await;
    let school = site.party(Role::ProSchool, &process).await;
    let college = site.party(Role::Doorstroompunt, &process).await;
    let copied = push(&school, "voor", &site).await;
    let running = stranger.types(block("pg_dump"), Some(process)).await.unwrap();
    let lost = push(&school, "te-laat", &site).await;
    running.stop().await;

    stranger.types(block("createdb"), None).await;
    let configuration = stranger.folder.join("backup/keys-2026-09-01/sluis.toml");
    let running = site.start_with(&configuration, "error").await;
    goes_on(&site, &running, [&school, &college], &copied, &lost).await;
    running.stop().await;
    stranger.runs("sluis log verify --config /backup/keys-2026-09-01/sluis.toml");
    sqlx::any::install_default_drivers();
    <sqlx::Any as sqlx::migrate::MigrateDatabase>::force_drop_database(&again).await.unwrap();
    site.remove().await;
}
