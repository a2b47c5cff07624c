//! Bounds that hold wherever a number or a page stands, so that no type has to repeat them.

use utoipa::{
    Number,
    openapi::{
        RefOr, Schema, SchemaFormat,
        schema::{AdditionalProperties, ArrayItems, KnownFormat, Object, SchemaType, Type},
    },
};

use crate::http::extract::query::{EXACT, Paging};

/// Of what is a number of 32 bits, or less.
const SHORT: usize = (1 << 31) - 1;

/// Gives every integer a maximum, and the items of a page their number.
pub(super) fn bound(schema: &mut RefOr<Schema>) {
    let RefOr::T(schema) = schema else { return };
    match schema {
        Schema::Object(object) => bound_object(object),
        Schema::Array(array) => {
            if let ArrayItems::RefOrSchema(items) = &mut array.items {
                bound(items);
            }
        }
        Schema::OneOf(several) => several.items.iter_mut().for_each(bound),
        Schema::AllOf(several) => several.items.iter_mut().for_each(bound),
        Schema::AnyOf(several) => several.items.iter_mut().for_each(bound),
        _ => {}
    }
}

fn bound_object(object: &mut Object) {
    if is_integer(&object.schema_type) && object.maximum.is_none() && object.enum_values.is_none() {
        let is_long = object.format == Some(SchemaFormat::KnownFormat(KnownFormat::Int64));
        let exact = usize::try_from(EXACT).unwrap_or(usize::MAX);
        object.maximum = Some(Number::UInt(if is_long { exact } else { SHORT }));
    }
    let is_page = object.properties.contains_key("next");
    for (name, member) in &mut object.properties {
        if let (true, "items", RefOr::T(Schema::Array(items))) = (is_page, name.as_str(), &mut *member) {
            items.max_items = Some(usize::from(Paging::MOST));
        }
        bound(member);
    }
    if let Some(AdditionalProperties::RefOr(member)) = object.additional_properties.as_deref_mut() {
        bound(member);
    }
}

fn is_integer(kind: &SchemaType) -> bool {
    match kind {
        SchemaType::Type(kind) => *kind == Type::Integer,
        SchemaType::Array(kinds) => kinds.contains(&Type::Integer),
        SchemaType::AnyValue => false,
    }
}
