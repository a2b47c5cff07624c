//! Whether an RSA modulus gives its factors away.
//!
//! What is looked for is what the CA/Browser Forum asks of certificate authorities (Baseline Requirements, 6.1.1.3): keys of
//! the ROCA chips, and factors that Fermat finds in a hundred rounds, squares among them. Besides that: a factor below
//! 262,144, every other power, and a number that nobody drew at random (`2^n - 1`). All of it takes a millisecond or two
//! for 3072 bits.
//!
//! Not looked for: a modulus that is prime, one that shares a factor with another key, and factors `p` of which `p - 1` has
//! small factors only (Pollard). No random key is among the last, and a bound that finds any takes ten times as long.

use std::sync::LazyLock;

use num_bigint::BigUint;
use num_integer::Integer as _;

/// Factors are looked for below this: four times as far takes four times as long.
const SMALL: u32 = 1 << 18;
const FERMAT_ROUNDS: usize = 100;
/// The primes below this tell nearly every number from a power.
const SIEVE: u32 = 1 << 14;
/// The primes that M of ROCA's `k * M + 65537^a mod M` has for every length of key, and that tell such keys apart.
const ROCA_LARGEST: u32 = 167;

/// Why anybody could factor it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weakness {
    /// Nearly all ones, or nearly all zeros.
    Regular,
    /// Divisible by a prime below 262,144.
    SmallFactor,
    /// A square, or a product of two factors close to its root.
    CloseFactors,
    /// A power of another number with an odd exponent: a root gives its factors.
    Power,
    /// Of the form that CVE-2017-15361 is about.
    Roca,
}

/// The first weakness that is found in an odd number.
pub(super) fn weakness(n: &[u8]) -> Option<Weakness> {
    if is_regular(n) {
        return Some(Weakness::Regular);
    }
    let n = BigUint::from_bytes_be(n);
    if (&*PRODUCT % &n).gcd(&n) != BigUint::ONE {
        Some(Weakness::SmallFactor)
    } else if is_of_roca(&n) {
        Some(Weakness::Roca)
    } else if has_close_factors(&n) {
        Some(Weakness::CloseFactors)
    } else if is_odd_power(&n) {
        Some(Weakness::Power)
    } else {
        None
    }
}

/// Of 3072 random bits 1536 are ones, give or take 28: fewer than a quarter, or more than three, is no accident.
fn is_regular(n: &[u8]) -> bool {
    let ones: usize = n.iter().filter_map(|byte| usize::try_from(byte.count_ones()).ok()).sum();
    let quarter = n.len().saturating_mul(2);
    !(quarter..=quarter.saturating_mul(3)).contains(&ones)
}

/// The odd primes below this.
fn primes(below: u32) -> Vec<u32> {
    let mut primes: Vec<u32> = Vec::new();
    for number in (3..below).step_by(2) {
        let mut possible = primes.iter().take_while(|prime| prime.saturating_mul(**prime) <= number);
        if possible.all(|prime| !number.is_multiple_of(*prime)) {
            primes.push(number);
        }
    }
    primes
}

/// The product of the odd primes below [`SMALL`]: what a modulus shares with it is all that it has of them, so that one
/// greatest common divisor stands for 22,999 divisions.
static PRODUCT: LazyLock<BigUint> = LazyLock::new(|| product(&primes(SMALL)));

/// Halves of a like size multiply faster than a large number and a small one.
fn product(factors: &[u32]) -> BigUint {
    match factors {
        [] => BigUint::ONE,
        [only] => BigUint::from(*only),
        several => {
            let (one, other) = several.split_at(several.len() / 2);
            product(one) * product(other)
        }
    }
}

/// Whether every remainder is a power of 65537. By chance all 38 are in one of 2^27 keys.
fn is_of_roca(n: &BigUint) -> bool {
    let remainder = |prime: u32| u32::try_from(n % prime).unwrap_or_default();
    primes(ROCA_LARGEST + 1).into_iter().all(|prime| is_power_of_65537(prime, remainder(prime)))
}

fn is_power_of_65537(prime: u32, remainder: u32) -> bool {
    let generator = 65_537 % prime;
    let powers = std::iter::successors(Some(1), |power| Some(power * generator % prime));
    powers.take(usize::try_from(prime).unwrap_or_default()).any(|power| power == remainder)
}

/// Fermat: n = a^2 - b^2 = (a - b)(a + b), with a from the root of n upwards.
fn has_close_factors(n: &BigUint) -> bool {
    let root = n.sqrt();
    let first = if &root * &root == *n { root } else { root + 1_u32 };
    (0..FERMAT_ROUNDS).any(|round| {
        let a = &first + round;
        is_square(&(&a * &a - n))
    })
}

fn is_square(number: &BigUint) -> bool {
    // A square has one of 12 remainders by 64: four of five numbers need no root.
    let low = number.iter_u64_digits().next().unwrap_or_default() % 64;
    if !matches!(low, 0 | 1 | 4 | 9 | 16 | 17 | 25 | 33 | 36 | 41 | 49 | 57) {
        return false;
    }
    let root = number.sqrt();
    &root * &root == *number
}

/// Whether it is a power with an odd exponent above one. No root is below [`SMALL`] where no factor is.
fn is_odd_power(n: &BigUint) -> bool {
    let largest = u32::try_from(n.bits()).unwrap_or(u32::MAX) / SMALL.ilog2();
    let primes = primes(SIEVE);
    let mut exponents = primes.iter().take_while(|prime| **prime <= largest);
    exponents
        .any(|exponent| may_be_power(n, *exponent, &primes) && n.nth_root(*exponent).pow(*exponent) == *n)
}

/// A power leaves a power by every prime, which one in so many numbers does by a prime that is one above a multiple of the
/// exponent: of a sound modulus hardly any root is computed.
fn may_be_power(n: &BigUint, exponent: u32, primes: &[u32]) -> bool {
    let mut telling = primes.iter().filter(|prime| **prime % exponent == 1).take(4);
    telling
        .all(|prime| (n % *prime).modpow(&((prime - 1) / exponent).into(), &(*prime).into()) <= BigUint::ONE)
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    use serde_json::Value;

    use super::*;

    /// A modulus as keys have it.
    fn sound() -> BigUint {
        let case = include_str!("../../../tests/vectors/sealed-packet/rsa-oaep.json");
        let key = &serde_json::from_str::<Value>(case).unwrap()["key"];
        BigUint::from_bytes_be(&URL_SAFE_NO_PAD.decode(key["n"].as_str().unwrap()).unwrap())
    }

    fn has_small_factor(number: &BigUint) -> bool {
        number.is_even() || (&*PRODUCT % number).gcd(number) != BigUint::ONE
    }

    /// The next number from here without a small factor. That it is prime does not matter to what is looked for.
    fn factor_from(start: BigUint) -> BigUint {
        let mut number = start;
        while has_small_factor(&number) {
            number += 1_u32;
        }
        number
    }

    fn found(number: &BigUint) -> Option<Weakness> {
        weakness(&number.to_bytes_be())
    }

    #[test]
    fn the_small_primes_are_known() {
        let primes = primes(SMALL);
        assert_eq!((primes.len(), primes[0], primes[1227], primes[22_998]), (22_999, 3, 9973, 262_139));
    }

    #[test]
    fn a_sound_modulus_has_none() {
        assert_eq!(found(&sound()), None);
    }

    #[test]
    fn a_small_factor_is_found_and_none_above() {
        let rest = factor_from(sound() >> 20);
        for prime in [3_u32, 5, 7, 101, 9973, 10_007, 65_537, 131_071, 262_139] {
            assert_eq!(found(&(&rest * prime)), Some(Weakness::SmallFactor), "{prime}");
        }
        // Several of them, and nothing but them.
        assert_eq!(found(&(&rest * 10_007_u32 * 10_009_u32)), Some(Weakness::SmallFactor));
        let mut smooth = BigUint::from(1_u32);
        for prime in primes(SMALL).into_iter().rev() {
            if smooth.bits() > 3072 {
                break;
            }
            smooth *= prime;
        }
        assert_eq!(found(&smooth), Some(Weakness::SmallFactor));
        assert_eq!(found(&(&rest * 262_147_u32)), None);
    }

    #[test]
    fn squares_and_close_factors_are_found() {
        let p = factor_from(sound().sqrt());
        assert_eq!(found(&(&p * &p)), Some(Weakness::CloseFactors));
        let near = factor_from(&p + 2_u32);
        assert_eq!(found(&(&p * near)), Some(Weakness::CloseFactors));
        // Fermat's first rounds reach factors whose distance is about the fourth root of the modulus.
        let apart = factor_from(&p + (BigUint::from(1_u32) << 770));
        assert_eq!(found(&(&p * apart)), Some(Weakness::CloseFactors));
        let far = factor_from(&p + (BigUint::from(1_u32) << 1400));
        assert_eq!(found(&(&p * far)), None);
    }

    #[test]
    fn powers_are_found_down_to_the_smallest_factor() {
        for exponent in [3_u32, 5, 7, 9, 11, 13, 15, 31, 61, 113, 167] {
            let root = factor_from((sound() >> (3072 - 3072 / exponent)) | BigUint::from(1_u32));
            assert_eq!(found(&root.pow(exponent)), Some(Weakness::Power), "{exponent}");
            let near = root.pow(exponent - 1) * (&root + 2_u32);
            assert_ne!(found(&near), Some(Weakness::Power), "{exponent}");
        }
        let root = factor_from(sound() >> 2048);
        assert_eq!(found(&root.pow(6)), Some(Weakness::CloseFactors), "a square as well");
        assert_eq!(found(&root.pow(5)), Some(Weakness::Power));
    }

    #[test]
    fn numbers_that_nobody_drew_are_found() {
        let power = |bits: u32| BigUint::from(1_u32) << bits;
        // The second is a prime of Mersenne, so it has no factor to find.
        for bits in [3072, 3217, 4096, 8192] {
            assert_eq!(found(&(power(bits) - 1_u32)), Some(Weakness::Regular), "2^{bits} - 1");
            assert_eq!(found(&(power(bits - 1) + 1_u32)), Some(Weakness::Regular), "2^{} + 1", bits - 1);
        }
        assert_eq!(found(&(power(3072) - (sound() >> 2500))), Some(Weakness::Regular));
    }

    #[test]
    fn keys_of_the_defective_chips_are_found() {
        let m = product(&primes(ROCA_LARGEST + 1)) * 2_u32;
        let factor = |start: BigUint, power: u32| {
            let mut factor = (&start / &m) * &m + BigUint::from(65_537_u32).modpow(&power.into(), &m);
            while has_small_factor(&factor) {
                factor += &m;
            }
            factor
        };
        let root = sound().sqrt();
        let n = factor(root.clone(), 1234) * factor(root >> 3, 77);
        assert_eq!(found(&n), Some(Weakness::Roca));
    }
}
