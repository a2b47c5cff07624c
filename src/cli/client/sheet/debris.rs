//! What a spreadsheet leaves in a cell instead of a value.

use super::super::problem::Reason;

/// The start of what UTF-8 becomes when it is read as Windows-1252: `Ã©` for `é`, `Å¡` for `š`.
const LEADS: [char; 4] = ['Â', 'Ã', 'Ä', 'Å'];

/// What stands behind a lead in such a text: the bytes 80 to BF as Windows-1252 shows them.
const FOLLOWERS: &str = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ";

/// Followers that a writer may also have meant: a quote, a dash or an ellipsis behind a capital.
const MEANT: &str = "‘’“”–—…";

/// The text of a cell without the guards that keep a spreadsheet from changing it: `="0361"` and `'0361`.
pub(in crate::cli::client) fn unguarded(text: &str) -> &str {
    let guarded = text.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'));
    if let Some(inner) = guarded.filter(|inner| !inner.contains('"')) {
        return inner.trim();
    }
    let digits = text.strip_prefix('\'').filter(|rest| is_digits(rest));
    digits.unwrap_or(text)
}

/// What is wrong with the text of a cell, whatever its column.
pub(in crate::cli::client) fn found(text: &str) -> Option<Reason> {
    if is_error(text) {
        return Some(Reason::found(
            "csv-error-value",
            "Hier staat een fout van de spreadsheet, zoals #N/B of ####. Herstel de cel, of maak de kolom breder.",
            "Here is an error of the spreadsheet, such as #N/A or ####. Mend the cell, or widen the column.",
        ));
    }
    if is_formula(text) {
        return Some(Reason::found(
            "csv-formula",
            "Hier staat een formule. Bewaar het bestand met waarden in plaats van formules.",
            "Here is a formula. Save the file with values instead of formulas.",
        ));
    }
    if is_shortened(text) {
        return Some(Reason::found(
            "csv-shortened-number",
            "De spreadsheet heeft dit getal ingekort. Maak de kolom op als tekst en vul het opnieuw in.",
            "The spreadsheet has shortened this number. Format the column as text and fill it again.",
        ));
    }
    is_mojibake(text).then(|| {
        Reason::found(
            "csv-mojibake",
            "De letters met tekens zijn beschadigd, zoals JÃ¼rgen. Open het oorspronkelijke bestand als UTF-8 en bewaar het opnieuw.",
            "Letters with marks are damaged, as in JÃ¼rgen. Open the original file as UTF-8 and save it again.",
        )
    })
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

/// `#N/B`, `#VERW!`, `#NAAM?`, `#DEEL/0!`, `####`, `Err:502`, in whatever language.
fn is_error(text: &str) -> bool {
    if let Some(rest) = text.strip_prefix('#') {
        let upper = rest.starts_with(|c: char| c.is_alphabetic() || c == '¡')
            && rest.chars().all(|c| !c.is_lowercase());
        let ended = rest.ends_with(['!', '?']) || rest.contains('/') || rest == "NV" || rest == "NA";
        return text.chars().count() <= 24 && upper && ended
            || (rest.len() > 1 && rest.chars().all(|c| c == '#'));
    }
    let numbered =
        text.split_once(':').filter(|(word, _)| matches!(*word, "Err" | "Fout" | "Fehler" | "Erreur"));
    numbered.is_some_and(|(_, number)| is_digits(number.trim()))
}

/// `=B2`, `+SUM(A1)`, `@IF(…)`.
fn is_formula(text: &str) -> bool {
    if text.strip_prefix('=').is_some_and(|rest| !rest.is_empty()) {
        return true;
    }
    let Some(rest) = text.strip_prefix(['+', '-', '@']) else { return false };
    let name = rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '.');
    name.starts_with('(') && rest.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// `6,12E+08`.
fn is_shortened(text: &str) -> bool {
    let Some((number, power)) = text.split_once("E+") else { return false };
    let mantissa = number.split_once([',', '.']).unwrap_or((number, "0"));
    is_digits(mantissa.0) && is_digits(mantissa.1) && is_digits(power)
}

fn is_mojibake(text: &str) -> bool {
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c == '\u{FFFD}' {
            return true;
        }
        let mut ahead = rest.clone();
        let (second, third) = (ahead.next().unwrap_or(' '), ahead.next().unwrap_or(' '));
        if c == 'â' && second == '€' {
            return true;
        }
        let follows = ('\u{80}'..='\u{BF}').contains(&second) || FOLLOWERS.contains(second);
        let may_be_meant = MEANT.contains(second) || matches!(second, '\u{A0}' | '»' | '«' | '·');
        if LEADS.contains(&c) && follows && (!may_be_meant || third.is_alphabetic()) {
            return true;
        }
    }
    false
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
