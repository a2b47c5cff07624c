//! The revocation lists that gateways have used, on every database.

use jiff::SignedDuration;
use sluis::identity::revocations::KeptList;

use super::support::{on_each, unique};

#[tokio::test]
async fn the_newest_list_of_each_authority_stays() {
    on_each(|rig| async move {
        let scope = unique();
        let list = |number: &[u8], days: i64, der: &[u8]| KeptList {
            scope,
            number: number.to_vec(),
            this_update: rig.now() + SignedDuration::from_hours(24 * days),
            der: der.to_vec(),
        };
        let number = |last| [[0; 19].as_slice(), &[last]].concat();
        for (kept, stays) in [
            (list(&number(5), 5, b"five"), "five"),
            (list(&number(4), 6, b"a lower number"), "five"),
            (list(&number(5), 4, b"an earlier day"), "five"),
            (list(&number(6), 4, b"higher, earlier"), "higher, earlier"),
            (list(&number(200), 6, b"higher"), "higher"),
            (list(&[], 7, b"no number, later"), "no number, later"),
            (list(&[], 6, b"no number, earlier"), "no number, later"),
            (list(&number(1), 8, b"a number again"), "a number again"),
        ] {
            rig.store.keep_revocation_list(kept).await.unwrap();
            let lists = rig.store.revocation_lists().await.unwrap();
            assert_eq!(lists, [stays.as_bytes()]);
        }
        let other = KeptList { scope: unique(), ..list(&number(1), 1, b"of another") };
        rig.store.keep_revocation_list(other).await.unwrap();
        assert_eq!(rig.store.revocation_lists().await.unwrap().len(), 2);
    })
    .await;
}
