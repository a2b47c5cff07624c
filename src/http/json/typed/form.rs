//! In words, which form a member must have: what a person reads who wrote another.

const A_DAY: (&str, &str) =
    ("een datum als jjjj-mm-dd, zoals 2026-07-17", "a date as yyyy-mm-dd, such as 2026-07-17");

/// The form of the member that a pointer ends in, in Dutch and in English.
pub(super) fn form_of(pointer: &str) -> Option<(&'static str, &'static str)> {
    let name = pointer.rsplit('/').find(|step| !step.bytes().all(|byte| byte.is_ascii_digit()))?;
    Some(match name {
        "birthDate" => (
            "een datum als jjjj-mm-dd, met 00 voor een onbekende dag of maand, zoals 2007-11-03 of 2007-00-00",
            "a date as yyyy-mm-dd, with 00 for an unknown day or month, such as 2007-11-03 or 2007-00-00",
        ),
        "verblijf" | "municipality" | "gemeente" => (
            "de code van een gemeente: vier cijfers, zoals 0361",
            "the code of a municipality: four digits, such as 0361",
        ),
        "expires" | "validUntil" | "validFrom" | "at" => (
            "een tijdstip met tijdzone, zoals 2026-12-01T00:00:00Z",
            "an instant with its offset, such as 2026-12-01T00:00:00Z",
        ),
        "oin" => ("een OIN van 20 tekens", "an OIN of 20 positions"),
        "dataset" | "purpose" | "categories" | "omit" | "reason" => (
            "een code in kleine letters, cijfers en streepjes, zoals overgangsdocument",
            "a code in small letters, digits and hyphens, such as overgangsdocument",
        ),
        "basis" => (
            "de naam van een grondslag, zoals overgangsdocument.pro",
            "the name of a basis, such as overgangsdocument.pro",
        ),
        "sha256" | "digest" => ("64 hexadecimale cijfers", "64 hexadecimal digits"),
        "id" | "packet" | "request" | "replyTo" | "declaration" => {
            ("een kenmerk in kleine letters (UUID), zoals u het van de gateway kreeg", "a UUID in lower case")
        }
        "until" | "givenAt" | "overlegSchool" => A_DAY,
        _ if name.ends_with("Op") || name.ends_with("On") => A_DAY,
        _ => return None,
    })
}
