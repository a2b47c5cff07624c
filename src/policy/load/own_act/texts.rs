//! Of whose act a text speaks. A sentence that cites an article cites it of somebody's act; one that names acts or kinds of
//! school without an article speaks of all of them, so that whoever is addressed must be among them.

use super::acts::{ACTS, is_foreign};
use crate::domain::{code::Provision, party::Role};

/// The acts as texts name them, and as provisions do.
const NAMES: [(&str, &str); 3] = [("WVO", "wvo2020"), ("WEC", "wec"), ("WEB", "web")];

/// Words for a kind of school or for who learns there, in small letters.
const KINDS: [(&str, Role); 6] = [
    ("praktijkonderwijs", Role::ProSchool),
    ("vso", Role::VsoSchool),
    ("voortgezet speciaal", Role::VsoSchool),
    ("mbo", Role::MboSchool),
    ("student", Role::MboSchool),
    ("students", Role::MboSchool),
];

/// What a text tells this sender of the act of another kind of school: the words, as they stand there.
pub(super) fn foreign_to(sender: Role, text: &str) -> Vec<String> {
    sentences(text).into_iter().flat_map(|sentence| foreign_in(sender, sentence)).collect()
}

fn foreign_in(sender: Role, sentence: &str) -> Vec<String> {
    let words: Vec<&str> = sentence.split([' ', '-', '\u{a0}']).map(trimmed).collect();
    let (mut foreign, mut spoken_of) = (Vec::new(), Vec::new());
    for (at, word) in words.iter().enumerate() {
        if let Some((name, act)) = NAMES.iter().find(|(name, _)| name == word) {
            let is_dated = words.get(at.saturating_add(1)) == Some(&"2020");
            let after = at.saturating_add(if is_dated { 2 } else { 1 });
            let (before, behind) = (words.get(..at).unwrap_or_default(), words.get(after));
            let article = cited_before(before).or_else(|| behind.copied().filter(|word| is_number(word)));
            match article.and_then(|article| format!("{act}:{article}").parse::<Provision>().ok()) {
                Some(cited) if is_foreign(&cited, sender) => foreign.push(format!("`{cited}`")),
                Some(_) => {}
                None => spoken_of.extend(school_of(act).map(|school| (school, (*name).to_owned()))),
            }
        }
        let next = words.get(at.saturating_add(1)).copied().unwrap_or_default();
        let lower = word.to_lowercase();
        let is_kind = |kind: &str| {
            kind.strip_prefix(lower.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.strip_prefix(' ') == Some(next))
        };
        let kind = KINDS.iter().find(|(kind, _)| is_kind(kind)).map(|(_, school)| *school);
        let kind = kind.or((*word == "PrO").then_some(Role::ProSchool));
        spoken_of.extend(kind.map(|school| (school, (*word).to_owned())));
    }
    if !spoken_of.is_empty() && spoken_of.iter().all(|(school, _)| *school != sender) {
        foreign.extend(spoken_of.into_iter().map(|(_, word)| format!("`{word}`")));
    }
    foreign
}

/// The article of `art. 2.31b lid 3 onder a`, where that stands at the end of these words.
fn cited_before<'w>(words: &[&'w str]) -> Option<&'w str> {
    let is_of_a_place =
        |word: &&str| is_number(word) || word.len() == 1 || matches!(*word, "lid" | "onder" | "en");
    let place = words.iter().rev().take_while(|word| is_of_a_place(word)).count();
    let begin = words.len().checked_sub(place)?;
    let is_cited = matches!(words.get(begin.checked_sub(1)?), Some(&("art" | "Art" | "artikel" | "Artikel")));
    words.get(begin).copied().filter(|_| is_cited)
}

fn school_of(act: &str) -> Option<Role> {
    ACTS.iter().find(|(_, acts)| acts.contains(&act)).map(|(school, _)| *school)
}

fn is_number(word: &str) -> bool {
    word.starts_with(|first: char| first.is_ascii_digit())
}

fn trimmed(word: &str) -> &str {
    word.trim_matches(|letter: char| !letter.is_alphanumeric())
}

/// A sentence ends where the next one begins with a capital: `art. 14h` ends none.
fn sentences(text: &str) -> Vec<&str> {
    let mut sentences = Vec::new();
    let mut rest = text;
    while let Some((sentence, left)) = end_of(rest).and_then(|end| rest.split_at_checked(end)) {
        sentences.push(sentence);
        rest = left;
    }
    sentences.push(rest);
    sentences
}

fn end_of(text: &str) -> Option<usize> {
    let ends = text.match_indices(['.', '?', '!']).map(|(at, _)| at.saturating_add(1));
    let begins = |after: &str| after.starts_with(' ') && after.trim_start().starts_with(char::is_uppercase);
    ends.into_iter().find(|end| text.get(*end..).is_some_and(begins))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_of_the_acts_that_it_names() {
        const SCHOOLS: [Role; 3] = [Role::ProSchool, Role::VsoSchool, Role::MboSchool];
        let refused = |text: &str| SCHOOLS.map(|school| !foreign_to(school, text).is_empty());
        for (text, pro, vso, mbo) in [
            ("Vraag de gemeente om voortzetting.", false, false, false),
            (
                "Het VSO geeft het document ook zonder gemeente (doel loopbaanbegeleiding, WEC 14e).",
                true,
                false,
                true,
            ),
            ("A VSO school gives it without a municipality too (WEC 14e).", true, false, true),
            ("Alleen de kopie (art. 14h WEC).", true, false, true),
            ("Zie art. 2.31b lid 3 WVO 2020.", false, true, true),
            ("Wacht op de vraag van het Doorstroompunt (art. 9.2.3 WEB).", true, true, false),
            // Of every school: the paragraph on the Doorstroompunt.
            ("De taak loopt tot 27 jaar (art. 9.2.1 WEB).", false, false, false),
            ("De WEC schrijft deze melding voor onder 23 jaar.", true, false, true),
            // Where the pupil goes next is told by acts, the own one among them.
            (
                "Gaat de leerling naar een school van de WEC of de WVO 2020? Geef die dan het rapport.",
                false,
                false,
                true,
            ),
            ("In het mbo stemt de gediplomeerde zelf in.", true, true, false),
            ("Dit kan voor een mbo-diploma.", true, true, false),
            ("De student stopte een jaar geleden.", true, true, false),
            ("In voortgezet speciaal onderwijs is dat anders.", true, false, true),
            ("Een verklaring van het praktijkonderwijs, of VSO-arbeid.", false, false, true),
            ("Meld dit aan Leerplicht (art. 18 lid 1 Leerplichtwet).", false, false, false),
        ] {
            assert_eq!(refused(text), [pro, vso, mbo], "{text}");
        }
    }
}
