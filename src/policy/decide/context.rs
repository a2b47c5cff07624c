//! Facts in the form that Cedar reads. What never changes is made once.

use std::collections::{BTreeMap, BTreeSet};

use cedar_policy::{
    Context, Entities, Entity, EntityId, EntityTypeName, EntityUid, Request, RestrictedExpression as Value,
};

use super::sets::EngineFault;
use crate::{
    domain::{
        age::AgeRange,
        code::{Category, Municipality},
        party::{PartyId, Role},
    },
    policy::load::{
        dataset::Dataset,
        facts::{Course, Derived, Facts, PartyFacts},
        glossary::Glossary,
        reply::Wish,
    },
};

/// The names that requests are made of.
pub(in crate::policy) struct Words {
    party: EntityTypeName,
    purpose: EntityTypeName,
    receive: EntityUid,
    pub(in crate::policy) gateway: EntityUid,
    roles: BTreeMap<Role, EntityUid>,
}

/// The facts could not be put in Cedar's form.
#[derive(Debug)]
pub(in crate::policy) struct Unspeakable;

impl Words {
    pub(in crate::policy) fn new() -> Result<Self, EngineFault> {
        let mut roles = BTreeMap::new();
        for role in Role::ALL {
            roles.insert(role, uid(&type_name("Role")?, role.as_str()));
        }
        Ok(Self {
            party: type_name("Party")?,
            purpose: type_name("Purpose")?,
            receive: uid(&type_name("Action")?, "receive"),
            gateway: uid(&type_name("Gateway")?, "gateway"),
            roles,
        })
    }

    #[expect(clippy::unused_self, reason = "names are made from the vocabulary only")]
    pub(in crate::policy) fn uid(&self, kind: &str, id: &str) -> Result<EntityUid, EngineFault> {
        Ok(uid(&type_name(kind)?, id))
    }

    pub(in crate::policy) fn party_uid(&self, party: PartyId) -> EntityUid {
        uid(&self.party, &party.to_string())
    }

    pub(in crate::policy) fn entity(&self, facts: &PartyFacts) -> Result<Entity, Unspeakable> {
        let gemeenten = Value::new_set(facts.gemeenten.iter().map(|code: &Municipality| text(code.as_str())));
        let parents = self.roles.get(&facts.party.role).cloned().into_iter().collect();
        let attributes = [("gemeenten".to_owned(), gemeenten)].into_iter().collect();
        Entity::new(self.party_uid(facts.party), attributes, parents).map_err(|_| Unspeakable)
    }

    pub(in crate::policy) fn receive(
        &self,
        facts: &Facts,
        derived: &Derived,
        (dataset, glossary): (&Dataset, &Glossary),
        resource: &EntityUid,
    ) -> Result<(Request, Entities), Unspeakable> {
        let recipient = self.entity(&facts.recipient)?;
        let sender = self.entity(&facts.sender)?;
        let same = facts.recipient.party == facts.sender.party;
        let parties = std::iter::once(recipient).chain((!same).then_some(sender));
        let entities = Entities::from_entities(parties, None).map_err(|_| Unspeakable)?;
        let person = &facts.person;
        let protection = person.protection();
        let mut today = glossary.values(&person.asserted, derived.today);
        today.extend([
            pair("ageAtLeast", Value::new_long(i64::from(derived.age.at_least))),
            pair("ageAtMost", Value::new_long(i64::from(derived.age.at_most))),
            pair("curatele", Value::new_bool(derived.curatele)),
            pair("onbevoegdVoorDeze", Value::new_bool(protection.is_onbevoegd_voor_deze(derived.age))),
            pair("bevoegdheidOpgegeven", Value::new_bool(protection.onbevoegd_voor_deze.is_some())),
            pair("loopbaan", course(&derived.course)?),
            pair("verwijderd", Value::new_bool(derived.removed)),
            pair("contactgemeenteGevraagd", Value::new_bool(derived.contactgemeente_asked)),
            pair("leerplichtig", Value::new_bool(derived.plicht.possible.is_some())),
            pair("zekerLeerplichtig", Value::new_bool(derived.plicht.certain)),
            pair("verblijf", text(person.verblijf.as_str())),
        ]);
        let context = Context::from_pairs([
            pair("sender", Value::new_entity_uid(self.party_uid(facts.sender.party))),
            pair("purpose", Value::new_entity_uid(uid(&self.purpose, facts.purpose.as_str()))),
            pair("categories", Value::new_set(facts.categories.iter().map(|code| text(code.as_str())))),
            pair(
                "sensitivity",
                Value::new_set(sensitivities(dataset, &facts.categories).into_iter().map(text)),
            ),
            pair("pgn", Value::new_bool(facts.is_pgn)),
            pair("datum", Value::new_long(derived.datum)),
            pair("person", Value::new_record(today).map_err(|_| Unspeakable)?),
            pair("aanContactgemeente", Value::new_bool(derived.is_to_contactgemeente(facts))),
            pair("college", Value::new_set(derived.college.iter().map(|code| text(code.as_str())))),
            pair(
                "indiening",
                record([
                    pair("ageAtLeast", Value::new_long(i64::from(derived.age_submitted.at_least))),
                    pair("ageAtMost", Value::new_long(i64::from(derived.age_submitted.at_most))),
                    pair("loopbaan", course(&derived.course_submitted)?),
                ])?,
            ),
            pair(
                "verwijdering",
                record([
                    pair("ageAtLeast", Value::new_long(i64::from(derived.age_removed.at_least))),
                    pair("ageAtMost", Value::new_long(i64::from(derived.age_removed.at_most))),
                    pair("leerplichtig", Value::new_bool(derived.plicht_removed.possible.is_some())),
                    pair("zekerLeerplichtig", Value::new_bool(derived.plicht_removed.certain)),
                    pair(
                        "leerplichtigOm",
                        Value::new_set(derived.plicht_removed.possible.map(|why| text(why.as_str()))),
                    ),
                ])?,
            ),
            pair("replies", Value::new_set(facts.earlier.replies.iter().map(|one| text(one.as_str())))),
            pair("wishes", wishes(&facts.wishes)),
            pair(
                "earlier",
                record([
                    pair("indiening", age(facts.earlier.indiening)?),
                    pair("curatele", Value::new_bool(facts.earlier.curatele)),
                    pair("wishes", wishes(&facts.earlier.wishes)),
                ])?,
            ),
            pair("bezwaar", Value::new_bool(facts.bezwaar)),
            pair("bezwaarGegrond", Value::new_bool(facts.bezwaar_gegrond)),
            pair("beperking", Value::new_bool(facts.beperking)),
            pair("beperkingGegrond", Value::new_bool(facts.beperking_gegrond)),
        ])
        .map_err(|_| Unspeakable)?;
        let principal = self.party_uid(facts.recipient.party);
        let request = Request::new(principal, self.receive.clone(), resource.clone(), context, None)
            .map_err(|_| Unspeakable)?;
        Ok((request, entities))
    }
}

pub(in crate::policy) fn pair(name: &str, value: Value) -> (String, Value) {
    (name.to_owned(), value)
}

pub(in crate::policy) fn text(text: &str) -> Value {
    Value::new_string(text.to_owned())
}

fn age(range: AgeRange) -> Result<Value, Unspeakable> {
    record([
        pair("ageAtLeast", Value::new_long(i64::from(range.at_least))),
        pair("ageAtMost", Value::new_long(i64::from(range.at_most))),
    ])
}

fn course(course: &Course) -> Result<Value, Unspeakable> {
    record([
        pair("verlaten", Value::new_bool(course.has_left)),
        pair("maandenSindsVerlaten", Value::new_long(course.months_since_left)),
        pair("gediplomeerd", Value::new_bool(course.has_diploma)),
        pair("diplomadatumBekend", Value::new_bool(course.months_since_diploma.is_some())),
        pair("maandenSindsDiploma", Value::new_long(course.months_since_diploma.unwrap_or_default())),
    ])
}

fn wishes(all: &BTreeSet<Wish>) -> Value {
    Value::new_set(all.iter().map(|wish| text(wish.as_str())))
}

fn record<const N: usize>(pairs: [(String, Value); N]) -> Result<Value, Unspeakable> {
    Value::new_record(pairs).map_err(|_| Unspeakable)
}

fn type_name(name: &str) -> Result<EntityTypeName, EngineFault> {
    name.parse().map_err(|_| EngineFault("schema.cedarschema".to_owned(), format!("`{name}` is no type")))
}

fn uid(kind: &EntityTypeName, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(id))
}

/// The sensitivities of these categories.
fn sensitivities<'a>(dataset: &'a Dataset, categories: &'a BTreeSet<Category>) -> BTreeSet<&'static str> {
    categories
        .iter()
        .filter_map(|code| dataset.categories.get(code))
        .map(|info| info.sensitivity.as_str())
        .collect()
}
