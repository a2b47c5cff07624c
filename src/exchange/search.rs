//! A recipient looks for a person in its own inbox. A person is never in a URL, and every search is an entry.

use std::collections::BTreeSet;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use zeroize::Zeroizing;

use super::{Exchange, caller::Caller, ledger::Account, lists::Seen, trouble::Trouble};
use crate::{
    accesslog::entry::{Event, Outcome},
    domain::{
        age::BirthDate,
        code::Purpose,
        digest::Digest,
        party::PartyId,
        person::{OwnReference, PersonReference},
        pgn::Pgn,
    },
    policy::{permit::Refusal, routes::RouteAction},
};

/// What is looked for: it exists in memory only, as the input of a keyed digest.
pub struct Sought {
    kind: &'static str,
    value: Zeroizing<String>,
}

impl Sought {
    /// A persoonsgebonden nummer, within one purpose.
    #[must_use]
    pub fn pgn(pgn: &Pgn) -> Self {
        Self { kind: "search-pgn", value: Zeroizing::new(pgn.expose().to_owned()) }
    }

    /// A name with a date of birth. Diacritics, capitals and spaces do not matter.
    #[must_use]
    pub fn name(given: &str, family: &str, birth_date: &BirthDate) -> Self {
        let value = format!("{}\n{}\n{}", plain(given), plain(family), birth_date.expose());
        Self { kind: "search-name", value: Zeroizing::new(value) }
    }
}

impl std::fmt::Debug for Sought {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sought({}, redacted)", self.kind)
    }
}

/// A name in the one form in which names are compared.
fn plain(name: &str) -> String {
    let letters: String =
        name.nfkd().filter(|letter| !is_combining_mark(*letter)).flat_map(char::to_lowercase).collect();
    letters.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// How a recipient looks.
#[derive(Debug)]
pub enum Query {
    /// By its own reference, which it gave with an acknowledgement.
    Own(OwnReference),
    /// By a number or a name, within one purpose.
    Sought(Purpose, Sought),
}

/// Why nothing was looked for.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The role may not search.
    #[error("refused")]
    Refused(Refusal),
    /// Not the caller's fault.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

impl Exchange {
    /// The caller's packets about the person, the oldest first.
    ///
    /// # Errors
    /// [`SearchError`].
    pub async fn search(&self, caller: &Caller, query: &Query) -> Result<Vec<Seen>, SearchError> {
        let now = self.clock.now();
        self.may(caller, RouteAction::Search, now).await?.map_err(SearchError::Refused)?;
        let recipient = caller.party();
        let mut account = Account::of(Event::Search, Outcome::Recorded);
        account.recipient = Some(recipient);
        let mut found = BTreeSet::new();
        match query {
            Query::Own(reference) => {
                let pseudonyms = self.pseudonyms_of(recipient, &PersonReference::Own(reference.clone()), "");
                if let Some(person) = self.store.person(&pseudonyms).await.map_err(Trouble::from)? {
                    account.for_recipient.person = Some(person);
                    let packets =
                        self.store.packets_of_person(&recipient, person).await.map_err(Trouble::from)?;
                    found.extend(packets);
                }
            }
            Query::Sought(purpose, sought) => {
                account.for_recipient.purpose = Some(purpose.clone());
                for digest in self.all_search_digests(recipient, purpose, sought) {
                    found.extend(
                        self.store.packets_by_search(&recipient, &digest).await.map_err(Trouble::from)?,
                    );
                }
            }
        }
        let entry = self.entry(caller, account)?;
        self.record(vec![entry]).await?;
        Ok(self.all_seen_by(recipient, found.into_iter(), now).await?)
    }

    /// The digest that is kept for a recipient: scoped to it and to the purpose.
    pub(super) fn search_digest(
        &self,
        recipient: PartyId,
        purpose: &Purpose,
        sought: &Sought,
    ) -> Option<Digest> {
        self.all_search_digests(recipient, purpose, sought).into_iter().next()
    }

    fn all_search_digests(&self, recipient: PartyId, purpose: &Purpose, sought: &Sought) -> Vec<Digest> {
        let scope = format!("{recipient}\n{purpose}");
        self.pseudonyms.all(sought.kind, &scope, &sought.value).into_iter().map(|one| one.value).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn names_are_compared_in_one_form() {
        assert_eq!(plain("  José  Ignacio "), plain("JOSE\u{301} ignacio"));
        assert_eq!(plain("van der Ämst"), "van der amst");
        assert_ne!(plain("Ana"), plain("Anna"));
    }
}
