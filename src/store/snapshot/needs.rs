//! What is asked for.

use crate::{
    crypto::pseudonym::Pseudonym,
    domain::{
        id::{DeclarationId, PacketId},
        party::PartyId,
    },
};

/// What a snapshot must hold beside the register.
#[derive(Debug, Clone, Default)]
pub struct Needs {
    /// Who asks, where that is a party: of what is damaged it hears no more than of what is not there, unless it is a party to it.
    pub asker: Option<PartyId>,
    /// What this party made under this key before.
    pub made_under: Option<(PartyId, String)>,
    /// The person that these lead to, the newest key first, with the declarations about that person.
    pub pseudonyms: Vec<Pseudonym>,
    /// These messages, each with the one that it rests on or answers, and the declarations about its person.
    pub messages: Vec<PacketId>,
    /// These declarations.
    pub declarations: Vec<DeclarationId>,
}
