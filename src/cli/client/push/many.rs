//! Many packets, with the report of what became of them.

use std::path::Path;

use serde::Serialize;

use super::{
    arguments::Push,
    batch::Batch,
    input::Input,
    report::{Record, Report},
    tally::Tally,
    told,
};
use crate::cli::{
    Context, Exit, Failure,
    client::{receipts::ReceiptKeys, route::Route, session::Session, sheets::sheet::PassedOver},
    files,
    language::both,
};

/// A batch that ended, for `--json`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Ended<'a> {
    #[serde(flatten)]
    tally: &'a Tally,
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<&'a Path>,
    #[serde(skip_serializing_if = "Option::is_none")]
    records: Option<&'a [Record]>,
    passed_over: &'a PassedOver,
}

/// Sends them, or asks what would become of each.
pub(super) async fn many(
    asked: &Push,
    file: &Path,
    input: Input,
    route: Route,
    session: &Session,
    at: &mut Context,
) -> Result<Exit, Failure> {
    let Input { lines, layout, passed_over } = input;
    if lines.is_empty() {
        return Err(Failure::usage(both!(
            "`{}` heeft geen regel om te sturen",
            "`{}` has no line to send",
            file.display()
        )));
    }
    let path = asked.report.clone().unwrap_or_else(|| files::beside(file, "report.ndjson"));
    let report =
        if asked.check { Report::look(&path, &*at.entropy)? } else { Report::open(&path, &*at.entropy)? };
    let bar = at.out.progress(u64::try_from(lines.len()).unwrap_or(u64::MAX));
    let batch = Batch {
        gateway: &session.gateway,
        clock: &*at.clock,
        route,
        parallel: usize::from(asked.parallel),
        layout: layout.as_ref(),
        keys: ReceiptKeys::of(session)?,
        changed: asked.changed,
        language: at.out.language(),
    };
    let (records, tally) = batch.run(lines, report, &bar).await?;
    let ended = Ended {
        tally: &tally,
        report: (!asked.check).then_some(&*path),
        records: asked.check.then_some(&*records),
        passed_over: &passed_over,
    };
    let language = at.out.language();
    if at.out.is_ids() {
        for record in records.iter().filter(|record| record.id.is_some()) {
            at.out.show(record, String::new)?;
        }
        return Ok(tally.exit());
    }
    at.out.show(&ended, || {
        let mut text = told::of_batch(&records, &tally, ended.report, language);
        if let Some(passed_over) = passed_over.text(language) {
            text = format!("{text}\n{passed_over}");
        }
        text
    })?;
    if !asked.check && records.iter().any(Record::is_unchecked) {
        at.out.warn((
            "de ontvangstbewijzen zijn niet gecontroleerd: het profiel heeft geen `log_vkey` en geen `receipt_key`",
            "the receipts were not checked: the profile has no `log_vkey` and no `receipt_key`",
        ));
    }
    Ok(tally.exit())
}
