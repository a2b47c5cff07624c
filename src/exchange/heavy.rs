//! Work that would keep a thread from the calls of others: reading, judging and sealing a large body. It runs on a bounded
//! number of threads of its own, one piece of work of a party at a time, and a bounded number waits for them.
//!
//! A party that sends only heavy bodies thereby waits for itself: a thread goes from one party that waits to the next, and
//! what is light never waits for what is heavy.
//!
//! What was read of a heavy body takes many times its bytes of memory until it is sealed. So of a party one such body is taken up
//! at a time, and of all parties together twice as many as there are threads: [`Heavy::turn`].

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    thread::available_parallelism,
};

use tokio::{
    runtime::{Handle, RuntimeFlavor},
    sync::{OwnedSemaphorePermit, Semaphore},
    task::block_in_place,
};

use crate::domain::party::PartyId;

/// How much work may wait or run at the same time, in all and of one party. The bytes of all bodies have a budget beside it.
const PLACES: usize = 64;
const PLACES_OF_A_PARTY: usize = 32;

/// The threads for heavy work, and who waits for them. Cheap to clone.
#[derive(Clone)]
pub struct Heavy(Arc<Inner>);

struct Inner {
    threads: Semaphore,
    bodies: Arc<Semaphore>,
    places: Arc<Semaphore>,
    /// Places for bodies have nothing to do with those for work: who waits to be taken up takes none from the work of who was.
    queue: Arc<Semaphore>,
    parties: Mutex<BTreeMap<Option<PartyId>, Arc<Lane>>>,
    of_a_party: usize,
}

/// What one party has to do.
struct Lane {
    body: Arc<Semaphore>,
    turn: Semaphore,
    places: Arc<Semaphore>,
    queue: Arc<Semaphore>,
}

/// A heavy body is taken up, until this is dropped.
#[derive(Debug)]
pub struct Turn {
    _held: [OwnedSemaphorePermit; 4],
}

/// How much work something is, in bytes that are read: what else must be done counts as so many bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Weight(usize);

impl Weight {
    /// What is always done at once.
    pub const LIGHT: Self = Self(0);
    /// What is heavier is done on the threads for heavy work: a packet of the usual size for a few recipients is not.
    const HEAVY: Self = Self(12 * 1024);
    /// A decision, and sealing what it allows, costs about as much as reading so many bytes.
    const RECIPIENT: usize = 2 * 1024;

    /// The weight of a body.
    #[must_use]
    pub const fn of_bytes(bytes: usize) -> Self {
        Self(bytes)
    }

    /// In whole KiB.
    #[must_use]
    pub const fn kib(self) -> usize {
        self.0 / 1024
    }

    /// The weight of a body that is decided upon and sealed for so many recipients.
    #[must_use]
    pub const fn for_recipients(self, recipients: usize) -> Self {
        Self(self.0.saturating_add(recipients.saturating_mul(Self::RECIPIENT)))
    }
}

/// So much heavy work waits that no more is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Busy {
    /// Of this party.
    #[error("the party's own large messages wait to be read")]
    Own,
    /// Of all together.
    #[error("so many large messages wait to be read that no more are taken")]
    Everyone,
}

impl Heavy {
    /// As many threads as half of the machine's cores: what is light always has the other half.
    #[must_use]
    pub fn new() -> Self {
        Self::with(
            available_parallelism().map_or(1, |cores| cores.get().div_ceil(2)),
            PLACES,
            PLACES_OF_A_PARTY,
        )
    }

    fn with(threads: usize, places: usize, of_a_party: usize) -> Self {
        Self(Arc::new(Inner {
            threads: Semaphore::new(threads),
            bodies: Arc::new(Semaphore::new(threads.saturating_mul(2))),
            places: Arc::new(Semaphore::new(places)),
            queue: Arc::new(Semaphore::new(places)),
            parties: Mutex::default(),
            of_a_party,
        }))
    }

    /// Waits until a body of a party may be taken up; of a light one nothing is asked. Hold it until the call is answered.
    ///
    /// # Errors
    /// [`Busy`] when too many wait already.
    pub async fn turn(&self, party: Option<PartyId>, weight: Weight) -> Result<Option<Turn>, Busy> {
        if weight <= Weight::HEAVY {
            return Ok(None);
        }
        let lane = self.lane(party);
        let [place, place_of_all] = enter(&lane.queue, &self.0.queue)?;
        // Only closing refuses, and nobody closes them.
        let closed = |_| Busy::Everyone;
        let own = Arc::clone(&lane.body).acquire_owned().await.map_err(closed)?;
        let of_all = Arc::clone(&self.0.bodies).acquire_owned().await.map_err(closed)?;
        Ok(Some(Turn { _held: [own, of_all, place, place_of_all] }))
    }

    /// Does work of a party: at once if it is light, and else as soon as it is the party's turn.
    ///
    /// # Errors
    /// [`Busy`] when too much waits already; nothing was done.
    pub async fn run<T>(
        &self,
        party: Option<PartyId>,
        weight: Weight,
        work: impl FnOnce() -> T,
    ) -> Result<T, Busy> {
        if weight <= Weight::HEAVY {
            return Ok(work());
        }
        let lane = self.lane(party);
        let _places = enter(&lane.places, &self.0.places)?;
        // Only closing refuses, and nobody closes them.
        let _turn = lane.turn.acquire().await;
        let _thread = self.0.threads.acquire().await;
        Ok(match Handle::current().runtime_flavor() {
            // The thread gives its other tasks away first.
            RuntimeFlavor::MultiThread => block_in_place(work),
            _ => work(),
        })
    }

    /// How many pieces of heavy work are still taken, of all parties together.
    #[must_use]
    pub fn places_left(&self) -> usize {
        self.0.places.available_permits()
    }

    /// Parties are registered ones, so that their number is bounded.
    fn lane(&self, party: Option<PartyId>) -> Arc<Lane> {
        let mut parties = self.0.parties.lock().unwrap_or_else(PoisonError::into_inner);
        let lane = parties.entry(party).or_insert_with(|| {
            Arc::new(Lane {
                body: Arc::new(Semaphore::new(1)),
                turn: Semaphore::new(1),
                places: Arc::new(Semaphore::new(self.0.of_a_party)),
                queue: Arc::new(Semaphore::new(self.0.of_a_party)),
            })
        });
        Arc::clone(lane)
    }
}

fn enter(own: &Arc<Semaphore>, of_all: &Arc<Semaphore>) -> Result<[OwnedSemaphorePermit; 2], Busy> {
    let own = Arc::clone(own).try_acquire_owned().map_err(|_| Busy::Own)?;
    let of_all = Arc::clone(of_all).try_acquire_owned().map_err(|_| Busy::Everyone)?;
    Ok([own, of_all])
}

impl Default for Heavy {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Heavy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Heavy({} places left)", self.places_left())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use tokio::{
        sync::mpsc::{UnboundedSender, unbounded_channel},
        task::JoinHandle,
    };

    use super::*;
    use crate::domain::party::Role;

    const LARGE: Weight = Weight::of_bytes(1024 * 1024);

    fn party(number: u8) -> PartyId {
        PartyId::new(format!("000000990000000{number:02}000").parse().unwrap(), Role::ProSchool)
    }

    /// Waits until so many places are taken: each piece of work enters before it waits.
    async fn taken(heavy: &Heavy, places: usize, of: usize) {
        while heavy.places_left() != of - places {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn a_heavy_body_keeps_no_other_call_from_its_thread() {
        let heavy = Heavy::with(1, 8, 8);
        let (go, waits) = mpsc::channel::<()>();
        let work = tokio::spawn({
            let heavy = heavy.clone();
            async move { heavy.run(Some(party(1)), LARGE, move || waits.recv().unwrap()).await }
        });
        taken(&heavy, 1, 8).await;
        // This runs on the one thread of the runtime, while the work holds a thread and waits for it.
        assert_eq!(heavy.run(Some(party(1)), Weight::LIGHT, || 7).await, Ok(7));
        tokio::spawn(async move { go.send(()).unwrap() }).await.unwrap();
        work.await.unwrap().unwrap();
    }

    /// Work of a party that tells its name when it is done.
    fn tell(heavy: &Heavy, number: u8, told: &UnboundedSender<u8>) -> JoinHandle<Result<(), Busy>> {
        let (heavy, told) = (heavy.clone(), told.clone());
        tokio::spawn(async move {
            heavy.run(Some(party(number)), LARGE, move || told.send(number).unwrap()).await
        })
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_thread_goes_from_one_party_to_the_next() {
        let heavy = Heavy::with(1, 8, 8);
        let (go, waits) = mpsc::channel::<()>();
        let (told, mut order) = unbounded_channel();
        let first = tokio::spawn({
            let heavy = heavy.clone();
            async move { heavy.run(Some(party(1)), LARGE, move || waits.recv().unwrap()).await }
        });
        taken(&heavy, 1, 8).await;
        let mut all = Vec::new();
        for (count, number) in [1, 1, 1, 2].into_iter().enumerate() {
            all.push(tell(&heavy, number, &told));
            taken(&heavy, count + 2, 8).await;
        }
        go.send(()).unwrap();
        first.await.unwrap().unwrap();
        let mut seen = Vec::new();
        while seen.len() < 4 {
            seen.push(order.recv().await.unwrap());
        }
        assert!(
            seen.iter().position(|number| *number == 2) <= Some(1),
            "it waited for the other's work: {seen:?}"
        );
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn one_heavy_body_of_a_party_is_taken_up_at_a_time_and_two_of_all() {
        let heavy = Heavy::with(1, 8, 3);
        let queued = async |bodies: usize| {
            while heavy.0.queue.available_permits() != 8 - bodies {
                tokio::task::yield_now().await;
            }
        };
        let first = heavy.turn(Some(party(1)), LARGE).await.unwrap();
        assert!(first.is_some());
        let next = |number: u8| {
            let heavy = heavy.clone();
            tokio::spawn(async move { heavy.turn(Some(party(number)), LARGE).await })
        };
        let again = [next(1), next(1)];
        queued(3).await;
        assert_eq!(heavy.turn(Some(party(1)), LARGE).await.map(|_| ()), Err(Busy::Own));
        let light = heavy.turn(Some(party(1)), Weight::LIGHT).await.unwrap();
        assert!(light.is_none(), "what is light waits for none");
        // Who was taken up has its work done, however many of its bodies wait.
        assert_eq!(heavy.run(Some(party(1)), LARGE, || 7).await, Ok(7));

        let other = heavy.turn(Some(party(2)), LARGE).await.unwrap();
        let third = next(3);
        queued(5).await;
        tokio::task::yield_now().await;
        assert!(!third.is_finished(), "two are taken up");
        drop(other);
        drop(third.await.unwrap().unwrap());
        assert!(again.iter().all(|one| !one.is_finished()), "a body of the party is taken up");
        drop(first);
        for one in again {
            drop(one.await.unwrap().unwrap());
        }
        queued(0).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_waits_is_bounded_for_each_party_and_for_all() {
        let heavy = Heavy::with(1, 3, 2);
        let (go, waits) = mpsc::channel::<()>();
        let (told, _order) = unbounded_channel();
        let first = tokio::spawn({
            let heavy = heavy.clone();
            async move { heavy.run(Some(party(1)), LARGE, move || waits.recv().unwrap()).await }
        });
        taken(&heavy, 1, 3).await;
        let second = tell(&heavy, 1, &told);
        taken(&heavy, 2, 3).await;
        assert_eq!(heavy.run(Some(party(1)), LARGE, || ()).await, Err(Busy::Own));
        let other = tell(&heavy, 2, &told);
        taken(&heavy, 3, 3).await;
        assert_eq!(heavy.run(Some(party(3)), LARGE, || ()).await, Err(Busy::Everyone));
        assert_eq!(
            heavy.run(Some(party(3)), Weight::LIGHT, || 7).await,
            Ok(7),
            "what is light waits for nothing"
        );
        go.send(()).unwrap();
        for one in [first, second, other] {
            one.await.unwrap().unwrap();
        }
        taken(&heavy, 0, 3).await;
        assert_eq!(heavy.run(Some(party(1)), LARGE, || 7).await, Ok(7));
    }
}
