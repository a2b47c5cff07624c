//! Parameters that several routes take, for the interface description; the extractors of [`crate::http::extract`] read
//! them.

use utoipa::IntoParams;

/// Who of the calling party acts. The party's own officers see it in the entry; nobody else does.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes what `extract::staff` reads")]
pub(super) struct StaffHeaders {
    /// The party's own reference of the person or system that acts: not a name, never a BSN or an onderwijsnummer.
    #[param(
        rename = "Sluis-Staff-Reference",
        min_length = 1,
        max_length = 800,
        pattern = "^((?![Uu][Tt][Ff]-8')(?=.*[0-9A-Za-z])[!-~]([ -~]{0,62}[!-~])?|[Uu][Tt][Ff]-8'[A-Za-z0-9-]*'(?!%20)(?!.*%20$)([!#$&+.^_`|~0-9A-Za-z-]|%[2-6][0-9A-Fa-f]|%7[0-9A-Ea-e]|%[Cc][3-9A-Fa-f]%[89ABab][0-9A-Fa-f]|%[Dd][0-9A-Fa-f]%[89ABab][0-9A-Fa-f]|%[Ee][1-9A-Ca-c](%[89ABab][0-9A-Fa-f]){2}){1,64})$",
        example = "m.1042"
    )]
    reference: String,
    /// The function of who acts: 1 to 64 characters. Letters outside ASCII are written as an ext-value of RFC 8187:
    /// `UTF-8''stageco%C3%B6rdinator`. That goes for the reference too.
    #[param(
        rename = "Sluis-Staff-Function",
        min_length = 1,
        max_length = 800,
        pattern = "^((?![Uu][Tt][Ff]-8')(?=.*[0-9A-Za-z])[!-~]([ -~]{0,62}[!-~])?|[Uu][Tt][Ff]-8'[A-Za-z0-9-]*'(?!%20)(?!.*%20$)([!#$&+.^_`|~0-9A-Za-z-]|%[2-6][0-9A-Fa-f]|%7[0-9A-Ea-e]|%[Cc][3-9A-Fa-f]%[89ABab][0-9A-Fa-f]|%[Dd][0-9A-Fa-f]%[89ABab][0-9A-Fa-f]|%[Ee][1-9A-Ca-c](%[89ABab][0-9A-Fa-f]){2}){1,64})$",
        example = "trajectbegeleider"
    )]
    function: String,
}

/// Which page of a list.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what `extract::query::Paging` reads")]
pub(super) struct Page {
    /// Only items with a larger log index; absent from the beginning.
    #[param(nullable = false)]
    after: Option<u64>,
    /// How many items at most.
    #[param(nullable = false, minimum = 1, maximum = 500, default = 100)]
    limit: Option<u16>,
}

/// Which page of a list that has an order of its own, or of what was found.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what `extract::query::Paging` reads")]
pub(super) struct Further {
    /// The `next` of the page before; absent from the beginning.
    #[param(nullable = false)]
    after: Option<u64>,
    /// How many items at most.
    #[param(nullable = false, minimum = 1, maximum = 500, default = 100)]
    limit: Option<u16>,
}

/// Whether a push or request is a question only.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what `extract::query::CheckOnly` reads")]
pub(super) struct Check {
    /// Decide and tell; store nothing.
    #[param(nullable = false, default = false)]
    check: Option<bool>,
}

/// The key by which a repetition is known.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes what `extract::idempotency` reads")]
pub(super) struct Repeatable {
    /// A key that the caller chooses for this one submission, such as a UUID: the same key and body give the same answer.
    /// Needed unless `check` is true.
    #[param(
        nullable = false,
        rename = "Idempotency-Key",
        min_length = 16,
        max_length = 64,
        pattern = "^[!-~][ -~]*[!-~]$"
    )]
    key: Option<String>,
}

/// The key by which a repeated declaration is known.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes what `extract::idempotency` reads")]
pub(super) struct RepeatableDeclaration {
    /// A key that the caller chooses for this one declaration, such as a UUID: the same key and body give the same answer,
    /// so that a lost answer never makes two. Without a key each call records another declaration.
    #[param(
        nullable = false,
        rename = "Idempotency-Key",
        min_length = 16,
        max_length = 64,
        pattern = "^[!-~][ -~]*[!-~]$"
    )]
    key: Option<String>,
}
