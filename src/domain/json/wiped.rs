//! A JSON value about a person.

use std::{fmt, mem};

use serde_json::Value;
use zeroize::Zeroize as _;

/// A JSON value about a person: never printed, wiped when dropped.
pub struct Wiped(Value);

impl Wiped {
    /// Takes over a value.
    #[must_use]
    pub const fn new(value: Value) -> Self {
        Self(value)
    }

    /// The value.
    #[must_use]
    pub const fn expose(&self) -> &Value {
        &self.0
    }

    /// Takes a member out of an object and leaves `null` in its place. None where there is no such member.
    pub fn take(&mut self, name: &str) -> Option<Self> {
        self.0.get_mut(name).map(|member| Self(member.take()))
    }

    /// Changes the value in its place.
    pub fn change(&mut self, change: impl FnOnce(&mut Value)) {
        change(&mut self.0);
    }

    /// The members of an object, which are then the caller's to wipe.
    ///
    /// # Errors
    /// The value itself, when it is no object.
    pub fn into_members(mut self) -> Result<serde_json::Map<String, Value>, Self> {
        match &mut self.0 {
            Value::Object(members) => Ok(mem::take(members)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Err(self),
        }
    }
}

impl Drop for Wiped {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}

impl fmt::Debug for Wiped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wiped(redacted)")
    }
}

/// Wipes every text of a value, names included, and leaves `null`.
pub fn wipe(value: &mut Value) {
    match value {
        Value::Null => return,
        Value::String(text) => text.zeroize(),
        Value::Array(items) => items.iter_mut().for_each(wipe),
        Value::Object(members) => {
            for (mut name, mut member) in mem::take(members) {
                name.zeroize();
                wipe(&mut member);
            }
        }
        Value::Bool(_) | Value::Number(_) => {}
    }
    *value = Value::Null;
}
