//! Words: everything that reads itself from a short text.

use std::{
    collections::BTreeSet,
    fmt::{Debug, Display},
    str::FromStr,
};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use sluis::{
    accesslog::entry::{Event, Outcome, PartName},
    crypto::envelope,
    domain::{
        age::BirthDate,
        code::{Category, DatasetCode, Grondslag, Municipality, Provision, Purpose},
        declaration::{Capacity, DeclarationKind, EvidenceKind},
        digest::Digest,
        id::{DeclarationId, NoticeId, PacketId, PersonId},
        oin::{Brin, Oin},
        party::{PartyId, Role},
        person::OwnReference,
        pgn::{Pgn, hides_a_pgn},
    },
    merkle::checkpoint::Origin,
    policy::{routes::RouteAction, whatif::Moment},
};

use super::{fixed, text};

/// One word per line; whether each line is a word of some type.
pub(super) fn words(bytes: &[u8]) -> bool {
    text(bytes).is_some_and(|text| text.split('\n').map(word).fold(true, |all, one| all & one))
}

fn word(line: &str) -> bool {
    assert!(line.parse::<Moment>().is_err() || line.as_bytes().get(4) == Some(&b'-'));
    if let Ok(action) = line.parse::<RouteAction>() {
        assert_eq!(action.as_str(), line);
    }
    drop(line.parse::<envelope::Identity>());
    let taken = [
        in_json::<Oin>(line),
        in_json::<Brin>(line),
        in_json::<Role>(line),
        printed::<PartyId>(line),
        in_json::<DatasetCode>(line),
        in_json::<Purpose>(line),
        in_json::<Category>(line),
        in_json::<Grondslag>(line),
        in_json::<Provision>(line),
        in_json::<Municipality>(line),
        in_json::<PacketId>(line),
        in_json::<DeclarationId>(line),
        in_json::<NoticeId>(line),
        in_json::<PersonId>(line),
        in_json::<DeclarationKind>(line),
        in_json::<Capacity>(line),
        in_json::<EvidenceKind>(line),
        in_json::<Event>(line),
        in_json::<Outcome>(line),
        in_json::<PartName>(line),
        printed::<Origin>(line),
        printed::<envelope::Recipient>(line),
        digest(line),
        pgn(line),
        birth_date(line),
        reference(line),
    ];
    finds_what_passes(line);
    taken.contains(&true)
}

/// What is printed is what was read.
fn printed<T: FromStr + Display>(line: &str) -> bool {
    line.parse::<T>().is_ok_and(|value| {
        assert_eq!(value.to_string(), line);
        true
    })
}

/// JSON takes exactly what the text form takes, and writes it back.
fn in_json<T: FromStr + DeserializeOwned + Serialize>(line: &str) -> bool {
    let from_json = serde_json::from_value::<T>(Value::from(line)).ok();
    assert_eq!(from_json.is_some(), line.parse::<T>().is_ok(), "JSON and text differ on {line:?}");
    from_json.is_some_and(|value| {
        assert_eq!(serde_json::to_value(value).unwrap(), line);
        true
    })
}

fn digest(line: &str) -> bool {
    line.parse::<Digest>().is_ok_and(|digest| {
        assert_eq!(digest.to_string(), line.to_ascii_lowercase());
        true
    })
}

/// Every value of a type shows the same.
fn is_hidden(value: &impl Debug, shown: &str) {
    assert_eq!(format!("{value:?}"), shown, "shows what it must not");
}

/// The weighted sum of nine digits: 9, 8, .. 2 and -1.
fn eleven_test(digits: &str) -> i64 {
    let weighted = digits.bytes().zip([9, 8, 7, 6, 5, 4, 3, 2, -1]);
    weighted.map(|(digit, weight)| i64::from(digit - b'0') * weight).sum::<i64>().rem_euclid(11)
}

/// A BSN, or an onderwijsnummer as they are given out.
fn is_plainly_a_pgn(digits: &str) -> bool {
    match eleven_test(digits) {
        0 => true,
        5 => digits.starts_with("10"),
        _ => false,
    }
}

fn pgn(line: &str) -> bool {
    line.parse::<Pgn>().is_ok_and(|pgn| {
        assert_eq!(pgn.expose(), line);
        assert!(line.len() == 9 && matches!(eleven_test(line), 0 | 5));
        assert_eq!(hides_a_pgn(line), is_plainly_a_pgn(line));
        is_hidden(&pgn, "Pgn(redacted)");
        true
    })
}

fn birth_date(line: &str) -> bool {
    let taken = line.parse::<BirthDate>().is_ok_and(|date| {
        assert_eq!(date.expose(), line);
        is_hidden(&date, "BirthDate(redacted)");
        let age = date.age_at(fixed::now());
        assert!(age.at_least <= age.at_most && age.at_most <= 150, "{age:?}");
        true
    });
    assert_eq!(taken, serde_json::from_value::<BirthDate>(Value::from(line)).is_ok());
    taken
}

fn reference(line: &str) -> bool {
    OwnReference::new(line).is_ok_and(|own| {
        let again = OwnReference::new(own.expose()).unwrap();
        assert_eq!(again.expose(), own.expose(), "one form, whichever way it is read");
        assert!((1..=64).contains(&line.chars().count()) && !line.chars().any(char::is_whitespace));
        assert!(!hides_a_pgn(line));
        is_hidden(&own, "OwnReference(redacted)");
        true
    })
}

/// `2025-2026-2`, `20252026-2`: two years in a row and one digit are no number of a person.
fn is_counted_in_a_school_year(groups: &[&str]) -> bool {
    let Some(([_], years)) = groups.split_last().map(|(last, years)| (last.as_bytes(), years.concat()))
    else {
        return false;
    };
    let year = |at: std::ops::Range<usize>| years.get(at).and_then(|digits| digits.parse::<u32>().ok());
    year(0..4).zip(year(4..8)).is_some_and(|(from, until)| from + 1 == until)
}

/// Nine digits that pass, in one piece or joined by one mark, are found whatever stands around them. An international
/// telephone number is the exception, and the seam of two numbers; so nothing is asked of a line with a plus, with digits
/// that begin with two zeros, or with twenty digits.
fn finds_what_passes(line: &str) {
    let may_be_dialled =
        line.contains('+') || line.split(|c: char| !c.is_ascii_digit()).any(|g| g.starts_with("00"));
    let may_be_two = line.chars().filter(char::is_ascii_digit).count() >= 20;
    if !line.is_ascii() || may_be_dialled || may_be_two {
        return;
    }
    for run in line.split(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | '-' | '/')) {
        let marks: BTreeSet<char> = run.chars().filter(|c| !c.is_ascii_digit()).collect();
        let groups: Vec<&str> = run.split(|c: char| !c.is_ascii_digit()).collect();
        let is_one_number = marks.len() <= 1 && groups.iter().all(|group| !group.is_empty());
        let is_one_number = is_one_number && !is_counted_in_a_school_year(&groups);
        if is_one_number && groups.concat().len() == 9 && is_plainly_a_pgn(&groups.concat()) {
            assert!(hides_a_pgn(line), "a number in {line:?} is not found");
        }
    }
}
