//! What ends and what is missing, on every database.

use jiff::SignedDuration;
use sluis::store::{
    read::Chore,
    write::{AddMunicipality, EndMunicipality, Ground, MunicipalityOf, PublishKey, RegisterCertificate},
};

use super::support::{key, on_each, party, thumbprint, unique};

#[tokio::test]
async fn what_ends_and_what_is_missing_is_seen() {
    on_each(|rig| async move {
        let in_days = |days: i64| rig.now() + SignedDuration::from_hours(24 * days);
        let (with_end, endless, without) =
            (party(201, "werk-en-inkomen"), party(202, "werk-en-inkomen"), party(203, "leerplicht"));
        for party in [with_end, endless, without] {
            rig.register(party).await;
        }
        rig.done(PublishKey { valid_until: Some(in_days(9)), ..key(with_end, &thumbprint(with_end)) }).await;
        rig.done(PublishKey { valid_until: None, ..key(endless, &thumbprint(endless)) }).await;
        for days in [20, 40] {
            let certificate = RegisterCertificate {
                registration: unique(),
                party: with_end,
                serial: "0a".to_owned(),
                chain: "MAA=".to_owned(),
                not_before: rig.now(),
                not_after: in_days(days),
            };
            rig.done(certificate).await;
        }
        for code in ["0361", "0373"] {
            let place = MunicipalityOf {
                municipality: code.parse().unwrap(),
                ground: Ground::Own,
                decision: None,
                from: rig.now(),
                until: None,
            };
            rig.done(AddMunicipality { party: with_end, place }).await;
        }
        let end =
            EndMunicipality { party: with_end, municipality: "0373".parse().unwrap(), from: in_days(3) };
        rig.done(end).await;

        let ends = rig.store.ends(rig.now() + SignedDuration::from_secs(1)).await.unwrap();
        assert_eq!(ends.certificates, [(with_end, in_days(40))], "the last of them counts");
        let keys: Vec<_> =
            ends.keys.iter().filter(|(party, _)| [with_end, endless].contains(party)).collect();
        assert_eq!(keys, [&(with_end, in_days(9))], "a key without an end has none");
        assert_eq!(ends.mandates, [(with_end, "0373".parse().unwrap(), in_days(3))]);
        assert!(ends.without_key.contains(&without) && !ends.without_key.contains(&endless));
        assert!(ends.lapsing.iter().all(|one| one.copies == 0));
        let later = rig.store.ends(in_days(10)).await.unwrap();
        assert!(later.without_key.contains(&with_end), "its key has ended");

        assert!(rig.store.size().await.unwrap() > 0);
        assert_eq!(rig.store.chore(Chore::Backup).await.unwrap(), None);
        for at in [in_days(2), in_days(1)] {
            rig.store.note_chore(Chore::Backup, at).await.unwrap();
        }
        assert_eq!(rig.store.chore(Chore::Backup).await.unwrap(), Some(in_days(2)), "the latest stays");
        assert_eq!(rig.store.chore(Chore::LogVerify).await.unwrap(), None);
    })
    .await;
}
