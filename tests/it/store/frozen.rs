//! A server that hangs: nobody waits for it for ever, and nobody is told that something was written.

use std::{
    fs,
    sync::{Arc, Mutex},
    time::Duration,
};

use rustix::process::Signal;
use sluis::store::{
    OpenOptions, Store,
    write::Record,
    writer::{
        WriteError,
        fault::{FaultPoint, Injected, Step},
    },
};
use sqlx::{AnyPool, Row as _};
use tokio::time::timeout;

use super::support::{Place, Rig};
use crate::support::{left_out, signal};

/// Longer than anything may take here.
const LONGEST: Duration = Duration::from_secs(50);
const BACKENDS: &str = "SELECT pid FROM pg_stat_activity WHERE datname = $1";

/// Processes of the server, stopped until this is dropped.
#[derive(Debug, Default)]
pub(crate) struct Frozen(Vec<i32>);

impl Frozen {
    /// The processes that serve this database; none, and a line on the terminal, when they are not on this machine.
    pub(crate) async fn backends(url: &str) -> Option<Vec<i32>> {
        let (server, name) = url.rsplit_once('/').unwrap();
        let pool = AnyPool::connect(&format!("{server}/postgres")).await.unwrap();
        let rows = sqlx::query(BACKENDS).bind(name.to_owned()).fetch_all(&pool).await.unwrap();
        pool.close().await;
        let all: Vec<i32> = rows.iter().map(|row| row.get(0)).collect();
        let is_here = |pid: &i32| {
            let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            let line = String::from_utf8_lossy(&line).into_owned();
            line.starts_with("postgres:") && line.contains(name)
        };
        if all.is_empty() || !all.iter().all(is_here) || !to_each(&all, Signal::CONT) {
            left_out("a server that hangs: its processes are not ours to stop");
            return None;
        }
        Some(all)
    }

    pub(crate) fn stop(backends: Vec<i32>) -> Self {
        assert!(to_each(&backends, Signal::STOP));
        Self(backends)
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        to_each(&self.0, Signal::CONT);
    }
}

fn to_each(processes: &[i32], told: Signal) -> bool {
    processes.iter().all(|&process| signal(process.unsigned_abs(), told))
}

/// Stops the server at one step.
#[derive(Debug, Default)]
struct Freezer {
    at: Mutex<Option<(Step, Vec<i32>)>>,
    frozen: Mutex<Option<Frozen>>,
}

impl FaultPoint for Freezer {
    fn at(&self, step: Step) -> Result<(), Injected> {
        let plan = self.at.lock().unwrap().take_if(|(planned, _)| *planned == step);
        if let Some((_, backends)) = plan {
            *self.frozen.lock().unwrap() = Some(Frozen::stop(backends));
        }
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_hangs_in_a_write_is_left() {
    for (step, unknown) in [(Step::Leaves, false), (Step::Commit, true)] {
        let Some(place) = Place::postgres().await else { return };
        place.begun().await.close().await;
        let options = OpenOptions { readers: 2, patience: Duration::from_secs(1), ..OpenOptions::default() };
        let store = Store::open(&place.url, &options).await.unwrap();
        let freezer = Arc::new(Freezer::default());
        let faults: Arc<dyn FaultPoint> = Arc::<Freezer>::clone(&freezer);
        let rig = Rig::with(store.clone(), Some(faults)).await;
        rig.write(Record, 1).await.unwrap().into_inner();
        let before = rig.verify_log().await;
        let Some(backends) = Frozen::backends(&place.url).await else { return };
        *freezer.at.lock().unwrap() = Some((step, backends));

        let answer = timeout(LONGEST, rig.write(Record, 1)).await.expect("it waits for ever");
        match answer {
            Err(WriteError::Unknown(_)) => assert!(unknown, "{step:?}"),
            Err(WriteError::Unavailable(_)) => assert!(!unknown, "{step:?}"),
            other => panic!("{step:?}: {other:?}"),
        }
        assert!(freezer.frozen.lock().unwrap().is_some(), "it was stopped");
        // The server takes new connections, and the lock of the head is not to be had.
        let ready = timeout(LONGEST, rig.writer.prove()).await.expect("it waits for ever");
        ready.expect_err("it is ready without its log");
        let next = timeout(LONGEST, rig.write(Record, 1)).await.expect("it waits for ever");
        assert!(matches!(next, Err(WriteError::Unavailable(_))), "{next:?}");
        timeout(LONGEST, store.close()).await.expect("it waits for ever");

        drop(freezer.frozen.lock().unwrap().take());
        let rig = Rig::on(place.open().await).await;
        let again = async {
            while rig.write(Record, 1).await.is_err() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        timeout(LONGEST, again).await.expect("it does not come back");
        // What nobody knew of is there or is not; what was known not to be written is not.
        let grown = rig.verify_log().await - before;
        assert!(grown == 1 || (unknown && grown == 2), "{step:?}: {grown} entries");
        rig.store.close().await;
        place.remove().await;
    }
}
