//! One column of a file.

use super::{form::Form, place::Place};

/// One column of a file: where its values go.
#[derive(Debug, Clone)]
pub struct Column {
    /// The path, without the leading `header` or with a leading `content`.
    pub path: Vec<Place>,
    /// How its texts become values.
    pub form: Form,
    /// The form that the place itself has: a column that fills content too takes the words of the content.
    pub own: Form,
    /// The path as the schema or the header writes it, with a star for the number of an item.
    pub(super) leaf: String,
    /// Where the same value goes too, when nothing else of the file goes there.
    pub also: Vec<(Vec<Place>, Form)>,
}
