//! Projects content to what one permit allows, and nothing else.

use std::{collections::BTreeSet, fmt};

use jiff::Timestamp;
use serde_json::Value;
use zeroize::Zeroizing;

use super::{
    canonical::{object, room},
    permit::Permit,
};
use crate::{
    domain::{
        code::{Category, DatasetCode, Grondslag, Purpose},
        id::PacketId,
        party::{PartyId, Role},
        problem::{Bilingual, Fault},
    },
    policy::load::{contents::Contents, dataset::Dataset},
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
            faults.push(at(name, &FORBIDDEN_WORDS));
        }
    }
    for category in omit {
        // The person's own copy leaves nothing out, so it has no say here.
        let mut others = permits
            .iter()
            .filter(|permit| permit.party().role != Role::Betrokkene && permit.allowed().contains(category))
            .peekable();
        if others.peek().is_none() || !others.all(|permit| permit.opt_out().contains(category)) {
            faults.extend(fields(dataset, category).map(|name| at(name, &NOT_OPTIONAL_WORDS)));
        }
    }
    for category in permits.iter().flat_map(|permit| permit.required()).collect::<BTreeSet<_>>() {
        if !contents.categories().contains(category) {
            faults.extend(fields(dataset, category).map(|name| at(name, &MISSING_WORDS)));
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

fn fields<'a>(dataset: &'a Dataset, category: &'a Category) -> impl Iterator<Item = &'a str> {
    dataset.shape.members.iter().filter(move |(_, of)| *of == category).map(|(name, _)| name.as_str())
}

struct Words(&'static str, Bilingual, Bilingual);

/// The code of a fault: no recipient's basis allows this part.
pub const FORBIDDEN: &str = "forbidden-category";
/// The code of a fault: a basis does not leave it to the person to have this part left out.
pub const NOT_OPTIONAL: &str = "may-not-omit";
/// The code of a fault: a basis requires this part, and it is not there.
pub const MISSING: &str = "missing-category";

static FORBIDDEN_WORDS: Words = Words(
    FORBIDDEN,
    Bilingual::new(
        "De grondslag staat dit deel niet toe: wat zij niet noemt, mag niet mee.",
        "The basis does not allow this part: what it does not name may not travel.",
    ),
    Bilingual::new("Laat dit deel weg.", "Leave this part out."),
);
static NOT_OPTIONAL_WORDS: Words = Words(
    NOT_OPTIONAL,
    Bilingual::new(
        "Dit deel kan niet op verzoek van de jongere worden weggelaten.",
        "This part cannot be left out at the young person's wish.",
    ),
    Bilingual::new(
        "Laat alleen weg wat de grondslag aan de jongere laat.",
        "Leave out only what the basis leaves to the young person.",
    ),
);
static MISSING_WORDS: Words = Words(
    MISSING,
    Bilingual::new(
        "De grondslag eist dit deel, en het ontbreekt.",
        "The basis requires this part, and it is missing.",
    ),
    Bilingual::new("Vul dit deel in.", "Fill in this part."),
);

/// What a fault of the content means, by its code.
#[must_use]
pub fn words_of(code: &str) -> Option<&'static Bilingual> {
    let all = [&FORBIDDEN_WORDS, &NOT_OPTIONAL_WORDS, &MISSING_WORDS];
    all.into_iter().find(|words| words.0 == code).map(|words| &words.1)
}

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

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, fmt::Write as _};

    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::{
        domain::plaintext::Plaintext,
        policy::{
            Engine,
            fixture::{categories, embedded, engine, engine_of, facts, permit, permits},
        },
    };

    const POLICY: &str = "datasets/overgangsdocument/policy.cedar";

    /// Werk & Inkomen may not have `stages` here; the person may have everything.
    fn narrow() -> Engine {
        let text = embedded().text(POLICY, &mut Vec::new()).unwrap().to_owned();
        let narrow = text.replace(
            "@optioneel(\"stages,certificaten,vaardigheden,mogelijkheden",
            "@optioneel(\"certificaten,vaardigheden,mogelijkheden",
        );
        engine_of(&embedded().with(POLICY, &narrow))
    }

    fn dataset(engine: &Engine) -> &Dataset {
        engine.catalogue().dataset(&"overgangsdocument".parse().unwrap()).unwrap()
    }

    fn contents(engine: &Engine, keep: impl Fn(&str) -> bool) -> Contents {
        let mut content = dataset(engine).example.clone();
        content.as_object_mut().unwrap().retain(|name, _| keep(name));
        dataset(engine).validate(Plaintext::read(content.to_string().as_bytes()).unwrap()).unwrap()
    }

    fn names(one: &Minimised) -> BTreeSet<String> {
        let parsed: Value = serde_json::from_slice(one.expose()).unwrap();
        parsed.as_object().unwrap().keys().cloned().collect()
    }

    fn codes(faults: &[Fault]) -> Vec<(&str, &str)> {
        faults.iter().map(|fault| (fault.pointer.as_str(), &*fault.code)).collect()
    }

    #[test]
    fn a_recipient_gets_what_its_basis_allows() {
        let engine = engine();
        let permit = permit(engine, &facts(&json!({})));
        let all = contents(engine, |_| true);
        let one = minimise(&permit, &all, dataset(engine), &BTreeSet::new()).unwrap();
        assert_eq!(one.categories(), all.categories());
        assert_eq!(
            (Some(one.packet()), one.party(), one.basis()),
            (permit.packet(), permit.party(), permit.basis())
        );
        let parsed: Value = serde_json::from_slice(one.expose()).unwrap();
        assert_eq!(parsed, dataset(engine).example, "nothing is changed on the way");
    }

    #[test]
    fn nothing_is_dropped_in_silence() {
        let engine = narrow();
        let permit = permit(&engine, &facts(&json!({})));
        let faults =
            minimise(&permit, &contents(&engine, |_| true), dataset(&engine), &BTreeSet::new()).unwrap_err();
        assert_eq!(codes(&faults), [("/content/stages", "forbidden-category")]);
    }

    #[test]
    fn each_recipient_gets_its_own_projection() {
        let engine = narrow();
        let college = permit(&engine, &facts(&json!({})));
        let person =
            permit(&engine, &facts(&json!({ "recipientRole": "betrokkene", "recipientGemeenten": [] })));
        let all = contents(&engine, |_| true);
        let omit = categories(&["wensen"]);
        let each = minimise_each(&[&college, &person], &all, dataset(&engine), &omit).unwrap();
        assert!(!names(&each[0]).contains("stages") && !names(&each[0]).contains("wensen"));
        assert_eq!(each[0].omitted(), &omit);
        assert!(names(&each[1]).contains("stages") && names(&each[1]).contains("wensen"));
        assert!(each[1].omitted().is_empty());
        assert_eq!(each[1].party().role, Role::Betrokkene);
    }

    #[test]
    fn only_what_the_basis_leaves_to_the_person_can_be_left_out() {
        let engine = engine();
        let permit = permit(engine, &facts(&json!({})));
        let all = contents(engine, |_| true);
        let left = minimise(&permit, &all, dataset(engine), &categories(&["wensen"])).unwrap();
        assert!(!names(&left).contains("wensen") && !left.categories().contains(&"wensen".parse().unwrap()));
        for kept in ["school", "vaardigheden"] {
            let faults = minimise(&permit, &all, dataset(engine), &categories(&[kept])).unwrap_err();
            assert_eq!(codes(&faults), [(format!("/content/{kept}").as_str(), "may-not-omit")]);
        }
    }

    #[test]
    fn what_does_not_belong_together_is_not_projected() {
        let engine = engine();
        let all = contents(engine, |_| true);
        let none = BTreeSet::new();
        let mut what_if = facts(&json!({}));
        what_if.subject = None;
        let faults = minimise(&permit(engine, &what_if), &all, dataset(engine), &none).unwrap_err();
        assert_eq!(codes(&faults), [("", "mixed-up")]);
        let request = facts(&json!({ "dataset": "verzoek-voortzetting", "wishes": ["instemming:persoon"] }));
        let faults = minimise(&permit(engine, &request), &all, dataset(engine), &none).unwrap_err();
        assert_eq!(codes(&faults), [("", "mixed-up")]);
        assert!(minimise_each(&[], &all, dataset(engine), &none).is_err());
    }

    /// The policies, in which each basis allows what it may leave out, leaves it to the person, or forbids it, as drawn.
    fn redrawn(kinds: &[u8]) -> Engine {
        let mut kinds = kinds.iter().cycle();
        let mut files = embedded();
        for dataset in engine().catalogue().datasets() {
            let file = format!("datasets/{}/policy.cedar", dataset.code);
            let text = files.text(&file, &mut Vec::new()).unwrap().to_owned();
            let (mut redrawn, mut optional) = (String::new(), Vec::new());
            for line in text.lines() {
                let named = line.strip_prefix("@optioneel(\"").or_else(|| line.strip_prefix("@optuit(\""));
                if let Some(named) = named {
                    let names = named.trim_end_matches("\")").split(',');
                    optional.extend(names.map(|name| (name, *kinds.next().unwrap())));
                    continue;
                }
                if line.starts_with("permit (") && !optional.is_empty() {
                    for (kind, annotation) in [(1, "optioneel"), (2, "optuit")] {
                        let of = optional.iter().filter(|(_, one)| *one == kind).map(|(name, _)| *name);
                        writeln!(redrawn, "@{annotation}(\"{}\")", of.collect::<Vec<_>>().join(",")).unwrap();
                    }
                    optional.clear();
                }
                writeln!(redrawn, "{line}").unwrap();
            }
            files = files.with(&file, &redrawn);
        }
        engine_of(&files)
    }

    /// Every value of a document that holds no other, by its path.
    fn leaves(value: &Value, at: &str, found: &mut BTreeMap<String, Value>) {
        match value {
            Value::Object(members) if !members.is_empty() => {
                members.iter().for_each(|(name, value)| leaves(value, &format!("{at}/{name}"), found));
            }
            Value::Array(items) if !items.is_empty() => {
                items.iter().enumerate().for_each(|(n, value)| leaves(value, &format!("{at}/{n}"), found));
            }
            leaf => drop(found.insert(at.to_owned(), leaf.clone())),
        }
    }

    /// The category that the schema itself gives a path: that of the nearest node on it that has one.
    fn category_at(schema: &Value, path: &str) -> Category {
        let (mut node, mut category) = (schema, None);
        for step in path.split('/').skip(1) {
            node = node
                .get("items")
                .filter(|_| node["type"] == "array")
                .unwrap_or_else(|| &node["properties"][step]);
            assert!(node.is_object(), "the schema does not know {path}");
            category = node["x-category"].as_str().or(category);
            if let Some(target) = node["$ref"].as_str() {
                node = schema.pointer(target.trim_start_matches('#')).unwrap();
            }
        }
        category.unwrap_or_else(|| panic!("{path} has no category")).parse().unwrap()
    }

    /// What is drawn: who receives, what the sender has of what they may have, and what the person wants left out.
    struct Drawn<'a> {
        recipients: Vec<&'a Permit>,
        content: Value,
        omit: BTreeSet<Category>,
    }

    impl<'a> Drawn<'a> {
        fn of(dataset: &Dataset, permits: &'a BTreeMap<Grondslag, Permit>, draw: u64) -> Self {
            let mut bits = (0..64).map(|at| draw >> at & 1 == 1);
            let mut recipients: Vec<_> = permits.values().filter(|_| bits.next().unwrap()).collect();
            if recipients.is_empty() {
                recipients.extend(permits.values().next());
            }
            let required: BTreeSet<_> = recipients.iter().flat_map(|permit| permit.required()).collect();
            let claimed: BTreeSet<_> = recipients.iter().flat_map(|permit| permit.allowed()).collect();
            let mut content = dataset.example.clone();
            content.as_object_mut().unwrap().retain(|name, _| {
                let category = category_at(dataset.schema(), &format!("/{name}"));
                required.contains(&category) || (bits.next().unwrap() && claimed.contains(&category))
            });
            let mut omit: BTreeSet<_> = claimed.into_iter().cloned().collect();
            omit.retain(|category| {
                let mut others = recipients
                    .iter()
                    .filter(|permit| permit.party().role != Role::Betrokkene)
                    .filter(|permit| permit.allowed().contains(category))
                    .peekable();
                let may_be_omitted =
                    others.peek().is_some() && others.all(|permit| permit.opt_out().contains(category));
                may_be_omitted && bits.next().unwrap()
            });
            Self { recipients, content, omit }
        }

        /// What one of them must get: every path of a category that its basis allows, without what the person leaves out.
        fn due(&self, dataset: &Dataset, permit: &Permit) -> BTreeMap<String, Value> {
            let mut due = BTreeMap::new();
            leaves(&self.content, "", &mut due);
            due.retain(|path, _| {
                let category = category_at(dataset.schema(), path);
                let is_left_out = self.omit.contains(&category) && permit.opt_out().contains(&category);
                permit.allowed().contains(&category) && !is_left_out
            });
            due
        }
    }

    #[test]
    fn every_path_of_every_projection_is_what_its_basis_allows_and_nothing_is_lost() {
        // Building an engine is slow beside projecting: bases are drawn first, contents and wishes for each.
        let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(4));
        let bases = prop::collection::vec(0u8..3, 31);
        let draws = prop::collection::vec(any::<u64>(), 48);
        let outcome = runner.run(&(bases, draws), |(kinds, draws)| {
            let engine = redrawn(&kinds);
            for dataset in engine.catalogue().datasets() {
                let permits = permits(&engine, dataset);
                prop_assert!(
                    permits.keys().eq(dataset.bases.keys()),
                    "{}: a basis without a case",
                    dataset.code
                );
                for draw in draws.iter().copied().chain([u64::MAX]) {
                    let drawn = Drawn::of(dataset, &permits, draw);
                    let content = Plaintext::read(drawn.content.to_string().as_bytes()).unwrap();
                    let contents = dataset.validate(content).unwrap();
                    let each = minimise_each(&drawn.recipients, &contents, dataset, &drawn.omit).unwrap();
                    prop_assert_eq!(each.len(), drawn.recipients.len());
                    let all = dataset
                        .validate(Plaintext::read(dataset.example.to_string().as_bytes()).unwrap())
                        .unwrap();
                    let is_claimed =
                        |one: &Category| drawn.recipients.iter().any(|permit| permit.allowed().contains(one));
                    let refused = minimise_each(&drawn.recipients, &all, dataset, &BTreeSet::new()).is_err();
                    prop_assert_eq!(refused, !all.categories().iter().all(is_claimed));
                    for (one, permit) in each.iter().zip(&drawn.recipients) {
                        let mut got = BTreeMap::new();
                        leaves(&serde_json::from_slice(one.expose()).unwrap(), "", &mut got);
                        prop_assert_eq!(&got, &drawn.due(dataset, permit), "on {}", permit.basis());
                        prop_assert_eq!((one.party(), one.basis()), (permit.party(), permit.basis()));
                        prop_assert!(permit.required().is_subset(one.categories()));
                    }
                }
            }
            Ok(())
        });
        outcome.unwrap();
    }
}
