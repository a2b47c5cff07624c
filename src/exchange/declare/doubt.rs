//! Who may give a declaration hangs on the age, and of a date of birth the day, the month or all may be unknown.

use super::RecordWish;
use crate::{
    domain::{age::AgeRange, problem::Bilingual, problem::Fault},
    exchange::{caller::Caller, perform::At},
    policy::routes::{DeclarationFacts, RouteAction, RouteContext},
};

impl RecordWish<'_> {
    /// That it may carry nothing: at one of the ages that the date of birth allows on the day of the declaration, another than
    /// who gave it decides.
    pub(super) fn doubt(&self, at: &At<'_, Caller>) -> Option<Fault> {
        let AgeRange { at_least, at_most } = self.wish.birth_date.age_on(self.wish.given_at);
        if at_least == at_most || !self.wish.kind.names_its_recipient() {
            return None;
        }
        let refused = [at_least, at_most].into_iter().find_map(|age| {
            let facts = DeclarationFacts { age: AgeRange { at_least: age, at_most: age }, ..self.facts() };
            at.refusal_in(RouteAction::Declare, RouteContext::declaring(at.now, facts))
        })?;
        let reason = refused.reasons.into_iter().next()?;
        Some(at.tools.catalogue.cited(Fault {
            provisions: reason.provisions,
            now: Some(Bilingual::new(
                "Vraag de hele geboortedatum op en leg de verklaring daarmee opnieuw vast.",
                "Ask for the whole date of birth, and record the declaration with it once more.",
            )),
            ..Fault::at(
                "/person/birthDate",
                "age-unknown",
                "De geboortedatum is niet helemaal bekend. Daardoor staat niet vast dat wie de verklaring gaf, dat op die dag mocht: misschien draagt zij geen overdracht.",
                "The date of birth is not known in full. So it is not certain that who gave the declaration could give it on that day: it may carry no transfer.",
            )
        }))
    }
}
