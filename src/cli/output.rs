//! The one place that prints.

mod bar;
mod identifier;
mod kept;

use std::{
    fmt,
    io::{self, IsTerminal, Write},
};

use indicatif::{ProgressBar, ProgressDrawTarget};
use serde::Serialize;

pub use self::kept::Kept;
use super::{
    exit::Exit,
    failure::Failure,
    help::Unparsed,
    language::{Language, Said},
    printable::{escaped, without_controls},
    table::Table,
};
use crate::config::Terminal;

/// Terminal codes (ECMA-48): red and bold, bold, and back.
const ALARM: &str = "\u{1b}[1;31m";
const BOLD: &str = "\u{1b}[1m";
const PLAIN: &str = "\u{1b}[0m";

/// For whom is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Audience {
    People,
    Json,
    Ids,
}

/// Where a command prints: text or JSON on standard output, diagnostics and progress on standard error.
pub struct Output {
    audience: Audience,
    language: Language,
    styled: bool,
    alarmed: bool,
    watched: bool,
    /// Under `--ids`: whether something was printed, once there was something to print.
    identified: Option<bool>,
    stdout: Box<dyn Write + Send>,
    stderr: Box<dyn Write + Send>,
}

impl Output {
    /// The output of this process.
    #[must_use]
    pub fn of_process() -> Self {
        let terminal = Terminal::of_process();
        Self {
            audience: Audience::People,
            language: Language::of_terminal(&terminal),
            styled: io::stdout().is_terminal() && !terminal.plain,
            alarmed: io::stderr().is_terminal() && !terminal.plain,
            watched: io::stderr().is_terminal(),
            identified: None,
            stdout: Box::new(io::stdout()),
            stderr: Box::new(io::stderr()),
        }
    }

    /// An output that is kept, for tests and for commands that run other commands.
    #[must_use]
    pub fn kept() -> (Self, Kept, Kept) {
        let (stdout, stderr) = (Kept::default(), Kept::default());
        let out = Self {
            audience: Audience::People,
            language: Language::default(),
            styled: false,
            alarmed: false,
            watched: false,
            identified: None,
            stdout: Box::new(stdout.clone()),
            stderr: Box::new(stderr.clone()),
        };
        (out, stdout, stderr)
    }

    /// Whether the output is for a machine: JSON, or identifiers alone.
    #[must_use]
    pub const fn is_json(&self) -> bool {
        !matches!(self.audience, Audience::People)
    }

    /// Whether nothing but identifiers is printed.
    #[must_use]
    pub const fn is_ids(&self) -> bool {
        matches!(self.audience, Audience::Ids)
    }

    /// In which language people are spoken to.
    #[must_use]
    pub const fn language(&self) -> Language {
        self.language
    }

    /// Chooses the language.
    pub const fn set_language(&mut self, language: Language) {
        self.language = language;
    }

    /// Chooses between JSON and text.
    pub const fn set_json(&mut self, json: bool) {
        self.audience = if json { Audience::Json } else { Audience::People };
    }

    /// Chooses to print identifiers alone.
    pub const fn set_ids(&mut self) {
        self.audience = Audience::Ids;
    }

    /// Prints a result: the value as one line of JSON, its `id` (or what else it is known by) alone, or the text for people.
    ///
    /// # Errors
    /// When standard output cannot be written.
    pub fn show(&mut self, value: &impl Serialize, text: impl FnOnce() -> String) -> Result<(), Failure> {
        if self.audience == Audience::Ids {
            let value = serde_json::to_value(value).unwrap_or_default();
            let id = identifier::of(&value)?;
            self.identified = Some(self.identified == Some(true) || id.is_some());
            id.map_or(Ok(()), |id| self.line(&id))
        } else if self.audience == Audience::Json {
            let line = serde_json::to_string(value).map_err(|error| {
                Failure::internal(("kan geen JSON maken van het resultaat", "cannot make JSON of the result"))
                    .because(error)
            })?;
            self.line(&escaped(&line))
        } else {
            let text = text();
            self.line(&without_controls(&text))
        }
    }

    /// Prints text for people; under `--json` nothing.
    ///
    /// # Errors
    /// When standard output cannot be written.
    pub fn say(&mut self, text: impl Into<Said>) -> Result<(), Failure> {
        let language = self.language;
        if self.is_json() { Ok(()) } else { self.line(&without_controls(text.into().text(language))) }
    }

    /// Prints bytes that this program itself made for another program, such as a script.
    ///
    /// # Errors
    /// When standard output cannot be written.
    pub fn raw(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.stdout.write_all(bytes).map_err(stdout_failed)
    }

    /// Prints a table for people, its heads bold on a terminal; under `--json` nothing.
    ///
    /// # Errors
    /// When standard output cannot be written.
    pub fn table(&mut self, table: &Table) -> Result<(), Failure> {
        if self.is_json() { Ok(()) } else { self.line(&table.text(self.styled)) }
    }

    /// Tells of one of several things that were asked that it was not done: the failure to people on standard error, and as JSON in
    /// its place among the results.
    ///
    /// # Errors
    /// When standard output cannot be written.
    pub fn missed(&mut self, id: &str, failure: &Failure) -> Result<(), Failure> {
        let lines = failure.lines(self.language).join("\n");
        self.note(Said::same(format!("{id}\n{lines}")));
        if self.audience == Audience::Json {
            let mut document = failure.document();
            if let Some(members) = document.as_object_mut() {
                members.insert("id".to_owned(), id.into());
            }
            self.line(&escaped(&document.to_string()))?;
        }
        Ok(())
    }

    /// Prints a diagnostic on standard error. That nobody can be warned stops no command.
    pub fn warn(&mut self, text: impl Into<Said>) {
        let text = text.into();
        drop(writeln!(self.stderr, "sluis: {}", without_controls(text.text(self.language))));
    }

    /// Says something about the result on standard error, which is the result's only.
    pub fn note(&mut self, text: impl Into<Said>) {
        let text = text.into();
        drop(writeln!(self.stderr, "{}", without_controls(text.text(self.language))));
    }

    /// A bar for long work, which shows itself only when a person watches standard error and no JSON is asked for.
    #[must_use]
    pub fn progress(&self, total: u64) -> ProgressBar {
        let target = if self.watched && !self.is_json() {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        bar::with(total, target, self.language)
    }

    /// Ends a command: prints what went wrong, if anything, and answers how the program ends.
    pub fn end(&mut self, ended: Result<Exit, Failure>) -> Exit {
        let ended = match (ended, self.stdout.flush()) {
            (Ok(_), Err(error)) => Err(stdout_failed(error)),
            (ended, _) => ended,
        };
        match ended {
            Ok(exit) => {
                if self.audience == Audience::Ids && self.identified == Some(false) {
                    self.warn((
                        "wat deze opdracht geeft, heeft geen kenmerk: --ids print dan niets; gebruik --json",
                        "what this command gives has no identifier: --ids prints nothing then; use --json",
                    ));
                }
                exit
            }
            Err(failure) if failure.is_closed_pipe() => Exit::Done,
            Err(failure) => {
                for line in failure.lines(self.language) {
                    let line = without_controls(&line);
                    drop(writeln!(self.stderr, "{}", if self.alarmed { lit(&line) } else { line }));
                }
                if self.audience == Audience::Json {
                    // The failure that counts is already known; that it cannot be printed changes nothing.
                    drop(writeln!(self.stdout, "{}", escaped(&failure.document().to_string())));
                    drop(self.stdout.flush());
                }
                failure.exit()
            }
        }
    }

    /// Ends a command that could not be parsed, or that only asked for help.
    pub fn usage(&mut self, unparsed: &Unparsed) -> Exit {
        let Unparsed { shown: text, english: usage } = unparsed;
        let text = if self.styled && self.alarmed { text.ansi().to_string() } else { text.to_string() };
        if usage.use_stderr() {
            drop(write!(self.stderr, "{text}"));
            if self.audience == Audience::Json {
                // Up to the first empty line it says what is wrong, below it how it is written.
                let message: Vec<String> = usage
                    .to_string()
                    .lines()
                    .take_while(|line| !line.is_empty())
                    .map(|line| line.trim().trim_start_matches("error: ").to_owned())
                    .collect();
                let message = message.join(" ");
                let failure = Failure::usage(Said::same(message))
                    .now(("--help laat zien hoe het moet", "--help shows how it is written"));
                drop(
                    writeln!(self.stdout, "{}", escaped(&failure.document().to_string()))
                        .and_then(|()| self.stdout.flush()),
                );
            }
            Exit::Usage
        } else {
            drop(write!(self.stdout, "{text}").and_then(|()| self.stdout.flush()));
            Exit::Done
        }
    }

    fn line(&mut self, text: &str) -> Result<(), Failure> {
        let text = text.strip_suffix('\n').unwrap_or(text);
        writeln!(self.stdout, "{text}").map_err(stdout_failed)
    }
}

/// A line of a failure for a terminal: the word before the first colon stands out.
fn lit(line: &str) -> String {
    let Some((head, rest)) = line.split_once(": ") else { return line.to_owned() };
    match head {
        "sluis" => format!("{ALARM}{head}:{PLAIN} {rest}"),
        _ if head.trim_start().len() < 12 && !head.contains('-') => format!("{BOLD}{head}:{PLAIN} {rest}"),
        _ => line.to_owned(),
    }
}

fn stdout_failed(error: io::Error) -> Failure {
    Failure::internal(("kan niet schrijven naar de standaarduitvoer", "cannot write to standard output"))
        .because(error)
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Output").field("audience", &self.audience).finish_non_exhaustive()
    }
}
