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
pub enum MatrixForm {
    /// For a terminal.
    Text,
    /// For a document.
    Markdown,
    /// A page.
    Html,
}

pub(super) fn show(
    catalogue: &Catalogue,
    dataset: Option<&DatasetCode>,
    format: MatrixForm,
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
        MatrixForm::Text => matrix.text(pick),
        MatrixForm::Markdown => matrix.markdown(pick),
        MatrixForm::Html => matrix.html(pick),
    })?;
    Ok(Exit::Done)
}
