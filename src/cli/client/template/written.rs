//! The bytes of a template.

use csv::WriterBuilder;

use crate::cli::{Failure, client::sheets::columns::Chosen, printable::one_line};

/// The bytes of a template: a byte order mark and semicolons, which a Dutch spreadsheet opens without asking; a line for what
/// holds for every row, as `#name=value` in one field, which no spreadsheet changes; the names; an explanation per column. A
/// terminal obeys none of it.
///
/// # Errors
/// When the CSV cannot be made.
pub fn written(chosen: &[Chosen], value: impl Fn(&str) -> Option<String>) -> Result<Vec<u8>, Failure> {
    let failed = |error: csv::Error| {
        Failure::internal(("kan de CSV niet maken", "cannot make the CSV")).because(error)
    };
    let mut writer = WriterBuilder::new()
        .delimiter(b';')
        .terminator(csv::Terminator::CRLF)
        .flexible(true)
        .from_writer(b"\xEF\xBB\xBF".to_vec());
    for one in chosen.iter().filter(|one| one.for_every_row) {
        let line = format!("#{}={}", one.name, value(&one.name).unwrap_or_default());
        writer.write_record([one_line(&line), one_line(&one.explanation)]).map_err(failed)?;
    }
    let columns = || chosen.iter().filter(|one| !one.for_every_row);
    writer.write_record(columns().map(|one| one_line(&one.name))).map_err(failed)?;
    let explained = columns().enumerate().map(|(index, one)| {
        let explanation = one_line(&one.explanation);
        if index == 0 { format!("# {explanation}") } else { explanation }
    });
    writer.write_record(explained).map_err(failed)?;
    writer.into_inner().map_err(|_| Failure::internal(("kan de CSV niet maken", "cannot make the CSV")))
}
