//! An entry of the access log as one sentence for people: when, who, what, of whom, on which ground, and why not.

use jiff::Timestamp;
use serde_json::Value;

use super::names::Names;
use crate::{
    accesslog::entry::{Event, Outcome, Part},
    cli::{Language, language::tell, moment},
    domain::{code::Provision, id::PersonId, party::PartyId},
    policy::{Catalogue, law::LawEntry},
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
        let parts = item.get("parts").and_then(Value::as_array).into_iter().flatten();
        let bodies = parts.filter_map(|part| part.get("body")?.as_str());
        Self { parts: bodies.filter_map(|body| Part::from_json(body.as_bytes()).ok()).collect() }
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
        let who = told.first(|part| part.caller).map(|party| self.party(party));
        let nobody = match event {
            Event::Expire | Event::Notice => language.pick("de gateway", "the gateway"),
            _ => language.pick("de beheerder", "the operator"),
        };
        let who = who.unwrap_or_else(|| nobody.to_owned());
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
        if let Some(person) = told.first(|part: &Part| part.person) {
            text.push_str(&Self::about(person, language));
        }
        text
    }

    /// What was done, and the same as what was wanted.
    fn acts(&self, event: Event, told: &Told) -> (String, String) {
        let language = self.language;
        let what = self.what(told);
        let to = told.first(|part| part.recipient).map(|party| self.party(party));
        let to = to.map(|party| tell!(language, " aan {party}", " to {party}")).unwrap_or_default();
        // The college that is meant stands behind the party that acts for it, or else behind what it is about.
        let place = told.first(|part| part.municipality.clone());
        let place = place
            .map(|place| tell!(language, " voor gemeente {place}", " for municipality {place}"))
            .unwrap_or_default();
        let names_recipient =
            matches!(event, Event::Push | Event::Request | Event::Question | Event::Declare);
        let (what, to) = if names_recipient { (what, to + &place) } else { (what + &place, to) };
        let from = told.first(|part| part.sender).map(|party| self.party(party));
        let from = from.map(|party| tell!(language, " van {party}", " from {party}")).unwrap_or_default();
        let subject = told.first(|part| part.subject).map(|party| self.party(party)).unwrap_or_default();
        let kind = told.first(|part| part.declaration_kind);
        let kind = kind
            .map_or_else(|| language.pick("verklaring", "declaration").to_owned(), |kind| kind.to_string());
        let by = told.first(|part| part.capacity);
        let by = by.map(|by| tell!(language, " door {by}", " by {by}")).unwrap_or_default();
        let answer = match told.first(|part| part.continues) {
            Some(true) => language.pick(" met ja", " with yes"),
            Some(false) => language.pick(" met nee", " with no"),
            None => "",
        };
        let verdict =
            told.first(|part| part.verdict).map(|verdict| format!(": {verdict}")).unwrap_or_default();
        let pair = match (event, language) {
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
            (Event::Declare, Language::Nl) => {
                (format!("legde vast: {kind}{by} voor {what}{to}"), format!("{kind}{by} vastleggen"))
            }
            (Event::Declare, Language::En) => {
                (format!("recorded: {kind}{by} for {what}{to}"), format!("record {kind}{by}"))
            }
            (Event::WithdrawDeclaration, Language::Nl) => {
                (format!("legde vast dat {kind} is ingetrokken{by}"), format!("{kind} intrekken{by}"))
            }
            (Event::WithdrawDeclaration, Language::En) => {
                (format!("recorded that {kind} was withdrawn{by}"), format!("withdraw {kind}{by}"))
            }
            (Event::DecideDeclaration, Language::Nl) => {
                (format!("besliste over {kind}{verdict}"), format!("beslissen over {kind}"))
            }
            (Event::DecideDeclaration, Language::En) => {
                (format!("decided upon {kind}{verdict}"), format!("decide upon {kind}"))
            }
            (Event::Answer, Language::Nl) => {
                (format!("beantwoordde {what}{answer}"), format!("{what} beantwoorden"))
            }
            (Event::Answer, Language::En) => (format!("answered {what}{answer}"), format!("answer {what}")),
            (Event::WithdrawPacket, Language::Nl) => {
                (format!("trok {what} in{to}"), format!("{what} intrekken"))
            }
            (Event::WithdrawPacket, Language::En) => {
                (format!("withdrew {what}{to}"), format!("withdraw {what}"))
            }
            (Event::CopyForPerson, Language::Nl) => (
                format!("maakte het afschrift van {what} voor de jongere"),
                format!("het afschrift van {what} krijgen"),
            ),
            (Event::CopyForPerson, Language::En) => {
                (format!("made the copy of {what} for the young person"), format!("get the copy of {what}"))
            }
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
        let conditions = told.all(|part| &part.conditions);
        let mut texts: Vec<String> = conditions
            .iter()
            .map(|id| match self.rules.condition(id) {
                Some(condition) => {
                    let (text, _) = condition.texts();
                    language.pick(text.nl, text.en).into_owned()
                }
                None => id.clone(),
            })
            .collect();
        if texts.is_empty() {
            texts.extend(told.first(|part| part.cause.clone()).map(|code| cause(&code, language)));
        }
        let mut text = if texts.is_empty() { String::new() } else { format!(": {}", texts.join(" ")) };
        let articles = self.articles(&told.all(|part| &part.provisions));
        if !articles.is_empty() {
            text = format!("{} ({articles})", text.trim_end());
        }
        text
    }

    fn articles(&self, provisions: &[Provision]) -> String {
        let cited =
            |id: &Provision| self.rules.provision(id).map_or_else(|| id.to_string(), LawEntry::citation);
        provisions.iter().map(cited).collect::<Vec<_>>().join("; ")
    }

    fn party(&self, party: PartyId) -> String {
        self.names.id(party, self.language)
    }

    fn about(person: PersonId, language: Language) -> String {
        tell!(language, " · persoon {person}", " · person {person}")
    }
}

/// A cause without a condition, in words where there are some.
fn cause(code: &str, language: Language) -> String {
    let known = CAUSES.iter().find(|(known, ..)| *known == code);
    known.map_or_else(|| code.to_owned(), |(_, nl, en)| language.pick(*nl, *en).to_owned())
}

const CAUSES: [(&str, &str, &str); 6] = [
    (
        "not-found",
        "het is er niet, of het is niet voor deze partij",
        "it is not there, or not for this party",
    ),
    ("withdrawn", "het was ingetrokken", "it was withdrawn"),
    ("expired", "de termijn was voorbij", "its term was over"),
    ("acknowledged", "de ontvangst was al bevestigd", "it was acknowledged already"),
    ("already-answered", "het was al anders beantwoord", "it was answered otherwise"),
    ("withheld", "de sleutel was ingetrokken", "the key was revoked"),
];

/// Events that need no more than words: what was done, and the same as what was wanted.
const fn plain(event: Event, language: Language) -> (&'static str, &'static str) {
    let (nl, en) = match event {
        Event::Lookup => (
            ("vroeg naar de stand van iets", "weten hoe iets staat"),
            ("asked how something stands", "know how something stands"),
        ),
        Event::Call => (
            ("riep een lijst of register aan", "een lijst of register lezen"),
            ("called a list or register", "read a list or register"),
        ),
        Event::Expire => (
            ("beëindigde een pakket dat niet op tijd is opgehaald", "een pakket beëindigen"),
            ("ended a packet that was not collected in time", "end a packet"),
        ),
        Event::Search => {
            (("zocht een persoon", "een persoon zoeken"), ("searched for a person", "search for a person"))
        }
        Event::KeyPublished => {
            (("publiceerde een sleutel", "een sleutel publiceren"), ("published a key", "publish a key"))
        }
        Event::KeyRetired => (
            ("stelde een sleutel buiten gebruik", "een sleutel buiten gebruik stellen"),
            ("retired a key", "retire a key"),
        ),
        Event::KeyRevoked => {
            (("trok een sleutel in", "een sleutel intrekken"), ("revoked a key", "revoke a key"))
        }
        Event::CertificateRegistered => (
            ("registreerde een certificaat", "een certificaat registreren"),
            ("registered a certificate", "register a certificate"),
        ),
        Event::PartyRemoved => {
            (("verwijderde een partij", "een partij verwijderen"), ("removed a party", "remove a party"))
        }
        Event::PartyRegistered => (
            ("registreerde een partij", "een partij registreren"),
            ("registered a party", "register a party"),
        ),
        Event::PartyBlocked => {
            (("blokkeerde een partij", "een partij blokkeren"), ("blocked a party", "block a party"))
        }
        Event::PartyUnblocked => (
            ("liet een partij weer toe", "een partij weer toelaten"),
            ("let a party in again", "let a party in again"),
        ),
        Event::MandateRegistered => (
            ("legde een mandaat vast", "een mandaat vastleggen"),
            ("registered a mandate", "register a mandate"),
        ),
        Event::MandateEnded => {
            (("beëindigde een mandaat", "een mandaat beëindigen"), ("ended a mandate", "end a mandate"))
        }
        Event::PolicyActivated => (
            ("maakte ander beleid actief", "ander beleid actief maken"),
            ("made other policies the active ones", "activate policies"),
        ),
        Event::Export => (("maakte een uitvoer", "een uitvoer maken"), ("made an export", "make an export")),
        Event::Backup => {
            (("maakte een reservekopie", "een reservekopie maken"), ("made a backup", "make a backup"))
        }
        Event::GatewayKeyRotated => (
            ("maakte een nieuwe sleutel van de gateway", "een nieuwe sleutel maken"),
            ("made a new key of the gateway", "make a new key"),
        ),
        Event::BodyRead => (
            ("las de inhoud van regels", "de inhoud van regels lezen"),
            ("read bodies of entries", "read bodies of entries"),
        ),
        Event::BodyErased => (
            ("wiste de inhoud van een regel", "de inhoud van een regel wissen"),
            ("erased the body of an entry", "erase the body of an entry"),
        ),
        Event::Notice => (("gaf een bericht", "een bericht geven"), ("gave a notice", "give a notice")),
        // These are told with what they are about.
        Event::Push
        | Event::Request
        | Event::Pull
        | Event::Acknowledge
        | Event::Declare
        | Event::WithdrawDeclaration
        | Event::DecideDeclaration
        | Event::WithdrawPacket
        | Event::Answer
        | Event::Question
        | Event::CopyForPerson
        | Event::Evaluated => (("", ""), ("", "")),
    };
    match language {
        Language::Nl => nl,
        Language::En => en,
    }
}
