//! What the operator does from the command line beside gateways that run: the emergency brake, and other policies.

use std::{fs, path::Path};

use http::StatusCode;
use serde_json::json;
use sluis::domain::party::Role;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::client::TlsStream;

use super::{
    needles::files_below,
    process::{GENEROUS, PATIENCE, Process, Site, head, removal, send, sluis},
};
use crate::{store::support::Place, support::Actor};

const INBOX: &str = "GET /v1/inbox HTTP/1.1\r\nhost: localhost\r\n\r\n";

/// One connection that is kept, request after request.
struct Kept(BufReader<TlsStream<TcpStream>>);

impl Kept {
    async fn open(site: &Site, actor: &Actor, process: &Process) -> Self {
        Self(BufReader::new(site.raw(actor, process).await))
    }

    async fn ask(&mut self, request: &str) -> (u16, String) {
        send(self.0.get_mut(), request).await;
        timeout(PATIENCE, self.answer()).await.expect("no answer in time")
    }

    async fn answer(&mut self) -> (u16, String) {
        let (mut status, mut length) = (None, 0);
        loop {
            let mut line = String::new();
            assert!(self.0.read_line(&mut line).await.unwrap() > 0, "the connection was closed");
            let line = line.trim_end().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            status = status.or_else(|| line.split(' ').nth(1).map(|code| code.parse().unwrap()));
            if let Some(bytes) = line.strip_prefix("content-length: ") {
                length = bytes.parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).await.unwrap();
        (status.unwrap(), String::from_utf8(body).unwrap())
    }
}

/// Runs a command of the operator, which must end well.
async fn operate(config: &Path, arguments: &[&str]) -> String {
    let output = sluis().args(arguments).arg("--config").arg(config).output().await.unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_brake_stops_a_party_at_a_gateway_that_runs() {
    for place in Place::all().await {
        let site = Site::new(Some(place), GENEROUS).await;
        let process = site.start("off").await;
        let school = site.party(Role::ProSchool, &process).await;
        let doorstroompunt = site.party(Role::Doorstroompunt, &process).await;
        let packet = school.push("/v1/packets", "voor-de-noodrem-was-er", &removal("wacht", site.now)).await;
        let packet = packet.expect_status(StatusCode::CREATED).text("/id");
        let mut kept = Kept::open(&site, &school, &process).await;
        assert_eq!(kept.ask(INBOX).await.0, 200);

        let (config, party) = (&site.laid.config_path, school.party.to_string());
        operate(config, &["party", "block", &party, "--cause", "laptop-stolen"]).await;
        let (status, said) = kept.ask(INBOX).await;
        assert!(status == 403 && said.contains("problem:blocked"), "{status} {said}");
        let report = removal("na-de-noodrem", site.now).to_string();
        let line =
            head("/v1/packets", "na-de-noodrem-nieuw", report.len()).replace("connection: close\r\n", "");
        let (status, said) = kept.ask(&format!("{line}{report}")).await;
        assert!(status == 403 && said.contains("problem:blocked"), "{status} {said}");
        // What it sent waits with it.
        let payload = format!("/v1/packets/{packet}/payload");
        doorstroompunt.get(&payload).await.expect_problem(403, "sender-blocked");

        operate(config, &["party", "unblock", &party]).await;
        assert_eq!(kept.ask(INBOX).await.0, 200, "on the same connection");
        doorstroompunt.pull(&packet).await;
        site.verify_open(&process).await;
        process.stop().await;
        site.remove().await;
    }
}

/// A second configuration on the same database and keys, with policies of its own.
fn other_policies(site: &Site) -> std::path::PathBuf {
    let gateway = site.folder.path().join("gateway");
    for from in files_below(Path::new("policies")) {
        let to = gateway.join("own").join(from.strip_prefix("policies").unwrap());
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from, to).unwrap();
    }
    let law = gateway.join("own/law.toml");
    let text = fs::read_to_string(&law).unwrap();
    fs::write(law, format!("# Another edition.\n{text}")).unwrap();
    let mut config: toml::Table = fs::read_to_string(&site.laid.config_path).unwrap().parse().unwrap();
    config.insert("policies".to_owned(), toml::Value::Table(toml::toml! { dir = "own" }));
    let path = gateway.join("other.toml");
    fs::write(&path, config.to_string()).unwrap();
    path
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_gateways_with_other_policies_one_does_nothing() {
    for place in Place::all().await {
        let site = Site::new(Some(place), GENEROUS).await;
        let (first, second) = (site.laid.config_path.clone(), other_policies(&site));
        let one = site.start("off").await;
        let school = site.party(Role::ProSchool, &one).await;
        let doorstroompunt = site.party(Role::Doorstroompunt, &one).await;
        let packet = school.push("/v1/packets", "onder-het-eerste-beleid", &removal("een", site.now)).await;
        let packet = packet.expect_status(StatusCode::CREATED).text("/id");

        let (code, said) = site.fail_to_start_with(&second).await;
        assert!(code == Some(78) && said.contains("other policies than this gateway has"), "{said}");
        operate(&second, &["policy", "activate"]).await;
        let two = site.start_with(&second, "off").await;
        // One of both serves and the other does nothing, whichever is the active one.
        for (number, (active, idle)) in [(&two, &one), (&one, &two)].into_iter().enumerate() {
            if number == 1 {
                operate(&first, &["policy", "activate"]).await;
            }
            let size = site.verify_open(active).await;
            let report = removal(&format!("leerling-{number}"), site.now);
            let payload = format!("/v1/packets/{packet}/payload");
            let key = format!("sleutel-van-ronde-{number}");
            let (here, there) = (site.again(&school, idle), site.again(&doorstroompunt, idle));
            for answer in [
                here.push("/v1/packets", &key, &report).await,
                there.get(&payload).await,
                there.post(&format!("/v1/packets/{packet}/acknowledgement"), &json!({})).await,
            ] {
                answer.expect_status(StatusCode::SERVICE_UNAVAILABLE);
            }
            assert_eq!(site.verify_open(active).await, size, "it wrote nothing");
            let (here, there) = (site.again(&school, active), site.again(&doorstroompunt, active));
            here.push("/v1/packets", &key, &report).await.expect_status(StatusCode::CREATED);
            there.get(&payload).await.expect_status(StatusCode::OK);
        }
        one.stop().await;
        two.stop().await;
        site.remove().await;
    }
}
