//! What went wrong, and what to do now.

use std::{error::Error, fmt, io, path::Path};

use serde_json::{Value, json};

use super::{
    causes,
    exit::Exit,
    faults,
    language::{Language, Said, both},
};
use crate::domain::machine;

/// Why a command did not do what was asked.
///
/// The message is lower-case and without a full stop; neither it nor the cause may hold a person's data. Message and
/// advice are in both languages, and so is a cause that has words in `causes`; what another library says stands in the
/// English text only. Machines get the English text.
#[derive(Debug)]
pub struct Failure {
    exit: Exit,
    message: Said,
    now: Option<Said>,
    cause: Option<Box<dyn Error + Send + Sync>>,
    problem: Option<Box<dyn Explanation>>,
}

/// An explanation that came from elsewhere, such as a gateway's problem document.
pub trait Explanation: fmt::Debug + Send + Sync {
    /// For people: lines that stand under the message, each indented by the writer.
    fn lines(&self, language: Language) -> Vec<String>;

    /// For machines.
    fn document(&self) -> Value;
}

impl Failure {
    /// A failure that ends the program in this way.
    #[must_use]
    pub fn new(exit: Exit, message: impl Into<Said>) -> Self {
        Self { exit, message: message.into(), now: None, cause: None, problem: None }
    }

    /// The answer is no.
    #[must_use]
    pub fn refused(message: impl Into<Said>) -> Self {
        Self::new(Exit::Refused, message)
    }

    /// The command or its input cannot be understood.
    #[must_use]
    pub fn usage(message: impl Into<Said>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// The configuration, a key or a certificate is not in order.
    #[must_use]
    pub fn configuration(message: impl Into<Said>) -> Self {
        Self::new(Exit::Configuration, message)
    }

    /// An error in this program.
    #[must_use]
    pub fn internal(message: impl Into<Said>) -> Self {
        Self::new(Exit::Internal, message)
    }

    /// A file of the user that cannot be read.
    #[must_use]
    pub fn unreadable(path: &Path, error: io::Error) -> Self {
        Self::usage(both!("kan `{}` niet lezen", "cannot read `{}`", path.display())).because(error).now((
            "kijk of de naam klopt en of u het bestand mag lezen",
            "check the name and whether you may read it",
        ))
    }

    /// A file that cannot be written.
    #[must_use]
    pub fn unwritable(path: &Path, error: io::Error) -> Self {
        if machine::is_full(&error) {
            return Self::full(path.parent().unwrap_or(path));
        }
        let exists = error.kind() == io::ErrorKind::AlreadyExists;
        let now = if exists {
            (
                "er wordt niets overschreven: kies een andere naam, of zet het oude bestand ergens anders",
                "nothing is overwritten: choose another name, or move the old file away",
            )
        } else {
            (
                "kijk naar de map, de vrije ruimte en of u daar mag schrijven",
                "check the folder, the free space and whether you may write there",
            )
        };
        Self::usage(both!("kan `{}` niet schrijven", "cannot write `{}`", path.display()))
            .because(error)
            .now(now)
    }

    /// A folder whose disk has no room left.
    #[must_use]
    pub fn full(folder: &Path) -> Self {
        Self::new(Exit::TryAgain, faults::full(folder)).now((
            "maak ruimte op die schijf, en geef dan dezelfde opdracht nog eens; wat er geschreven is, is niet compleet",
            "make room on that disk, then run the same command again; what was written is not whole",
        ))
    }

    /// The same failure, which ends the program in this way.
    #[must_use]
    pub fn ending(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }

    /// Adds what the user can do now.
    #[must_use]
    pub fn now(mut self, now: impl Into<Said>) -> Self {
        self.now = Some(now.into());
        self
    }

    /// Adds the cause. Its text is printed: give no error that may hold a person's data, such as a JSON parser's.
    #[must_use]
    pub fn because(mut self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// Adds an explanation that came from elsewhere.
    #[must_use]
    pub fn explained(mut self, problem: impl Explanation + 'static) -> Self {
        self.problem = Some(Box::new(problem));
        self
    }

    /// How the program ends.
    #[must_use]
    pub const fn exit(&self) -> Exit {
        self.exit
    }

    /// The lines for people: the message with its causes, the explanation, what to do.
    #[must_use]
    pub fn lines(&self, language: Language) -> Vec<String> {
        let mut lines = vec![format!("sluis: {}", self.text(language))];
        if let Some(problem) = &self.problem {
            lines.extend(problem.lines(language).into_iter().map(|line| format!("  {line}")));
        }
        if let Some(now) = &self.now {
            lines.push(format!("  {}: {}", language.pick("wat nu", "what to do"), now.text(language)));
        }
        lines
    }

    /// The document for machines.
    #[must_use]
    pub fn document(&self) -> Value {
        let mut error = json!({ "exit": self.exit, "message": self.to_string() });
        if let Some(members) = error.as_object_mut() {
            if let Some(now) = &self.now {
                members.insert("now".to_owned(), Value::from(now.text(Language::En)));
            }
            if let Some(problem) = &self.problem {
                members.insert("problem".to_owned(), problem.document());
            }
        }
        json!({ "error": error })
    }

    /// The message with its causes, in this language.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        let mut text = self.message.text(language).to_owned();
        let (mut cause, mut is_left_out) = (self.source(), false);
        while let Some(error) = cause {
            let told = match language {
                Language::Nl => causes::in_dutch(error),
                Language::En => Some(error.to_string()),
            };
            is_left_out |= told.is_none();
            if let Some(told) = told {
                text.push_str(": ");
                text.push_str(&told);
            }
            cause = error.source();
        }
        if is_left_out {
            text.push_str(" (");
            text.push_str(causes::ELSEWHERE);
            text.push(')');
        }
        text
    }

    /// The message with its causes, in both languages.
    #[must_use]
    pub fn said(&self) -> Said {
        Said::new(self.text(Language::Nl), self.text(Language::En))
    }

    /// Whether whoever read the output has gone away, which is no failure of the command.
    pub(super) fn is_closed_pipe(&self) -> bool {
        self.cause
            .as_ref()
            .and_then(|cause| cause.downcast_ref::<io::Error>())
            .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(Language::En))
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| -> &(dyn Error + 'static) { cause })
    }
}
