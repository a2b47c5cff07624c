//! `sluis policy`: the rules, checked, tested, explained and shown.

mod activate;
mod check;
mod explain;
mod facts;
mod matrix;
mod register;
mod unknown;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::{Timestamp, civil::Date};

use self::{matrix::MatrixForm, register::RegisterForm};
use super::{ConfigFile, Context, Exit, Failure, compose};
use crate::{domain::code::DatasetCode, policy::Engine};

/// The arguments of `sluis policy`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Without --dir: the policies that are built in.

Examples:
  sluis policy check --dir policies
  sluis policy test --dataset overgangsdocument
  sluis policy explain --example overgangsdocument
  sluis policy explain facts.json --at 2026-09-01T00:00:00Z
  sluis policy matrix --format html > matrix.html
  sluis policy register --format markdown > register.md
  sluis policy activate --config /etc/sluis/sluis.toml")]
pub struct Policy {
    /// A folder of policies; without it, the ones that are built in.
    #[arg(long, value_name = "DIR", global = true)]
    pub dir: Option<PathBuf>,

    /// What to do with them.
    #[command(subcommand)]
    pub command: PolicyCommand,
}

/// What can be done with policies.
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Check them: syntax, articles, categories, bases and conditions without a case.
    Check {
        /// As they would stand on this day; without it, today.
        #[arg(long, value_name = "DATE", value_parser = crate::cli::day::day)]
        on: Option<Date>,
    },
    /// Decide every case of `cases.toml` and compare.
    Test {
        /// Only this dataset.
        #[arg(long, value_name = "DATASET")]
        dataset: Option<DatasetCode>,
    },
    /// Decide on facts, and say why. Exit code 0 is yes, 1 is no.
    #[command(after_long_help = explain::HELP)]
    Explain {
        /// The facts as JSON; `-` is standard input.
        #[arg(value_name = "FILE", required_unless_present = "example", conflicts_with = "example")]
        facts: Option<PathBuf>,
        /// Show and judge a refused and a permitted example of this dataset instead.
        #[arg(long, value_name = "DATASET")]
        example: Option<DatasetCode>,
        /// Decide as at this instant instead of the one in the facts.
        #[arg(long, value_name = "INSTANT", value_parser = crate::cli::day::instant)]
        at: Option<Timestamp>,
    },
    /// Who may receive what, for which purpose, on which basis.
    Matrix {
        /// Only this dataset.
        #[arg(long, value_name = "DATASET")]
        dataset: Option<DatasetCode>,
        /// In which form.
        #[arg(long, value_enum, default_value_t = MatrixForm::Text)]
        format: MatrixForm,
    },
    /// What of the register of processing activities (AVG 30) follows from the policies, for the controllers' own
    /// registers.
    Register {
        /// In which form.
        #[arg(long, value_enum, default_value_t = RegisterForm::Text)]
        format: RegisterForm,
    },
    /// Make the policies of a gateway's configuration the active ones. From then on no gateway on its database decides by
    /// the former; restart the gateways that still have those.
    Activate {
        /// The configuration.
        #[command(flatten)]
        config: ConfigFile,
    },
}

impl Policy {
    /// Runs it.
    ///
    /// # Errors
    /// When the policies cannot be read, or the question cannot be understood.
    pub async fn run(self, at: &mut Context) -> Result<Exit, Failure> {
        let dir = self.dir.as_deref();
        match self.command {
            PolicyCommand::Check { on } => check::check(dir, on, at),
            PolicyCommand::Test { dataset } => check::test(&engine(dir)?, dataset.as_ref(), at),
            PolicyCommand::Explain { facts, example, at: instant } => match (facts, example) {
                (Some(file), _) => explain::explain(&engine(dir)?, &file, instant, at),
                (None, Some(dataset)) => explain::example(&engine(dir)?, &dataset, at),
                (None, None) => Err(Failure::usage((
                    "er zijn geen feiten om over te beslissen",
                    "there are no facts to decide on",
                ))),
            },
            PolicyCommand::Matrix { dataset, format } => {
                matrix::show(compose::policies::catalogue(dir)?.as_ref(), dataset.as_ref(), format, at)
            }
            PolicyCommand::Register { format } => {
                register::show(compose::policies::catalogue(dir)?.as_ref(), format, at)
            }
            PolicyCommand::Activate { config } => {
                if dir.is_some() {
                    return Err(Failure::usage((
                        "het beleid dat actief wordt, is dat van de configuratie",
                        "the policies that become active are those of the configuration",
                    ))
                    .now((
                        "noem de map in `policies.dir` van de configuratie, en laat --dir weg",
                        "name the folder in `policies.dir` of the configuration, and leave --dir out",
                    )));
                }
                activate::activate(&config, at).await
            }
        }
    }
}

fn engine(dir: Option<&std::path::Path>) -> Result<Engine, Failure> {
    Engine::new(compose::policies::catalogue(dir)?).map_err(|fault| {
        Failure::configuration(("met dit beleid is niet te beslissen", "the policies cannot decide"))
            .because(fault)
    })
}
