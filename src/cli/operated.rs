//! What the operator is told when a wish was not carried out.

use super::{Exit, Failure};
use crate::{
    exchange::{operate::OperateError, trouble::Trouble},
    store::{StoreError, StoreErrorKind, writer::error::WriteError},
};

/// The failure of an operator's wish.
pub(super) fn failure(error: OperateError) -> Failure {
    match error {
        OperateError::Taken => Failure::refused("it is registered already, otherwise than you say")
            .now("`sluis party list` shows what is registered"),
        OperateError::NotFound => Failure::refused("there is no such party or certificate")
            .now("`sluis party list` shows what is registered"),
        OperateError::OtherOrganisation => {
            Failure::refused("the certificate is of another organisation than the party")
                .now("a party's OIN is the serialNumber in its certificate's subject")
        }
        OperateError::Represented(other) => {
            Failure::refused(format!("{other} acts in that role for that municipality at the same time"))
                .now("end that first with `sluis party municipality end`, or give a --since after its end")
        }
        OperateError::Waited { incoming, outgoing } => Failure::refused(format!(
            "{incoming} copies wait for it, and {outgoing} of what it sent can still be collected"
        ))
        .now("let them be collected and acknowledged, withdrawn or lapse; `sluis party block` stops the party at once meanwhile"),
        OperateError::PolicyChanged => {
            Failure::configuration("the database decides by other policies than these")
                .now("use the program and the folder of the active policies, or `sluis policy activate`")
        }
        OperateError::Trouble(trouble) => self::trouble(trouble),
    }
}

/// The failure of the gateway's own works.
pub(super) fn trouble(trouble: Trouble) -> Failure {
    match trouble {
        Trouble::Write(WriteError::PolicyDiffers) => failure(OperateError::PolicyChanged),
        Trouble::Write(WriteError::Unknown(_)) => {
            Failure::new(Exit::TryAgain, "it is unknown whether it was done")
                .now("look with `sluis party list` or `sluis log show` before you try again")
        }
        Trouble::Store(error) => store(error),
        passing if passing.is_passing() => {
            Failure::new(Exit::TryAgain, "it was not done").because(passing).now("run the same command again")
        }
        lasting => Failure::new(Exit::Unavailable, "it was not done").because(lasting).now(
            "compare the database and the keys with the last backup; `sluis log verify` says what is wrong where",
        ),
    }
}

/// The failure of the database.
pub(super) fn store(error: StoreError) -> Failure {
    let (exit, now) = match error.kind() {
        StoreErrorKind::Unavailable => (
            Exit::TryAgain,
            "does the server run, and may this user reach it? then run the same command again",
        ),
        StoreErrorKind::Full | StoreErrorKind::Io => {
            (Exit::TryAgain, "make room on the disk of the database, then run the same command again")
        }
        StoreErrorKind::ReadOnly => {
            (Exit::Configuration, "let this user write in the database: its file, its folder or its server")
        }
        StoreErrorKind::Inconsistent => {
            (Exit::Unavailable, "someone else wrote in it: `sluis log verify` says what is wrong where")
        }
        StoreErrorKind::Schema | StoreErrorKind::Settings => {
            (Exit::Configuration, "nothing was changed; look at `[database]` in the configuration")
        }
    };
    Failure::new(exit, "the database cannot be used").because(error).now(now)
}
