//! May this party receive this dataset about this person for this purpose now?
//!
//! `load` reads and checks `policies/`: [`catalogue`] is what comes of it, and [`contents`] checks what was sent against the
//! schema of its dataset. `decide` decides by it: [`engine`] mints the [`permit`], [`mod@minimise`] projects to what one permit
//! allows. `show` tells it: [`explain`], [`matrix`], [`cases`] and [`check`].

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects, clippy::wildcard_enum_match_arm))]

mod decide;
mod load;
mod show;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod properties;

pub use decide::{
    canonical, carries,
    engine::{self, Engine},
    minimise::{self, Minimised, minimise, minimise_each},
    permit::{self, Decision, Permit, Refusal, RefusalKind},
    routes::{self, RouteAction, RouteContext},
};
pub use load::{
    catalogue::{self, Catalogue},
    contents::{self, Contents},
    dataset::{self, Dataset},
    days,
    facts::{self, Facts},
    finding, glossary, law, region, reply, whatif, wording,
};
pub use show::{cases, check, explain, matrix};
