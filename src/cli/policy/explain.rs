//! `sluis policy explain`.

use std::{
    fs,
    io::{self, Read as _},
    path::Path,
};

use jiff::Timestamp;
use serde_json::json;
use zeroize::Zeroizing;

use super::{facts, unknown::unknown};
use crate::{
    cli::{
        Context, Exit, Failure, Language,
        faults::found_in_files,
        language::{Said, both},
    },
    domain::code::DatasetCode,
    policy::{
        Engine,
        cases::{self, Example},
        explain::{Explanation, explain as explained},
        whatif::{Moment, WhatIf},
    },
};

/// Facts are one question, not a batch.
const LONGEST: u64 = 64 * 1024;

/// The text of `--help`.
pub(super) const HELP: &str = "\
Facts are JSON. dataset, purpose, senderRole and recipientRole are needed. What else is left out counts as no, but for
three: leerplichtig counts as yes under 18, onbevoegdVoorDeze as yes under mentorschap, handelingsbekwaam as yes without curatele:
  {\"dataset\": \"overgangsdocument\", \"purpose\": \"voortzetting-ondersteuning\",
   \"senderRole\": \"pro-school\", \"recipientRole\": \"werk-en-inkomen\", \"recipientGemeenten\": [\"0361\"],
   \"verblijf\": \"0361\", \"age\": 18, \"verlatenOp\": \"2026-07-17\",
   \"replies\": [\"verzoek-voortzetting:ja\"], \"earlierWishes\": [\"instemming:persoon\"]}

Examples:
  sluis policy explain --example overgangsdocument         a refused and a permitted question, each with its facts
  sluis policy explain facts.json
  sluis policy explain - --json --at 2026-09-01T00:00:00Z < facts.json";

/// Decides about the facts of a file.
pub(super) fn explain(
    engine: &Engine,
    file: &Path,
    instant: Option<Timestamp>,
    at: &mut Context,
) -> Result<Exit, Failure> {
    let text = read(file)?;
    let mut question = facts::read(&text, engine.catalogue().glossary())?;
    if let Some(instant) = instant {
        question.at = Some(Moment(instant));
    }
    if let Some(impossible) = facts::impossible(&question, engine.catalogue().glossary(), at.clock.now()) {
        return Err(impossible);
    }
    let explanation = judged(engine, &question, at)?;
    let language = at.out.language();
    at.out.show(&explanation, || text_of(&explanation, language))?;
    Ok(if explanation.permitted { Exit::Done } else { Exit::Refused })
}

/// Shows and judges two cases of a dataset.
pub(super) fn example(engine: &Engine, dataset: &DatasetCode, at: &mut Context) -> Result<Exit, Failure> {
    if engine.catalogue().dataset(dataset).is_none() {
        return Err(unknown(engine.catalogue(), dataset));
    }
    let examples = cases::examples(engine, dataset).map_err(|findings| {
        Failure::configuration(found_in_files(
            ("de gevallen zijn niet te lezen", "the cases cannot be read"),
            &findings,
        ))
    })?;
    let examples = examples.ok_or_else(|| {
        Failure::refused(both!(
            "`{dataset}` heeft geen geval dat mag en geval dat niet mag om te laten zien",
            "`{dataset}` has no permitted and refused case to show"
        ))
    })?;
    let language = at.out.language();
    for (number, example) in examples.iter().enumerate() {
        let explanation = judged(engine, &example.facts, at)?;
        if number > 0 {
            at.out.say(Said::same("\n----------------------------------------------------------------\n"))?;
        }
        let document = json!({ "name": example.name, "nameEn": example.name_en, "facts": example.facts_json(), "explanation": explanation });
        at.out.show(&document, || shown(example, &explanation, language))?;
    }
    at.out.say((
        "\nBewaar feiten in een bestand en verander ze: sluis policy explain BESTAND",
        "\nKeep facts in a file and change them: sluis policy explain FILE",
    ))?;
    Ok(Exit::Done)
}

fn judged(engine: &Engine, question: &WhatIf, at: &Context) -> Result<Explanation, Failure> {
    explained(engine, question, at.clock.now()).map_err(|missing| {
        Failure::usage(("er staat geen vraag in deze feiten", "there is no question in these facts"))
            .because(missing)
            .now((
                "noem haar; `sluis policy explain --help` laat een voorbeeld zien",
                "name it; `sluis policy explain --help` shows an example",
            ))
    })
}

fn shown(example: &Example, explanation: &Explanation, language: Language) -> String {
    let facts = serde_json::to_string_pretty(&example.facts_json()).unwrap_or_default();
    let name = match language {
        Language::Nl => &example.name,
        Language::En => example.name_en.as_ref().unwrap_or(&example.name),
    };
    format!("{name}\n\n{facts}\n\n{}", text_of(explanation, language))
}

fn text_of(explanation: &Explanation, language: Language) -> String {
    explanation.text(language.pick(|text| &text.nl, |text| &text.en))
}

fn read(file: &Path) -> Result<Zeroizing<String>, Failure> {
    let mut text = Zeroizing::new(String::new());
    let input: Box<dyn io::Read> = if file == Path::new("-") {
        Box::new(io::stdin().lock())
    } else {
        Box::new(fs::File::open(file).map_err(|error| Failure::unreadable(file, error))?)
    };
    let read = input.take(LONGEST.saturating_add(1)).read_to_string(&mut text);
    read.map_err(|error| Failure::unreadable(file, error))?;
    if u64::try_from(text.len()).is_ok_and(|length| length <= LONGEST) {
        Ok(text)
    } else {
        Err(Failure::usage(("de feiten zijn langer dan 64 KiB", "the facts are longer than 64 KiB")).now((
            "in een bestand staan de feiten van een vraag",
            "one file holds the facts of one question",
        )))
    }
}
