//! What is promised, and nothing of how it is kept: who said what, what was sent, and what may leave on it. Written from the
//! acts, by hand, for three ways of a school for practical education (PrO): the request to continue the support with the
//! document that follows the college's yes, the profile that rests on consent, and the report of a removal, which is a duty.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use super::words::{By, Outcome, PARTIES, Party, Person, Step, Until, Verdict, What, Wish};

#[derive(Debug, Clone)]
pub(super) struct Said {
    wish: Wish,
    of: Person,
    by: By,
    until: i64,
    withdrawn: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Received {
    Nothing,
    Collected,
    Acknowledged,
}

#[derive(Debug, Clone)]
pub(super) struct Sent {
    pub(super) what: What,
    of: Person,
    on: Option<u8>,
    expires: i64,
    pub(super) key: u8,
    rests_on: BTreeSet<u8>,
    pub(super) received: Received,
    pub(super) answered: Option<Outcome>,
    /// A withdrawal or a lost key came before the acknowledgement.
    stopped: bool,
    /// What it rested on was taken back.
    disagreed: bool,
    taken_back: bool,
}

/// The state of everything, as whoever knows the promises alone would keep it.
#[derive(Clone)]
pub(super) struct World {
    pub(super) postgres: bool,
    /// Since the beginning, 11:00 in Amsterdam.
    pub(super) minutes: i64,
    pub(super) set_back: bool,
    pub(super) gateways: usize,
    /// The first that nothing is called by.
    pub(super) names: u8,
    pub(super) said: BTreeMap<u8, Said>,
    pub(super) sent: BTreeMap<u8, Sent>,
    blocked: BTreeSet<Party>,
    /// How many keys a party has had, and whether the last one holds.
    keys: BTreeMap<Party, (u8, bool)>,
    /// How many decisions stand in the account of each.
    pub(super) accounts: BTreeMap<Party, u64>,
    pub(super) verdict: Verdict,
}

/// The beginning is the same for all, and the steps say the rest.
impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.postgres { "on PostgreSQL" } else { "on SQLite" })
    }
}

pub(super) const DAY: i64 = 24 * 60;

/// How long what is sent may be collected: the sender says so.
pub(super) const OPEN_DAYS: i64 = 10;

/// Less than a month: what has ended is not forgotten yet.
const LONGEST: i64 = 28 * DAY;

impl World {
    pub(super) fn new(postgres: bool) -> Self {
        Self {
            postgres,
            minutes: 0,
            set_back: false,
            gateways: 1,
            names: 0,
            said: BTreeMap::new(),
            sent: BTreeMap::new(),
            blocked: BTreeSet::new(),
            keys: [(Party::College, (1, true)), (Party::Doorstroompunt, (1, true))].into(),
            accounts: PARTIES.map(|party| (party, 0)).into(),
            verdict: Verdict::Done,
        }
    }

    /// Whether this stands now, said by who may say it.
    fn stands(&self, wish: Wish, of: Person, by: By) -> bool {
        let is_it = |said: &&Said| (said.wish, said.of, said.by) == (wish, of, by);
        self.said.values().filter(is_it).any(|said| self.is_standing(said))
    }

    fn is_standing(&self, said: &Said) -> bool {
        !said.withdrawn && self.minutes < said.until
    }

    /// WVO 2020 2.31b:2: the adult, and else the parents.
    fn agreed(&self, of: Person) -> bool {
        self.stands(Wish::Agrees, of, if of == Person::Adult { By::Person } else { By::Parent })
    }

    /// Promise 1: whether there is a basis now.
    pub(super) fn has_basis(&self, what: What, of: Person, on: Option<u8>) -> bool {
        let objected = self.stands(Wish::Objects(what), of, By::Person);
        let restricted = self.stands(Wish::Restricts(what), of, By::Person);
        match what {
            // A public task: objection and restriction suspend it (AVG 21 and 18).
            What::Request => self.agreed(of) && !objected && !restricted,
            // A duty once the college continues (WVO 2020 2.31b:3): neither stops it.
            What::Document => on.and_then(|on| self.sent.get(&on)).is_some_and(|request| {
                let is_ended = request.disagreed || request.taken_back;
                request.of == of && request.answered == Some(Outcome::Yes) && !is_ended && self.agreed(of)
            }),
            // From sixteen the pupil consents (UAVG 5); who objects does not want it.
            What::Profile => self.stands(Wish::Consents, of, By::Person) && !objected,
            What::TooMuch => false,
            // WVO 2020 8.21: at once, of who need not go to school any more.
            What::Removal => of == Person::Adult,
        }
    }

    /// Promise 8: whether it can still be collected.
    pub(super) fn is_open(&self, sent: &Sent) -> bool {
        let is_done = sent.received == Received::Acknowledged;
        !sent.stopped && !sent.taken_back && !is_done && self.minutes < sent.expires
    }

    pub(super) fn is_blocked(&self, party: Party) -> bool {
        self.blocked.contains(&party)
    }

    /// Whether these steps may follow: what they name is there.
    pub(super) fn may(&self, step: &Step) -> bool {
        let has_key = |of: &Party| self.keys.get(of).is_some_and(|(_, holds)| *holds);
        match step {
            Step::Declare(name, _, _, _, _) => !self.is_used(*name),
            Step::Send(name, _, _, on) => !self.is_used(*name) && on.is_none_or(|on| self.is_request(on)),
            Step::TakeBackWish(name) => self.said.contains_key(name),
            Step::Repeat(name) => self.is_used(*name),
            Step::Answer(name, _) => self.is_request(*name),
            Step::Pull(name, _) | Step::Copy(name, _) | Step::Acknowledge(name, _) => {
                self.sent.contains_key(name)
            }
            // Of what has expired there is nothing left to take back.
            Step::TakeBack(name, _) => self.sent.get(name).is_some_and(|sent| self.minutes < sent.expires),
            Step::RevokeKey(of) => has_key(of) && !self.is_blocked(*of),
            Step::PublishKey(of) => !has_key(of) && !self.is_blocked(*of),
            Step::Pass(minutes) => self.minutes + minutes < LONGEST,
            Step::SetBack => !self.set_back,
            Step::Block(..) | Step::Unblock(..) | Step::Ahead | Step::Restart => true,
            Step::Second => self.gateways == 1,
        }
    }

    fn is_used(&self, name: u8) -> bool {
        self.said.contains_key(&name) || self.sent.contains_key(&name)
    }

    fn is_request(&self, name: u8) -> bool {
        self.sent.get(&name).is_some_and(|sent| sent.what == What::Request)
    }

    /// What becomes of everything by a step.
    pub(super) fn after(mut self, step: &Step) -> Self {
        let (verdict, readers) = self.take(step);
        self.verdict = verdict;
        // Promise 4: each decision has its entry, for whom it concerns.
        for reader in readers {
            *self.accounts.entry(reader).or_default() += 1;
        }
        self
    }

    /// The verdict, and in whose accounts it stands.
    fn take(&mut self, step: &Step) -> (Verdict, Vec<Party>) {
        use Party::School;
        use Verdict::{Done, Refused, Shut};
        match *step {
            Step::Declare(name, of, by, wish, until) => {
                self.names = self.names.max(name + 1);
                if self.is_blocked(School) {
                    return (Shut, vec![School]);
                }
                // Instemming is the adult's own and a minor's parents'; from sixteen all else is the person's own.
                let may_say = match (wish, by) {
                    (Wish::Agrees, By::Person) => of == Person::Adult,
                    (Wish::Agrees, By::Parent) => of == Person::Minor,
                    (_, by) => by == By::Person,
                };
                // It is said towards the college, also while nobody is let in that acts for it.
                if !may_say {
                    return (Refused, vec![School]);
                }
                // Until midnight in Amsterdam.
                let today = (self.minutes + 11 * 60).div_euclid(DAY);
                let until = match until {
                    Until::Withdrawn => i64::MAX,
                    Until::InThreeDays => (today + 3) * DAY - 11 * 60,
                };
                self.said.insert(name, Said { wish, of, by, until, withdrawn: false });
                (Done, vec![School])
            }
            Step::TakeBackWish(name) => {
                if self.is_blocked(School) {
                    return (Shut, vec![School]);
                }
                let said = self.said.get_mut(&name).unwrap();
                if std::mem::replace(&mut said.withdrawn, true) {
                    return (Done, vec![]);
                }
                for sent in self.sent.values_mut().filter(|sent| sent.rests_on.contains(&name)) {
                    sent.stopped |= sent.received != Received::Acknowledged;
                    sent.disagreed = true;
                }
                (Done, vec![School])
            }
            Step::Send(name, what, of, on) => {
                self.names = self.names.max(name + 1);
                if self.is_blocked(School) {
                    return (Shut, vec![School]);
                }
                let to = what.recipient();
                let (key, has_key) = self.keys[&to];
                if self.is_blocked(to) {
                    return (Refused, vec![]);
                }
                if !has_key || !self.has_basis(what, of, on) {
                    let each = what.accounts().into_iter().filter(|reader| *reader == School);
                    return (Refused, each.collect());
                }
                let carries = match what {
                    What::Request | What::Document => Some(Wish::Agrees),
                    What::Profile => Some(Wish::Consents),
                    What::TooMuch | What::Removal => None,
                };
                let rests = self.said.iter().filter(|(_, said)| {
                    Some(said.wish) == carries && said.of == of && self.is_standing(said)
                });
                let sent = Sent {
                    what,
                    of,
                    on,
                    expires: self.minutes + OPEN_DAYS * DAY,
                    key,
                    rests_on: rests.map(|(name, _)| *name).collect(),
                    received: Received::Nothing,
                    answered: None,
                    stopped: false,
                    disagreed: false,
                    taken_back: false,
                };
                self.sent.insert(name, sent);
                (Done, what.accounts())
            }
            Step::Repeat(..) if self.is_blocked(School) => (Shut, vec![School]),
            Step::Answer(name, outcome) => {
                if self.is_blocked(Party::College) {
                    return (Shut, vec![Party::College]);
                }
                let request = self.sent[&name].clone();
                match request.answered {
                    Some(first) if first == outcome => return (Done, vec![]),
                    Some(_) => return (Refused, vec![]),
                    None => {}
                }
                let is_over = request.stopped || request.taken_back || self.minutes >= request.expires;
                if !is_over {
                    self.sent.get_mut(&name).unwrap().answered = Some(outcome);
                }
                (if is_over { Refused } else { Done }, vec![School, Party::College])
            }
            Step::Pull(name, by) => {
                let sent = self.sent[&name].clone();
                if let Some(turned) = self.turned_away(by, sent.what.recipient()) {
                    return turned;
                }
                let may_have = self.is_open(&sent)
                    && !self.is_blocked(School)
                    && self.has_basis(sent.what, sent.of, sent.on);
                if may_have {
                    self.sent.get_mut(&name).unwrap().received = Received::Collected;
                }
                (if may_have { Done } else { Refused }, vec![School, by])
            }
            Step::Copy(name, by) => {
                let sent = &self.sent[&name];
                let whose = if sent.what == What::Document { School } else { sent.what.recipient() };
                if let Some(turned) = self.turned_away(by, whose) {
                    return turned;
                }
                // A duty that rests on the college's yes alone, and on no wish.
                let request = sent.on.and_then(|on| self.sent.get(&on));
                let is_owed = request.is_some_and(|request| !request.taken_back);
                let may_have = is_owed && !sent.taken_back && self.minutes < sent.expires;
                (if may_have { Done } else { Refused }, vec![School])
            }
            Step::Acknowledge(name, by) => {
                let sent = self.sent[&name].clone();
                if let Some(turned) = self.turned_away(by, sent.what.recipient()) {
                    return turned;
                }
                if sent.received == Received::Acknowledged {
                    return (Done, vec![]);
                }
                let is_over = sent.stopped || sent.taken_back;
                if !is_over && sent.received == Received::Nothing && self.minutes < sent.expires {
                    return (Refused, vec![]);
                }
                let may = !is_over && sent.received == Received::Collected;
                if may {
                    self.sent.get_mut(&name).unwrap().received = Received::Acknowledged;
                }
                (if may { Done } else { Refused }, vec![School, by])
            }
            Step::TakeBack(name, by) => {
                if let Some(turned) = self.turned_away(by, School) {
                    return turned;
                }
                let sent = self.sent.get_mut(&name).unwrap();
                if std::mem::replace(&mut sent.taken_back, true) {
                    return (Done, vec![]);
                }
                let readers = sent.what.accounts();
                // The document that followed the college's yes goes with the request.
                for built in self.sent.values_mut().filter(|built| built.on == Some(name)) {
                    built.taken_back = true;
                }
                (Done, readers)
            }
            Step::Block(who) => {
                let is_new = self.blocked.insert(who);
                (Done, is_new.then_some(who).into_iter().collect())
            }
            Step::Unblock(who) => {
                let is_new = self.blocked.remove(&who);
                (Done, is_new.then_some(who).into_iter().collect())
            }
            Step::RevokeKey(of) => {
                let (lost, holds) = self.keys.get_mut(&of).unwrap();
                *holds = false;
                let lost = *lost;
                let sealed = |sent: &&mut Sent| sent.what.recipient() == of && sent.key == lost;
                for sent in self.sent.values_mut().filter(sealed) {
                    sent.stopped |= sent.received != Received::Acknowledged;
                }
                (Done, vec![of])
            }
            Step::PublishKey(of) => {
                let (number, holds) = self.keys.get_mut(&of).unwrap();
                (*number, *holds) = (*number + 1, true);
                (Done, vec![of])
            }
            Step::Pass(minutes) => {
                self.minutes += minutes;
                self.set_back = false;
                (Done, vec![])
            }
            Step::SetBack => {
                self.set_back = true;
                (Done, vec![])
            }
            Step::Second => {
                self.gateways = 2;
                (Done, vec![])
            }
            Step::Repeat(..) | Step::Ahead | Step::Restart => (Done, vec![]),
        }
    }

    /// Who is blocked, or not the one for whom it is; the second asks after what never was, too.
    fn turned_away(&self, by: Party, whose: Party) -> Option<(Verdict, Vec<Party>)> {
        if self.is_blocked(by) {
            return Some((Verdict::Shut, vec![by]));
        }
        let sender = (by != Party::School).then_some(Party::School);
        let readers = [Some(by), sender, Some(by)].into_iter().flatten().collect();
        (by != whose).then_some((Verdict::Hidden, readers))
    }

    /// Whether the report of a removal would go out now.
    pub(super) fn may_report(&self) -> bool {
        let report = Step::Send(u8::MAX - 1, What::Removal, Person::Adult, None);
        self.clone().after(&report).verdict == Verdict::Done
    }

    /// Who is blocked at the end.
    pub(super) fn shut_out(&self) -> impl Iterator<Item = Party> + '_ {
        self.blocked.iter().copied()
    }
}
