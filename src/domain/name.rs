//! Names as they are compared: what people write in two ways is one text.

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

/// The forms in which a name is compared; two names are alike when they share one. The first is the plain form.
///
/// Capitals, diacritics, apostrophes, hyphens, spaces and invisible characters do not count, and a letter that does not
/// decompose is its plain letter: `ł` is `l`, `ø` is `o`, `æ` is `ae`, `ß` is `ss`, `þ` is `th`. A name with an umlaut, `ø`,
/// `å` or `ĸ` has a second form, as passports and German keyboards write it: `Jürgen` is `jurgen` and `juergen`. Not the
/// other way round: `Boer` is no `Bör` unless somebody wrote the umlaut.
#[must_use]
pub fn forms(name: &str) -> Vec<String> {
    let plain = folded(name, |letter| if letter == 'ø' { "o" } else { "" });
    let spelled = folded(name, |letter| match letter {
        'ä' => "ae",
        'ö' | 'ø' => "oe",
        'ü' => "ue",
        'å' => "aa",
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
        match (spell(letter), alone(letter)) {
            ("", "") => {
                let parts = std::iter::once(letter).nfkd().filter(|part| !is_combining_mark(*part));
                plain.extend(parts.filter(|part| is_read(*part)).flat_map(char::to_lowercase));
            }
            ("", spelled) | (spelled, _) => plain.push_str(spelled),
        }
    }
    plain
}

/// Letters and digits, but for the letters that are apostrophes (Unicode counts them as modifier letters).
fn is_read(letter: char) -> bool {
    letter.is_alphanumeric() && !matches!(letter, '\u{2b0}'..='\u{2ff}' | 'ꞌ')
}

/// Letters that do not decompose, as ICAO Doc 9303 (part 3, section 6) writes them, but for those with a second form.
const fn alone(letter: char) -> &'static str {
    match letter {
        'ł' | 'ƚ' => "l",
        'đ' | 'ð' | 'ɖ' | 'ɗ' => "d",
        'ı' | 'ɨ' => "i",
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        'ŋ' | 'ɲ' => "n",
        'ħ' => "h",
        'ŧ' => "t",
        'ĸ' => "k",
        'ə' | 'ǝ' => "e",
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
        ] {
            assert!(alike(one, other), "{one} {other}: {:?} {:?}", forms(one), forms(other));
        }
    }

    #[test]
    fn different_names_are_not() {
        for (one, other) in [
            ("Ana", "Anna"),
            ("Boer", "Bor"),
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
