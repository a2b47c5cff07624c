//! A declaration as handed in.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    domain::{
        code::{DatasetCode, Purpose},
        declaration::{Capacity, DeclarationKind, EvidenceKind},
        digest::Digest,
        person::Protection,
    },
    exchange::declare::Wish,
    http::{
        problem::Problem,
        wire::{Day, Reader, Recipient, person::Declarant, shape},
    },
};

/// A declaration as handed in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = NewDeclaration)]
pub(crate) struct Declared {
    /// What is declared.
    #[schema(value_type = shape::DeclarationKind)]
    kind: DeclarationKind,
    /// About whom.
    person: Declarant,
    /// About which dataset.
    #[schema(value_type = shape::DatasetCode)]
    dataset: DatasetCode,
    /// For which purpose; absent for every purpose. Required for `toestemming`, and where the reference is a
    /// persoonsgebonden nummer.
    #[serde(default)]
    #[schema(value_type = shape::PurposeCode, required = false)]
    purpose: Option<Purpose>,
    /// Towards whom; absent for everyone. Required for `toestemming`, `instemming` and `geen-bezwaar`.
    #[serde(default)]
    #[schema(nullable = false)]
    towards: Option<Recipient>,
    /// Who declares.
    #[schema(value_type = shape::Capacity)]
    given_by: Capacity,
    /// On which day.
    #[schema(value_type = shape::Date)]
    given_at: Day,
    /// Until which day, that day not included; absent without end.
    #[serde(default)]
    #[schema(value_type = shape::Date, required = false)]
    until: Option<Day>,
    /// Whether it was explicit, as consent to special data must be.
    #[serde(default)]
    explicit: bool,
    /// On what it rests.
    evidence: Evidence,
}

/// On what a declaration rests. The document stays with the recorder.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Evidence {
    /// What kind of evidence.
    #[schema(value_type = shape::EvidenceKind)]
    pub(crate) kind: EvidenceKind,
    /// The digest of the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = shape::Sha256, required = false)]
    pub(crate) digest: Option<Digest>,
    /// When it was recorded.
    #[schema(value_type = shape::Date)]
    pub(crate) recorded_on: Day,
}

impl Declared {
    /// The values that the body stands for, and what was taken out of it before.
    pub(crate) fn read(self, protection: Protection) -> Result<Wish, Problem> {
        let mut reader = Reader::default();
        let reference = reader.take(self.person.reference.read("/person/reference"));
        let towards = match self.towards {
            None => Some(None),
            Some(recipient) => reader.take(recipient.read("/towards")).map(Some),
        };
        let (reference, towards) = reader.finish(reference.zip(towards))?;
        Ok(Wish {
            kind: self.kind,
            reference,
            birth_date: self.person.birth_date,
            protection,
            dataset: self.dataset,
            purpose: self.purpose,
            towards,
            given_by: self.given_by,
            given_at: self.given_at.0,
            until: self.until.map(|day| day.0),
            explicit: self.explicit,
            evidence: self.evidence.kind,
            evidence_digest: self.evidence.digest,
            recorded_on: self.evidence.recorded_on.0,
        })
    }
}
