//! Commit is a value.

/// A value whose transaction is known to be committed. Only the writer makes one, so a function that takes it cannot
/// run before the entry that accounts for it is durable.
///
/// ```compile_fail
/// fn release(body: String) -> sluis::store::Committed<String> {
///     sluis::store::Committed(body)
/// }
/// ```
/// The twin that differs by that line:
/// ```
/// fn release(body: sluis::store::Committed<String>) -> sluis::store::Committed<String> {
///     body
/// }
/// ```
#[must_use = "what was committed must be answered"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed<T>(T);

impl<T> Committed<T> {
    /// Called in one place: after COMMIT answered.
    pub(super) const fn mint(value: T) -> Self {
        Self(value)
    }

    /// The value.
    pub const fn get(&self) -> &T {
        &self.0
    }

    /// The value, taken out.
    pub fn into_inner(self) -> T {
        self.0
    }
}
