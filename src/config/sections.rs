//! The sections of the file.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::Deserialize;

use crate::telemetry::Format;

/// `[listen]`: addresses with ports; port 0 takes a free one.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listen {
    /// The data interface: mutual TLS.
    pub data: SocketAddr,
    /// Health and metrics: plain, so on the loopback.
    #[serde(default = "usual_ops")]
    pub ops: SocketAddr,
    /// Under which names health and metrics are asked, beside `localhost` and addresses: where a proxy on this machine passes
    /// its own name on.
    #[serde(default)]
    pub ops_names: Vec<String>,
    /// How callers address the data interface: `https://` and a name, without a slash at the end.
    pub public_url: String,
}

fn usual_ops() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 8444))
}

/// `[publisher]`: whom callers ask about the interface.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Publisher {
    /// The organisation or team.
    pub name: String,
    /// Its address for mail.
    pub email: String,
    /// Its page about the gateway.
    pub url: String,
    /// Where a weakness may be reported (RFC 9116): a `mailto:`, `https:` or `tel:` URI. Absent: the address for mail.
    #[serde(default)]
    pub security: Option<String>,
}

/// `[keys]`: the gateway's own keys.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// The folder, as `sluis init` and `sluis keys rotate` fill it.
    pub dir: PathBuf,
}

/// `[policies]`: the rules.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policies {
    /// The folder. Absent: the policies that this version was built with.
    pub dir: Option<PathBuf>,
}

/// `[tls]`: certificates.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// The gateway's certificate chain, PEM, its own certificate first.
    pub certificate: PathBuf,
    /// The key of that certificate, PEM.
    pub key: PathBuf,
    /// Whose client certificates are taken.
    #[serde(default)]
    pub trust: Vec<TrustAnchor>,
    /// Which of them are no longer valid.
    #[serde(default)]
    pub revocation: Revocation,
}

/// `[[tls.trust]]`: an authority and the numbers that it vouches for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustAnchor {
    /// Its certificate, PEM.
    pub file: PathBuf,
    /// The beginnings of the OINs that it may issue for: eight digits each.
    pub oin_prefixes: Vec<String>,
}

/// `[tls.revocation]`: lists of revoked certificates.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Revocation {
    /// CRLs, PEM or DER: one of each authority of `[[tls.trust]]`.
    pub files: Vec<PathBuf>,
    /// How often the files, and the gateway's own certificate, are read again.
    #[serde(rename = "reload_seconds", deserialize_with = "super::read::whole_seconds")]
    pub reload: Duration,
}

impl Default for Revocation {
    fn default() -> Self {
        Self { files: Vec::new(), reload: Duration::from_mins(5) }
    }
}

/// `[log]`: the access log.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessLog {
    /// The log's name for ever, a host and a path without a scheme (C2SP tlog-checkpoint). The year is added to it.
    pub origin: String,
    /// The file that holds the last signed head of the log, outside the database: an older or another log is known by it. Unless
    /// it is said, `log-head` beside the file of the database, or beside the configuration where the database is a server.
    pub head: Option<PathBuf>,
    /// For how many days entries say what happened; then that is erased, and the log itself stays.
    #[serde(default = "five_years")]
    pub keep_days: u32,
}

/// What the controller needs to account for what it did: no act says how long that is.
const fn five_years() -> u32 {
    1826
}

impl AccessLog {
    /// [`AccessLog::head`], which a configuration that was read always has.
    #[must_use]
    pub fn head_file(&self) -> &Path {
        self.head.as_deref().unwrap_or_else(|| Path::new("log-head"))
    }
}

/// `[telemetry]`: what the operator reads.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Telemetry {
    /// `json` or `text`.
    pub format: Format,
    /// A level or directives of `tracing`.
    pub filter: String,
}

impl Default for Telemetry {
    fn default() -> Self {
        Self { format: Format::Json, filter: "info".to_owned() }
    }
}
