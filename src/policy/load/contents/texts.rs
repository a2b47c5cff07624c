//! What is judged of every text in a content, whatever its schema says: whether it is data at all, and whether a number
//! of a person hides in it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{MAX_FAULTS, words::wrong_form};
use crate::{
    domain::{
        person::no_pgn,
        pgn::{Pgn, hides_a_pgn},
        problem::Fault,
        text::{
            Lines, NoData, may_have_lost_a_letter, no_data,
            turned::{is_day, is_shortened_number},
        },
    },
    policy::load::{
        days::{is_long_ago, long_ago},
        schema::{Shape, TOGETHER, form},
    },
};

/// A text that may be this long is prose.
const PROSE: u64 = 500;

/// The mark of a name of a person or a place.
const NAME: &str = "x-name";

/// Whether the schema marks a node.
fn is_marked(node: &Value, mark: &str) -> bool {
    node.get(mark) == Some(&Value::Bool(true))
}

impl Shape {
    /// Judges every text in a field that the schema knows. Where a text is no data, that says more than its form.
    pub(super) fn judge_texts(&self, value: &Value, root: &str, faults: &mut Vec<Fault>) {
        let mut found = Vec::new();
        self.texts(&self.schema, value, &mut root.to_owned(), &mut |at, text, node| {
            if found.len() < MAX_FAULTS {
                found.extend(judge(at, text, node));
            }
        });
        self.together(&self.schema, value, &mut root.to_owned(), &mut found);
        let no_data = found.iter().filter(|fault| fault.code != "hides-bsn");
        let no_data: BTreeSet<&str> = no_data.map(|fault| fault.pointer.as_str()).collect();
        faults.retain(|fault| !no_data.contains(fault.pointer.as_str()));
        faults.extend(found);
    }

    /// Visits every text in a field that the schema knows: where it stands, the text, and the schema of it.
    pub(super) fn texts(
        &self,
        node: &Value,
        value: &Value,
        at: &mut String,
        visit: &mut impl FnMut(&str, &str, &Value),
    ) {
        let resolved = self.resolve(node);
        match value {
            Value::String(text) => visit(at, text, resolved),
            Value::Array(_) | Value::Object(_) => {
                Self::below(resolved, value, at, &mut |node, value, at| self.texts(node, value, at, visit));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// The values below one that the schema knows. An unknown name is a fault of its own, and may not stand in a pointer.
    pub(super) fn below(
        resolved: &Value,
        value: &Value,
        at: &mut String,
        visit: &mut dyn FnMut(&Value, &Value, &mut String),
    ) {
        let length = at.len();
        match value {
            Value::Array(items) => {
                let below = resolved.get("items").unwrap_or(&Value::Null);
                for (index, item) in items.iter().enumerate() {
                    at.push('/');
                    at.push_str(&index.to_string());
                    visit(below, item, at);
                    at.truncate(length);
                }
            }
            Value::Object(members) => {
                for (name, member) in members {
                    Self::member(resolved, (name, member), at, visit);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    /// One member of an object, if the schema knows it.
    pub(super) fn member(
        parent: &Value,
        (name, member): (&str, &Value),
        at: &mut String,
        visit: &mut dyn FnMut(&Value, &Value, &mut String),
    ) {
        let Some(below) = parent.get("properties").and_then(|known| known.get(name)) else { return };
        let length = at.len();
        at.push('/');
        at.push_str(name);
        visit(below, member, at);
        at.truncate(length);
    }

    /// Looks for a number that is cut over members which belong together, such as a house number and its addition.
    fn together(&self, node: &Value, value: &Value, at: &mut String, faults: &mut Vec<Fault>) {
        let resolved = self.resolve(node);
        if let (Some(names), Value::Object(members)) =
            (resolved.get(TOGETHER).and_then(Value::as_array), value)
        {
            let texts = names.iter().filter_map(|name| members.get(name.as_str()?)?.as_str());
            let texts: Vec<&str> = texts.collect();
            let alone = texts.iter().any(|text| hides_a_pgn(text));
            if !alone && faults.len() < MAX_FAULTS && hides_a_pgn(&texts.join(" ")) {
                faults.push(hidden_pgn(at));
            }
        }
        Self::below(resolved, value, at, &mut |node, value, at| self.together(node, value, at, faults));
    }

    /// The schema of the value at a path of names and indexes.
    pub(super) fn node_at(&self, path: &str) -> &Value {
        let mut node = self.resolve(&self.schema);
        for step in path.split('/').skip(1) {
            let below = node.get("items").or_else(|| node.get("properties")?.get(step));
            node = self.resolve(below.unwrap_or(&Value::Null));
        }
        node
    }
}

fn judge(at: &str, text: &str, node: &Value) -> Option<Fault> {
    if is_marked(node, "x-pgn") {
        // What is not nine digits is told so by its pattern.
        let is_number = text.len() == 9 && text.bytes().all(|digit| digit.is_ascii_digit());
        return (is_number && text.parse::<Pgn>().is_err()).then(|| no_pgn(at));
    }
    let is_prose = node.get("maxLength").and_then(Value::as_u64).is_some_and(|most| most >= PROSE);
    let lines = if is_prose { Lines::Many } else { Lines::One };
    let is_telephone = is_marked(node, "x-telephone");
    if !is_telephone && hides_a_pgn(text) {
        return Some(hidden_pgn(at));
    }
    match no_data(text, lines) {
        // What a telephone number may begin with is its pattern's.
        Some(NoData::Formula) if is_telephone && !text.starts_with('=') => None,
        Some(why) => Some(no_data_at(at, why, node)),
        None if !is_prose && is_free(node) && (is_day(text) || is_shortened_number(text)) => Some(turned(at)),
        None if is_marked(node, NAME) => no_name(at, text, node),
        None => day_of_a_spreadsheet(at, text, node),
    }
}

/// Whether any text of its length may stand there: where a form is asked for, that says more.
fn is_free(node: &Value) -> bool {
    ["format", "pattern", "enum", "const"].iter().all(|name| node.get(name).is_none())
}

/// A day or a number that a spreadsheet made of what was typed.
fn turned(at: &str) -> Fault {
    Fault::at(
        at,
        "turned-by-a-spreadsheet",
        "Hier staat een datum of een ingekort getal. Een rekenblad maakt dat soms van een tekst: maak de cel op als tekst en vul haar opnieuw in.",
        "Here stands a date or a shortened number. A spreadsheet may make that of a text: format the cell as text and fill it again.",
    )
}

/// What is no name of a person or a place: no letter in it, or a question mark where a letter was.
fn no_name(at: &str, text: &str, node: &Value) -> Option<Fault> {
    if may_have_lost_a_letter(text) {
        return Some(no_data_at(at, NoData::WrongEncoding, node));
    }
    let is_name = text.trim() == "." || text.chars().any(char::is_alphabetic);
    if is_name && stands_for_a_name(text) {
        return Some(Fault::at(
            at,
            "wrong-form",
            "Hier hoort een naam. Een e-mailadres, een webadres, een puntkomma, een plaatje, opmaak van een webpagina, WAAR of \
             ONWAAR van een rekenblad, n.v.t. en idem zijn dat niet.",
            "What belongs here is a name. An e-mail address, a web address, a semicolon, a picture, mark-up of a web page, TRUE \
             or FALSE of a spreadsheet, n/a and idem are none.",
        ));
    }
    (!is_name).then(|| {
        Fault::at(
            at,
            "wrong-form",
            "Hier hoort een naam, met letters. Een rekenblad maakt van een tekst soms een getal of een datum: kijk de cel na.",
            "What belongs here is a name, with letters. A spreadsheet may turn a text into a number or a date: look at the cell.",
        )
    })
}

/// What a spreadsheet writes for yes and no, in Dutch, English, German and French: in capitals, and never otherwise.
const TRUTHS: [&str; 8] = ["WAAR", "ONWAAR", "TRUE", "FALSE", "WAHR", "FALSCH", "VRAI", "FAUX"];

/// What a program or a person writes in a field that nothing belongs in, as they write it.
const NOTHING: [&str; 3] = ["idem", "undefined", "[object Object]"];

/// What no name holds, or a spreadsheet and a form have in its place: the same for every part of a name. People are called
/// `True`, `Null` and `Faux`, and the register has names with `<` and `&`.
fn stands_for_a_name(text: &str) -> bool {
    let text = text.trim();
    let is_picture =
        |letter: char| matches!(letter, '\u{2600}'..='\u{27bf}' | '\u{fe0f}' | '\u{1f000}'..='\u{1faff}');
    let plain: String = text.chars().filter(|letter| !" ./".contains(*letter)).collect();
    // The register has names with a single `@` as well.
    let is_address =
        |word: &str| word.split_once('@').is_some_and(|(who, at)| !who.is_empty() && at.contains('.'));
    text.contains(';')
        || text.split_whitespace().any(is_address)
        || text.contains("://")
        || text.chars().any(is_picture)
        || is_marked_up(text)
        || TRUTHS.contains(&text)
        || NOTHING.contains(&text)
        || text.eq_ignore_ascii_case("n/a")
        || plain.eq_ignore_ascii_case("nvt")
}

/// Whether a mark of a web page is opened in a text and closed: `<b>Jan</b>`.
fn is_marked_up(text: &str) -> bool {
    let opened = text.split('<').skip(1).filter_map(|rest| Some(rest.split_once('>')?.0));
    opened.filter(|mark| !mark.is_empty()).any(|mark| text.contains(&format!("</{mark}>")))
}

fn no_data_at(at: &str, why: NoData, node: &Value) -> Fault {
    let (code, nl, en) = match why {
        NoData::Blank => (
            "missing-field",
            "Hier staat geen leesbaar teken. Vul het veld in, of laat het weg.",
            "There is no legible character here. Fill in the field, or leave it out.",
        ),
        NoData::Control => (
            "hidden-character",
            "Hier staat een teken dat niet te zien is of dat de leesrichting verandert. Typ de tekst opnieuw.",
            "There is a character here that cannot be seen or that changes the direction of reading. Type the text again.",
        ),
        NoData::SpreadsheetError => (
            "spreadsheet-error",
            "Hier staat een foutmelding van het rekenblad in plaats van een gegeven. Herstel de cel.",
            "Here stands an error of the spreadsheet instead of data. Mend the cell.",
        ),
        NoData::Formula => (
            "formula",
            "Hier staat een formule. Zet de uitkomst in de cel (kopiëren, plakken als waarde).",
            "Here stands a formula. Put its outcome in the cell (copy, paste as value).",
        ),
        NoData::WrongEncoding => (
            "wrong-encoding",
            "De letters met accenten zijn stuk. Bewaar het bestand als UTF-8 (in Excel: CSV UTF-8) en lever het opnieuw aan.",
            "The letters with accents are broken. Save the file as UTF-8 (in Excel: CSV UTF-8) and send it again.",
        ),
    };
    // A form that is known says more than that nothing is there.
    match (why, form(node)) {
        (NoData::Blank, Some(_)) => worded(at, wrong_form(node)),
        _ => Fault::at(at, code, nl, en),
    }
}

fn worded(at: &str, (code, text): (&'static str, crate::domain::problem::Bilingual)) -> Fault {
    Fault { text, ..Fault::at(at, code, "", "") }
}

/// A day so long ago that only a spreadsheet can mean it.
fn day_of_a_spreadsheet(at: &str, text: &str, node: &Value) -> Option<Fault> {
    let is_day = node.get("format").and_then(Value::as_str) == Some("date");
    let day = text.parse::<jiff::civil::Date>().ok().filter(|_| is_day)?;
    is_long_ago(day).then(|| long_ago(at))
}

fn hidden_pgn(at: &str) -> Fault {
    Fault::at(
        at,
        "hides-bsn",
        "Hier lijkt een burgerservicenummer of onderwijsnummer te staan. Dat mag niet mee; haal het weg.",
        "There seems to be a burgerservicenummer or onderwijsnummer here. It may not travel; remove it.",
    )
}
