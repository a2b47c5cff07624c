//! The content of a packet.

use sluis::domain::plaintext::Plaintext;

use super::{assert_silent, fixed::CATALOGUE, text};

/// A line with a dataset's code, then the content.
pub(super) fn content(bytes: &[u8]) -> bool {
    let line = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let (code, content) = bytes.split_at(line);
    let code = text(code).and_then(|code| code.parse().ok());
    let Some(dataset) = code.and_then(|code| CATALOGUE.dataset(&code)) else { return false };
    let Ok(plaintext) = Plaintext::read(content) else { return false };
    match dataset.validate(plaintext) {
        Ok(contents) => {
            let names = serde_json::from_slice::<serde_json::Map<_, _>>(content).unwrap();
            assert!(!names.is_empty() || contents.categories().is_empty());
            for (name, value) in &names {
                let category = dataset.category_of(name).expect("a member of no category");
                assert!(contents.categories().contains(category));
                assert_eq!(contents.text(&format!("/{name}")), value.as_str());
            }
            assert_silent(&contents);
            true
        }
        Err(faults) => {
            assert!((1..=200).contains(&faults.len()));
            assert_silent(&faults);
            assert!(faults.iter().all(|fault| fault.pointer.starts_with("/content")), "{faults:?}");
            false
        }
    }
}
