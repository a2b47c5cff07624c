//! Which members an object must have, as the interface description says: serde tells the first that is missing only.

use std::{
    any::TypeId,
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, LazyLock, PoisonError, RwLock},
};

use serde_json::{Map, Value};
use utoipa::{
    ToSchema,
    openapi::{RefOr, Schema},
};

/// The objects that a type is made of.
#[derive(Default)]
pub(super) struct Needs(Vec<Described>);

/// An object of the description: the names of its members, and of those that must be there.
struct Described {
    members: BTreeSet<String>,
    required: Vec<String>,
}

impl Needs {
    /// What the description says of a type and of all that it holds: made at the first faulty body of each type, and kept.
    pub(super) fn of<T: ToSchema + 'static>() -> Arc<Self> {
        static KEPT: LazyLock<RwLock<BTreeMap<TypeId, Arc<Needs>>>> = LazyLock::new(RwLock::default);
        let kept = KEPT.read().unwrap_or_else(PoisonError::into_inner).get(&TypeId::of::<T>()).cloned();
        kept.unwrap_or_else(|| {
            let made = Arc::new(Self::made::<T>());
            let mut all = KEPT.write().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(all.entry(TypeId::of::<T>()).or_insert(made))
        })
    }

    fn made<T: ToSchema>() -> Self {
        let mut schemas = vec![(String::new(), T::schema())];
        T::schemas(&mut schemas);
        let mut needs = Self::default();
        for (_, schema) in &schemas {
            needs.note(schema);
        }
        needs
    }

    fn note(&mut self, schema: &RefOr<Schema>) {
        let RefOr::T(Schema::Object(object)) = schema else { return };
        for below in object.properties.values() {
            self.note(below);
        }
        self.0.push(Described {
            members: object.properties.keys().cloned().collect(),
            required: object.required.clone(),
        });
    }

    /// The members that an object with these names lacks. Where the description knows several such objects, those that
    /// each of them must have.
    pub(super) fn missing<'a>(
        &'a self,
        names: &'static [&'static str],
        given: &'a Map<String, Value>,
    ) -> impl Iterator<Item = &'static str> + 'a {
        let has_names = |one: &&Described| {
            one.members.len() == names.len() && names.iter().all(|name| one.members.contains(*name))
        };
        let alike: Vec<_> = self.0.iter().filter(has_names).collect();
        names.iter().copied().filter(move |name| {
            let is_needed = |one: &&Described| one.required.iter().any(|needed| needed == name);
            !given.contains_key(*name) && !alike.is_empty() && alike.iter().all(is_needed)
        })
    }
}
