//! `sluis client answer`: what a request or a question came to.

use clap::Args;
use serde_json::{Value, json};

use super::{
    done::{done, told},
    gateway::{Call, CallError},
    profile::ProfileChoice,
    route::Route,
    session::Session,
    words::member,
};
use crate::{
    cli::{Context, Exit, Failure, language::tell},
    domain::{code::OutcomeCode, id::PacketId, json},
};

/// `sluis client answer`.
#[derive(Debug, Args)]
pub struct AnswerAsked {
    /// The request or question.
    pub id: PacketId,

    /// What to answer, such as `ja`: a code that the dataset lists. Another is refused, with those that there are.
    #[arg(value_name = "OUTCOME")]
    pub outcome: OutcomeCode,
}

impl AnswerAsked {
    /// Answers it.
    ///
    /// # Errors
    /// As any call.
    pub async fn run(self, choice: &ProfileChoice, at: &mut Context) -> Result<Exit, Failure> {
        let Self { id, outcome } = self;
        let session = Session::open_as_staff(choice, at)?;
        let route = match session.gateway.call(Call::get(format!("/v1/packets/{id}"))).await {
            // What is not there for this party is refused as an answer to it is.
            Err(CallError::Problem(problem)) if problem.status == 404 => Route::Requests,
            asked => {
                let asked: Value = json::typed(&asked?.body).map_err(|_| CallError::OTHER_FORM)?;
                if member(&asked, "/kind") == "question" { Route::Questions } else { Route::Requests }
            }
        };
        let call = Call::post(format!("{}/{id}/answer", route.path()), &json!({ "outcome": outcome }))?;
        // The same answer, however often it is given, is one; another is refused.
        done(call.repeatable(), &session, at, |answer, language| {
            told(&tell!(language, "Beantwoord met {outcome}", "Answered with {outcome}"), answer)
        })
        .await
    }
}
