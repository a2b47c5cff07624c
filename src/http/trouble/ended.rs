//! How a packet ended, told to who may know of it.

use crate::{
    domain::problem::{Bilingual, Fault},
    exchange::pull::Ended,
    http::problem::{self, Problem},
};

const GONE: Problem =
    problem::GONE.detail("The entry of errors says how it ended. There is nothing to collect.");

/// Why a packet can no longer be collected, to the recipient that it was for.
pub(super) fn gone(ended: Ended) -> Problem {
    let fault = match ended {
        Ended::Withdrawn => Fault::at(
            "",
            "withdrawn",
            "De afzender of de persoon heeft dit ingetrokken.",
            "The sender or the person withdrew it.",
        ),
        Ended::Expired => Fault {
            now: Some(Bilingual::new(
                "Vraag de afzender om het opnieuw te sturen.",
                "Ask the sender to push it again.",
            )),
            ..Fault::at(
                "",
                "expired",
                "De termijn om dit op te halen is voorbij.",
                "The term to collect it has passed.",
            )
        },
        Ended::Withheld => Fault {
            now: Some(Bilingual::new(
                "Publiceer een nieuwe sleutel en vraag de afzender om het opnieuw te sturen.",
                "Publish a new key and ask the sender to push it again.",
            )),
            ..Fault::at(
                "",
                "withheld",
                "De sleutel waarvoor dit is versleuteld, is ingetrokken.",
                "The key that it is sealed to was revoked.",
            )
        },
        Ended::Acknowledged => Fault::at(
            "",
            "acknowledged",
            "U hebt de ontvangst bevestigd; daarna is het hier gewist.",
            "You acknowledged it, and it was erased here.",
        ),
    };
    GONE.with_faults([fault])
}

/// It has ended, by a cause that the use case does not tell apart.
pub(super) fn ended_otherwise() -> Problem {
    GONE.with_faults([Fault::at(
        "",
        "ended",
        "Dit is al geëindigd: ingetrokken, verlopen of niet meer op te halen.",
        "It has ended: withdrawn, expired or withheld.",
    )])
}
