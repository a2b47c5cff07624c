//! What can be told of a declaration that is not in order: each part that can be read is judged by itself.

use jiff::civil::Date;
use serde_json::Value;

use crate::{
    domain::{
        age::BirthDate,
        code::{DatasetCode, Purpose},
        declaration::{Capacity, DeclarationKind, EvidenceKind},
        person::PersonReference,
        problem::Fault,
    },
    exchange::{declare::Parts, submission::Address},
    http::{
        json::member,
        wire::{Day, Reader, Recipient, Reference},
    },
};

/// As much of a declaration as could be read.
pub(super) struct Rough {
    kind: Option<DeclarationKind>,
    reference: Option<PersonReference>,
    birth_date: Option<BirthDate>,
    dataset: Option<DatasetCode>,
    purpose: Option<Purpose>,
    names_purpose: bool,
    towards: Option<Address>,
    names_recipient: bool,
    given_by: Option<Capacity>,
    given_at: Option<Date>,
    until: Option<Date>,
    evidence: Option<EvidenceKind>,
    recorded_on: Option<Date>,
}

impl Rough {
    /// What could be read, and what is wrong with that by itself.
    pub(super) fn of(body: &Value) -> (Self, Vec<Fault>) {
        let mut reader = Reader::default();
        let within = |name: &str| body.get(name).unwrap_or(&Value::Null);
        let reference: Option<Reference> = member(within("person"), "reference");
        let towards: Option<Recipient> = member(body, "towards");
        let day = |object: &Value, name: &str| member(object, name).map(|Day(day)| day);
        let rough = Self {
            kind: member(body, "kind"),
            reference: reference.and_then(|reference| reader.take(reference.read("/person/reference"))),
            birth_date: member(within("person"), "birthDate"),
            dataset: member(body, "dataset"),
            purpose: member(body, "purpose"),
            names_purpose: !within("purpose").is_null(),
            towards: towards.and_then(|towards| reader.take(towards.read("/towards"))),
            names_recipient: !within("towards").is_null(),
            given_by: member(body, "givenBy"),
            given_at: day(body, "givenAt"),
            until: day(body, "until"),
            evidence: member(within("evidence"), "kind"),
            recorded_on: day(within("evidence"), "recordedOn"),
        };
        (rough, reader.into_faults())
    }

    /// For the use case to judge.
    pub(super) fn parts(&self) -> Parts<'_> {
        Parts {
            kind: self.kind,
            reference: self.reference.as_ref(),
            birth_date: self.birth_date.as_ref(),
            dataset: self.dataset.as_ref(),
            purpose: self.purpose.as_ref(),
            names_purpose: self.names_purpose,
            towards: self.towards.as_ref(),
            names_recipient: self.names_recipient,
            given_by: self.given_by,
            given_at: self.given_at,
            until: self.until,
            evidence: self.evidence,
            recorded_on: self.recorded_on,
        }
    }
}
