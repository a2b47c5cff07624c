//! What is wrong with a declaration, whoever gave it: each part by itself, and together those that must agree.

use jiff::{Timestamp, ToSpan as _, civil::Date};

use super::{parts::Parts, reach};
use crate::{
    domain::{
        age::BirthDate,
        clock::amsterdam_date,
        declaration::{DeclarationKind, EvidenceKind, Towards},
        party::Role,
        person::PersonReference,
        problem::{Bilingual, Fault},
    },
    exchange::{Exchange, caller::Caller, push::days::unborn, toolbox::Toolbox},
    policy::{dataset::Basis, days::before_birth},
};

impl Exchange {
    /// What is wrong with the parts of a declaration that is not in order as a whole.
    pub fn wrong_with_declaration(&self, caller: &Caller, parts: &Parts<'_>) -> Vec<Fault> {
        let (towards, mut faults) = self.tools.judge_declaration(caller, parts, self.clock.now());
        let recipient = towards.as_ref().map(Towards::role);
        let intended = parts.intended(caller.party().role, recipient);
        faults.extend(intended.and_then(|intended| self.tools.catalogue.idle(&intended, |_| true)));
        faults
    }
}

impl Toolbox {
    /// Towards whom it holds, and all that is wrong.
    pub(super) fn judge_declaration(
        &self,
        caller: &Caller,
        parts: &Parts<'_>,
        now: Timestamp,
    ) -> (Option<Towards>, Vec<Fault>) {
        let mut faults = self.wrong_with(parts, caller.party().role, now);
        let Some(address) = parts.towards else { return (None, faults) };
        match self.towards(caller, address, now) {
            Ok(towards) => (Some(towards), faults),
            Err(more) => {
                let moved = |fault| Fault { pointer: "/towards".to_owned(), ..fault };
                faults.extend(more.into_iter().map(moved));
                (None, faults)
            }
        }
    }

    fn wrong_with(&self, parts: &Parts<'_>, recorder: Role, now: Timestamp) -> Vec<Fault> {
        let mut faults = Vec::new();
        if parts.dataset.is_some_and(|dataset| self.catalogue.dataset(dataset).is_none()) {
            faults.push(Fault {
                now: Some(Bilingual::new(
                    "Kies een gegevensset uit de lijst (/v1/datasets).",
                    "Choose a dataset from the list (/v1/datasets).",
                )),
                ..Fault::at("/dataset", "unknown-dataset", "Deze dataset bestaat niet.", "No such dataset.")
            });
        }
        if parts.purpose.is_some_and(|purpose| self.catalogue.purpose(purpose).is_none()) {
            faults.push(Fault {
                now: Some(Bilingual::new(
                    "Kies een doel dat de gegevensset noemt (/v1/datasets).",
                    "Choose a purpose that the dataset names (/v1/datasets).",
                )),
                ..Fault::at("/purpose", "unknown-purpose", "Dit doel bestaat niet.", "No such purpose.")
            });
        }
        faults.extend(reach::too_wide(parts, recorder).into_iter().map(|fault| self.catalogue.cited(fault)));
        if parts.reference.is_some_and(PersonReference::is_pgn) {
            faults.extend(self.wrong_with_pgn(parts, recorder));
        }
        let today = amsterdam_date(now);
        for (day, pointer) in [(parts.given_at, "/givenAt"), (parts.recorded_on, "/evidence/recordedOn")] {
            if day.is_some_and(|day| day > today) {
                faults.push(Fault::at(
                    pointer,
                    "in-the-future",
                    "Deze dag ligt in de toekomst.",
                    "This day lies in the future.",
                ));
            }
        }
        faults.extend(impossible(parts, now));
        faults.extend(self.older_than_its_ground(parts, recorder));
        if parts.until.zip(parts.given_at).is_some_and(|(until, given_at)| until > longest(given_at)) {
            faults.push(Fault {
                now: Some(Bilingual::new(
                    "Noem een dag binnen tien jaar na de verklaring, of laat deze dag weg.",
                    "Name a day within ten years of the declaration, or leave it out.",
                )),
                ..Fault::at(
                    "/until",
                    "too-far",
                    "Deze dag ligt meer dan tien jaar na de verklaring.",
                    "This day lies more than ten years after the declaration.",
                )
            });
        }
        let ends_early = parts.until.zip(parts.given_at).is_some_and(|(until, given_at)| until <= given_at);
        let carries = parts.kind.is_some_and(DeclarationKind::names_its_recipient);
        if carries && !ends_early && parts.until.is_some_and(|until| until <= today) {
            faults.push(Fault {
                now: Some(Bilingual::new(
                    "Kijk de dag na. Geldt de verklaring nog, noem dan een latere dag of laat deze dag weg.",
                    "Look at the day. If the declaration still holds, name a later day or leave it out.",
                )),
                ..Fault::at(
                    "/until",
                    "already-over",
                    "Deze verklaring geldt al niet meer: deze dag telt zelf niet mee, en is vandaag of eerder.",
                    "This declaration holds no more: this day is not included, and is today or earlier.",
                )
            });
        }
        if ends_early {
            faults.push(Fault::at(
                "/until",
                "ends-before-it-begins",
                "De verklaring eindigt voordat zij begint.",
                "The declaration ends before it begins.",
            ));
        }
        let spoken = parts.evidence == Some(EvidenceKind::Mondeling);
        if parts.kind == Some(DeclarationKind::GeenBezwaar) && spoken {
            faults.push(Fault::at(
                "/evidence/kind",
                "must-be-written",
                "Geen bezwaar moet schriftelijk zijn (Participatiewet 65, Wet SUWI 74).",
                "A no-objection must be in writing (Participatiewet 65, Wet SUWI 74).",
            ));
        }
        faults
    }

    /// Nobody agrees to what no act knew of yet, nor consents under an act that did not apply.
    fn older_than_its_ground(&self, parts: &Parts<'_>, recorder: Role) -> Option<Fault> {
        let (kind, given_at) = parts.kind.zip(parts.given_at)?;
        let dataset = self.catalogue.dataset(parts.dataset?)?;
        let rests_on_it = |basis: &&Basis| match kind {
            DeclarationKind::Instemming => dataset.kind.asks(),
            DeclarationKind::Toestemming => basis.ground.as_deref() == Some("6(1)(a)"),
            DeclarationKind::GeenBezwaar
            | DeclarationKind::Kennisgenomen
            | DeclarationKind::Bezwaar
            | DeclarationKind::Beperking => false,
        };
        let own =
            dataset.bases.values().filter(|basis| basis.senders.contains(&recorder)).filter(rests_on_it);
        let grounds = own.filter_map(|basis| self.catalogue.provision(basis.provisions.first()?));
        let ground = grounds.min_by_key(|ground| ground.in_force_from)?;
        let from = ground.in_force_from;
        (given_at < from).then(|| {
            self.catalogue.cited(Fault {
                provisions: vec![ground.id.clone()],
                now: Some(Bilingual::new("Vraag het opnieuw en leg dat vast.", "Ask again and record that.")),
                text: Bilingual::of(
                    format!("Deze dag ligt voor {from}. Vanaf die dag geldt de wet waarop deze verklaring rust."),
                    format!("This day lies before {from}. From that day the act holds on which this declaration rests."),
                ),
                ..Fault::at("/givenAt", "before-the-act", "", "")
            })
        })
    }

    /// A pseudonym of the persoonsgebonden nummer is a use of it: a declaration may use it where its dataset may.
    fn wrong_with_pgn(&self, parts: &Parts<'_>, recorder: Role) -> Option<Fault> {
        let dataset = self.catalogue.dataset(parts.dataset?)?;
        if !dataset.has_pgn() {
            let provisions: &[&str] = match recorder {
                Role::ProSchool => &["wvo2020:8.17", "wvo2020:8.18"],
                Role::VsoSchool => &["wec:161", "wec:162"],
                Role::MboSchool => &["web:2.5.5a", "web:9.2.6"],
                Role::Doorstroompunt | Role::Leerplicht => &["web:9.2.6"],
                Role::WerkEnInkomen | Role::Verwerker | Role::Betrokkene => &["uavg:46"],
            };
            return Some(self.catalogue.cited(Fault {
                provisions: provisions.iter().filter_map(|one| one.parse().ok()).collect(),
                now: Some(Bilingual::new(
                    "Gebruik het eigen nummer van uw organisatie.",
                    "Use a number of your own organisation.",
                )),
                ..Fault::at(
                    "/person/reference",
                    "pgn-not-in-this-flow",
                    "Het persoonsgebonden nummer (BSN of onderwijsnummer) mag hier niet mee: de wet noemt deze stroom niet in de lijst van wat met het nummer mag.",
                    "The persoonsgebonden nummer (BSN or education number) may not travel here: the law does not name this flow in the list of what the number may be used for.",
                )
            }));
        }
        let told = parts.kind.is_none_or(DeclarationKind::names_its_purpose);
        (!parts.names_purpose && !told).then(|| {
            Fault::at(
                "/purpose",
                "missing",
                "Noem het doel: een persoonsgebonden nummer wordt alleen binnen één doel herkend.",
                "Name the purpose: a persoonsgebonden nummer is recognised within one purpose only.",
            )
        })
    }
}

/// The last day until which a declaration of this day may hold. No act names one: a day further on is a mistake.
fn longest(given_at: Date) -> Date {
    given_at.saturating_add(10.years())
}

/// Days that cannot be, or not beside each other.
fn impossible(parts: &Parts<'_>, now: Timestamp) -> Vec<Fault> {
    let born = parts.birth_date;
    let mut faults: Vec<_> =
        born.and_then(|born| unborn(born, "/person/birthDate", now)).into_iter().collect();
    let first_day = born.and_then(BirthDate::first_day);
    if parts.given_at.zip(first_day).is_some_and(|(given_at, first)| given_at < first) {
        faults.push(before_birth("/givenAt"));
    }
    if parts.recorded_on.zip(parts.given_at).is_some_and(|(recorded_on, given_at)| recorded_on < given_at) {
        faults.push(Fault::at(
            "/evidence/recordedOn",
            "before-it-was-given",
            "Dit bewijs is van voor de dag waarop de verklaring is gegeven.",
            "This evidence is from before the day on which the declaration was given.",
        ));
    }
    faults
}
