//! What a party is told.

use super::words::words;

words! {
    /// What a party is told.
    NoticeKind {
        /// A declaration that the packet rested on was withdrawn after it was collected.
        DeclarationWithdrawn = "declaration-withdrawn",
        /// The sender took the packet back after it was collected.
        PacketWithdrawn = "packet-withdrawn",
        /// A recipient's key was revoked: push the packet again.
        KeyRevoked = "key-revoked",
        /// The packet holds more than its basis allows any more: push it again.
        CategoriesNarrowed = "categories-narrowed",
        /// The recipient no longer acts for the college: nobody can collect the packet.
        MandateEnded = "mandate-ended",
        /// The operator has blocked the recipient: it collects nothing until that is lifted.
        RecipientBlocked = "recipient-blocked",
        /// The term passes in some days, and it was not collected or answered yet.
        ExpiresSoon = "expires-soon",
        /// The term passed before the packet was collected.
        Expired = "expired",
    }
}
