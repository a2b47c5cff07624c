//! What is plainly no data: texts that nobody meant to write, as spreadsheets and wrong encodings leave them behind.

/// Why a text is no data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoData {
    /// No visible letter or digit.
    Blank,
    /// A character that steers or hides: a control, a direction, a character without a width.
    Control,
    /// The error value of a spreadsheet, in whatever language.
    SpreadsheetError,
    /// A formula instead of its outcome.
    Formula,
    /// Letters that were read in another encoding than they were written in.
    WrongEncoding,
}

/// On how many lines a text may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lines {
    /// A name, a street, a code: one line, and nothing invisible in it.
    One,
    /// Prose: lines, tabs, and the joiners that some scripts and emoji need.
    Many,
}

/// Why a text is no data; none if it may be.
///
/// A single full stop is data: the register writes it for a name that is not known.
#[must_use]
pub fn no_data(text: &str, lines: Lines) -> Option<NoData> {
    let trimmed = text.trim_matches(|letter: char| letter.is_whitespace() || is_invisible(letter));
    let is_prose = lines == Lines::Many;
    if trimmed.is_empty() || (!is_prose && trimmed != "." && !trimmed.chars().any(is_visible_data)) {
        Some(if is_hashes(trimmed) { NoData::SpreadsheetError } else { NoData::Blank })
    } else if text.chars().any(|letter| steers(letter) || (!is_prose && hides(letter))) {
        Some(NoData::Control)
    } else if is_spreadsheet_error(trimmed) {
        Some(NoData::SpreadsheetError)
    } else if trimmed.starts_with('=') || (!is_prose && trimmed.starts_with(['+', '@'])) {
        Some(NoData::Formula)
    } else if is_wrongly_encoded(text) {
        Some(NoData::WrongEncoding)
    } else {
        None
    }
}

/// Whether a character has no width and no meaning of its own: it hides between others.
#[must_use]
pub const fn is_invisible(letter: char) -> bool {
    matches!(
        letter,
        '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{115f}' | '\u{1160}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Controls, directions and separators that no text of a person needs; the ends of lines and tabs are none of them.
#[must_use]
pub fn steers(letter: char) -> bool {
    let is_line = matches!(letter, '\n' | '\r' | '\t');
    (letter.is_control() && !is_line)
        || matches!(
            letter,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
                | '\u{fff9}'..='\u{fffb}' | '\u{e0001}'
        )
}

/// What may stand in prose, and not in a name.
fn hides(letter: char) -> bool {
    matches!(letter, '\n' | '\r' | '\t') || is_invisible(letter)
}

fn is_visible_data(letter: char) -> bool {
    letter.is_alphanumeric() && !is_invisible(letter)
}

fn is_hashes(text: &str) -> bool {
    text.len() > 1 && text.bytes().all(|byte| byte == b'#')
}

/// `#N/B`, `#NAAM?`, `#WAARDE!`, `#DEEL/0!`, `#NV`, `########`, `Err:502`. The rule and not a list: spreadsheets have a
/// word for each error in each of their languages.
fn is_spreadsheet_error(text: &str) -> bool {
    if is_hashes(text) {
        return true;
    }
    if let Some(word) = text.strip_prefix('#') {
        let word = word.trim_start_matches('¡');
        let begins = word.chars().next().is_some_and(char::is_alphabetic);
        let is_word = !word.contains(char::is_whitespace) && word.chars().count() <= 24;
        let shouts = !word.chars().any(char::is_lowercase);
        return begins && is_word && (word.ends_with(['!', '?']) || shouts);
    }
    let number = ["err:", "fout:", "fehler:", "erreur:", "error:"].iter().find_map(|word| {
        let head = text.get(..word.len()).filter(|head| head.eq_ignore_ascii_case(word))?;
        text.strip_prefix(head)
    });
    number.is_some_and(|number| number.len() == 3 && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether UTF-8 was read as Windows-1252 (`JÃ¼rgen`, `â€™`), or characters were lost on the way.
fn is_wrongly_encoded(text: &str) -> bool {
    if text.contains('\u{fffd}') {
        return true;
    }
    let letters: Vec<char> = text.chars().collect();
    (0..letters.len()).any(|at| {
        let rest = letters.get(at..).unwrap_or_default();
        let bytes: Vec<u8> = rest.iter().take(3).map_while(|letter| in_windows_1252(*letter)).collect();
        let length: usize = match bytes.as_slice() {
            [0xc2..=0xc5, 0x80..=0xbf, ..] => 2,
            [0xe1 | 0xe2, 0x80..=0xbf, 0x80..=0xbf, ..] => 3,
            _ => return false,
        };
        // A quotation mark or a dash may well follow a capital with an accent, but then no letter follows at once.
        let last = rest.get(length.saturating_sub(1)).copied().unwrap_or_default();
        let is_mark = matches!(last, '\u{2010}'..='\u{203a}' | '\u{a0}') && length == 2;
        let goes_on = rest.get(length).is_some_and(|next| next.is_alphanumeric());
        !is_mark || goes_on
    })
}

/// The byte of a character beyond ASCII in Windows-1252.
fn in_windows_1252(letter: char) -> Option<u8> {
    const HIGH: [char; 27] = [
        '€', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', 'Ž', '‘', '’', '“', '”', '•', '–', '—',
        '˜', '™', 'š', '›', 'œ', 'ž', 'Ÿ',
    ];
    const BYTES: [u8; 27] = [
        0x80, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8b, 0x8c, 0x8e, 0x91, 0x92, 0x93, 0x94,
        0x95, 0x96, 0x97, 0x98, 0x99, 0x9a, 0x9b, 0x9c, 0x9e, 0x9f,
    ];
    match u32::from(letter) {
        number @ 0x80..=0xff => u8::try_from(number).ok(),
        _ => HIGH.iter().zip(BYTES).find(|(high, _)| **high == letter).map(|(_, byte)| byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_streets_of_the_register_are_data() {
        for text in [
            "Arundati",
            "Łucja",
            "d’Hont",
            "d'Hont",
            "'s-Gravenhage",
            "'t Hooft",
            "Šimić",
            "Anne-Fleur Belle",
            "Th. J.",
            ".",
            "1e Van der Helststraat",
            "#12 Main Street",
            "Plein 1940-1945",
            "李明",
            "محمد",
            "Đặng Thị Ngọc",
            "Müller & Söhne",
            "ANDRÉ”",
            "SÃO",
            "Ãlvaro",
            "Åse",
            "É",
            "24/7 Zorg",
            "De Wit (werkplaats)",
        ] {
            assert_eq!(no_data(text, Lines::One), None, "{text}");
            assert_eq!(no_data(text, Lines::Many), None, "{text}");
        }
        assert_eq!(no_data("- werkt\n- leert 👩\u{200d}🔧\tgraag", Lines::Many), None);
    }

    #[test]
    fn what_nobody_meant_to_write_is_none() {
        use NoData::{Blank, Control, Formula, SpreadsheetError, WrongEncoding};
        for (text, why) in [
            ("", Blank),
            (" ", Blank),
            ("\u{200b}", Blank),
            ("\u{a0}\u{feff}", Blank),
            ("\u{2800}\u{3164}", Blank),
            ("-", Blank),
            ("???", Blank),
            ("#N/B", SpreadsheetError),
            ("#N/A", SpreadsheetError),
            ("#NAAM?", SpreadsheetError),
            ("#VERW!", SpreadsheetError),
            ("#WAARDE!", SpreadsheetError),
            ("#DEEL/0!", SpreadsheetError),
            ("#GETAL!", SpreadsheetError),
            ("#REF!", SpreadsheetError),
            ("#NV", SpreadsheetError),
            ("#WERT!", SpreadsheetError),
            ("#¡VALOR!", SpreadsheetError),
            ("#SAYI/0!", SpreadsheetError),
            ("#НД", SpreadsheetError),
            ("########", SpreadsheetError),
            (" ##### ", SpreadsheetError),
            ("Err:502", SpreadsheetError),
            ("Fout:508", SpreadsheetError),
            ("=B2&\" \"&C2", Formula),
            ("=\"0612345678\"", Formula),
            ("+A1", Formula),
            ("@SOM(A1)", Formula),
            ("Jan\u{202e}neJ", Control),
            ("Jan\u{0}", Control),
            ("Jan\u{7f}", Control),
            ("Jan\nJansen", Control),
            ("Jan\u{200b}sen", Control),
            ("\u{feff}Jan", Control),
            ("JÃ¼rgen", WrongEncoding),
            ("ZoÃ«", WrongEncoding),
            ("Ã–zgÃ¼r", WrongEncoding),
            ("dâ€™Hont", WrongEncoding),
            ("Å‚ucja", WrongEncoding),
            ("J\u{fffd}rgen", WrongEncoding),
        ] {
            assert_eq!(no_data(text, Lines::One), Some(why), "{text:?}");
        }
        assert_eq!(no_data("\u{200b} \n", Lines::Many), Some(Blank));
        assert_eq!(no_data("van rechts \u{202e}naar links", Lines::Many), Some(Control));
        assert_eq!(no_data("#VERW!", Lines::Many), Some(SpreadsheetError));
        assert_eq!(no_data("=A1", Lines::Many), Some(Formula));
    }
}
