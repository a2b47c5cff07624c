//! Who acts, as the gateway is told.

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::cli::{Failure, language::both};

/// The headers that say who acts: as they are where they are printable ASCII, and otherwise as an `ext-value` (RFC 8187),
/// so that `stagecoördinator` needs no other spelling.
///
/// # Errors
/// When one holds a control character, or nothing.
pub(super) fn headers(reference: Option<&str>, function: Option<&str>) -> Result<HeaderMap, Failure> {
    let mut staff = HeaderMap::new();
    let of_staff = [
        ("sluis-staff-reference", "staff_reference", reference),
        ("sluis-staff-function", "staff_function", function),
    ];
    for (header, member, value) in of_staff {
        let Some(value) = value else { continue };
        let plain = value.trim();
        let sent = (!plain.is_empty() && !plain.chars().any(char::is_control)).then(|| ext_value(plain));
        let sent = sent.and_then(|sent| HeaderValue::from_str(&sent).ok()).ok_or_else(|| {
            Failure::configuration(both!(
                "`{member}` is leeg of heeft een teken dat niet te zien is",
                "`{member}` is empty or holds a control character"
            ))
            .now((
                "schrijf alleen letters, cijfers en leestekens, zoals stagecoördinator",
                "write letters, digits and marks only, such as stagecoördinator",
            ))
        })?;
        staff.insert(HeaderName::from_static(header), sent);
    }
    Ok(staff)
}

/// RFC 8187, section 3.2.1: what is no `attr-char` is percent-encoded.
fn ext_value(text: &str) -> String {
    const START: &str = "UTF-8''";
    let is_plain = text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
    // What looks encoded would be decoded.
    if is_plain && !text.get(..START.len()).is_some_and(|start| start.eq_ignore_ascii_case(START)) {
        return text.to_owned();
    }
    let encoded = |byte: u8| {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    START.chars().map(String::from).chain(text.bytes().map(encoded)).collect()
}
