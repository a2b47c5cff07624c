//! Outbox, inbox, searches, notices and entries, page by page.

use sluis::{
    accesslog::entry::PartName,
    store::{
        read::CopyState,
        write::{EraseBody, MessageKind, Once, Record, RevokeKey, Write},
    },
};

use super::support::{college, entry, on_each, other_college, person, push, school, thumbprint, unique};

#[tokio::test]
async fn boxes_are_paged_by_log_index() {
    on_each(|rig| async move {
        let mut sent = Vec::new();
        for number in 0..5 {
            let mut push = push(rig.now(), &person(), &[college()]);
            if number == 2 {
                push.packet.kind = MessageKind::Request;
            }
            sent.push(rig.push(push).await.id);
        }
        let first = rig.store.inbox(&college(), MessageKind::Packet, None, 2).await.unwrap();
        assert_eq!(first.items.iter().map(|copy| copy.packet).collect::<Vec<_>>(), sent[..2]);
        assert_eq!((first.items[0].state, first.next), (CopyState::Waiting, Some(1)));
        let last = rig.store.inbox(&college(), MessageKind::Packet, first.next, 2).await.unwrap();
        assert_eq!(last.items.iter().map(|copy| copy.packet).collect::<Vec<_>>(), sent[3..]);
        assert_eq!(last.next, None);
        let requests = rig.store.outbox(&school(), MessageKind::Request, None, 2).await.unwrap();
        assert_eq!((requests.items, requests.next), (vec![(sent[2], 2)], None));
        assert!(
            rig.store.inbox(&other_college(), MessageKind::Packet, None, 2).await.unwrap().items.is_empty()
        );
    })
    .await;
}

#[tokio::test]
async fn a_search_finds_in_the_own_inbox_only() {
    on_each(|rig| async move {
        let (digest, mut push) = (unique(), push(rig.now(), &person(), &[college(), other_college()]));
        push.recipients[0].search = vec![digest, digest, unique()];
        let packet = rig.push(push).await.id;
        assert_eq!(rig.store.packets_by_search(&college(), &digest).await.unwrap(), [packet]);
        assert!(rig.store.packets_by_search(&other_college(), &digest).await.unwrap().is_empty());
        assert!(rig.store.packets_by_search(&college(), &unique()).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_page_of_notices_is_never_cut_within_an_index() {
    on_each(|rig| async move {
        for party in [college(), other_college()] {
            rig.register(party).await;
            rig.publish(party, &thumbprint(party)).await;
            for _ in 0..3 {
                rig.push(push(rig.now(), &person(), &[party])).await;
            }
            rig.done(RevokeKey { thumbprint: thumbprint(party), party: None }).await;
        }
        let first = rig.store.notices(&school(), None, 1).await.unwrap();
        assert_eq!(first.items.len(), 3);
        assert_eq!(first.next, Some(first.items[0].index));
        let second = rig.store.notices(&school(), first.next, 1).await.unwrap();
        assert_eq!((second.items.len(), second.next), (3, None));
    })
    .await;
}

#[tokio::test]
async fn a_reader_sees_its_parts_and_an_erased_body_breaks_no_proof() {
    on_each(|rig| async move {
        let both = [(school(), PartName::Sender), (college(), PartName::Recipient)];
        let entries = vec![entry(&both), entry(&[(college(), PartName::Recipient)])];
        rig.writer.submit(Write::new(Record, entries)).await.unwrap().into_inner();
        let page = rig.store.entries(&school(), None, 10).await.unwrap();
        let parts: Vec<_> = page.items[0].bodies.iter().map(|body| body.part).collect();
        assert_eq!((page.items.len(), parts), (1, vec![PartName::Shared, PartName::Sender]));
        assert_eq!(rig.store.entries(&college(), None, 1).await.unwrap().next, Some(0));
        assert_eq!(rig.store.entry(0).await.unwrap().unwrap().bodies.len(), PartName::ALL.len());

        let erase = EraseBody { index: 0, part: PartName::Shared };
        assert_eq!(rig.done(erase).await.outcome, Once::Now);
        assert_eq!(rig.done(erase).await.outcome, Once::Already);
        let page = rig.store.entries(&school(), None, 10).await.unwrap();
        assert_eq!(page.items[0].bodies.len(), 1);
        assert_eq!(rig.verify_log().await, 3);
        assert_eq!(rig.store.entry(9).await.unwrap(), None);
    })
    .await;
}
