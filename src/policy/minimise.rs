//! Projects content to what one permit allows, and nothing else.

use std::{collections::BTreeSet, fmt};

use jiff::Timestamp;
use serde_json::Value;
use zeroize::Zeroizing;

use super::{contents::Contents, dataset::Dataset, permit::Permit};
use crate::domain::{
    code::{Category, DatasetCode, Grondslag, Purpose},
    id::PacketId,
    party::{PartyId, Role},
    problem::{Bilingual, Fault},
};

/// What one recipient gets: canonical JSON of the categories that its permit allows. Wiped when dropped.
///
/// Made only by [`minimise`] and [`minimise_each`], from a permit. It carries the permit's packet, party and basis, so
/// that it cannot be mixed up with another's.
/// ```compile_fail
/// # use sluis::policy::minimise::Minimised;
/// fn keep(one: Minimised) -> (Minimised, Minimised) { (one.clone(), one) }
/// ```
/// The twin that differs by that line:
/// ```
/// # use sluis::policy::minimise::Minimised;
/// fn pass(one: Minimised) -> (Minimised, ()) { (one, ()) }
/// ```
/// Nor can it be written down from its parts:
/// ```compile_fail
/// # use sluis::policy::minimise::Minimised;
/// fn forge(one: Minimised) -> Minimised { Minimised { bytes: Vec::new().into(), ..one } }
/// ```
/// ```
/// # use sluis::policy::minimise::Minimised;
/// fn read(one: &Minimised) -> &[u8] { one.expose() }
/// ```
#[must_use = "what is not sealed goes nowhere"]
pub struct Minimised {
    bytes: Zeroizing<Vec<u8>>,
    packet: PacketId,
    dataset: DatasetCode,
    purpose: Purpose,
    party: PartyId,
    basis: Grondslag,
    categories: BTreeSet<Category>,
    omitted: BTreeSet<Category>,
    not_after: Timestamp,
}

impl Minimised {
    /// The bytes to seal: one JSON object in UTF-8, names in byte order, no white space.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.bytes
    }

    /// The packet.
    #[must_use]
    pub const fn packet(&self) -> PacketId {
        self.packet
    }

    /// The dataset.
    #[must_use]
    pub const fn dataset(&self) -> &DatasetCode {
        &self.dataset
    }

    /// The purpose.
    #[must_use]
    pub const fn purpose(&self) -> &Purpose {
        &self.purpose
    }

    /// Who receives.
    #[must_use]
    pub const fn party(&self) -> PartyId {
        self.party
    }

    /// The basis.
    #[must_use]
    pub const fn basis(&self) -> &Grondslag {
        &self.basis
    }

    /// The categories inside.
    #[must_use]
    pub const fn categories(&self) -> &BTreeSet<Category> {
        &self.categories
    }

    /// The categories that the sender had and that were left out at the person's wish (weggelaten op verzoek).
    #[must_use]
    pub const fn omitted(&self) -> &BTreeSet<Category> {
        &self.omitted
    }

    /// When the permit dies that it was made from.
    #[must_use]
    pub const fn not_after(&self) -> Timestamp {
        self.not_after
    }
}

impl fmt::Debug for Minimised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Minimised")
            .field("packet", &self.packet)
            .field("party", &self.party)
            .field("basis", &self.basis)
            .field("categories", &self.categories)
            .finish_non_exhaustive()
    }
}

/// Projects the content for one recipient. Nothing is dropped in silence: a category that the basis neither requires nor
/// allows is a fault.
///
/// # Errors
/// All faults at once: a required category is missing, fields are there that the basis does not allow, something may not
/// be left out, or permit, content and dataset do not belong together.
pub fn minimise(
    permit: &Permit,
    contents: &Contents,
    dataset: &Dataset,
    omit: &BTreeSet<Category>,
) -> Result<Minimised, Vec<Fault>> {
    let mut all = minimise_each(&[permit], contents, dataset, omit)?;
    all.pop().ok_or_else(|| vec![mixed_up()])
}

/// Projects the content for each recipient of one packet. Each gets the categories that its own basis requires or allows;
/// a category that no recipient may have is a fault, and so is an `omit` that one of the bases does not leave to the
/// person. What the person gets in copy is never left out.
///
/// # Errors
/// As [`minimise`]; one recipient's fault stops all.
pub fn minimise_each(
    permits: &[&Permit],
    contents: &Contents,
    dataset: &Dataset,
    omit: &BTreeSet<Category>,
) -> Result<Vec<Minimised>, Vec<Fault>> {
    let together = contents.dataset() == &dataset.code
        && !permits.is_empty()
        && permits.iter().all(|permit| permit.dataset() == &dataset.code);
    if !together {
        return Err(vec![mixed_up()]);
    }
    let mut faults = Vec::new();
    let claimed: BTreeSet<&Category> = permits.iter().flat_map(|permit| permit.allowed()).collect();
    for (name, _) in contents.members() {
        if dataset.category_of(name).is_none_or(|category| !claimed.contains(category)) {
            faults.push(at(name, &FORBIDDEN));
        }
    }
    for category in omit {
        // The person's own copy leaves nothing out, so it has no say here.
        let mut others = permits
            .iter()
            .filter(|permit| permit.party().role != Role::Betrokkene && permit.allowed().contains(category))
            .peekable();
        if others.peek().is_none() || !others.all(|permit| permit.opt_out().contains(category)) {
            faults.extend(fields(dataset, category).map(|name| at(name, &NOT_OPTIONAL)));
        }
    }
    for category in permits.iter().flat_map(|permit| permit.required()).collect::<BTreeSet<_>>() {
        if !contents.categories().contains(category) {
            faults.extend(fields(dataset, category).map(|name| at(name, &MISSING)));
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    permits.iter().map(|permit| project(permit, contents, dataset, omit)).collect()
}

fn project(
    permit: &Permit,
    contents: &Contents,
    dataset: &Dataset,
    omit: &BTreeSet<Category>,
) -> Result<Minimised, Vec<Fault>> {
    let packet = permit.packet().ok_or_else(|| vec![mixed_up()])?;
    let left_out: BTreeSet<&Category> = omit.intersection(permit.opt_out()).collect();
    let kept: Vec<(&str, &Value)> = contents
        .members()
        .filter(|(name, _)| {
            dataset
                .category_of(name)
                .is_some_and(|category| permit.allowed().contains(category) && !left_out.contains(category))
        })
        .collect();
    let size =
        kept.iter().map(|(name, value)| name.len().saturating_add(room(value)).saturating_add(8)).sum();
    // Large enough that it never grows: growing would leave a copy behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(size));
    object(kept.iter().copied(), &mut bytes);
    Ok(Minimised {
        bytes,
        packet,
        dataset: dataset.code.clone(),
        purpose: permit.purpose().clone(),
        party: permit.party(),
        basis: permit.basis().clone(),
        categories: kept.iter().filter_map(|(name, _)| dataset.category_of(name)).cloned().collect(),
        omitted: left_out
            .into_iter()
            .filter(|category| contents.categories().contains(*category))
            .cloned()
            .collect(),
        not_after: permit.not_after(),
    })
}

/// Canonical JSON: names in byte order, no white space, the shortest escapes.
fn write(value: &Value, into: &mut Vec<u8>) {
    match value {
        Value::Object(members) => {
            let mut sorted: Vec<(&str, &Value)> =
                members.iter().map(|(name, value)| (name.as_str(), value)).collect();
            sorted.sort_by_key(|(name, _)| *name);
            object(sorted.into_iter(), into);
        }
        Value::Array(items) => {
            into.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    into.push(b',');
                }
                write(item, into);
            }
            into.push(b']');
        }
        Value::String(text) => string(text, into),
        Value::Null | Value::Bool(_) | Value::Number(_) => {
            into.extend_from_slice(value.to_string().as_bytes());
        }
    }
}

fn object<'a>(members: impl Iterator<Item = (&'a str, &'a Value)>, into: &mut Vec<u8>) {
    into.push(b'{');
    for (index, (name, value)) in members.enumerate() {
        if index > 0 {
            into.push(b',');
        }
        string(name, into);
        into.push(b':');
        write(value, into);
    }
    into.push(b'}');
}

/// The two characters that must be escaped, control characters, and nothing else.
fn string(text: &str, into: &mut Vec<u8>) {
    into.push(b'"');
    for byte in text.bytes() {
        match byte {
            b'"' => into.extend_from_slice(b"\\\""),
            b'\\' => into.extend_from_slice(b"\\\\"),
            0x08 => into.extend_from_slice(b"\\b"),
            0x09 => into.extend_from_slice(b"\\t"),
            0x0a => into.extend_from_slice(b"\\n"),
            0x0c => into.extend_from_slice(b"\\f"),
            0x0d => into.extend_from_slice(b"\\r"),
            0x00..=0x1f => into.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            _ => into.push(byte),
        }
    }
    into.push(b'"');
}

/// An upper bound of the bytes that a value takes.
fn room(value: &Value) -> usize {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| name.len().saturating_mul(6).saturating_add(room(value)).saturating_add(4))
            .fold(2, usize::saturating_add),
        Value::Array(items) => {
            items.iter().map(|item| room(item).saturating_add(1)).fold(2, usize::saturating_add)
        }
        Value::String(text) => text.len().saturating_mul(6).saturating_add(2),
        Value::Null | Value::Bool(_) | Value::Number(_) => 32,
    }
}

fn fields<'a>(dataset: &'a Dataset, category: &'a Category) -> impl Iterator<Item = &'a str> {
    dataset.shape.members.iter().filter(move |(_, of)| *of == category).map(|(name, _)| name.as_str())
}

struct Words(&'static str, Bilingual, Bilingual);

static FORBIDDEN: Words = Words(
    "forbidden-category",
    Bilingual::new(
        "De grondslag staat dit deel niet toe: wat zij niet noemt, mag niet mee.",
        "The basis does not allow this part: what it does not name may not travel.",
    ),
    Bilingual::new("Laat dit deel weg.", "Leave this part out."),
);
static NOT_OPTIONAL: Words = Words(
    "may-not-omit",
    Bilingual::new(
        "Dit deel kan niet op verzoek van de jongere worden weggelaten.",
        "This part cannot be left out at the young person's wish.",
    ),
    Bilingual::new(
        "Laat alleen weg wat de grondslag aan de jongere laat.",
        "Leave out only what the basis leaves to the young person.",
    ),
);
static MISSING: Words = Words(
    "missing-category",
    Bilingual::new(
        "De grondslag eist dit deel, en het ontbreekt.",
        "The basis requires this part, and it is missing.",
    ),
    Bilingual::new("Vul dit deel in.", "Fill in this part."),
);

fn at(name: &str, words: &Words) -> Fault {
    let mut fault = Fault::at(format!("/content/{name}"), words.0, "", "");
    fault.text = words.1.clone();
    fault.now = Some(words.2.clone());
    fault
}

fn mixed_up() -> Fault {
    Fault::at(
        "",
        "mixed-up",
        "Beslissing, inhoud en gegevensset horen niet bij elkaar, of er is alleen gevraagd wat beslist zou worden.",
        "Decision, content and dataset do not belong together, or only what would be decided was asked.",
    )
}
