//! What a refusal says: the condition that fails, or one of the fixed answers.

use std::borrow::Cow;

use jiff::civil::Date;

use crate::{
    domain::{
        code::Provision,
        party::Role,
        problem::{Bilingual, Fault},
    },
    policy::load::{
        catalogue::Catalogue,
        dataset::{Basis, Condition, Elsewhere},
        wording::{Particulars, fill},
    },
};

/// A failed condition of this basis as a fault: who is refused reads the act of the own school, and what is missing for
/// this person. Where particulars say nothing, the texts speak of nobody.
pub(in crate::policy) fn failed_condition_of(
    catalogue: &Catalogue,
    basis: &Basis,
    sender: Role,
    condition: &Condition,
    particulars: &Particulars,
    today: Date,
) -> Fault {
    failed(catalogue, condition, condition.provisions_of(basis, Some(sender)), particulars, today)
}

/// A failed condition of a route as a fault, with what is cited to a party in this role.
pub(in crate::policy) fn failed_condition(
    catalogue: &Catalogue,
    condition: &Condition,
    role: Role,
    particulars: &Particulars,
    today: Date,
) -> Fault {
    failed(catalogue, condition, condition.citations.of_role(role), particulars, today)
}

/// Of the provisions those are cited that are in force today.
fn failed(
    catalogue: &Catalogue,
    condition: &Condition,
    all: Vec<Provision>,
    particulars: &Particulars,
    today: Date,
) -> Fault {
    let in_force = |id: &&Provision| catalogue.provision(id).is_some_and(|entry| entry.is_in_force(today));
    let provisions: Vec<Provision> = all.iter().filter(in_force).cloned().collect();
    let fault = Fault {
        pointer: String::new(),
        code: Cow::Owned(condition.id.clone()),
        provisions: if provisions.is_empty() { all } else { provisions },
        citations: Vec::new(),
        text: condition.told(particulars),
        now: condition.now.as_ref().map(|now| fill(now, None, particulars)),
    };
    catalogue.cited(fault)
}

pub(in crate::policy) fn ambiguous(catalogue: &Catalogue, basis: &Basis) -> Fault {
    catalogue.cited(Fault {
        pointer: "/basis".to_owned(),
        code: Cow::Owned(basis.id.to_string()),
        provisions: basis.provisions.clone(),
        citations: Vec::new(),
        text: Bilingual::new(
            "Er is meer dan één grondslag, en deze is er een van.",
            "There is more than one basis, and this is one of them.",
        ),
        now: Some(Bilingual::new("Noem er één.", "Name one.")),
    })
}

fn with_now(mut fault: Fault, nl: &'static str, en: &'static str) -> Fault {
    fault.now = Some(Bilingual::new(nl, en));
    fault
}

pub(in crate::policy) fn unknown_dataset() -> Fault {
    let fault = Fault::at(
        "/dataset",
        "unknown-dataset",
        "Deze gegevensset bestaat niet.",
        "There is no such dataset.",
    );
    with_now(
        fault,
        "Kies een gegevensset uit de lijst (/v1/datasets).",
        "Choose a dataset from the list (/v1/datasets).",
    )
}

pub(in crate::policy) fn unknown_purpose() -> Fault {
    let fault =
        Fault::at("/purpose", "unknown-purpose", "Dit doel bestaat niet.", "There is no such purpose.");
    with_now(
        fault,
        "Kies een doel dat de gegevensset noemt (/v1/datasets).",
        "Choose a purpose that the dataset names (/v1/datasets).",
    )
}

pub(in crate::policy) fn unknown_category() -> Fault {
    Fault::at(
        "/content",
        "unknown-category",
        "De gegevensset kent een van deze categorieën niet.",
        "The dataset does not know one of these categories.",
    )
}

/// Without one of the grounds that it lists, nothing may be processed (AVG, article 6(1)).
fn some_ground(catalogue: &Catalogue) -> Vec<Provision> {
    let ground = "avg:6:1".parse().ok().filter(|id| catalogue.provision(id).is_some());
    ground.into_iter().collect()
}

/// What the policies do not name, the gateway does not carry. That says nothing of what an act may order or allow elsewhere.
pub(in crate::policy) fn no_basis(catalogue: &Catalogue, recipient: Role) -> Fault {
    let fault = catalogue.cited(Fault {
        provisions: some_ground(catalogue),
        ..Fault::at(
            "",
            "no-basis",
            "Het beleid kent op deze dag geen grondslag waarop deze ontvanger deze gegevens voor dit doel van deze afzender krijgt.",
            "On this day the policies hold no basis on which this recipient gets these data from this sender for this purpose.",
        )
    });
    if recipient == Role::Betrokkene {
        return with_now(
            fault,
            "Het recht van de jongere op inzage blijft: laat hem, of wie hem vertegenwoordigt, zelf zien wat de school van hem heeft (art. 15 AVG). Dat loopt niet via de gateway.",
            "The young person's right of access remains: show him, or who represents him, what the school holds of him (art. 15 AVG). That does not run through the gateway.",
        );
    }
    with_now(
        fault,
        "Kijk in de lijst wie deze gegevens mag ontvangen, en waarvoor (/v1/datasets).",
        "See the list for who may receive these data, and for what (/v1/datasets).",
    )
}

/// No basis, and where it belongs instead.
pub(in crate::policy) fn belongs_elsewhere(catalogue: &Catalogue, elsewhere: &Elsewhere) -> Fault {
    catalogue.cited(Fault {
        provisions: elsewhere.provisions.clone(),
        text: Bilingual { nl: elsewhere.nl.clone().into(), en: elsewhere.en.clone().into() },
        now: Some(Bilingual { nl: elsewhere.nu.clone().into(), en: elsewhere.nu_en.clone().into() }),
        ..no_basis(catalogue, elsewhere.recipient)
    })
}

/// The basis that was named, where the dataset has one of that name.
pub(in crate::policy) fn named_basis_fails(catalogue: &Catalogue, named: Option<&Basis>) -> Fault {
    let fault = catalogue.cited(Fault {
        provisions: named.map_or_else(|| some_ground(catalogue), |basis| basis.provisions.clone()),
        ..Fault::at(
            "/basis",
            "no-basis",
            "De genoemde grondslag geldt hier niet: niet voor deze afzender, deze ontvanger, dit doel of deze dag.",
            "The basis named does not hold here: not for this sender, this recipient, this purpose or this day.",
        )
    });
    with_now(fault, "Noem een andere grondslag, of geen.", "Name another basis, or none.")
}

pub(in crate::policy) fn policy_fault() -> Fault {
    let fault = Fault::at(
        "",
        "policy-fault",
        "De gateway kon hierover niet beslissen. Dan is het antwoord nee.",
        "The gateway could not decide about this. Then the answer is no.",
    );
    with_now(fault, "Meld dit aan de beheerder.", "Report this to the operator.")
}
