//! Parties, municipalities, certificates.

use jiff::SignedDuration;
use sluis::{
    domain::{digest::Digest, party::Role},
    store::{
        subject,
        write::{
            BlockParty, Ground, MunicipalityOf, Once, RegisterCertificate, RegisterParty, RevokeCertificate,
            UpdateParty,
        },
        writer::{Conflict, WriteError},
    },
};

use super::support::{college, on_each, other_college, school};

#[tokio::test]
async fn a_party_acts_for_its_municipalities_while_they_are_in_force() {
    on_each(|rig| async move {
        let until = rig.now() + SignedDuration::from_hours(1);
        let alkmaar = MunicipalityOf {
            municipality: "0361".parse().unwrap(),
            ground: Ground::Mandaat,
            decision: Some("besluit 2026/12".to_owned()),
            from: rig.now(),
            until: Some(until),
        };
        let register = RegisterParty {
            party: college(),
            name: "Zaffier".to_owned(),
            municipalities: vec![alkmaar.clone()],
        };
        rig.done(register.clone()).await;
        rig.register(school()).await;
        let taken = rig.write(register, 1).await;
        assert!(matches!(taken, Err(WriteError::Conflict(Conflict::Taken))));
        let row = rig.registered().await.party(&college()).cloned().unwrap();
        assert_eq!((row.name.as_str(), &row.municipalities), ("Zaffier", &vec![alkmaar.clone()]));
        assert_eq!(row.municipalities_at(rig.now()).len(), 1);
        assert_eq!(row.next_change(rig.now()), Some(until));
        assert!(row.municipalities_at(until).is_empty());
        let role = Role::WerkEnInkomen;
        let acting = async |at| rig.registered().await.acting_for(&alkmaar.municipality, role, at);
        assert_eq!(acting(rig.now()).await, [college()]);
        assert!(acting(until).await.is_empty());
        assert_eq!(rig.registered().await.parties().count(), 2);

        let before = rig.as_of(&[subject::party(&college())]).await;
        rig.done(UpdateParty { party: college(), name: "Z".to_owned(), municipalities: Vec::new() }).await;
        assert!(acting(rig.now()).await.is_empty());
        assert!(rig.is_stale(before).await);
    })
    .await;
}

#[tokio::test]
async fn a_block_is_seen_wherever_a_party_is_read() {
    on_each(|rig| async move {
        rig.register(college()).await;
        let certificate = RegisterCertificate {
            registration: Digest([1; 32]),
            party: college(),
            serial: "0a".to_owned(),
            chain: "MAA=".to_owned(),
            not_before: rig.now(),
            not_after: rig.now(),
        };
        rig.done(certificate.clone()).await;
        let block = BlockParty { party: college(), blocked: true };
        assert_eq!(rig.done(block).await.outcome, Once::Now);
        assert_eq!(rig.done(block).await.outcome, Once::Already);
        assert!(rig.registered().await.party(&college()).cloned().unwrap().blocked);
        assert!(rig.registered().await.certificate(&Digest([1; 32])).cloned().unwrap().blocked);
        let next = RegisterCertificate { registration: Digest([2; 32]), ..certificate };
        let refused = rig.write(next, 1).await;
        assert!(matches!(refused, Err(WriteError::Conflict(Conflict::Blocked))));
        let unknown = rig.write(BlockParty { party: school(), blocked: true }, 1).await;
        assert!(matches!(unknown, Err(WriteError::Conflict(Conflict::NotFound))));
    })
    .await;
}

#[tokio::test]
async fn a_certificate_speaks_for_one_party() {
    on_each(|rig| async move {
        rig.register(college()).await;
        rig.register(other_college()).await;
        let own = RegisterCertificate {
            registration: Digest([1; 32]),
            party: college(),
            serial: "0a".to_owned(),
            chain: "MAA=".to_owned(),
            not_before: rig.now(),
            not_after: rig.now() + SignedDuration::from_hours(1),
        };
        assert_eq!(rig.done(own.clone()).await.outcome, Once::Now);
        assert_eq!(rig.done(own.clone()).await.outcome, Once::Already);
        let theirs = RegisterCertificate { party: other_college(), ..own.clone() };
        let refused = rig.write(theirs, 1).await;
        assert!(matches!(refused, Err(WriteError::Conflict(Conflict::Taken))));
        let row = rig.registered().await.certificate(&Digest([1; 32])).cloned().unwrap();
        assert_eq!((row.party, row.revoked), (college(), false));
        // Renewed by its authority, for the same key under the same name.
        let renewed = RegisterCertificate {
            serial: "0b".to_owned(),
            chain: "MAE=".to_owned(),
            not_after: own.not_after + SignedDuration::from_hours(1),
            ..own.clone()
        };
        assert_eq!(rig.done(renewed.clone()).await.outcome, Once::Now);
        assert_eq!(rig.done(renewed.clone()).await.outcome, Once::Already);
        let row = rig.registered().await.certificate(&Digest([1; 32])).cloned().unwrap();
        assert_eq!(
            (row.serial, row.chain, row.not_after),
            (renewed.serial, renewed.chain, renewed.not_after)
        );
        rig.done(RevokeCertificate { registration: Digest([1; 32]) }).await;
        assert!(rig.registered().await.certificates(&college())[0].revoked);
        assert_eq!(rig.registered().await.certificate(&Digest([9; 32])).cloned(), None);
    })
    .await;
}
