//! The gateway as a service: what it tells its manager, how it reloads, and which files it refuses.

use std::{
    fs,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    time::Duration,
};

use http::StatusCode;
use jiff::SignedDuration;
use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, KeyPair, date_time_ymd};
use rustix::process::Signal;
use serde_json::{Value, json};
use sluis::{
    accesslog::receipt::Claims,
    crypto::sign,
    domain::{id::SystemEntropy, party::Role},
    merkle::note::LogVerifier,
};
use tokio::{net::UnixDatagram, time::timeout};

use super::{
    needles::files_below,
    process::{GENEROUS, PATIENCE, Process, Site, removal, serve, sluis},
};
use crate::{
    odd,
    support::{Actor, left_out},
};

async fn heard(manager: &UnixDatagram, what: &str) {
    let waiting = async {
        let mut bytes = [0; 512];
        loop {
            let length = manager.recv(&mut bytes).await.unwrap();
            if String::from_utf8_lossy(&bytes[..length]).lines().any(|line| line == what) {
                return;
            }
        }
    };
    timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("{what} was not said"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_manager_hears_when_it_is_ready_reloads_lives_and_stops() {
    let site = Site::new(None, GENEROUS).await;
    let socket = site.folder.path().join("notify");
    let manager = UnixDatagram::bind(&socket).unwrap();
    let mut command = serve(&site.laid.config_path);
    command.env("NOTIFY_SOCKET", &socket).env("WATCHDOG_USEC", "400000");
    let process = site.start_by(command, "info").await;
    heard(&manager, "READY=1").await;
    assert_eq!(process.ask_ops("/readyz").await.0, 200, "ready is said when it answers");
    heard(&manager, "WATCHDOG=1").await;
    process.told(Signal::HUP);
    heard(&manager, "RELOADING=1").await;
    heard(&manager, "READY=1").await;
    process.terminate();
    heard(&manager, "STOPPING=1").await;
    assert_eq!(process.ended().await.code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hangup_reads_again_and_says_so() {
    let site = Site::new(None, GENEROUS).await;
    let text = fs::read_to_string(&site.laid.config_path).unwrap();
    let with = |section: &str, name: &str, value: &str| {
        let mut config: toml::Table = text.parse().unwrap();
        config[section][name] = toml::Value::String(value.to_owned());
        fs::write(&site.laid.config_path, config.to_string()).unwrap();
    };
    with("telemetry", "filter", "warn");
    let process = site.start_quietly(serve(&site.laid.config_path)).await;
    let school = site.party(Role::ProSchool, &process).await;
    assert!(!process.logged().contains("request answered"));
    with("telemetry", "filter", "debug");
    process.told(Signal::HUP);
    process.logs("everything was read again").await;
    let again = site.again(&school, &process);
    again.get("/v1/datasets").await;
    process.logs("request answered").await;
    assert!(!process.logged().contains(" h2::"), "frames are not for the log");

    // What is wrong changes nothing, and what cannot be taken over is said.
    with("telemetry", "filter", "no=such=filter");
    process.told(Signal::HUP);
    process.logs("the log filter was not read again").await;
    with("telemetry", "format", "json");
    process.told(Signal::HUP);
    process.logs("restart_needed").await;
    process.stop().await;
}

/// The last line of a reload is true of each part: it never says that all was read again where something was not.
#[tokio::test(flavor = "multi_thread")]
async fn a_hangup_says_which_part_was_taken_up_and_which_was_kept() {
    let site = Site::new(None, GENEROUS).await;
    let process = site.start("info").await;
    let config: toml::Table = fs::read_to_string(&site.laid.config_path).unwrap().parse().unwrap();
    let file = config["tls"]["revocation"]["files"][0].as_str().unwrap();
    let list = site.laid.config_path.parent().unwrap().join(file);
    let sound = fs::read(&list).unwrap();
    fs::write(&list, "-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n").unwrap();
    process.told(Signal::HUP);
    process.logs("read again in part").await;
    let logged = process.logged();
    let line = logged.lines().find(|line| line.contains("read again in part")).unwrap();
    let (taken, kept) = line.split_once(" kept=").unwrap();
    for part in ["authorities", "own certificate", "keys", "log filter"] {
        assert!(taken.contains(part) && !kept.contains(part), "{part}: {line}");
    }
    assert!(kept.contains("revocation list `") && kept.contains(file), "{line}");
    assert!(!logged.contains("everything was read again"), "{logged}");
    fs::write(&list, sound).unwrap();
    process.told(Signal::HUP);
    process.logs("everything was read again").await;
    process.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hangup_takes_up_new_keys_and_lets_go_of_none() {
    let site = Site::new(None, GENEROUS).await;
    let process = site.start("info").await;
    let school = site.party(Role::ProSchool, &process).await;
    let _college = site.party(Role::Doorstroompunt, &process).await;
    let push = async |reference: &str| {
        let key = format!("een-sleutel-voor-{reference}");
        let pushed = school.push("/v1/packets", &key, &removal(reference, site.now)).await;
        pushed.expect_status(StatusCode::CREATED).text("/recipients/0/receipt")
    };
    let first = push("voor").await;
    let operate = async |arguments: &[&str]| {
        let mut command = sluis();
        let output =
            command.args(arguments).arg("--json").arg("--config").arg(&site.laid.config_path).output();
        let output = output.await.unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    let mut public = Vec::new();
    for kind in ["at-rest", "pseudonym", "receipt", "log"] {
        public.push(operate(&["keys", "rotate", kind]).await["public"].clone());
    }
    // Nothing of them is used before it is asked for.
    assert_eq!(sign::kid_of(&push("nog").await).unwrap(), sign::kid_of(&first).unwrap());
    process.told(Signal::HUP);
    process.logs("new versions of the gateway's own keys are in use").await;
    let receipt = push("na").await;
    let jwk: Value = serde_json::from_str(public[2].as_str().unwrap()).unwrap();
    sign::verify::<Claims>(&receipt, &jwk).unwrap();
    let checkpoint = school.get("/checkpoint").await;
    let checkpoint = String::from_utf8(checkpoint.expect_status(StatusCode::OK).body.clone()).unwrap();
    LogVerifier::from_vkey(public[3].as_str().unwrap()).unwrap().open(&checkpoint).unwrap();
    // What was sealed under the former is read as before, by the gateway and by its operator.
    school.get("/v1/entries").await.expect_status(StatusCode::OK);
    let sound = operate(&["log", "verify"]).await;
    assert_eq!(sound["report"]["findings"], json!([]), "{sound}");

    // A version that is in use is not given up, nor exchanged for another secret.
    let keys = &site.laid.config.keys.dir;
    let aside = site.folder.path().join("aside");
    fs::rename(keys.join("at-rest.v1.key"), &aside).unwrap();
    process.told(Signal::HUP);
    process.logs("at-rest.v1.key").await;
    school.get("/v1/entries").await.expect_status(StatusCode::OK);
    push("daarna").await;
    fs::rename(&aside, keys.join("at-rest.v1.key")).unwrap();
    process.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hangup_takes_up_no_key_that_the_database_does_not_know() {
    let (site, other) = (Site::new(None, GENEROUS).await, Site::new(None, GENEROUS).await);
    let process = site.start("info").await;
    let school = site.party(Role::ProSchool, &process).await;
    let _college = site.party(Role::Doorstroompunt, &process).await;
    let (keys, others) = (&site.laid.config.keys.dir, &other.laid.config.keys.dir);
    let push = async |reference: &str| {
        let key = format!("een-sleutel-voor-{reference}");
        let pushed = school.push("/v1/packets", &key, &removal(reference, site.now)).await;
        pushed.expect_status(StatusCode::CREATED).text("/recipients/0/receipt")
    };
    let first = push("voor").await;
    for (theirs, next) in [("receipt.v1.pem", "receipt.v2.pem"), ("at-rest.v1.key", "at-rest.v2.key")] {
        fs::copy(others.join(theirs), keys.join(next)).unwrap();
        process.told(Signal::HUP);
        process.logs(next).await;
        assert!(!process.logged().contains("new versions of the gateway's own keys are in use"));
        assert_eq!(sign::kid_of(&push(next).await).unwrap(), sign::kid_of(&first).unwrap());
        fs::remove_file(keys.join(next)).unwrap();
    }
    process.told(Signal::HUP);
    process.logs("everything was read again").await;
    school.get("/v1/entries").await.expect_status(StatusCode::OK);
    let sealed_with_known_keys = process.log.clone();
    process.stop().await;
    site.verify_store(&sealed_with_known_keys).await;
}

fn set_mode(path: &Path, mode: u32) -> u32 {
    let before = fs::metadata(path).unwrap().permissions().mode();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    before
}

/// The configuration with `strict` on or off.
fn set_strict(site: &Site, on: bool) {
    let mut config: toml::Table = fs::read_to_string(&site.laid.config_path).unwrap().parse().unwrap();
    config["strict"] = toml::Value::Boolean(on);
    fs::write(&site.laid.config_path, config.to_string()).unwrap();
}

/// The policies of this version, in a folder `own` of the operator's, with an empty folder among them.
fn own_policies(site: &Site) {
    let folder = site.laid.config_path.parent().unwrap();
    for from in files_below(Path::new("policies")) {
        let to = folder.join("own").join(from.strip_prefix("policies").unwrap());
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(&from, &to).unwrap();
    }
    fs::create_dir(folder.join("own/empty")).unwrap();
    let mut config: toml::Table = fs::read_to_string(&site.laid.config_path).unwrap().parse().unwrap();
    config.insert("policies".to_owned(), toml::Value::Table(toml::toml! { dir = "own" }));
    fs::write(&site.laid.config_path, config.to_string()).unwrap();
}

/// A file of mode 600 is its owner's, whoever that is.
#[tokio::test(flavor = "multi_thread")]
async fn a_secret_of_another_user_is_refused() {
    let own = rustix::process::geteuid().as_raw();
    if own != 0 {
        return left_out("a secret of another user: this user may give no file away (root may)");
    }
    let site = Site::new(None, GENEROUS).await;
    let folder = site.laid.config_path.parent().unwrap().to_owned();
    set_strict(&site, true);
    for name in ["gateway.db", "tls/server.key", "keys/at-rest.v1.key"] {
        let path = folder.join(name);
        std::os::unix::fs::chown(&path, Some(54321), None).unwrap();
        let (code, said) = site.fail_to_start().await;
        assert_eq!(code, Some(78), "{name}: {said}");
        assert!(said.contains(&format!("chown {own} {}", path.display())), "{name}: {said}");
        std::os::unix::fs::chown(&path, Some(own), None).unwrap();
    }
    site.start("off").await.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_others_may_use_are_refused_whichever_they_are() {
    let site = Site::new(None, GENEROUS).await;
    let folder = site.laid.config_path.parent().unwrap().to_owned();
    set_strict(&site, true);
    own_policies(&site);
    site.start("off").await.stop().await;
    let cases: [(&str, u32, bool); 16] = [
        ("tls/server.key", 0o644, true),
        ("tls/server.key", 0o660, true),
        ("tls/server.pem", 0o644, false),
        ("tls/server.pem", 0o664, true),
        ("tls/ca.crl", 0o646, true),
        ("gateway.db", 0o644, true),
        ("sluis.toml", 0o640, false),
        ("sluis.toml", 0o666, true),
        ("keys/at-rest.v1.key", 0o644, true),
        ("tls", 0o777, true),
        ("own/law.toml", 0o644, false),
        ("own/law.toml", 0o664, true),
        ("own/definitions/persoon.json", 0o646, true),
        ("own/datasets/uitstroomprofiel", 0o777, true),
        ("own/empty", 0o777, true),
        ("log-head", 0o622, true),
    ];
    for (name, mode, refused) in cases {
        let path = folder.join(name);
        let before = set_mode(&path, mode);
        if refused {
            let (code, said) = site.fail_to_start().await;
            assert_eq!(code, Some(78), "{name} {mode:o}: {said}");
            assert!(said.contains(&path.display().to_string()), "{name} {mode:o}: {said}");
        } else {
            site.start("off").await.stop().await;
        }
        set_mode(&path, before);
    }
    // All at once; and in a try-out it is only said.
    set_mode(&folder.join("tls/server.key"), 0o644);
    set_mode(&folder.join("gateway.db"), 0o644);
    let (_, said) = site.fail_to_start().await;
    assert!(said.contains("server.key") && said.contains("gateway.db"), "{said}");
    set_strict(&site, false);
    let process = site.start("warn").await;
    process.logs("open_to_others").await;
    process.stop().await;
}

/// The last line of the reload that this asks for.
async fn reloaded(process: &Process) -> String {
    let last_lines = || {
        let lines = process.logged();
        let is_last =
            |line: &&str| line.contains("read again in part") || line.contains("everything was read again");
        lines.lines().filter(is_last).map(str::to_owned).collect::<Vec<_>>()
    };
    let before = last_lines().len();
    process.told(Signal::HUP);
    let waiting = async {
        while last_lines().len() == before {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("no last line: {}", process.logged()));
    last_lines().pop().unwrap()
}

/// The certificate that the gateway shows.
async fn shown(site: &Site, actor: &Actor, process: &Process) -> Vec<u8> {
    let stream = site.raw(actor, process).await;
    stream.get_ref().1.peer_certificates().unwrap()[0].to_vec()
}

/// What may not be there at the start may not come in by a reload either: the old stays, and that is said.
#[tokio::test(flavor = "multi_thread")]
async fn a_hangup_takes_nothing_that_others_may_use() {
    let site = Site::new(None, GENEROUS).await;
    let folder = site.laid.config_path.parent().unwrap().to_owned();
    set_strict(&site, true);
    let process = site.start("info").await;
    let school = site.actor(Role::ProSchool, &process);
    let tls = &site.laid.config.tls;
    let renew = || {
        let (gateway, names) = ("00000099000000000001".parse().unwrap(), ["localhost"]);
        let issued = site.laid.authority.server(gateway, "Poort", &names, site.now, &SystemEntropy::new());
        let issued = issued.unwrap();
        fs::write(&tls.key, issued.key_pem.as_bytes()).unwrap();
        fs::write(&tls.certificate, &issued.chain_pem).unwrap();
        issued.der
    };
    let mut in_use = shown(&site, &school, &process).await;

    let cases: [(&str, u32, &str); 10] = [
        ("tls/server.key", 0o644, "own certificate"),
        ("tls/server.key", 0o620, "own certificate"),
        ("tls/server.pem", 0o664, "own certificate"),
        ("tls/ca.pem", 0o646, "authorities"),
        ("tls/ca.crl", 0o646, "revocation list `"),
        ("keys/at-rest.v1.key", 0o644, "keys"),
        ("keys/pseudonym.v1.key", 0o602, "keys"),
        ("keys", 0o777, "keys"),
        ("sluis.toml", 0o666, "log filter"),
        ("tls", 0o777, "own certificate"),
    ];
    let parts = ["own certificate", "authorities", "revocation list `", "keys", "log filter"];
    for (name, mode, part) in cases {
        let case = format!("{name} {mode:o}");
        let path = folder.join(name);
        let renewed = renew();
        let named = |path: &Path| process.logged().matches(&path.display().to_string()).count();
        let before = named(&path);
        let sound = set_mode(&path, mode);
        let line = reloaded(&process).await;
        let kept = line.split_once(" kept=").unwrap_or_else(|| panic!("{case}: {line}")).1;
        let others = parts.iter().filter(|other| **other != part && name != "tls");
        assert!(
            kept.contains(part) && !others.into_iter().any(|other| kept.contains(other)),
            "{case}: {line}"
        );
        let is_own = part == "own certificate";
        let expected = if is_own { &in_use } else { &renewed };
        assert_eq!(&shown(&site, &school, &process).await, expected, "{case}");
        assert!(named(&path) > before, "{case} is not named: {}", process.logged());
        assert!(!process.logged().contains("is not there, or may not be read"), "{case}: it is there");
        set_mode(&path, sound);
        assert!(reloaded(&process).await.contains("everything was read again"), "{case}");
        in_use = shown(&site, &school, &process).await;
        assert_eq!(in_use, renewed, "{case}: what is closed again is taken");
    }
    // What a reload does not read is named.
    let database = folder.join("gateway.db");
    set_mode(&database, 0o644);
    assert!(reloaded(&process).await.contains("read again"));
    let said = process.logged();
    assert!(
        said.lines().any(|line| line.contains("open_to_others") && line.contains("gateway.db")),
        "{said}"
    );
    process.stop().await;
}

/// What callers would refuse does not take the place of what they take, in a try-out either.
#[tokio::test(flavor = "multi_thread")]
async fn a_hangup_takes_no_certificate_that_callers_refuse() {
    let site = Site::new(None, GENEROUS).await;
    let (tls, now) = (&site.laid.config.tls, site.now);
    let key = KeyPair::generate().unwrap();
    let server = |change: fn(&mut CertificateParams)| {
        let mut params = odd::of_server(&["localhost"]);
        change(&mut params);
        odd::chain(&params, &key, &site.laid.authority)
    };
    let own = "00000099000000000001".parse().unwrap();
    let early = now.checked_add(SignedDuration::from_hours(24 * 30)).unwrap();
    let early =
        site.laid.authority.server(own, "Poort", &["localhost"], early, &SystemEntropy::new()).unwrap();
    let cases = [
        (server(|made| made.not_after = date_time_ymd(2026, 9, 1)), key.serialize_pem(), "ended at"),
        (early.chain_pem.clone(), early.key_pem.to_string(), "is not valid before"),
        (
            server(|made| made.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth]),
            key.serialize_pem(),
            "leaves out serverAuth",
        ),
        (server(|made| made.subject_alt_names.clear()), key.serialize_pem(), "has no subjectAltName"),
        (server(|_| {}), early.key_pem.to_string(), "is not that of the certificate in"),
    ];
    let of_before = (fs::read(&tls.certificate).unwrap(), fs::read(&tls.key).unwrap());
    for strict in [false, true] {
        set_strict(&site, strict);
        fs::write(&tls.certificate, &of_before.0).unwrap();
        fs::write(&tls.key, &of_before.1).unwrap();
        let process = site.start("info").await;
        let school = site.actor(Role::ProSchool, &process);
        let in_use = shown(&site, &school, &process).await;
        for (chain, key, why) in &cases {
            fs::write(&tls.certificate, chain).unwrap();
            fs::write(&tls.key, key).unwrap();
            let line = reloaded(&process).await;
            let kept = line.split_once(" kept=").unwrap_or_else(|| panic!("{why}: {line}")).1;
            assert!(kept.contains("own certificate"), "{why}: {line}");
            assert!(process.logged().contains(why), "{why}: {}", process.logged());
            assert_eq!(shown(&site, &school, &process).await, in_use, "{why}");
            assert_eq!(process.ask_ops("/readyz").await, (200, "ready\n".to_owned()), "{why}");
        }
        fs::write(&tls.certificate, server(|_| {})).unwrap();
        fs::write(&tls.key, key.serialize_pem()).unwrap();
        assert!(reloaded(&process).await.contains("everything was read again"));
        assert_ne!(shown(&site, &school, &process).await, in_use);
        process.stop().await;
    }
    // With nothing better in use it is served, and called by its name.
    fs::write(&tls.certificate, &early.chain_pem).unwrap();
    fs::write(&tls.key, early.key_pem.as_bytes()).unwrap();
    let process = site.start("info").await;
    let not_ready = (503, "not ready: server_certificate_not_yet_valid\n".to_owned());
    assert_eq!(process.ask_ops("/readyz").await, not_ready);
    process.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_may_be_handed_over_by_the_service_manager() {
    for mode in [0o400, 0o440] {
        let site = Site::new(None, GENEROUS).await;
        let folder = site.laid.config_path.parent().unwrap().to_owned();
        if mode == 0o440 && fs::metadata(&folder).unwrap().uid() != 0 {
            left_out("credentials that belong to root: this user is another");
            continue;
        }
        // As systemd does: read-only, in a folder that others cannot enter.
        let credentials: PathBuf = site.folder.path().join("credentials");
        fs::create_dir(&credentials).unwrap();
        let keys = ["at-rest.v1.key", "pseudonym.v1.key", "receipt.v1.pem", "log.v1.key"];
        for name in
            keys.map(|name| format!("keys/{name}")).iter().map(String::as_str).chain(["tls/server.key"])
        {
            let handed_over = credentials.join(Path::new(name).file_name().unwrap());
            fs::rename(folder.join(name), &handed_over).unwrap();
            set_mode(&handed_over, mode);
        }
        set_mode(&credentials, 0o550);
        set_strict(&site, true);
        let mut config: toml::Table = fs::read_to_string(&site.laid.config_path).unwrap().parse().unwrap();
        config["keys"]["dir"] = toml::Value::String("${CREDENTIALS_DIRECTORY}".to_owned());
        config["tls"]["key"] = toml::Value::String("${CREDENTIALS_DIRECTORY}/server.key".to_owned());
        fs::write(&site.laid.config_path, config.to_string()).unwrap();

        let (code, said) = site.fail_to_start().await;
        assert_eq!(code, Some(78));
        assert!(said.contains("LoadCredential"), "{said}");
        let mut command = serve(&site.laid.config_path);
        command.env("CREDENTIALS_DIRECTORY", &credentials);
        let process = site.start_by(command, "warn").await;
        assert_eq!(process.ask_ops("/readyz").await.0, 200);
        process.stop().await;
        set_mode(&credentials, 0o700);
    }
}
