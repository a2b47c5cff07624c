//! A school reads its own act: no rule may cite to one kind of school the act of another.

mod acts;
mod texts;

use std::collections::BTreeSet;

use self::acts::is_foreign;
use super::{
    dataset::{AppliesTo, Basis, Condition, Dataset},
    finding::{Notes, said},
};
use crate::domain::party::Role;

/// What the bases of a dataset rest on.
pub(in crate::policy) fn check_bases<'a>(bases: impl Iterator<Item = &'a Basis>, notes: &mut Notes<'_>) {
    for basis in bases {
        let residence = basis.residence.iter().flatten();
        for sender in &basis.senders {
            for cited in basis.provisions.iter().chain(residence.clone()) {
                if is_foreign(cited, *sender) {
                    notes.add(
                        said!(
                            "`{}` rust op `{cited}`, en dat is niet de wet van een {sender}",
                            "`{}` rests on `{cited}`, which is not the act of a {sender}",
                            basis.id
                        ),
                        (
                            "Noem de wet van de verzender, of schrijf een grondslag voor elke soort school.",
                            "Cite the act of the sender, or write a basis for each kind of school.",
                        ),
                    );
                }
            }
        }
    }
}

/// What the refusals of a dataset cite that say where something belongs instead.
pub(in crate::policy) fn check_elsewhere(dataset: &Dataset, notes: &mut Notes<'_>) {
    for one in &dataset.elsewhere {
        for cited in one.provisions.iter().filter(|cited| is_foreign(cited, one.sender)) {
            notes.add(
                said!(
                    "een [[elsewhere]] noemt `{cited}`, en dat is niet de wet van een {}",
                    "an [[elsewhere]] cites `{cited}`, which is not the act of a {}",
                    one.sender
                ),
                ("Noem de wet van de verzender.", "Cite the act of the sender."),
            );
        }
        let spoken = [&one.nl, &one.en, &one.nu, &one.nu_en];
        for words in spoken.iter().flat_map(|text| texts::foreign_to(one.sender, text)) {
            notes.add(
                said!(
                    "een [[elsewhere]] spreekt over {words} tegen een {}",
                    "an [[elsewhere]] speaks of {words} to a {}",
                    one.sender
                ),
                ("Zeg wat de wet van de verzender zegt.", "Say what the act of the sender says."),
            );
        }
    }
}

/// What the texts of a condition say to each sender that it can refuse.
fn check_texts<'a>(condition: &Condition, bases: impl Iterator<Item = &'a Basis>, notes: &mut Notes<'_>) {
    let bases: Vec<&Basis> = bases.filter(|basis| condition.is_of(basis)).collect();
    // A condition that asks who sends cites nothing to those whom it cannot refuse.
    let is_addressed = |basis: &Basis, sender: Role| {
        condition.applies == AppliesTo::Residence || !condition.citations.of(basis, Some(sender)).is_empty()
    };
    let addressed: BTreeSet<Role> = bases
        .iter()
        .flat_map(|basis| basis.senders.iter().copied().filter(|sender| is_addressed(basis, *sender)))
        .collect();
    let now = condition.now.iter().flat_map(|now| [&now.nl, &now.en]);
    let rule = condition.rule.iter().flat_map(|rule| [&rule.nl, &rule.en]);
    let texts: Vec<_> = [&condition.text.nl, &condition.text.en].into_iter().chain(rule).chain(now).collect();
    for sender in addressed {
        let words: BTreeSet<String> = texts.iter().flat_map(|text| texts::foreign_to(sender, text)).collect();
        if !words.is_empty() {
            let words = words.into_iter().collect::<Vec<_>>().join(", ");
            notes.add(
                said!("`{}` spreekt over {words} tegen een {sender}, en dat is niet van zijn wet", "`{}` speaks of {words} to a {sender}, of whose act that is not", condition.id),
                ("Zeg elke school wat de eigen wet zegt, of schrijf een voorwaarde voor elke soort school.", "Say to each school what its own act says, or write a condition for each kind of school."),
            );
        }
    }
}

/// What a condition cites to each sender of its bases.
pub(in crate::policy) fn check_condition<'a>(
    condition: &Condition,
    bases: impl Iterator<Item = &'a Basis> + Clone,
    notes: &mut Notes<'_>,
) {
    check_texts(condition, bases.clone(), notes);
    for basis in bases.filter(|basis| condition.is_of(basis)) {
        for sender in &basis.senders {
            for cited in condition.citations.of(basis, Some(*sender)) {
                if is_foreign(&cited, *sender) {
                    notes.add(
                        said!("`{}` noemt `{cited}` bij `{}`, en dat is niet de wet van een {sender}", "`{}` cites `{cited}` on `{}`, which is not the act of a {sender}",
                            condition.id, basis.id
                        ),
                        ("Noem de wet van de verzender, of geef elk een eigen lijst: <grondslag of rol> = <bepaling>, …; …", "Cite the act of the sender, or give each its own list: <basis or role> = <provision>, …; …"),
                    );
                }
            }
        }
    }
}
