//! The sum of the seals of rows that belong together.

use super::{table::Sealed, values::Values};
use crate::store::error::StoreError;

/// The sum of the seals of rows that belong together, whatever their number and order: none of them goes, comes or is put back
/// without another sum. It stands in a row that is sealed itself, and the seals are keyed: nobody without the key finds other rows with
/// the same sum (the multiset hash by addition of Clarke and others, 2003).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::store) struct Sum([u64; 4]);

impl Sum {
    pub(in crate::store) fn plus(self, mac: &[u8]) -> Self {
        self.with(mac, u64::overflowing_add)
    }

    pub(in crate::store) fn minus(self, mac: &[u8]) -> Self {
        self.with(mac, u64::overflowing_sub)
    }

    fn with(self, mac: &[u8], step: fn(u64, u64) -> (u64, bool)) -> Self {
        let mut carry = false;
        let mut limbs = self.0;
        for (limb, other) in limbs.iter_mut().zip(limbs_of(mac)) {
            let (first, over) = step(*limb, other);
            let (second, again) = step(first, u64::from(carry));
            (*limb, carry) = (second, over || again);
        }
        Self(limbs)
    }

    pub(in crate::store) fn to_bytes(self) -> Vec<u8> {
        self.0.iter().flat_map(|limb| limb.to_le_bytes()).collect()
    }

    /// Values with this sum behind them.
    pub(in crate::store) fn behind(self, values: Values) -> Values {
        values.before(&self.to_bytes())
    }

    /// What of the row of a subject changes: the entry that changed it, and the sum.
    pub(in crate::store) fn beside(self, entry: Option<i64>) -> Values {
        self.behind(Values::of(&[], &[entry]))
    }

    pub(in crate::store) fn from_bytes(bytes: &[u8]) -> Result<Self, StoreError> {
        if bytes.len() == 32 { Ok(Self(limbs_of(bytes))) } else { Err(Sealed::Subject.broken()) }
    }
}

/// The last 32 bytes, the least limb first.
fn limbs_of(bytes: &[u8]) -> [u64; 4] {
    let digest = bytes.last_chunk::<32>().copied().unwrap_or_default();
    let mut limbs = [0; 4];
    for (limb, chunk) in limbs.iter_mut().zip(digest.chunks_exact(8)) {
        *limb = chunk.iter().rev().fold(0, |number, byte| (number << 8) | u64::from(*byte));
    }
    limbs
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;
    use crate::crypto::at_rest::AtRest;

    fn ring() -> AtRest {
        AtRest::new([(1, Zeroizing::new([7; 32]))]).unwrap()
    }

    #[test]
    fn a_sum_has_no_order_and_is_undone() {
        let macs: Vec<_> = (0..5_u8).map(|byte| ring().digest(&[byte])).collect();
        let all = macs.iter().fold(Sum::default(), |sum, mac| sum.plus(mac));
        assert_eq!(macs.iter().rev().fold(Sum::default(), |sum, mac| sum.plus(mac)), all);
        assert_eq!(macs.iter().fold(all, |sum, mac| sum.minus(mac)), Sum::default());
        assert_eq!(Sum::from_bytes(&all.to_bytes()).unwrap(), all);
        assert_ne!(all.minus(&macs[0]).plus(&macs[1]), all);
        let ones = [255; 32];
        assert_eq!(Sum::default().minus(&[1]).0, [0; 4], "too short for a digest");
        assert_eq!(
            Sum::default().plus(&ones).plus(&ones).minus(&ones).minus(&ones),
            Sum::default(),
            "carries"
        );
    }
}
