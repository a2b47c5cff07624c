//! How a packet ended, told to who may know of it.

use crate::{
    domain::problem::{Bilingual, Fault},
    exchange::ended::Ended,
    http::problem::{self, Problem},
};

const GONE: Problem =
    problem::GONE.detail("The entry of errors says how it ended. There is nothing to collect.");

/// How it ended, to the recipient that it was for.
pub(super) fn gone(ended: Ended) -> Problem {
    GONE.with_faults([told(ended)])
}

/// How it ended, to its sender: what a recipient can do about it is not the sender's to do.
pub(super) fn gone_to_sender(ended: Ended) -> Problem {
    GONE.with_faults([Fault { now: None, ..told(ended) }])
}

fn told(ended: Ended) -> Fault {
    match ended {
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
            "De ontvangst is bevestigd; daarna is het hier gewist.",
            "It was acknowledged, and then erased here.",
        ),
    }
}
