//! A declaration part by part, as far as it could be read.

use jiff::civil::Date;

use super::Wish;
use crate::{
    domain::{
        age::BirthDate,
        code::{DatasetCode, Purpose},
        declaration::{Capacity, DeclarationKind, EvidenceKind},
        party::Role,
        person::PersonReference,
    },
    exchange::submission::Address,
    policy::carries::Intended,
};

/// The parts of a declaration that can be judged before it is kept. None where a part is absent or cannot be read: the
/// others are judged all the same.
#[derive(Debug, Default)]
pub struct Parts<'a> {
    /// What is declared.
    pub kind: Option<DeclarationKind>,
    /// By what the recorder calls the person.
    pub reference: Option<&'a PersonReference>,
    /// The date of birth.
    pub birth_date: Option<&'a BirthDate>,
    /// About which dataset.
    pub dataset: Option<&'a DatasetCode>,
    /// For which purpose.
    pub purpose: Option<&'a Purpose>,
    /// Whether a purpose was named, in order or not.
    pub names_purpose: bool,
    /// Towards whom.
    pub towards: Option<&'a Address>,
    /// Whether a recipient was named, in order or not.
    pub names_recipient: bool,
    /// Who declares.
    pub given_by: Option<Capacity>,
    /// On which day.
    pub given_at: Option<Date>,
    /// Until which day, that day not included.
    pub until: Option<Date>,
    /// On what it rests.
    pub evidence: Option<EvidenceKind>,
    /// When it was recorded.
    pub recorded_on: Option<Date>,
}

impl<'a> Parts<'a> {
    /// What the rules are asked about it. None where its kind, dataset or recipient could not be read.
    pub(super) fn intended(&self, sender: Role, recipient: Option<Role>) -> Option<Intended<'a>> {
        if self.names_recipient && recipient.is_none() {
            return None;
        }
        Some(Intended {
            kind: self.kind?,
            by: self.given_by,
            dataset: self.dataset?,
            purpose: self.purpose,
            sender,
            recipient,
        })
    }
}

impl Wish {
    /// Its parts.
    #[must_use]
    pub fn parts(&self) -> Parts<'_> {
        Parts {
            kind: Some(self.kind),
            reference: Some(&self.reference),
            birth_date: Some(&self.birth_date),
            dataset: Some(&self.dataset),
            purpose: self.purpose.as_ref(),
            names_purpose: self.purpose.is_some(),
            towards: self.towards.as_ref(),
            names_recipient: self.towards.is_some(),
            given_by: Some(self.given_by),
            given_at: Some(self.given_at),
            until: self.until,
            evidence: Some(self.evidence),
            recorded_on: Some(self.recorded_on),
        }
    }
}
