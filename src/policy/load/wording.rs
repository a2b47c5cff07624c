//! Texts of conditions that say how it is with this person, and yet name nobody.

use std::collections::BTreeMap;

use crate::domain::{age::AgeRange, problem::Bilingual};

/// The places in a text that are filled per person: `{leeftijd}` is the age on the day of the decision,
/// `{leeftijd-indiening}` the age on the day on which the packet was handed in, `{leeftijd-verzoek}` the age on the day of
/// the request that it rests on, `{leeftijd-verwijdering}` the age on the day of the decision to remove; `{contactgemeente}` is
/// the municipality that coordinates the Doorstroompunt of the region where the person lives.
pub(in crate::policy) const PLACES: [&str; 5] = [TODAY, SUBMITTED, ASKED, REMOVED, CONTACTGEMEENTE];
pub(in crate::policy) const TODAY: &str = "leeftijd";
pub(in crate::policy) const SUBMITTED: &str = "leeftijd-indiening";
pub(in crate::policy) const ASKED: &str = "leeftijd-verzoek";
pub(in crate::policy) const REMOVED: &str = "leeftijd-verwijdering";
const CONTACTGEMEENTE: &str = "contactgemeente";

/// How old someone is, by the places of texts that say it.
pub type Ages = BTreeMap<String, AgeRange>;

/// How old a person is and where, for the places of a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::policy) struct Particulars {
    pub(in crate::policy) ages: Ages,
    /// Name and code; none where no region's file names it.
    pub(in crate::policy) contactgemeente: Option<String>,
}

/// The names of the places in a text; of a brace that is left open, all that is behind it.
fn places(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).map(|after| after.split_once('}').map_or(after, |(name, _)| name))
}

/// The places in a text that do not exist, and a brace that is left open.
pub(in crate::policy) fn unknown_places(text: &str) -> Vec<String> {
    let is_open = |name: &str| !text.contains(&format!("{{{name}}}"));
    places(text).filter(|name| !PLACES.contains(name) || is_open(name)).map(str::to_owned).collect()
}

/// Whether a text says an age: who is not told one reads the rule instead.
pub(in crate::policy) fn says_age(text: &str) -> bool {
    places(text).any(is_age)
}

fn is_age(place: &str) -> bool {
    place != CONTACTGEMEENTE && PLACES.contains(&place)
}

/// The ages of these that a text says.
pub(in crate::policy) fn said_of(text: &Bilingual, ages: &Ages) -> Ages {
    let said = places(&text.nl).filter_map(|place| ages.get_key_value(place));
    said.map(|(place, age)| (place.clone(), *age)).collect()
}

/// The text about this person; the rule, which speaks of nobody, where an age that it says is not told.
pub(in crate::policy) fn fill(
    text: &Bilingual,
    rule: Option<&Bilingual>,
    particulars: &Particulars,
) -> Bilingual {
    let ages = &particulars.ages;
    let is_told = |text: &str| places(text).filter(|place| is_age(place)).all(|age| ages.contains_key(age));
    let mut filled = match rule {
        Some(rule) if !is_told(&text.nl) || !is_told(&text.en) => rule.clone(),
        _ => text.clone(),
    };
    if !filled.nl.contains('{') && !filled.en.contains('{') {
        return filled;
    }
    let is_incomplete = said_of(&filled, ages).values().any(|age| age.at_least != age.at_most);
    let (nl, en) = match &particulars.contactgemeente {
        Some(name) => (format!("de contactgemeente {name}"), format!("the contactgemeente {name}")),
        None => {
            ("de contactgemeente van de regio".to_owned(), "the contactgemeente of the region".to_owned())
        }
    };
    let mut put = |place: &str, nl: &str, en: &str| {
        let place = format!("{{{place}}}");
        filled.nl = filled.nl.replace(&place, nl).into();
        filled.en = filled.en.replace(&place, en).into();
    };
    put(CONTACTGEMEENTE, &nl, &en);
    for (place, age) in ages {
        let (nl, en) = in_words(*age);
        put(place, &nl, &en);
    }
    if is_incomplete {
        filled.nl = (filled.nl.into_owned() + INCOMPLETE.0).into();
        filled.en = (filled.en.into_owned() + INCOMPLETE.1).into();
    }
    filled
}

/// Why someone of two ages is asked for what either age asks.
const INCOMPLETE: (&str, &str) = (
    " De geboortedatum is niet volledig bekend: daarom telt elke leeftijd die mogelijk is. Weet u de datum, vul die dan aan.",
    " The date of birth is incomplete: every age that is possible counts. If you know the date, complete it.",
);

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

    fn told(today: AgeRange, asked: AgeRange) -> Particulars {
        Particulars {
            ages: [(TODAY.to_owned(), today), (ASKED.to_owned(), asked)].into(),
            contactgemeente: Some("Alkmaar (0361)".to_owned()),
        }
    }

    fn aged(at_least: u16, at_most: u16) -> Particulars {
        told(AgeRange { at_least, at_most }, AgeRange { at_least, at_most })
    }

    #[test]
    fn who_is_not_told_an_age_reads_the_rule() {
        let text = Bilingual::new(
            "De leerling is {leeftijd-indiening} en geeft zelf toestemming.",
            "The pupil is {leeftijd-indiening} and consents in person.",
        );
        let rule = Bilingual::new("Wie 16 is, geeft zelf toestemming.", "Who is 16 consents in person.");
        assert_eq!(fill(&text, Some(&rule), &Particulars::default()), rule);
        // Of the ages that are told, none is the one that this text says.
        assert_eq!(fill(&text, Some(&rule), &aged(18, 18)), rule);
    }

    #[test]
    fn a_text_names_the_contactgemeente_only_to_who_may_know_where_the_person_lives() {
        let text = Bilingual::new("Stuur dit naar {contactgemeente}.", "Send this to {contactgemeente}.");
        assert_eq!(fill(&text, None, &aged(18, 18)).nl, "Stuur dit naar de contactgemeente Alkmaar (0361).");
        let silent = fill(&text, None, &Particulars::default());
        assert_eq!(silent.nl, "Stuur dit naar de contactgemeente van de regio.");
    }

    #[test]
    fn a_text_says_the_age_and_no_more() {
        let text = Bilingual::new("De jongere is {leeftijd}.", "The young person is {leeftijd}.");
        let said = |at_least, at_most| fill(&text, None, &aged(at_least, at_most));
        assert_eq!(
            said(18, 18),
            Bilingual::new("De jongere is 18 jaar.", "The young person is 18 years old.")
        );
        assert!(said(0, 150).nl.starts_with("De jongere is van onbekende leeftijd. "));
        assert!(said(0, 150).en.starts_with("The young person is of unknown age. "));
    }

    #[test]
    fn of_an_incomplete_date_a_text_says_that_every_age_counts() {
        let text = Bilingual::new("De jongere is {leeftijd}.", "The young person is {leeftijd}.");
        let said = fill(&text, None, &aged(17, 18));
        assert!(
            said.nl.starts_with("De jongere is 17 of 18 jaar. De geboortedatum is niet volledig bekend:")
        );
        assert!(
            said.en.starts_with("The young person is 17 or 18 years old. The date of birth is incomplete:")
        );
        // An age that the text does not say is no matter of it.
        let known = AgeRange { at_least: 18, at_most: 18 };
        let other = fill(&text, None, &told(known, AgeRange { at_least: 17, at_most: 18 }));
        assert_eq!(other.nl, "De jongere is 18 jaar.");
    }

    #[test]
    fn each_place_has_an_age_of_its_own() {
        let text = Bilingual::new("{leeftijd}, {leeftijd-verzoek}", "{leeftijd-verzoek}");
        let [today, asked] = [19, 17].map(|age| AgeRange { at_least: age, at_most: age });
        let said = fill(&text, None, &told(today, asked));
        assert_eq!((&*said.nl, &*said.en), ("19 jaar, 17 jaar", "17 years old"));
    }

    #[test]
    fn a_place_that_does_not_exist_is_known_for_one() {
        assert!(unknown_places("Zonder, met {leeftijd} en {leeftijd-verzoek}.").is_empty());
        assert_eq!(unknown_places("{naam} is {leeftijd} en {woont"), ["naam", "woont"]);
    }
}
