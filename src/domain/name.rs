//! Names as they are compared: what people write in two ways is one text.

use unicode_normalization::{
    UnicodeNormalization as _,
    char::{compose, is_combining_mark},
};

/// The forms in which a name is compared; two names are alike when they share one. The first is the plain form.
///
/// Capitals, diacritics, apostrophes, hyphens, spaces and invisible characters do not count, and a letter that does not
/// decompose is its plain letter: `ł` is `l`, `ø` is `o`, `æ` is `ae`, `ß` is `ss`, `þ` is `th`. A name with an umlaut, `ø`,
/// `å`, `đ` or `ĸ` has a second form, as passports, German keyboards and Serbs write it: `Jürgen` is `jurgen` and `juergen`. Not the
/// other way round: `Boer` is no `Bör` unless somebody wrote the umlaut.
#[must_use]
pub fn forms(name: &str) -> Vec<String> {
    let plain = folded(name, |letter| if letter == 'ø' { "o" } else { "" });
    let spelled = folded(name, |letter| match letter {
        'ä' => "ae",
        'ö' | 'ø' => "oe",
        'ü' => "ue",
        'å' => "aa",
        // As capitals the three look the same, and one is typed for another.
        'đ' | 'ð' | 'ɖ' => "dj",
        'ĸ' => "q",
        _ => "",
    });
    if plain == spelled { vec![plain] } else { vec![plain, spelled] }
}

/// At most so many of the first names are told apart from all: nobody is looked for by more of them and not by all.
const FIRST_NAMES: usize = 5;

/// The first of several names, the first two, and so on up to five, but never all.
#[must_use]
pub fn first_names(names: &str) -> Vec<String> {
    let parts: Vec<&str> = names.split_whitespace().collect();
    let most = parts.len().saturating_sub(1).min(FIRST_NAMES);
    (1..=most).filter_map(|count| Some(parts.get(..count)?.join(" "))).collect()
}

/// The names, and of more than five the first five: what is looked for among the first names of others.
#[must_use]
pub fn at_most_five(names: &str) -> String {
    names.split_whitespace().take(FIRST_NAMES).collect::<Vec<_>>().join(" ")
}

/// Letters and digits in one form. `spell` says how a letter is written; an empty text leaves it to its parts.
fn folded(name: &str, spell: impl Fn(char) -> &'static str) -> String {
    let mut plain = String::new();
    // Small letters first, then composed, so that each letter is one character.
    let small: String = name.nfkc().flat_map(char::to_lowercase).collect();
    for letter in small.nfc() {
        let spelled = |letter: char| match (spell(letter), alone(letter)) {
            ("", known) | (known, _) => known,
        };
        // A letter may have a second mark above the one that makes it what it is: `ǿ`, `ǻ`.
        match spelled(with_one_mark(letter)) {
            "" => {
                let parts = std::iter::once(letter).nfkd().filter(|part| !is_combining_mark(*part));
                for part in parts.filter(|part| is_read(*part)).flat_map(char::to_lowercase) {
                    match spelled(part) {
                        "" => plain.push(part),
                        known => plain.push_str(known),
                    }
                }
            }
            known => plain.push_str(known),
        }
    }
    plain
}

/// The letter with the first of its marks alone.
fn with_one_mark(letter: char) -> char {
    let mut parts = std::iter::once(letter).nfd();
    match (parts.next(), parts.next()) {
        (Some(plain), Some(mark)) => compose(plain, mark).unwrap_or(letter),
        _ => letter,
    }
}

/// Letters and digits, but for the letters that are apostrophes (Unicode counts them as modifier letters).
fn is_read(letter: char) -> bool {
    letter.is_alphanumeric() && !matches!(letter, '\u{2b0}'..='\u{2ff}' | 'ꞌ')
}

/// Letters that do not decompose, as ICAO Doc 9303 (part 3, section 6) writes them, but for those with a second form. Of the
/// letters of Africa and of sounds that it does not name, those with a hook, a stroke or a tail are the letter below it.
const fn alone(letter: char) -> &'static str {
    match letter {
        'ⱥ' | 'ɑ' => "a",
        'ƀ' | 'ƃ' | 'ɓ' => "b",
        'ƈ' | 'ȼ' | 'ɕ' => "c",
        'đ' | 'ð' | 'ɖ' | 'ɗ' | 'ƌ' | 'ȡ' => "d",
        'ƒ' => "f",
        'ǥ' | 'ɠ' | 'ɡ' => "g",
        'ı' | 'ɨ' => "i",
        'ȷ' | 'ɉ' | 'ɟ' | 'ʝ' => "j",
        'ł' | 'ƚ' | 'ȴ' | 'ɫ' | 'ɬ' | 'ɭ' | 'ⱡ' => "l",
        'ɱ' => "m",
        'ɔ' | 'ɵ' => "o",
        'ƥ' => "p",
        'ɋ' | 'ʠ' => "q",
        'ɍ' | 'ɼ' | 'ɽ' | 'ɾ' => "r",
        'ʂ' | 'ȿ' => "s",
        'ʉ' => "u",
        'ʋ' | 'ⱴ' => "v",
        'ⱳ' => "w",
        'ƴ' | 'ɏ' => "y",
        'ƶ' | 'ȥ' | 'ɀ' | 'ʐ' | 'ʑ' | 'ⱬ' => "z",
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        'ŋ' | 'ɲ' | 'ƞ' | 'ȵ' | 'ɳ' => "n",
        'ħ' | 'ɦ' | 'ⱨ' => "h",
        'ŧ' | 'ƫ' | 'ƭ' | 'ʈ' | 'ȶ' | 'ⱦ' => "t",
        'ĸ' | 'ƙ' | 'ⱪ' => "k",
        'ə' | 'ǝ' | 'ɛ' | 'ɇ' => "e",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn alike(one: &str, other: &str) -> bool {
        let others = forms(other);
        forms(one).iter().any(|form| others.contains(form))
    }

    #[test]
    fn what_people_write_in_two_ways_is_alike() {
        for (one, other) in [
            ("  José  Ignacio ", "JOSE\u{301} ignacio"),
            ("van der Ämst", "VAN DER AMST"),
            ("Łucja", "Lucja"),
            ("Wróbelska-Łoś", "Wrobelska Los"),
            ("d’Hont", "d'Hont"),
            ("d’Hont", "d´Hont"),
            ("d’Hont", "dHont"),
            ("OʻNeill", "O'Neill"),
            ("Anne-Fleur", "Anne Fleur"),
            ("Anne\u{2010}Fleur", "AnneFleur"),
            ("Jan\u{200b}sen", "Jansen"),
            ("Jan\u{ad}sen", "Jansen"),
            ("Søren", "Soren"),
            ("Søren", "Soeren"),
            ("Đorđe", "Dorde"),
            ("Đorđe", "Djordje"),
            ("Đorđević", "Djordjevic"),
            ("Ðorđević", "Djordjevic"),
            ("Đ\u{301}o", "Djo"),
            ("Guðrún", "Gudrun"),
            ("Işık", "ISIK"),
            ("IŞIK", "işik"),
            ("İpek", "ipek"),
            ("Weiß", "WEISS"),
            ("WEIẞ", "weiß"),
            ("Ægir", "Aegir"),
            ("Cœur", "Coeur"),
            ("Þór", "Thor"),
            ("Baŋa", "Bana"),
            ("Ħal", "Hal"),
            ("Ĳsbrand", "IJsbrand"),
            ("Jürgen", "Jurgen"),
            ("Jürgen", "Juergen"),
            ("Öztürk", "Oeztuerk"),
            ("Aĸe", "Ake"),
            ("Aĸe", "Aqe"),
            ("Åse", "Aase"),
            ("Ｊan", "Jan"),
            ("ﬁn", "fin"),
            ("Ǿrsted", "Orsted"),
            ("Ǿrsted", "Oersted"),
            ("Ǽgir", "Aegir"),
            ("ǽgir", "aegir"),
            ("Ǣgir", "Aegir"),
            ("Ǻse", "Aase"),
            ("Ǖnal", "Uenal"),
            ("Ɓaɗo", "Bado"),
            ("Ƙanƙara", "kankara"),
            ("Ɠana", "Gana"),
            ("Ƴusuf", "Yusuf"),
            ("Kɔfi", "Kofi"),
            ("Ɛsi", "Esi"),
            ("Ƶiga", "Ziga"),
            ("ƒatou", "Fatou"),
            ("Ƒatou", "Fatou"),
            ("Ɖzifa", "Dzifa"),
            ("Ŧuomas", "Tuomas"),
            ("Ⱥda", "Ada"),
            ("Ƀo", "bo"),
            ("Ħ\u{301}al", "hal"),
        ] {
            assert!(alike(one, other), "{one} {other}: {:?} {:?}", forms(one), forms(other));
        }
    }

    #[test]
    fn different_names_are_not() {
        for (one, other) in [
            ("Ana", "Anna"),
            ("Boer", "Bor"),
            ("Djamila", "Damila"),
            ("Jansen", "Janssen"),
            ("de Wit", "Witte"),
            ("Wytze", "Wijtze"),
            ("Mohamed", "Mohammed"),
            ("Иван", "Ivan"),
            ("محمد", "محمود"),
        ] {
            assert!(!alike(one, other), "{one} {other}");
        }
        assert_eq!(forms("."), [""]);
        assert_eq!(first_names(" Maria  Christina Els "), ["Maria", "Maria Christina"]);
        assert!(first_names(" Maria ").is_empty() && first_names("Anne-Fleur").is_empty());
        let (six, five) = ("A B C D E F", "A B C D E");
        assert_eq!((first_names(six).last().unwrap().as_str(), first_names(five).len()), (five, 4));
        assert_eq!((at_most_five(six), at_most_five("A  B")), (five.to_owned(), "A B".to_owned()));
    }

    /// Ways to write one letter, the plain one first.
    const SPELLINGS: [&[&str]; 14] = [
        &["a", "A", "á", "a\u{301}", "À", "ａ"],
        &["e", "E", "ë", "e\u{308}"],
        &["i", "I", "ı", "İ", "ï"],
        &["l", "L", "ł", "Ł"],
        &["d", "D", "đ", "Đ", "ð", "Ð"],
        &["ss", "SS", "ß", "ẞ"],
        &["ae", "AE", "æ", "Æ"],
        &["oe", "OE", "œ", "Œ"],
        &["th", "Th", "þ", "Þ"],
        &["n", "N", "ñ", "ŋ", "Ŋ"],
        &["h", "H", "ħ", "Ħ"],
        &["o", "O", "ø", "Ø", "ö"],
        &["", "'", "’", "‘", "ʼ", "´", "`"],
        &["", "-", " ", "\u{a0}", "\u{2010}", "\u{200b}", "\u{ad}", "  "],
    ];

    fn written(letters: impl Iterator<Item = (usize, usize)>) -> String {
        letters
            .map(|(letter, way)| {
                let ways = SPELLINGS[letter];
                ways[way % ways.len()]
            })
            .collect()
    }

    proptest! {
        #[test]
        fn two_spellings_of_one_name_share_their_plain_form(
            letters in prop::collection::vec((0usize..14, 0usize..8, 0usize..8), 1..20),
        ) {
            let one = written(letters.iter().map(|(letter, way, _)| (*letter, *way)));
            let other = written(letters.iter().map(|(letter, _, way)| (*letter, *way)));
            let plain = written(letters.iter().map(|(letter, ..)| (*letter, 0)));
            prop_assert_eq!(&forms(&one)[0], &forms(&other)[0]);
            prop_assert_eq!(&forms(&one)[0], &plain);
        }

        #[test]
        fn plain_names_that_differ_share_nothing(one in "[a-z]{1,12}", other in "[a-z]{1,12}") {
            prop_assert_eq!(one == other, alike(&one, &other));
        }
    }
}
