//! The forms that the text of a field may have.

/// How the text of a field becomes a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// As it stands.
    Text,
    /// `jjjj-mm-dd`; a spreadsheet's `d-m-jjjj` is turned round, all else is left to the gateway.
    Date,
    /// An instant, or a day: its first moment in Amsterdam.
    Moment,
    /// A whole number.
    Whole,
    /// A number, with a point or a comma.
    Number,
    /// Yes or no.
    Flag,
    /// A CBS code of four digits, of which a spreadsheet drops the zeros in front.
    Municipality,
    /// One of these words.
    Choice(Vec<String>),
}
