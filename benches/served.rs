//! The gateway under measurement: the program itself, in a process of its own.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;
use sluis::cli::init::LaidOut;

use crate::Fallible;

/// Stops when it is dropped.
pub(crate) struct Served {
    child: Child,
    pub(crate) address: SocketAddr,
    /// From the start of the process to its first call taken.
    pub(crate) start: Duration,
}

impl Served {
    pub(crate) fn start(laid: &LaidOut) -> Fallible<Self> {
        let began = Instant::now();
        let mut child = Command::new(env!("CARGO_BIN_EXE_sluis"))
            .args(["serve", "--json", "--config"])
            .arg(&laid.config_path)
            .env("SLUIS_LOG", "off")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().ok_or("no output")?).read_line(&mut line)?;
        let start = began.elapsed();
        let said: Value = serde_json::from_str(&line)?;
        let address = said.get("data").and_then(Value::as_str).ok_or("no address")?.parse()?;
        Ok(Self { child, address, start })
    }

    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// Kibibytes of the process, as Linux counts them: `VmRSS:` or `VmHWM:`.
    pub(crate) fn resident(&self, name: &str) -> Fallible<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(name)).ok_or("not on Linux")?;
        Ok(line.trim().trim_end_matches("kB").trim().parse()?)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It keeps nothing that was not committed.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Puts quotas that no load reaches into the configuration.
pub(crate) fn lift_quotas(laid: &LaidOut) -> Fallible<()> {
    const GENEROUS: &str = "[quota]\n\
        caller = { per_second = 1000000, burst = 1000000 }\n\
        party = { per_second = 1000000, burst = 1000000 }\n\
        everyone = { per_second = 1000000, burst = 1000000 }\n\
        noted = { per_second = 1000000000, burst = 1000000000 }\n";
    let mut config: toml::Table = fs::read_to_string(&laid.config_path)?.parse()?;
    config.extend(GENEROUS.parse::<toml::Table>()?);
    fs::write(&laid.config_path, config.to_string())?;
    Ok(())
}
