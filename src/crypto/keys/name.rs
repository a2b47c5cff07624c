//! The name of a key (`kid`): it stands in the open header of every message that is sealed to the key, so it must not be
//! a way to write anything about a person.

use crate::domain::{pgn::hides_a_pgn, problem::Fault};

/// The longest label.
const LONGEST: usize = 32;
/// The years that keys are named after. Whoever was born in one of them is in no dataset yet.
const YEARS: std::ops::RangeInclusive<u16> = 2020..=2099;

/// Whether a `kid` may be published: the key's own thumbprint (RFC 7638), a UUID or digest in hexadecimal digits, or a
/// short label such as `2026-07-a`. A label has at most three digits, or a year from 2020 on and four more: no date of
/// birth fits in it. None holds what could be a BSN or an onderwijsnummer.
pub(super) fn is_plain(kid: &str, thumbprint: &str) -> bool {
    kid == thumbprint || (!hides_a_pgn(kid) && (is_hexadecimal(kid) || is_label(kid)))
}

fn is_hexadecimal(kid: &str) -> bool {
    let digits = kid.bytes().filter(|byte| *byte != b'-');
    matches!(kid.len(), 32 | 36 | 40 | 64)
        && digits.clone().count() >= 32
        && digits.clone().all(|byte| byte.is_ascii_hexdigit())
}

fn is_label(kid: &str) -> bool {
    let fits = kid.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'));
    let digits = kid.bytes().filter(u8::is_ascii_digit).count();
    let mut numbers = kid.split(|letter: char| !letter.is_ascii_digit());
    let has_year = numbers.any(|one| one.len() == 4 && one.parse().is_ok_and(|year| YEARS.contains(&year)));
    (1..=LONGEST).contains(&kid.len()) && fits && digits <= if has_year { 8 } else { 3 }
}

/// What is said of a name that could be about a person.
pub(super) fn unfit() -> Fault {
    Fault::at(
        "/kid",
        "key-id",
        "De naam van de sleutel is voor iedereen leesbaar. Laat hem weg, of gebruik de vingerafdruk (RFC 7638), een UUID of een korte naam zoals 2026-1; geen nummer, naam of geboortedatum van een persoon.",
        "Anybody can read the key's name. Leave it out, or use the thumbprint (RFC 7638), a UUID or a short name such as 2026-1; no number, name or date of birth of a person.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_nothing_of_a_person() {
        let thumbprint = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs";
        for kid in [
            thumbprint,
            "01980d5e-7d2a-7c3e-9b1f-0a4d5c6b7e8f",
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "2026-1",
            "2026-07-17",
            "school-2026-07.a",
            "enc_1",
            "k",
        ] {
            assert!(is_plain(kid, thumbprint), "{kid}");
        }
        for kid in [
            "",
            "999990019",
            "999-990-019",
            "99999.00.19",
            "k999990019",
            // As many digits as a digest or UUID has.
            "00000000000000000000000999990019",
            "00000000-0000-0000-0000-000999990019",
            "00000000-0000-0000-0000-000101234503",
            "Jan-Jansen-2007-11-03",
            "JanJansen20071103",
            "jansen-071103",
            "jansen-2007",
            "JanJansenGeborenTeAlkmaarOp3November2007Abcd",
            "two words",
            "https://school.example/sleutels/1",
            "sleutel@school.example",
            &"k".repeat(33),
            // Another key's thumbprint, or what looks like one.
            "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xt",
        ] {
            assert!(!is_plain(kid, thumbprint), "{kid}");
        }
    }
}
