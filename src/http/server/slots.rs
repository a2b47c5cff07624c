//! How many connections are open, in all and per address.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::super::connection::PeerAddress;

/// The connections of one listener.
#[derive(Debug, Clone)]
pub(super) struct Slots {
    open: Arc<Mutex<Open>>,
    most: usize,
    most_per_address: usize,
}

#[derive(Debug, Default)]
struct Open {
    all: usize,
    by_address: BTreeMap<std::net::IpAddr, usize>,
}

/// One open connection; dropping it frees its place.
#[derive(Debug)]
pub(super) struct Slot {
    open: Arc<Mutex<Open>>,
    address: std::net::IpAddr,
}

impl Slots {
    pub(super) fn new(most: usize, most_per_address: usize) -> Self {
        Self { open: Arc::default(), most, most_per_address }
    }

    /// A place for a connection, or the name of the limit that is reached.
    pub(super) fn take(&self, address: PeerAddress) -> Result<Slot, &'static str> {
        let address = address.prefix();
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.all >= self.most {
            return Err("connections");
        }
        let here = open.by_address.entry(address).or_default();
        if *here >= self.most_per_address {
            return Err("connections-per-address");
        }
        *here = here.saturating_add(1);
        open.all = open.all.saturating_add(1);
        drop(open);
        Ok(Slot { open: Arc::clone(&self.open), address })
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.all = open.all.saturating_sub(1);
        if let Some(here) = open.by_address.get_mut(&self.address) {
            *here = here.saturating_sub(1);
            if *here == 0 {
                open.by_address.remove(&self.address);
            }
        }
    }
}
