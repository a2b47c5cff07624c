//! What a party made under a key of its own choice.

use crate::domain::id::{DeclarationId, PacketId};

/// What was made under a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made {
    /// A packet or a request.
    Message(PacketId),
    /// A declaration.
    Declaration(DeclarationId),
}
