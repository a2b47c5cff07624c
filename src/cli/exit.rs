//! How a command ends.

use std::process::ExitCode;

use serde::Serialize;

/// The text of `--help` about exit codes.
pub const HELP: &str = "\
Exit codes:
   0  done, or the answer is yes
   1  refused, or the answer is no: the reasons are printed
   2  the command or its input cannot be understood
   3  a part of a batch was done; the report says which lines were not
   4  done, but the receipt does not hold: keep it, and do not send again
  69  the gateway or its database cannot be reached, or it failed
  70  an error in this program
  75  not now: run the same command again later
  78  the configuration, a key or a certificate is not in order";

/// How a command ends. The numbers from 64 are those of `sysexits.h`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(into = "u8")]
pub enum Exit {
    /// Done, or the answer is yes.
    Done,
    /// Refused, or the answer is no.
    Refused,
    /// The command or its input cannot be understood.
    Usage,
    /// Some lines of a batch were done, others were not.
    Partial,
    /// It was done, but what the gateway signed for it does not hold.
    Unproven,
    /// The gateway or its database cannot be reached, or it failed.
    Unavailable,
    /// An error in this program.
    Internal,
    /// Not now; the same command may succeed later.
    TryAgain,
    /// The configuration, a key or a certificate is not in order.
    Configuration,
}

impl Exit {
    /// The number that the program ends with.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Refused => 1,
            Self::Usage => 2,
            Self::Partial => 3,
            Self::Unproven => 4,
            Self::Unavailable => 69,
            Self::Internal => 70,
            Self::TryAgain => 75,
            Self::Configuration => 78,
        }
    }
}

impl From<Exit> for u8 {
    fn from(exit: Exit) -> Self {
        exit.code()
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
