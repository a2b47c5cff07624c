//! Bytes like a seed, and not quite.

/// `SplitMix64`: a seed makes one row of numbers, on every machine.
pub(super) struct Dice(u64);

impl Dice {
    /// A row of its own for each name.
    pub(super) fn of(name: &str) -> Self {
        Self(name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        }))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, or 0.
    pub(super) fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).unwrap().max(1);
        usize::try_from(self.next() % end).unwrap()
    }

    fn byte(&mut self) -> u8 {
        self.next().to_be_bytes()[0]
    }

    /// One of them.
    pub(super) fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// No input grows beyond this, so that the rounds cost alike.
const LONGEST: usize = 16 * 1024;

/// A seed with one to four things changed; mostly one, which a parser may well take.
pub(super) fn mutate(dice: &mut Dice, seeds: &[Vec<u8>], tokens: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = dice.pick(seeds).clone();
    for _ in 0..=dice.below(2) * dice.below(4) {
        change(dice, &mut bytes, seeds, tokens);
    }
    bytes.truncate(LONGEST);
    bytes
}

fn change(dice: &mut Dice, bytes: &mut Vec<u8>, seeds: &[Vec<u8>], tokens: &[Vec<u8>]) {
    let at = dice.below(bytes.len());
    let some = at..(at + 1 + dice.below(16)).min(bytes.len()).max(at);
    let to = dice.below(bytes.len() + 1);
    match dice.below(9) {
        0 if !bytes.is_empty() => bytes[at] ^= 1 << dice.below(8),
        1 if !bytes.is_empty() => bytes[at] = dice.byte(),
        // A neighbour in the alphabet: another digit, letter or length, and still one.
        2 if !bytes.is_empty() => bytes[at] = bytes[at].wrapping_add(*dice.pick(&[1, 0xff])),
        3 => bytes.truncate(at),
        4 => drop(bytes.drain(some)),
        5 => {
            let copy = bytes[some].to_vec();
            bytes.splice(to..to, copy);
        }
        6 => {
            let other = dice.pick(seeds);
            let from = dice.below(other.len());
            bytes.truncate(at);
            bytes.extend(&other[from..]);
        }
        7 => drop(bytes.splice(some, dice.pick(tokens).iter().copied())),
        _ => drop(bytes.splice(to..to, dice.pick(tokens).iter().copied())),
    }
}
