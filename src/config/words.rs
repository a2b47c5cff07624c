//! What the reader of TOML says of a value, in Dutch.

/// The Dutch of what was expected; of what it does not know, that it was something else.
pub(super) fn in_dutch(message: &str) -> String {
    // `place: what` is how a section's own value is told.
    if let Some((place, what)) = message.split_once(": ").filter(|(place, _)| !place.contains(' ')) {
        return format!("{place}: {}", in_dutch(what));
    }
    if let Some(name) = message.strip_prefix("missing field ") {
        return format!("{name} ontbreekt");
    }
    if let Some(rest) = message.strip_prefix("unknown field ") {
        let (name, known) = rest.split_once(", expected ").unwrap_or((rest, ""));
        let known = known.trim_start_matches("one of ").replace(" or ", " en ");
        let known = if known.is_empty() { String::new() } else { format!("; bekend zijn {known}") };
        return format!("{name} is onbekend{known}");
    }
    match message.strip_prefix("expected ") {
        Some(expected) => format!("hier hoort {}", kind(expected)),
        None => "de waarde is niet te begrijpen".to_owned(),
    }
}

fn kind(expected: &str) -> String {
    let words = match expected {
        "a string" | "string" => "een tekst",
        "a boolean" | "bool" => "true of false",
        "a sequence" | "array" => "een lijst",
        "a map" | "table" => "een tabel",
        expected if expected.starts_with("struct ") => "een tabel",
        expected
            if expected.starts_with(['u', 'i'])
                && expected.bytes().skip(1).all(|byte| byte.is_ascii_alphanumeric()) =>
        {
            "een geheel getal"
        }
        expected if expected.starts_with("a nonzero") => "een getal groter dan nul",
        expected if expected.contains('`') => {
            return format!("een van {}", expected.trim_start_matches("one of ").replace(" or ", " en "));
        }
        _ => "iets anders",
    };
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_expected_is_told_in_dutch() {
        for (english, dutch) in [
            ("expected a string", "hier hoort een tekst"),
            ("expected u64", "hier hoort een geheel getal"),
            ("listen: expected a boolean", "listen: hier hoort true of false"),
            ("missing field `url`", "`url` ontbreekt"),
            (
                "unknown field `uri`, expected `url` or `file`",
                "`uri` is onbekend; bekend zijn `url` en `file`",
            ),
            ("unknown field `a`, expected one of `b`, `c`", "`a` is onbekend; bekend zijn `b`, `c`"),
            ("expected one of `text`, `json`", "hier hoort een van `text`, `json`"),
            ("something new", "de waarde is niet te begrijpen"),
        ] {
            assert_eq!(in_dutch(english), dutch);
        }
    }
}
