//! What might come next, and how readily: a run should get somewhere.

use super::{
    model::{DAY, Received, World},
    words::{By, Outcome, PARTIES, Party, Person, Step, Until, What, Wish},
};

/// Seven minutes past, so that nothing ends in the very minute in which it is asked for.
const PASSES: [i64; 4] = [67, 26 * 60 + 7, 5 * DAY + 7, 11 * DAY + 7];

impl World {
    /// Each step that may come now, with its weight.
    pub(super) fn next(&self) -> Vec<(u32, Step)> {
        let mut next = Vec::new();
        for of in [Person::Adult, Person::Minor] {
            self.wishes(of, &mut next);
            self.submissions(of, &mut next);
        }
        for name in self.said.keys() {
            next.extend([(6, Step::TakeBackWish(*name)), (1, Step::Repeat(*name))]);
        }
        for name in self.sent.keys() {
            self.about(*name, &mut next);
        }
        for who in PARTIES {
            let blocked = self.is_blocked(who);
            next.push(if blocked { (60, Step::Unblock(who)) } else { (2, Step::Block(who)) });
        }
        for of in [Party::College, Party::Doorstroompunt] {
            next.extend([(3, Step::RevokeKey(of)), (60, Step::PublishKey(of))]);
        }
        next.extend(PASSES.map(|minutes| (5, Step::Pass(minutes))));
        next.extend([(3, Step::SetBack), (2, Step::Ahead), (3, Step::Restart), (3, Step::Second)]);
        next.retain(|(_, step)| self.may(step));
        next
    }

    fn wishes(&self, of: Person, next: &mut Vec<(u32, Step)>) {
        let mut say = |weight, by, wish, until| {
            next.push((weight, Step::Declare(self.names, of, by, wish, until)));
        };
        for by in [By::Person, By::Parent] {
            let agrees = by == if of == Person::Adult { By::Person } else { By::Parent };
            for until in [Until::Withdrawn, Until::InThreeDays] {
                say(if agrees { 8 } else { 1 }, by, Wish::Agrees, until);
                say(if by == By::Person { 6 } else { 1 }, by, Wish::Consents, until);
            }
            say(1, by, Wish::Objects(What::Request), Until::Withdrawn);
            say(1, by, Wish::Restricts(What::Profile), Until::Withdrawn);
        }
        for what in [What::Document, What::Profile, What::Removal] {
            say(1, By::Person, Wish::Objects(what), Until::Withdrawn);
        }
        for what in [What::Document, What::Request, What::Removal] {
            say(1, By::Person, Wish::Restricts(what), Until::Withdrawn);
        }
    }

    fn submissions(&self, of: Person, next: &mut Vec<(u32, Step)>) {
        for what in [What::Request, What::Profile] {
            let weight = if self.has_basis(what, of, None) { 40 } else { 6 };
            next.push((weight, Step::Send(self.names, what, of, None)));
        }
        for (weight, what) in [(3, What::Document), (5, What::Removal), (2, What::TooMuch)] {
            next.push((weight, Step::Send(self.names, what, of, None)));
        }
    }

    /// What can be done with what was sent.
    fn about(&self, name: u8, next: &mut Vec<(u32, Step)>) {
        let sent = &self.sent[&name];
        let whose = sent.what.recipient();
        next.push((2, Step::Repeat(name)));
        let copy = if sent.what == What::Document { 15 } else { 1 };
        next.extend([(copy, Step::Copy(name, Party::School)), (copy, Step::Copy(name, Party::Stranger))]);
        let pull = if self.is_open(sent) { 30 } else { 5 };
        let acknowledge = if sent.received == Received::Collected { 20 } else { 4 };
        next.extend([(pull, Step::Pull(name, whose)), (acknowledge, Step::Acknowledge(name, whose))]);
        next.push((4, Step::TakeBack(name, Party::School)));
        for by in [Party::College, Party::Doorstroompunt, Party::Stranger] {
            if by != whose {
                next.extend([(2, Step::Pull(name, by)), (1, Step::Acknowledge(name, by))]);
            }
            next.push((1, Step::TakeBack(name, by)));
        }
        if sent.what == What::Request {
            let yes = if sent.answered.is_none() { 40 } else { 5 };
            next.extend([(yes, Step::Answer(name, Outcome::Yes)), (3, Step::Answer(name, Outcome::No))]);
            for of in [Person::Adult, Person::Minor] {
                let weight = if self.has_basis(What::Document, of, Some(name)) { 60 } else { 4 };
                next.push((weight, Step::Send(self.names, What::Document, of, Some(name))));
            }
        }
    }
}
