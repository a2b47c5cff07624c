//! What a spreadsheet leaves in a cell instead of a value.

use crate::{
    cli::client::problem::Reason,
    domain::text::{Lines, NoData, left_behind, turned::is_shortened_number},
};

/// The text of a cell without the guards that keep a spreadsheet from changing it: `="0361"` and `'0361`.
pub(in crate::cli::client) fn unguarded(text: &str) -> &str {
    let guarded = text.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'));
    if let Some(inner) = guarded.filter(|inner| !inner.contains('"')) {
        return inner.trim();
    }
    let number = text.strip_prefix('\'').filter(|rest| {
        let rest = rest.strip_prefix('+').unwrap_or(rest);
        rest.starts_with(|c: char| c.is_ascii_digit())
            && rest.chars().all(|c| c.is_ascii_digit() || " -./()".contains(c))
    });
    number.unwrap_or(text)
}

/// What is wrong with the text of a cell, whatever its column.
pub(in crate::cli::client) fn found(text: &str, lines: Lines) -> Option<Reason> {
    if is_shortened_number(text) {
        return Some(Reason::found(
            "csv-shortened-number",
            "De spreadsheet heeft dit getal ingekort. Maak de kolom op als tekst en vul het opnieuw in.",
            "The spreadsheet has shortened this number. Format the column as text and fill it again.",
        ));
    }
    let (code, nl, en) = match left_behind(text, lines)? {
        NoData::SpreadsheetError => (
            "csv-error-value",
            "Hier staat een fout van de spreadsheet, zoals #N/B of ####. Herstel de cel, of maak de kolom breder.",
            "Here is an error of the spreadsheet, such as #N/A or ####. Mend the cell, or widen the column.",
        ),
        NoData::Formula => (
            "csv-formula",
            "Hier staat een formule. Bewaar het bestand met waarden in plaats van formules.",
            "Here is a formula. Save the file with values instead of formulas.",
        ),
        NoData::WrongEncoding => (
            "csv-mojibake",
            "De letters met tekens zijn beschadigd, zoals JÃ¼rgen of J?rgen. Open het oorspronkelijke bestand als UTF-8 en bewaar het opnieuw.",
            "Letters with marks are damaged, as in JÃ¼rgen or J?rgen. Open the original file as UTF-8 and save it again.",
        ),
        NoData::Blank | NoData::Control => return None,
    };
    Some(Reason::found(code, nl, en))
}

/// A national number that lost its first zero: nine digits. Also as `31612345678`, which lost its `+`.
pub(in crate::cli::client) fn clipped_phone(text: &str) -> Option<Reason> {
    let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    let clipped = is_digits(&digits) && !digits.starts_with('0');
    clipped.then(|| {
        Reason::found(
            "csv-phone",
            "Dit telefoonnummer begint niet met 0 of +. Een spreadsheet haalt de 0 weg: maak de kolom op als tekst en vul het \
             opnieuw in.",
            "This phone number does not begin with 0 or +. A spreadsheet drops the 0: format the column as text and fill it \
             again.",
        )
    })
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
