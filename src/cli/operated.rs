//! What the operator is told when a wish was not carried out.

use super::{Exit, Failure, language::both};
use crate::{
    domain::party::PartyId,
    exchange::{operate::OperateError, trouble::Trouble},
    store::{StoreError, StoreErrorKind, writer::error::WriteError},
};

/// How a command ends on a database, and what to do now.
type Advice = (Exit, (&'static str, &'static str));

/// Of a database that may only be read.
pub(super) const READ_ONLY: Advice = (
    Exit::Configuration,
    (
        "laat deze gebruiker in de database schrijven: in het bestand, de map of de server",
        "let this user write in the database: its file, its folder or its server",
    ),
);
/// Of a file that stands elsewhere now.
pub(super) const MOVED: Advice = (
    Exit::TryAgain,
    (
        "zet het bestand terug waar het stond, en geef dan dezelfde opdracht nog eens",
        "put the file back where it was, then run the same command again",
    ),
);
/// Of a file that nothing can be read from.
pub(super) const DAMAGED: Advice = (
    Exit::Configuration,
    (
        "noemt `database.url` het goede bestand? zet anders de laatste kopie terug",
        "does `database.url` name the right file? if so, put the last backup back",
    ),
);
/// Of rows that the gateway did not write so.
pub(super) const INCONSISTENT: Advice = (
    Exit::Unavailable,
    (
        "iemand anders schreef erin: `sluis log verify` zegt wat er waar mis is",
        "someone else wrote in it: `sluis log verify` says what is wrong where",
    ),
);

/// The failure of a wish about one party, which is named where it is what does not exist.
pub(super) fn about(party: PartyId, error: OperateError) -> Failure {
    match error {
        OperateError::NotFound => {
            Failure::refused(both!("{party} is niet geregistreerd", "{party} is not registered")).now((
                "`sluis party list` laat zien wie geregistreerd is",
                "`sluis party list` shows who is registered",
            ))
        }
        other => failure(other),
    }
}

/// The failure of an operator's wish.
pub(super) fn failure(error: OperateError) -> Failure {
    match error {
        OperateError::Taken => Failure::refused(("dit is al geregistreerd, maar anders dan u zegt", "it is registered already, otherwise than you say"))
            .now(("`sluis party list` laat zien wat geregistreerd is; een certificaat dat is ingetrokken, of van een verwijderde partij was, wordt nooit meer aangenomen", "`sluis party list` shows what is registered; a certificate that was revoked, or that a removed party had, is never taken again")),
        OperateError::NotFound => Failure::refused(("er is geen partij of certificaat met die naam", "there is no such party or certificate"))
            .now(("`sluis party list` laat zien wat geregistreerd is", "`sluis party list` shows what is registered")),
        OperateError::Blocked => Failure::refused(("de partij is geblokkeerd of verwijderd", "the party is blocked or removed"))
            .now(("`sluis party list` laat zien wat zij is; laat haar eerst weer toe met `sluis party unblock`", "`sluis party list` shows which; let it in again first by `sluis party unblock`")),
        OperateError::OtherOrganisation => {
            Failure::refused(("het certificaat is van een andere organisatie dan de partij", "the certificate is of another organisation than the party"))
                .now(("het OIN van een partij is het serialNumber in het subject van haar certificaat", "a party's OIN is the serialNumber in its certificate's subject"))
        }
        OperateError::Represented(other) => {
            Failure::refused(both!("{other} handelt in die rol voor die gemeente in dezelfde tijd", "{other} acts in that role for that municipality at the same time"))
                .now(("beëindig dat eerst met `sluis party municipality end`, of geef een --since na het einde daarvan", "end that first with `sluis party municipality end`, or give a --since after its end"))
        }
        OperateError::Waited { incoming, outgoing } => Failure::refused(match incoming {
            1 => both!("er wacht 1 kopie op haar, en {outgoing} van wat zij stuurde kan nog worden opgehaald", "1 copy waits for it, and {outgoing} of what it sent can still be collected"),
            _ => both!("er wachten {incoming} kopieën op haar, en {outgoing} van wat zij stuurde kan nog worden opgehaald", "{incoming} copies wait for it, and {outgoing} of what it sent can still be collected"),
        })
        .now(("laat ze ophalen en bevestigen, intrekken of aflopen; `sluis party block` houdt de partij intussen meteen tegen", "let them be collected and acknowledged, withdrawn or lapse; `sluis party block` stops the party at once meanwhile")),
        OperateError::PolicyChanged => {
            Failure::configuration(("de database beslist met andere regels dan deze", "the database decides by other policies than these"))
                .now(("gebruik het programma en de map van de regels die gelden, of `sluis policy activate`", "use the program and the folder of the active policies, or `sluis policy activate`"))
        }
        OperateError::Trouble(trouble) => self::trouble(trouble),
    }
}

/// The failure of the gateway's own works.
pub(super) fn trouble(trouble: Trouble) -> Failure {
    match trouble {
        Trouble::Write(WriteError::PolicyDiffers) => failure(OperateError::PolicyChanged),
        wrong if wrong.is_of_the_clock() => clock(wrong),
        Trouble::Write(WriteError::Unknown(_)) => {
            Failure::new(Exit::TryAgain, ("het is niet bekend of het is gedaan", "it is unknown whether it was done"))
                .now(("kijk met `sluis party list` of `sluis log show` voordat u het nog eens probeert", "look with `sluis party list` or `sluis log show` before you try again"))
        }
        Trouble::Store(error) => store(error),
        Trouble::Write(WriteError::Unavailable(error)) if error.kind() != StoreErrorKind::Unavailable => {
            store(StoreError::clone(&error))
        }
        passing if passing.is_passing() => {
            Failure::new(Exit::TryAgain, ("het is niet gedaan", "it was not done")).because(passing).now(("geef dezelfde opdracht nog eens", "run the same command again"))
        }
        lasting => Failure::new(Exit::Unavailable, ("het is niet gedaan", "it was not done")).because(lasting).now(
            ("vergelijk de database en de sleutels met de laatste kopie; `sluis log verify` zegt wat er waar mis is", "compare the database and the keys with the last backup; `sluis log verify` says what is wrong where"),
        ),
    }
}

/// The failure of the gateway's clock, with the way out.
fn clock(trouble: Trouble) -> Failure {
    Failure::new(Exit::TryAgain, ("er is niets geschreven: de klok loopt niet goed", "nothing was written: the clock is not right"))
        .because(trouble)
        .now((
            "zet de klok van deze machine goed (`timedatectl` zegt of zij gelijk loopt) en geef dan dezelfde opdracht nog eens; loopt zij wel goed, dan schreef een gateway met een klok die voorliep: de handleiding zegt onder `Ports, proxies and the clock` wat u dan doet",
            "set this machine's clock right (`timedatectl` says whether it is synchronised), then run the same command again; if it is right, a gateway wrote with a clock that was ahead: the operator's guide says under `Ports, proxies and the clock` what to do then",
        ))
}

/// The failure of the database.
pub(super) fn store(error: StoreError) -> Failure {
    let (exit, now) = match error.kind() {
        StoreErrorKind::Unavailable => (
            Exit::TryAgain,
            (
                "draait de server, en mag deze gebruiker erbij? geef dan dezelfde opdracht nog eens",
                "does the server run, and may this user reach it? then run the same command again",
            ),
        ),
        StoreErrorKind::Full | StoreErrorKind::Io => (
            Exit::TryAgain,
            (
                "maak ruimte op de schijf van de database, en geef dan dezelfde opdracht nog eens",
                "make room on the disk of the database, then run the same command again",
            ),
        ),
        StoreErrorKind::ReadOnly => READ_ONLY,
        StoreErrorKind::Damaged => DAMAGED,
        StoreErrorKind::Moved => MOVED,
        StoreErrorKind::Inconsistent => INCONSISTENT,
        StoreErrorKind::Schema | StoreErrorKind::Settings | StoreErrorKind::Left => (
            Exit::Configuration,
            (
                "er is niets veranderd; kijk naar `[database]` in de configuratie",
                "nothing was changed; look at `[database]` in the configuration",
            ),
        ),
    };
    Failure::new(exit, ("de database is niet te gebruiken", "the database cannot be used"))
        .because(error)
        .now(now)
}
