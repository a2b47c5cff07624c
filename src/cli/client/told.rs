//! An entry of the access log as one sentence for people: when, who, what, of whom, on which ground, and why not.

mod words;

use jiff::Timestamp;
use serde_json::Value;

use self::words::{cause, plain};
use super::names::Names;
use crate::{
    accesslog::entry::{CategoryFault, Event, Outcome, Part},
    cli::{Language, language::tell, moment},
    domain::{
        age::AgeRange,
        code::{OutcomeCode, Provision},
        party::{PartyId, Role},
    },
    policy::{Catalogue, law::LawEntry, minimise::words_of, wording::Ages},
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

/// The parts of an entry that this party may read.
#[derive(Debug, Default)]
pub struct Told {
    parts: Vec<Part>,
}

impl Told {
    /// The parts of an entry as the gateway gives it; a part in a form that this program does not know is left out.
    #[must_use]
    pub fn of(item: &Value) -> Self {
        let mut parts: Vec<&Value> =
            item.get("parts").and_then(Value::as_array).into_iter().flatten().collect();
        // What both parties know comes first; what one party alone knows says more.
        parts.sort_by_key(|part| part.get("part").and_then(Value::as_str) != Some("shared"));
        let bodies = parts.into_iter().filter_map(|part| part.get("body")?.as_str());
        Self { parts: bodies.filter_map(|body| Part::from_json(body.as_bytes()).ok()).collect() }
    }

    /// These parts, what both parties know first.
    #[must_use]
    pub fn parts(parts: impl IntoIterator<Item = Part>) -> Self {
        Self { parts: parts.into_iter().collect() }
    }

    /// How it ended.
    #[must_use]
    pub fn outcome(&self) -> Option<Outcome> {
        self.first(|part| part.outcome)
    }

    fn first<T>(&self, of: impl Fn(&Part) -> Option<T>) -> Option<T> {
        self.parts.iter().find_map(of)
    }

    fn all<T: Clone + PartialEq>(&self, of: impl Fn(&Part) -> &[T]) -> Vec<T> {
        let mut all: Vec<T> = Vec::new();
        for one in self.parts.iter().flat_map(|part| of(part).iter()) {
            if !all.contains(one) {
                all.push(one.clone());
            }
        }
        all
    }
}

/// How old the person was, as far as the refusal said it.
fn ages_of(part: &Part) -> Ages {
    let range = |[at_least, at_most]: [u16; 2]| AgeRange { at_least, at_most };
    part.ages.iter().map(|(place, age)| (place.clone(), range(*age))).collect()
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
            for part in [&who, " ", &done, &self.ground(told)] {
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
            Event::Push | Event::Request | Event::Question | Event::Declare | Event::WithdrawDeclaration
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
        let pair = match (event, language) {
            // The person is no party: nothing goes there but what the sender hands over.
            (Event::Push, Language::Nl) if is_copy => (
                format!("maakte een afschrift van {what} voor de jongere"),
                format!("een afschrift van {what} voor de jongere maken"),
            ),
            (Event::Push, Language::En) if is_copy => (
                format!("made a copy of {what} for the young person"),
                format!("make a copy of {what} for the young person"),
            ),
            (Event::Push | Event::Request | Event::Question, Language::Nl) => {
                (format!("stuurde {what}{to}"), format!("{what}{to} sturen"))
            }
            (Event::Push | Event::Request | Event::Question, Language::En) => {
                (format!("sent {what}{to}"), format!("send {what}{to}"))
            }
            (Event::Pull, Language::Nl) => {
                (format!("haalde {what} op{from}"), format!("{what} ophalen{from}"))
            }
            (Event::Pull, Language::En) => {
                (format!("collected {what}{from}"), format!("collect {what}{from}"))
            }
            (Event::Acknowledge, Language::Nl) => {
                (format!("bevestigde de ontvangst van {what}"), format!("de ontvangst van {what} bevestigen"))
            }
            (Event::Acknowledge, Language::En) => {
                (format!("acknowledged {what}"), format!("acknowledge {what}"))
            }
            (Event::Declare, Language::Nl) => (
                format!("legde vast: {kind}{by} voor {what}{to}"),
                format!("{kind}{by} voor {what}{to} vastleggen"),
            ),
            (Event::Declare, Language::En) => {
                (format!("recorded: {kind}{by} for {what}{to}"), format!("record {kind}{by} for {what}{to}"))
            }
            (Event::WithdrawDeclaration, Language::Nl) => (
                format!("legde vast dat {kind} voor {what}{to} is ingetrokken{by}"),
                format!("vastleggen dat {kind} voor {what}{to} is ingetrokken{by}"),
            ),
            (Event::WithdrawDeclaration, Language::En) => (
                format!("recorded that {kind} for {what}{to} was withdrawn{by}"),
                format!("record that {kind} for {what}{to} was withdrawn{by}"),
            ),
            (Event::DecideDeclaration, Language::Nl) => (
                format!("besliste over {kind} voor {what}{verdict}"),
                format!("beslissen over {kind} voor {what}"),
            ),
            (Event::DecideDeclaration, Language::En) => {
                (format!("decided upon {kind} for {what}{verdict}"), format!("decide upon {kind} for {what}"))
            }
            (Event::Answer, Language::Nl) => {
                (format!("beantwoordde {what}{answer}"), format!("{what} beantwoorden"))
            }
            (Event::Answer, Language::En) => (format!("answered {what}{answer}"), format!("answer {what}")),
            (Event::WithdrawPacket, Language::Nl) => {
                (format!("trok {what}{for_whom} in"), format!("{what}{for_whom} intrekken"))
            }
            (Event::WithdrawPacket, Language::En) => {
                (format!("withdrew {what}{for_whom}"), format!("withdraw {what}{for_whom}"))
            }
            (Event::CopyForPerson, Language::Nl) => (
                format!("haalde het afschrift van {what} op om het aan de jongere te geven"),
                format!("het afschrift van {what} ophalen om het aan de jongere te geven"),
            ),
            (Event::CopyForPerson, Language::En) => (
                format!("collected the copy of {what}, to give it to the young person"),
                format!("collect the copy of {what}, to give it to the young person"),
            ),
            (Event::Evaluated, Language::Nl) => (
                format!("vroeg wat er over {what} zou worden beslist"),
                format!("vragen wat er over {what} zou worden beslist"),
            ),
            (Event::Evaluated, Language::En) => (
                format!("asked what would be decided about {what}"),
                format!("ask what would be decided about {what}"),
            ),
            (
                Event::PartyRegistered
                | Event::PartyRemoved
                | Event::PartyBlocked
                | Event::PartyUnblocked
                | Event::MandateRegistered
                | Event::MandateEnded,
                _,
            ) => {
                let (done, doing) = plain(event, language);
                (format!("{done}: {subject}"), format!("{doing}: {subject}"))
            }
            _ => {
                let (done, doing) = plain(event, language);
                (done.to_owned(), doing.to_owned())
            }
        };
        (pair.0, pair.1)
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
