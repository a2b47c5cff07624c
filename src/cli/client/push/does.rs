//! What the user wants to do, and whether the datasets go that way.

use std::collections::BTreeSet;

use bytes::Bytes;
use serde::Deserialize;

use crate::{
    cli::{
        Failure,
        client::{gateway::Call, route::Route, session::Session},
        language::both,
    },
    domain::{code::DatasetCode, json},
};

/// What the user wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Does {
    /// Hand over.
    Push,
    /// Ask, and be answered.
    Ask,
}

impl Does {
    const fn usual(self) -> Route {
        match self {
            Self::Push => Route::Packets,
            Self::Ask => Route::Requests,
        }
    }

    /// The route of a dataset of this kind; of one that this program does not know, that of the command.
    pub(super) fn route_of_kind(self, kind: &str) -> Route {
        Route::of_kind(kind).unwrap_or_else(|| self.usual())
    }

    /// Whether what the user wants to do goes by this route.
    pub(super) const fn goes_by(self, route: Route) -> bool {
        matches!(self, Self::Push) == matches!(route, Route::Packets)
    }
}

/// Where what names these datasets goes. What goes another way than the user said is refused, once and not for each of them.
/// What the gateway does not tell of its datasets now, it tells of what is sent.
pub(super) async fn route_of(
    bodies: impl IntoIterator<Item = &Bytes>,
    does: Does,
    session: &Session,
) -> Result<Route, Failure> {
    #[derive(Deserialize)]
    struct Named {
        dataset: DatasetCode,
    }
    #[derive(Deserialize)]
    struct Known {
        code: DatasetCode,
        kind: String,
    }
    #[derive(Deserialize)]
    struct Catalogue {
        items: Vec<Known>,
    }
    let named = bodies.into_iter().filter_map(|body| json::typed::<Named>(body).ok());
    let named: BTreeSet<DatasetCode> = named.map(|named| named.dataset).collect();
    let usual = does.usual();
    if named.is_empty() {
        return Ok(usual);
    }
    let Ok(answer) = session.gateway.call(Call::get("/v1/datasets".to_owned())).await else {
        return Ok(usual);
    };
    let Ok(Catalogue { items }) = json::typed(&answer.body) else { return Ok(usual) };
    let mut found = None;
    for known in items.iter().filter(|known| named.contains(&known.code)) {
        let route = does.route_of_kind(&known.kind);
        if !does.goes_by(route) {
            return Err(of_the_other_route(&known.code, route));
        }
        if found.is_some_and(|other| other != route) {
            return Err(Failure::usage((
                "het bestand heeft verzoeken en vragen; er is niets verstuurd",
                "the file has requests and questions; nothing was sent",
            ))
            .now(("stuur ze elk uit een eigen bestand", "send each from a file of its own")));
        }
        found = Some(route);
    }
    Ok(found.unwrap_or(usual))
}

/// A sheet of requests that is pushed, or the other way round: one cause, and not one for every row.
pub(super) fn of_the_other_route(dataset: &DatasetCode, route: Route) -> Failure {
    let (nl, en) = match route {
        Route::Packets => ("pakket", "packet"),
        Route::Requests => ("verzoek", "request"),
        Route::Questions => ("vraag", "question"),
    };
    let (right, wrong) = if route == Route::Packets { ("push", "ask") } else { ("ask", "push") };
    Failure::usage(both!(
        "`{dataset}` is een {nl}, en een {nl} gaat met `{right}`; er is niets verstuurd",
        "`{dataset}` is a {en}, and a {en} goes with `{right}`; nothing was sent"
    ))
    .now(both!(
        "geef dezelfde opdracht met `{right}` in plaats van `{wrong}`",
        "run the same command with `{right}` instead of `{wrong}`"
    ))
}
