//! Where a rule stands, and what it may name there.

use cedar_policy::Schema;

use crate::{
    domain::code::{DatasetCode, Provision, Purpose},
    policy::load::law::LawEntry,
};

/// In which file a rule stands: that says what it may be.
#[derive(Clone, Copy)]
pub(in crate::policy) enum Place<'a> {
    Dataset(&'a DatasetCode),
    Guards,
    Routes,
}

/// The mark of a basis that is bound to residence, and the bases of a guard that asks for it.
pub(super) const RESIDENCE: &str = "woonplaats";

/// What rules may name.
pub(in crate::policy) struct Known<'a> {
    pub(in crate::policy) schema: &'a Schema,
    pub(in crate::policy) law: &'a dyn Fn(&Provision) -> Option<&'a LawEntry>,
    pub(in crate::policy) purpose: &'a dyn Fn(&Purpose) -> bool,
}
