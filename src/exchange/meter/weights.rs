//! What each kind of work weighs: the one table. A small call costs the gateway some 250 µs of CPU, a push some 1,000.

use super::Work;

/// A row of a list: one packet is read with its copies, some 60 µs.
pub(in crate::exchange) const ROW: Work = Work { milli_calls: 250, noted: 0 };
/// An own entry: it is opened and proven with its path, some 120 µs.
pub(in crate::exchange) const ENTRY: Work = Work { milli_calls: 500, noted: 0 };
/// A row that is kept in memory: a party, a key, some 3 µs.
pub(in crate::exchange) const KEPT_ROW: Work = Work { milli_calls: 10, noted: 0 };
/// An entry about something that changes nothing: it is sealed and committed, and stays on the disk. The bytes are
/// those that a refusal takes with its row, its readers and their indexes; a test measures them.
pub(in crate::exchange) const NOTE: Work = Work { milli_calls: 2_000, noted: 2_500 };
/// A recipient that is decided upon and, where the packet is stored, sealed to: some 100 µs.
pub(in crate::exchange) const RECIPIENT: Work = Work { milli_calls: 500, noted: 0 };
/// A KiB of a body: read, validated, projected, some 25 µs.
pub(in crate::exchange) const KIB: Work = Work { milli_calls: 100, noted: 0 };
/// A key or certificate that is published: proven, stored, and the register is read anew by every gateway; the row stays
/// for as long as the party does.
pub(in crate::exchange) const KEY: Work = Work { milli_calls: 20_000, noted: 4_000 };
