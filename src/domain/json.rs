//! JSON from outside, read strictly and in one way: what two readers could read differently is refused. Every text that
//! a caller, a file or another gateway hands over is read here, and nowhere else.

mod read;
mod wiped;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::problem::Fault;

pub use read::{DEPTH, read};
pub use wiped::{Wiped, wipe};

/// What Windows programs write before UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The document without the byte order mark before it, if there is one: who reads may pass over it (RFC 8259, section
/// 8.1). For what people and their programs write; a signed or sealed text has none.
#[must_use]
pub fn unmarked(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes)
}

/// Reads one JSON document into a type.
///
/// # Errors
/// As [`read()`], and one fault without a place for a document that is not of the type.
pub fn typed<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Box<Fault>> {
    serde_json::from_value(read(bytes)?).map_err(|_| {
        Box::new(Fault::at(
            "",
            "not-as-described",
            "Deze JSON heeft niet de vorm die hier hoort.",
            "This JSON does not have the form that is expected here.",
        ))
    })
}

/// Reads one JSON object.
///
/// # Errors
/// As [`typed`].
pub fn object(bytes: &[u8]) -> Result<serde_json::Map<String, Value>, Box<Fault>> {
    typed(bytes)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn code(text: &str) -> String {
        read(text.as_bytes()).expect_err(text).code.into_owned()
    }

    #[test]
    fn what_two_readers_could_read_differently_is_refused() {
        let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        for text in
            ["", "{", "{} {}", "{}x", "nul", "NaN", "[1,]", "1e999", "{'a':1}", "\"\\ud800\"", "\u{feff}{}"]
        {
            assert_eq!(code(text), "not-json", "{text}");
        }
        assert_eq!(code(r#"{"a":{"b":1,"\u0062":2}}"#), "duplicate-name");
        assert_eq!(code(r#"{"$serde_json::private::Number":"1"}"#), "reserved-name");
        assert_eq!(code(r#"["\u0000"]"#), "nul-character");
        assert_eq!(code(&deep(usize::from(DEPTH) + 1)), "too-deep");
        assert_eq!(code(&deep(100_000)), "too-deep");
        assert!(read(deep(usize::from(DEPTH)).as_bytes()).is_ok());
        assert!(read(&[b'"', 0xff, b'"']).is_err());
        let same = r#"{"a":[{"a":1},{"a":-2.5}],"b":"é","c":null,"d":true,"e":18446744073709551615}"#;
        assert_eq!(read(same.as_bytes()).unwrap(), serde_json::from_str::<Value>(same).unwrap());
    }

    #[test]
    fn a_fault_tells_the_line_and_nothing_of_the_text() {
        let fault = read(b"{\n \"Toby\": 1,\n \"Toby\": 2\n}").unwrap_err();
        assert!(fault.text.en.contains("line 3"), "{}", fault.text.en);
        assert!(!format!("{fault:?}").contains("Toby"));
        let fault = typed::<Vec<u8>>(b"[\"Toby\"]").unwrap_err();
        assert_eq!(fault.code, "not-as-described");
        assert!(!format!("{fault:?}").contains("Toby"));
    }

    #[test]
    fn a_member_is_taken_once_and_leaves_null() {
        let mut body = Wiped::new(json!({ "content": { "a": 1 }, "person": 2 }));
        let content = body.take("content").expect("content");
        assert_eq!(body.expose(), &json!({ "content": null, "person": 2 }));
        assert!(body.take("persons").is_none());
        assert!(content.into_members().is_ok_and(|members| members.len() == 1));
        assert!(Wiped::new(json!([1])).into_members().is_err());
    }
}
