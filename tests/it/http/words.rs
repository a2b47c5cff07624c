//! What is told of a fault is told in Dutch too, and in words of whoever works with it.

use std::fs;

use crate::cli::program::files;

/// What makes a pair of texts: the last two texts in it are Dutch and English.
const PAIRS: [&str; 2] = ["Fault::at(", "Bilingual::new("];

/// Words that only English has.
const ENGLISH: [&str; 9] = ["the", "this", "is not", "must", "which", "with", "and", "your", "does"];

/// Words of programmers, which a secretary need not know.
const JARGON: [&str; 10] =
    ["array", "ascii", "boolean", "integer", "member", "object", "parse", "payload", "pointer", "string"];

/// The literals between here and the parenthesis that closes it, and what is behind.
fn literals(text: &str) -> (Vec<String>, &str) {
    let (mut found, mut depth, mut chars) = (Vec::new(), 1, text.char_indices());
    while let Some((at, letter)) = chars.next() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            '"' => {
                let mut literal = String::new();
                while let Some((_, letter)) = chars.next() {
                    match letter {
                        '"' => break,
                        '\\' => literal.extend(chars.next().map(|(_, escaped)| escaped)),
                        _ => literal.push(letter),
                    }
                }
                found.push(literal);
            }
            _ => {}
        }
        if depth == 0 {
            return (found, text.get(at..).unwrap());
        }
    }
    (found, "")
}

fn has(text: &str, word: &str) -> bool {
    let words: Vec<_> =
        text.split(|letter: char| !letter.is_alphanumeric()).filter(|one| !one.is_empty()).collect();
    format!(" {} ", words.join(" ").to_lowercase()).contains(&format!(" {word} "))
}

/// What the type cannot promise of a text: that it is Dutch, and which Dutch. A problem has its Dutch by its type.
#[test]
fn no_fault_lacks_its_dutch() {
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for file in files(std::path::Path::new("src")) {
        let source = fs::read_to_string(&file).unwrap();
        if file.ends_with("tests.rs") || file.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let source = source.split("#[cfg(test)]\nmod tests {").next().unwrap();
        for pair in PAIRS {
            let mut rest = source;
            while let Some((_, behind)) = rest.split_once(pair) {
                let (found, next) = literals(behind);
                rest = next;
                let [.., dutch, english] = found.as_slice() else { continue };
                if !dutch.contains(' ') {
                    continue;
                }
                seen += 1;
                let strange: Vec<_> = ENGLISH.iter().chain(&JARGON).filter(|word| has(dutch, word)).collect();
                if !strange.is_empty() || dutch == english {
                    wrong.push(format!("{}: {strange:?} in {dutch:?}", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 100, "only {seen} texts were found");
}
