//! What is plainly no data: texts that nobody meant to write, as spreadsheets and wrong encodings leave them behind.

pub mod turned;

use unicode_normalization::UnicodeNormalization as _;

use super::charset::{CHARSETS, Charset};

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
    let trimmed = trimmed(text);
    let is_prose = lines == Lines::Many;
    if trimmed.is_empty() || (!is_prose && trimmed != "." && !trimmed.chars().any(is_visible_data)) {
        Some(if is_spreadsheet_error(trimmed) { NoData::SpreadsheetError } else { NoData::Blank })
    } else if text.chars().any(|letter| steers(letter) || (!is_prose && hides(letter))) {
        Some(NoData::Control)
    } else {
        left_behind(text, lines)
    }
}

/// What a spreadsheet or a wrong encoding left of a text, or put in its place; none if it may be data. A part of
/// [`no_data`] for whoever knows what else the text may be.
#[must_use]
pub fn left_behind(text: &str, lines: Lines) -> Option<NoData> {
    let trimmed = trimmed(text);
    if is_spreadsheet_error(trimmed) {
        Some(NoData::SpreadsheetError)
    } else if is_formula(trimmed, lines) {
        Some(NoData::Formula)
    } else if is_wrongly_encoded(text, lines) {
        Some(NoData::WrongEncoding)
    } else {
        None
    }
}

fn trimmed(text: &str) -> &str {
    text.trim_matches(|letter: char| letter.is_whitespace() || is_invisible(letter))
}

/// The text behind the apostrophe that keeps a spreadsheet from reading a cell as anything but text.
fn behind_guard(text: &str) -> &str {
    text.trim_start_matches(['\'', '’', '`']).trim_start()
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

/// No error of a spreadsheet is longer.
const LONGEST_ERROR: usize = 24;

/// `#N/B`, `#NAAM?`, `#WAARDE!`, `#DEEL/0!`, `#NV`, `########`, `Err:502`, also behind an apostrophe. The rule and not a
/// list: spreadsheets have a word for each error in each of their languages.
fn is_spreadsheet_error(text: &str) -> bool {
    let text: String = behind_guard(text).chars().take(2 * LONGEST_ERROR).nfkc().collect();
    if let Some(word) = text.strip_prefix('#') {
        if !word.is_empty() && word.bytes().all(|byte| byte == b'#') {
            return true;
        }
        let word = word.trim_start_matches('¡');
        let begins = word.chars().next().is_some_and(char::is_alphabetic);
        let is_word = !word.contains(char::is_whitespace) && word.chars().count() <= LONGEST_ERROR;
        let shouts = !word.chars().any(char::is_lowercase);
        return begins && is_word && (word.ends_with(['!', '?']) || shouts);
    }
    let number =
        ["err:", "fout:", "fehler:", "erreur:", "error:", "errore:", "erro:", "fel:", "fejl:", "błąd:"];
    let number = number.iter().find_map(|word| {
        let (head, number) = text.split_at_checked(word.len())?;
        (head.to_lowercase() == **word).then(|| number.trim())
    });
    number.is_some_and(|number| number.len() == 3 && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// `=B2`, `+A1`, `@SOM(A1)`, `-1+1`, `＝A1`, `{=A1}`, also behind an apostrophe. What only begins with a sign is a formula where one
/// line is expected; elsewhere it may be an item of a list.
fn is_formula(text: &str, lines: Lines) -> bool {
    let text = behind_guard(text);
    // A formula over many cells stands in braces.
    let text = text.strip_prefix('{').filter(|inner| inner.starts_with('=')).unwrap_or(text);
    let mut letters = text.chars();
    let Some(first) = letters.next() else { return false };
    match std::iter::once(first).nfkc().next().unwrap_or(first) {
        '=' => !letters.as_str().is_empty(),
        '+' | '@' if lines == Lines::One => true,
        '+' | '@' | '-' | '\u{2212}' => is_calculation(letters.as_str()),
        _ => false,
    }
}

/// What a spreadsheet calculates behind a sign, and nothing else: `SOM(A1)`, `A1`, `Blad1!A1*2`, `1+1`. Numbers with
/// nothing but hyphens and slashes between them are a telephone number, a house number or a day.
fn is_calculation(text: &str) -> bool {
    let mut rest = text.trim_start();
    let (mut has_cell, mut has_sign) = (false, false);
    loop {
        let is_inside = |letter: char| letter.is_ascii_alphanumeric() || "$.,!:_".contains(letter);
        let end = rest.find(|letter: char| !is_inside(letter)).unwrap_or(rest.len());
        let Some((operand, behind)) = rest.split_at_checked(end) else { return false };
        let is_name = operand.starts_with(|letter: char| letter.is_ascii_alphabetic());
        if is_name && behind.starts_with('(') {
            return true;
        }
        let is_cell = is_cell(operand);
        let is_number = !operand.is_empty()
            && operand.chars().all(|letter| letter.is_ascii_digit() || ".,".contains(letter));
        if !is_cell && !is_number {
            return false;
        }
        has_cell |= is_cell;
        let mut behind = behind.trim_start().chars();
        match behind.next() {
            None => return has_cell || has_sign,
            Some(sign) if "+-*/^&".contains(sign) => has_sign |= !"-/".contains(sign),
            Some(_) => return false,
        }
        rest = behind.as_str().trim_start();
    }
}

/// `A1`, `$AB$12`, `Blad1!A1`, `A1:B2`.
fn is_cell(text: &str) -> bool {
    let (_, cells) = text.rsplit_once('!').unwrap_or(("", text));
    cells.split(':').all(|cell| {
        let cell = cell.replace('$', "");
        let row = cell.trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
        let column = cell.len().saturating_sub(row.len());
        let is_row = !row.is_empty() && row.bytes().all(|byte| byte.is_ascii_digit());
        (1..=3).contains(&column) && is_row
    })
}

/// What stands for a character in HTML: `&nbsp;`, `&#160;`, `&#xA0;`. The character, if its number says which, and the text
/// behind it; none if the letter does not begin one. `behind` is what follows the letter.
pub(super) fn character_reference(letter: char, behind: &str) -> Option<(Option<char>, &str)> {
    /// No name of a character that people use is longer.
    const LONGEST_NAME: usize = 10;
    if letter != '&' {
        return None;
    }
    let end = behind.bytes().take(LONGEST_NAME).position(|byte| byte == b';')?;
    let (name, rest) = behind.split_at_checked(end)?;
    let rest = rest.strip_prefix(';')?;
    let Some(number) = name.strip_prefix('#') else {
        let is_name = name.len() > 1 && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
        return is_name.then_some((None, rest));
    };
    let number = match number.strip_prefix(['x', 'X']) {
        Some(number) => u32::from_str_radix(number, 16).ok()?,
        None => number.parse().ok()?,
    };
    Some((Some(char::from_u32(number)?), rest))
}

/// Whether letters were read in another encoding than they were written in (`JÃ¼rgen`, `J√ºrgen`, `J├╝rgen`, `â€™`), stand
/// there as a code (`J&uuml;rgen`), or were lost on the way (`J\u{fffd}rgen`, and on one line `J?rgen`).
fn is_wrongly_encoded(text: &str, lines: Lines) -> bool {
    if text.contains('\u{fffd}') {
        return true;
    }
    let letters: Vec<char> = text.chars().collect();
    let is_broken = |at: usize| {
        let rest = letters.get(at..).unwrap_or_default();
        CHARSETS.iter().any(|charset| is_utf8_read_as(*charset, rest))
    };
    letters.iter().enumerate().any(|(at, letter)| !letter.is_ascii() && is_broken(at))
        || (lines == Lines::One && (has_a_sign_for_a_letter(&letters) || has_a_coded_letter(text)))
}

/// Whether a text begins with what UTF-8 becomes when it is read as another character set.
fn is_utf8_read_as(charset: Charset, text: &[char]) -> bool {
    let bytes: Vec<u8> = text.iter().take(3).map_while(|letter| charset.byte(*letter)).collect();
    let is_windows = charset == Charset::Windows1252;
    let length: usize = match bytes.as_slice() {
        [0xc2..=0xc5, 0x80..=0xbf, ..] => 2,
        [0xef, 0xbf, 0xbd] | [0xe2, 0x80, 0x80..=0xbf] => 3,
        [0xe1 | 0xe2, 0x80..=0xbf, 0x80..=0xbf] if is_windows => 3,
        _ => return false,
    };
    // A quotation mark or a dash may well follow a capital with an accent, but then no letter follows at once.
    let last = text.get(length.saturating_sub(1)).copied().unwrap_or_default();
    let is_mark = matches!(last, '\u{2010}'..='\u{201f}' | '…' | '‹' | '›' | '\u{a0}') && length == 2;
    let goes_on = text.get(length).is_some_and(|next| next.is_alphanumeric());
    !is_mark || goes_on
}

/// Whether a question mark in a text may stand for a letter that was lost. A text with letters that Windows-1252 does not
/// have was not squeezed into it: its question mark was there before, as the register has them.
#[must_use]
pub fn may_have_lost_a_letter(text: &str) -> bool {
    text.contains('?') && !text.chars().any(is_beyond_windows)
}

fn is_beyond_windows(letter: char) -> bool {
    letter.is_alphabetic() && !letter.is_ascii() && Charset::Windows1252.byte(letter).is_none()
}

/// `J?rgen`, `?zdemir`, `Ren‚e`, `J•rgen`: a sign where only a letter can stand. What ends with a question mark may ask.
fn has_a_sign_for_a_letter(letters: &[char]) -> bool {
    /// What letters of MS-DOS and of a Mac are in Windows-1252, and no apostrophe, dash or full stop of anybody.
    const SIGNS: &str = "‚„ˆ‰†‡‹›•™¬√¶§¢";
    let near =
        |at: Option<usize>| at.and_then(|at| letters.get(at)).is_some_and(|letter| letter.is_alphabetic());
    let is_whole = letters.iter().any(|letter| is_beyond_windows(*letter));
    let is_address = letters.windows(3).any(|three| *three == [':', '/', '/']);
    letters.iter().enumerate().any(|(at, sign)| {
        let (before, behind) = (near(at.checked_sub(1)), near(at.checked_add(1)));
        (*sign == '?' && behind && !is_address && !is_whole) || (SIGNS.contains(*sign) && before && behind)
    })
}

/// `J&uuml;rgen`, `J&#252;rgen`, `J\u00fcrgen`.
fn has_a_coded_letter(text: &str) -> bool {
    let mut rest = text.chars();
    while let Some(letter) = rest.next() {
        if character_reference(letter, rest.as_str()).is_some() {
            return true;
        }
        let code = rest.as_str().strip_prefix('u').and_then(|code| code.get(..4));
        if letter == '\\' && code.is_some_and(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit())) {
            return true;
        }
    }
    false
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
            "R&D; Beheer",
            "Café Zoë & Co; Alkmaar",
            "col·lecció",
            "Åse–Marie",
            "Jan…sen",
            "Großäcker",
            "Ángel Íñigo",
            "Đặng √2",
            "-2",
            "-bis",
            "-1-2",
            "-II",
            "Q7, 12",
            "Wie komt er?",
            "Ķıį ?gđä Üĝħöý",
            "https://school.example/?dag=1",
            "‚Sluis‘",
            "Jan • Piet",
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
            ("ŠimiÄ‡", WrongEncoding),
            ("Ã–zgÃ¼r", WrongEncoding),
            ("dâ€™Hont", WrongEncoding),
            ("Å‚ucja", WrongEncoding),
            ("J\u{fffd}rgen", WrongEncoding),
            ("'#N/B", SpreadsheetError),
            ("’#VERW!", SpreadsheetError),
            ("＃N/B", SpreadsheetError),
            ("'####", SpreadsheetError),
            ("'Err:502", SpreadsheetError),
            ("Błąd:508", SpreadsheetError),
            ("-1+1", Formula),
            ("-A1", Formula),
            ("-Blad1!$A$1*2", Formula),
            ("-SOM(A1)", Formula),
            ("−A1", Formula),
            ("＝A1", Formula),
            ("＋A1", Formula),
            ("－A1", Formula),
            ("＠SOM(A1)", Formula),
            ("'=A1", Formula),
            ("'-1+1", Formula),
            ("J?rgen", WrongEncoding),
            ("J??rgen", WrongEncoding),
            ("?zdemir", WrongEncoding),
            ("J√ºrgen", WrongEncoding),
            ("Jos√©", WrongEncoding),
            ("J├╝rgen", WrongEncoding),
            ("Zo├½", WrongEncoding),
            ("dÔÇÖHont", WrongEncoding),
            ("J\u{ef}\u{bf}\u{bd}rgen", WrongEncoding),
            ("Ren‚e", WrongEncoding),
            ("Lo‹s", WrongEncoding),
            ("Lo•s", WrongEncoding),
            ("J&uuml;rgen", WrongEncoding),
            ("J&#252;rgen", WrongEncoding),
            ("J\\u00fcrgen", WrongEncoding),
        ] {
            assert_eq!(no_data(text, Lines::One), Some(why), "{text:?}");
        }
        assert_eq!(no_data("\u{200b} \n", Lines::Many), Some(Blank));
        assert_eq!(no_data("van rechts \u{202e}naar links", Lines::Many), Some(Control));
        assert_eq!(no_data("#VERW!", Lines::Many), Some(SpreadsheetError));
        for text in ["=A1", "-1+1", "@SOM(A1)", "-A1", "'=A1"] {
            assert_eq!(no_data(text, Lines::Many), Some(Formula), "{text}");
        }
        for text in
            ["- 3 dagen per week", "+31-6-12345678", "-1-2", "@school: bel mij", "Wat?dan", "=", "R&amp;D"]
        {
            assert_eq!(no_data(text, Lines::Many), None, "{text}");
        }
    }
}
