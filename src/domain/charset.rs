//! The character sets of one byte per character in which spreadsheets still write: what their bytes stand for, and which of
//! them a file was most likely written in.

/// A character set of one byte per character, whose first half is ASCII.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charset {
    /// Windows-1252: what Excel on Windows writes as CSV.
    Windows1252,
    /// Code page 850: what Excel writes as CSV (MS-DOS), and administrations of the nineties do.
    MsDos,
    /// Mac OS Roman: what Excel on a Mac writes as CSV (Macintosh).
    MacRoman,
}

/// All of them.
pub const CHARSETS: [Charset; 3] = [Charset::Windows1252, Charset::MsDos, Charset::MacRoman];

/// 80 to 9F in Windows-1252; what it leaves open is a control, and from A0 on it is Latin-1.
const WINDOWS: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";
/// 80 to FF in code page 850.
const MS_DOS: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐\
    └┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}";
/// 80 to FF in Mac OS Roman.
const MAC_ROMAN: &str = "ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø\
    ¿¡¬√ƒ≈∆«»…\u{a0}ÀÃÕŒœ–—“”‘’÷◊ÿŸ⁄€‹›ﬁﬂ‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ\u{f8ff}ÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ";

/// The letters that Dutch names and words have most, and those that names from elsewhere have.
const FREQUENT: &str = "ëéïèöüç";
const KNOWN: &str = "áàâäãåæêíìîñóòôõøœßúùûýÿšžŠŽÉËÈÖÜÄÅÇØÁÓÍÚÑÆ";

/// How much a letter in its place speaks for a character set.
const SURE: i32 = 3;
/// By how much one must be the likelier before it is named.
const MARGIN: i32 = 2;

impl Charset {
    /// The characters from 80 on, as far as they are not those of Latin-1.
    const fn high(self) -> &'static str {
        match self {
            Self::Windows1252 => WINDOWS,
            Self::MsDos => MS_DOS,
            Self::MacRoman => MAC_ROMAN,
        }
    }

    /// What a byte stands for.
    #[must_use]
    pub fn letter(self, byte: u8) -> char {
        let place = byte.checked_sub(0x80).map(usize::from);
        place.and_then(|place| self.high().chars().nth(place)).unwrap_or_else(|| char::from(byte))
    }

    /// The byte of a character beyond ASCII.
    #[must_use]
    pub fn byte(self, letter: char) -> Option<u8> {
        let place = self.high().chars().position(|high| high == letter);
        let of_table = place.and_then(|place| u8::try_from(place).ok()?.checked_add(0x80));
        of_table.or_else(|| {
            u8::try_from(letter).ok().filter(|byte| !byte.is_ascii() && self.letter(*byte) == letter)
        })
    }

    /// The character set that a text was most likely written in, by what stands within and beside its words; none where
    /// two are as likely. Meant for bytes that are no UTF-8.
    #[must_use]
    pub fn likeliest(bytes: &[u8]) -> Option<Self> {
        let mut ranked = CHARSETS.map(|charset| (charset.likelihood(bytes), charset));
        ranked.sort_by_key(|(likelihood, _)| std::cmp::Reverse(*likelihood));
        let [(first, charset), (second, _), _] = ranked;
        (first > 0 && first.saturating_sub(second) >= MARGIN).then_some(charset)
    }

    fn likelihood(self, bytes: &[u8]) -> i32 {
        let near = |at: Option<usize>| at.and_then(|at| bytes.get(at)).copied().unwrap_or(b' ');
        let beyond = bytes.iter().enumerate().filter(|(_, byte)| !byte.is_ascii());
        beyond.fold(0, |sum, (at, byte)| {
            let (before, behind) = (near(at.checked_sub(1)), near(at.checked_add(1)));
            sum.saturating_add(self.fits(before, *byte, behind))
        })
    }

    /// How well what a byte stands for fits between its neighbours.
    fn fits(self, before: u8, byte: u8, behind: u8) -> i32 {
        let letter = self.letter(byte);
        let within = before.is_ascii_lowercase() || behind.is_ascii_lowercase();
        let in_word = before.is_ascii_alphabetic() || behind.is_ascii_alphabetic();
        let is_out_of_case = letter.is_uppercase() && before.is_ascii_lowercase();
        match letter {
            _ if !in_word => 0,
            letter if letter.is_control() || is_out_of_case => -SURE,
            letter if FREQUENT.contains(letter) && within => SURE,
            letter if KNOWN.contains(letter) => 1,
            // A quote, a dash or the sign of a currency stands beside a word, and hardly in it.
            letter
                if !letter.is_alphabetic()
                    && before.is_ascii_alphabetic()
                    && behind.is_ascii_alphabetic() =>
            {
                if letter == '’' {
                    1
                } else {
                    -SURE
                }
            }
            letter if letter.is_alphabetic() => -1,
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What these names are in a character set, which must have all their letters.
    fn written(charset: Charset, text: &str) -> Vec<u8> {
        let byte = |letter: char| match letter {
            letter if letter.is_ascii() => u8::try_from(u32::from(letter)).unwrap(),
            letter => charset.byte(letter).unwrap(),
        };
        text.chars().map(byte).collect()
    }

    #[test]
    fn each_byte_stands_for_one_letter_and_back() {
        for charset in CHARSETS {
            for byte in 0x80..=0xff {
                assert_eq!(charset.byte(charset.letter(byte)), Some(byte), "{charset:?} {byte:x}");
            }
            assert_eq!((charset.letter(b'a'), charset.byte('a')), ('a', None));
        }
        assert_eq!(CHARSETS.map(|charset| charset.letter(0x8e)), ['Ž', 'Ä', 'é']);
        assert_eq!(CHARSETS.map(|charset| charset.byte('ü')), [Some(0xfc), Some(0x81), Some(0x9f)]);
    }

    #[test]
    fn a_text_is_told_by_the_letters_in_its_words() {
        for text in [
            "Jürgen",
            "Zoë;Daniël",
            "André",
            "René;François",
            "Özdemir;Yıldız Gül".replace('ı', "i").as_str(),
            "Loïs;Eloïse",
            "Noël de Gruijter",
            "Björn;Jörg",
            "Irène;Hélène",
        ] {
            for charset in CHARSETS {
                assert_eq!(Charset::likeliest(&written(charset, text)), Some(charset), "{text}");
            }
        }
        // Of this byte nobody can tell: a capital in a word of capitals, or alone.
        for text in [&b"\x8e"[..], b"1 \x80 2", b"plain", b""] {
            assert_eq!(Charset::likeliest(text), None, "{text:?}");
        }
    }
}
