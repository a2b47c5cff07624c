//! What a route takes from the head of a request. Each refuses what it does not understand with a 400 that names the
//! header or parameter, and never repeats its value.

pub mod accept;
pub mod idempotency;
pub mod path;
pub mod query;
pub mod staff;

use axum::http::HeaderMap;

use crate::domain::problem::Fault;

/// The value of a header that may be there once, in printable ASCII without space around it.
fn single<'h>(headers: &'h HeaderMap, name: &'static str) -> Result<Option<&'h str>, Fault> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let place = format!("header:{name}");
    if values.next().is_some() {
        return Err(Fault::at(
            place,
            "header-twice",
            "Dit staat twee keer in de kop van het verzoek (header), en hoort er één keer in.",
            "This header may occur once.",
        ));
    }
    let text =
        value.to_str().ok().filter(|text| !text.is_empty() && text.trim() == *text && !text.contains('\t'));
    text.map(Some).ok_or_else(|| {
        Fault::at(
            place,
            "not-printable",
            "Dit deel van de kop van het verzoek (header) is leeg, of er staat een teken in dat hier niet kan: alleen letters zonder accent, cijfers en leestekens.",
            "This header is empty or holds other characters than the printable ones of ASCII.",
        )
    })
}

fn missing(name: &'static str) -> Fault {
    Fault::at(
        format!("header:{name}"),
        "missing",
        "Dit ontbreekt in de kop van het verzoek (header).",
        "This header is missing.",
    )
}
