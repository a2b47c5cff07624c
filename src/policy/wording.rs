//! Texts of conditions that say how it is with this person, and yet name nobody.

use crate::domain::{age::AgeRange, problem::Bilingual};

/// The places in a text that are filled per person: `{leeftijd}` is the age on the day of the decision,
/// `{leeftijd-indiening}` the age on the day on which the packet was handed in, `{leeftijd-verzoek}` the age on the day of
/// the request that it rests on, `{leeftijd-verwijdering}` the age on the day of the decision to remove; `{contactgemeente}` is the municipality that coordinates the Doorstroompunt of the region where
/// the person lives. `{of-kan-zijn}` says *of kan zijn* where the date of birth is incomplete or is not told, and nothing where
/// the age is known.
pub(super) const PLACES: [&str; 6] = [
    "leeftijd",
    "leeftijd-indiening",
    "leeftijd-verzoek",
    "leeftijd-verwijdering",
    CONTACTGEMEENTE,
    "of-kan-zijn",
];
const CONTACTGEMEENTE: &str = "contactgemeente";

/// How old a person is and where, for the places of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Particulars {
    pub(super) today: AgeRange,
    pub(super) submitted: AgeRange,
    pub(super) asked: AgeRange,
    pub(super) removed: AgeRange,
    /// Name and code; none where no region's file names it.
    pub(super) contactgemeente: Option<String>,
}

/// The places in a text that do not exist, and a brace that is left open.
pub(super) fn unknown_places(text: &str) -> Vec<String> {
    let mut unknown = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('{') {
        let (name, next) = after.split_once('}').unwrap_or((after, ""));
        if !PLACES.contains(&name) || !after.contains('}') {
            unknown.push(name.to_owned());
        }
        rest = next;
    }
    unknown
}

/// The text about this person. Without particulars it speaks of *this age* and *the region*: who is not told a person's age
/// or residence reads none.
pub(super) fn fill(text: &Bilingual, particulars: Option<&Particulars>) -> Bilingual {
    if !text.nl.contains('{') && !text.en.contains('{') {
        return text.clone();
    }
    let [today, submitted, asked, removed] = match particulars {
        Some(told) => [told.today, told.submitted, told.asked, told.removed].map(in_words),
        None => [(); 4].map(|()| ("van deze leeftijd".to_owned(), "of this age".to_owned())),
    };
    let contactgemeente = match particulars.and_then(|told| told.contactgemeente.as_deref()) {
        Some(name) => (format!("de contactgemeente {name}"), format!("the contactgemeente {name}")),
        None => {
            ("de contactgemeente van de regio".to_owned(), "the contactgemeente of the region".to_owned())
        }
    };
    let is_known = particulars.is_some_and(|told| told.today.at_least == told.today.at_most);
    let (nl, en) = if is_known { (",", "") } else { (", of kan zijn,", ", or may be,") };
    let maybe = (nl.to_owned(), en.to_owned());
    let mut filled = text.clone();
    if particulars.is_none() {
        filled.nl = without_age(&filled.nl).into();
        filled.en = without_age(&filled.en).into();
    }
    for (name, (nl, en)) in PLACES.into_iter().zip([today, submitted, asked, removed, contactgemeente, maybe])
    {
        let place = format!("{{{name}}}");
        filled.nl = filled.nl.replace(&place, &nl).into();
        filled.en = filled.en.replace(&place, &en).into();
    }
    filled
}

/// The sentences that do not tell the age, where others do: *is of this age* says nothing to who is not told which.
fn without_age(text: &str) -> String {
    const BETWEEN: &str = ". ";
    let told: Vec<&str> = text.split(BETWEEN).filter(|sentence| !sentence.contains("{leeftijd")).collect();
    if told.is_empty() { text.to_owned() } else { told.join(BETWEEN) }
}

/// An age in words, such as `18 jaar`; an incomplete date of birth allows more than one.
fn in_words(age: AgeRange) -> (String, String) {
    let AgeRange { at_least, at_most } = age;
    if at_least == at_most {
        (format!("{at_least} jaar"), format!("{at_least} years old"))
    } else if age == AgeRange::UNKNOWN {
        ("van onbekende leeftijd".to_owned(), "of unknown age".to_owned())
    } else {
        (format!("{at_least} of {at_most} jaar"), format!("{at_least} or {at_most} years old"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(today: AgeRange, submitted: AgeRange, asked: AgeRange) -> Particulars {
        Particulars {
            today,
            submitted,
            asked,
            removed: today,
            contactgemeente: Some("Alkmaar (0361)".to_owned()),
        }
    }

    #[test]
    fn who_is_not_told_the_age_reads_no_sentence_about_it() {
        let text = Bilingual::new(
            "De leerling is {leeftijd}. Wie 16 jaar of ouder is, geeft zelf toestemming. Die ontbreekt.",
            "The pupil is {leeftijd}. Who is 16 or older consents in person. That is missing.",
        );
        let filled = fill(&text, None);
        assert_eq!(filled.nl, "Wie 16 jaar of ouder is, geeft zelf toestemming. Die ontbreekt.");
        assert_eq!(filled.en, "Who is 16 or older consents in person. That is missing.");
    }

    #[test]
    fn a_text_names_the_contactgemeente_only_to_who_may_know_where_the_person_lives() {
        let text = Bilingual::new("Stuur dit naar {contactgemeente}.", "Send this to {contactgemeente}.");
        let known = told(AgeRange::UNKNOWN, AgeRange::UNKNOWN, AgeRange::UNKNOWN);
        assert_eq!(fill(&text, Some(&known)).nl, "Stuur dit naar de contactgemeente Alkmaar (0361).");
        let nowhere = Particulars { contactgemeente: None, ..known };
        for silent in [Some(&nowhere), None] {
            assert_eq!(fill(&text, silent).nl, "Stuur dit naar de contactgemeente van de regio.");
        }
    }

    #[test]
    fn a_text_says_the_age_and_no_more() {
        let text = Bilingual::new("De jongere is {leeftijd}.", "The young person is {leeftijd}.");
        let said = |at_least, at_most| {
            let range = AgeRange { at_least, at_most };
            fill(&text, Some(&told(range, AgeRange::UNKNOWN, AgeRange::UNKNOWN)))
        };
        assert_eq!(
            said(18, 18),
            Bilingual::new("De jongere is 18 jaar.", "The young person is 18 years old.")
        );
        assert_eq!(said(16, 17).nl, "De jongere is 16 of 17 jaar.");
        assert_eq!(said(0, 150).nl, "De jongere is van onbekende leeftijd.");
        assert_eq!(said(0, 150).en, "The young person is of unknown age.");
        assert_eq!(fill(&text, None).nl, "De jongere is van deze leeftijd.");
    }

    #[test]
    fn what_may_be_is_said_only_of_an_incomplete_date() {
        let text = Bilingual::new(
            "Wie 16 is{of-kan-zijn} geeft zelf toestemming.",
            "Who is 16{of-kan-zijn} consents in person.",
        );
        let aged = |at_least, at_most| {
            let age = AgeRange { at_least, at_most };
            fill(&text, Some(&told(age, age, age)))
        };
        assert_eq!(aged(17, 17).nl, "Wie 16 is, geeft zelf toestemming.");
        assert_eq!(aged(17, 17).en, "Who is 16 consents in person.");
        assert_eq!(aged(15, 16).nl, "Wie 16 is, of kan zijn, geeft zelf toestemming.");
        assert_eq!(fill(&text, None).en, "Who is 16, or may be, consents in person.");
    }

    #[test]
    fn each_place_has_an_age_of_its_own() {
        let text =
            Bilingual::new("{leeftijd}, {leeftijd-indiening}, {leeftijd-verzoek}", "{leeftijd-verzoek}");
        let [today, submitted, asked] = [19, 18, 17].map(|age| AgeRange { at_least: age, at_most: age });
        let said = fill(&text, Some(&told(today, submitted, asked)));
        assert_eq!((&*said.nl, &*said.en), ("19 jaar, 18 jaar, 17 jaar", "17 years old"));
    }

    #[test]
    fn a_place_that_does_not_exist_is_known_for_one() {
        assert!(unknown_places("Zonder, met {leeftijd} en {leeftijd-verzoek}.").is_empty());
        assert_eq!(unknown_places("{naam} is {leeftijd} en {woont"), ["naam", "woont"]);
    }
}
