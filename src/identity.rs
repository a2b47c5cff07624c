//! Who stands at the other end of the line: certificates, trust, revocation, TLS.
//!
//! | module | does |
//! |---|---|
//! | [`certificate`] | reads a client certificate: OIN, organisation, key, validity, registration digest |
//! | [`chain`] | a client certificate with those of the authorities above it, as it is presented |
//! | [`anchors`] | the authorities that are trusted, each for the OIN prefixes that it vouches for |
//! | [`revocations`] | the revocation lists, checked and enforced |
//! | [`peer`] | a certificate with the party it is registered to, checked on each request |
//! | [`key_proof`] | whether an encryption key belongs to the party that publishes it |
//! | [`certificate_proof`] | whether who registers a certificate holds its private key |
//! | [`tls`] | server and client configurations by the NCSC's lists |
//! | [`validity`] | until when certificates and lists hold |
//! | [`authority`] | a throw-away certificate authority for rehearsals, tests and the demo |

pub mod anchors;
pub mod authority;
pub mod certificate;
pub mod certificate_proof;
pub mod chain;
mod fault;
pub mod key_proof;
pub mod peer;
pub mod revocations;
pub mod tls;
pub mod validity;

pub use certificate::{CertificateFault, ClientCertificate};
pub use chain::CertificateChain;
pub use fault::IdentityFault;
pub use peer::{Peer, Registration, RegistrationState};
