//! What can happen that must be accounted for.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The text names no event or outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an event or outcome of the access log")]
pub struct UnknownEvent;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$about])* #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// Every one of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word, as entries and receipts write it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }
        }

        impl FromStr for $name {
            type Err = UnknownEvent;

            fn from_str(text: &str) -> Result<Self, UnknownEvent> {
                Self::ALL.iter().copied().find(|one| one.as_str() == text).ok_or(UnknownEvent)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// What happened. A new event may be added; a word never changes its meaning.
    Event {
        /// A sender offered a packet to a recipient.
        Push = "push",
        /// A school asked a college to continue the support.
        Request = "request",
        /// A party asked for a packet.
        Pull = "pull",
        /// A party asked how a packet, request or declaration stands, and it is none of its own. In order, it is no entry.
        Lookup = "lookup",
        /// A party called what it may not call: a list or register that its role may not read, or anything while it is
        /// blocked. In order, it is no entry.
        Call = "call",
        /// A recipient confirmed that it has the packet.
        Acknowledge = "acknowledge",
        /// A declaration (wilsverklaring) was recorded.
        Declare = "declare",
        /// A declaration was withdrawn.
        WithdrawDeclaration = "withdraw-declaration",
        /// The controller decided upon an objection or a restriction.
        DecideDeclaration = "decide-declaration",
        /// A sender withdrew a packet, or a declaration took its ground away.
        WithdrawPacket = "withdraw-packet",
        /// A packet lapsed unfetched.
        Expire = "expire",
        /// What was kept of a message, a declaration or a person for later decisions was forgotten: its term is over.
        Forget = "forget",
        /// A college answered a request.
        Answer = "answer",
        /// A party put a question to another.
        Question = "question",
        /// A recipient looked for a person in its own inbox.
        Search = "search",
        /// The sender collected the copy that was made for the person, to hand it over. That it was made is a `push` to the
        /// role `betrokkene`.
        CopyForPerson = "copy-for-person",
        /// A party published an encryption key.
        KeyPublished = "key-published",
        /// A party retired an encryption key.
        KeyRetired = "key-retired",
        /// An encryption key was revoked.
        KeyRevoked = "key-revoked",
        /// A party registered its next certificate.
        CertificateRegistered = "certificate-registered",
        /// The operator registered a party.
        PartyRegistered = "party-registered",
        /// The operator took a party out for good.
        PartyRemoved = "party-removed",
        /// The operator blocked a party.
        PartyBlocked = "party-blocked",
        /// The operator let a blocked party in again.
        PartyUnblocked = "party-unblocked",
        /// A mandate by which one party acts for another was registered.
        MandateRegistered = "mandate-registered",
        /// A mandate ended.
        MandateEnded = "mandate-ended",
        /// A set of policies became the active one.
        PolicyActivated = "policy-activated",
        /// Facts were judged without a stored packet (what-if).
        Evaluated = "evaluated",
        /// Entries or registers were exported.
        Export = "export",
        /// The operator copied the gateway: its keys and configuration, and the database where the entry names entries.
        Backup = "backup",
        /// The operator made a new version of one of the gateway's own keys; the cause names which.
        GatewayKeyRotated = "gateway-key-rotated",
        /// Bodies of entries were read by who is no party to them.
        BodyRead = "body-read",
        /// The body of a part was erased; its commitment stays.
        BodyErased = "body-erased",
        /// A party was given a notice.
        Notice = "notice",
    }
}

words! {
    /// How it ended.
    Outcome {
        /// The policies allow it, and it was done.
        Permitted = "permitted",
        /// It was not done; the part says why.
        Refused = "refused",
        /// Nothing was to be decided.
        Recorded = "recorded",
    }
}

impl Event {
    /// Whether it says who takes part, with which keys and by which policies, and names no person: the register is explained by
    /// such entries as long as the log is there.
    #[must_use]
    pub const fn is_of_the_register(self) -> bool {
        matches!(
            self,
            Self::KeyPublished
                | Self::KeyRetired
                | Self::KeyRevoked
                | Self::CertificateRegistered
                | Self::PartyRegistered
                | Self::PartyRemoved
                | Self::PartyBlocked
                | Self::PartyUnblocked
                | Self::MandateRegistered
                | Self::MandateEnded
                | Self::PolicyActivated
                | Self::GatewayKeyRotated
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_about_the_format_names_every_event_and_no_other() {
        let page = include_str!("../../../docs/log-format.md");
        let (_, events) = page.split_once("\n## Events\n").unwrap();
        let (events, _) = events.split_once("\n## ").unwrap();
        let rows = events.lines().filter_map(|line| line.strip_prefix("| `"));
        let mut named: Vec<&str> = rows.filter_map(|row| row.split('`').next()).collect();
        named.sort_unstable();
        let mut all: Vec<&str> = Event::ALL.iter().map(|event| event.as_str()).collect();
        all.sort_unstable();
        assert_eq!(named, all);
    }

    #[test]
    fn words_are_unique_and_are_the_json() {
        for event in Event::ALL {
            assert_eq!(event.as_str().parse(), Ok(*event), "two events bear the word {event}");
            assert_eq!(serde_json::to_value(event).unwrap(), event.as_str());
        }
        for outcome in Outcome::ALL {
            assert_eq!(outcome.as_str().parse(), Ok(*outcome));
        }
        assert_eq!("Push".parse::<Event>(), Err(UnknownEvent));
    }
}
