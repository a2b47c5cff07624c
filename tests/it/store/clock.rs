//! One guarded instant: what a gateway does whose clock is behind, jumps, or differs from another's.

use std::sync::Arc;

use jiff::SignedDuration;
use sluis::{
    domain::clock::{Clock as _, SetClock, SystemClock},
    store::{
        write::{Deliver, Expire, Record},
        writer::{Settings, WriteError, Writer, clock::ClockFault, error::Conflict},
    },
};

use super::support::{Place, Rig, at_rest, college, log_key, on_each, person, policy, push};

/// Another gateway on the same database, whose clock is so many seconds behind.
async fn beside(rig: &Rig, behind: i64) -> Rig {
    let clock = SetClock::at(rig.now() - SignedDuration::from_secs(behind));
    let settings = Settings::new(policy(), Arc::new(log_key()), at_rest(), Arc::new(clock.clone()));
    let (writer, _) = Writer::start(rig.store.clone(), settings).await.unwrap();
    rig.with_writer(writer, clock)
}

fn conflict<T>(written: Result<T, WriteError>) -> Option<Conflict> {
    written.err().and_then(|error| error.conflict())
}

fn fault<T>(written: Result<T, WriteError>) -> Option<ClockFault> {
    written.err().and_then(|error| match error {
        WriteError::Clock(fault) => Some(fault),
        _ => None,
    })
}

async fn size(rig: &Rig) -> u64 {
    rig.store.head().await.unwrap().size
}

#[tokio::test]
async fn what_has_ended_at_one_gateway_is_released_by_no_other() {
    on_each(|rig| async move {
        let packet = rig.push(push(rig.now(), &person(), &[college()])).await;
        rig.clock.set(packet.expires);
        let late = beside(&rig, 4).await;
        assert_eq!(conflict(rig.deliver(&packet, college()).await), Some(Conflict::Expired));
        // Nothing says so to the other one but an entry of that time.
        rig.done(Record).await;
        let permit = late.permit(packet.id, college(), &[]).await;
        let other = late.write(Deliver { permit }, 1).await;
        assert_eq!(conflict(other), Some(Conflict::Expired));
        assert!(late.now() < packet.expires && late.writer.clock().now() == packet.expires);
        assert_eq!(late.done(Record).await.time, packet.expires);
        rig.verify_log().await;
    })
    .await;
}

#[tokio::test]
async fn nothing_is_written_by_a_clock_that_is_behind_the_log() {
    on_each(|rig| async move {
        let start = rig.now();
        rig.pass(60);
        let last = rig.done(Record).await.time;
        rig.clock.jump(last - SignedDuration::from_secs(5));
        assert_eq!(rig.done(Record).await.time, last, "as far apart as two gateways may be");
        let size_before = size(&rig).await;
        rig.clock.jump(start);
        assert_eq!(fault(rig.write(Record, 1).await), Some(ClockFault::Behind(60)));
        assert_eq!(fault(rig.writer.prove().await), Some(ClockFault::Behind(60)));
        assert_eq!(rig.writer.clock().now(), start, "nobody is let in by the log's time alone");
        assert_eq!(size(&rig).await, size_before);
        rig.clock.jump(last);
        rig.writer.prove().await.unwrap();
        assert_eq!(rig.done(Record).await.time, last);
        assert_eq!(rig.writer.clock().refused(), 2);
        rig.verify_log().await;
    })
    .await;
}

#[tokio::test]
async fn nothing_is_written_by_a_clock_that_jumps_ahead() {
    on_each(|rig| async move {
        rig.pass(3600);
        let packet = rig.push(push(rig.now(), &person(), &[college()])).await;
        let right = rig.now();
        rig.clock.jump(right + SignedDuration::from_hours(24 * 30));
        let size_before = size(&rig).await;
        assert!(matches!(fault(rig.write(Record, 1).await), Some(ClockFault::Ahead(_))));
        let expire = Expire { packet: packet.id };
        assert!(matches!(fault(rig.write(expire, 1).await), Some(ClockFault::Ahead(_))));
        assert!(matches!(fault(rig.writer.prove().await), Some(ClockFault::Ahead(_))));
        assert_eq!((size(&rig).await, rig.bodies().await), (size_before, 1));
        // However often it is asked, what was not believed is not where the next is measured from.
        rig.pass(60);
        assert!(matches!(fault(rig.write(Record, 1).await), Some(ClockFault::Ahead(_))));
        rig.clock.jump(right + SignedDuration::from_secs(60));
        rig.writer.prove().await.unwrap();
        rig.deliver(&packet, college()).await.unwrap();
        // Time that passes is no jump.
        rig.pass(24 * 30 * 3600);
        assert_eq!(rig.done(Record).await.time, rig.now());
        rig.verify_log().await;
    })
    .await;
}

#[tokio::test]
async fn what_ended_is_erased_by_no_clock_that_was_just_wrong() {
    on_each(|rig| async move {
        let packet = rig.push(push(rig.now(), &person(), &[college()])).await;
        let erase = async |rig: &Rig| conflict(rig.write(Expire { packet: packet.id }, 1).await);
        // One that starts with its clock ahead is believed, where no server knows better.
        let ahead = beside(&rig, -30 * 24 * 3600).await;
        assert_eq!(erase(&ahead).await, Some(Conflict::NotExpired));
        ahead.pass(3599);
        assert_eq!(erase(&ahead).await, Some(Conflict::NotExpired));

        // What ended is given to nobody at once, and is there for an hour.
        rig.clock.set(packet.expires);
        assert_eq!(conflict(rig.deliver(&packet, college()).await), Some(Conflict::Expired));
        rig.pass(3599);
        assert_eq!((erase(&rig).await, rig.bodies().await), (Some(Conflict::NotExpired), 1));
        // The hour has passed, and the clock was wrong in it.
        let right = rig.now();
        rig.clock.jump(right + SignedDuration::from_hours(1));
        assert!(matches!(fault(rig.write(Record, 1).await), Some(ClockFault::Ahead(_))));
        rig.clock.jump(right);
        rig.pass(3599);
        assert_eq!((erase(&rig).await, rig.bodies().await), (Some(Conflict::NotExpired), 1));
        rig.pass(1);
        assert_eq!((erase(&rig).await, rig.bodies().await), (None, 0));
        rig.verify_log().await;
    })
    .await;
}

/// Where no server knows better, a gateway that starts with its clock ahead cannot be told from one that stood still: it gives
/// nothing that ended, and erases nothing before as much time has passed as its clock went on.
#[tokio::test]
async fn a_clock_that_was_ahead_at_the_start_erases_nothing_for_as_long() {
    on_each(|rig| async move {
        let (day, packet) = (24 * 3600, rig.push(push(rig.now(), &person(), &[college()])).await);
        let ahead = beside(&rig, -20 * day).await;
        ahead.clock.set(ahead.now().max(packet.expires));
        let passed = ahead.now().duration_since(rig.now()).as_secs() - 20 * day;
        let permit = ahead.permit(packet.id, college(), &[]).await;
        assert_eq!(conflict(ahead.write(Deliver { permit }, 1).await), Some(Conflict::Expired));
        let erase = || ahead.write(Expire { packet: packet.id }, 1);
        ahead.pass(20 * day - passed);
        assert_eq!((conflict(erase().await), rig.bodies().await), (Some(Conflict::NotExpired), 1));
        ahead.pass(3599);
        assert_eq!((conflict(erase().await), rig.bodies().await), (Some(Conflict::NotExpired), 1));
        ahead.pass(1);
        assert_eq!((conflict(erase().await), rig.bodies().await), (None, 0));
        rig.verify_log().await;
    })
    .await;
}

#[tokio::test]
async fn the_clock_of_the_databases_server_is_heeded() {
    for place in Place::all().await {
        let store = place.begun().await;
        let rig = Rig::on(store.clone()).await;
        rig.clock.set(SystemClock.now());
        rig.clock.show_true_time();
        rig.writer.prove().await.unwrap();
        // A minute passes here that does not pass there.
        rig.pass(60);
        let written = fault(rig.write(Record, 1).await);
        if place.is_server() {
            assert!(matches!(written, Some(ClockFault::Apart(55..=60))), "{written:?}");
            rig.clock.jump(SystemClock.now());
            rig.done(Record).await;
        } else {
            assert_eq!(written, None, "a file has no clock");
        }
        store.close().await;
        place.remove().await;
    }
}
