//! What a gateway said of the party's certificate, where a call did not hear it.
//!
//! With TLS 1.3 a client is done before the gateway has judged its certificate, and sends its request at once. The gateway's
//! word and the end of the connection then meet a write, and a write that breaks off hides that word. Whoever connects and
//! sends nothing hears it.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use reqwest::Url;
use rustls::{
    ClientConfig,
    pki_types::{CertificateDer, ServerName},
};
use tokio::{io::AsyncReadExt as _, net::TcpStream};
use tokio_rustls::TlsConnector;

use super::distrust::{self, Distrust};
use crate::identity::validity;

/// How long is listened. A gateway that takes the certificate may say nothing at all.
const LONGEST: Duration = Duration::from_secs(3);

#[derive(Debug)]
pub(super) enum Heard {
    /// What the gateway has against the certificate.
    Against(Distrust),
    /// The end of the connection, and no word.
    End,
    /// Nothing against it.
    Nothing,
}

/// The party's certificate on its way to one gateway.
#[derive(Debug, Clone)]
pub(super) struct OwnCertificate {
    tls: Arc<ClientConfig>,
    host: String,
    port: u16,
    begin: Option<Timestamp>,
    end: Option<Timestamp>,
}

impl OwnCertificate {
    pub(super) fn towards(
        gateway: &Url,
        tls: Arc<ClientConfig>,
        leaf: Option<&CertificateDer<'static>>,
    ) -> Self {
        let host = gateway.host_str().unwrap_or_default();
        Self {
            tls,
            host: host.trim_matches(['[', ']']).to_owned(),
            port: gateway.port_or_known_default().unwrap_or_default(),
            begin: leaf.and_then(|leaf| validity::certificate_begin(leaf)),
            end: leaf.and_then(|leaf| validity::certificate_end(leaf)),
        }
    }

    /// What the gateway says of it to who connects and sends nothing.
    pub(super) async fn heard(&self) -> Heard {
        tokio::time::timeout(LONGEST, self.listen()).await.unwrap_or(Heard::Nothing)
    }

    async fn listen(&self) -> Heard {
        let Ok(name) = ServerName::try_from(self.host.clone()) else { return Heard::Nothing };
        let Ok(line) = TcpStream::connect((self.host.as_str(), self.port)).await else {
            return Heard::Nothing;
        };
        let heard = async {
            let mut line = TlsConnector::from(Arc::clone(&self.tls)).connect(name, line).await?;
            line.read(&mut [0; 1]).await
        };
        match heard.await {
            Ok(0) => Heard::End,
            Ok(_) => Heard::Nothing,
            Err(error) => distrust::distrust(&error).map_or(Heard::End, Heard::Against),
        }
    }

    /// What its days say at this instant; none where it holds, or where they cannot be read.
    pub(super) fn by_its_days(&self, now: Timestamp) -> Option<Distrust> {
        let early = self.begin.filter(|begin| *begin > now).map(Distrust::NotYetValid);
        early.or_else(|| self.end.filter(|end| *end < now).map(|_| Distrust::Expired))
    }

    /// TLS has one alert for a certificate that holds no longer and one that does not hold yet.
    pub(super) fn dated(&self, distrust: Distrust, now: Timestamp) -> Distrust {
        match (distrust, self.begin.filter(|begin| *begin > now)) {
            (Distrust::Expired, Some(begin)) => Distrust::NotYetValid(begin),
            (distrust, _) => distrust,
        }
    }
}
