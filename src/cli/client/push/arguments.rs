//! What the user says of a push.

use std::path::PathBuf;

use clap::{ArgGroup, Args};

use crate::{
    cli::client::sheets::sheet::{Setting, setting},
    domain::code::DatasetCode,
};

/// The arguments of `sluis client push` and `sluis client ask`.
#[derive(Debug, Args)]
#[group(skip)]
#[command(group = ArgGroup::new("input").required(true).args(["file", "batch", "csv"]))]
pub struct Push {
    /// One packet as JSON; `-` is standard input.
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,

    /// Many packets: one JSON document on each line.
    #[arg(long, value_name = "FILE")]
    pub batch: Option<PathBuf>,

    /// Many packets: a sheet after the template of `sluis client template`.
    #[arg(long, value_name = "FILE")]
    pub csv: Option<PathBuf>,

    /// The dataset of the sheet; without it, what the sheet says in `#dataset=` above the names, or its first row in the column
    /// `dataset`.
    #[arg(long, conflicts_with_all = ["file", "batch"])]
    pub dataset: Option<DatasetCode>,

    /// A value that holds for every row of the sheet, such as `ontvanger.gemeente=0361`; it goes before what the sheet itself
    /// says. May be given more than once.
    #[arg(long, value_name = "NAME=VALUE", conflicts_with_all = ["file", "batch"], value_parser = setting)]
    pub set: Vec<Setting>,

    /// Only ask whether it would be accepted: nothing is stored or sent on. That it was asked is in the log.
    #[arg(long)]
    pub check: bool,

    /// The report of a batch; without it, beside the input as `<FILE>.report.ndjson`. Running the same command again
    /// goes on where the report stops.
    #[arg(long, value_name = "FILE", conflicts_with = "file")]
    pub report: Option<PathBuf>,

    /// How many packets of a batch are on their way at once.
    #[arg(long, value_name = "NUMBER", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=32), conflicts_with = "file")]
    pub parallel: u8,

    /// Go on although what an earlier run sent is now different or gone; it may arrive twice.
    #[arg(long)]
    pub changed: bool,

    /// The Idempotency-Key of a single packet; without it a random one, which stays beside the file as `<FILE>.unanswered`
    /// until the answer was printed.
    #[arg(long, value_name = "KEY", conflicts_with_all = ["batch", "csv"])]
    pub idempotency_key: Option<String>,

    /// Keep the gateway's signed receipts of a single packet in this file, one line for each recipient.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["batch", "csv"])]
    pub receipt: Option<PathBuf>,
}
