//! The facts of a question, as the interface describes them.

use std::collections::BTreeSet;

use utoipa::ToSchema;

use crate::{
    http::wire::shape,
    policy::{glossary::Glossary, whatif::WhatIf},
};

/// The facts of a question. What is left out is what says no. What is asserted of the person follows from the policies of this
/// gateway.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes what `policy::whatif::WhatIf` reads")]
pub(super) struct Facts {
    /// The purpose. Without it the answer is no.
    #[schema(value_type = shape::PurposeCode, required = false)]
    purpose: (),
    /// The basis that the sender names; none.
    #[schema(value_type = shape::BasisCode, required = false)]
    named_basis: (),
    /// The sender's role. Without it the answer is no.
    #[schema(value_type = shape::Role, required = false)]
    sender_role: (),
    /// The sender's OIN; an invented one.
    #[schema(value_type = shape::Oin, required = false)]
    sender_oin: (),
    /// The municipalities for whose college the sender acts; none.
    #[schema(value_type = Vec<shape::Municipality>, required = false)]
    sender_gemeenten: (),
    /// The municipalities for whose college the recipient acts; none.
    #[schema(value_type = Vec<shape::Municipality>, required = false)]
    recipient_gemeenten: (),
    /// The municipality whose college the sender names; none, and then the college of residence if the recipient acts for it.
    #[schema(value_type = shape::Municipality, required = false)]
    recipient_municipality: (),
    /// The instant, or a date, which is its midnight in Amsterdam; now.
    #[schema(value_type = shape::Moment, required = false)]
    at: (),
    /// When the packet was handed in; the instant.
    #[schema(value_type = shape::Moment, required = false)]
    submitted: (),
    /// The person's age in whole years; not used beside a birth date.
    #[schema(value_type = u16, required = false, maximum = 150)]
    age: (),
    /// The person's date of birth; wholly unknown, which is every age.
    #[schema(value_type = shape::BirthDate, required = false)]
    birth_date: (),
    /// Where the person lives or stays; nowhere (0000).
    #[schema(value_type = shape::Municipality, required = false)]
    verblijf: (),
    /// Whether the person is called by the persoonsgebonden nummer; no.
    #[schema(value_type = bool, required = false)]
    pgn: (),
    /// The categories that the packet holds; none.
    #[schema(value_type = Vec<shape::CategoryCode>, required = false)]
    categories: (),
    /// How it stands with what it rests on or answers; it rests on nothing.
    #[schema(value_type = Vec<shape::Reply>, required = false)]
    replies: (),
    /// The municipality whose college was asked for that; the one that is named now.
    #[schema(value_type = shape::Municipality, required = false)]
    earlier_municipality: (),
    /// When what it rests on was handed in; when the packet was.
    #[schema(value_type = shape::Moment, required = false)]
    earlier_submitted: (),
    /// What stands that was declared for what it rests on; nothing.
    #[schema(value_type = Vec<shape::Wish>, required = false)]
    earlier_wishes: (),
    /// What stands that was declared for this packet; nothing.
    #[schema(value_type = Vec<shape::Wish>, required = false)]
    wishes: (),
    /// Whether an objection stands that is not decided upon; no.
    #[schema(value_type = bool, required = false)]
    bezwaar: (),
    /// Whether an objection was decided to be right; no.
    #[schema(value_type = bool, required = false)]
    bezwaar_gegrond: (),
    /// Whether a restriction was asked for and is not decided upon; no.
    #[schema(value_type = bool, required = false)]
    beperking: (),
    /// Whether a restriction was decided to be right and is not lifted; no.
    #[schema(value_type = bool, required = false)]
    beperking_gegrond: (),
}

/// The names by which a question may give facts: those of the rules' own type, in camelCase. What stands elsewhere in the
/// question is none.
pub(super) fn names(glossary: &Glossary) -> BTreeSet<String> {
    let mut names = WhatIf::names(glossary);
    for elsewhere in ["dataset", "recipientRole", "recipientOin"] {
        names.remove(elsewhere);
    }
    names
}

#[cfg(test)]
mod tests {
    use utoipa::PartialSchema as _;

    use super::*;
    use crate::http::json::typed;

    #[test]
    fn every_fact_is_described_and_every_description_is_a_fact() {
        let schema = serde_json::to_value(Facts::schema()).unwrap();
        let described: BTreeSet<String> = schema["properties"].as_object().unwrap().keys().cloned().collect();
        let elsewhere = ["dataset", "recipientRole", "recipientOin"].map(str::to_owned);
        let own: BTreeSet<String> = &WhatIf::own_names() - &BTreeSet::from(elsewhere);
        assert_eq!(described, own);
        for name in described {
            // Whatever else is wrong with `{}` as a value, the name is known.
            let faults = typed::<WhatIf>(&serde_json::json!({ &name: {} })).unwrap_err();
            assert!(faults.iter().all(|fault| fault.code != "unknown-field"), "{name}: {faults:?}");
        }
    }
}
