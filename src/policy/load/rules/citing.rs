//! On which provisions a rule rests.

use cedar_policy::Policy;

use super::known::{Known, RESIDENCE};
use crate::{
    domain::{
        code::{Grondslag, Provision},
        party::Role,
    },
    policy::load::{
        dataset::{Citations, Whose},
        finding::{Notes, said},
        uses::Uses,
    },
};

/// By which provisions the recipient is the college of residence: those that `@woonplaats` names, or the basis' own. A basis
/// whose recipient is no college, or that says `geen`, is not bound to residence.
pub(super) fn residence(
    policy: &Policy,
    uses: &Uses,
    own: &[Provision],
    known: &Known<'_>,
    notes: &mut Notes<'_>,
) -> Option<Vec<Provision>> {
    let is_college =
        |role: &Role| matches!(role, Role::WerkEnInkomen | Role::Doorstroompunt | Role::Leerplicht);
    match policy.annotation(RESIDENCE) {
        Some("geen") => None,
        Some(_) => Some(provisions(policy, RESIDENCE, known, notes)),
        None => uses.recipients.iter().any(is_college).then(|| own.to_vec()),
    }
}

/// One list for all bases, or `<basis or role of a sender, ...> = <provisions>; ...` with `*` for the rest.
pub(super) fn citations(policy: &Policy, known: &Known<'_>, notes: &mut Notes<'_>) -> Citations {
    let text = policy.annotation("voorwaarde").unwrap_or_default();
    if !text.contains('=') {
        return Citations::of_all(provisions(policy, "voorwaarde", known, notes));
    }
    let mut lists = Vec::new();
    for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
        let (keys, cited) = part.split_once('=').unwrap_or((part, ""));
        let cited = cited_in(policy, cited, known, notes);
        for key in keys.split(',').map(str::trim) {
            let whose = match (key, key.parse::<Grondslag>(), key.parse::<Role>()) {
                ("*", ..) => Whose::Rest,
                (_, Ok(basis), _) => Whose::Basis(basis),
                (_, _, Ok(role)) => Whose::Sender(role),
                _ => {
                    notes.add(
                        said!(
                            "`{}` verwijst voor `{key}`, en dat is geen grondslag en geen rol",
                            "`{}` cites for `{key}`, which is no basis and no role",
                            policy.id()
                        ),
                        (
                            "Noem een grondslag, de rol van een verzender, of * voor de rest.",
                            "Name a basis, the role of a sender, or * for the rest.",
                        ),
                    );
                    continue;
                }
            };
            if cited.is_empty() || lists.iter().any(|(one, _)| *one == whose) {
                notes.add(
                    said!(
                        "`{}` noemt niets voor `{key}`, of twee keer",
                        "`{}` cites nothing for `{key}`, or twice",
                        policy.id()
                    ),
                    (
                        "Geef elk één lijst: <grondslag> = <bepaling>, <bepaling>; …",
                        "Give each one list: <basis> = <provision>, <provision>; …",
                    ),
                );
            }
            lists.push((whose, cited.clone()));
        }
    }
    Citations::new(lists)
}

pub(super) fn provisions(
    policy: &Policy,
    key: &str,
    known: &Known<'_>,
    notes: &mut Notes<'_>,
) -> Vec<Provision> {
    let text = policy.annotation(key).unwrap_or_default();
    if text.trim().is_empty() {
        notes.add(
            said!("`{}` heeft geen @{key}", "`{}` has no @{key}", policy.id()),
            ("Noem de bepalingen waar zij op rust.", "Name the provisions it rests on."),
        );
    }
    cited_in(policy, text, known, notes)
}

pub(super) fn provisions_if_any(
    policy: &Policy,
    key: &str,
    known: &Known<'_>,
    notes: &mut Notes<'_>,
) -> Vec<Provision> {
    policy.annotation(key).map(|text| cited_in(policy, text, known, notes)).unwrap_or_default()
}

fn cited_in(policy: &Policy, text: &str, known: &Known<'_>, notes: &mut Notes<'_>) -> Vec<Provision> {
    let mut found = Vec::new();
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        match part.parse::<Provision>() {
            Ok(provision) if (known.law)(&provision).is_some() => found.push(provision),
            _ => notes.add(
                said!(
                    "`{}` noemt `{part}`, en die staat niet in law.toml",
                    "`{}` cites `{part}`, which law.toml does not list",
                    policy.id()
                ),
                (
                    "Zet de bepaling in law.toml, of verbeter de verwijzing.",
                    "Add the provision to law.toml, or correct the citation.",
                ),
            ),
        }
    }
    found
}
