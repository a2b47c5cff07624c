//! Who waits for a snapshot, and the tasks that read for all of them.

use std::{mem, sync::Arc};

use sqlx::{Any, AnyPool, any::AnyRow};
use tokio::sync::{Mutex, mpsc, oneshot};

use super::{
    found::Found,
    needs::Needs,
    row::Row,
    text::{STATEMENTS, look},
};
use crate::store::{db::Backend, error::StoreError};

/// The most things that are looked for in one statement.
const BATCH: usize = 64;
/// How many read at once: while one waits for the database, the other takes what came meanwhile.
const READERS: usize = 2;

/// The asking side. The readers end when the last one of it is dropped.
#[derive(Clone)]
pub(in crate::store) struct Asks(mpsc::UnboundedSender<Ask>);

struct Ask {
    needs: Needs,
    answer: oneshot::Sender<Result<(Needs, Found), StoreError>>,
}

/// One thing that is looked for, as the statement takes it.
#[derive(Default)]
struct Look {
    what: &'static str,
    texts: [String; 3],
    number: i64,
    bytes: Vec<u8>,
}

impl Asks {
    /// Starts the readers.
    pub(in crate::store) fn answered_by(pool: &AnyPool, backend: Backend) -> Self {
        let (asks, waiting) = mpsc::unbounded_channel();
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..READERS {
            tokio::spawn(read(pool.clone(), backend, Arc::clone(&waiting)));
        }
        Self(asks)
    }

    /// What was found, with what it was found for.
    pub(super) async fn ask(&self, needs: Needs) -> Result<(Needs, Found), StoreError> {
        let (answer, waiting) = oneshot::channel();
        let gone = || StoreError::unavailable("the database is closed");
        self.0.send(Ask { needs, answer }).map_err(|_| gone())?;
        waiting.await.map_err(|_| gone())?
    }
}

async fn read(pool: AnyPool, backend: Backend, waiting: Arc<Mutex<mpsc::UnboundedReceiver<Ask>>>) {
    loop {
        let mut asks = Vec::with_capacity(BATCH);
        let taken = waiting.lock().await.recv_many(&mut asks, BATCH).await;
        if taken == 0 {
            return;
        }
        while !asks.is_empty() {
            let now = take_some(&mut asks);
            match snapshot(&pool, backend, &now).await {
                Ok(found) => {
                    for (ask, found) in now.into_iter().zip(found) {
                        drop(ask.answer.send(Ok((ask.needs, found))));
                    }
                }
                Err(error) => {
                    for ask in now {
                        drop(ask.answer.send(Err(error.clone())));
                    }
                }
            }
        }
    }
}

/// As many as fit in one statement, one at least.
fn take_some(asks: &mut Vec<Ask>) -> Vec<Ask> {
    let (mut width, mut count) = (0, 0);
    for ask in asks.iter() {
        width += looks(&ask.needs).count();
        if count > 0 && width > BATCH {
            break;
        }
        count += 1;
    }
    let later = asks.split_off(count.min(asks.len()));
    mem::replace(asks, later)
}

/// What one asks for, in the order by which [`Found`] chooses.
fn looks(needs: &Needs) -> impl Iterator<Item = Look> {
    let key = needs.made_under.iter().map(|(party, key)| Look {
        what: look::KEY,
        texts: [party.oin.to_string(), party.role.to_string(), key.clone()],
        ..Look::default()
    });
    let pseudonyms = needs.pseudonyms.iter().map(|pseudonym| Look {
        what: look::PSEUDONYM,
        number: i64::from(pseudonym.version),
        bytes: pseudonym.value.0.to_vec(),
        ..Look::default()
    });
    let packets = needs.messages.iter().map(|packet| Look {
        what: look::MESSAGE,
        texts: [packet.to_string(), String::new(), String::new()],
        ..Look::default()
    });
    let declarations = needs.declarations.iter().map(|declaration| Look {
        what: look::DECLARATION,
        texts: [declaration.to_string(), String::new(), String::new()],
        ..Look::default()
    });
    key.chain(pseudonyms).chain(packets).chain(declarations)
}

async fn snapshot(pool: &AnyPool, backend: Backend, asks: &[Ask]) -> Result<Vec<Found>, StoreError> {
    let owners = asks.iter().enumerate().flat_map(|(owner, ask)| looks(&ask.needs).map(move |_| owner));
    let owners: Vec<usize> = owners.collect();
    let texts = STATEMENTS.iter().find(|(width, _)| *width >= owners.len()).or_else(|| STATEMENTS.last());
    let (width, texts) = texts.ok_or_else(|| StoreError::inconsistent("snapshot"))?;
    if *width < owners.len() {
        return Err(StoreError::inconsistent("snapshot"));
    }
    let mut query = sqlx::query::<Any>(texts.of(backend));
    let nothing = || Look { what: look::NOTHING, ..Look::default() };
    let all = asks.iter().flat_map(|ask| looks(&ask.needs)).chain(std::iter::repeat_with(nothing));
    for Look { what, texts: [a, b, c], number, bytes } in all.take(*width) {
        query = query.bind(what).bind(a).bind(b).bind(c).bind(number).bind(bytes);
    }
    let rows: Vec<AnyRow> = query.fetch_all(pool).await?;
    let mut found: Vec<Found> = asks.iter().map(|_| Found::default()).collect();
    for row in &rows {
        let row = Row(row);
        match row.slot()? {
            None => found.iter_mut().try_for_each(|one| one.head(&row))?,
            Some(slot) => {
                let owner = owners.get(slot).and_then(|owner| found.get_mut(*owner));
                owner.ok_or_else(|| StoreError::inconsistent("snapshot"))?.take(slot, &row)?;
            }
        }
    }
    Ok(found.into_iter().zip(asks).map(|(found, ask)| found.in_order(&ask.needs)).collect())
}
