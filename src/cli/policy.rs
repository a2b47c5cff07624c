//! `sluis policy`: the rules, checked, tested, explained and shown.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;

use crate::domain::code::DatasetCode;

/// The arguments of `sluis policy`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  sluis policy check --dir policies
  sluis policy test
  sluis policy explain facts.json --at 2026-09-01T00:00:00Z
  sluis policy matrix --format html > matrix.html
  sluis policy register --format markdown")]
pub struct Policy {
    /// A folder of policies; without it, the ones that are built in.
    #[arg(long, value_name = "DIR", global = true)]
    pub dir: Option<PathBuf>,

    /// What to do with them.
    #[command(subcommand)]
    pub action: Action,
}

/// What can be done with policies.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Check them: syntax, articles, categories, bases and conditions without a case.
    Check,
    /// Decide every case of `cases.toml` and compare.
    Test {
        /// Only this dataset.
        #[arg(long, value_name = "DATASET")]
        dataset: Option<DatasetCode>,
    },
    /// Decide on facts, and say why.
    Explain {
        /// The facts as JSON; `-` is standard input.
        #[arg(value_name = "FILE")]
        facts: PathBuf,
        /// Decide as at this instant instead of the one in the facts.
        #[arg(long, value_name = "INSTANT")]
        at: Option<Timestamp>,
    },
    /// Who may receive what, for which purpose, on which basis.
    Matrix {
        /// In which form.
        #[arg(long, value_enum, default_value_t = Form::Text)]
        format: Form,
    },
    /// The register of processing activities (AVG 30) that follows from the policies.
    Register {
        /// In which form.
        #[arg(long, value_enum, default_value_t = Form::Text)]
        format: Form,
    },
}

/// In which form a table is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// For a terminal.
    Text,
    /// For a document.
    Markdown,
    /// A page.
    Html,
}
