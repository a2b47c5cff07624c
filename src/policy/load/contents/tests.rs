use serde_json::{Value, json};

use super::*;
use crate::{
    domain::{party::Role, people},
    policy::{Engine, fixture::engine},
};

fn dataset(engine: &Engine) -> &Dataset {
    engine.catalogue().dataset(&"overgangsdocument".parse().unwrap()).unwrap()
}

/// The example with one member replaced, or removed when it is null.
fn faults(engine: &Engine, pointer: &str, value: Value) -> Vec<(String, String)> {
    let mut content = dataset(engine).example.clone();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = content.pointer_mut(parent).unwrap();
    match (parent, value) {
        (Value::Array(items), value) => items[name.parse::<usize>().unwrap()] = value,
        (Value::Object(members), Value::Null) => drop(members.remove(name)),
        (Value::Object(members), value) => drop(members.insert(name.to_owned(), value)),
        _ => panic!("{pointer}"),
    }
    told(engine, &content)
}

fn told(engine: &Engine, content: &Value) -> Vec<(String, String)> {
    let result = dataset(engine).validate(Plaintext::read(content.to_string().as_bytes()).unwrap());
    let Err(faults) = result else { return Vec::new() };
    faults.into_iter().map(|fault| (fault.pointer, fault.code.into_owned())).collect()
}

#[test]
fn the_example_is_right_and_says_what_it_holds() {
    let engine = engine();
    let example = Plaintext::read(dataset(engine).example.to_string().as_bytes()).unwrap();
    let contents = dataset(engine).validate(example).unwrap();
    assert!(contents.categories().contains(&"persoon".parse().unwrap()));
    assert!(contents.text("/persoon/achternaam").is_some());
    assert_eq!(contents.text("/persoon/onbekend"), None);
    assert_eq!(contents.text("persoon"), None);
    let shown = format!("{contents:?}");
    assert!(!shown.contains(contents.text("/persoon/achternaam").unwrap()), "{shown}");
}

#[test]
fn each_fault_has_a_place_and_a_code() {
    let engine = engine();
    let long = "x".repeat(5000);
    let many: Vec<Value> = vec![json!({ "werkgever": "Bakkerij Voorbeeld" }); 30];
    let cases = [
        (
            "/persoon",
            json!({ "geboortedatum": "2007-11-03" }),
            "/content/persoon/achternaam",
            "missing-field",
        ),
        ("/persoon/geboortedatum", json!(null), "/content/persoon/geboortedatum", "missing-field"),
        ("/persoon/achternaam", json!(7), "/content/persoon/achternaam", "wrong-type"),
        ("/persoon/achternaam", json!(long), "/content/persoon/achternaam", "too-long"),
        ("/persoon/achternaam", json!(""), "/content/persoon/achternaam", "missing-field"),
        ("/persoon/email", json!("geen adres"), "/content/persoon/email", "wrong-form"),
        ("/persoon/geboortedatum", json!("3 november"), "/content/persoon/geboortedatum", "wrong-form"),
        ("/persoon/geboortedatum", json!("2007-02-30"), "/content/persoon/geboortedatum", "no-such-day"),
        ("/persoon/geboortedatum", json!("2007-13-00"), "/content/persoon/geboortedatum", "no-such-day"),
        ("/traject/uitstroomdatum", json!("2026-02-30"), "/content/traject/uitstroomdatum", "no-such-day"),
        ("/traject/profiel", json!("piraat"), "/content/traject/profiel", "not-a-choice"),
        ("/traject/leerjaar", json!(99), "/content/traject/leerjaar", "too-large"),
        ("/traject/leerjaar", json!(0), "/content/traject/leerjaar", "too-small"),
        ("/stages", json!(many), "/content/stages", "too-many"),
        ("/stages/0", json!({ "werkgever": 1 }), "/content/stages/0/werkgever", "wrong-type"),
    ];
    for (at, value, pointer, code) in cases {
        let got = faults(engine, at, value);
        assert_eq!(got, [(pointer.to_owned(), code.to_owned())], "{at}");
    }
}

#[test]
fn an_unknown_name_is_never_repeated() {
    let engine = engine();
    for at in ["/geheim", "/persoon/geheim", "/stages/0/geheim", "/persoon/999990019"] {
        let got = faults(engine, at, json!({ "geheim": "999990019" }));
        let parent = at.rsplit_once('/').unwrap().0;
        assert_eq!(got, [(format!("/content{parent}"), "unknown-field".to_owned())], "{at}");
    }
}

#[test]
fn a_bsn_in_any_text_is_found() {
    let engine = engine();
    for (at, text) in [
        ("/persoon/achternaam", "Jansen 999990019"),
        ("/stages/0/werkgever", "9999.90.019"),
        ("/stages/0/werkgever", "1012.34.503"),
    ] {
        let got = faults(engine, at, json!(text));
        assert!(got.contains(&(format!("/content{at}"), "hides-bsn".to_owned())), "{at}: {got:?}");
    }
}

#[test]
fn all_faults_come_at_once() {
    let engine = engine();
    let mut content = dataset(engine).example.clone();
    content["persoon"]["achternaam"] = json!(7);
    content["persoon"]["email"] = json!("geen adres");
    content["school"] = json!({});
    content["extra"] = json!(1);
    content["stages"][0]["werkgever"] = json!("nummer 999990019");
    let got = told(engine, &content);
    assert_eq!(got.len(), 5, "{got:?}");
    let flood = json!({ "stages": vec![json!({}); 5000] });
    let told = told(engine, &flood);
    assert!((20..=MAX_FAULTS).contains(&told.len()), "{}", told.len());
    assert!(told.contains(&("/content/stages".to_owned(), "too-many".to_owned())), "{told:?}");
}

#[test]
fn what_is_no_object_is_refused() {
    let engine = engine();
    for (text, code) in [("[]", "wrong-type"), ("\"tekst\"", "wrong-type")] {
        let faults = dataset(engine).validate(Plaintext::read(text.as_bytes()).unwrap()).unwrap_err();
        assert!(faults.iter().any(|fault| fault.code == code && fault.pointer == ROOT), "{text}: {faults:?}");
    }
}

fn all(engine: &Engine) -> impl Iterator<Item = &Dataset> {
    engine.catalogue().datasets()
}

#[test]
fn a_name_has_letters_and_no_question_mark() {
    for dataset in all(engine()) {
        for (value, code) in [
            ("12345", "wrong-form"),
            ("3-5-2006", "turned-by-a-spreadsheet"),
            ("Andr?", "wrong-encoding"),
            ("Jansen ??", "wrong-encoding"),
        ] {
            for field in ["/persoon/achternaam", "/persoon/voornamen", "/persoon/voorvoegsel"] {
                let faults = said(dataset, field, &json!(value));
                assert_eq!(codes_of(&faults), [(format!("/content{field}").as_str(), code)], "{value}");
            }
        }
    }
    let verwijdering = engine().catalogue().dataset(&"verwijderingsmelding".parse().unwrap()).unwrap();
    for address in [json!({ "woonplaats": "1811" }), json!({ "land": "49" })] {
        let faults = said(verwijdering, "/persoon/adres", &address);
        assert_eq!(faults.iter().map(|fault| &*fault.code).collect::<Vec<_>>(), ["wrong-form"], "{address}");
    }
}

/// What is said of the example of a dataset with one value replaced.
fn said(dataset: &Dataset, pointer: &str, value: &Value) -> Vec<Fault> {
    let mut content = dataset.example.clone();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    content.pointer_mut(parent).unwrap()[name] = value.clone();
    dataset.validate(Plaintext::read(content.to_string().as_bytes()).unwrap()).err().unwrap_or_default()
}

fn codes_of(faults: &[Fault]) -> Vec<(&str, &str)> {
    faults.iter().map(|fault| (fault.pointer.as_str(), &*fault.code)).collect()
}

#[test]
fn what_is_plainly_no_data_is_refused_in_every_dataset() {
    let cases = [
        (json!(" "), "missing-field"),
        (json!("\u{200b}"), "missing-field"),
        (json!("#NAAM?"), "spreadsheet-error"),
        (json!("#N/B"), "spreadsheet-error"),
        (json!("########"), "spreadsheet-error"),
        (json!("=B2&\" \"&C2"), "formula"),
        (json!("@SOM(A1)"), "formula"),
        (json!("Jan\u{202e}nej"), "hidden-character"),
        (json!("Jan\nJansen"), "hidden-character"),
        (json!("JÃ¼rgen"), "wrong-encoding"),
        (json!("J?rgen"), "wrong-encoding"),
        (json!("J&uuml;rgen"), "wrong-encoding"),
        (json!("'#N/B"), "spreadsheet-error"),
        (json!("-A1"), "formula"),
        (json!("-1+1"), "formula"),
        (json!("＝A1"), "formula"),
        (json!("'=A1"), "formula"),
        (json!("{=A1}"), "formula"),
        (json!("1-jan"), "turned-by-a-spreadsheet"),
        (json!("jan-07"), "turned-by-a-spreadsheet"),
        (json!("1,23E+08"), "turned-by-a-spreadsheet"),
    ];
    for dataset in all(engine()) {
        for (value, code) in &cases {
            for field in ["/persoon/achternaam", "/persoon/voornamen", "/school/naam"] {
                let faults = said(dataset, field, value);
                assert_eq!(
                    codes_of(&faults),
                    [(format!("/content{field}").as_str(), *code)],
                    "{}",
                    dataset.code
                );
                let text = &faults[0].text;
                assert!(!text.nl.is_empty() && !text.en.is_empty());
            }
        }
    }
}

#[test]
fn a_fault_says_the_form_that_is_expected() {
    let verwijdering = engine().catalogue().dataset(&"verwijderingsmelding".parse().unwrap()).unwrap();
    for (field, value, code, form) in [
        ("/persoon/geboortedatum", "11 feb 2006", "wrong-form", "jjjj-mm-dd"),
        ("/persoon/geboortedatum", "11/02/2006", "wrong-form", "jjjj-mm-dd"),
        ("/persoon/geboortedatum", "38759", "wrong-form", "jjjj-mm-dd"),
        ("/persoon/geboortedatum", "1900-01-01", "implausible-day", "rekenblad"),
        ("/verwijdering/datum", "1900-01-01", "implausible-day", "rekenblad"),
        ("/verwijdering/datum", "1899-12-30", "implausible-day", "rekenblad"),
        ("/verwijdering/datum", "0-1-1900", "wrong-form", "jjjj-mm-dd"),
        ("/persoon/adres/postcode", "1703cd", "wrong-form", "twee hoofdletters"),
        ("/persoon/adres/postcode", "47533", "wrong-form", "buitenland"),
        ("/persoon/adres/huisnummer", "3B", "wrong-form", "alleen het getal"),
        ("/persoon/telefoon", "612345678", "wrong-form", "tien cijfers"),
        ("/persoon/telefoon", "06-123456", "wrong-form", "tien cijfers"),
        ("/persoon/telefoon", "0612345", "wrong-form", "tien cijfers"),
        ("/persoon/telefoon", "06 1234567", "wrong-form", "tien cijfers"),
        ("/persoon/telefoon", "06 123456789", "wrong-form", "tien cijfers"),
        ("/persoon/telefoon", "0612345678901234", "wrong-form", "tien cijfers"),
        ("/persoon/telefoon", "+31 6 1234567", "wrong-form", "+31 en negen cijfers"),
        ("/persoon/telefoon", "0031 6 123456789", "wrong-form", "+31 en negen cijfers"),
        ("/persoon/telefoon", "+49 28 123", "wrong-form", "8 tot 15 cijfers"),
        ("/persoon/telefoon", "+49 2821 123456789012", "wrong-form", "8 tot 15 cijfers"),
        ("/persoon/telefoon", "0800-1234", "wrong-form", "tien cijfers"),
        ("/persoon/telefoon", "14 072", "wrong-form", "tien cijfers"),
        ("/persoon/telefoon", "112", "wrong-form", "tien cijfers"),
        // A BSN with a zero before it: no telephone number begins like this.
        ("/persoon/telefoon", "0999990019", "wrong-form", "tien cijfers"),
        // Passes the 11-test: still a telephone number that lost its zero.
        ("/persoon/telefoon", "612345674", "wrong-form", "tien cijfers"),
        ("/school/email", "M. Jansen <stage@praktijkschool.example>", "wrong-form", "zonder naam"),
        ("/school/email", "stage@praktijkschool", "wrong-form", "alleen een adres"),
        ("/school/email", "stage@[192.0.2.1]", "wrong-form", "alleen een adres"),
        ("/school/email", "stage@192.0.2.1", "wrong-form", "alleen een adres"),
        ("/school/email", "stage@school.12", "wrong-form", "alleen een adres"),
        ("/school/brin", "9ZZ", "wrong-form", "twee cijfers"),
        ("/school/soort", "vso", "not-a-choice", "praktijkonderwijs"),
    ] {
        let faults = said(verwijdering, field, &json!(value));
        assert_eq!(codes_of(&faults), [(format!("/content{field}").as_str(), code)], "{value}");
        assert!(faults[0].text.nl.contains(form), "{value}: {}", faults[0].text.nl);
    }
}

#[test]
fn telephone_numbers_and_addresses_as_people_write_them_pass() {
    let verwijdering = engine().catalogue().dataset(&"verwijderingsmelding".parse().unwrap()).unwrap();
    for number in [
        "0612345678",
        "06-12345678",
        "072 5550100",
        "(072) 555 01 00",
        "+31 6 12345678",
        "+31 (0)6 12345674",
        "0031612345678",
        "+49 2821 123456",
        "072/5550100",
        "06 - 12 34 56 78",
        "088-1234567",
        "0229 123456",
        "(+31) 6 12345678",
        "+352 123456",
        "+1 (212) 555-0100",
        "+32 2 5550100",
        // What a word processor or a web page makes of a blank and a hyphen.
        "06\u{a0}12345678",
        "072\u{202f}555\u{2007}01\u{a0}00",
        "06\u{2013}12345678",
        "06\u{2011}12345678",
        "+31\u{a0}6\u{2009}12345678",
        " 0612345678",
        "0612345678\u{a0}",
    ] {
        assert_eq!(codes_of(&said(verwijdering, "/persoon/telefoon", &json!(number))), [], "{number}");
    }
    for postcode in
        ["1811\u{a0}AB", "1811\u{202f}AB", "1811\u{2007}AB", " 1811 AB", "1811AB\u{a0}", "1811 AB "]
    {
        let faults = said(verwijdering, "/persoon/adres/postcode", &json!(postcode));
        assert_eq!(codes_of(&faults), [], "{postcode:?}");
    }
    for address in ["stage@praktijkschool.example", "j.o'neill+stage@a-b.school.example"] {
        assert_eq!(codes_of(&said(verwijdering, "/school/email", &json!(address))), [], "{address}");
    }
}

#[test]
fn a_name_that_is_plainly_none_is_refused_in_every_part_of_it() {
    let parts = ["/persoon/voornamen", "/persoon/voorvoegsel", "/persoon/achternaam"];
    let profiel = engine().catalogue().dataset(&"uitstroomprofiel".parse().unwrap()).unwrap();
    for name in [
        "m.jansen@school.example",
        "https://school.example",
        "Jansen; Piet",
        "Jansen 🙂",
        "WAAR",
        "ONWAAR",
        "n.v.t.",
        " N.V.T ",
        "nvt",
        "TRUE",
        "FALSE",
        "WAHR",
        "FAUX",
        "N/A",
        "idem",
        "undefined",
        "<b>Jan</b>",
    ] {
        for part in parts {
            let faults = said(profiel, part, &json!(name));
            assert_eq!(codes_of(&faults), [(format!("/content{part}").as_str(), "wrong-form")], "{name}");
            assert!(faults[0].text.nl.contains("een naam"), "{name}: {}", faults[0].text.nl);
        }
    }
    // The last is in the register.
    for name in [
        "Null",
        "True",
        "False",
        "Waard",
        "de Waar-Jansen",
        "Nvta",
        "O'Neill",
        ".",
        "Waar",
        "Faux",
        "Idema",
        "Na",
        "<Onbekend> & </Onbemind>",
    ] {
        for part in parts {
            assert_eq!(codes_of(&said(profiel, part, &json!(name))), [], "{name}");
        }
    }
}

#[test]
fn a_number_is_found_over_house_number_and_addition() {
    let verwijdering = engine().catalogue().dataset(&"verwijderingsmelding".parse().unwrap()).unwrap();
    let address = json!({ "straat": "Kadelaan", "huisnummer": "99999", "toevoeging": "0019" });
    let faults = said(verwijdering, "/persoon/adres", &address);
    assert_eq!(codes_of(&faults), [("/content/persoon/adres", "hides-bsn")]);
}

#[test]
fn dates_with_a_digit_behind_them_travel_in_prose() {
    let profiel = engine().catalogue().dataset(&"uitstroomprofiel".parse().unwrap()).unwrap();
    for text in [
        "Stage vanaf 05-02-2026 3 uur per dag.",
        "Schooljaar 2025-2026 2 dagen",
        "Bel 072-5550100, 06-12345678",
        "Stage 10 11 2025 4",
        "14 02 2027 6 uur per dag",
    ] {
        assert_eq!(codes_of(&said(profiel, "/ondersteuningswens/toelichting", &json!(text))), [], "{text}");
    }
}

/// Kinds of names, births and places that the register (BRP) holds; each with each.
#[test]
fn what_the_register_holds_passes_in_every_dataset() {
    let names = [
        json!({ "voornamen": "Sem", "achternaam": "Voorbeeld" }),
        json!({ "achternaam": "Arundati" }),
        json!({ "voornamen": "Arundati" }),
        json!({ "voornamen": ".", "achternaam": "Voorbeeld" }),
        json!({ "voornamen": "Sem", "achternaam": "." }),
        json!({ "voornamen": "Theo Philip IJsbrand", "voorvoegsel": "in het", "achternaam": "Veld" }),
        json!({ "voornamen": "Anne-Fleur Belle", "voorvoegsel": "'t", "achternaam": "Hooft van Iddekinge" }),
        json!({ "voornamen": "Guîllaumé", "achternaam": "d’Hont-Béamont" }),
        json!({ "voornamen": "Łucja Đorđe Þóra", "achternaam": "Wróbelska-Łoś" }),
        json!({ "voornamen": "Cornelia Wilhelmina ".repeat(10), "achternaam": "Achternaam".repeat(20) }),
        json!({ "voornamen": "Chr. M.", "achternaam": "Nguyễn Thị" }),
        json!({ "voornamen": "Jan 2", "achternaam": "Voorbeeld III" }),
    ];
    let births = ["2006-02-11", "2006-02-00", "2006-00-00", "0000-00-00", "1920-02-29"];
    let places = [
        json!({ "straat": "Kadelaan", "huisnummer": "3", "postcode": "1811CD", "woonplaats": "Alkmaar" }),
        json!({ "straat": "Kadelaan", "huisnummer": "1485", "huisletter": "a", "toevoeging": "III", "postcode": "1811 CD" }),
        json!({ "straat": "Kadelaan", "huisnummer": "21", "aanduiding": "to" }),
        json!({ "straat": "Kadelaan", "woonplaats": "'s-Gravenhage" }),
        json!({ "straat": ".", "huisnummer": "0" }),
        json!({ "straat": "1e Jan van der Heijdenstraat 2e gedeelte", "huisnummer": "99999" }),
        json!({ "postcode": "1811 CD", "huisnummer": "3" }),
        json!({ "woonplaats": "Alkmaar" }),
        json!({ "locatiebeschrijving": "Woonboot tegenover de Kade 30, naast de sluis" }),
        json!({ "land": "Duitsland", "regel1": "Dorfstrasse 4", "regel2": "47533 Kleve", "regel3": "Kreis Kleve" }),
        json!({ "land": "België" }),
        json!({ "onbekend": true }),
    ];
    let mut passed = 0;
    for dataset in all(engine()) {
        let people = names.iter().flat_map(|name| births.iter().map(move |born| (name, born)));
        for (name, born, place) in
            people.flat_map(|(name, born)| places.iter().map(move |place| (name, born, place)))
        {
            let mut content = dataset.example.clone();
            let person = content["persoon"].as_object_mut().unwrap();
            for part in ["voornamen", "voorvoegsel", "achternaam"] {
                person.remove(part);
            }
            person.extend(name.as_object().unwrap().clone());
            person.insert("geboortedatum".to_owned(), json!(born));
            let at = if person.contains_key("woonplaats") { "contact" } else { "persoon" };
            content[at]["adres"] = place.clone();
            assert_eq!(told_of(dataset, &content), Vec::<(String, String)>::new(), "{name} {born} {place}");
            passed += 1;
        }
    }
    assert_eq!(passed, 4 * names.len() * births.len() * places.len());
}

/// The persons that the keeper of the register invented to show what it may hold. What does not pass is no date of a birth
/// that the acts reach: before 1901, and a day in an unknown month, which the register does not allow either.
#[test]
fn the_test_persons_of_the_register_pass_in_every_dataset() {
    const BORN_BEFORE_1901: [u16; 5] = [523, 527, 536, 545, 579];
    const DAY_WITHOUT_MONTH: [u16; 1] = [780];
    let people = people::all();
    assert_eq!(people.len(), 687);
    let why =
        |code: &'static str| BTreeSet::from([("/content/persoon/geboortedatum".to_owned(), code.to_owned())]);
    let expected: BTreeMap<u16, _> = BORN_BEFORE_1901
        .map(|list| (list, why("implausible-day")))
        .into_iter()
        .chain(DAY_WITHOUT_MONTH.map(|list| (list, why("no-such-day"))))
        .collect();
    for dataset in all(engine()) {
        let mut refused = BTreeMap::new();
        for person in &people {
            let contents =
                person.addresses().into_iter().map(|address| content_about(dataset, person, address));
            let faults: BTreeSet<_> = contents.flat_map(|content| told_of(dataset, &content)).collect();
            if !faults.is_empty() {
                refused.insert(person.persoonslijst, faults);
            }
        }
        assert_eq!(refused, expected, "{}", dataset.code);
        assert_eq!(people.len() - refused.len(), 681, "{}", dataset.code);
    }
}

/// The example of a dataset, about another person.
fn content_about(dataset: &Dataset, person: &people::TestPerson, address: Value) -> Value {
    let mut content = dataset.example.clone();
    let about = content["persoon"].as_object_mut().unwrap();
    for part in ["voornamen", "voorvoegsel", "achternaam"] {
        about.remove(part);
    }
    about.extend(person.identity());
    let has_place = about.remove("woonplaats").is_some();
    if has_place && !person.woonplaats.is_empty() {
        about.insert("woonplaats".to_owned(), json!(person.woonplaats));
    }
    content[if has_place { "contact" } else { "persoon" }]["adres"] = address;
    content
}

fn told_of(dataset: &Dataset, content: &Value) -> Vec<(String, String)> {
    let result = dataset.validate(Plaintext::read(content.to_string().as_bytes()).unwrap());
    let Err(faults) = result else { return Vec::new() };
    faults.into_iter().map(|fault| (fault.pointer, fault.code.into_owned())).collect()
}

/// What a content says again of the person may not be something else: both places are named.
#[test]
fn a_content_that_contradicts_a_fact_is_told_with_both_places() {
    let today = jiff::civil::date(2026, 11, 2);
    let told = |name: &str, change: &dyn Fn(&mut Value), fact: (&str, Value), sender: Role| {
        let dataset = engine().catalogue().dataset(&name.parse().unwrap()).unwrap();
        let mut content = dataset.example.clone();
        change(&mut content);
        let mut person = json!({ "birthDate": "2006-02-11", "verblijf": "0361", "ingeschreven": false });
        person[fact.0] = fact.1;
        let person = serde_json::from_value(person).unwrap();
        let contents = dataset.validate(Plaintext::read(content.to_string().as_bytes()).unwrap()).unwrap();
        let faults = dataset.contradicted_facts(&contents, &person, sender, today);
        faults.into_iter().map(|fault| fault.pointer).collect::<Vec<_>>()
    };
    let as_it_is = |_: &mut Value| {};
    let pro = Role::ProSchool;
    for (dataset, fact, same, other, member) in [
        (
            "verwijderingsmelding",
            "verwijderdOp",
            json!("2026-02-09"),
            json!("2026-02-08"),
            "/content/verwijdering/datum",
        ),
        ("overgangsdocument", "profiel", json!("arbeid"), json!("dagbesteding"), "/content/traject/profiel"),
        ("verzoek-voortzetting", "profiel", json!("arbeid"), json!("onderwijs"), "/content/traject/profiel"),
        ("uitstroomprofiel", "profiel", json!("arbeid"), json!("onderwijs"), "/content/profiel/profiel"),
        ("uitstroomprofiel", "leerplichtig", json!(true), json!(false), "/content/leerplicht/leerplichtig"),
    ] {
        let example = engine().catalogue().dataset(&dataset.parse().unwrap()).unwrap().example.clone();
        let sender = match example["school"]["soort"].as_str() {
            Some("mbo") => Role::MboSchool,
            Some("voortgezet-speciaal-onderwijs") => Role::VsoSchool,
            _ => pro,
        };
        let set = |content: &mut Value| {
            let path = member.strip_prefix("/content").unwrap();
            *content.pointer_mut(path).unwrap() = same.clone();
        };
        assert!(told(dataset, &set, (fact, same.clone()), sender).is_empty(), "{dataset} {fact}");
        let both = [member.to_owned(), format!("/person/{fact}")];
        assert_eq!(told(dataset, &set, (fact, other), sender), both, "{dataset}");
        // What is not asserted contradicts nothing.
        assert!(told(dataset, &set, ("startkwalificatie", json!(false)), sender).is_empty(), "{dataset}");
    }
    // Learning in practice is work; the kind of school is that of who sends.
    let practice = |content: &mut Value| content["traject"]["profiel"] = json!("praktijkleren");
    assert!(told("overgangsdocument", &practice, ("profiel", json!("arbeid")), pro).is_empty());
    let other_school = |content: &mut Value| content["school"]["soort"] = json!("mbo");
    assert_eq!(
        told("overgangsdocument", &other_school, ("gediplomeerd", json!(true)), pro),
        ["/content/school/soort"]
    );
    // The day of leaving; who is enrolled again left once before.
    let leaves = |content: &mut Value| content["traject"]["uitstroomdatum"] = json!("2026-07-17");
    let left = ("verlatenOp", json!("2026-07-16"));
    let both = ["/content/traject/uitstroomdatum", "/person/verlatenOp"];
    assert_eq!(told("overgangsdocument", &leaves, left, pro), both);
    // A diploma with the day of the diploma, or none that says another day.
    let diploma = |day: &'static str| {
        move |content: &mut Value| {
            content["certificaten"] = json!([{ "naam": "Entree", "soort": "diploma", "behaaldOp": day },
                { "naam": "VCA", "soort": "certificaat", "behaaldOp": "2026-01-05" }]);
        }
    };
    let graduated = || ("gediplomeerdOp", json!("2026-06-30"));
    assert!(told("overgangsdocument", &diploma("2026-06-30"), graduated(), pro).is_empty());
    let both = ["/content/certificaten", "/person/gediplomeerdOp"];
    assert_eq!(told("overgangsdocument", &diploma("2026-06-29"), graduated(), pro), both);
    let none = |content: &mut Value| drop(content.as_object_mut().unwrap().remove("certificaten"));
    assert!(told("overgangsdocument", &none, graduated(), pro).is_empty());
    assert!(told("overgangsdocument", &as_it_is, ("verwijderdOp", json!("2026-01-01")), pro).is_empty());
}

/// What the checks of a content know: today, the date of birth, and what is asserted beside it.
fn judged(
    dataset: &Dataset,
    content: &Value,
    today: &str,
    born: &str,
    asserted: Value,
) -> Vec<(String, String)> {
    let contents = dataset.validate(Plaintext::read(content.to_string().as_bytes()).unwrap()).unwrap();
    let (birth, asserted) = (born.parse().unwrap(), serde_json::from_value(asserted).unwrap());
    let known = days::KnownOfPerson { today: today.parse().unwrap(), birth: &birth, asserted: &asserted };
    let faults = dataset.impossible(&contents, known);
    faults.into_iter().map(|fault| (fault.pointer, fault.code.into_owned())).collect()
}

fn named(code: &str) -> &'static Dataset {
    engine().catalogue().dataset(&code.parse().unwrap()).unwrap()
}

fn with(dataset: &Dataset, pointer: &str, value: Value) -> Value {
    let mut content = dataset.example.clone();
    let (object, name) = pointer.rsplit_once('/').unwrap();
    content.pointer_mut(object).unwrap()[name] = value;
    content
}

#[test]
fn days_that_contradict_are_named() {
    let verwijdering = named("verwijderingsmelding");
    for (today, born, left, code) in [
        ("2026-11-01", "2006-02-11", "2026-02-09", None),
        ("2026-02-08", "2006-02-11", "2026-02-09", Some("future-day")),
        ("2026-11-01", "2026-02-10", "2026-02-09", Some("before-birth")),
        ("2026-11-01", "2022-02-10", "2026-02-09", Some("before-school-age")),
        ("2026-11-01", "2022-02-09", "2026-02-09", None),
        ("2026-11-01", "2006-02-11", "2026-02-08", Some("contradicting-days")),
    ] {
        let faults = judged(verwijdering, &verwijdering.example, today, born, json!({ "verlatenOp": left }));
        let place = "/content/verwijdering/datum".to_owned();
        let expected: Vec<_> = code.map(|code| (place, code.to_owned())).into_iter().collect();
        assert_eq!(faults, expected, "{today} {born} {left}");
    }
}

#[test]
fn the_day_of_leaving_is_asked_only_of_who_has_left() {
    for code in ["verzoek-voortzetting", "overgangsdocument"] {
        let dataset = named(code);
        let mut content = dataset.example.clone();
        content["traject"] = json!({ "opleiding": "Assistent logistiek" });
        let told = |asserted| judged(dataset, &content, "2026-11-01", "2006-02-11", asserted);
        let missing = [("/content/traject/uitstroomdatum".to_owned(), "missing-field".to_owned())];
        assert_eq!(told(json!({ "ingeschreven": true })), []);
        assert_eq!(told(json!({ "ingeschreven": false })), missing);
        assert_eq!(told(json!({})), missing);
        // Something stands there all the same.
        content["traject"] = json!({ "leerjaar": 3 });
        let faults = said(dataset, "/traject", &content["traject"]);
        assert_eq!(codes_of(&faults), [("/content/traject/uitstroomdatum", "missing-field")]);
    }
}

#[test]
fn what_a_content_says_and_cannot_be_is_named() {
    let (profile, document) = (named("uitstroomprofiel"), named("overgangsdocument"));
    for (dataset, pointer, day, born, code) in [
        (document, "/stages/0/einde", "2025-08-31", "2006-02-11", Some("contradicting-days")),
        (document, "/stages/0/einde", "9999-12-31", "2006-02-11", Some("implausible-day")),
        (document, "/stages/0/einde", "2036-11-01", "2006-02-11", None),
        (document, "/stages/0/einde", "2036-11-02", "2006-02-11", Some("implausible-day")),
        (document, "/traject/uitstroomdatum", "2012-02-10", "2008-02-11", Some("before-school-age")),
        (document, "/traject/uitstroomdatum", "2012-02-11", "2008-02-11", None),
        (profile, "/uitstroom/verwachtOp", "2020-01-01", "2010-02-11", Some("contradicting-days")),
        (profile, "/uitstroom/verwachtOp", "2026-02-08", "2010-02-11", Some("contradicting-days")),
        (profile, "/uitstroom/verwachtOp", "2026-02-09", "2010-02-11", None),
        (profile, "/leerplicht/tot", "2028-02-11", "2010-02-11", None),
        (profile, "/leerplicht/tot", "2028-02-12", "2010-02-11", Some("contradicts-age")),
        (profile, "/leerplicht/tot", "2028-12-31", "2010-00-00", None),
        (profile, "/leerplicht/tot", "2026-10-31", "2010-02-11", Some("contradicting-days")),
    ] {
        let content = with(dataset, pointer, json!(day));
        let faults = judged(dataset, &content, "2026-11-01", born, json!({}));
        let expected: Vec<_> =
            code.map(|code| (format!("/content{pointer}"), code.to_owned())).into_iter().collect();
        assert_eq!(faults, expected, "{pointer} {day}");
    }
    let duty = with(profile, "/leerplicht", json!({ "leerplichtig": true }));
    let grown_up = [("/content/leerplicht/leerplichtig".to_owned(), "contradicts-age".to_owned())];
    assert_eq!(judged(profile, &duty, "2026-11-01", "2008-11-01", json!({})), grown_up);
    assert_eq!(judged(profile, &duty, "2026-11-01", "2008-11-02", json!({})), []);
    let ended = with(profile, "/leerplicht", json!({ "leerplichtig": false, "tot": "2026-11-02" }));
    let ahead = [("/content/leerplicht/tot".to_owned(), "contradicting-days".to_owned())];
    assert_eq!(judged(profile, &ended, "2026-11-01", "2010-02-11", json!({})), ahead);
    let offered = json!({ "aangeboden": false, "aangebodenOp": "2026-05-01", "gebruikt": true });
    let offered = with(document, "/traject/loopbaanbegeleiding", offered);
    let beside = |name: &str| {
        (format!("/content/traject/loopbaanbegeleiding/{name}"), "contradicting-days".to_owned())
    };
    assert_eq!(
        judged(document, &offered, "2026-11-01", "2006-02-11", json!({})),
        [beside("aangebodenOp"), beside("gebruikt")]
    );
}

/// What was begun after leaving is told all the same: experience of work counts from whenever it is.
#[test]
fn what_is_yet_to_come_does_not_come_after_leaving() {
    let (profile, document, removal) =
        (named("uitstroomprofiel"), named("overgangsdocument"), named("verwijderingsmelding"));
    let left = json!({ "verlatenOp": "2026-07-17" });
    let leaves = json!({ "ingeschreven": true, "verlatenOp": "2027-07-16" });
    let again = json!({ "ingeschreven": true, "verlatenOp": "2026-02-01" });
    let (begin, expected) = ("/stages/0/begin", "/uitstroom/verwachtOp");
    for (dataset, pointer, day, asserted, is_right) in [
        (document, begin, "2034-09-01", &left, false),
        (document, begin, "2026-11-02", &left, false),
        (document, begin, "2026-09-01", &left, true),
        (document, begin, "2027-02-01", &leaves, true),
        (document, begin, "2027-09-01", &leaves, false),
        (document, begin, "2027-02-01", &again, true),
        (document, begin, "2027-02-01", &json!({}), true),
        // A pupil may leave before the day that was expected.
        (profile, expected, "2027-07-16", &left, true),
        (profile, expected, "2027-07-16", &leaves, true),
        (profile, expected, "2027-07-16", &again, true),
        (removal, "/verwijdering/datum", "2026-02-09", &again, true),
    ] {
        let mut content = with(dataset, pointer, json!(day));
        if pointer == begin {
            content["stages"][0].as_object_mut().unwrap().remove("einde");
        }
        let faults = judged(dataset, &content, "2026-11-01", "2010-02-11", asserted.clone());
        let wrong = (format!("/content{pointer}"), "contradicting-days".to_owned());
        assert_eq!(faults, if is_right { vec![] } else { vec![wrong] }, "{pointer} {day} {asserted}");
    }
}

#[test]
fn a_number_in_the_content_passes_the_eleven_test_too() {
    let report = named("verwijderingsmelding");
    let codes = |number: &str| {
        let content = with(report, "/nummer/persoonsgebondenNummer", json!(number));
        let read = report.validate(Plaintext::read(content.to_string().as_bytes()).unwrap());
        read.err()
            .map(|faults| codes_of(&faults).iter().map(|(_, code)| (*code).to_owned()).collect::<Vec<_>>())
    };
    for wrong in ["000000000", "123456789", "111111111"] {
        assert_eq!(codes(wrong), Some(vec!["invalid-pgn".to_owned()]), "{wrong}");
    }
    assert_eq!(codes("999990019"), None);
}
