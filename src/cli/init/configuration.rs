//! The configuration that `sluis init` writes: the commented sample, with the choices put in.

use toml::Value;

use super::InitOptions;
use crate::{cli::Failure, config::SAMPLE};

/// The text of the configuration.
pub(super) fn text(options: &InitOptions) -> Result<String, Failure> {
    let mut lines: Vec<String> = SAMPLE.lines().map(str::to_owned).collect();
    set(&mut lines, "", "region", &options.region)?;
    set(&mut lines, "listen", "data", &options.data.to_string())?;
    set(&mut lines, "listen", "ops", &options.ops.to_string())?;
    set(&mut lines, "listen", "public_url", &options.public_url)?;
    set(&mut lines, "log", "origin", &options.origin)?;
    if options.dev.is_some() {
        put(&mut lines, "", "strict", "false")?;
        set(&mut lines, "tls.trust", "file", "tls/ca.pem")?;
        put(&mut lines, "tls.trust", "oin_prefixes", "[\"00000099\"]")?;
        put(&mut lines, "tls.revocation", "files", "[\"tls/ca.crl\"]")?;
        set(&mut lines, "telemetry", "format", "text")?;
        let warning = "# A try-out with a throw-away authority and invented parties: never for real data.";
        lines.insert(0, warning.to_owned());
    }
    lines.push(String::new());
    Ok(lines.join("\n"))
}

/// Gives a member a text as its value.
fn set(lines: &mut [String], section: &str, name: &str, value: &str) -> Result<(), Failure> {
    put(lines, section, name, &Value::String(value.to_owned()).to_string())
}

/// Gives a member a value, also where the sample shows its default behind a `#`.
fn put(lines: &mut [String], section: &str, name: &str, value: &str) -> Result<(), Failure> {
    let mut here = "";
    let mut found = None;
    for (number, line) in lines.iter().enumerate() {
        if line.starts_with('[') {
            here = line.trim_matches(['[', ']']);
        }
        let member = line.strip_prefix("# ").unwrap_or(line);
        if here == section && member.strip_prefix(name).is_some_and(|rest| rest.starts_with(" = ")) {
            found = Some(number);
            break;
        }
    }
    let line = found.and_then(|number| lines.get_mut(number));
    let line = line.ok_or_else(|| Failure::internal(format!("the sample has no `{name}` in `{section}`")))?;
    *line = format!("{name} = {value}");
    Ok(())
}
