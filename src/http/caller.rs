//! Who calls: from the certificate on the line to a party, on each request.

use std::sync::Arc;

use axum::{
    extract::{FromRef, FromRequestParts},
    http::{HeaderMap, request::Parts},
};

use super::{
    connection::PeerCertificates,
    extract::staff,
    json::StrictJson,
    problem::{self, Problem},
    visit::Visit,
};
use crate::{
    accesslog::entry,
    domain::problem::Fault,
    exchange::{Exchange, caller::Caller},
    identity::ClientCertificate,
};

/// A call by a party. An extractor: without a registered, valid certificate the answer is 401 or 403, and 429 when the
/// party's quota is spent. The staff headers are read if they are there.
#[derive(Debug)]
pub struct Calling {
    /// The party, who of it acts, and the trace.
    pub caller: Caller,
    /// For the request line.
    pub visit: Visit,
}

/// A call by a party that says who of it acts. An extractor: as [`Calling`], and 400 without the staff headers. For
/// routes that look at or move a person's data.
#[derive(Debug)]
pub struct Acting(pub Calling);

/// A call by a party of which the route asks who acts, and tells what is wrong with that together with the rest of the
/// request. An extractor: as [`Calling`].
#[derive(Debug)]
pub struct Presenting {
    /// The call; without staff where there are faults.
    pub calling: Calling,
    /// What is wrong with the staff headers.
    pub faults: Vec<Fault>,
}

impl Calling {
    /// What went wrong, as a problem; a refusal is noted for the request line.
    pub fn problem(&self, error: impl Into<Problem>) -> Problem {
        let problem = error.into();
        if let (REFUSED, Some(first)) = (problem.status(), problem.faults().first()) {
            self.visit.refused(first.fault.code.clone());
        }
        problem
    }

    async fn of(parts: &Parts, exchange: &Exchange, staff: Needed) -> Result<Self, Problem> {
        let Presenting { calling, faults } = Presenting::of(parts, exchange, staff).await?;
        if faults.is_empty() {
            Ok(calling)
        } else {
            Err(problem::INVALID.code("staff-headers").with_faults(faults))
        }
    }
}

impl Presenting {
    async fn of(parts: &Parts, exchange: &Exchange, staff: Needed) -> Result<Self, Problem> {
        let visit = Visit::of(&parts.extensions)?;
        let certificate = certificate(parts)?;
        let trace = visit.trace_id().to_string();
        let (peer, seen) = exchange.admit(Arc::new(certificate), &trace).await?;
        visit.admit(peer.party(), exchange.owed(peer.party()))?;
        let (staff, faults) = match read_staff(&parts.headers, staff) {
            Ok(staff) => (staff, Vec::new()),
            Err(faults) => (None, faults),
        };
        Ok(Self { calling: Calling { caller: Caller { peer, staff, seen, trace }, visit }, faults })
    }
}

impl Presenting {
    /// The call and what came with it; or all that is wrong with headers, query and body at once.
    ///
    /// # Errors
    /// 400 with every fault, or why the body could not be read at all.
    pub fn with<Q, T>(
        self,
        query: Result<Q, Problem>,
        body: Result<StrictJson<T>, Problem>,
    ) -> Result<(Calling, Q, T), Problem> {
        let Self { calling, mut faults } = self;
        let query = query.map_err(|problem| faults.extend(problem.into_faults()));
        match (query, body) {
            (Ok(query), Ok(StrictJson(body))) if faults.is_empty() => Ok((calling, query, body)),
            (_, Ok(_)) => Err(problem::INVALID.code("not-as-described").with_faults(faults)),
            (_, Err(problem)) if problem.status() == problem::INVALID.status() => {
                Err(problem.with_faults(faults))
            }
            (_, Err(problem)) => Err(problem),
        }
    }
}

/// The status of a refusal by the policies.
const REFUSED: u16 = 403;

/// Whether a route asks who of the party acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Needed {
    Yes,
    No,
}

/// The certificate that TLS verified. One that cannot be read belongs to nobody here.
fn certificate(parts: &Parts) -> Result<ClientCertificate, Problem> {
    let chain = parts.extensions.get::<PeerCertificates>();
    let leaf = chain.and_then(PeerCertificates::leaf).ok_or(problem::CERTIFICATE_NEEDED)?;
    ClientCertificate::read(leaf.as_ref())
        .map_err(|_| problem::CERTIFICATE_UNKNOWN.code("certificate-unreadable"))
}

fn read_staff(headers: &HeaderMap, needed: Needed) -> Result<Option<entry::Staff>, Vec<Fault>> {
    let given = [staff::REFERENCE, staff::FUNCTION].iter().any(|name| headers.contains_key(*name));
    if needed == Needed::No && !given {
        return Ok(None);
    }
    let read = staff::Staff::of(headers)?;
    entry::Staff::new(&read.reference, &read.function).map(Some).map_err(|_| {
        vec![Fault::at(
            format!("header:{}", staff::REFERENCE),
            "invalid-value",
            "Dit kenmerk of deze functie heeft niet de vorm die hier hoort.",
            "This reference or function does not have the form that is expected here.",
        )]
    })
}

impl<S> FromRequestParts<S> for Calling
where
    S: Send + Sync,
    Arc<Exchange>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Self::of(parts, &Arc::from_ref(state), Needed::No).await
    }
}

impl<S> FromRequestParts<S> for Acting
where
    S: Send + Sync,
    Arc<Exchange>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Calling::of(parts, &Arc::from_ref(state), Needed::Yes).await.map(Self)
    }
}

impl<S> FromRequestParts<S> for Presenting
where
    S: Send + Sync,
    Arc<Exchange>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Self::of(parts, &Arc::from_ref(state), Needed::Yes).await
    }
}
