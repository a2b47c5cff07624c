//! `sluis client template`: the CSV that a dataset's packets can be written in.

use std::path::PathBuf;

use clap::Args;
use csv::WriterBuilder;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{columns::Columns, gateway::Call, profile::ProfileChoice, session::Session};
use crate::{
    cli::{Context, Exit, Failure, files},
    domain::code::DatasetCode,
};

/// The arguments of `sluis client template`.
#[derive(Debug, Args)]
pub struct Template {
    /// The dataset.
    pub dataset: DatasetCode,

    /// Write it to this new file instead of standard output.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,

    /// How many numbered columns a list gets; you may add more yourself.
    #[arg(long, value_name = "NUMBER", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=20))]
    pub repeat: u8,
}

#[derive(Deserialize)]
struct Dataset {
    schema: Value,
}

/// The JSON Schema of a dataset, as the gateway has it now.
///
/// # Errors
/// When the gateway does not answer, or does not know the dataset.
pub async fn schema_of(dataset: &DatasetCode, session: &Session) -> Result<Value, Failure> {
    let dataset: Dataset = session.gateway.json(Call::get(format!("/v1/datasets/{dataset}"))).await?;
    Ok(dataset.schema)
}

impl Template {
    /// Writes the template.
    ///
    /// # Errors
    /// When the gateway does not know the dataset, or the file cannot be written.
    pub async fn run(self, choice: &ProfileChoice, at: &mut Context) -> Result<Exit, Failure> {
        let session = Session::open(choice, at)?;
        let columns = Columns::of_schema(&schema_of(&self.dataset, &session).await?)?;
        let columns = columns.template(usize::from(self.repeat));
        let names: Vec<&String> = columns.iter().map(|(name, _)| name).collect();
        match &self.out {
            Some(path) => {
                files::write_private(path, &written(&columns, self.dataset.as_str())?)?;
                let made = json!({ "file": path, "columns": names });
                at.out.show(&made, || format!("{}: {} kolommen / columns", path.display(), names.len()))?;
            }
            None if at.out.is_json() => at.out.show(&json!({ "columns": names }), String::new)?,
            None => at.out.say(&String::from_utf8_lossy(&written(&columns, self.dataset.as_str())?))?,
        }
        Ok(Exit::Done)
    }
}

/// The bytes of a template: a byte order mark and semicolons, which a Dutch spreadsheet opens without asking; the names;
/// a comment with an explanation per column; a first row in which only the dataset is filled.
///
/// # Errors
/// When the CSV cannot be made.
pub fn written(columns: &[(String, String)], dataset: &str) -> Result<Vec<u8>, Failure> {
    let failed = |error: csv::Error| Failure::internal("cannot make the CSV").because(error);
    let mut writer = WriterBuilder::new()
        .delimiter(b';')
        .terminator(csv::Terminator::CRLF)
        .from_writer(b"\xEF\xBB\xBF".to_vec());
    writer.write_record(columns.iter().map(|(name, _)| name)).map_err(failed)?;
    let explained = columns.iter().enumerate().map(|(index, (_, explanation))| {
        if index == 0 { format!("# {explanation}") } else { explanation.clone() }
    });
    writer.write_record(explained).map_err(failed)?;
    let first = columns.iter().map(|(name, _)| if name == "header.dataset" { dataset } else { "" });
    writer.write_record(first).map_err(failed)?;
    writer.into_inner().map_err(|_| Failure::internal("cannot make the CSV"))
}
