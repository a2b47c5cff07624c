//! What an entry says without what it is about: why not, and events that need no more than words.

use crate::{accesslog::entry::Event, cli::Language};

/// A cause that is no condition, in words where there are some.
pub(super) fn cause(code: &str, language: Language) -> String {
    let known = CAUSES.iter().find(|(known, ..)| *known == code);
    known.map_or_else(|| code.to_owned(), |(_, nl, en)| language.pick(*nl, *en).to_owned())
}

const CAUSES: [(&str, &str, &str); 35] = [
    (
        "not-found",
        "het is er niet, of het is niet voor deze partij",
        "it is not there, or not for this party",
    ),
    ("not-a-recipient", "het is niet aan deze partij gestuurd", "it was not sent to this party"),
    ("not-the-sender", "deze partij heeft het niet gestuurd", "this party did not send it"),
    ("not-the-recorder", "deze partij heeft het niet vastgelegd", "this party did not record it"),
    (
        "neither-sender-nor-recipient",
        "deze partij heeft het niet gestuurd, en het is niet aan haar gestuurd",
        "this party did not send it, and it was not sent to this party",
    ),
    ("own-packet", "deze partij heeft het zelf gestuurd", "this party sent it itself"),
    (
        "another-kind",
        "het is er wel, maar het is een pakket en geen verzoek, of andersom",
        "it is there, but it is a packet and no request, or the reverse",
    ),
    ("withdrawn", "het was ingetrokken", "it was withdrawn"),
    ("expires-soon", "de termijn is bijna voorbij", "its term is almost over"),
    ("expired", "de termijn was voorbij", "its term was over"),
    ("acknowledged", "de ontvangst was al bevestigd", "it was acknowledged already"),
    ("already-answered", "het was al anders beantwoord", "it was answered otherwise"),
    ("withheld", "de sleutel was ingetrokken", "the key was revoked"),
    (
        "content-not-allowed",
        "wat erin staat, past niet bij de grondslag",
        "what it holds does not fit the basis",
    ),
    (
        "another-recipient-refused",
        "dit mocht wel, maar een andere ontvanger mocht of kon het niet krijgen, en dan gaat het naar niemand",
        "this was allowed, but another recipient might or could not have it, and then it goes to nobody",
    ),
    (
        "recipient-has-no-key",
        "dit mocht wel, maar de ontvanger heeft geen sleutel om voor te versleutelen",
        "this was allowed, but the recipient has no key that could be sealed to",
    ),
    (
        "categories-narrowed",
        "het pakket bevat meer dan nu nog mag",
        "the packet holds more than is allowed by now",
    ),
    ("unknown-dataset", "deze gegevensset bestaat niet", "there is no such dataset"),
    ("unknown-purpose", "dit doel bestaat niet", "there is no such purpose"),
    ("unknown-category", "een deel ervan kent de gegevensset niet", "the dataset does not know a part of it"),
    ("no-basis", "er is geen grondslag voor", "there is no basis for it"),
    (
        "ambiguous-basis",
        "er is meer dan één grondslag, en de afzender koos er geen",
        "there is more than one basis, and the sender chose none",
    ),
    ("conditions-fail", "aan een voorwaarde is niet voldaan", "a condition is not met"),
    ("route", "deze partij mag dit niet", "this party may not do this"),
    (
        "policy-fault",
        "de gateway kon het niet beoordelen; dat ligt aan de gateway",
        "the gateway could not judge it; the gateway is at fault",
    ),
    ("not-this-role", "een partij in deze rol mag dit niet doen", "a party in this role may not do this"),
    (
        "mandate-ended",
        "de ontvanger werkt niet meer voor dat college",
        "the recipient acts for that college no more",
    ),
    ("recipient-blocked", "de ontvanger is geblokkeerd", "the recipient is blocked"),
    ("certificate-revoked", "het certificaat is ingetrokken", "the certificate is revoked"),
    ("certificate-expired", "het certificaat is verlopen", "the certificate has expired"),
    ("certificate-not-yet-valid", "het certificaat geldt nog niet", "the certificate is not valid yet"),
    (
        "certificate-not-registered",
        "het certificaat is niet geregistreerd",
        "the certificate is not registered",
    ),
    (
        "certificate-revocation-unknown",
        "of het certificaat is ingetrokken, is niet bekend",
        "whether the certificate is revoked is not known",
    ),
    ("registration-blocked", "deze partij is geblokkeerd", "this party is blocked"),
    (
        "already-acknowledged",
        "de ontvangst was al zonder dit kenmerk bevestigd",
        "it was acknowledged already without this reference",
    ),
];

/// Events that need no more than words: what was done, and the same as what was wanted.
pub(super) const fn plain(event: Event, language: Language) -> (&'static str, &'static str) {
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
        Event::Forget => (
            ("vergat wat voor beslissingen bewaard werd: de termijn is voorbij", "vergeten wat bewaard werd"),
            ("forgot what was kept for decisions: its term is over", "forget what was kept"),
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
        // These are told with what they are about.
        Event::Push
        | Event::Notice
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
