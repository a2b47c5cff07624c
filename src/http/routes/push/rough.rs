//! What can be told of a body that is not in order: each part that can be read is judged by itself, by the same rules as
//! in a body that is.

use jiff::Timestamp;
use serde_json::Value;

use super::body::wrong_count;
use crate::{
    domain::{
        age::BirthDate,
        code::{DatasetCode, Purpose},
        person::PersonReference,
        plaintext::Plaintext,
        problem::Fault,
    },
    exchange::submission::{Address, Parts},
    http::{
        json::{member, typed},
        wire::{Instant, Reader, Recipient, Reference},
    },
};

/// As much of a submission as could be read.
pub(super) struct Rough {
    dataset: Option<DatasetCode>,
    purpose: Option<Purpose>,
    expires: Option<Timestamp>,
    recipients: Vec<(usize, Address)>,
    reference: Option<PersonReference>,
    birth_date: Option<BirthDate>,
    content: Option<Plaintext>,
}

impl Rough {
    /// What could be read, and what is wrong with that by itself.
    pub(super) fn of(body: &Value, content: Option<Plaintext>) -> (Self, Vec<Fault>) {
        let mut reader = Reader::default();
        let mut items = body.get("recipients").and_then(Value::as_array);
        let copy = member(body, "copyForPerson");
        if let Some(fault) = items.and_then(|items| wrong_count(items.len(), copy)) {
            reader.fault(fault);
            // A crowd is not looked up one by one.
            items = None;
        }
        let mut recipients = Vec::new();
        for (at, item) in items.into_iter().flatten().enumerate() {
            let named = typed::<Recipient>(item).ok();
            let address = named.and_then(|named| reader.take(named.read(&format!("/recipients/{at}"))));
            recipients.extend(address.map(|address| (at, address)));
        }
        let person = body.get("person").unwrap_or(&Value::Null);
        let reference: Option<Reference> = member(person, "reference");
        let rough = Self {
            dataset: member(body, "dataset"),
            purpose: member(body, "purpose"),
            expires: member(body, "expires").map(|Instant(at)| at),
            recipients,
            reference: reference.and_then(|reference| reader.take(reference.read("/person/reference"))),
            birth_date: member(person, "birthDate"),
            content,
        };
        (rough, reader.into_faults())
    }

    /// For the use case to judge.
    pub(super) fn parts(&mut self) -> Parts<'_> {
        Parts {
            dataset: self.dataset.as_ref(),
            purpose: self.purpose.as_ref(),
            expires: self.expires,
            recipients: self.recipients.iter().map(|(at, address)| (*at, address)).collect(),
            reference: self.reference.as_ref(),
            birth_date: self.birth_date.as_ref(),
            content: self.content.take(),
        }
    }
}
