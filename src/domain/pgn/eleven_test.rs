//! The 11-test (elfproef) of a number of nine digits.

const WEIGHTS: [i32; 9] = [9, 8, 7, 6, 5, 4, 3, 2, -1];

/// What the 11-test leaves of nine digits that are not all zero; none of anything else.
pub(super) fn remainder(digits: &[u8]) -> Option<i32> {
    let is_number = digits.len() == WEIGHTS.len()
        && digits.iter().all(u8::is_ascii_digit)
        && digits.iter().any(|digit| *digit != b'0');
    let weighed = digits
        .iter()
        .zip(WEIGHTS)
        .map(|(digit, weight)| i32::from(digit.saturating_sub(b'0')).saturating_mul(weight));
    is_number.then(|| weighed.sum::<i32>().rem_euclid(11))
}
