//! What is told of a key or a certificate that was not taken.

use super::{in_the_way::conflict, refused};
use crate::{
    domain::problem::{Bilingual, Fault},
    exchange::keys::KeyError,
    http::problem::{self, Problem},
};

impl From<KeyError> for Problem {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::Invalid(faults) => problem::INVALID.code("key").with_faults(faults),
            KeyError::Taken => conflict(Fault::at(
                "",
                "taken",
                "Deze sleutel of dit certificaat is al van een ander, of u hebt er eerder afstand van gedaan.",
                "This key or certificate belongs to another, or was given up.",
            )),
            KeyError::OtherEnd => conflict(Fault {
                now: Some(Bilingual::new(
                    "Neem deze sleutel buiten gebruik (retirement) of publiceer een nieuwe.",
                    "Retire this key, or publish a new one.",
                )),
                ..Fault::at(
                    "/validUntil",
                    "other-end",
                    "U hebt deze sleutel al gepubliceerd, met een andere einddatum.",
                    "You published this key before, with another end.",
                )
            }),
            KeyError::TooMany => conflict(Fault {
                now: Some(Bilingual::new(
                    "Neem eerst sleutels buiten gebruik die u niet meer nodig hebt (retirement).",
                    "First retire keys that you do not need any more.",
                )),
                ..Fault::at(
                    "/key",
                    "too-many-keys",
                    "Uw partij heeft al 16 sleutels die gelden of gaan gelden.",
                    "Your party has 16 keys already that are valid or will be.",
                )
            }),
            KeyError::NotFound => problem::NOT_FOUND,
            KeyError::Refused(refusal) => refused(refusal),
            KeyError::Trouble(trouble) => trouble.into(),
        }
    }
}
