//! RFC 6962 written down as it stands there, recursively and slowly: what the tests compare with.

use super::hash::{EMPTY_ROOT, leaf_hash, node_hash};
use crate::domain::digest::Digest;

fn split(n: usize) -> usize {
    let mut k = 1;
    while k * 2 < n {
        k *= 2;
    }
    k
}

/// MTH(D[n]) over leaf hashes.
pub(crate) fn root(leaves: &[Digest]) -> Digest {
    match leaves {
        [] => EMPTY_ROOT,
        [one] => *one,
        many => {
            let (left, right) = many.split_at(split(many.len()));
            node_hash(&root(left), &root(right))
        }
    }
}

/// PATH(m, D[n]), section 2.1.1.
pub(crate) fn path(m: usize, leaves: &[Digest]) -> Vec<Digest> {
    if leaves.len() <= 1 {
        return Vec::new();
    }
    let k = split(leaves.len());
    let (left, right) = leaves.split_at(k);
    let (mut inner, sibling) =
        if m < k { (path(m, left), root(right)) } else { (path(m - k, right), root(left)) };
    inner.push(sibling);
    inner
}

/// PROOF(m, D[n]), section 2.1.2.
pub(crate) fn consistency(m: usize, leaves: &[Digest]) -> Vec<Digest> {
    subproof(m, leaves, true)
}

fn subproof(m: usize, leaves: &[Digest], whole: bool) -> Vec<Digest> {
    if m == leaves.len() {
        return if whole { Vec::new() } else { vec![root(leaves)] };
    }
    let k = split(leaves.len());
    let (left, right) = leaves.split_at(k);
    let (mut inner, sibling) = if m <= k {
        (subproof(m, left, whole), root(right))
    } else {
        (subproof(m - k, right, false), root(left))
    };
    inner.push(sibling);
    inner
}

/// Leaf hashes of the numbers below n.
pub(crate) fn leaves(n: usize) -> Vec<Digest> {
    (0..n).map(|i| leaf_hash(i.to_string().as_bytes())).collect()
}
