//! The facts of these policies in the interface description: those of the person who is described, and those of a question.

use utoipa::openapi::{
    self, RefOr, Schema,
    schema::{ArrayBuilder, KnownFormat, ObjectBuilder, SchemaFormat, Type},
};

use crate::{
    domain::assertion::FactType,
    policy::glossary::{AssertedFact, Glossary},
};

/// Adds each fact that is asserted here to the person and to the facts of a question.
pub(super) fn describe(api: &mut openapi::OpenApi, glossary: &Glossary) {
    let Some(components) = &mut api.components else { return };
    for name in ["Person", "Facts"] {
        let Some(RefOr::T(Schema::Object(object))) = components.schemas.get_mut(name) else { continue };
        for fact in glossary.facts() {
            object.properties.insert(fact.code.clone(), schema(fact));
            if name == "Person" && fact.required {
                object.required.push(fact.code.clone());
            }
        }
    }
}

fn schema(fact: &AssertedFact) -> RefOr<Schema> {
    let text = |kind| ObjectBuilder::new().schema_type(kind);
    let codes = || text(Type::String).enum_values(Some(fact.values.iter().map(String::as_str)));
    let said = Some(description(fact));
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
fn description(fact: &AssertedFact) -> String {
    let mut first = fact.text.en.to_string();
    if let Some(letter) = first.get(..1).map(str::to_uppercase) {
        first.replace_range(..1, &letter);
    }
    let roles = fact.by.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(", ");
    let parts = [
        Some(format!("{first}.")),
        fact.absent.as_ref().map(|absent| format!("Absent says: {}.", absent.en)),
        fact.more.as_ref().map(|more| more.en.to_string()),
        Some(format!("Asserted by: {roles}.")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}
