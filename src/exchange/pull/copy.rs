//! A packet with one of its copies.

use jiff::Timestamp;

use crate::{
    exchange::ended::Ended,
    store::read::{CopyRow, CopyState, MessageRow, MessageState},
};

/// A packet and the copy of it that is asked for.
pub(in crate::exchange) struct Copy {
    pub(super) packet: MessageRow,
    pub(super) row: CopyRow,
}

impl Copy {
    pub(super) fn ended(&self, now: Timestamp) -> Option<Ended> {
        match (self.row.state, self.packet.state) {
            (CopyState::Acknowledged, _) => Some(Ended::Acknowledged),
            (CopyState::Withheld, _) => Some(Ended::Withheld),
            (CopyState::Withdrawn, _) | (_, MessageState::Withdrawn) => Some(Ended::Withdrawn),
            (CopyState::Expired, _) | (_, MessageState::Expired) => Some(Ended::Expired),
            _ if self.packet.expires <= now => Some(Ended::Expired),
            (CopyState::Waiting | CopyState::Collected, MessageState::Open) => None,
        }
    }
}
