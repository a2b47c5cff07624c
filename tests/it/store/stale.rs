//! Whatever a decision looked at: when it changes between the snapshot and the write, the decision is void.

use jiff::SignedDuration;
use sluis::{
    domain::declaration::{Capacity, DeclarationKind, Verdict},
    store::{
        subject,
        write::{
            AddMunicipality, BlockParty, DecideDeclaration, EndMunicipality, Ground, MessageKind,
            MunicipalityOf, WithdrawDeclaration, WithdrawPacket,
        },
    },
};

use super::support::{Rig, answer, college, declares, on_each, person, push, school};

/// Reads, changes, and sees whether what was read may still be written on.
async fn voids<E: sluis::store::write::Effect>(rig: &Rig, what: &str, subject: String, change: E) {
    let before = rig.as_of(std::slice::from_ref(&subject)).await;
    rig.done(change).await;
    assert!(rig.is_stale(before).await, "{what} went unseen");
    let after = rig.as_of(&[subject]).await;
    assert!(!rig.is_stale(after).await, "{what} is seen by who reads after it");
}

#[tokio::test]
async fn each_kind_of_change_makes_an_earlier_decision_void() {
    on_each(|rig| async move {
        rig.register(college()).await;
        let who = person();
        let about = subject::person(who.id);
        let mut declared = Vec::new();
        for (what, kind) in [
            ("consent", DeclarationKind::Instemming),
            ("an objection", DeclarationKind::Bezwaar),
            ("a restriction", DeclarationKind::Beperking),
        ] {
            let declaration = declares(kind, rig.now(), &who);
            declared.push(declaration.id);
            voids(&rig, what, about.clone(), declaration).await;
        }
        let (consent, objection) = (declared[0], declared[1]);
        let decided = DecideDeclaration {
            id: objection,
            recorder: school(),
            verdict: Verdict::Ongegrond,
            reason: "geen-grond".parse().unwrap(),
            on: "2026-09-01".parse().unwrap(),
        };
        voids(&rig, "the controller's decision", about.clone(), decided).await;
        let withdrawn = WithdrawDeclaration { id: consent, recorder: school(), by: Capacity::Ouder };
        voids(&rig, "a withdrawal", about, withdrawn).await;

        let mut request = push(rig.now(), &who, &[college()]);
        request.packet.kind = MessageKind::Request;
        let request = rig.push(request).await.id;
        let given = answer(request, &who, college(), "ja");
        voids(&rig, "an answer", subject::message(request), given).await;
        let taken_back = WithdrawPacket { packet: request, sender: school() };
        voids(&rig, "a request that is taken back", subject::message(request), taken_back).await;

        let party = subject::party(&college());
        let place = MunicipalityOf {
            municipality: "0373".parse().unwrap(),
            ground: Ground::Mandaat,
            decision: Some("B-1".to_owned()),
            from: rig.now(),
            until: None,
        };
        let mandate = AddMunicipality { party: college(), place };
        voids(&rig, "a mandate", party.clone(), mandate).await;
        let from = rig.now() + SignedDuration::from_secs(1);
        let ended = EndMunicipality { party: college(), municipality: "0373".parse().unwrap(), from };
        voids(&rig, "the end of a mandate", party.clone(), ended).await;
        let block = BlockParty { party: college(), blocked: true };
        voids(&rig, "a block", party.clone(), block).await;
        voids(&rig, "the end of a block", party, BlockParty { blocked: false, ..block }).await;
    })
    .await;
}
