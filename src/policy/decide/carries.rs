//! What the rules read of a declaration: whether a transfer can rest on it, or be stopped by it.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    domain::{
        code::{DatasetCode, Purpose},
        declaration::{Capacity, DeclarationKind},
        party::Role,
        problem::{Bilingual, Fault},
    },
    policy::load::{
        catalogue::Catalogue,
        dataset::{Basis, Dataset},
    },
};

/// A declaration that someone is about to record.
#[derive(Debug, Clone, Copy)]
pub struct Intended<'a> {
    /// What is declared.
    pub kind: DeclarationKind,
    /// Who declares; none where that is not known yet.
    pub by: Option<Capacity>,
    /// About which dataset.
    pub dataset: &'a DatasetCode,
    /// For which purpose; none is every purpose.
    pub purpose: Option<&'a Purpose>,
    /// Who records it, and sends what it is about.
    pub sender: Role,
    /// Towards whom; none is everyone.
    pub recipient: Option<Role>,
}

impl Catalogue {
    /// On which declarations a transfer on this basis can rest, and in which capacity someone gives them. Who may give one on a
    /// day, by age and measures, is decided when it is recorded and when it is used.
    #[must_use]
    pub fn declarations_of(
        &self,
        dataset: &Dataset,
        basis: &Basis,
    ) -> BTreeMap<DeclarationKind, BTreeSet<Capacity>> {
        let mut all: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for kind in DeclarationKind::ALL.into_iter().filter(|kind| kind.names_its_recipient()) {
            let able = |by: &Capacity| self.reads(dataset, basis, kind, Some(*by));
            let able: BTreeSet<_> = Capacity::ALL.into_iter().filter(able).collect();
            if !able.is_empty() {
                all.insert(kind, able);
            }
        }
        all
    }

    /// What is wrong with a declaration on which no transfer can rest: it would be kept of a person for nothing. Who gives it
    /// instead is one of those who may, of this person and on this day, as far as that is known.
    #[must_use]
    pub fn idle(&self, intended: &Intended<'_>, may: impl Fn(Capacity) -> bool) -> Option<Fault> {
        self.idle_whoever(intended).or_else(|| self.idle_by(intended, may))
    }

    fn idle_whoever(&self, intended: &Intended<'_>) -> Option<Fault> {
        let (dataset, between) = self.between(intended).filter(|_| intended.kind.names_its_recipient())?;
        let Some(first) = between.first() else { return Some(self.no_transfer()) };
        let read = |kind, by| between.iter().any(|basis| self.reads(dataset, basis, kind, by));
        let kind = intended.kind;
        (!read(kind, None)).then(|| {
            self.carries_nothing(
                "/kind",
                first,
                Bilingual::of(
                    format!("Deze gegevens gaan niet mee op grond van een verklaring `{kind}`: zij zou niets veranderen."),
                    format!("These data do not travel on a declaration `{kind}`: it would change nothing."),
                ),
                self.instead(dataset, intended, &read),
            )
        })
    }

    /// The same of who gives it: no rule between these two asks for one by this capacity.
    fn idle_by(&self, intended: &Intended<'_>, may: impl Fn(Capacity) -> bool) -> Option<Fault> {
        let (kind, by) = (intended.kind, intended.by?);
        let (dataset, between) = self.between(intended).filter(|_| kind.names_its_recipient())?;
        let read = |by: &Capacity| between.iter().any(|basis| self.reads(dataset, basis, kind, Some(*by)));
        let able: Vec<_> = Capacity::ALL.into_iter().filter(read).collect();
        if able.is_empty() || able.contains(&by) {
            return None;
        }
        let now = if able == [Capacity::Persoon] {
            Bilingual::new(
                "De jongere geeft haar zelf, op elke leeftijd.",
                "The young person gives it in person, at any age.",
            )
        } else {
            let today: Vec<_> = able.iter().copied().filter(|by| may(*by)).collect();
            let able = if today.is_empty() { able } else { today };
            let able = able.into_iter().map(Capacity::as_str).collect::<Vec<_>>().join(", ");
            Bilingual::of(
                format!("Wie haar kan geven, hangt af van de leeftijd en van wie het gezag heeft: {able}."),
                format!("Who can give it depends on the age and on who has authority (gezag): {able}."),
            )
        };
        Some(self.carries_nothing(
            "/givenBy",
            between.first()?,
            Bilingual::of(
                format!("Een verklaring `{kind}` van `{by}` draagt deze overdracht niet: zij zou niets veranderen."),
                format!("A declaration `{kind}` by `{by}` does not carry this transfer: it would change nothing."),
            ),
            now,
        ))
    }

    fn carries_nothing(&self, pointer: &str, basis: &Basis, text: Bilingual, now: Bilingual) -> Fault {
        self.cited(Fault {
            provisions: basis.provisions.clone(),
            text,
            now: Some(now),
            ..Fault::at(pointer, "carries-nothing", "", "")
        })
    }

    /// That an objection or a restriction does not stop the transfer, where it does not. It is recorded all the same: it is for
    /// the controller to answer it.
    #[must_use]
    pub fn stops_nothing(&self, intended: &Intended<'_>) -> Option<Fault> {
        if !matches!(intended.kind, DeclarationKind::Bezwaar | DeclarationKind::Beperking) {
            return None;
        }
        let (dataset, between) = self.between(intended)?;
        if between.is_empty() {
            return Some(self.cited(Fault {
                provisions: "avg:6:1".parse().into_iter().collect(),
                now: Some(Bilingual::new(
                    "Bedoelt de jongere een andere overdracht, leg haar dan vast met die ontvanger en dat doel, of zonder.",
                    "If the young person means another transfer, record it with that recipient and purpose, or without.",
                )),
                ..Fault::at(
                    "/towards",
                    "stops-nothing",
                    "U stuurt deze gegevens op geen enkele grondslag aan deze ontvanger voor dit doel. De verklaring houdt niets tegen.",
                    "You send these data to this recipient for this purpose on no basis. The declaration stops nothing.",
                )
            }));
        }
        if between.iter().any(|basis| self.reads(dataset, basis, intended.kind, None)) {
            return None;
        }
        let rests_on_consent = between.iter().all(|basis| basis.ground.as_deref() == Some("6(1)(a)"));
        // What goes to the person is no transfer against which anybody objects.
        let to_parties = between.iter().filter(|basis| !basis.recipients.contains(&Role::Betrokkene));
        let mut provisions: Vec<_> = to_parties.flat_map(|basis| basis.provisions.clone()).collect();
        provisions.sort();
        provisions.dedup();
        let (text, now) = if rests_on_consent {
            (
                Bilingual::new(
                    "Deze overdracht rust op toestemming. Een verzoek om beperking houdt haar niet tegen.",
                    "This transfer rests on consent. A request for restriction does not stop it.",
                ),
                Bilingual::new(
                    "Wil de jongere de overdracht niet, leg dan vast dat de toestemming is ingetrokken.",
                    "If the young person does not want the transfer, record that the consent is withdrawn.",
                ),
            )
        } else {
            (
                Bilingual::new(
                    "De wet verplicht tot deze overdracht. De verklaring houdt haar niet tegen.",
                    "The law orders this transfer. The declaration does not stop it.",
                ),
                Bilingual::new(
                    "Leg de jongere uit waarom, binnen een maand (art. 12 lid 3 AVG).",
                    "Explain to the young person why, within a month (art. 12(3) GDPR).",
                ),
            )
        };
        Some(self.cited(Fault {
            provisions,
            text,
            now: Some(now),
            ..Fault::at("/kind", "stops-nothing", "", "")
        }))
    }

    /// The dataset, and its bases for that sender, recipient and purpose.
    fn between(&self, intended: &Intended<'_>) -> Option<(&Dataset, Vec<&Basis>)> {
        let dataset = self.dataset(intended.dataset)?;
        // A purpose that does not exist is told as that.
        if intended.purpose.is_some_and(|purpose| self.purpose(purpose).is_none()) {
            return None;
        }
        Some((dataset, dataset.bases.values().filter(|basis| intended.is_between(basis)).collect()))
    }

    fn reads(&self, dataset: &Dataset, basis: &Basis, kind: DeclarationKind, by: Option<Capacity>) -> bool {
        let mut conditions = self.conditions_of(dataset, basis);
        // A guard that stands by asks of no dataset of today.
        basis.reads.has(kind, by)
            || conditions.any(|condition| condition.standby.is_none() && condition.reads.has(kind, by))
    }

    fn no_transfer(&self) -> Fault {
        self.cited(Fault {
            provisions: "avg:6:1".parse().into_iter().collect(),
            now: Some(Bilingual::new(
                "Kijk in de lijst wie deze gegevens mag ontvangen, en waarvoor (/v1/datasets).",
                "See the list for who may receive these data, and for what (/v1/datasets).",
            )),
            ..Fault::at(
                "/towards",
                "carries-nothing",
                "U stuurt deze gegevens op geen enkele grondslag aan deze ontvanger voor dit doel. De verklaring zou niets veranderen.",
                "You send these data to this recipient for this purpose on no basis. The declaration would change nothing.",
            )
        })
    }

    /// What to record instead.
    fn instead(
        &self,
        dataset: &Dataset,
        intended: &Intended<'_>,
        read: &impl Fn(DeclarationKind, Option<Capacity>) -> bool,
    ) -> Bilingual {
        let others =
            [DeclarationKind::Instemming, DeclarationKind::Toestemming, DeclarationKind::GeenBezwaar];
        if let Some(other) = others.into_iter().find(|other| read(*other, None)) {
            return Bilingual::of(
                format!("Vraag om {other} en leg die vast (`kind`: `{other}`)."),
                format!("Ask for {other} and record that (`kind`: `{other}`)."),
            );
        }
        let asked = dataset.rests_on.as_ref().and_then(|code| self.dataset(code));
        let kinds = asked.into_iter().flat_map(|asked| {
            let bases = asked.bases.values().filter(|basis| intended.is_between_roles(basis));
            bases.flat_map(|basis| {
                self.declarations_of(asked, basis).into_keys().map(|kind| (&asked.code, kind))
            })
        });
        match kinds.min() {
            Some((code, kind)) => Bilingual::of(
                format!(
                    "Vraag om {kind} en leg die vast voor `{code}`: het antwoord daarop draagt deze gegevens."
                ),
                format!(
                    "Ask for {kind} and record that for `{code}`: the answer to that carries these data."
                ),
            ),
            None => Bilingual::new(
                "Leg niets vast: deze overdracht heeft geen verklaring nodig.",
                "Record nothing: this transfer needs no declaration.",
            ),
        }
    }
}

impl Intended<'_> {
    fn is_between(&self, basis: &Basis) -> bool {
        self.is_between_roles(basis) && self.purpose.is_none_or(|purpose| basis.purposes.contains(purpose))
    }

    fn is_between_roles(&self, basis: &Basis) -> bool {
        basis.senders.contains(&self.sender)
            && self.recipient.is_none_or(|recipient| basis.recipients.contains(&recipient))
    }
}
