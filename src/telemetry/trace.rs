//! W3C Trace Context: the `traceparent` that comes in, and the one that goes out.
//!
//! Source: W3C Trace Context, section 3.2. `tracestate` is neither read nor passed on: it is free text of others.

use std::fmt;

use crate::domain::id::Entropy;

/// The header's name.
pub const TRACEPARENT: &str = "traceparent";

/// The 16 bytes that name a trace, in 32 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TraceId([u8; 16]);

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TraceId({self})")
    }
}

/// The trace that a request belongs to, and the gateway's own span in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceContext {
    trace: TraceId,
    span: [u8; 8],
    sampled: bool,
}

impl TraceContext {
    /// Continues the caller's trace with a span of the gateway, or begins a new trace when the header is absent,
    /// there more than once or not valid to the letter.
    ///
    /// Without randomness the trace of a caller is still continued; a new one is then all zeros, which the standard
    /// calls invalid, so that nobody takes it for a trace.
    #[must_use]
    pub fn of_request<'v>(headers: impl IntoIterator<Item = &'v [u8]>, entropy: &dyn Entropy) -> Self {
        let mut headers = headers.into_iter();
        let given = match (headers.next(), headers.next()) {
            (Some(value), None) => parse(value),
            _ => None,
        };
        let mut random = [0; 24];
        if entropy.fill(&mut random).is_err() {
            random = [0; 24];
        }
        let (mut fresh, mut span) = ([0; 16], [0; 8]);
        fresh.iter_mut().chain(span.iter_mut()).zip(random).for_each(|(slot, byte)| *slot = byte);
        match given {
            Some((trace, sampled)) => Self { trace, span, sampled },
            None => Self { trace: TraceId(fresh), span, sampled: false },
        }
    }

    /// The name of the trace.
    #[must_use]
    pub const fn trace_id(&self) -> TraceId {
        self.trace
    }

    /// The header's value for the answer: the trace and the gateway's span.
    #[must_use]
    pub fn header(&self) -> String {
        format!("00-{}-{}-{}", self.trace, hex::encode(self.span), if self.sampled { "01" } else { "00" })
    }
}

/// Reads `version-trace-parent-flags`. A version that is not known yet is read as far as version 00 goes.
fn parse(value: &[u8]) -> Option<(TraceId, bool)> {
    let text = std::str::from_utf8(value).ok()?;
    let mut parts = text.splitn(5, '-');
    let version: [u8; 1] = lower_hex(parts.next()?)?;
    let trace: [u8; 16] = lower_hex(parts.next()?)?;
    let parent: [u8; 8] = lower_hex(parts.next()?)?;
    let flags: [u8; 1] = lower_hex(parts.next()?)?;
    let known_end = version == [0] && parts.next().is_none();
    let later_version = version != [0] && version != [0xff];
    let real = trace != [0; 16] && parent != [0; 8];
    (real && (known_end || later_version)).then_some((TraceId(trace), flags.iter().all(|f| f & 1 == 1)))
}

fn lower_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    let lower = text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    (lower && hex::decode_to_slice(text, &mut bytes).is_ok()).then_some(bytes)
}
