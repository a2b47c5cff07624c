//! What is asserted of a person and cannot be, whatever the rules say of it.

use jiff::civil::Date;

use super::Glossary;
use crate::{
    domain::{
        age::BirthDate,
        assertion::{Assertions, GEDIPLOMEERD, GEDIPLOMEERD_OP, LEERPLICHTIG},
        problem::Fault,
    },
    policy::load::days::{future_day, impossible_day},
};

/// The age at which the last duty to go to school ends (LPW 4b).
const GROWN_UP: u16 = 18;

impl Glossary {
    /// What is asserted and cannot be. `at` is the pointer of the person.
    #[must_use]
    pub fn impossible(
        &self,
        asserted: &Assertions,
        birth: Option<&BirthDate>,
        today: Date,
        at: &str,
    ) -> Vec<Fault> {
        let mut faults = Vec::new();
        for fact in &self.facts {
            let Some(day) = fact.day(asserted) else { continue };
            let at = format!("{at}/{}", fact.code);
            let ahead = || (day > today && !fact.may_come(asserted)).then(|| future_day(&at));
            faults.extend(ahead().or_else(|| impossible_day(&at, day, birth, today)));
        }
        if asserted.day(GEDIPLOMEERD_OP).is_some() && !asserted.is(GEDIPLOMEERD) {
            faults.push(no_diploma(at));
        }
        let is_grown_up = birth.is_some_and(|birth| birth.age_on(today).at_least >= GROWN_UP);
        if is_grown_up && asserted.is(LEERPLICHTIG) {
            faults.push(no_duty(at));
        }
        faults
    }
}

fn no_diploma(at: &str) -> Fault {
    Fault::at(
        format!("{at}/{GEDIPLOMEERD_OP}"),
        "contradiction",
        "Hier staat de dag van een diploma, en bij gediplomeerd staat niet dat het er is. Kijk beide na.",
        "Here stands the day of a diploma, and gediplomeerd does not say that it is there. Look at both.",
    )
}

fn no_duty(at: &str) -> Fault {
    Fault::at(
        format!("{at}/{LEERPLICHTIG}"),
        "contradiction",
        "Vanaf 18 jaar is niemand meer leer- of kwalificatieplichtig (art. 4b Leerplichtwet 1969). Kijk dit en de geboortedatum na.",
        "From 18 nobody is leerplichtig or kwalificatieplichtig (art. 4b Leerplichtwet 1969). Look at this and the date of birth.",
    )
}
