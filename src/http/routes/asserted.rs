//! The facts of these policies in the interface description: those of the person who is described, and those of a question.

use std::collections::BTreeSet;

use utoipa::openapi::{
    self, RefOr, Schema,
    schema::{ArrayBuilder, KnownFormat, ObjectBuilder, SchemaFormat, Type},
};

use crate::{
    domain::{assertion::FactType, party::Role},
    http::wire::person::OF_A_DECLARANT,
    policy::glossary::{AssertedFact, Glossary},
};

/// Adds each fact that is asserted here to the person and to the facts of a question, and to who declares those of who declares.
pub(super) fn describe(api: &mut openapi::OpenApi, glossary: &Glossary) {
    let Some(components) = &mut api.components else { return };
    for name in ["Person", "Facts", "Declarant"] {
        let Some(RefOr::T(Schema::Object(object))) = components.schemas.get_mut(name) else { continue };
        let is_declarant = name == "Declarant";
        let has = |fact: &&AssertedFact| !is_declarant || OF_A_DECLARANT.contains(&fact.code.as_str());
        for fact in glossary.facts().iter().filter(has) {
            // Who may record a declaration says of it what there is to say.
            let by = if is_declarant { None } else { Some(&fact.by) };
            object.properties.insert(fact.code.clone(), schema(fact, by));
            if name == "Person" && fact.required {
                object.required.push(fact.code.clone());
            }
        }
    }
}

fn schema(fact: &AssertedFact, by: Option<&BTreeSet<Role>>) -> RefOr<Schema> {
    let text = |kind| ObjectBuilder::new().schema_type(kind);
    let codes = || text(Type::String).enum_values(Some(fact.values.iter().map(String::as_str)));
    let said = Some(description(fact, by));
    match fact.kind {
        FactType::Bool => text(Type::Boolean).description(said).into(),
        FactType::Date => text(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)))
            .examples(["2026-07-17"])
            .description(said)
            .into(),
        FactType::Code => codes().description(said).into(),
        FactType::Set => ArrayBuilder::new()
            .items(codes())
            .max_items(Some(fact.values.len()))
            .unique_items(true)
            .description(said)
            .into(),
    }
}

/// What the fact says, what its absence says, who may assert it, and what else there is to know.
fn description(fact: &AssertedFact, by: Option<&BTreeSet<Role>>) -> String {
    let mut first = fact.text.en.to_string();
    if let Some(letter) = first.get(..1).map(str::to_uppercase) {
        first.replace_range(..1, &letter);
    }
    let roles = by.map(|by| by.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(", "));
    let parts = [
        Some(format!("{first}.")),
        fact.absent.as_ref().map(|absent| format!("Absent says: {}.", absent.en)),
        fact.more.as_ref().map(|more| more.en.to_string()),
        roles.map(|roles| format!("Asserted by: {roles}.")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}
