//! Counts the frames of HTTP/2 that carry nothing of a request. They are cheap to send and each takes work, before any
//! quota is asked: SETTINGS and PING that want an answer, streams opened and reset, DATA that is empty or nearly so.
//!
//! Source: CVE-2019-9511, -9512, -9513, -9515, -9518 and CVE-2023-44487; RFC 9113, section 10.5.

use tokio::time::Instant;

/// So many at once, and so many per second in the long run: several times what a busy caller needs.
const BURST: u32 = 4000;
const PER_SECOND: f64 = 1000.0;

/// Content that comes by less at a time than a frame's own head takes is drip, also where padding hides that it is none.
const DRIP: u32 = 16;

const PREFACE: usize = 24;
const HEAD: usize = 9;

/// Reads along with the bytes of a caller.
#[derive(Debug)]
pub(super) struct Frames {
    /// Bytes that belong to what was counted already.
    skip: usize,
    head: [u8; HEAD],
    have: usize,
    left: f64,
    since: Instant,
}

impl Frames {
    pub(super) fn new(now: Instant) -> Self {
        Self { skip: PREFACE, head: [0; HEAD], have: 0, left: f64::from(BURST), since: now }
    }

    /// Whether the caller floods the connection with frames that carry nothing.
    pub(super) fn is_flood(&mut self, mut bytes: &[u8], now: Instant) -> bool {
        let mut idle = 0_u32;
        while let Some((first, rest)) = bytes.split_first() {
            if self.skip > 0 {
                let over = self.skip.min(bytes.len());
                self.skip -= over;
                bytes = bytes.get(over..).unwrap_or_default();
                continue;
            }
            if let Some(slot) = self.head.get_mut(self.have) {
                *slot = *first;
            }
            self.have += 1;
            bytes = rest;
            if self.have == HEAD {
                self.have = 0;
                idle = idle.saturating_add(u32::from(self.ends_head()));
            }
        }
        if idle == 0 {
            return false;
        }
        self.left =
            now.duration_since(self.since).as_secs_f64().mul_add(PER_SECOND, self.left).min(f64::from(BURST))
                - f64::from(idle);
        self.since = now;
        self.left < 0.0
    }

    /// Passes over the frame's content; whether it carries nothing.
    fn ends_head(&mut self) -> bool {
        const DATA: u8 = 0;
        const HEADERS: u8 = 1;
        const END_STREAM: u8 = 1;
        let [a, b, c, kind, flags, ..] = self.head;
        let length = u32::from_be_bytes([0, a, b, c]);
        self.skip = usize::try_from(length).unwrap_or(usize::MAX);
        match kind {
            DATA => length == 0 || (length < DRIP && flags & END_STREAM == 0),
            // A request of its own: quotas count it.
            HEADERS => false,
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn frame(kind: u8, length: u8) -> Vec<u8> {
        let mut bytes = vec![0, 0, length, kind, 0, 0, 0, 0, 0];
        bytes.extend(std::iter::repeat_n(0xff, usize::from(length)));
        bytes
    }

    fn started(now: Instant) -> Frames {
        let mut frames = Frames::new(now);
        assert!(!frames.is_flood(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", now));
        frames
    }

    #[test]
    fn what_carries_nothing_is_counted_however_it_arrives() {
        let now = Instant::now();
        for (kind, length) in
            [(4, 0), (6, 8), (3, 4), (2, 5), (8, 4), (9, 0), (0, 0), (0, 1), (0, 15), (0xfa, 3)]
        {
            let flood = frame(kind, length).repeat(usize::try_from(BURST).unwrap());
            let mut whole = started(now);
            assert!(!whole.is_flood(&flood, now), "{kind}");
            assert!(whole.is_flood(&frame(kind, length), now), "{kind}");
            let mut bytewise = started(now);
            assert!(!flood.iter().any(|byte| bytewise.is_flood(&[*byte], now)), "{kind}");
            assert!(frame(kind, length).iter().any(|byte| bytewise.is_flood(&[*byte], now)), "{kind}");
        }
    }

    #[test]
    fn requests_and_their_content_are_not() {
        let now = Instant::now();
        let mut frames = started(now);
        let mut short = frame(0, 2);
        short[4] = 1;
        let requests = [frame(1, 40), frame(0, 200), frame(0, 16), short].concat().repeat(20_000);
        assert!(!frames.is_flood(&requests, now));
    }

    #[test]
    fn who_sends_them_now_and_then_goes_on_for_ever() {
        let mut now = Instant::now();
        let mut frames = started(now);
        for _ in 0..100 {
            assert!(!frames.is_flood(&frame(6, 8).repeat(900), now));
            now += Duration::from_secs(1);
        }
    }
}
