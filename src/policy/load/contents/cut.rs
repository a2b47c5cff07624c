//! A content that cannot be right is made smaller before its faults are looked for, so that it costs no more than one that
//! is right: looking for every fault costs more for each value than seeing that there is none.

use serde_json::Value;

use crate::{domain::json::wipe, policy::load::schema::Shape};

/// A text is never cut to less, so that all is said of one that is a little too long.
const SHORTEST_CUT: usize = 10_000;

impl Shape {
    /// Cuts away what no right content has more of: items beyond the most that a list may have, unknown members, the end of
    /// a text that is far too long. Of each so much stays that it is a fault.
    pub(super) fn cut(&self, node: &Value, value: &mut Value) {
        let resolved = self.resolve(node);
        let most = |name: &str| {
            resolved.get(name).and_then(Value::as_u64).and_then(|most| usize::try_from(most).ok())
        };
        match value {
            Value::Array(items) => {
                // Where no list belongs, one item is enough to be wrong.
                let most = most("maxItems").unwrap_or_default().saturating_add(1);
                if items.len() > most {
                    items.drain(most..).for_each(|mut item| wipe(&mut item));
                }
                let below = resolved.get("items").unwrap_or(&Value::Null);
                for item in items {
                    self.cut(below, item);
                }
            }
            Value::Object(members) => {
                let known = resolved.get("properties").and_then(Value::as_object);
                let mut is_told = false;
                members.retain(|name, member| {
                    let Some(below) = known.and_then(|known| known.get(name)) else {
                        wipe(member);
                        return !std::mem::replace(&mut is_told, true);
                    };
                    self.cut(below, member);
                    true
                });
            }
            Value::String(text) => {
                let most = most("maxLength").unwrap_or_default().saturating_mul(2).max(SHORTEST_CUT);
                if let Some((end, _)) = text.char_indices().nth(most) {
                    // The buffer is wiped as a whole when the text is.
                    text.truncate(end);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::{domain::plaintext::Plaintext, policy::fixture::engine};

    fn count(value: &serde_json::Value) -> usize {
        match value {
            serde_json::Value::Array(items) => 1 + items.iter().map(count).sum::<usize>(),
            serde_json::Value::Object(members) => 1 + members.values().map(count).sum::<usize>(),
            _ => 1,
        }
    }

    /// However large a content is, what is looked at for faults is not larger than a right content may be; and the same
    /// faults are told.
    #[test]
    fn a_content_that_is_far_too_large_is_made_small_and_stays_wrong() {
        let engine = engine();
        let dataset = engine.catalogue().dataset(&"overgangsdocument".parse().unwrap()).unwrap();
        let with = |change: &dyn Fn(&mut serde_json::Value)| {
            let mut content = dataset.example.clone();
            change(&mut content);
            let faults =
                dataset.validate(Plaintext::read(content.to_string().as_bytes()).unwrap()).unwrap_err();
            dataset.shape.cut(&dataset.shape.schema, &mut content);
            let told: Vec<_> =
                faults.into_iter().map(|fault| (fault.pointer, fault.code.into_owned())).collect();
            (count(&content), told)
        };
        let usual = count(&dataset.example);
        let wrong = |pointer: &str, code: &str| (pointer.to_owned(), code.to_owned());
        let (left, told) = with(&|content| content["stages"] = json!(vec![1; 10_000]));
        assert!(
            left < usual + 200 && told.contains(&wrong("/content/stages", "too-many")),
            "{left} {told:?}"
        );
        assert!(told.contains(&wrong("/content/stages/0", "wrong-type")), "{told:?}");
        let (left, told) = with(&|content| content["persoon"]["achternaam"] = json!(vec!["x"; 10_000]));
        assert!(
            left < usual + 5 && told.contains(&wrong("/content/persoon/achternaam", "wrong-type")),
            "{told:?}"
        );
        let (left, told) = with(&|content| {
            for number in 0..10_000 {
                content["persoon"][format!("veld{number}")] = json!([[["x"]]]);
            }
        });
        assert!(left < usual + 5 && told == [wrong("/content/persoon", "unknown-field")], "{left} {told:?}");
        let (_, told) = with(&|content| content["persoon"]["achternaam"] = json!("x".repeat(100_000)));
        assert_eq!(told, [wrong("/content/persoon/achternaam", "too-long")]);
    }
}
