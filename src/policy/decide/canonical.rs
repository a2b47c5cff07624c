//! Canonical JSON, written into memory that is reserved beforehand: nothing is left behind by growing.

use serde_json::Value;

/// Writes a value as canonical JSON: names in byte order, no white space, the shortest escapes. It never takes more than
/// [`room`].
pub fn write(value: &Value, into: &mut Vec<u8>) {
    match value {
        Value::Object(members) => {
            let mut sorted: Vec<(&str, &Value)> =
                members.iter().map(|(name, value)| (name.as_str(), value)).collect();
            sorted.sort_by_key(|(name, _)| *name);
            object(sorted.into_iter(), into);
        }
        Value::Array(items) => {
            into.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    into.push(b',');
                }
                write(item, into);
            }
            into.push(b']');
        }
        Value::String(text) => string(text, into),
        Value::Null | Value::Bool(_) | Value::Number(_) => {
            into.extend_from_slice(value.to_string().as_bytes());
        }
    }
}

pub(in crate::policy) fn object<'a>(members: impl Iterator<Item = (&'a str, &'a Value)>, into: &mut Vec<u8>) {
    into.push(b'{');
    for (index, (name, value)) in members.enumerate() {
        if index > 0 {
            into.push(b',');
        }
        string(name, into);
        into.push(b':');
        write(value, into);
    }
    into.push(b'}');
}

/// The two characters that must be escaped, control characters, and nothing else.
fn string(text: &str, into: &mut Vec<u8>) {
    into.push(b'"');
    for byte in text.bytes() {
        match byte {
            b'"' => into.extend_from_slice(b"\\\""),
            b'\\' => into.extend_from_slice(b"\\\\"),
            0x08 => into.extend_from_slice(b"\\b"),
            0x09 => into.extend_from_slice(b"\\t"),
            0x0a => into.extend_from_slice(b"\\n"),
            0x0c => into.extend_from_slice(b"\\f"),
            0x0d => into.extend_from_slice(b"\\r"),
            0x00..=0x1f => into.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            _ => into.push(byte),
        }
    }
    into.push(b'"');
}

/// An upper bound of the bytes that a value takes.
#[must_use]
pub fn room(value: &Value) -> usize {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| name.len().saturating_mul(6).saturating_add(room(value)).saturating_add(4))
            .fold(2, usize::saturating_add),
        Value::Array(items) => {
            items.iter().map(|item| room(item).saturating_add(1)).fold(2, usize::saturating_add)
        }
        Value::String(text) => text.len().saturating_mul(6).saturating_add(2),
        Value::Null | Value::Bool(_) | Value::Number(_) => 32,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn the_bytes_are_canonical() {
        let value: Value =
            serde_json::from_str(r#"{"b":[1,-2,true,null,{}],"a":"é\n\"\\\u0001/<😀"}"#).unwrap();
        let mut bytes = Vec::new();
        write(&value, &mut bytes);
        assert_eq!(
            String::from_utf8(bytes).unwrap(),
            "{\"a\":\"é\\n\\\"\\\\\\u0001/<😀\",\"b\":[1,-2,true,null,{}]}"
        );
    }

    proptest! {
        #[test]
        fn canonical_json_means_the_same_and_fits_its_room(text in any::<String>(), number in any::<i64>()) {
            let value = json!({ text.clone(): [text, number, null], "x": { "y": number } });
            let mut bytes = Vec::new();
            write(&value, &mut bytes);
            prop_assert!(bytes.len() <= room(&value));
            prop_assert_eq!(serde_json::from_slice::<Value>(&bytes).unwrap(), value);
        }
    }
}
