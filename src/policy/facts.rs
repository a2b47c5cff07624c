//! STAND-IN.
/// The version of a subject.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FactVersion {
    /// The subject.
    pub subject: String,
    /// Its version.
    pub version: i64,
}
