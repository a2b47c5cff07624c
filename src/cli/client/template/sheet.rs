//! A template as a sheet: the columns that were asked for, and what is the same for every row.

use serde_json::json;

use super::{arguments::Template, packet::LEFT, written::written};
use crate::cli::{
    Context, Exit, Failure, Language,
    client::{
        dataset::Dataset,
        sheets::{
            columns::{Chosen, Columns},
            rows::read_for_every_row,
            sheet::Setting,
        },
    },
    files,
    language::{both, counted, tell},
};

/// Whether every `--set` is a value of its column, once.
fn check_set(set_for_all: &[Setting], columns: &Columns) -> Result<(), Failure> {
    for (index, set) in set_for_all.iter().enumerate() {
        let Some(column) = columns.find(&set.name) else { continue };
        let is_same = |one: &Setting| columns.find(&one.name).is_some_and(|one| one.path == column.path);
        if set_for_all.iter().take(index).any(is_same) {
            return Err(Failure::usage(both!(
                "--set geeft `{}` twee keer; er is niets geschreven",
                "--set gives `{}` twice; nothing was written",
                set.name
            ))
            .now(("geef het een keer", "give it once")));
        }
        if let Err(reason) = read_for_every_row(&set.name, &column, &set.value) {
            return Err(Failure::usage(both!(
                "de waarde van --set {} klopt niet; er is niets geschreven",
                "the value of --set {} is not right; nothing was written",
                set.name
            ))
            .now((reason.nl, reason.en)));
        }
    }
    Ok(())
}

/// The columns that were asked for, with those that `--set` fills.
fn chosen(asked: &Template, columns: &Columns, language: Language) -> Result<Vec<Chosen>, Failure> {
    let mut chosen = columns.chosen(&asked.with, usize::from(asked.repeat), language)?;
    for set in &asked.set {
        match chosen.iter_mut().find(|one| one.name == set.name) {
            Some(one) => one.for_every_row = true,
            None if columns.find(&set.name).is_some() => chosen.push(Chosen {
                name: set.name.clone(),
                explanation: String::new(),
                for_every_row: true,
            }),
            None => {
                return Err(Failure::usage(both!(
                    "de dataset heeft geen kolom `{}`",
                    "the dataset has no column `{}`",
                    set.name
                ))
                .now(("--with alles laat alle namen zien", "--with alles shows every name")));
            }
        }
    }
    Ok(chosen)
}

/// The purpose that `--set` gives, by whichever of its names.
fn purpose<'a>(asked: &'a Template, dataset: &Dataset) -> Result<Option<&'a str>, Failure> {
    let columns = dataset.columns()?;
    let place = columns.find("doel").map(|column| column.path);
    let is_purpose = |one: &&Setting| columns.find(&one.name).map(|column| column.path) == place;
    Ok(asked.set.iter().find(is_purpose).map(|one| one.value.as_str()))
}

/// Writes the sheet, or prints it.
pub(super) fn write_sheet(asked: &Template, mut dataset: Dataset, at: &mut Context) -> Result<Exit, Failure> {
    if let Some(purpose) = purpose(asked, &dataset)? {
        dataset.sent_for(purpose);
    }
    let dataset = &dataset;
    let columns = dataset.columns()?;
    let language = at.out.language();
    let chosen = chosen(asked, &columns, language)?;
    check_set(&asked.set, &columns)?;
    let settled = settled(dataset);
    let value = |name: &str| {
        let set = asked.set.iter().find(|set| set.name == name).map(|set| set.value.clone());
        set.or_else(|| settled.iter().find(|(one, _)| *one == name).map(|(_, value)| value.clone()))
    };
    let bytes = written(&chosen, value)?;
    let of = |above: bool| chosen.iter().filter(move |one| one.for_every_row == above).map(|one| &one.name);
    let names: Vec<&String> = of(false).collect();
    let made = json!({
        "file": asked.out, "columns": names, "forEveryRow": of(true).collect::<Vec<_>>(), "with": columns.groups(),
    });
    match &asked.out {
        Some(path) => {
            files::write_private(path, &bytes)?;
            at.out.show(&made, || {
                let mut text = format!(
                    "{}: {}",
                    path.display(),
                    language.pick(
                        counted(names.len(), "kolom", "kolommen"),
                        counted(names.len(), "column", "columns")
                    )
                );
                let groups = columns.groups();
                if asked.with.is_empty() && !groups.is_empty() {
                    text.push_str(&tell!(
                        language,
                        "\nmeer kolommen: --with {}",
                        "\nmore columns: --with {}",
                        groups.join(",")
                    ));
                }
                text
            })?;
        }
        None if at.out.is_json() => at.out.show(&made, String::new)?,
        None => at.out.raw(&bytes)?,
    }
    Ok(Exit::Done)
}

/// The values that every packet of this dataset has, where there is only one, under the names that a template gives them.
fn settled(dataset: &Dataset) -> Vec<(&'static str, String)> {
    let only = |words: Vec<String>| <[String; 1]>::try_from(words).ok().map(|[word]| word);
    let is_for_the_person_alone = dataset.roles().is_empty();
    let is_enrolled = dataset.example.pointer(LEFT).is_none();
    let all = [
        ("dataset", Some(dataset.code.clone())),
        ("doel", only(dataset.purposes())),
        ("ontvanger.rol", only(dataset.roles())),
        ("kopie", is_for_the_person_alone.then(|| "ja".to_owned())),
        ("leerlingnummer.soort", Some("own".to_owned())),
        ("ingeschreven", Some(if is_enrolled { "ja" } else { "nee" }.to_owned())),
    ];
    all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}
