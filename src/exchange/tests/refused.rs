//! Of each operation that can be refused: by which facts, and what its entry says.

use std::collections::BTreeSet;

use zeroize::Zeroizing;

use super::*;
use crate::{
    accesslog::entry::Outcome,
    domain::{
        code::Grondslag,
        declaration::{Capacity, DeclarationKind, EvidenceKind, Verdict},
        id::DeclarationId,
        person::{OwnReference, PersonReference, Protection},
        plaintext::Plaintext,
    },
    exchange::{
        acknowledge::{AcknowledgeError, AcknowledgePacket},
        decide::{Decide, DecideError, Ruling},
        declare::{DeclareError, RecordWish, Wish},
        heavy::Weight,
        push::{Foreseen, PushError, PushPacket, check::Check},
        submission::{Address, Header},
        withdraw::{TakeBackDeclaration, TakeBackPacket, WithdrawError},
    },
    policy::dataset::DatasetKind,
};

/// A removal report as a school hands it in, with what is asserted of the pupil.
fn header(person: &serde_json::Value) -> Header {
    Header {
        dataset: "verwijderingsmelding".parse().unwrap(),
        purpose: "doorstroompunt-taak".parse().unwrap(),
        basis: None,
        recipients: vec![Address::Party(doorstroompunt().oin, Role::Doorstroompunt)],
        copy_for_person: None,
        reference: PersonReference::Own(OwnReference::new("L-2031").unwrap()),
        person: serde_json::from_value(person.clone()).unwrap(),
        rests_on: None,
        reply: None,
        expires: None,
        omit: BTreeSet::new(),
    }
}

fn removed() -> serde_json::Value {
    serde_json::json!({
        "birthDate": "2006-02-11", "verblijf": "0361", "ingeschreven": false, "verlatenOp": "2026-02-09",
        "verwijderdOp": "2026-02-09", "leerplichtig": false,
    })
}

fn content(tools: &Toolbox) -> Plaintext {
    let dataset = tools.catalogue.dataset(&"verwijderingsmelding".parse().unwrap()).unwrap();
    Plaintext::read(dataset.example.to_string().as_bytes()).unwrap()
}

/// What a push and a check of this come to, each with its accounts.
fn handed_in(by: PartyId, person: &serde_json::Value) -> [(PushError, Vec<Account>); 2] {
    let tools = toolbox();
    let facts = snapshot(&[school(), doorstroompunt(), party(3, Role::Verwerker)]);
    let by = caller(by, &facts);
    let prepare = || {
        let header = header(person);
        let prepared = tools.prepare(&by, DatasetKind::Packet, &header, content(&tools), now()).unwrap();
        (header, prepared)
    };
    let id = PacketId::new(now(), &SystemEntropy::new()).unwrap();
    let of = |no: No<PushError>| match no {
        No::For(error, accounts) => (error, accounts),
        _ => panic!("not a plain no"),
    };
    let (header, prepared) = prepare();
    let (weight, kind, body) = (Weight::LIGHT, DatasetKind::Packet, Zeroizing::new(Vec::new()));
    let push = PushPacket { id, kind, header, weight, prepared, key: String::new(), body: &body };
    let pushed = of(push.judge(&at(&by, &facts, &tools)).err().expect("a no"));
    let (header, prepared) = prepare();
    let check = Check { kind, header, weight, prepared, never: id };
    let checked = match check.judge(&at(&by, &facts, &tools)) {
        Err(no) => of(no),
        // A verdict says it of each recipient.
        Ok((mut verdicts, accounts)) => {
            let Foreseen { decision, keyless, .. } = verdicts.remove(0);
            let error = match decision {
                Err(refusal) => PushError::Refused(vec![(Some(0), refusal)]),
                Ok(_) => PushError::NoKey(keyless.into_iter().collect()),
            };
            (error, accounts)
        }
    };
    [pushed, checked]
}

#[test]
fn a_push_is_refused_for_its_conditions_and_each_recipient_has_its_entry() {
    let mut present = removed();
    present.as_object_mut().unwrap().remove("verwijderdOp");
    for (error, accounts) in handed_in(school(), &present) {
        let PushError::Refused(refusals) = error else { panic!("{error:?}") };
        assert_eq!(refusals.len(), 1);
        assert!(!refusals[0].1.reasons.is_empty());
        assert_eq!(accounts.len(), 1);
        assert_eq!(accounts[0].shared.outcome, Some(Outcome::Refused));
        assert_eq!(accounts[0].sender, Some(school()));
        assert!(!accounts[0].for_sender.conditions.is_empty(), "the sender hears why");
    }
}

#[test]
fn a_role_that_may_not_push_is_told_so_before_anything_else() {
    for (error, accounts) in handed_in(party(3, Role::Verwerker), &removed()) {
        let PushError::Refused(refusals) = error else { panic!("{error:?}") };
        assert_eq!(refusals[0].0, None, "no recipient's reason");
        assert_eq!(accounts.len(), 1);
        assert_eq!(accounts[0].shared.outcome, Some(Outcome::Refused));
    }
}

#[test]
fn a_push_to_whom_nothing_can_be_sealed_was_permitted_in_vain() {
    for (error, accounts) in handed_in(school(), &removed()) {
        let PushError::NoKey(faults) = error else { panic!("{error:?}") };
        assert_eq!(faults[0].pointer, "/recipients/0");
        assert_eq!(accounts[0].shared.cause.as_deref(), Some("recipient-has-no-key"));
        assert_eq!(accounts[0].shared.basis.as_ref().map(Grondslag::as_str), Some(BASIS));
    }
}

#[test]
fn an_acknowledgement_or_withdrawal_by_a_stranger_says_what_is_said_of_one_that_is_not_there() {
    let tools = toolbox();
    let packet = packet(&tools, MessageKind::Packet, &[(doorstroompunt(), BASIS)]);
    let id = packet.id;
    let parties = [school(), doorstroompunt(), party(3, Role::Doorstroompunt), party(4, Role::ProSchool)];
    let (facts, nothing) = (snapshot(&parties).with_message(packet), snapshot(&parties));

    let acknowledge = AcknowledgePacket { packet: id, reference: None };
    assert!(acknowledge.judge(&at(&caller(doorstroompunt(), &facts), &facts, &tools)).is_ok());
    let stranger = caller(party(3, Role::Doorstroompunt), &facts);
    let of = |facts: &Snapshot| told(acknowledge.judge(&at(&stranger, facts, &tools)).expect_err("a no"));
    let ((there, entry), (absent, other)) = (of(&facts), of(&nothing));
    assert!(matches!((there, absent), (AcknowledgeError::NotFound, AcknowledgeError::NotFound)));
    assert_eq!((&entry.shared, &entry.for_recipient), (&other.shared, &other.for_recipient));

    let withdraw = TakeBackPacket { packet: id };
    assert!(withdraw.judge(&at(&caller(school(), &facts), &facts, &tools)).is_ok());
    let stranger = caller(party(4, Role::ProSchool), &facts);
    let of = |facts: &Snapshot| told(withdraw.judge(&at(&stranger, facts, &tools)).expect_err("a no"));
    let ((there, entry), (absent, other)) = (of(&facts), of(&nothing));
    assert!(matches!((there, absent), (WithdrawError::NotFound, WithdrawError::NotFound)));
    assert_eq!(&entry.shared, &other.shared);
}

#[test]
fn a_declaration_that_is_not_the_callers_is_neither_withdrawn_nor_decided() {
    let tools = toolbox();
    let facts = snapshot(&[school(), doorstroompunt()]);
    let by = caller(school(), &facts);
    let declaration = DeclarationId::new(now(), &SystemEntropy::new()).unwrap();
    let withdraw = TakeBackDeclaration { declaration, by: Capacity::Persoon };
    let (error, entry) = told(withdraw.judge(&at(&by, &facts, &tools)).expect_err("a no"));
    assert!(matches!(error, WithdrawError::NotFound));
    assert_eq!(entry.shared.event, Some(Event::WithdrawDeclaration));
    let ruling = Ruling {
        verdict: Verdict::Gegrond,
        reason: "belang-weegt-zwaarder".parse().unwrap(),
        on: "2026-11-01".parse().unwrap(),
    };
    let decide = Decide { declaration, ruling: &ruling };
    let (error, entry) = told(decide.judge(&at(&by, &facts, &tools)).expect_err("a no"));
    assert!(matches!(error, DecideError::NotFound));
    assert_eq!(entry.shared.event, Some(Event::DecideDeclaration));
}

/// Who may not declare hears it with its articles: a child of this age does not consent alone.
#[test]
fn a_declaration_by_who_may_not_give_it_is_refused() {
    let tools = toolbox();
    let facts = snapshot(&[school(), doorstroompunt()]);
    let by = caller(school(), &facts);
    let judged = |birth_date: &str| {
        let wish = Wish {
            kind: DeclarationKind::Toestemming,
            reference: PersonReference::Own(OwnReference::new("L-2031").unwrap()),
            birth_date: birth_date.parse().unwrap(),
            protection: Protection {
                handelingsbekwaam: true,
                maatregel: BTreeSet::new(),
                onbevoegd_voor_deze: None,
            },
            dataset: "uitstroomprofiel".parse().unwrap(),
            purpose: Some("loopbaanbegeleiding".parse().unwrap()),
            towards: None,
            given_by: Capacity::Persoon,
            given_at: "2026-11-01".parse().unwrap(),
            until: None,
            explicit: false,
            evidence: EvidenceKind::Formulier,
            evidence_digest: None,
            recorded_on: "2026-11-02".parse().unwrap(),
        };
        let id = DeclarationId::new(now(), &SystemEntropy::new()).unwrap();
        let record = RecordWish { id, wish: &wish, towards: None, faults: Vec::new(), key: None };
        record.judge(&at(&by, &facts, &tools)).err()
    };
    assert!(judged("2008-03-01").is_none(), "of eighteen, in person");
    let (error, entry) = told(judged("2014-03-01").expect("a no"));
    let DeclareError::Refused(refusal) = error else { panic!("{error:?}") };
    assert!(refusal.reasons.iter().any(|reason| !reason.provisions.is_empty()), "{refusal:?}");
    assert_eq!(entry.shared.outcome, Some(Outcome::Refused));
    assert_eq!(entry.for_sender.capacity, Some(Capacity::Persoon));
}
