//! What lasts for a time.

use super::words::words;

words! {
    /// What happens next to what lasts for a time.
    Stage {
        /// Its parties are warned.
        Warn = "warn",
        /// It ends.
        End = "end",
        /// What is kept of it is forgotten.
        Forget = "forget",
    }
}
