//! One verification, of whatever source.

use crate::{
    accesslog::verify::{Check, LogSource, Report, verify},
    cli::Context,
    crypto::at_rest::AtRest,
    merkle::note::{LogVerifier, read_unchecked},
};

/// Checks, with a bar for who watches.
pub(super) async fn checked<S: LogSource>(
    source: &S,
    log: &LogVerifier,
    others: &[LogVerifier],
    older: &[String],
    bodies: Option<&AtRest>,
    at: &mut Context,
) -> Result<Report, S::Error> {
    let note = source.checkpoint().await?.unwrap_or_default();
    let bar = at.out.progress(read_unchecked(&note).map_or(0, |checkpoint| checkpoint.size));
    let progress = |leaves: u64| bar.set_position(leaves);
    let how = Check { log, others, older, bodies, progress: Some(&progress) };
    let report = verify(source, &how).await;
    bar.finish_and_clear();
    report
}
