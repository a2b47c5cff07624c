//! The test persons of the Dutch personal records database (BRP), as a sender would write them. For tests only.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

/// Where they come from, what the columns are and what was left out stands at the head of the file.
const FILE: &str = include_str!("../../tests/data/brp-testpersonen.csv");

/// One person, under the names that the register has for the columns.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TestPerson {
    /// Which persoonslijst of the set it is: no number of a person.
    pub(crate) persoonslijst: u16,
    pub(crate) voornamen: String,
    pub(crate) voorvoegsel: String,
    pub(crate) geslachtsnaam: String,
    geboortedatum: String,
    straatnaam: String,
    naam_openbare_ruimte: String,
    huisnummer: String,
    huisletter: String,
    toevoeging: String,
    aanduiding: String,
    postcode: String,
    pub(crate) woonplaats: String,
    locatie: String,
    land: String,
    regel1: String,
    regel2: String,
    regel3: String,
}

/// All of them, in the order of the register's file.
pub(crate) fn all() -> Vec<TestPerson> {
    let mut reader =
        csv::ReaderBuilder::new().delimiter(b';').comment(Some(b'#')).from_reader(FILE.as_bytes());
    reader.deserialize().map(|row| row.unwrap()).collect()
}

impl TestPerson {
    /// The date of birth with hyphens; zeros where nothing is known.
    pub(crate) fn birth_date(&self) -> String {
        match self.geboortedatum.as_str() {
            "" => "0000-00-00".to_owned(),
            date => {
                let (year, rest) = date.split_at(4);
                let (month, day) = rest.split_at(2);
                format!("{year}-{month}-{day}")
            }
        }
    }

    /// The members of a content that say who it is.
    pub(crate) fn identity(&self) -> Map<String, Value> {
        let mut members = given(&[
            ("voornamen", &self.voornamen),
            ("voorvoegsel", &self.voorvoegsel),
            ("achternaam", &self.geslachtsnaam),
        ]);
        members.insert("geboortedatum".to_owned(), json!(self.birth_date()));
        members
    }

    /// The address; two of them where the street has a short and a full name.
    pub(crate) fn addresses(&self) -> Vec<Value> {
        if self.land == "Onbekend" || (self.straatnaam == "." && self.huisnummer.is_empty()) {
            return vec![json!({ "onbekend": true })];
        }
        let streets = [&self.straatnaam, &self.naam_openbare_ruimte];
        let known = streets.iter().enumerate().filter(|(at, name)| *at == 0 || !name.is_empty());
        known.map(|(_, street)| self.address(street)).collect()
    }

    fn address(&self, street: &str) -> Value {
        let members = given(&[
            ("straat", street),
            ("huisnummer", &self.huisnummer),
            ("huisletter", &self.huisletter),
            ("toevoeging", &self.toevoeging),
            ("aanduiding", &self.aanduiding),
            ("postcode", &self.postcode),
            ("woonplaats", &self.woonplaats),
            ("locatiebeschrijving", &self.locatie),
            ("land", &self.land),
            ("regel1", &self.regel1),
            ("regel2", &self.regel2),
            ("regel3", &self.regel3),
        ]);
        Value::Object(members)
    }
}

/// What is not there is left out.
fn given(members: &[(&str, &str)]) -> Map<String, Value> {
    let there = members.iter().filter(|(_, text)| !text.is_empty());
    there.map(|(name, text)| ((*name).to_owned(), json!(text))).collect()
}

/// A name on a keyboard without accents. Written apart from what compares names, which is tested with it.
pub(crate) fn typed(name: &str) -> String {
    let mut plain = String::new();
    for letter in name.nfd().filter(|letter| !is_combining_mark(*letter)) {
        match letter {
            'Æ' | 'æ' => plain.push_str("ae"),
            'Œ' | 'œ' => plain.push_str("oe"),
            'Þ' | 'þ' => plain.push_str("th"),
            'ß' => plain.push_str("ss"),
            'Ø' | 'ø' => plain.push('o'),
            'Đ' | 'đ' | 'Ð' | 'ð' => plain.push('d'),
            'Ħ' | 'ħ' => plain.push('h'),
            'Ŧ' | 'ŧ' => plain.push('t'),
            'Ŋ' | 'ŋ' => plain.push('n'),
            'Ł' | 'ł' | 'Ŀ' | 'ŀ' => plain.push('l'),
            'ı' => plain.push('i'),
            'ĸ' => plain.push('k'),
            ascii => plain.push(ascii),
        }
    }
    assert!(plain.is_ascii(), "{plain}");
    plain
}
