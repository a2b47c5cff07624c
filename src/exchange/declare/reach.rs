//! Towards whom and for what a declaration may hold.

use super::parts::Parts;
use crate::domain::{
    declaration::DeclarationKind,
    party::Role,
    problem::{Bilingual, Fault},
};

/// What a transfer may rest on is given to one recipient, and consent for one purpose: nobody agrees to everything. Who
/// records it reads the act of the own school.
pub(super) fn too_wide(parts: &Parts<'_>, recorder: Role) -> Vec<Fault> {
    let Some(kind) = parts.kind else { return Vec::new() };
    let provisions: &[&str] = match kind {
        DeclarationKind::Instemming => match recorder {
            Role::ProSchool => &["wvo2020:2.31b:2"],
            Role::VsoSchool => &["wec:44a:2"],
            Role::MboSchool => &["web:9.2.13:2"],
            Role::WerkEnInkomen
            | Role::Doorstroompunt
            | Role::Leerplicht
            | Role::Verwerker
            | Role::Betrokkene => &[],
        },
        DeclarationKind::Toestemming => &["avg:6:1a"],
        DeclarationKind::GeenBezwaar => &["pw:65:2b", "suwi:74:2b"],
        DeclarationKind::Kennisgenomen | DeclarationKind::Bezwaar | DeclarationKind::Beperking => &[],
    };
    let missing = |pointer: &str, nl: &'static str, en: &'static str, now: Bilingual| Fault {
        provisions: provisions.iter().filter_map(|one| one.parse().ok()).collect(),
        now: Some(now),
        ..Fault::at(pointer, "missing", nl, en)
    };
    let mut faults = Vec::new();
    if !parts.names_recipient && kind.names_its_recipient() {
        faults.push(missing(
            "/towards",
            "Noem de ontvanger: deze verklaring geldt voor één ontvanger, nooit voor iedereen.",
            "Name the recipient: this declaration holds towards one recipient, never towards everyone.",
            Bilingual::new(
                "Leg voor elke ontvanger een eigen verklaring vast.",
                "Record a declaration of its own for each recipient.",
            ),
        ));
    }
    if !parts.names_purpose && kind.names_its_purpose() {
        faults.push(missing(
            "/purpose",
            "Noem het doel: toestemming geldt voor één doel.",
            "Name the purpose: consent holds for one purpose.",
            Bilingual::new(
                "Vraag voor elk doel apart toestemming.",
                "Ask for consent for each purpose by itself.",
            ),
        ));
    }
    faults
}
