//! What operations judge, without a database: the facts are made, not read.

mod refused;

use std::{path::Path, sync::Arc};

use arc_swap::ArcSwap;
use jiff::{SignedDuration, Timestamp};

use super::{
    Keys, Settings,
    answer::{AnswerAsked, AnswerError},
    caller::Caller,
    entry::Account,
    perform::{At, No, Operation},
    pull::{Pull, PullError},
    submission::KeptHeader,
    toolbox::Toolbox,
};
use crate::{
    accesslog::entry::Event,
    crypto::{at_rest::Place, gateway_keys::GatewayKeys},
    domain::{
        digest::Digest,
        id::{PacketId, PersonId, SystemEntropy},
        party::{PartyId, Role},
    },
    identity::{
        ClientCertificate, Peer, Registration, RegistrationState,
        anchors::{AnchorSource, TrustAnchors},
        authority::Authority,
        revocations::{ListSource, Revocations},
    },
    policy::{catalogue::Catalogue, engine::Engine},
    store::{
        read::{CopyRow, CopyState, MessageRow, MessageState, PartyRow},
        register::Register,
        snapshot::{Needs, Snapshot},
        write::{Ground, MessageKind, MunicipalityOf},
    },
};

fn now() -> Timestamp {
    "2026-11-02T11:00:00Z".parse().unwrap()
}

fn toolbox() -> Toolbox {
    let catalogue = Catalogue::embedded().unwrap();
    let folder = tempfile::tempdir().unwrap();
    GatewayKeys::generate(folder.path(), "sluis.example/test", &SystemEntropy::new()).unwrap();
    let keys = GatewayKeys::load(Path::new(folder.path()), false).unwrap();
    Toolbox {
        engine: Engine::new(Arc::clone(&catalogue)).unwrap(),
        catalogue,
        keys: ArcSwap::from_pointee(Keys {
            at_rest: keys.at_rest,
            pseudonyms: Arc::new(keys.pseudonym),
            receipts: Arc::new(keys.receipt),
        }),
        entropy: Arc::new(SystemEntropy::new()),
        settings: Settings {
            region: None,
            issuer: "sluis.example/test".to_owned(),
            vkeys: Vec::new(),
            key_delay: SignedDuration::ZERO,
            longest_wait: SignedDuration::from_hours(24 * 90),
            log_kept_for: SignedDuration::from_hours(24 * 1826),
        },
    }
}

fn party(number: u16, role: Role) -> PartyId {
    PartyId::new(format!("0000009900000{number:04}000").parse().unwrap(), role)
}

fn school() -> PartyId {
    party(1, Role::ProSchool)
}

fn doorstroompunt() -> PartyId {
    party(2, Role::Doorstroompunt)
}

fn registered(party: PartyId) -> PartyRow {
    let municipality = MunicipalityOf {
        municipality: "0361".parse().unwrap(),
        ground: Ground::Own,
        decision: None,
        from: Timestamp::UNIX_EPOCH,
        until: None,
    };
    let municipalities = if party.role.is_school() { Vec::new() } else { vec![municipality] };
    PartyRow {
        party,
        name: party.to_string(),
        blocked: false,
        registered: Timestamp::UNIX_EPOCH,
        since: Timestamp::UNIX_EPOCH,
        municipalities,
    }
}

fn snapshot(parties: &[PartyId]) -> Snapshot {
    Snapshot::of(7, Register::of(parties.iter().copied().map(registered)))
}

fn caller(party: PartyId, seen: &Snapshot) -> Caller {
    let entropy = SystemEntropy::new();
    let authority = Authority::root("test", now(), &entropy).unwrap();
    let issued = authority.client(party.oin, "Duinwijk", &party.role.to_string(), now(), &entropy).unwrap();
    let certificate = Arc::new(ClientCertificate::read(&issued.der).unwrap());
    let registration = Registration {
        party,
        name: "Duinwijk".to_owned(),
        certificate: certificate.registration(),
        state: RegistrationState::Active,
    };
    let (pem, prefixes) = (authority.certificate_pem().as_bytes(), ["00000099".to_owned()]);
    let anchors = TrustAnchors::read(&[AnchorSource { name: "test", pem, prefixes: &prefixes }]).unwrap();
    let list = authority.revocation_list(&[], 1, now()).unwrap();
    let list = ListSource { name: "list", bytes: Some(list.as_bytes()) };
    let lists = Revocations::read(&[list], &anchors, &Revocations::none(), now()).revocations;
    let peer = Peer::admit(certificate, registration, &lists, now()).unwrap();
    Caller { peer, staff: None, seen: seen.clone(), trace: "0".repeat(32) }
}

/// A removal report about a pupil of seventeen, for these copies.
fn packet(tools: &Toolbox, kind: MessageKind, copies: &[(PartyId, &str)]) -> MessageRow {
    let id = PacketId::new(now(), &SystemEntropy::new()).unwrap();
    let person = serde_json::json!({
        "birthDate": "2009-03-01", "verblijf": "0361", "ingeschreven": false, "verlatenOp": "2026-10-30",
        "verwijderdOp": "2026-10-30", "leerplichtig": false,
    });
    let kept = KeptHeader {
        person: serde_json::from_value(person).unwrap(),
        is_pgn: false,
        rests_on: None,
        reply: None,
    };
    let place = Place { table: "message", row: &id.to_string(), column: "header" };
    let header = serde_json::to_vec(&kept).unwrap();
    let copy = |(party, basis): &(PartyId, &str)| CopyRow {
        party: *party,
        municipality: Some("0361".parse().unwrap()),
        basis: basis.parse().unwrap(),
        categories: ["persoon".parse().unwrap()].into(),
        omitted: [].into(),
        jwe_sha256: Digest([1; 32]),
        thumbprint: "A".repeat(43),
        state: CopyState::Waiting,
        pushed_index: 3,
        collected_at: None,
        collected_index: None,
        acknowledged_at: None,
        acknowledged_index: None,
        ended_index: None,
    };
    MessageRow {
        id,
        kind,
        dataset: "verwijderingsmelding".parse().unwrap(),
        dataset_version: 1,
        purpose: "doorstroompunt-taak".parse().unwrap(),
        sender: school(),
        person: PersonId::new(now(), &SystemEntropy::new()).unwrap(),
        created: now(),
        created_index: 3,
        expires: now() + SignedDuration::from_hours(24),
        header: Some(tools.at_rest().seal(place, &header, tools.entropy.as_ref()).unwrap()),
        rests_on: None,
        reply: None,
        state: MessageState::Open,
        copies: copies.iter().map(copy).collect(),
    }
}

fn at<'a>(by: &'a Caller, facts: &'a Snapshot, tools: &'a Toolbox) -> At<'a, Caller> {
    At { by, now: now(), facts, tools }
}

/// The entry of a no, and what is answered.
fn told<E>(no: No<E>) -> (E, Account) {
    match no {
        No::For(error, mut accounts) => (error, accounts.pop().expect("no refusal without its account")),
        _ => panic!("not a plain no"),
    }
}

const BASIS: &str = "verwijderingsmelding.pro";

#[test]
fn a_release_is_judged_by_the_facts_of_the_snapshot_and_names_them() {
    let tools = toolbox();
    let packet = packet(&tools, MessageKind::Packet, &[(doorstroompunt(), BASIS)]);
    let (id, person) = (packet.id, packet.person);
    let facts = snapshot(&[school(), doorstroompunt()]).with_message(packet);
    let by = caller(doorstroompunt(), &facts);
    let pull = Pull { packet: id, recipient: doorstroompunt() };
    assert_eq!(pull.needs(&by, &tools).unwrap().messages, [id]);
    let (_, permit) = pull.judge(&at(&by, &facts, &tools)).ok().expect("a permit");
    assert_eq!((permit.packet(), permit.party()), (Some(id), doorstroompunt()));
    let subjects = [
        format!("message:{id}"),
        format!("party:{}", school()),
        format!("party:{}", doorstroompunt()),
        format!("person:{person}"),
    ];
    assert_eq!((permit.as_of().entries, &permit.as_of().subjects), (7, &subjects.into()));
}

#[test]
fn who_may_not_see_a_copy_hears_what_is_said_of_one_that_is_not_there() {
    let tools = toolbox();
    let own_copy = PartyId::new(school().oin, Role::Betrokkene);
    let packet = packet(&tools, MessageKind::Packet, &[(doorstroompunt(), BASIS), (own_copy, BASIS)]);
    let id = packet.id;
    let other_role = PartyId::new(school().oin, Role::Leerplicht);
    let parties = [school(), doorstroompunt(), other_role, party(3, Role::WerkEnInkomen)];
    let (facts, nothing) = (snapshot(&parties).with_message(packet), snapshot(&parties));
    for (caller_party, recipient) in [
        (party(3, Role::WerkEnInkomen), party(3, Role::WerkEnInkomen)),
        // The person's copy is for the party that sent it, not for its organisation.
        (other_role, own_copy),
        (doorstroompunt(), PartyId::new(doorstroompunt().oin, Role::Betrokkene)),
    ] {
        let by = caller(caller_party, &facts);
        let pull = Pull { packet: id, recipient };
        let of = |facts: &Snapshot| told(pull.judge(&at(&by, facts, &tools)).err().expect("a no"));
        let ((there, entry), (absent, other)) = (of(&facts), of(&nothing));
        assert!(matches!((there, absent), (PullError::NotFound, PullError::NotFound)));
        assert_eq!((&entry.shared, &entry.for_recipient), (&other.shared, &other.for_recipient));
        assert_eq!((entry.sender, other.sender), (Some(school()), None), "the sender sees the attempt");
    }
}

/// What was sealed for one article is not released on another that would allow it today.
#[test]
fn a_release_rests_on_the_basis_that_the_copy_was_sealed_for() {
    let tools = toolbox();
    let parties = [school(), doorstroompunt()];
    let judged = |basis: &str| {
        let packet = packet(&tools, MessageKind::Packet, &[(doorstroompunt(), basis)]);
        let pull = Pull { packet: packet.id, recipient: doorstroompunt() };
        let facts = snapshot(&parties).with_message(packet);
        let by = caller(doorstroompunt(), &facts);
        pull.judge(&at(&by, &facts, &tools)).map(|(_, permit)| permit.basis().to_string())
    };
    assert_eq!(judged(BASIS).ok().as_deref(), Some(BASIS));
    let (error, entry) = told(judged("verwijderingsmelding.vso").expect_err("a no"));
    assert!(matches!(error, PullError::Refused(_)), "{error:?}");
    assert!(entry.shared.basis.as_ref().is_none_or(|basis| basis.as_str() != BASIS), "{:?}", entry.shared);
}

#[test]
fn what_has_ended_or_whose_sender_is_blocked_is_not_released() {
    let tools = toolbox();
    let parties = [school(), doorstroompunt()];
    let packet = packet(&tools, MessageKind::Packet, &[(doorstroompunt(), BASIS)]);
    let pull = Pull { packet: packet.id, recipient: doorstroompunt() };
    let judged = |facts: &Snapshot, now: Timestamp| {
        let by = caller(doorstroompunt(), facts);
        told(pull.judge(&At { by: &by, now, facts, tools: &tools }).err().expect("a no"))
    };
    let facts = snapshot(&parties).with_message(packet.clone());
    let (error, entry) = judged(&facts, packet.expires);
    assert!(matches!(error, PullError::Gone(_)), "it ends at its last instant");
    assert_eq!(entry.shared.cause.as_deref(), Some("expired"));
    let blocked = PartyRow { blocked: true, ..registered(school()) };
    let facts = Snapshot::of(7, Register::of([blocked, registered(doorstroompunt())])).with_message(packet);
    let (error, entry) = judged(&facts, now());
    let PullError::Refused(refusal) = error else { panic!("{error:?}") };
    assert_eq!(refusal.reasons[0].code, "sender-blocked");
    assert_eq!(entry.shared.conditions, ["sender-blocked"]);
}

#[test]
fn only_a_recipient_that_acts_for_the_college_of_residence_answers() {
    let tools = toolbox();
    let college = party(4, Role::WerkEnInkomen);
    let mut request = packet(&tools, MessageKind::Request, &[(college, BASIS)]);
    request.dataset = "verzoek-voortzetting".parse().unwrap();
    let outcome = "ja".parse().unwrap();
    let answer = AnswerAsked {
        id: PacketId::new(now(), &SystemEntropy::new()).unwrap(),
        kind: MessageKind::Request,
        asked: request.id,
        outcome,
    };
    let facts = snapshot(&[school(), college, doorstroompunt()]).with_message(request.clone());
    let by = caller(college, &facts);
    assert!(answer.judge(&at(&by, &facts, &tools)).is_ok());
    let elsewhere = PartyRow { municipalities: Vec::new(), ..registered(college) };
    let moved = Snapshot::of(7, Register::of([registered(school()), elsewhere])).with_message(request);
    let no = answer.judge(&at(&by, &moved, &tools)).expect_err("a no");
    assert!(matches!(told(no).0, AnswerError::Refused(_)));
    let stranger = caller(party(5, Role::WerkEnInkomen), &facts);
    let no = answer.judge(&at(&stranger, &snapshot(&[]), &tools)).expect_err("a no");
    let (error, entry) = told(no);
    assert!(!matches!(error, AnswerError::Trouble(_)));
    assert_eq!(entry.shared.event, Some(Event::Answer));
    assert_eq!(Needs::default().messages, []);
}
