//! A recipient looks for a person in its own inbox. A person is never in a URL, and every search is an entry.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use zeroize::Zeroizing;

use super::{
    Exchange,
    caller::Caller,
    entry::Account,
    lists::{Seen, Window, page_of},
    meter::weights,
    toolbox::Toolbox,
    trouble::Trouble,
};
use crate::{
    accesslog::entry::{Event, Outcome},
    domain::{
        age::BirthDate,
        code::Purpose,
        digest::Digest,
        id::PacketId,
        name,
        party::PartyId,
        person::{OwnReference, PersonReference},
        pgn::Pgn,
        problem::{Bilingual, Fault},
    },
    policy::{permit::Refusal, routes::RouteAction},
    store::read::Page,
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

    /// The texts under which a person is kept, for searches that write the name otherwise: each form of the name, with
    /// all given names and with the first ones of several; the date of birth as it is known, and coarser, for who knows
    /// less.
    #[must_use]
    pub fn kept(given: &str, family: &str, birth_date: &BirthDate) -> Vec<Self> {
        let mut kept = Self::written(NAME, given, family, birth_date);
        let first_names = name::first_names(given);
        for some in &first_names {
            kept.extend(Self::written(FIRST, some, family, birth_date));
        }
        // Who knows less of the date finds by the first name: what is kept of one person stays small.
        let first = first_names.first().map_or(given, String::as_str);
        for coarser in birth_date.coarser().iter().filter(|date| date.first_day().is_some()) {
            kept.extend(Self::written(COARSE, first, family, coarser));
        }
        kept
    }

    /// The texts that are looked for when a person is asked for by name and date of birth. Diacritics, capitals, marks
    /// and spaces do not matter; the first of several names is enough, and so are the first two or more of them; a date
    /// that is known in part finds one that is known whole, and the reverse.
    #[must_use]
    pub fn asked(given: &str, family: &str, birth_date: &BirthDate) -> Vec<Self> {
        let (first_names, some) = (name::first_names(given), name::at_most_five(given));
        let mut asked = Vec::new();
        for date in std::iter::once(birth_date.clone()).chain(birth_date.coarser()) {
            asked.extend(Self::written(NAME, given, family, &date));
            asked.extend(Self::written(FIRST, &some, family, &date));
            for first in &first_names {
                asked.extend(Self::written(NAME, first, family, &date));
            }
        }
        let first = first_names.first().map_or(given, String::as_str);
        asked.extend(Self::written(COARSE, first, family, birth_date));
        asked
    }

    fn written(kind: &'static str, given: &str, family: &str, birth_date: &BirthDate) -> Vec<Self> {
        let born = birth_date.expose();
        let mut all = Vec::new();
        for given in name::forms(given) {
            for family in name::forms(family) {
                // Of who has one name, it does not matter where it is written.
                let (given, family) =
                    if family.is_empty() { (String::new(), given.clone()) } else { (given.clone(), family) };
                let value = Zeroizing::new(format!("{given}\n{family}\n{born}"));
                all.push(Self { kind, value });
            }
        }
        all
    }
}

/// All given names.
const NAME: &str = "search-name";
/// The first ones of several given names.
const FIRST: &str = "search-first-name";
/// The first given name, with a date of birth that says less than what is known.
const COARSE: &str = "search-coarse-date";

impl std::fmt::Debug for Sought {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sought({}, redacted)", self.kind)
    }
}

/// How a recipient looks.
#[derive(Debug)]
pub enum Query {
    /// By its own reference, which it gave with an acknowledgement.
    Own(OwnReference),
    /// By a number or a name, within one purpose: each text is looked for.
    Sought(Purpose, Vec<Sought>),
}

/// Why nothing was looked for.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// There is no such purpose, so that nothing could be found for it.
    #[error("unknown purpose")]
    UnknownPurpose(Fault),
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
    pub async fn search(
        &self,
        caller: &Caller,
        query: &Query,
        window: Window,
    ) -> Result<Page<Seen>, SearchError> {
        let now = self.clock.now();
        self.may(caller, RouteAction::Search, now).await?.map_err(SearchError::Refused)?;
        if let Query::Sought(purpose, _) = query
            && self.catalogue().purpose(purpose).is_none()
        {
            return Err(SearchError::UnknownPurpose(unknown_purpose()));
        }
        let recipient = caller.party();
        let mut account = Account::of(Event::Search, Outcome::Recorded);
        account.recipient = Some(recipient);
        let mut found = BTreeSet::new();
        match query {
            Query::Own(reference) => {
                let pseudonyms =
                    self.tools.pseudonyms_of(recipient, &PersonReference::Own(reference.clone()), "");
                if let Some(person) = self.store.person(&pseudonyms).await.map_err(Trouble::from)? {
                    account.for_recipient.person = Some(person);
                    let packets =
                        self.store.packets_of_person(&recipient, person).await.map_err(Trouble::from)?;
                    found.extend(packets);
                }
            }
            Query::Sought(purpose, sought) => {
                account.for_recipient.purpose = Some(purpose.clone());
                let digests: BTreeSet<Digest> = sought
                    .iter()
                    .flat_map(|sought| self.tools.all_search_digests(recipient, purpose, sought))
                    .collect();
                for digest in digests {
                    found.extend(
                        self.store.packets_by_search(&recipient, &digest).await.map_err(Trouble::from)?,
                    );
                }
            }
        }
        self.note(caller, vec![account]).await?;
        Ok(self.found(caller, found, window, now).await?)
    }

    /// A page of what was found, by its place in the inbox.
    async fn found(
        &self,
        caller: &Caller,
        found: BTreeSet<PacketId>,
        window: Window,
        now: Timestamp,
    ) -> Result<Page<Seen>, Trouble> {
        self.meter.count(caller.party(), weights::ROW.times(found.len()));
        let mut placed = BTreeMap::new();
        for id in found {
            let packet = self
                .store
                .message(id)
                .await?
                .ok_or(Trouble::Inconsistent("a packet that was found is gone"))?;
            if let Some(copy) = packet.copies.iter().find(|copy| copy.party == caller.party()) {
                placed.insert(copy.pushed_index, packet);
            }
        }
        let page = page_of(placed, window);
        let mut items = Vec::with_capacity(page.items.len());
        for packet in page.items {
            items.push(self.seen_by(caller, packet, now).await?);
        }
        Ok(Page { items, next: page.next })
    }
}

impl Toolbox {
    /// The digest that is kept for a recipient: scoped to it and to the purpose.
    pub(super) fn search_digest(
        &self,
        recipient: PartyId,
        purpose: &Purpose,
        sought: &Sought,
    ) -> Option<Digest> {
        self.all_search_digests(recipient, purpose, sought).into_iter().next()
    }

    pub(super) fn all_search_digests(
        &self,
        recipient: PartyId,
        purpose: &Purpose,
        sought: &Sought,
    ) -> Vec<Digest> {
        let scope = format!("{recipient}\n{purpose}");
        self.pseudonyms().all(sought.kind, &scope, &sought.value).into_iter().map(|one| one.value).collect()
    }
}

/// Of a search that names a purpose which does not exist.
pub(super) fn unknown_purpose() -> Fault {
    Fault {
        now: Some(Bilingual::new(
            "Kies een doel dat de gegevensset noemt (/v1/datasets).",
            "Choose a purpose that the dataset names (/v1/datasets).",
        )),
        ..Fault::at("/purpose", "unknown-purpose", "Dit doel bestaat niet.", "There is no such purpose.")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use unicode_normalization::UnicodeNormalization as _;

    use super::Sought;
    use crate::domain::{
        age::BirthDate,
        people::{self, TestPerson, typed},
    };

    fn texts(sought: &[Sought]) -> BTreeSet<(&str, &str)> {
        sought.iter().map(|one| (one.kind, one.value.as_str())).collect()
    }

    fn finds(kept: (&str, &str, &str), asked: (&str, &str, &str)) -> bool {
        let kept = Sought::kept(kept.0, kept.1, &kept.2.parse().unwrap());
        let asked = Sought::asked(asked.0, asked.1, &asked.2.parse().unwrap());
        !texts(&kept).is_disjoint(&texts(&asked))
    }

    #[test]
    fn who_writes_or_knows_it_otherwise_finds() {
        let born = "2006-02-11";
        for (kept, asked) in [
            (("Łucja", "Wróbelska-Łoś", born), ("Lucja", "Wrobelska Los", born)),
            (("Nora", "d’Hont", born), ("Nora", "d'Hont", born)),
            (("Maria Christina", "Voorbeeld", born), ("Maria", "Voorbeeld", born)),
            (("Maria", "Voorbeeld", born), ("Maria Christina", "Voorbeeld", born)),
            (("Maria Christina Els", "Voorbeeld", born), ("Maria Christina", "Voorbeeld", born)),
            (("Maria Christina Els", "Voorbeeld", born), ("Maria-Christina", "Voorbeeld", born)),
            (("Maria Christina", "Voorbeeld", born), ("Maria Christina Els", "Voorbeeld", born)),
            (("A B C D E F G H", "Voorbeeld", born), ("A B C D E", "Voorbeeld", born)),
            (("A B C D E F G H", "Voorbeeld", born), ("A B C D E F G", "Voorbeeld", born)),
            (("Bo Els Jo", "Voorbeeld", "2006-02-00"), ("Bo Els", "Voorbeeld", born)),
            (("Jürgen", "Öztürk", born), ("Juergen", "Oeztuerk", born)),
            (("Juergen", "Öztürk", born), ("Jürgen", "Ozturk", born)),
            (("Anđela", "Đorđević", born), ("Andela", "Djordjevic", born)),
            (("Andjela", "Djordjević", born), ("Anđela", "Đorđević", born)),
            (("", "Arundati", born), ("Arundati", "", born)),
            (("Arundati", ".", born), ("", "Arundati", born)),
            (("Bo", "Voorbeeld", "2006-02-00"), ("Bo", "Voorbeeld", born)),
            (("Bo", "Voorbeeld", "2006-00-00"), ("Bo", "Voorbeeld", born)),
            (("Bo", "Voorbeeld", "0000-00-00"), ("Bo", "Voorbeeld", born)),
            (("Bo", "Voorbeeld", born), ("Bo", "Voorbeeld", "2006-02-00")),
            (("Bo", "Voorbeeld", born), ("Bo", "Voorbeeld", "2006-00-00")),
            (("Bo Els", "Voorbeeld", born), ("Bo", "Voorbeeld", "2006-00-00")),
            (("Bo Els", "Voorbeeld", "2006-02-00"), ("Bo", "Voorbeeld", "2006-00-00")),
        ] {
            assert!(finds(kept, asked), "{kept:?} {asked:?}");
        }
    }

    #[test]
    fn who_asks_for_another_does_not() {
        let born = "2006-02-11";
        for (kept, asked) in [
            (("Jan Peter", "Voorbeeld", born), ("Jan Willem", "Voorbeeld", born)),
            (("Jan Peter Klaas", "Voorbeeld", born), ("Jan Peter Willem", "Voorbeeld", born)),
            (("Jan Peter Klaas", "Voorbeeld", born), ("Jan Klaas", "Voorbeeld", born)),
            (("Jan Peter Klaas", "Voorbeeld", born), ("Peter Klaas", "Voorbeeld", born)),
            (("Bo", "Voorbeeld", born), ("Bo", "Voorbeeld", "2006-02-12")),
            (("Bo", "Voorbeeld", "2006-02-00"), ("Bo", "Voorbeeld", "2006-03-11")),
            (("Bo", "Voorbeeld", born), ("Bo", "Voorbeeld", "0000-00-00")),
            (("Bo", "Voorbeeld", born), ("Bo", "Voorbeelden", born)),
            (("", "Arundati", born), ("Bo", "Arundati", born)),
        ] {
            assert!(!finds(kept, asked), "{kept:?} {asked:?}");
        }
    }

    /// What is kept of a person, as `push` keeps it; nothing when the register has no date that a gateway takes.
    fn kept_of(person: &TestPerson) -> Vec<Sought> {
        let Ok(born) = person.birth_date().parse() else { return Vec::new() };
        let mut kept = Sought::kept(&person.voornamen, &person.geslachtsnaam, &born);
        if !person.voorvoegsel.is_empty() {
            kept.extend(Sought::kept(&person.voornamen, &whole_family_name(person), &born));
        }
        kept
    }

    fn whole_family_name(person: &TestPerson) -> String {
        format!("{} {}", person.voorvoegsel, person.geslachtsnaam)
    }

    /// The ways in which somebody writes a name that is read from a letter, heard, or copied from another system.
    fn ways(name: &str) -> [String; 8] {
        let plain = typed(name);
        [
            name.to_owned(),
            name.nfd().collect(),
            name.to_uppercase(),
            name.replace('\'', "’"),
            plain.to_uppercase(),
            plain.to_lowercase().replace('-', " "),
            plain.replace(['\'', '.'], ""),
            format!(" {}", plain.replace(' ', "  ")),
        ]
    }

    /// What people ask when they look for this person: the whole name in each way of writing it, the first given name only,
    /// the first two, the prefix before the family name, and as much of the date of birth as anybody knows.
    fn asks(person: &TestPerson) -> Vec<(String, String, BirthDate)> {
        let Ok(born) = person.birth_date().parse::<BirthDate>() else { return Vec::new() };
        let (given, family) = (&person.voornamen, &person.geslachtsnaam);
        if !format!("{given}{family}").contains(char::is_alphanumeric) {
            return Vec::new();
        }
        let whole = whole_family_name(person);
        let first = person.voornamen.split_whitespace().next().unwrap_or_default();
        let first_two = person.voornamen.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
        let written = std::iter::zip(ways(given), ways(family));
        let mut asks: Vec<_> = written.map(|(given, family)| (given, family, born.clone())).collect();
        asks.push((typed(&first_two), typed(family), born.clone()));
        let known = born.coarser().into_iter().filter(|date| date.first_day().is_some());
        for date in std::iter::once(born).chain(known) {
            asks.push((typed(first), typed(family), date.clone()));
            asks.push((typed(given), typed(&whole), date));
        }
        asks
    }

    #[test]
    fn the_test_persons_of_the_register_are_found_as_people_write_them() {
        let people = people::all();
        let mut index: BTreeMap<(&str, String), BTreeSet<u16>> = BTreeMap::new();
        for person in &people {
            for one in kept_of(person) {
                index.entry((one.kind, one.value.to_string())).or_default().insert(person.persoonslijst);
            }
        }
        let plain = |person: &TestPerson| {
            let letters = typed(&person.geslachtsnaam).to_lowercase();
            letters.replace(|letter: char| !letter.is_ascii_alphanumeric(), "")
        };
        let names: BTreeMap<u16, String> = people.iter().map(|one| (one.persoonslijst, plain(one))).collect();
        let (mut found, mut missed) = (BTreeSet::new(), Vec::new());
        for person in &people {
            let list = person.persoonslijst;
            for (given, family, born) in asks(person) {
                let sought = Sought::asked(&given, &family, &born);
                let texts = sought.iter().map(|one| (one.kind, one.value.to_string()));
                let all: BTreeSet<u16> =
                    texts.filter_map(|text| index.get(&text)).flatten().copied().collect();
                if all.contains(&list) {
                    found.insert(list);
                } else {
                    missed.push((list, given, family, born.expose()));
                }
                // Who else is found has the same name.
                assert!(all.iter().all(|other| names[other] == names[&list]), "{list}: {all:?}");
            }
        }
        assert_eq!(missed, []);
        // Six of them have no date of birth that a gateway takes, and one has no name at all.
        assert_eq!((people.len(), found.len()), (687, 680));
        assert!(!found.contains(&390));
    }
}
