//! The configuration.

use std::path::Path;

use sluis::{
    config::{Config, Environment, SAMPLE},
    http::limits::{Limits, quota::Rates},
};

/// What is wrong, in English; a Dutch reader is told as much.
fn read(text: &str) -> Result<Config, Vec<String>> {
    Config::parse(text, Path::new("/etc/sluis"), &Environment::default()).map_err(|faults| {
        for fault in &faults {
            assert!(!fault.nl.is_empty() && fault.nl != fault.en, "{fault:?}");
        }
        faults.into_iter().map(|fault| fault.en.into_owned()).collect()
    })
}

#[track_caller]
fn fault(text: &str) -> String {
    let faults = read(text).expect_err("a fault");
    assert_eq!(faults.len(), 1, "{faults:#?}");
    faults[0].clone()
}

#[test]
fn the_sample_is_a_configuration() {
    let config = read(SAMPLE).unwrap();
    assert!(config.strict, "strict unless it is switched off");
    assert_eq!(config.tls.trust[0].file, Path::new("/etc/sluis/tls/pkioverheid-private-root.pem"));
    assert_eq!(config.database.connect_url().unwrap().as_str(), "sqlite:/etc/sluis/gateway.db");
    assert_eq!(config.policies.dir, None);
    assert_eq!((config.limits, config.quota), (Limits::default(), Rates::default()));
}

#[test]
fn the_sample_shows_every_member_with_its_default() {
    // Every commented member with a value, uncommented, must be known and must be the default.
    let uncomment = |line: &'static str| {
        let member = line.strip_prefix("# ").filter(|rest| {
            let name = rest.split_once(" = ").map_or("", |(name, _)| name);
            let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
            is_name && !["password_file", "dir", "security"].contains(&name)
        });
        member.unwrap_or(line)
    };
    let shown = SAMPLE.lines().map(uncomment).collect::<Vec<_>>().join("\n");
    assert_ne!(shown, SAMPLE);
    assert_eq!(read(&shown).unwrap(), read(SAMPLE).unwrap());
    for name in ["strict", "ops", "reload_seconds", "body_bytes", "idle_seconds", "party", "filter", "format"]
    {
        assert!(shown.lines().any(|line| line.starts_with(&format!("{name} = "))), "{name}");
    }
}

#[test]
fn everything_that_is_wrong_is_told_at_once_with_what_to_do() {
    let text = SAMPLE
        .replace("region = \"noord-holland-noord\"", "regio = \"x\"")
        .replace("0.0.0.0:8443", "nowhere")
        .replace("sqlite:gateway.db", "mysql://x")
        .replace("# bytes_in_flight = 67108864", "bytes_in_flight = 1")
        .replace("\"00000001\", ", "\"1\", ")
        .replace("# filter = \"info\"", "filtre = \"info\"");
    let faults = read(&text).unwrap_err();
    for part in ["`regio` is not known", "`region` is missing", "in `listen`", "in `telemetry`"] {
        assert!(faults.iter().any(|fault| fault.contains(part)), "{part} is not in {faults:#?}");
    }
    let text = text
        .replace("regio = \"x\"", "region = \"x\"")
        .replace("nowhere", "0.0.0.0:8443")
        .replace("filtre", "filter");
    let faults = read(&text).unwrap_err();
    for part in ["database.url", "limits.bytes_in_flight", "eight digits"] {
        assert!(faults.iter().any(|fault| fault.contains(part)), "{part} is not in {faults:#?}");
    }
    assert_eq!(faults.len(), 3, "{faults:#?}");
}

#[test]
fn a_fault_in_the_text_names_the_line() {
    assert!(
        fault("region = \"x\"\nlisten = [").starts_with("line 2"),
        "{}",
        fault("region = \"x\"\nlisten = [")
    );
}

#[test]
fn what_is_only_fit_for_a_try_out_is_refused_unless_strict_is_off() {
    let open_ops = SAMPLE.replace("# ops = \"127.0.0.1:8444\"", "ops = \"0.0.0.0:9100\"");
    assert!(fault(&open_ops).contains("listen.ops"));
    let no_crl = SAMPLE.replace("files = [\"tls/pkioverheid-private.crl\"]", "files = []");
    assert!(fault(&no_crl).contains("tls.revocation.files"));
    for text in [open_ops, no_crl] {
        assert!(read(&text.replace("# strict = true", "strict = false")).is_ok());
    }
}

#[test]
fn where_a_weakness_is_reported_is_one_address() {
    let with = |contact: &str| {
        SAMPLE.replace("# security = \"mailto:security@example.nl\"", &format!("security = \"{contact}\""))
    };
    for wrong in ["security@example.nl", "mailto:a@example.nl\\nExpires: never", "http://example.nl"] {
        assert!(fault(&with(wrong)).contains("publisher.security"), "{wrong}");
    }
    assert!(read(&with("mailto:security@example.nl")).is_ok());
}

#[test]
fn a_password_is_a_file_and_never_shown() {
    let url = |url: &str| SAMPLE.replace("sqlite:gateway.db", url);
    for text in
        [url("postgres://sluis:geheim@db/sluis"), url("postgres://db/sluis?user=sluis&password=geheim")]
    {
        let fault = fault(&text);
        assert!(fault.contains("database.password_file") && !fault.contains("geheim"), "{fault}");
    }
    let wrong_type = SAMPLE.replace("url = \"sqlite:gateway.db\"", "url = [\"geheim\"]");
    assert!(!fault(&wrong_type).contains("geheim"));
    let not_a_section = SAMPLE
        .replace("[database]\n", "[other]\n")
        .replace("region = ", "database = \"postgres://sluis:geheim@db\"\nregion = ");
    let faults = read(&not_a_section).unwrap_err();
    assert!(!faults.iter().any(|fault| fault.contains("geheim")), "{faults:#?}");

    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("password"), "geh:im@/\n").unwrap();
    let text = url("postgres://sluis@db/sluis?sslmode=verify-full")
        .replace("# password_file = \"secrets/database-password\"", "password_file = \"password\"");
    let config = Config::parse(&text, folder.path(), &Environment::default()).unwrap();
    assert_eq!(
        config.database.connect_url().unwrap().as_str(),
        "postgres://sluis:geh%3Aim%40%2F@db/sluis?sslmode=verify-full"
    );
    assert!(!format!("{config:?}").contains("postgres://"), "{config:?}");
}

/// A member where another kind of value belongs, and a section where a member belongs.
#[test]
fn a_value_of_the_wrong_kind_is_not_repeated_but_its_place_is() {
    const SECRET: &str = "geheim-4471";
    for (wrong, place) in [
        (format!("keys = \"{SECRET}\""), "in `keys`"),
        (format!("keys = {{ dir = [\"{SECRET}\"] }}"), "in `keys`: dir: expected"),
        (format!("keys = {{ dir = {{ value = \"{SECRET}\" }} }}"), "in `keys`: dir: expected"),
        (format!("tls = \"{SECRET}\""), "in `tls`"),
        (format!("tls = {{ certificate = \"a\", key = [\"{SECRET}\"] }}"), "in `tls`: key: expected"),
        (format!("database = \"{SECRET}\""), "in `database`"),
        (format!("database = {{ url = \"sqlite:a\", password_file = [\"{SECRET}\"] }}"), "in `database`"),
        (format!("policies = \"{SECRET}\""), "in `policies`"),
        (format!("telemetry = {{ format = \"{SECRET}\" }}"), "in `telemetry`: format: expected"),
        (format!("limits = {{ body_bytes = \"{SECRET}\" }}"), "in `limits`: body_bytes: expected"),
        (format!("listen = {{ data = \"{SECRET}\" }}"), "in `listen`"),
        (format!("strict = \"{SECRET}\""), "in `strict`: expected a boolean"),
        (format!("{SECRET}\n= 4"), "line 1"),
        (format!("keys = {SECRET}"), "line 1"),
        (format!("keys = \"{SECRET}"), "line 1"),
    ] {
        let faults = read(&wrong).unwrap_err().join("\n");
        assert!(faults.contains(place), "{place} is not in {faults}");
        assert!(!faults.contains(SECRET), "{wrong}: {faults}");
    }
}

#[test]
fn the_environment_goes_before_the_file() {
    let environment = Environment {
        listen_data: Some("127.0.0.1:0".to_owned()),
        log: Some("debug".to_owned()),
        database_url: Some("sqlite::memory:".to_owned()),
        ..Environment::default()
    };
    let config = Config::parse(SAMPLE, Path::new("/etc/sluis"), &environment).unwrap();
    assert_eq!(config.listen.data, "127.0.0.1:0".parse().unwrap());
    assert_eq!(config.telemetry.filter, "debug");
    assert_eq!(config.database.connect_url().unwrap().as_str(), "sqlite::memory:");
    let environment =
        Environment { database_url: Some("postgres://a:geheim@b/c".to_owned()), ..Environment::default() };
    let faults = Config::parse(SAMPLE, Path::new("/etc/sluis"), &environment).unwrap_err();
    assert!(faults.len() == 1 && !format!("{faults:?}").contains("geheim"), "{faults:?}");
    assert!(!format!("{environment:?}").contains("geheim"));
}

#[test]
fn a_file_that_is_not_there_says_what_to_do() {
    let environment = Environment { config: Some("/nowhere/sluis.toml".into()), ..Environment::default() };
    let error = Config::load(&environment).unwrap_err().to_string();
    assert!(error.contains("/nowhere/sluis.toml") && error.contains("sluis init"), "{error}");
}
