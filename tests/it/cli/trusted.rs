//! Whom the gateway lets in: certificates that an operator registers, revocation lists that change, the own certificate.

use std::{
    fs,
    io::{BufRead as _, BufReader, Lines, Read as _},
    net::TcpListener,
    path::Path,
    process::{Child, ChildStderr},
};

use jiff::{SignedDuration, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P521_SHA512,
    PKCS_ED25519, PKCS_RSA_SHA256, RsaKeySize, SerialNumber,
};
use rustls::pki_types::{CertificateDer, pem::PemObject as _};
use serde_json::Value;
use sluis::{
    cli::init::point_profile,
    domain::{
        clock::{Clock as _, SystemClock},
        id::SystemEntropy,
        oin::Oin,
    },
    identity::{ClientCertificate, authority::Authority},
};

use super::program::{Ended, Program};
use crate::odd;

const ZAFFIER: &str = "00000099000090010000/werk-en-inkomen";
const SCHOOL: &str = "praktijkschool";

fn authority(program: &Program) -> Authority {
    Authority::from_pem(&program.read("try/tls/ca.pem"), &program.read("try/tls/ca.key")).unwrap()
}

fn now() -> Timestamp {
    SystemClock.now()
}

fn oin(party: &str) -> Oin {
    party.split_once('/').unwrap().0.parse().unwrap()
}

#[test]
fn a_certificate_that_the_gateway_would_never_let_in_is_not_registered() {
    let program = Program::with_try_out();
    let (authority, entropy) = (authority(&program), SystemEntropy::new());
    let stranger = Authority::root("other", now(), &entropy).unwrap();
    let long_ago = now().checked_sub(SignedDuration::from_hours(24 * 500)).unwrap();
    let revoked = authority.client(oin(ZAFFIER), "Zaffier", "revoked", now(), &entropy).unwrap();
    program.write("try/tls/ca.crl", &authority.revocation_list(&[&revoked.serial], 2, now()).unwrap());
    let made = [
        ("clientAuth", authority.server_only(oin(ZAFFIER), "Zaffier", now(), &entropy).unwrap()),
        ("clientAuth", authority.without_usage(oin(ZAFFIER), "Zaffier", now(), &entropy).unwrap()),
        ("komt niet van een CA", stranger.client(oin(ZAFFIER), "Zaffier", "x", now(), &entropy).unwrap()),
        ("is ingetrokken", revoked),
        ("is verlopen", authority.client(oin(ZAFFIER), "Zaffier", "x", long_ago, &entropy).unwrap()),
    ];
    let newcomer = "00000099000050000000/leerplicht";
    for (why, issued) in made {
        program.write("new.pem", &issued.chain_pem);
        let next = program.run(&["party", "next", ZAFFIER, "--certificate", "new.pem"]).with(1);
        assert!(next.stderr.contains(why), "{why}: {}", next.stderr);
    }
    for usage in [
        authority.server_only(oin(newcomer), "Nieuw", now(), &entropy).unwrap(),
        authority.without_usage(oin(newcomer), "Nieuw", now(), &entropy).unwrap(),
    ] {
        program.write("new.pem", &usage.chain_pem);
        let add = ["party", "add", newcomer, "--certificate", "new.pem", "--name", "Nieuw"];
        let added = program.run(&add).with(1);
        assert!(added.stderr.contains("clientAuth"), "{}", added.stderr);
    }
    let parties = program.run(&["party", "list", "--json"]).done().lines();
    assert!(parties.iter().all(|party| party["party"] != newcomer), "nothing was registered");

    // Another anchor's prefix, then an authority without a list: the first never passes, the second may tomorrow.
    let good = authority.client(oin(ZAFFIER), "Zaffier", "good", now(), &entropy).unwrap();
    program.write("new.pem", &good.chain_pem);
    let config = program.read("try/sluis.toml");
    program.write("try/sluis.toml", &config.replace("\"00000099\"", "\"00000001\""));
    let prefix = program.run(&["party", "next", ZAFFIER, "--certificate", "new.pem"]).with(1);
    assert!(prefix.stderr.contains("oin_prefixes"), "{}", prefix.stderr);
    let trusted =
        "[[tls.trust]]\nfile = \"tls/other.pem\"\noin_prefixes = [\"00000099\"]\n\n[tls.revocation]";
    program.write("try/sluis.toml", &config.replace("[tls.revocation]", trusted));
    program.write("try/tls/other.pem", stranger.certificate_pem());
    let good = stranger.client(oin(ZAFFIER), "Zaffier", "good", now(), &entropy).unwrap();
    program.write("new.pem", &good.chain_pem);
    let unknown = program.run(&["party", "next", ZAFFIER, "--certificate", "new.pem"]).done();
    assert!(unknown.stderr.contains("is niet te zeggen"), "{}", unknown.stderr);
}

/// A key, or a signature on the way up to the authority, that the listener takes from nobody. See `make` beside them.
#[test]
fn a_certificate_with_a_weak_key_or_signature_is_not_registered() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/weak-certificates");
    let program = Program::with_try_out();
    for name in ["authority.pem", "authority.crl"] {
        program.write(&format!("try/tls/weak-{name}"), &fs::read_to_string(folder.join(name)).unwrap());
    }
    let config = program
        .read("try/sluis.toml")
        .replace(
            "[tls.revocation]",
            "[[tls.trust]]\nfile = \"tls/weak-authority.pem\"\noin_prefixes = [\"00000099\"]\n\n[tls.revocation]",
        )
        .replace("\"tls/ca.crl\"", "\"tls/ca.crl\", \"tls/weak-authority.crl\"");
    program.write("try/sluis.toml", &config);
    let newcomer = "00000099000090010000/leerplicht";
    let (key, signature) = ("de sleutel moet RSA van ten minste 3072 bits", "op een te zwakke manier gezet");
    let mut tried = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let Some(case) = name.strip_suffix(".pem").filter(|case| *case != "authority") else { continue };
        program.write("new.pem", &fs::read_to_string(folder.join(&name)).unwrap());
        let next = program.run(&["party", "next", ZAFFIER, "--certificate", "new.pem"]);
        if case.contains("good") {
            next.done();
            continue;
        }
        let add = program.run(&["party", "add", newcomer, "--certificate", "new.pem", "--name", "Nieuw"]);
        let why = if case.starts_with("key-") { key } else { signature };
        for refused in [next, add] {
            assert!(
                [1, 2].contains(&refused.code) && refused.stderr.contains(why),
                "{case}: {}",
                refused.stderr
            );
        }
        tried += 1;
    }
    assert_eq!(tried, 13, "weak certificates");
    let parties = program.run(&["party", "list", "--json"]).done().lines();
    assert!(parties.iter().all(|party| party["party"] != newcomer), "nothing was registered");
}

/// What whoever registers it can do is told for each fault by itself, in both languages.
#[test]
fn each_fault_of_a_certificate_has_its_own_advice() {
    let program = Program::with_try_out();
    let authority = authority(&program);
    let client = || odd::of_client(oin(ZAFFIER).as_str());
    let p256 = KeyPair::generate().unwrap();
    let rsa = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
    let p521 = KeyPair::generate_for(&PKCS_ECDSA_P521_SHA512).unwrap();
    let ed25519 = KeyPair::generate_for(&PKCS_ED25519).unwrap();
    let mut no_oin = client();
    no_oin.distinguished_name = DistinguishedName::new();
    let mut no_name = client();
    no_name.distinguished_name.remove(DnType::OrganizationName);
    let mut of_authority = client();
    of_authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let mut does_not_sign = client();
    does_not_sign.key_usages = vec![KeyUsagePurpose::KeyEncipherment];
    let mut extended = client();
    extended.custom_extensions = vec![odd::unknown_extension()];
    let key = ("op een nieuwe sleutel: P-256", "on a new key: P-256");
    for (params, made_by, (nl, en)) in [
        (client(), &rsa, key),
        (client(), &p521, key),
        (client(), &ed25519, key),
        (no_oin, &p256, ("als enige serialNumber", "as the only serialNumber")),
        (no_name, &p256, ("naam van de organisatie (O) een keer", "organisation's name (O) stands once")),
        (of_authority, &p256, ("van de organisatie voorop", "own certificate first")),
        (
            does_not_sign,
            &p256,
            ("met digitalSignature in key usage", "with digitalSignature in its key usage"),
        ),
        (extended, &p256, ("zonder die uitbreiding", "without that extension")),
    ] {
        program.write("new.pem", &odd::chain(&params, made_by, &authority));
        for (language, advice) in [("nl", nl), ("en", en)] {
            let next =
                program.run(&["party", "next", ZAFFIER, "--certificate", "new.pem", "--lang", language]);
            assert!([1, 2].contains(&next.code), "{advice}: {next:?}");
            let now = next.stderr.lines().last().unwrap_or_default();
            assert!(now.contains(advice), "{advice}: {}", next.stderr);
        }
    }
    let good = authority.client(oin(ZAFFIER), "Zaffier", "good", now(), &SystemEntropy::new()).unwrap();
    fs::write(program.path("new.pem"), &good.der).unwrap();
    let der = program.run(&["party", "next", ZAFFIER, "--certificate", "new.pem"]).with(2);
    assert!(der.stderr.contains("openssl x509 -inform der"), "{}", der.stderr);
}

/// A gateway that runs, and ends with the test.
struct Serving {
    gateway: Child,
    said: Lines<BufReader<ChildStderr>>,
}

impl Serving {
    fn start(program: &Program) -> Self {
        let mut gateway = program.command(&["serve", "--json"]).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(gateway.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).unwrap();
        let (_, port) = said["data"].as_str().unwrap().rsplit_once(':').unwrap();
        let profile = program.path(&format!("try/parties/{SCHOOL}/profile.toml"));
        point_profile(&profile, &format!("https://localhost:{port}")).unwrap();
        let said = BufReader::new(gateway.stderr.take().unwrap()).lines();
        Self { gateway, said }
    }

    /// Reads the gateway's log until it says this.
    fn says(&mut self, what: &str) {
        assert!(self.said.any(|line| line.unwrap().contains(what)), "{what}");
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        drop(self.gateway.kill());
        drop(self.gateway.wait());
    }
}

fn asks(program: &Program) -> Ended {
    let profile = format!("try/parties/{SCHOOL}/profile.toml");
    program.run(&["client", "--profile-file", &profile, "inbox"])
}

/// A list of an authority that ends when it is told to.
fn list_until(authority_pem: &str, key_pem: &str, end: Timestamp) -> String {
    let at = |instant: Timestamp| {
        let seconds = u64::try_from(instant.as_second()).unwrap();
        rcgen::date_time_ymd(1970, 1, 1) + std::time::Duration::from_secs(seconds)
    };
    let list = CertificateRevocationListParams {
        this_update: at(end.checked_sub(SignedDuration::from_hours(24)).unwrap()),
        next_update: at(end),
        crl_number: SerialNumber::from(1_u64),
        issuing_distribution_point: None,
        revoked_certs: Vec::new(),
        key_identifier_method: KeyIdMethod::Sha256,
    };
    let issuer = Issuer::from_ca_cert_pem(authority_pem, KeyPair::from_pem(key_pem).unwrap()).unwrap();
    list.signed_by(&issuer).unwrap().pem().unwrap()
}

/// One file with several lists, the list of an authority of before that has lapsed, and one that is not there: a fresh list
/// is taken all the same, and an older one than that is not.
#[test]
fn a_list_is_taken_whatever_became_of_the_others() {
    let program = Program::new();
    program.run(&["init", "--dev", "--dir", "try", "--port", "0"]).done();
    let (authority, entropy) = (authority(&program), SystemEntropy::new());
    let former = Authority::root("former", now(), &entropy).unwrap();
    let lapsed = now().checked_sub(SignedDuration::from_hours(1)).unwrap();
    program.write("try/tls/former.pem", former.certificate_pem());
    program.write("try/tls/former.crl", &list_until(former.certificate_pem(), former.key_pem(), lapsed));
    let config = program
        .read("try/sluis.toml")
        .replace(
            "[tls.revocation]",
            "[[tls.trust]]\nfile = \"tls/former.pem\"\noin_prefixes = [\"00000099\"]\n\n[tls.revocation]\nreload_seconds = 1",
        )
        .replace("\"tls/ca.crl\"", "\"tls/ca.crl\", \"tls/former.crl\", \"tls/gone.crl\"");
    program.write("try/sluis.toml", &config);
    let before = program.read("try/tls/ca.crl");
    let mut serving = Serving::start(&program);
    asks(&program).done();

    let school = program.path(&format!("try/parties/{SCHOOL}/certificate.pem"));
    let school = ClientCertificate::read(&CertificateDer::from_pem_file(school).unwrap()).unwrap();
    let later = now().checked_add(SignedDuration::from_secs(2)).unwrap();
    let fresh = authority.revocation_list(&[school.serial()], 2, later).unwrap();
    program.write("try/tls/ca.crl", &format!("{before}\nthe second\n{fresh}"));
    while asks(&program).code == 0 {}

    program.write("try/tls/ca.crl", &before);
    serving.says("older than the one in use");
    assert_ne!(asks(&program).code, 0, "an older list undid a revocation");

    drop(serving);
    let mut serving = Serving::start(&program);
    serving.says("older than the one in use");
    assert_ne!(asks(&program).code, 0, "an older list undid a revocation with a restart");
    // What is registered meanwhile is judged by the same list.
    let revoked = format!("try/parties/{SCHOOL}/certificate.pem");
    let party = format!("{}/pro-school", school.oin());
    let next = program.run(&["party", "next", &party, "--certificate", &revoked]).with(1);
    assert!(next.stderr.contains("is ingetrokken"), "{}", next.stderr);
}

/// Who calls could not accept it, whatever the day is.
#[test]
fn an_own_certificate_that_callers_refuse_is_named_and_in_strict_mode_refused() {
    let program = Program::with_try_out();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let config = program.read("try/sluis.toml").replace("127.0.0.1:8443\"\n", &format!("{address}\"\n"));
    let strict = config.replace("strict = false", "strict = true");
    let authority = authority(&program);
    let key = KeyPair::generate().unwrap();
    program.write("try/tls/server.key", &key.serialize_pem());
    let server = |change: fn(&mut CertificateParams)| {
        let mut params = odd::of_server(&["localhost"]);
        change(&mut params);
        params
    };
    for (params, why) in [
        (server(|_| {}), None),
        (server(|made| made.extended_key_usages.clear()), None),
        (odd::of_server(&["*.localhost", "localhost"]), None),
        (
            server(|made| made.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth]),
            Some("leaves out serverAuth"),
        ),
        (
            server(|made| made.key_usages = vec![KeyUsagePurpose::KeyAgreement]),
            Some("leaves out digitalSignature"),
        ),
        (server(|made| made.is_ca = IsCa::Ca(BasicConstraints::Unconstrained)), Some("that of an authority")),
        (odd::of_server(&[]), Some("has no subjectAltName")),
        (odd::of_server(&["elsewhere.example", "127.0.0.1"]), Some("does not cover `localhost`")),
    ] {
        program.write("try/tls/server.pem", &odd::chain(&params, &key, &authority));
        for (config, refuses) in
            [(&config, "cannot listen on"), (&strict, "callers refuse the gateway's own")]
        {
            program.write("try/sluis.toml", config);
            let Ended { stdout, stderr, .. } = program.run(&["serve", "--lang", "en"]).with(78);
            let told = stdout + &stderr;
            let stops_at = if why.is_some() { refuses } else { "cannot listen on" };
            assert!(told.contains(stops_at) && why.is_none_or(|why| told.contains(why)), "{why:?}: {told}");
            assert_eq!(told.contains("callers refuse"), why.is_some(), "{why:?}: {told}");
        }
    }
}

/// Of several lists in a file each is told by its authority; and what the list of an authority under a root needs.
#[test]
fn a_list_that_is_not_taken_is_told_by_its_authority() {
    let program = Program::with_try_out();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let config = program.read("try/sluis.toml").replace("127.0.0.1:8443\"\n", &format!("{address}\"\n"));
    program.write("try/sluis.toml", &config);
    let (authority, entropy) = (authority(&program), SystemEntropy::new());
    let below = authority.intermediate("Tussenliggend", now(), &entropy).unwrap();
    let mut lists = program.read("try/tls/ca.crl") + &below.revocation_list(&[], 1, now()).unwrap();
    for name in ["Eenling", "Tweeling"] {
        let stranger = Authority::root(name, now(), &entropy).unwrap();
        lists += &stranger.revocation_list(&[], 1, now()).unwrap();
    }
    program.write("try/tls/ca.crl", &lists);
    let started = || {
        let Ended { stdout, stderr, .. } = program.run(&["serve", "--lang", "en"]).with(78);
        stdout + &stderr
    };
    let told = started();
    for name in ["Eenling", "Tweeling", "Tussenliggend"] {
        let is_told = |line: &str| line.contains(name) && line.contains("`[[tls.trust]]`");
        assert!(told.lines().any(is_told), "{name}: {told}");
    }

    let issued = below.client(oin(ZAFFIER), "Zaffier", "onder", now(), &entropy).unwrap();
    program.write("new.pem", &issued.chain_pem);
    let next = ["party", "next", ZAFFIER, "--certificate", "new.pem", "--lang", "en"];
    let unknown = program.run(&next).done();
    assert!(unknown.stderr.contains("each authority that issued"), "{}", unknown.stderr);
    program.write("try/tls/below.pem", below.certificate_pem());
    let trusted =
        "[[tls.trust]]\nfile = \"tls/below.pem\"\noin_prefixes = [\"00000099\"]\n\n[tls.revocation]";
    program.write("try/sluis.toml", &config.replace("[tls.revocation]", trusted));
    assert!(!started().contains("Tussenliggend"), "its list is taken");
    let issued = below.client(oin(ZAFFIER), "Zaffier", "verder", now(), &entropy).unwrap();
    program.write("new.pem", &issued.chain_pem);
    let known = program.run(&next).done();
    assert!(!known.stderr.contains("cannot be told"), "{}", known.stderr);
}

#[test]
fn an_own_certificate_with_a_short_rsa_key_is_named_and_in_strict_mode_refused() {
    let program = Program::new();
    program.run(&["init", "--dev", "--dir", "try", "--port", "0"]).done();
    let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
    let issuer = KeyPair::from_pem(&program.read("try/tls/ca.key")).unwrap();
    let issuer = Issuer::from_ca_cert_pem(&program.read("try/tls/ca.pem"), issuer).unwrap();
    let own = CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    let config = program.read("try/sluis.toml");
    let certificate = program.path("try/tls/server.pem");
    assert!(certificate.exists());
    fs::write(certificate, own.pem()).unwrap();
    program.write("try/tls/server.key", &key.serialize_pem());
    let mut gateway = program.command(&["serve", "--json"]).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(gateway.stdout.take().unwrap()).read_line(&mut line).unwrap();
    gateway.kill().unwrap();
    let mut said = String::new();
    gateway.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    gateway.wait().unwrap();
    assert!(said.contains("own-certificate-phased-out"), "{said}");

    program.write("try/sluis.toml", &config.replace("strict = false", "strict = true"));
    let refused = program.run(&["serve"]).with(78);
    assert!(refused.stderr.contains("RSA-sleutel van minder dan 3072 bits"), "{}", refused.stderr);
}
