//! Says in Dutch why a command line cannot be understood.

use std::{error::Error as _, fmt::Write as _};

use clap::{
    builder::{StyledStr, Styles},
    error::{ContextKind, ContextValue, Error, ErrorFormatter, ErrorKind},
};

use super::texts::TEXTS;

/// What is wrong, what may have been meant, how it is written, and where more stands.
#[derive(Debug)]
pub struct Dutch;

impl ErrorFormatter for Dutch {
    fn format_error(error: &Error<Self>) -> StyledStr {
        let styles = Styles::styled();
        let (wrong, valid) = (styles.get_error(), styles.get_valid());
        let mut text = format!("{wrong}fout:{wrong:#} {}", what_is_wrong(error));
        let tips = tips(error);
        if !tips.is_empty() {
            text.push('\n');
        }
        for tip in tips {
            // Writing to a text does not fail.
            write!(text, "\n  {valid}tip:{valid:#} {tip}").ok();
        }
        if let Some(ContextValue::StyledStr(usage)) = error.get(ContextKind::Usage) {
            write!(text, "\n\n{}", usage.ansi()).ok();
        }
        let literal = styles.get_literal();
        write!(text, "\n\nMeer uitleg: {literal}--help{literal:#}\n").ok();
        StyledStr::from(text)
    }
}

fn what_is_wrong(error: &Error<Dutch>) -> String {
    let argument = quoted(error, ContextKind::InvalidArg);
    let value = quoted(error, ContextKind::InvalidValue);
    let command = quoted(error, ContextKind::InvalidSubcommand);
    let number = |kind| match error.get(kind) {
        Some(ContextValue::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    match error.kind() {
        ErrorKind::ArgumentConflict => conflict(error, &argument.or(command).unwrap_or_default()),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let (argument, value) = (argument.unwrap_or_default(), value.unwrap_or_default());
            if value == "''" {
                return format!("bij {argument} hoort een waarde{}", choices(error, ContextKind::ValidValue));
            }
            let form = form(error).map(|form| format!("; nodig is {form}")).unwrap_or_default();
            format!("{value} past niet bij {argument}{form}{}", choices(error, ContextKind::ValidValue))
        }
        ErrorKind::UnknownArgument => match argument {
            Some(option) if option.starts_with("'-") => format!("de optie {option} bestaat hier niet"),
            Some(word) => format!("{word} hoort hier niet"),
            None => "er staat iets te veel".to_owned(),
        },
        ErrorKind::InvalidSubcommand => {
            format!("de opdracht {} bestaat niet", command.unwrap_or_default())
        }
        ErrorKind::MissingSubcommand => {
            let choices = choices(error, ContextKind::ValidSubcommand);
            format!("na {} hoort nog een opdracht{choices}", command.unwrap_or_default())
        }
        ErrorKind::MissingRequiredArgument => {
            let missing: Vec<String> =
                strings(error, ContextKind::InvalidArg).map(|one| format!("\n  {one}")).collect();
            format!("dit ontbreekt nog:{}", missing.concat())
        }
        ErrorKind::NoEquals => format!("zet een = tussen {} en de waarde", argument.unwrap_or_default()),
        ErrorKind::TooManyValues => {
            format!(
                "{} is een waarde te veel voor {}",
                value.unwrap_or_default(),
                argument.unwrap_or_default()
            )
        }
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            let needed = number(ContextKind::MinValues) + &number(ContextKind::ExpectedNumValues);
            let given = number(ContextKind::ActualNumValues);
            format!("bij {} horen {needed} waarden; het zijn er {given}", argument.unwrap_or_default())
        }
        ErrorKind::InvalidUtf8 => "de opdracht heeft tekens die geen UTF-8 zijn".to_owned(),
        _ => "de opdracht is niet te begrijpen".to_owned(),
    }
}

fn conflict(error: &Error<Dutch>, what: &str) -> String {
    let others: Vec<String> =
        strings(error, ContextKind::PriorArg).map(|other| format!("'{other}'")).collect();
    if others.is_empty() {
        format!("{what} gaat niet samen met iets anders dat er staat")
    } else if others == [what] {
        format!("{what} mag er maar één keer staan")
    } else {
        format!("{what} gaat niet samen met {}", others.join(" en "))
    }
}

/// What a value must be: a number within its bounds, or what the table says of this option or this kind of value.
fn form(error: &Error<Dutch>) -> Option<String> {
    let cause = error.source().map(ToString::to_string).unwrap_or_default();
    if let Some((least, most)) =
        cause.split_once(" is not in ").and_then(|(_, bounds)| bounds.split_once("..="))
    {
        return Some(format!("een heel getal van {least} tot en met {most}"));
    }
    let argument = strings(error, ContextKind::InvalidArg).next()?;
    let option = argument.split([' ', '=']).next().unwrap_or_default();
    // As it is shown: `--on <DATUM>`, `<KENMERK>`, or `[KENMERK]` where it may be left out.
    let name = argument.split(['<', '[']).nth(1).and_then(|rest| rest.split(['>', ']']).next());
    let forms = &TEXTS.words.forms;
    forms.get(option).or_else(|| forms.get(name?)).cloned()
}

/// What may have been meant. What the library suggests in an English sentence is known by what it quotes.
fn tips(error: &Error<Dutch>) -> Vec<String> {
    let mut tips = Vec::new();
    for kind in [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue] {
        let meant: Vec<String> = strings(error, kind).map(|one| format!("'{one}'")).collect();
        if !meant.is_empty() {
            tips.push(format!("bedoelt u {}?", meant.join(" of ")));
        }
    }
    if let Some(ContextValue::StyledStrs(suggestions)) = error.get(ContextKind::Suggested) {
        for suggestion in suggestions.iter().map(ToString::to_string) {
            let quoted: Vec<&str> = suggestion.split('\'').skip(1).step_by(2).collect();
            match (suggestion.split(' ').next(), quoted.as_slice()) {
                (Some("to"), [_, how]) => tips.push(format!("is het een waarde, schrijf dan '{how}'")),
                (Some("subcommand"), [command, dashes]) => {
                    tips.push(format!("'{command}' is een opdracht: laat '{dashes}' ervoor weg"));
                }
                (_, [other]) => tips.push(format!("'{other}' bestaat wel")),
                _ => {}
            }
        }
    }
    tips
}

fn choices(error: &Error<Dutch>, kind: ContextKind) -> String {
    let choices: Vec<&str> = strings(error, kind).collect();
    if choices.is_empty() { String::new() } else { format!("\n  [keuze: {}]", choices.join(", ")) }
}

fn quoted(error: &Error<Dutch>, kind: ContextKind) -> Option<String> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => Some(format!("'{text}'")),
        _ => None,
    }
}

fn strings(error: &Error<Dutch>, kind: ContextKind) -> impl Iterator<Item = &str> {
    let texts: &[String] = match error.get(kind) {
        Some(ContextValue::String(text)) => std::slice::from_ref(text),
        Some(ContextValue::Strings(texts)) => texts,
        _ => &[],
    };
    texts.iter().map(String::as_str)
}
