//! The one place that prints.

use std::{
    fmt,
    io::{self, IsTerminal, Write},
    sync::{Arc, Mutex, PoisonError},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use super::{exit::Exit, failure::Failure};

/// Where a command prints: text or JSON on standard output, diagnostics and progress on standard error.
pub struct Output {
    json: bool,
    colours: bool,
    watched: bool,
    stdout: Box<dyn Write + Send>,
    stderr: Box<dyn Write + Send>,
}

impl Output {
    /// The output of this process.
    #[must_use]
    pub fn of_process() -> Self {
        Self {
            json: false,
            colours: io::stdout().is_terminal() && io::stderr().is_terminal(),
            watched: io::stderr().is_terminal(),
            stdout: Box::new(io::stdout()),
            stderr: Box::new(io::stderr()),
        }
    }

    /// An output that is kept, for tests and for commands that run other commands.
    #[must_use]
    pub fn kept() -> (Self, Kept, Kept) {
        let (stdout, stderr) = (Kept::default(), Kept::default());
        let out = Self {
            json: false,
            colours: false,
            watched: false,
            stdout: Box::new(stdout.clone()),
            stderr: Box::new(stderr.clone()),
        };
        (out, stdout, stderr)
    }

    /// Whether JSON is asked for.
    #[must_use]
    pub const fn is_json(&self) -> bool {
        self.json
    }

    /// Chooses between JSON and text.
    pub const fn set_json(&mut self, json: bool) {
        self.json = json;
    }

    /// Prints a result: the value as one line of JSON, or the text for people.
    ///
    /// # Errors
    /// When standard output cannot be written.
    pub fn show(&mut self, value: &impl Serialize, text: impl FnOnce() -> String) -> Result<(), Failure> {
        if self.json {
            let line = serde_json::to_string(value)
                .map_err(|error| Failure::internal("cannot make JSON of the result").because(error))?;
            self.line(&line)
        } else {
            let text = text();
            self.line(&without_controls(&text))
        }
    }

    /// Prints text for people; under `--json` nothing.
    ///
    /// # Errors
    /// When standard output cannot be written.
    pub fn say(&mut self, text: &str) -> Result<(), Failure> {
        if self.json { Ok(()) } else { self.line(&without_controls(text)) }
    }

    /// Prints a diagnostic on standard error. That nobody can be warned stops no command.
    pub fn warn(&mut self, text: &str) {
        drop(writeln!(self.stderr, "sluis: {}", without_controls(text)));
    }

    /// Says something about the result on standard error, which is the result's only.
    pub fn note(&mut self, text: &str) {
        drop(writeln!(self.stderr, "{}", without_controls(text)));
    }

    /// A bar for long work, which shows itself only when a person watches standard error and no JSON is asked for.
    #[must_use]
    pub fn progress(&self, total: u64) -> ProgressBar {
        let target = if self.watched && !self.json {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(total), target);
        match ProgressStyle::with_template("{bar:32} {pos}/{len}  {per_sec}  {eta} left  {msg}") {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        }
    }

    /// Ends a command: prints what went wrong, if anything, and answers how the program ends.
    pub fn end(&mut self, ended: Result<Exit, Failure>) -> Exit {
        let ended = match (ended, self.stdout.flush()) {
            (Ok(_), Err(error)) => Err(stdout_failed(error)),
            (ended, _) => ended,
        };
        match ended {
            Ok(exit) => exit,
            Err(failure) if failure.is_closed_pipe() => Exit::Done,
            Err(failure) => {
                for line in failure.lines() {
                    drop(writeln!(self.stderr, "{}", without_controls(&line)));
                }
                if self.json {
                    // The failure that counts is already known; that it cannot be printed changes nothing.
                    drop(writeln!(self.stdout, "{}", failure.document()));
                    drop(self.stdout.flush());
                }
                failure.exit()
            }
        }
    }

    /// Ends a command that could not be parsed, or that only asked for help.
    pub fn usage(&mut self, usage: &clap::Error) -> Exit {
        let text = usage.render();
        let text = if self.colours { text.ansi().to_string() } else { text.to_string() };
        if usage.use_stderr() {
            drop(write!(self.stderr, "{text}"));
            if self.json {
                // Up to the first empty line it says what is wrong, below it how it is written.
                let message: Vec<String> = usage
                    .to_string()
                    .lines()
                    .take_while(|line| !line.is_empty())
                    .map(|line| line.trim().trim_start_matches("error: ").to_owned())
                    .collect();
                let message = message.join(" ");
                let failure = Failure::usage(message).now("--help shows how it is written");
                drop(writeln!(self.stdout, "{}", failure.document()).and_then(|()| self.stdout.flush()));
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

fn stdout_failed(error: io::Error) -> Failure {
    Failure::internal("cannot write to standard output").because(error)
}

/// Text from elsewhere must not move the cursor, hide lines or set a title: control characters become `�`.
#[must_use]
pub fn without_controls(text: &str) -> String {
    let harmless = |c: char| if c.is_control() && c != '\n' && c != '\t' { '\u{FFFD}' } else { c };
    text.chars().map(harmless).collect()
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Output").field("json", &self.json).finish_non_exhaustive()
    }
}

/// What an output has printed so far.
#[derive(Debug, Clone, Default)]
pub struct Kept(Arc<Mutex<Vec<u8>>>);

impl Kept {
    /// The text so far.
    #[must_use]
    pub fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
