//! `sluis policy matrix`: who may receive what, for which purpose, on which basis.

use clap::ValueEnum;

use super::unknown::unknown;
use crate::{
    cli::{Context, Exit, Failure},
    domain::code::DatasetCode,
    policy::{
        Catalogue,
        matrix::{Matrix, Pick},
    },
};

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

/// Prints it.
pub(super) fn show(
    catalogue: &Catalogue,
    dataset: Option<&DatasetCode>,
    format: Form,
    at: &mut Context,
) -> Result<Exit, Failure> {
    let matrix = match dataset {
        None => Matrix::of(catalogue),
        Some(code) => {
            let dataset = catalogue.dataset(code).ok_or_else(|| unknown(catalogue, code))?;
            Matrix::of_dataset(catalogue, dataset)
        }
    };
    let pick: Pick = at.out.language().pick(|text| &text.nl, |text| &text.en);
    at.out.show(&matrix, || match format {
        Form::Text => matrix.text(pick),
        Form::Markdown => matrix.markdown(pick),
        Form::Html => matrix.html(pick),
    })?;
    Ok(Exit::Done)
}
