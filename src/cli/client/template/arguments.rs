//! What the user says of a template.

use std::path::PathBuf;

use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser},
};

use crate::{
    cli::client::sheets::sheet::{Setting, setting},
    domain::{code::DatasetCode, declaration::DeclarationKind, party::Role},
};

/// The arguments of `sluis client template`.
#[derive(Debug, Args)]
pub struct Template {
    /// The dataset.
    pub dataset: DatasetCode,

    /// Write it to this new file instead of standard output.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,

    /// Write one packet as JSON instead, with the dataset's invented example as content: replace every value by your own. Its
    /// dates are moved to the past year, as terms and ages count from today.
    #[arg(long, conflicts_with = "repeat")]
    pub packet: bool,

    /// Write a declaration instead that such a packet may need, by the same invented person and of today.
    #[arg(long, value_name = "KIND", conflicts_with_all = ["packet", "repeat"], value_parser = kinds())]
    pub declaration: Option<DeclarationKind>,

    /// More columns than what is required and usual: groups or names with commas between, such as `adres,stages`; `alles` is
    /// every column.
    #[arg(long, value_name = "NAMES", value_delimiter = ',', conflicts_with_all = ["packet", "declaration"])]
    pub with: Vec<String>,

    /// A value that holds for every row, such as `ontvanger.gemeente=0361`; it stands once, above the names. May be given more
    /// than once.
    #[arg(long, value_name = "NAME=VALUE", value_parser = setting, conflicts_with_all = ["packet", "declaration"])]
    pub set: Vec<Setting>,

    /// In which role you send; without it, the role in which the gateway knows the profile's certificate.
    #[arg(long, value_name = "ROLE")]
    pub role: Option<Role>,

    /// How many numbered columns a list gets; you may add more yourself.
    #[arg(long, value_name = "NUMBER", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=20))]
    pub repeat: u8,
}

fn kinds() -> impl TypedValueParser<Value = DeclarationKind> {
    PossibleValuesParser::new(DeclarationKind::ALL.map(DeclarationKind::as_str))
        .try_map(|word| word.parse::<DeclarationKind>())
}
