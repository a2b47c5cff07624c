//! The 11-test (elfproef) of a number of nine digits, and the numbers of a person that it tells.

const WEIGHTS: [i32; 9] = [9, 8, 7, 6, 5, 4, 3, 2, -1];

/// What it leaves of an onderwijsnummer.
const OF_ONDERWIJSNUMMER: i32 = 5;
/// What an onderwijsnummer begins with as far as is known; no act says so.
const BEGIN_OF_ONDERWIJSNUMMER: &[u8] = b"10";

/// Whether nine digits may be given as a number of a person: a BSN, or an onderwijsnummer whatever it begins with.
pub(super) fn may_be_a_pgn(digits: &[u8]) -> bool {
    matches!(remainder(digits), Some(0 | OF_ONDERWIJSNUMMER))
}

/// Whether nine digits are told from any others as a number of a person: a BSN, or an onderwijsnummer as they are given out.
/// By its remainder alone, one in eleven of all others would be one too.
pub(super) fn is_plainly_a_pgn(digits: &[u8]) -> bool {
    match remainder(digits) {
        Some(0) => true,
        Some(OF_ONDERWIJSNUMMER) => digits.starts_with(BEGIN_OF_ONDERWIJSNUMMER),
        _ => false,
    }
}

/// What the 11-test leaves of nine digits that are not all zero; none of anything else.
fn remainder(digits: &[u8]) -> Option<i32> {
    let is_number = digits.len() == WEIGHTS.len()
        && digits.iter().all(u8::is_ascii_digit)
        && digits.iter().any(|digit| *digit != b'0');
    let weighed = digits
        .iter()
        .zip(WEIGHTS)
        .map(|(digit, weight)| i32::from(digit.saturating_sub(b'0')).saturating_mul(weight));
    is_number.then(|| weighed.sum::<i32>().rem_euclid(11))
}
