//! What stands in the PEM files of a gateway and its parties: a private key where none belongs, certificates in another order, a
//! mark of an editor, an authority of which no list is given.

use std::{fs, net::TcpListener, os::unix::fs::PermissionsExt as _, path::PathBuf, process::Command};

use sluis::{
    domain::{
        clock::{Clock as _, SystemClock},
        id::SystemEntropy,
    },
    identity::authority::Authority,
};

use super::program::{Ended, Program};
use crate::support::left_out;

const STRANGER: &str = "00000099000000009000/leerplicht";
const BOM: &str = "\u{FEFF}";

/// A try-out that says what it finds at the start, and then finds its address taken.
fn that_stops() -> (Program, TcpListener) {
    let program = Program::with_try_out();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let configuration =
        program.read("try/sluis.toml").replace("127.0.0.1:8443\"\n", &format!("{address}\"\n"));
    program.write("try/sluis.toml", &configuration);
    (program, taken)
}

fn started(program: &Program) -> String {
    let Ended { stdout, stderr, .. } = program.run(&["serve", "--lang", "en"]).with(78);
    assert!(stderr.contains("cannot listen on"), "{stderr}");
    stdout + &stderr
}

fn open(program: &Program, file: &str) {
    fs::set_permissions(program.path(file), fs::Permissions::from_mode(0o644)).unwrap();
}

fn hides(told: &str, key: &str) {
    for line in key.lines().filter(|line| !line.starts_with("-----")) {
        assert!(!told.contains(line), "a key is shown");
    }
}

#[test]
fn a_private_key_beside_the_own_certificate_is_a_secret() {
    let (program, _taken) = that_stops();
    let key = program.read("try/tls/server.key");
    open(&program, "try/tls/server.pem");
    let told = started(&program);
    assert!(!told.contains("open_to_others"), "a certificate alone is public: {told}");

    program.write("try/tls/server.pem", &(program.read("try/tls/server.pem") + &key));
    let told = started(&program);
    assert!(told.contains("open_to_others") && told.contains("server.pem"), "{told}");
    assert!(told.contains("holds a private key"), "{told}");
    hides(&told, &key);

    let strict = program.read("try/sluis.toml").replace("strict = false", "strict = true");
    program.write("try/sluis.toml", &strict);
    for (language, says) in [("en", "holds a private key"), ("nl", "staat een privésleutel")] {
        let told = program.run(&["serve", "--lang", language]).with(78).stderr;
        assert!(told.contains(says) && told.contains("chmod 600"), "{told}");
        hides(&told, &key);
    }
}

#[test]
fn a_private_key_among_what_a_gateway_trusts_is_called_that() {
    let (program, _taken) = that_stops();
    let key = program.read("try/tls/ca.key");
    let own = program.read("try/tls/ca.pem");
    program.write("try/tls/ca.pem", &(own.clone() + &key));
    for (language, says) in [("en", "ca.pem` holds a private key"), ("nl", "ca.pem` staat een privésleutel")]
    {
        let told = program.run(&["serve", "--lang", language]).with(78).stderr;
        assert!(told.contains(says) && !told.contains("PEM"), "{told}");
        hides(&told, &key);
    }
    program.write("try/tls/ca.pem", &own);
    let list = program.read("try/tls/ca.crl");
    program.write("try/tls/more.crl", &(list + &key));
    let configuration =
        program.read("try/sluis.toml").replace("\"tls/ca.crl\"", "\"tls/ca.crl\", \"tls/more.crl\"");
    program.write("try/sluis.toml", &configuration);
    let told = started(&program);
    assert!(told.contains("more.crl` holds a private key"), "{told}");
    hides(&told, &key);
}

#[test]
fn a_private_key_in_what_an_operator_registers_is_called_that() {
    let program = Program::with_try_out();
    let folder = "try/parties/zaffier";
    let key = program.read(&format!("{folder}/certificate.key"));
    program.write("both.pem", &(program.read(&format!("{folder}/certificate.pem")) + &key));
    program.write("key.pem", &key);
    for file in ["both.pem", "key.pem"] {
        for (language, says) in [("en", "holds a private key"), ("nl", "staat een privésleutel")] {
            let add = ["party", "add", STRANGER, "--certificate", file, "--name", "X", "--lang", language];
            let told = program.run(&add);
            assert_ne!(told.code, 0, "{told:?}");
            assert!(told.stderr.contains(says), "{file}: {}", told.stderr);
            hides(&told.stderr, &key);
        }
    }
}

#[test]
fn a_private_key_in_the_certificates_of_a_profile_is_a_secret() {
    let program = Program::with_try_out();
    let folder = "try/parties/zaffier";
    let key = program.read(&format!("{folder}/certificate.key"));
    let profile = format!("{folder}/profile.toml");
    for file in ["certificate.pem", "ca.pem"] {
        let file = format!("{folder}/{file}");
        let own = program.read(&file);
        open(&program, &file);
        program.write(&file, &(own.clone() + &key));
        for (language, says) in [("en", "holds a private key"), ("nl", "staat een privésleutel")] {
            let asked = ["client", "--profile-file", &profile, "inbox", "--lang", language];
            let told = program.run(&asked).with(78).stderr;
            assert!(told.contains(says) && told.contains("chmod 600"), "{file}: {told}");
            hides(&told, &key);
        }
        program.write(&file, &own);
    }
}

#[test]
fn a_pem_file_may_begin_with_the_mark_of_an_editor() {
    let (program, _taken) = that_stops();
    let mark = |file: &str| program.write(file, &(BOM.to_owned() + &program.read(file)));
    for file in ["server.pem", "server.key", "ca.pem", "ca.crl"] {
        mark(&format!("try/tls/{file}"));
    }
    let told = started(&program);
    assert!(!told.contains("ERROR"), "{told}");
    mark("try/keys/receipt.v1.pem");
    started(&program);

    let folder = "try/parties/zaffier";
    for file in ["ca.pem", "certificate.pem", "certificate.key"] {
        mark(&format!("{folder}/{file}"));
    }
    let known = format!("{folder}/certificate.pem");
    let add =
        ["party", "add", "00000099000090010000/werk-en-inkomen", "--certificate", &known, "--name", "Z"];
    let told = program.run(&add).with(1).stderr;
    assert!(told.contains("is al geregistreerd"), "{told}");
    let profile = format!("{folder}/profile.toml");
    // Everything was read: nobody answers there.
    let told = program.run(&["client", "--profile-file", &profile, "inbox"]);
    assert_ne!(told.code, 78, "{told:?}");
}

#[test]
fn a_profile_is_named_or_is_a_file() {
    let program = Program::with_try_out();
    let profile = "try/parties/zaffier/profile.toml";
    for name in ["other", "default"] {
        let both = ["client", "--profile", name, "--profile-file", profile, "inbox"];
        let told = program.run(&both).with(2).stderr;
        assert!(told.contains("--profile-file"), "{told}");
    }
    let mut command = program.command(&["client", "--profile", "other", "inbox"]);
    let ended = Ended::of(command.env("SLUIS_PROFILE_FILE", profile).spawn().unwrap()).with(2);
    assert!(ended.stderr.contains("SLUIS_PROFILE_FILE"), "{ended:?}");
    // What is typed goes before a name in the environment.
    let mut command = program.command(&["client", "--profile-file", "none.toml", "inbox"]);
    let ended = Ended::of(command.env("SLUIS_PROFILE", "other").spawn().unwrap()).with(78);
    assert!(ended.stderr.contains("none.toml"), "{ended:?}");
}

#[test]
fn a_chain_in_another_order_is_said_at_the_start() {
    let (program, _taken) = that_stops();
    let chain = program.read("try/tls/server.pem");
    assert!(!started(&program).contains("certificate-order"));
    let second = chain.rfind("-----BEGIN").unwrap();
    let (own, above) = chain.split_at(second);
    // The own certificate must come first: with it last, the key belongs to another.
    program.write("try/tls/server.pem", &format!("{above}{own}"));
    for (language, says) in [("en", "its own first"), ("nl", "het eigen voorop")] {
        let told = program.run(&["serve", "--lang", language]).with(78).stderr;
        assert!(told.contains("server.pem") && told.contains(says), "{told}");
    }
    // An authority that did not issue what stands above it.
    let now = SystemClock.now();
    let other = Authority::root("other", now, &SystemEntropy::new()).unwrap();
    program.write("try/tls/server.pem", &format!("{own}{}{above}", other.certificate_pem()));
    let told = started(&program);
    assert!(told.contains("certificate-order") && told.contains("server.pem"), "{told}");
}

#[test]
fn an_authority_without_a_list_is_said_at_the_start() {
    let (program, _taken) = that_stops();
    assert!(!started(&program).contains("no revocation list"));
    let now = SystemClock.now();
    let other = Authority::root("An authority apart", now, &SystemEntropy::new()).unwrap();
    program.write("try/tls/other.pem", other.certificate_pem());
    let more = "[[tls.trust]]\nfile = \"tls/other.pem\"\noin_prefixes = [\"00000099\"]\n\n[tls.revocation]";
    let configuration =
        program.read("try/sluis.toml").replacen("\n[tls.revocation]", &format!("\n{more}"), 1);
    program.write("try/sluis.toml", &configuration);
    let told = started(&program);
    assert!(told.contains("no revocation list") && told.contains("An authority apart"), "{told}");
}

/// A folder with a disk of its own, which is gone afterwards.
struct Disk(PathBuf);

impl Disk {
    /// None where the user of the tests may not make one.
    fn at(folder: PathBuf, room: &str) -> Option<Self> {
        fs::create_dir_all(&folder).unwrap();
        let size = format!("size={room},mode=0700");
        let mut mount = Command::new("mount");
        let mounted = mount.args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(&folder).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            Some(Self(folder))
        } else {
            left_out("a folder on a full disk: this user may not mount one (root may)");
            None
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("-l").arg(&self.0).output());
    }
}

#[test]
fn a_full_disk_is_called_that_where_a_backup_or_a_key_is_written() {
    let program = Program::with_try_out();
    let Some(copy) = Disk::at(program.path("copy"), "64k") else { return };
    for (language, says) in [("nl", "de schijf van `copy` is vol"), ("en", "the disk of `copy` is full")] {
        let told = program.run(&["backup", "--out", "copy", "--lang", language]);
        assert_ne!(told.code, 0);
        assert!(told.stderr.contains(says), "{language}: {}", told.stderr);
        assert!(!told.stderr.contains("database is full"), "{}", told.stderr);
    }
    drop(copy);
    let keys = program.path("try/keys");
    fs::rename(&keys, program.path("aside")).unwrap();
    let _disk = Disk::at(keys.clone(), "32k").unwrap();
    for file in fs::read_dir(program.path("aside")).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), keys.join(file.file_name())).unwrap();
    }
    let mut ballast = fs::File::create(keys.join("ballast")).unwrap();
    while std::io::Write::write_all(&mut ballast, &[0; 512]).is_ok() {}
    for (language, says) in [("nl", "keys` is vol"), ("en", "keys` is full")] {
        let told = program.run(&["keys", "rotate", "receipt", "--lang", language]);
        assert_ne!(told.code, 0);
        assert!(told.stderr.contains(says) && !told.stderr.contains("chmod"), "{language}: {}", told.stderr);
        let now = if language == "nl" { "maak ruimte op die schijf" } else { "make room on that disk" };
        assert!(told.stderr.contains(now), "{}", told.stderr);
    }
}

#[test]
fn a_sealed_backup_on_a_full_disk_is_told_likewise() {
    let program = Program::with_try_out();
    // The snapshot fits; the archive beside it does not.
    let Some(_disk) = Disk::at(program.path("copy"), "480k") else { return };
    let to = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";
    let told = program.run(&["backup", "--out", "copy", "--to", to]);
    assert_ne!(told.code, 0);
    assert!(told.stderr.contains("de schijf van `copy` is vol"), "{}", told.stderr);
}
