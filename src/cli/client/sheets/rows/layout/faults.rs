//! What is wrong with the columns of a file, and with what holds for every row.

use crate::cli::client::{problem::Reason, sheets::sheet::Setting};

/// At most so many columns are listed in one fault.
pub(super) const LISTED: usize = 30;

/// The name that a spreadsheet gives to a column, counted from 0: A, Z, AA, AV.
pub(super) fn letters(index: usize) -> String {
    let mut name = Vec::new();
    let mut rest = Some(index);
    while let Some(left) = rest {
        let letter = u8::try_from(left % 26).unwrap_or_default();
        name.push(char::from(b'A'.saturating_add(letter)));
        rest = (left / 26).checked_sub(1);
    }
    name.iter().rev().collect()
}

pub(super) fn twice(first: usize, second: usize, name: &str) -> Reason {
    let (first, second) = (letters(first), letters(second));
    let reason = Reason::found(
        "csv-column-twice",
        format!("De kolommen {first} en {second} zijn dezelfde. Haal er een weg."),
        format!("The columns {first} and {second} are the same. Remove one."),
    );
    Reason { column: Some(name.to_owned()), letters: Some(second), ..reason }
}

/// Two values for every row: nobody can tell which was meant.
pub(super) fn said_twice(first: &Setting, second: &Setting) -> Reason {
    let (nl, en) = match (first.line, second.line) {
        (Some(first), Some(second)) => (
            format!("De regels {first} en {second} zeggen hetzelfde voor alle regels. Haal er een weg."),
            format!("Lines {first} and {second} say the same for every row. Remove one."),
        ),
        _ => (
            "Dit staat twee keer in --set. Geef het een keer.".to_owned(),
            "This is given twice with --set. Give it once.".to_owned(),
        ),
    };
    // A name that nobody knows may be anything: the lines say where it is.
    Reason::found("csv-column-twice", nl, en)
}

/// One reason for all columns that the dataset does not have.
pub(super) fn not_of_dataset(unknown: &[(usize, &str)]) -> Reason {
    let named = |(index, name): &(usize, &str)| match *name {
        "" => letters(*index),
        // Something that is no name may be a person's data.
        name if may_be_told(name) => format!("{} ({name})", letters(*index)),
        _ => letters(*index),
    };
    let mut listed: Vec<String> = unknown.iter().take(LISTED).map(named).collect();
    if unknown.len() > LISTED {
        listed.push("…".to_owned());
    }
    let (count, listed) = (unknown.len(), listed.join(", "));
    Reason::found(
        "csv-unknown-column",
        format!(
            "{} bij deze dataset: {listed}. Haal weg wat er niet bij hoort, of gebruik de namen van `sluis client \
             template` (met --with voor meer kolommen).",
            if count == 1 { "1 kolom hoort niet".to_owned() } else { format!("{count} kolommen horen niet") }
        ),
        format!(
            "{} of this dataset: {listed}. Remove what is not of it, or use the names that `sluis client template` \
             writes (with --with for more columns).",
            if count == 1 { "1 column is not".to_owned() } else { format!("{count} columns are not") }
        ),
    )
}

fn may_be_told(name: &str) -> bool {
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    let plain = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | ' '));
    plain && digits < 4 && name.chars().count() <= 60
}

pub(super) fn is_bsn(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    matches!(last.as_str(), "bsn" | "burgerservicenummer" | "sofinummer")
}

pub(super) fn never_a_bsn(index: usize) -> Reason {
    let reason = Reason::found(
        "csv-bsn",
        "Een burgerservicenummer hoort hier nooit. Haal deze kolom weg.",
        "A citizen service number (BSN) never belongs here. Remove this column.",
    );
    Reason { letters: Some(letters(index)), ..reason }
}
