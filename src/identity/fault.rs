//! Why a certificate does not make a caller.

/// Why a certificate does not make a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdentityFault {
    /// The registration is of another certificate or organisation.
    #[error("the certificate is not the registered one")]
    NotRegistered,
    /// It does not hold yet.
    #[error("the certificate is not valid yet")]
    NotYetValid,
    /// It holds no longer.
    #[error("the certificate has expired")]
    Expired,
    /// Its authority has withdrawn it.
    #[error("the certificate has been revoked")]
    Revoked,
    /// There is no list, or none that holds, that says whether it is revoked.
    #[error(
        "whether the certificate is revoked cannot be told: its authority's list is missing or has expired"
    )]
    RevocationUnknown,
    /// The operator has blocked it, or the party has replaced it.
    #[error("the registration is blocked or retired")]
    Blocked,
}

impl IdentityFault {
    /// A stable name for logs and metrics.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotRegistered => "certificate-not-registered",
            Self::NotYetValid => "certificate-not-yet-valid",
            Self::Expired => "certificate-expired",
            Self::Revoked => "certificate-revoked",
            Self::RevocationUnknown => "certificate-revocation-unknown",
            Self::Blocked => "registration-blocked",
        }
    }
}
