//! What no single section can see.

use crate::{
    config::{
        database::InvalidDatabaseUrl,
        sections::{Listen, Tls},
        whole::Config,
    },
    domain::problem::Bilingual,
};

/// What no single section can see.
pub(super) fn check(config: &Config, faults: &mut Vec<Bilingual>) {
    if config.region.is_empty() {
        faults.push(Bilingual::new(
            "`region` is leeg; noem het bestand van de regio in policies/regions, zonder .toml",
            "`region` is empty; name the region's file in policies/regions, without .toml",
        ));
    }
    check_listen(&config.listen, config.strict, faults);
    if let Some(contact) = &config.publisher.security
        && (!["mailto:", "https://", "tel:"].iter().any(|form| contact.starts_with(form))
            || contact.contains(|letter: char| letter.is_whitespace() || letter.is_control()))
    {
        faults.push(Bilingual::new(
            "publisher.security moet één adres zijn dat begint met mailto:, https:// of tel:, en niets daarachter",
            "publisher.security must be one mailto:, https:// or tel: address, and nothing behind it",
        ));
    }
    if let Err(wrong) = config.database.url.check() {
        let nl = match wrong {
            InvalidDatabaseUrl::Kind => {
                "begint niet met sqlite: en niet met postgres://; schrijf bijvoorbeeld sqlite:gateway.db"
            }
            InvalidDatabaseUrl::Password => {
                "bevat een wachtwoord; haal het weg, zet het in een bestand dat alleen de gateway mag lezen, en noem dat bestand in database.password_file"
            }
        };
        faults.push(Bilingual::of(format!("database.url {nl}"), format!("database.url {wrong}")));
    }
    match (&config.database.password_file, config.database.url.is_sqlite()) {
        (Some(_), true) => faults.push(Bilingual::new(
            "database.password_file is voor PostgreSQL; haal het weg, SQLite heeft geen wachtwoord",
            "database.password_file is for PostgreSQL; take it out, SQLite has no password",
        )),
        (Some(_), false) if !config.database.names_user() => {
            faults.push(Bilingual::new(
                "database.url noemt geen gebruiker bij database.password_file; schrijf postgres://gebruiker@machine/naam",
                "database.url names no user for database.password_file; write postgres://user@host/name",
            ));
        }
        _ => {}
    }
    check_tls(&config.tls, config.strict, faults);
    let origin = &config.log.origin;
    if origin.is_empty()
        || origin.contains("://")
        || origin.contains(char::is_whitespace)
        || origin.contains('+')
        || origin.ends_with('/')
    {
        faults.push(Bilingual::new(
            "log.origin moet een machine en een pad zijn, zonder https://, spatie, plus of schuine streep aan het eind, zoals log.example.nl/sluis",
            "log.origin must be a host and a path without scheme, space, plus or slash at the end, such as log.example.nl/sluis",
        ));
    }
    faults.extend(config.limits.faults());
    if tracing_subscriber::EnvFilter::try_new(&config.telemetry.filter).is_err() {
        faults.push(Bilingual::new(
            "telemetry.filter (of SLUIS_LOG) is geen niveau zoals info, en geen lijst zoals warn,sluis=debug",
            "telemetry.filter (or SLUIS_LOG) is not a level such as info, nor directives such as warn,sluis=debug",
        ));
    }
}

fn check_listen(listen: &Listen, strict: bool, faults: &mut Vec<Bilingual>) {
    if strict && !listen.ops.ip().is_loopback() {
        faults.push(Bilingual::new(
            "listen.ops is van buiten te bereiken, en het is HTTP zonder TLS; schrijf 127.0.0.1 en een poort, en laat een proxy op deze machine het openstellen",
            "listen.ops is not on the loopback, and it is plain HTTP; write 127.0.0.1 and a port, and let a proxy on this machine publish it",
        ));
    }
    if listen.data == listen.ops && listen.data.port() != 0 {
        faults.push(Bilingual::new(
            "listen.data en listen.ops hebben hetzelfde adres; geef elk een eigen poort",
            "listen.data and listen.ops have the same address; give each its own port",
        ));
    }
    let is_name = |name: &String| {
        !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'))
    };
    if !listen.ops_names.iter().all(is_name) {
        faults.push(Bilingual::new(
            "listen.ops_names moeten namen van machines zijn, zonder https://, poort of pad, zoals metrics.example.nl",
            "listen.ops_names must be names of hosts, without scheme, port or path, such as metrics.example.nl",
        ));
    }
    let url = &listen.public_url;
    let host = url.strip_prefix("https://").unwrap_or_default();
    if host.is_empty() || host.contains('/') || !host.is_ascii() || host.contains(char::is_whitespace) {
        faults.push(Bilingual::new(
            "listen.public_url moet https:// zijn met een machine, zo nodig met een poort, en niets daarachter",
            "listen.public_url must be https:// and a host, perhaps with a port, and nothing behind it",
        ));
    }
}

fn check_tls(tls: &Tls, strict: bool, faults: &mut Vec<Bilingual>) {
    if tls.trust.is_empty() {
        faults.push(Bilingual::new(
            "tls.trust is leeg, dus niemand kan verbinden; voeg [[tls.trust]] toe met file en oin_prefixes",
            "tls.trust is empty, so no client could connect; add [[tls.trust]] with file and oin_prefixes",
        ));
    }
    for anchor in &tls.trust {
        let file = anchor.file.display();
        if anchor.oin_prefixes.is_empty() {
            faults.push(Bilingual::of(
                format!("de CA in {file} staat voor geen enkel OIN in; noem in oin_prefixes hoe ze beginnen, zoals \"00000001\""),
                format!("the trust anchor {file} vouches for no OIN; list the beginnings in oin_prefixes, such as \"00000001\""),
            ));
        }
        for prefix in &anchor.oin_prefixes {
            if prefix.len() != 8 || !prefix.bytes().all(|byte| byte.is_ascii_digit()) {
                faults.push(Bilingual::of(
                    format!(
                        "de CA in {file} heeft in oin_prefixes `{prefix}`; zo'n begin heeft acht cijfers"
                    ),
                    format!(
                        "the trust anchor {file} has the OIN prefix `{prefix}`; a prefix has eight digits"
                    ),
                ));
            }
        }
    }
    if strict && tls.revocation.files.is_empty() {
        faults.push(Bilingual::new(
            "tls.revocation.files is leeg, dus een ingetrokken certificaat zou gelden; voeg de lijsten (CRL) toe, of zet strict = false om te proberen",
            "tls.revocation.files is empty, so a revoked certificate would be taken; add the CRLs, or set strict = false for a try-out",
        ));
    }
}
