//! From text to a configuration, with everything that is wrong at once.

mod check;

use std::{fmt, path::Path, time::Duration};

use serde::{Deserializer, de};
use toml::{Table, Value};

use self::check::check;
use super::{Environment, database::DatabaseUrl, whole::Config, words};

use crate::domain::problem::Bilingual;

const SECTIONS: [&str; 12] = [
    "region",
    "strict",
    "listen",
    "publisher",
    "database",
    "keys",
    "policies",
    "tls",
    "log",
    "limits",
    "quota",
    "telemetry",
];

/// Reads section by section, so that one wrong section does not hide what is wrong in the next.
pub(super) fn config(text: &str, folder: &Path, environment: &Environment) -> Result<Config, Vec<Bilingual>> {
    let mut table: Table = text.parse().map_err(|error: toml::de::Error| vec![syntax(text, &error)])?;
    let mut faults: Vec<Bilingual> = table
        .keys()
        .filter(|name| !SECTIONS.contains(&name.as_str()))
        .map(|name| {
            let known = SECTIONS.join(", ");
            Bilingual::of(
                format!("`{name}` is hier niet bekend; bekend zijn {known}"),
                format!("`{name}` is not known here; known are {known}"),
            )
        })
        .collect();
    override_with(&mut table, environment);
    let mut sections = Sections { table, faults: &mut faults };

    let region = sections.required("region");
    let strict = sections.optional("strict").unwrap_or(Some(true));
    let listen = sections.required("listen");
    let publisher = sections.required("publisher");
    let database = sections.required("database");
    let keys = sections.required("keys");
    let policies = sections.or_default("policies");
    let tls = sections.required("tls");
    let log = sections.required("log");
    let limits = sections.or_default("limits");
    let quota = sections.or_default("quota");
    let telemetry = sections.or_default("telemetry");

    let read = (|| {
        Some(Config {
            file: None,
            region: region?,
            strict: strict?,
            listen: listen?,
            publisher: publisher?,
            database: database?,
            keys: keys?,
            policies: policies?,
            tls: tls?,
            log: log?,
            limits: limits?,
            quota: quota?,
            telemetry: telemetry?,
        })
    })();
    let Some(mut config) = read else { return Err(faults) };
    check(&config, &mut faults);
    if !faults.is_empty() {
        return Err(faults);
    }
    settle(&mut config, folder, environment.credentials.as_deref(), &mut faults);
    if faults.is_empty() { Ok(config) } else { Err(faults) }
}

fn syntax(text: &str, error: &toml::de::Error) -> Bilingual {
    // The message names what was expected, not what was found; the line is told instead of shown.
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = before.matches('\n').count().saturating_add(1);
    let why = error.message();
    Bilingual::of(format!("regel {line} is geen TOML"), format!("line {line} is not TOML ({why})"))
}

fn override_with(table: &mut Table, environment: &Environment) {
    let overrides = [
        ("listen", "data", &environment.listen_data),
        ("listen", "ops", &environment.listen_ops),
        ("database", "url", &environment.database_url),
        ("telemetry", "filter", &environment.log),
    ];
    for (section, name, value) in overrides {
        let Some(value) = value else { continue };
        let section = table.entry(section).or_insert_with(|| Value::Table(Table::new()));
        if let Value::Table(section) = section {
            section.insert(name.to_owned(), Value::String(value.clone()));
        }
    }
}

struct Sections<'f> {
    table: Table,
    faults: &'f mut Vec<Bilingual>,
}

impl Sections<'_> {
    /// The section; `None` when it is absent or wrong, which is then among the faults.
    fn required<T: de::DeserializeOwned>(&mut self, name: &'static str) -> Option<T> {
        self.optional(name).unwrap_or_else(|| {
            self.faults.push(Bilingual::of(
                format!("`{name}` ontbreekt; `sluis init` schrijft er een voorbeeld van"),
                format!("`{name}` is missing; `sluis init` writes an example of it"),
            ));
            None
        })
    }

    fn or_default<T: de::DeserializeOwned + Default>(&mut self, name: &'static str) -> Option<T> {
        self.optional(name).unwrap_or_else(|| Some(T::default()))
    }

    /// `None` when the section is absent, `Some(None)` when it is wrong.
    #[expect(clippy::option_option, reason = "absent and wrong are two things")]
    fn optional<T: de::DeserializeOwned>(&mut self, name: &'static str) -> Option<Option<T>> {
        let value = self.table.remove(name)?;
        Some(match T::deserialize(value) {
            Ok(read) => Some(read),
            Err(error) => {
                self.faults.push(if name == "database" {
                    Bilingual::new(
                        "`database` klopt niet: schrijf url en, voor PostgreSQL, password_file",
                        "in `database`: write url and, for PostgreSQL, password_file",
                    )
                } else {
                    let message = without_value(&error);
                    Bilingual::of(
                        format!("`{name}` klopt niet: {}", words::in_dutch(&message)),
                        format!("in `{name}`: {message}"),
                    )
                });
                None
            }
        })
    }
}

/// What was expected and where, but not what was found: anything could have been put there, a password or a key too.
fn without_value(error: &toml::de::Error) -> String {
    let message = error.message();
    let shows = ["invalid type: ", "invalid value: ", "unknown variant ", "invalid length "];
    let told = match message.rsplit_once(", expected ") {
        Some((_, expected)) if shows.iter().any(|start| message.starts_with(start)) => {
            format!("expected {expected}")
        }
        _ => message.to_owned(),
    };
    let shown = error.to_string();
    let place = shown.lines().last().and_then(|line| line.trim().strip_prefix("in `")?.strip_suffix('`'));
    place.map_or_else(|| told.clone(), |place| format!("{place}: {told}"))
}

/// How a path begins whose file a service manager hands over.
const CREDENTIALS: &str = "${CREDENTIALS_DIRECTORY}";

/// Relative paths start at the configuration's own folder, and those of credentials where the service manager put them.
fn settle(config: &mut Config, folder: &Path, credentials: Option<&Path>, faults: &mut Vec<Bilingual>) {
    let paths = [&mut config.keys.dir, &mut config.tls.certificate, &mut config.tls.key]
        .into_iter()
        .chain(&mut config.log.head)
        .chain(&mut config.policies.dir)
        .chain(&mut config.database.password_file)
        .chain(config.tls.trust.iter_mut().map(|anchor| &mut anchor.file))
        .chain(&mut config.tls.revocation.files);
    for path in paths {
        let handed_over = path.strip_prefix(CREDENTIALS).map(Path::to_owned);
        *path = match (handed_over, credentials) {
            (Ok(rest), Some(credentials)) => credentials.join(rest),
            (Ok(_), None) => {
                let path = path.display();
                faults.push(Bilingual::of(
                    format!("{path} is genoemd, en geen systemd heeft dat ingevuld: start als dienst met LoadCredential, of noem het bestand zelf"),
                    format!("{path} is named, and no service manager has set it: start as a service with LoadCredential, or name the file itself"),
                ));
                continue;
            }
            (Err(_), _) => folder.join(&*path),
        };
    }
    let url: DatabaseUrl = config.database.url.under(folder);
    config.database.url = url;
    let beside = config.database.url.file().and_then(Path::parent).unwrap_or(folder);
    config.log.head.get_or_insert_with(|| beside.join("log-head"));
}

/// A whole number of seconds, at least one and at most a day.
pub(super) fn whole_seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    struct Seconds;
    impl de::Visitor<'_> for Seconds {
        type Value = Duration;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a whole number of seconds between 1 and 86400")
        }

        fn visit_i64<E: de::Error>(self, value: i64) -> Result<Duration, E> {
            match u64::try_from(value) {
                Ok(seconds @ 1..=86_400) => Ok(Duration::from_secs(seconds)),
                _ => Err(E::custom("not a whole number of seconds between 1 and 86400")),
            }
        }
    }
    deserializer.deserialize_i64(Seconds)
}
