//! The log from outside: with nothing but its public key, without a certificate, as anyone can.

use std::{fs, path::Path, sync::Arc};

use bytes::Bytes;

use super::{
    narrator::{Expected, Narrated, Narrator},
    setup::Stage,
};
use crate::{
    accesslog::{
        folder::{Folder, FolderWriter},
        verify::{self, Check},
    },
    cli::{Context, Failure, language::both},
    domain::clock::Clock,
    identity::tls,
    merkle::{
        bundle,
        note::LogVerifier,
        tile::{FULL, TilePath},
    },
};

/// Copies the log by its open routes and verifies the copy.
pub(super) async fn check(stage: &Stage, narrator: &mut Narrator, at: &mut Context) -> Result<(), Failure> {
    let folder = stage.folder.join("log");
    let visitor = Visitor::new(stage, Arc::clone(&at.clock))?;
    let log = LogVerifier::from_vkey(&stage.vkey).map_err(|error| {
        Failure::internal((
            "de publieke sleutel van het logboek is niet te lezen",
            "the log's public key cannot be read",
        ))
        .because(error)
    })?;
    let copied = visitor.copy(&log, &folder).await?;
    let told = Narrated {
        nl: "Een buitenstaander, zonder certificaat, haalt handtekening en bladen van het logboek op.",
        en: "An outsider, without a certificate, fetches the log's signature and leaves.",
        expected: Expected::Done,
    };
    narrator.saw(at, "buitenstaander", told, "GET /checkpoint, /tile/entries/…", true)?;
    let report = verify::verify(&copied, &Check::with(&log)).await.map_err(|error| {
        Failure::internal(("het gekopieerde logboek is niet te lezen", "the copied log cannot be read"))
            .because(error)
    })?;
    let told = Narrated {
        nl: "De boom, opnieuw berekend, past op de handtekening: er is niets weggelaten of veranderd.",
        en: "The tree, computed anew, fits the signature: nothing was left out or changed.",
        expected: Expected::Done,
    };
    narrator.saw(at, "buitenstaander", told, "sluis log verify --folder log", report.is_sound())
}

struct Visitor {
    http: reqwest::Client,
    base: String,
}

impl Visitor {
    fn new(stage: &Stage, clock: Arc<dyn Clock>) -> Result<Self, Failure> {
        let ca = fs::read(&stage.ca).map_err(|error| Failure::unreadable(&stage.ca, error))?;
        let config = tls::client_config(None, &ca, clock).map_err(|error| {
            Failure::internal((
                "de CA van de gateway is niet te lezen",
                "the gateway's authority cannot be read",
            ))
            .because(error)
        })?;
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(config)
            .https_only(true)
            .no_proxy()
            .build()
            .map_err(|error| {
                Failure::internal(("kan geen HTTP-client maken", "cannot make an HTTP client")).because(error)
            })?;
        Ok(Self { http, base: stage.data() })
    }

    async fn get(&self, path: &str) -> Result<Bytes, Failure> {
        let failed = |error| {
            Failure::internal(both!("de gateway geeft /{path} niet", "the gateway does not give /{path}"))
                .because(error)
        };
        let answer = self.http.get(format!("{}/{path}", self.base)).send().await.map_err(failed)?;
        answer.error_for_status().map_err(failed)?.bytes().await.map_err(failed)
    }

    /// Fetches checkpoint and leaves, and lays them out as the folder that `sluis log verify` reads.
    async fn copy(&self, log: &LogVerifier, folder: &Path) -> Result<Folder, Failure> {
        let odd = |(nl, en): (&str, &str)| {
            Failure::refused((
                format!("het logboek dat de gateway geeft is niet in orde: {nl}"),
                format!("the log that the gateway serves is not in order: {en}"),
            ))
        };
        let checkpoint = String::from_utf8(self.get("checkpoint").await?.to_vec())
            .map_err(|_| odd(("checkpoint", "checkpoint")))?;
        let state = log.open(&checkpoint).map_err(|_| odd(("handtekening", "signature")))?;
        let unwritable = |error| {
            Failure::internal((
                "de kopie van het logboek is niet te schrijven",
                "the copy of the log cannot be written",
            ))
            .because(error)
        };
        let mut writer = FolderWriter::create(folder).map_err(unwritable)?;
        let mut left = state.size;
        for n in 0.. {
            let width = u16::try_from(left.min(u64::from(FULL))).unwrap_or(FULL);
            let Some(path) = TilePath::entries(n, width) else { break };
            let bytes = self.get(&path.to_string()).await?;
            for leaf in bundle::decode(&bytes).map_err(|_| odd(("regels", "entries")))? {
                writer.append(leaf).map_err(unwritable)?;
            }
            left = left.saturating_sub(u64::from(width));
            if left == 0 {
                break;
            }
        }
        let last = state.size.saturating_sub(1);
        writer.finish(&checkpoint, log.vkey(), &[last]).map_err(unwritable)
    }
}
