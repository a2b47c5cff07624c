//! A file of the user's that is wrong as a whole, told line by line.

use std::path::Path;

use serde_json::{Value, json};

use super::sheet::LineFault;
use crate::cli::{
    Failure, Language,
    failure::Explanation,
    language::{both, tell},
};

/// What is wrong with a file, by line.
#[derive(Debug)]
pub struct FaultyFile(Vec<LineFault>);

impl FaultyFile {
    /// The failure that a file with these faults is: nothing of it was sent.
    #[must_use]
    pub fn failure(path: &Path, faults: Vec<LineFault>) -> Failure {
        Failure::usage(both!(
            "`{}` is niet te lezen; er is niets verstuurd",
            "`{}` cannot be read; nothing was sent",
            path.display()
        ))
        .now((
            "verbeter de regels hierboven en geef dezelfde opdracht nog eens",
            "correct the lines above and run the same command again",
        ))
        .explained(Self(faults))
    }
}

impl Explanation for FaultyFile {
    fn lines(&self, language: Language) -> Vec<String> {
        let of_line = |fault: &LineFault| {
            let mut lines = vec![tell!(language, "regel {}", "line {}", fault.line)];
            lines.extend(fault.reason.lines(language).into_iter().map(|line| format!("  {line}")));
            lines
        };
        self.0.iter().flat_map(of_line).collect()
    }

    fn document(&self) -> Value {
        let faults = self.0.iter().map(|fault| json!({ "line": fault.line, "reason": fault.reason }));
        Value::Array(faults.collect())
    }
}
