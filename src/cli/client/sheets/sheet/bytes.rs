//! From the bytes of a file to its text, or what the file is instead of CSV.

use super::fault::{LineFault, fault};
use crate::{cli::client::input::without_mark, domain::charset::Charset};

/// What begins like this is no CSV: the first bytes, a code, and what it is in both languages.
const OTHER_FILES: [(&[u8], &str, &str, &str); 10] = [
    (
        b"PK\x03\x04",
        "csv-workbook",
        "Dit is een werkmap van Excel of LibreOffice (.xlsx, .ods), geen CSV. Kies 'Opslaan als' en 'CSV UTF-8'.",
        "This is a workbook of Excel or LibreOffice (.xlsx, .ods), no CSV. Choose 'Save as' and 'CSV UTF-8'.",
    ),
    (
        b"\xD0\xCF\x11\xE0",
        "csv-workbook",
        "Dit is een oude Excel-werkmap (.xls), geen CSV. Kies 'Opslaan als' en 'CSV UTF-8'.",
        "This is an old Excel workbook (.xls), no CSV. Choose 'Save as' and 'CSV UTF-8'.",
    ),
    (b"%PDF", "csv-pdf", "Dit is een PDF, geen CSV.", "This is a PDF, no CSV."),
    (
        b"\xFF\xFE\0\0",
        "csv-utf32",
        "Het bestand is UTF-32. Bewaar het als 'CSV UTF-8'.",
        "The file is UTF-32. Save it as 'CSV UTF-8'.",
    ),
    (
        b"\0\0\xFE\xFF",
        "csv-utf32",
        "Het bestand is UTF-32. Bewaar het als 'CSV UTF-8'.",
        "The file is UTF-32. Save it as 'CSV UTF-8'.",
    ),
    (
        b"\xFF\xFE",
        "csv-utf16",
        "Het bestand is UTF-16. Bewaar het als 'CSV UTF-8'.",
        "The file is UTF-16. Save it as 'CSV UTF-8'.",
    ),
    (
        b"\xFE\xFF",
        "csv-utf16",
        "Het bestand is UTF-16. Bewaar het als 'CSV UTF-8'.",
        "The file is UTF-16. Save it as 'CSV UTF-8'.",
    ),
    (
        b"<",
        "csv-html",
        "Dit is een webpagina (HTML of XML), geen CSV. Open het in een spreadsheet en bewaar het als 'CSV UTF-8'.",
        "This is a web page (HTML or XML), no CSV. Open it in a spreadsheet and save it as 'CSV UTF-8'.",
    ),
    (
        b"{\\rtf",
        "csv-rtf",
        "Dit is een tekst met opmaak (RTF), geen CSV. Zet de gegevens in een spreadsheet en bewaar het als 'CSV UTF-8'.",
        "This is a formatted text (RTF), no CSV. Put the data in a spreadsheet and save it as 'CSV UTF-8'.",
    ),
    (
        b"{",
        "csv-json",
        "Dit is JSON, geen CSV. Verstuur het met `push BESTAND` of `push --batch BESTAND`.",
        "This is JSON, no CSV. Send it with `push FILE` or `push --batch FILE`.",
    ),
];

/// The text behind the byte order mark, if it is UTF-8 without NUL and nothing else than CSV.
pub(super) fn text_of(bytes: &[u8]) -> Result<&str, Vec<LineFault>> {
    let bytes = without_mark(bytes);
    if is_ebcdic(bytes) {
        return Err(vec![fault(
            1,
            "csv-ebcdic",
            "Het bestand is EBCDIC, zoals een mainframe het schrijft. Laat het omzetten naar UTF-8.",
            "The file is EBCDIC, as a mainframe writes it. Have it converted to UTF-8.",
        )]);
    }
    let begin = bytes.trim_ascii_start();
    for (first, code, nl, en) in OTHER_FILES {
        if begin.starts_with(first) {
            return Err(vec![fault(1, code, nl, en)]);
        }
    }
    if let Some(place) = bytes.iter().position(|byte| *byte == 0) {
        return Err(vec![fault(
            line_at(bytes, place),
            "csv-nul",
            "Er staat een NUL-teken in deze regel. Dit is geen tekstbestand, of het is UTF-16: bewaar het als 'CSV UTF-8'.",
            "There is a NUL on this line. This is no text file, or it is UTF-16: save it as 'CSV UTF-8'.",
        )]);
    }
    std::str::from_utf8(bytes).map_err(|error| vec![not_utf8(line_at(bytes, error.valid_up_to()), bytes)])
}

/// Whether nearly all bytes are letters, digits and separators of EBCDIC, which are hardly any of another character set.
fn is_ebcdic(bytes: &[u8]) -> bool {
    let is_usual = |byte: u8| {
        matches!(byte,
            0x81..=0x89 | 0x91..=0x99 | 0xa2..=0xa9 | 0xc1..=0xc9 | 0xd1..=0xd9 | 0xe2..=0xe9 | 0xf0..=0xf9
                | 0x05 | 0x0d | 0x15 | 0x25 | 0x40 | 0x4b | 0x5e | 0x60 | 0x61 | 0x6b | 0x6d | 0x7a | 0x7b | 0x7e)
    };
    let usual = bytes.iter().filter(|byte| is_usual(**byte)).count();
    let is_text = std::str::from_utf8(bytes).is_ok();
    !is_text && usual.saturating_mul(10) >= bytes.len().saturating_mul(9)
}

/// What is said of a text in another encoding, and in which one it most likely stands.
fn not_utf8(line: u64, bytes: &[u8]) -> LineFault {
    // What is UTF-8 says nothing of the rest.
    let rest: Vec<u8> = bytes
        .utf8_chunks()
        .flat_map(|chunk| {
            let valid = chunk.valid().chars().map(|letter| u8::try_from(letter).ok().filter(u8::is_ascii));
            valid.map(|byte| byte.unwrap_or(b' ')).chain(chunk.invalid().iter().copied())
        })
        .collect();
    let (nl, en) = match Charset::likeliest(&rest) {
        Some(Charset::Windows1252) => (
            "Het lijkt Windows-1252. Bewaar het bestand als 'CSV UTF-8'.",
            "It looks like Windows-1252. Save the file as 'CSV UTF-8'.",
        ),
        Some(Charset::MsDos) => (
            "Het lijkt MS-DOS (CP850). Open het met die tekenset (in Excel: Gegevens, Uit tekst/CSV, Bestandsoorsprong 850) \
             en bewaar het als 'CSV UTF-8'.",
            "It looks like MS-DOS (CP850). Open it with that character set (in Excel: Data, From Text/CSV, File Origin \
             850) and save it as 'CSV UTF-8'.",
        ),
        Some(Charset::MacRoman) => (
            "Het lijkt Mac OS Roman. Open het met die tekenset (in Excel: Gegevens, Uit tekst/CSV, Bestandsoorsprong \
             Macintosh) en bewaar het als 'CSV UTF-8'.",
            "It looks like Mac OS Roman. Open it with that character set (in Excel: Data, From Text/CSV, File Origin \
             Macintosh) and save it as 'CSV UTF-8'.",
        ),
        None => (
            "Of het Windows-1252, MS-DOS (CP850) of Mac OS Roman is, valt hieraan niet te zien. Open het met de goede \
             tekenset, kijk de letters met accenten na en bewaar het als 'CSV UTF-8'.",
            "Whether it is Windows-1252, MS-DOS (CP850) or Mac OS Roman cannot be seen from this. Open it with the right \
             character set, look at the letters with accents and save it as 'CSV UTF-8'.",
        ),
    };
    fault(
        line,
        "csv-not-utf8",
        &format!("Deze regel is geen UTF-8. {nl}"),
        &format!("This line is not UTF-8. {en}"),
    )
}

/// The row of a place as a spreadsheet numbers it, as far as that can be told of what is no text: a break within quotes
/// begins no row, and the line `sep=` is hidden.
fn line_at(bytes: &[u8], place: usize) -> u64 {
    let (mut line, mut is_quoted) = (1_u64, false);
    for byte in bytes.iter().take(place) {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'\n' if !is_quoted => line = line.saturating_add(1),
            _ => {}
        }
    }
    let hidden = u64::from(bytes.starts_with(b"sep=") || bytes.starts_with(b"\"sep="));
    line.saturating_sub(hidden).max(1)
}
