//! In what one sequence of leaf hashes departs from another.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde::Serialize;

use crate::domain::digest::Digest;

/// One departure from the sequence that should be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Difference {
    /// Another content stands at this index.
    Changed {
        /// The index.
        index: u64,
    },
    /// What belongs at this index is gone.
    Removed {
        /// The index at which it belongs.
        index: u64,
    },
    /// Something stands at this index that was never appended.
    Added {
        /// The index at which it stands.
        index: u64,
    },
    /// It was moved.
    Moved {
        /// The index at which it belongs.
        index: u64,
        /// The index at which it stands.
        to: u64,
    },
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed { index } => write!(f, "{index} was changed"),
            Self::Removed { index } => write!(f, "{index} was removed"),
            Self::Added { index } => write!(f, "{index} was added"),
            Self::Moved { index, to } => write!(f, "{index} was moved to {to}"),
        }
    }
}

/// The differences between what should be there and what is, both beginning at the index `start`.
///
/// What is in both but out of order is moved; as few as possible count as moved (a longest increasing subsequence
/// stays). Of what is only on one side, pairs between the same neighbours are changes.
pub(super) fn differences(start: u64, expected: &[Digest], found: &[Digest]) -> Vec<Difference> {
    let prefix = expected.iter().zip(found).take_while(|(a, b)| a == b).count();
    let (expected, found) =
        (expected.get(prefix..).unwrap_or_default(), found.get(prefix..).unwrap_or_default());
    let suffix = expected.iter().rev().zip(found.iter().rev()).take_while(|(a, b)| a == b).count();
    let cut = |all: usize| all.saturating_sub(suffix);
    let expected = expected.get(..cut(expected.len())).unwrap_or_default();
    let found = found.get(..cut(found.len())).unwrap_or_default();
    let index =
        |at: usize| start.saturating_add(u64::try_from(prefix.saturating_add(at)).unwrap_or(u64::MAX));

    let mut places: BTreeMap<&Digest, Vec<usize>> = BTreeMap::new();
    for (at, hash) in expected.iter().enumerate().rev() {
        places.entry(hash).or_default().push(at);
    }
    let mut matched = Vec::new();
    let mut foreign = Vec::new();
    for (to, hash) in found.iter().enumerate() {
        match places.get_mut(hash).and_then(Vec::pop) {
            Some(from) => matched.push((from, to)),
            None => foreign.push(to),
        }
    }
    let gone: BTreeSet<usize> = places.into_values().flatten().collect();

    let stayed = increasing(&matched);
    let mut differences: Vec<_> = matched
        .iter()
        .filter(|pair| stayed.binary_search(pair).is_err())
        .map(|(from, to)| Difference::Moved { index: index(*from), to: index(*to) })
        .collect();

    // Between two neighbours that stayed, what is gone and what is foreign are paired in order.
    let mut gaps: BTreeMap<usize, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
    for from in gone {
        gaps.entry(stayed.partition_point(|(at, _)| *at < from)).or_default().0.push(from);
    }
    for to in foreign {
        gaps.entry(stayed.partition_point(|(_, at)| *at < to)).or_default().1.push(to);
    }
    for (gone, foreign) in gaps.into_values() {
        let pairs = gone.len().min(foreign.len());
        differences.extend(gone.iter().take(pairs).map(|at| Difference::Changed { index: index(*at) }));
        differences.extend(gone.iter().skip(pairs).map(|at| Difference::Removed { index: index(*at) }));
        differences.extend(foreign.iter().skip(pairs).map(|at| Difference::Added { index: index(*at) }));
    }
    differences.sort_by_key(|difference| match difference {
        Difference::Changed { index }
        | Difference::Removed { index }
        | Difference::Added { index }
        | Difference::Moved { index, .. } => *index,
    });
    differences
}

/// A longest subsequence whose first members increase; the second ones do already.
fn increasing(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    // The positions in `pairs` of the smallest end of a subsequence of each length.
    let mut ends: Vec<usize> = Vec::new();
    let first = |at: usize| pairs.get(at).map_or(usize::MAX, |pair| pair.0);
    for (at, (from, _)) in pairs.iter().enumerate() {
        let length = ends.partition_point(|end| first(*end) < *from);
        before.push(length.checked_sub(1).and_then(|last| ends.get(last)).copied());
        match ends.get_mut(length) {
            Some(end) => *end = at,
            None => ends.push(at),
        }
    }
    let mut kept = Vec::with_capacity(ends.len());
    let mut next = ends.last().copied();
    while let Some(at) = next {
        kept.extend(pairs.get(at));
        next = before.get(at).copied().flatten();
    }
    kept.reverse();
    kept
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hashes(names: &str) -> Vec<Digest> {
        names.bytes().map(|name| Digest([name; 32])).collect()
    }

    fn between(expected: &str, found: &str) -> String {
        let all = differences(0, &hashes(expected), &hashes(found));
        all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn each_kind_of_difference_is_told() {
        assert_eq!(between("abcdef", "abcdef"), "");
        assert_eq!(between("abcdef", "abXdef"), "2 was changed");
        assert_eq!(between("abcdef", "abdef"), "2 was removed");
        assert_eq!(between("abcdef", "abcde"), "5 was removed");
        assert_eq!(between("abcdef", "abcdefX"), "6 was added");
        assert_eq!(between("abcdef", "abXcdef"), "2 was added");
        assert_eq!(between("abcdef", "abccdef"), "3 was added");
        assert_eq!(between("abcdef", "abdecf"), "2 was moved to 4");
        assert_eq!(
            between("abcdef", ""),
            (0..6).map(|i| format!("{i} was removed")).collect::<Vec<_>>().join(", ")
        );
    }

    #[test]
    fn several_differences_are_told_apart() {
        assert_eq!(between("abcdefgh", "aXcdfghY"), "1 was changed, 4 was removed, 7 was added");
        assert_eq!(between("abcdefgh", "bacdeXgh"), "1 was moved to 0, 5 was changed");
    }

    #[test]
    fn indexes_count_from_the_start() {
        let all = differences(1000, &hashes("abc"), &hashes("aXc"));
        assert_eq!(all, [Difference::Changed { index: 1001 }]);
    }

    proptest! {
        #[test]
        fn equal_sequences_and_only_those_have_no_difference(a in "[a-e]{0,12}", b in "[a-e]{0,12}") {
            prop_assert_eq!(between(&a, &b).is_empty(), a == b);
        }

        #[test]
        fn changes_at_unique_entries_are_named_exactly(at in prop::collection::btree_set(0_u8..50, 0..8)) {
            let expected: Vec<_> = (0..50).map(|i| Digest([i; 32])).collect();
            let mut found = expected.clone();
            for i in &at {
                found[usize::from(*i)] = Digest([i + 100; 32]);
            }
            let named: Vec<_> = at.iter().map(|i| Difference::Changed { index: u64::from(*i) }).collect();
            prop_assert_eq!(differences(0, &expected, &found), named);
        }
    }
}
