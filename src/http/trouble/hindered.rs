//! What is told of a change that came between the reading and the write.

use super::{
    ended::gone,
    in_the_way::{BLOCKED, conflict},
};
use crate::{
    domain::problem::{Bilingual, Fault},
    exchange::trouble::Hindrance,
    http::problem::{self, Problem},
};

/// What stands in the caller's way.
pub(super) fn hindered(hindrance: Hindrance) -> Problem {
    match hindrance {
        Hindrance::NotFound => problem::NOT_FOUND,
        Hindrance::Blocked => BLOCKED.with_faults([Fault {
            now: Some(Bilingual::new("Vraag het de beheerder.", "Ask the operator.")),
            ..Fault::at(
                "",
                "party-blocked",
                "De beheerder heeft uw partij geblokkeerd.",
                "The operator has blocked your party.",
            )
        }]),
        Hindrance::Ended(ended) => gone(ended),
        Hindrance::Clash => conflict(Fault {
            now: Some(Bilingual::new("Kijk hoe het er nu voor staat.", "Look how it stands now.")),
            ..Fault::at(
                "",
                "changed-meanwhile",
                "Het is intussen veranderd en staat dit niet meer toe.",
                "It has changed meanwhile and does not allow this any more.",
            )
        }),
    }
}
