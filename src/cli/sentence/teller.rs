//! An entry of the access log as one sentence for people: when, who, what, of whom, on which ground, and why not.

use jiff::Timestamp;

use super::{
    acts::{Acts, acts},
    told::{Told, ages_of},
    words::cause,
};
use crate::{
    accesslog::entry::{CategoryFault, Event, Outcome},
    cli::{Language, language::tell, moment, names::Names},
    domain::{
        code::{OutcomeCode, Provision},
        party::{PartyId, Role},
    },
    policy::{Catalogue, law::LawEntry, minimise::words_of},
};

/// Tells entries in one language, with the names of organisations and the articles of the law.
#[derive(Debug)]
pub struct Teller<'a> {
    /// What organisations are called.
    pub names: &'a Names,
    /// The rules, for articles and the texts of conditions; they may be older or newer than the gateway's.
    pub rules: &'a Catalogue,
    /// In which language.
    pub language: Language,
}

impl Teller<'_> {
    /// The sentence.
    #[must_use]
    pub fn sentence(&self, at: Option<Timestamp>, told: &Told) -> String {
        let language = self.language;
        let mut text = at.map(|at| format!("{} · ", moment::long(at, language))).unwrap_or_default();
        let Some(event) = told.first(|part| part.event) else {
            text.push_str(language.pick(
                "de inhoud van deze regel is gewist, of in een vorm die dit programma niet kent",
                "what this entry said was erased, or is in a form that this program does not know",
            ));
            return text;
        };
        let entries = told.first(|part| part.entries);
        let who = told.first(|part| part.caller).map(|party| self.party(party));
        let nobody = match event {
            Event::Expire | Event::Forget | Event::Notice | Event::BodyErased => {
                language.pick("de gateway", "the gateway")
            }
            _ => language.pick("de beheerder", "the operator"),
        };
        let who = who.unwrap_or_else(|| nobody.to_owned());
        // Who acted within a party stands in that party's own part.
        let who = match told.first(|part| part.staff.clone()) {
            Some(staff) => format!("{who} ({}, {})", staff.reference(), staff.function()),
            None => who,
        };
        let (done, doing) = self.acts(event, told);
        if told.outcome() == Some(Outcome::Refused) && event == Event::Evaluated {
            // The question was asked; only its answer is no.
            text.push_str(&tell!(language, "{who} {done}: nee", "{who} {done}: no"));
            text.push_str(&self.reasons(told));
        } else if told.outcome() == Some(Outcome::Refused) {
            text.push_str(&tell!(
                language,
                "{who} wilde {doing}: geweigerd",
                "{who} wanted to {doing}: refused"
            ));
            text.push_str(&self.reasons(told));
        } else {
            for part in [&who, " ", &done, &Self::cause_of(event, told, language), &self.ground(told)] {
                text.push_str(part);
            }
        }
        if let Some([first, last]) = entries {
            text.push_str(&tell!(language, " · regels {first}-{last}", " · entries {first}-{last}"));
        }
        text.push_str(&Self::about(told, language));
        text
    }

    /// What was done, and the same as what was wanted.
    fn acts(&self, event: Event, told: &Told) -> (String, String) {
        let language = self.language;
        let what = self.what(told);
        let recipient = told.first(|part| part.recipient);
        let is_copy = recipient.is_some_and(|party| party.role == Role::Betrokkene);
        let to = recipient.map(|party| self.party(party));
        let for_whom =
            to.as_ref().map(|party| tell!(language, " voor {party}", " for {party}")).unwrap_or_default();
        let to = to.map(|party| tell!(language, " aan {party}", " to {party}")).unwrap_or_default();
        // The college that is meant stands behind the party that acts for it, or else behind what it is about.
        let place = told.first(|part| part.municipality.clone());
        let place = place.map(|code| self.names.place(code.as_str()));
        let place = place
            .map(|place| tell!(language, " voor gemeente {place}", " for municipality {place}"))
            .unwrap_or_default();
        let names_recipient = matches!(
            event,
            Event::Push
                | Event::Request
                | Event::Question
                | Event::Declare
                | Event::WithdrawDeclaration
                | Event::Notice
        );
        let (what, to) = if names_recipient { (what, to + &place) } else { (what + &place, to) };
        let from = told.first(|part| part.sender).map(|party| self.party(party));
        let from = from.map(|party| tell!(language, " van {party}", " from {party}")).unwrap_or_default();
        let subject = told.first(|part| part.subject).map(|party| self.party(party)).unwrap_or_default();
        let kind = told.first(|part| part.declaration_kind);
        let kind = kind.map_or_else(
            || language.pick("een verklaring", "a declaration").to_owned(),
            |kind| kind.to_string(),
        );
        let by = told.first(|part| part.capacity);
        let by = by.map(|by| tell!(language, " door {by}", " by {by}")).unwrap_or_default();
        let answer = told.first(|part| part.answer.clone()).map(|code| self.answered(&code, told));
        let answer =
            answer.map(|words| tell!(language, " met: {words}", " with: {words}")).unwrap_or_default();
        let verdict =
            told.first(|part| part.verdict).map(|verdict| format!(": {verdict}")).unwrap_or_default();
        acts(event, is_copy, &Acts { what, to, from, for_whom, subject, kind, by, answer, verdict }, language)
    }

    /// What was answered, in words; as its code where these rules do not list it.
    fn answered(&self, code: &OutcomeCode, told: &Told) -> String {
        let dataset = told.first(|part| part.dataset.clone());
        let dataset = dataset.and_then(|dataset| self.rules.dataset(&dataset));
        let title = dataset.and_then(|dataset| dataset.outcome(code)).map(|outcome| outcome.title.clone());
        title.map_or_else(|| code.to_string(), |title| self.language.pick(title.nl, title.en).into_owned())
    }

    /// The dataset with its article, or what is meant without one.
    fn what(&self, told: &Told) -> String {
        let language = self.language;
        let Some(code) = told.first(|part| part.dataset.clone()) else {
            return language.pick("een pakket", "a packet").to_owned();
        };
        match code.as_str() {
            "verwijderingsmelding" => tell!(language, "de {code}", "the {code}"),
            "verzoek-voortzetting" => {
                language.pick("het verzoek om voortzetting", "the request to continue the support").to_owned()
            }
            _ => tell!(language, "het {code}", "the {code}"),
        }
    }

    /// Why the operator stopped a party, in the operator's own code; or of what a notice is.
    fn cause_of(event: Event, told: &Told, language: Language) -> String {
        let Some(code) = told.parts.iter().rev().find_map(|part| part.cause.as_ref()) else {
            return String::new();
        };
        match event {
            Event::PartyBlocked => tell!(language, ", reden: {code}", ", reason: {code}"),
            Event::Notice => format!(": {}", cause(code, language)),
            _ => String::new(),
        }
    }

    /// On which articles it was done.
    fn ground(&self, told: &Told) -> String {
        let mut provisions = told.all(|part| &part.provisions);
        if provisions.is_empty() {
            let dataset = told.first(|part| part.dataset.clone());
            let dataset = dataset.and_then(|code| self.rules.dataset(&code));
            let basis = dataset.zip(told.first(|part| part.basis.clone()));
            let basis = basis.and_then(|(dataset, id)| dataset.bases.get(&id));
            provisions.extend(basis.into_iter().flat_map(|basis| basis.provisions.iter().cloned()));
        }
        let articles = self.articles(&provisions);
        if articles.is_empty() {
            return String::new();
        }
        tell!(self.language, ", op grond van {articles}", ", on the ground of {articles}")
    }

    /// Why it was refused: the conditions in words, the articles, or the code of the cause.
    fn reasons(&self, told: &Told) -> String {
        let language = self.language;
        let ages = told.first(|part| (!part.ages.is_empty()).then(|| ages_of(part))).unwrap_or_default();
        let mut texts: Vec<String> = told
            .all(|part| &part.conditions)
            .iter()
            .map(|id| match self.rules.condition(id) {
                Some(condition) => {
                    let text = condition.told_of(ages.clone());
                    language.pick(text.nl, text.en).into_owned()
                }
                None => cause(id, language),
            })
            .collect();
        texts.extend(self.wrong_parts(told));
        if texts.is_empty() {
            // The own part, which stands behind the shared one, knows more.
            let causes = told.parts.iter().rev().find_map(|part| part.cause.clone());
            texts.extend(causes.map(|code| cause(&code, language)));
        }
        let mut text = if texts.is_empty() { String::new() } else { format!(": {}", texts.join(" ")) };
        let articles = self.articles(&told.all(|part| &part.provisions));
        if !articles.is_empty() {
            text = format!("{} ({articles})", text.trim_end());
        }
        text
    }

    /// Which parts of the content stood in the way, by the titles that the dataset gives them.
    fn wrong_parts(&self, told: &Told) -> Vec<String> {
        let language = self.language;
        let dataset = told.first(|part| part.dataset.clone()).and_then(|code| self.rules.dataset(&code));
        let one = |fault: &CategoryFault| {
            let category = dataset.and_then(|dataset| dataset.categories.get(&fault.category));
            let title = category.map(|info| language.pick(&info.title.nl, &info.title.en).to_string());
            let title = title.unwrap_or_else(|| fault.category.to_string());
            let why = words_of(&fault.code).map(|text| language.pick(&text.nl, &text.en).to_string());
            format!("“{title}”: {}", why.unwrap_or_else(|| fault.code.clone()))
        };
        told.all(|part| &part.faults).iter().map(one).collect()
    }

    fn articles(&self, provisions: &[Provision]) -> String {
        let cited =
            |id: &Provision| self.rules.provision(id).map_or_else(|| id.to_string(), LawEntry::citation);
        provisions.iter().map(cited).collect::<Vec<_>>().join("; ")
    }

    fn party(&self, party: PartyId) -> String {
        self.names.id(party, self.language)
    }

    /// For what, and by which the same is found elsewhere: the packet or declaration, and the person.
    fn about(told: &Told, language: Language) -> String {
        let purpose = told.first(|part| part.purpose.clone()).map(|purpose| purpose.to_string());
        let packet = told.first(|part| part.packet).map(|id| id.to_string());
        let id = packet.or_else(|| told.first(|part| part.declaration).map(|id| id.to_string()));
        let person = told.first(|part| part.person).map(|id| id.to_string());
        [
            (language.pick("doel", "purpose"), purpose),
            (language.pick("kenmerk", "id"), id),
            (language.pick("persoon", "person"), person),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some(format!(" · {name} {}", value?)))
        .collect()
    }
}
