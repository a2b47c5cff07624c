//! What is told of a declaration that was not recorded, decided or taken back, and of a packet that was not.

use super::{ended::gone_to_sender, in_the_way::conflict, key_reused, refused};
use crate::{
    domain::problem::Fault,
    exchange::{decide::DecideError, declare::DeclareError, withdraw::WithdrawError},
    http::problem::{self, Problem},
};

impl From<DeclareError> for Problem {
    fn from(error: DeclareError) -> Self {
        match error {
            DeclareError::Invalid(faults) => problem::INVALID.code("declaration").with_faults(faults),
            DeclareError::Refused(refusal) => refused(refusal),
            DeclareError::KeyReused => key_reused(),
            DeclareError::NotFound => problem::NOT_FOUND,
            DeclareError::Trouble(trouble) => trouble.into(),
        }
    }
}

impl From<DecideError> for Problem {
    fn from(error: DecideError) -> Self {
        match error {
            DecideError::Invalid(faults) => problem::INVALID.code("decision").with_faults(faults),
            DecideError::NotFound => problem::NOT_FOUND,
            DecideError::AlreadyDecided => conflict(Fault::at(
                "",
                "already-decided",
                "Hierover is al anders beslist. Een beslissing blijft staan.",
                "This was decided otherwise. A decision stands.",
            )),
            DecideError::Gone => problem::GONE.code("withdrawn").with_faults([Fault::at(
                "",
                "withdrawn",
                "Deze verklaring is ingetrokken: er valt niets meer te beslissen.",
                "This declaration was withdrawn: there is nothing left to decide.",
            )]),
            DecideError::Refused(refusal) => refused(refusal),
            DecideError::Trouble(trouble) => trouble.into(),
        }
    }
}

impl From<WithdrawError> for Problem {
    fn from(error: WithdrawError) -> Self {
        match error {
            WithdrawError::NotFound => problem::NOT_FOUND,
            WithdrawError::Refused(refusal) => refused(refusal),
            WithdrawError::Gone(ended) => gone_to_sender(ended),
            WithdrawError::Trouble(trouble) => trouble.into(),
        }
    }
}
