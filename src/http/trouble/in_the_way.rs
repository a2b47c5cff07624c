//! What stands in the caller's way, in the words of every use case.

use crate::{
    domain::problem::Fault,
    http::problem::{self, Problem},
};

/// 403: the certificate or the party may not be used now.
pub(super) const BLOCKED: Problem = Problem::new("blocked", "This certificate or party may not be used now", 403, &(
            "Dit certificaat of deze partij mag nu niet worden gebruikt.",
            Some(
                "De partij heeft dit certificaat vervangen, of de beheerder heeft het certificaat of de \
             partij geblokkeerd. Gebruik het nieuwe certificaat, of vraag de beheerder van deze \
             gateway.",
            ),
        ))
        .detail(
            "The party has replaced this certificate, or the operator has blocked it or the party. Use the certificate that \
     replaced it, or ask the operator of this gateway.",
        );

pub(super) fn conflict(fault: Fault) -> Problem {
    problem::CONFLICT
        .detail("The entry of errors says what stands in the way. Nothing was changed.")
        .with_faults([fault])
}
