//! Facts that no rule uses, and rules that use no fact.

use super::{Catalogue, Finding, said};
use crate::{
    domain::party::Role,
    policy::load::{
        dataset::Basis,
        glossary::{Reads, reads_context},
    },
};

/// A fact that no policy uses is asked of people for nothing; a basis that looks at no fact of the person lets out everyone's
/// data, and a condition that looks at nothing holds always or never.
pub(super) fn unused(catalogue: &Catalogue) -> Vec<Finding> {
    let unused = catalogue.glossary().unused().map(|(code, line)| Finding {
        line: Some(line),
        ..Finding::new(
            "facts.toml",
            said!("geen regel gebruikt het feit `{code}`", "no policy uses the fact `{code}`"),
            ("Gebruik het in een regel, of haal het weg.", "Use it in a policy, or remove it."),
        )
    });
    let mut findings: Vec<Finding> = unused.collect();
    for dataset in catalogue.datasets() {
        let file = format!("datasets/{}/policy.cedar", dataset.code);
        // Whom it is about may have the own data, whatever is known of that person.
        let of_others = |basis: &&Basis| basis.recipients.iter().any(|role| *role != Role::Betrokkene);
        for basis in dataset.bases.values().filter(of_others) {
            let conditions = dataset.conditions.values().filter(|condition| condition.is_of(basis));
            let policies = conditions.map(|one| &one.policy).chain(std::iter::once(&basis.policy));
            if Reads::of(policies).is_empty() {
                findings.push(Finding::new(
                    &file,
                    said!(
                        "`{}` kijkt met al zijn voorwaarden naar geen enkel feit van de persoon",
                        "`{}` looks with all its conditions at no fact of the person",
                        basis.id
                    ),
                    (
                        "Schrijf een voorwaarde op een feit van facts.toml.",
                        "Write a condition on a fact of facts.toml.",
                    ),
                ));
            }
        }
    }
    let own = catalogue.datasets().flat_map(|dataset| {
        let file = format!("datasets/{}/policy.cedar", dataset.code);
        dataset.conditions.values().map(move |condition| (file.clone(), condition))
    });
    for (file, condition) in own.chain(catalogue.guards().map(|guard| ("guards.cedar".to_owned(), guard))) {
        if !reads_context(&condition.policy) {
            findings.push(Finding::new(
                &file,
                said!("`{}` kijkt naar geen enkel feit", "`{}` looks at no fact", condition.id),
                ("Schrijf waar zij van afhangt.", "Write what it depends on."),
            ));
        }
    }
    findings
}
