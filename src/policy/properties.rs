//! What must hold of the rules whatever the facts: where more can only help, where something can never matter.

use std::collections::BTreeSet;

use jiff::{Timestamp, ToSpan as _, civil::Date};
use proptest::{collection::btree_set, prelude::*, sample::select};

use super::fixture::engine;
use crate::{
    domain::{
        age::AgeRange,
        assertion::{
            Assertions, GEDIPLOMEERD, GEDIPLOMEERD_OP, HANDELINGSBEKWAAM, INGESCHREVEN, LEERPLICHTIG,
            MAATREGEL, ONBEVOEGD_VOOR_DEZE, PROFIEL, STARTKWALIFICATIE, VERLATEN_OP, VERWIJDERD_OP,
        },
        clock::amsterdam_midnight,
        declaration::{Capacity, DeclarationKind},
        party::{PartyId, Role},
        person::{Maatregel, Protection},
        problem::Fault,
    },
    policy::{
        decide::{
            carries::Intended,
            routes::{DeclarationFacts, RouteAction, RouteContext},
        },
        load::{facts::PartyFacts, reply::Wish, whatif::WhatIf},
    },
};

fn now() -> Timestamp {
    "2026-11-02T11:00:00Z".parse().unwrap()
}

fn question(dataset: &str, purpose: &str, sender: Role, recipient: Role) -> WhatIf {
    WhatIf {
        dataset: Some(dataset.parse().unwrap()),
        purpose: Some(purpose.parse().unwrap()),
        sender_role: Some(sender),
        recipient_role: Some(recipient),
        recipient_gemeenten: BTreeSet::from(["0361".parse().unwrap()]),
        verblijf: Some("0361".parse().unwrap()),
        ..WhatIf::default()
    }
}

fn permitted(question: &WhatIf) -> bool {
    engine().decide(&question.facts(now()).unwrap()).into_result().is_ok()
}

/// What stands in the way; nothing where it is permitted.
fn answer(question: &WhatIf) -> Vec<Fault> {
    let decided = engine().decide(&question.facts(now()).unwrap()).into_result();
    decided.err().map(|refusal| refusal.reasons).unwrap_or_default()
}

const RECIPIENTS: [Role; 4] = [Role::WerkEnInkomen, Role::Doorstroompunt, Role::Leerplicht, Role::Betrokkene];

fn schools() -> impl Strategy<Value = Role> {
    select(vec![Role::ProSchool, Role::VsoSchool, Role::MboSchool])
}

fn capacities() -> impl Strategy<Value = BTreeSet<Capacity>> {
    btree_set(select(Capacity::ALL.to_vec()), 0..5)
}

fn codes(all: &[&str]) -> impl Strategy<Value = BTreeSet<String>> {
    btree_set(select(all.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>()), 0..3)
}

fn measures() -> impl Strategy<Value = BTreeSet<String>> {
    codes(&["curatele", "mentorschap", "bewind"])
}

fn reasons() -> impl Strategy<Value = BTreeSet<String>> {
    codes(&["gerechtvaardigd-belang", "bijzondere-omstandigheden"])
}

fn days() -> impl Strategy<Value = Date> {
    (2015i16..=2026, 1i8..=10, 1i8..=28).prop_map(|(year, month, day)| Date::new(year, month, day).unwrap())
}

fn profiles() -> impl Strategy<Value = BTreeSet<String>> {
    btree_set(select(vec!["arbeid".to_owned(), "onderwijs".to_owned(), "dagbesteding".to_owned()]), 0..2)
}

/// What is said of a fact, where anything is.
fn perhaps(said: Assertions, code: &str, value: Option<bool>) -> Assertions {
    match value {
        Some(value) => said.with(code, value),
        None => said,
    }
}

/// Both that these agree and that they consent.
fn agreed(by: &BTreeSet<Capacity>) -> BTreeSet<Wish> {
    let kinds = [DeclarationKind::Instemming, DeclarationKind::Toestemming];
    by.iter().flat_map(|by| kinds.map(|kind| Wish::of(kind, *by))).collect()
}

/// The request to continue, and the document that follows from it.
fn both(sender: Role) -> [WhatIf; 2] {
    let asked = |dataset| question(dataset, "voortzetting-ondersteuning", sender, Role::WerkEnInkomen);
    let accepted = BTreeSet::from(["verzoek-voortzetting:ja".parse().unwrap()]);
    [asked("verzoek-voortzetting"), WhatIf { replies: accepted, ..asked("overgangsdocument") }]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_representative_agrees_in_the_place_of_a_competent_adult(
        sender in schools(), age in 18u16..60, mut by in capacities(), mut maatregel in measures(),
        onbevoegd in any::<bool>(), reden in reasons(), profiel in profiles(), left in days(),
    ) {
        by.remove(&Capacity::Persoon);
        maatregel.remove("curatele");
        for asked in both(sender) {
            let asked = WhatIf {
                age: Some(age), wishes: agreed(&by), earlier_wishes: agreed(&by),
                asserted: Assertions::default()
                    .with(MAATREGEL, maatregel.clone()).with(ONBEVOEGD_VOOR_DEZE, onbevoegd)
                    .with("reden", reden.clone()).with(PROFIEL, profiel.clone()).with(VERLATEN_OP, left)
                    .with(GEDIPLOMEERD, true).with(GEDIPLOMEERD_OP, left),
                ..asked
            };
            prop_assert!(!permitted(&asked));
        }
    }

    #[test]
    fn no_term_age_or_enrolment_stops_the_document_once_the_college_continued(
        sender in schools(), left in days(), diploma in days(), enrolled in any::<bool>(), later in 0i64..20_000,
        born in 1960i16..2008, leerplichtig in any::<Option<bool>>(), qualified in any::<bool>(),
    ) {
        let [_, document] = both(sender);
        let asked = now();
        let document = WhatIf {
            birth_date: Some(format!("{born}-06-01").parse().unwrap()),
            earlier_submitted: Some(super::whatif::Moment(asked)),
            at: Some(super::whatif::Moment(amsterdam_midnight(Date::constant(2026, 11, 3).saturating_add(later.days())))),
            earlier_wishes: agreed(&BTreeSet::from([Capacity::Persoon])),
            asserted: perhaps(Assertions::default(), LEERPLICHTIG, leerplichtig)
                .with(PROFIEL, "arbeid").with(VERLATEN_OP, left).with(INGESCHREVEN, enrolled)
                .with(GEDIPLOMEERD, true).with(GEDIPLOMEERD_OP, diploma).with(STARTKWALIFICATIE, qualified),
            ..document
        };
        prop_assert!(permitted(&document));
    }

    /// A declaration that is not recorded since nothing rests on it would change no answer.
    #[test]
    fn what_carries_nothing_changes_no_decision(
        sender in schools(), recipient in select(RECIPIENTS.to_vec()), age in 4u16..40, by in capacities(),
        kind in select(vec![DeclarationKind::Instemming, DeclarationKind::Toestemming, DeclarationKind::GeenBezwaar]),
        capacity in select(Capacity::ALL.to_vec()), maatregel in measures(), profiel in profiles(), left in days(),
        explicit in any::<bool>(), replied in any::<bool>(),
    ) {
        for dataset in engine().catalogue().datasets() {
            let purposes = dataset.bases.values().flat_map(|basis| &basis.purposes).collect::<BTreeSet<_>>();
            for purpose in purposes {
                let intended = Intended {
                    kind, by: Some(capacity), dataset: &dataset.code, purpose: Some(purpose), sender,
                    recipient: Some(recipient),
                };
                if engine().catalogue().idle(&intended, |_| true).is_none() {
                    continue;
                }
                let without = WhatIf {
                    age: Some(age), wishes: agreed(&by),
                    replies: replied.then(|| "verzoek-voortzetting:ja".parse().unwrap()).into_iter().collect(),
                    asserted: Assertions::default().with(MAATREGEL, maatregel.clone())
                        .with(PROFIEL, profiel.clone()).with(VERLATEN_OP, left).with(VERWIJDERD_OP, left),
                    ..question(dataset.code.as_str(), purpose.as_str(), sender, recipient)
                };
                let mut wishes = without.wishes.clone();
                wishes.insert(Wish::of(kind, capacity));
                if explicit && kind == DeclarationKind::Toestemming {
                    wishes.insert(Wish::explicit(capacity));
                }
                let with = WhatIf { wishes, ..without.clone() };
                prop_assert_eq!(answer(&without), answer(&with));
            }
        }
    }

    /// Who may not consent adds nothing, and takes nothing away.
    #[test]
    fn another_declaration_never_turns_a_yes_into_a_no(
        sender in schools(), age in 12u16..30, given in capacities(), more in capacities(), maatregel in measures(),
        onbevoegd in any::<bool>(), left in days(),
    ) {
        let profile = question("uitstroomprofiel", "loopbaanbegeleiding", sender, Role::WerkEnInkomen);
        for asked in both(sender).into_iter().chain([profile]) {
            let one = WhatIf {
                age: Some(age), wishes: agreed(&given),
                asserted: Assertions::default()
                    .with(MAATREGEL, maatregel.clone()).with(ONBEVOEGD_VOOR_DEZE, onbevoegd)
                    .with(INGESCHREVEN, true).with(VERLATEN_OP, left).with(GEDIPLOMEERD, true)
                    .with(PROFIEL, "arbeid"),
                earlier_wishes: agreed(&given), ..asked
            };
            let all: BTreeSet<Capacity> = given.union(&more).copied().collect();
            let other = WhatIf {
                wishes: agreed(&all), earlier_wishes: agreed(&all), ..one.clone()
            };
            prop_assert!(!permitted(&one) || permitted(&other));
        }
    }

    /// The report to Leerplicht asks for the decision and nothing else.
    #[test]
    fn only_the_decision_matters_to_the_report_to_leerplicht(
        sender in schools(), age in any::<Option<u8>>(), decided in 0i64..4, enrolled in any::<bool>(),
        qualified in any::<bool>(), leerplichtig in any::<Option<bool>>(), left in days(),
    ) {
        let day = Date::constant(2026, 11, 1).saturating_add(decided.days());
        let said = perhaps(Assertions::default(), LEERPLICHTIG, leerplichtig)
            .with(INGESCHREVEN, enrolled).with(STARTKWALIFICATIE, qualified).with(VERLATEN_OP, left);
        let report = WhatIf {
            age: age.map(u16::from).filter(|age| *age < 100),
            asserted: said.clone().with(VERWIJDERD_OP, day), bezwaar: true, beperking: true,
            ..question("verwijderingsmelding", "verzuim-leerplicht", sender, Role::Leerplicht)
        };
        prop_assert_eq!(permitted(&report), decided < 2);
        let left_only = WhatIf { asserted: said, ..report };
        prop_assert!(!permitted(&left_only));
    }

    /// What an incomplete date of birth permits, every date that it may be permits too.
    #[test]
    fn an_incomplete_date_permits_no_more_than_each_complete_one(
        sender in select(vec![Role::ProSchool, Role::VsoSchool]), year in 1995i16..2014, month in 1i8..=12,
        day in 1i8..=28, leerplichtig in any::<Option<bool>>(), given in capacities(), maatregel in measures(),
        onbevoegd in any::<Option<bool>>(),
    ) {
        let exact = format!("{year}-{month:02}-{day:02}");
        let removal = question("verwijderingsmelding", "doorstroompunt-taak", sender, Role::Doorstroompunt);
        let told = |role| question("uitstroomprofiel", "loopbaanbegeleiding", sender, role);
        let profiles = [Role::WerkEnInkomen, Role::Doorstroompunt, Role::Leerplicht].map(told);
        let [request, _] = both(sender);
        for asked in profiles.into_iter().chain([removal, request]) {
            let asked = WhatIf {
                asserted: perhaps(perhaps(Assertions::default(), LEERPLICHTIG, leerplichtig), ONBEVOEGD_VOOR_DEZE, onbevoegd)
                    .with(MAATREGEL, maatregel.clone()).with(INGESCHREVEN, true).with(VERWIJDERD_OP, Date::constant(2026, 10, 30)),
                wishes: agreed(&given), ..asked
            };
            let born = |text: &str| WhatIf { birth_date: Some(text.parse().unwrap()), ..asked.clone() };
            for vague in [format!("{year}-{month:02}-00"), format!("{year}-00-00"), "0000-00-00".to_owned()] {
                prop_assert!(!permitted(&born(&vague)) || permitted(&born(&exact)));
            }
        }
    }
}

/// Ages on both sides of each line that the acts draw below 18.
const MINOR: [u16; 4] = [11, 15, 16, 17];

/// Measures as they are asserted, curatele in both ways.
fn measured() -> [Protection; 4] {
    let of = |maatregel: &[Maatregel], handelingsbekwaam, onbevoegd_voor_deze| Protection {
        handelingsbekwaam,
        maatregel: maatregel.iter().copied().collect(),
        onbevoegd_voor_deze,
    };
    [
        of(&[Maatregel::Curatele], false, None),
        of(&[], false, Some(true)),
        of(&[Maatregel::Mentorschap], true, None),
        of(&[Maatregel::Mentorschap, Maatregel::Bewind], true, Some(true)),
    ]
}

/// A measure works from 18, also where it was ordered before (BW 1:381:1, 1:451:5).
#[test]
fn no_measure_changes_what_of_a_minor_may_be_sent() {
    let none = BTreeSet::new();
    let everybody = Capacity::ALL.into_iter().collect();
    let each = Capacity::ALL.map(|one| BTreeSet::from([one]));
    for sender in [Role::ProSchool, Role::VsoSchool, Role::MboSchool] {
        let told = |role| question("uitstroomprofiel", "loopbaanbegeleiding", sender, role);
        let profiles = [Role::WerkEnInkomen, Role::Doorstroompunt, Role::Leerplicht].map(told);
        let copy = question("overgangsdocument", "loopbaanbegeleiding", sender, Role::Betrokkene);
        let asked: Vec<_> = both(sender).into_iter().chain(profiles).chain([copy]).collect();
        for (age, by) in MINOR
            .into_iter()
            .flat_map(|age| [&none, &everybody].into_iter().chain(&each).map(move |by| (age, by)))
        {
            for asked in &asked {
                let said = Assertions::default().with(INGESCHREVEN, true).with(GEDIPLOMEERD, true);
                let plain = WhatIf {
                    age: Some(age),
                    wishes: agreed(by),
                    earlier_wishes: agreed(by),
                    asserted: said.with(PROFIEL, "arbeid"),
                    ..asked.clone()
                };
                let without = permitted(&plain);
                for measure in measured() {
                    let names: BTreeSet<String> =
                        measure.maatregel.iter().map(|one| one.as_str().to_owned()).collect();
                    let said = plain.asserted.clone().with(MAATREGEL, names);
                    let said = said.with(HANDELINGSBEKWAAM, measure.handelingsbekwaam);
                    let said = perhaps(said, ONBEVOEGD_VOOR_DEZE, measure.onbevoegd_voor_deze);
                    let measured = WhatIf { asserted: said, ..plain.clone() };
                    assert_eq!(permitted(&measured), without, "{measured:?}");
                }
            }
        }
    }
}

/// Nor who may declare or withdraw for one.
#[test]
fn no_measure_changes_who_may_act_for_a_minor() {
    let school = PartyFacts {
        party: PartyId::new("00000099000000000001".parse().unwrap(), Role::ProSchool),
        gemeenten: BTreeSet::new(),
    };
    let (none, measures) = (Protection::none(), measured());
    let may = |action, at, facts: DeclarationFacts<'_>| {
        engine().may(action, &school, RouteContext::declaring(at, facts)).is_ok()
    };
    for at in ["2026-08-30T10:00:00Z".parse().unwrap(), now()] {
        for (age, kind) in MINOR
            .into_iter()
            .flat_map(|age| DeclarationKind::ALL.map(|kind| (AgeRange { at_least: age, at_most: age }, kind)))
        {
            for (by, given_by) in
                Capacity::ALL.into_iter().flat_map(|by| Capacity::ALL.map(|given_by| (by, given_by)))
            {
                let facts = DeclarationFacts { kind, by, given_by, age, protection: &none };
                let actions = [RouteAction::Withdraw, RouteAction::Declare];
                for action in actions.into_iter().take(if by == given_by { 2 } else { 1 }) {
                    let without = may(action, at, facts);
                    for protection in &measures {
                        let facts = DeclarationFacts { protection, ..facts };
                        assert_eq!(may(action, at, facts), without, "{action} {at} {facts:?}");
                    }
                }
            }
        }
    }
}
