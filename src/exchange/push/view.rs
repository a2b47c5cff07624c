//! What the answer needs of a recipient after the write has taken it over.

use std::collections::BTreeSet;

use super::PushedRecipient;
use crate::{
    domain::{
        code::{Category, Grondslag, Municipality},
        digest::Digest,
        party::PartyId,
    },
    store::write::NewCopy,
};

/// What the answer needs of a recipient after the write has taken it over.
pub(in crate::exchange) struct View {
    pub(super) party: PartyId,
    municipality: Option<Municipality>,
    basis: Grondslag,
    categories: BTreeSet<Category>,
    omitted: BTreeSet<Category>,
    jwe_sha256: Digest,
    thumbprint: String,
    pub(super) as_of: u64,
}

impl View {
    pub(super) fn of(recipient: &NewCopy) -> Self {
        let sealed = &recipient.sealed;
        Self {
            party: sealed.party(),
            municipality: recipient.municipality.clone(),
            basis: sealed.basis().clone(),
            categories: sealed.categories().clone(),
            omitted: sealed.omitted().clone(),
            jwe_sha256: sealed.sha256(),
            thumbprint: sealed.thumbprint().to_owned(),
            as_of: recipient.permit.as_of().entries,
        }
    }

    pub(super) fn pushed(self, index: u64, receipt: String) -> PushedRecipient {
        let Self { party, municipality, basis, categories, omitted, jwe_sha256, thumbprint, .. } = self;
        PushedRecipient {
            party,
            municipality,
            basis,
            categories,
            omitted,
            jwe_sha256,
            thumbprint,
            index,
            receipt,
        }
    }
}
