//! Sets of policies in the form that Cedar decides by.

use cedar_policy::{Policy, PolicySet};

/// The policies could not be made ready to decide. It says which dataset.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the policies of `{0}` cannot be made ready: {1}")]
pub struct EngineFault(pub(in crate::policy) String, pub(in crate::policy) String);

pub(in crate::policy) fn set<'a>(
    name: &str,
    policies: impl Iterator<Item = &'a Policy>,
) -> Result<PolicySet, EngineFault> {
    PolicySet::from_policies(policies.cloned())
        .map_err(|error| EngineFault(name.to_owned(), error.to_string()))
}
