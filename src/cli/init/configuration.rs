//! The configuration that `sluis init` writes: the commented sample, with the choices put in.

use std::net::SocketAddr;

use toml::Value;

use crate::{
    cli::{Failure, language::both},
    config::SAMPLE,
};

/// What may differ between one try-out and another.
#[derive(Debug, Clone)]
pub struct InitOptions {
    /// Where the data interface will listen; port 0 takes a free one.
    pub data: SocketAddr,
    /// Where health and metrics will be.
    pub ops: SocketAddr,
    /// The database; a SQLite file in the folder without it.
    pub database: Option<String>,
}

/// The configuration of a gateway for real people.
pub(super) fn of_gateway(region: &str, origin: &str, public_url: &str) -> Result<String, Failure> {
    let mut sample = Sample::new();
    sample.text("", "region", region)?;
    sample.text("listen", "public_url", public_url)?;
    sample.text("log", "origin", origin)?;
    Ok(sample.finish())
}

/// The configuration of a gateway to try.
pub(super) fn of_try_out(options: &InitOptions, origin: &str) -> Result<String, Failure> {
    let InitOptions { data, ops, database } = options;
    let url = url(*data);
    let mut sample = Sample::new();
    sample.0.insert(
        0,
        "# A gateway to try: a throw-away authority and invented parties. Never for real data.".to_owned(),
    );
    sample.value("", "strict", "false")?;
    sample.text("listen", "data", &data.to_string())?;
    sample.text("listen", "ops", &ops.to_string())?;
    sample.text("listen", "public_url", &url)?;
    sample.text("publisher", "name", "Sluis try-out")?;
    sample.text("publisher", "url", &url)?;
    if let Some(database) = database {
        sample.text("database", "url", database)?;
    }
    sample.text("tls.trust", "file", "tls/ca.pem")?;
    sample.value("tls.trust", "oin_prefixes", "[\"00000099\"]")?;
    sample.value("tls.revocation", "files", "[\"tls/ca.crl\"]")?;
    sample.text("log", "origin", origin)?;
    sample.text("telemetry", "format", "text")?;
    sample.text("telemetry", "filter", "warn")?;
    Ok(sample.finish())
}

/// How the data interface of a gateway to try is addressed.
pub(super) fn url(data: SocketAddr) -> String {
    format!("https://localhost:{}", data.port())
}

/// The lines of the sample.
struct Sample(Vec<String>);

impl Sample {
    fn new() -> Self {
        Self(SAMPLE.lines().map(str::to_owned).collect())
    }

    /// Gives a member a text as its value.
    fn text(&mut self, section: &str, name: &str, value: &str) -> Result<(), Failure> {
        self.value(section, name, &Value::String(value.to_owned()).to_string())
    }

    /// Gives a member a value, also where the sample shows its default behind a `#`.
    fn value(&mut self, section: &str, name: &str, value: &str) -> Result<(), Failure> {
        let mut here = String::new();
        for line in &mut self.0 {
            if line.starts_with('[') {
                line.trim_matches(['[', ']']).clone_into(&mut here);
            }
            let member = line.strip_prefix("# ").unwrap_or(line);
            if here == section && member.strip_prefix(name).is_some_and(|rest| rest.starts_with(" = ")) {
                *line = format!("{name} = {value}");
                return Ok(());
            }
        }
        Err(Failure::internal(both!(
            "het voorbeeld heeft geen `{name}` in `{section}`",
            "the sample has no `{name}` in `{section}`"
        )))
    }

    fn finish(mut self) -> String {
        self.0.push(String::new());
        self.0.join("\n")
    }
}
