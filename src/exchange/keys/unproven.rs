//! What is told of a key that comes without a proof that holds.

use crate::{
    domain::problem::{Bilingual, Fault},
    identity::key_proof::ProofFault,
};

/// What is wrong with the proof that a key is the caller's.
#[must_use]
pub fn unproven(fault: ProofFault) -> Fault {
    let told = told(fault);
    if told.pointer == "/key/x5c" {
        let now = Bilingual::new(
            "Stuur in x5c de keten van een certificaat van uw organisatie voor deze sleutel, of laat x5c weg en stuur een verklaring in proof.",
            "Send in x5c the chain of a certificate of your organisation for this key, or leave x5c out and send a statement in proof.",
        );
        Fault { now: Some(now), ..told }
    } else {
        told
    }
}

fn told(fault: ProofFault) -> Fault {
    match fault {
        ProofFault::Missing => Fault::at(
            "/proof",
            "missing",
            "Stuur een bewijs mee: een verklaring in proof, of een certificaat in key.x5c.",
            "Send a proof along: a statement in proof, or a certificate in key.x5c.",
        ),
        ProofFault::Chain => Fault::at(
            "/key/x5c",
            "not-a-chain",
            "Dit is geen keten van certificaten in base64, het eigen certificaat eerst.",
            "This is no chain of certificates in base64, the own certificate first.",
        ),
        ProofFault::Unlinked => Fault::at(
            "/key/x5c",
            "broken-chain",
            "Een certificaat in deze keten is niet de uitgever van het certificaat ervoor.",
            "A certificate in this chain did not issue the one before it.",
        ),
        ProofFault::Untrusted => Fault::at(
            "/key/x5c",
            "untrusted-certificate",
            "Dit certificaat wordt niet vertrouwd, is verlopen of is ingetrokken.",
            "This certificate is not trusted, has expired or was revoked.",
        ),
        ProofFault::OtherOrganisation => Fault::at(
            "/key/x5c",
            "other-organisation",
            "Dit certificaat is van een andere organisatie.",
            "This certificate is another organisation's.",
        ),
        ProofFault::OtherKey => Fault::at(
            "/key/x5c",
            "other-key",
            "Dit certificaat hoort bij een andere sleutel.",
            "This certificate is for another key.",
        ),
        ProofFault::Statement => Fault::at(
            "/proof",
            "invalid-statement",
            "Dit is geen JWS van het soort sluis-key-proof+jwt met ES256, ES384 of PS256.",
            "This is no JWS with typ sluis-key-proof+jwt by ES256, ES384 or PS256.",
        ),
        ProofFault::Signature => Fault::at(
            "/proof",
            "wrong-signature",
            "Deze verklaring is niet ondertekend met de sleutel van het certificaat waarmee u verbonden bent.",
            "This statement is not signed by the key of the certificate that you connect with.",
        ),
        ProofFault::OtherStatement => Fault::at(
            "/proof",
            "other-statement",
            "Deze verklaring gaat over een andere sleutel of een andere partij.",
            "This statement is about another key or another party.",
        ),
        ProofFault::Stale => Fault::at(
            "/proof",
            "stale-statement",
            "Deze verklaring is ouder dan tien minuten. Maak een nieuwe.",
            "This statement is older than ten minutes. Make a new one.",
        ),
        ProofFault::Ahead => Fault {
            now: Some(Bilingual::new(
                "Zet de klok van uw computer gelijk en maak een nieuwe verklaring.",
                "Set your computer's clock right and make a new statement.",
            )),
            ..Fault::at(
                "/proof",
                "statement-ahead",
                "Volgens deze verklaring is het meer dan tien minuten later dan hier: de klok van uw computer loopt voor.",
                "By this statement it is more than ten minutes later than it is here: your computer's clock is ahead.",
            )
        },
    }
}
