//! The organisation identification number (OIN, organisatie-identificatienummer) and the school's BRIN.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// An OIN: 20 positions, of which the first eight are the prefix that names the register.
///
/// Source: Logius, OIN-stelsel. The suffix need not be zeros: older numbers carry a branch there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Oin([u8; 20]);

/// The text is not an OIN: 20 digits or upper-case letters with a known prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not an OIN: 20 positions, starting with a prefix of the OIN register (00000001 to 00000010, or 00000099)"
)]
pub struct InvalidOin;

const PREFIXES: [&str; 11] = [
    "00000001", "00000002", "00000003", "00000004", "00000005", "00000006", "00000007", "00000008",
    "00000009", "00000010", "00000099",
];

impl Oin {
    /// The twenty characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // INVARIANT: only ASCII enters `parse`, so this never falls back.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The eight characters that name the register the number comes from.
    #[must_use]
    pub fn prefix(&self) -> &str {
        self.as_str().get(..8).unwrap_or_default()
    }

    /// The OIN of a school: prefix 00000007, three zeros, the BRIN and five zeros (Kennisnet).
    #[must_use]
    pub fn of_school(brin: &Brin) -> Self {
        let mut number = *b"00000007000XXXX00000";
        for (slot, byte) in number.iter_mut().skip(11).zip(brin.as_str().bytes()) {
            *slot = byte;
        }
        Self(number)
    }
}

impl FromStr for Oin {
    type Err = InvalidOin;

    fn from_str(text: &str) -> Result<Self, InvalidOin> {
        let number: [u8; 20] = text.as_bytes().try_into().map_err(|_| InvalidOin)?;
        let well_formed = number.iter().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
        let known = PREFIXES.iter().any(|prefix| text.starts_with(prefix));
        if well_formed && known { Ok(Self(number)) } else { Err(InvalidOin) }
    }
}

impl TryFrom<String> for Oin {
    type Error = InvalidOin;

    fn try_from(text: String) -> Result<Self, InvalidOin> {
        text.parse()
    }
}

impl From<Oin> for String {
    fn from(oin: Oin) -> Self {
        oin.as_str().to_owned()
    }
}

impl fmt::Display for Oin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Oin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Oin({})", self.as_str())
    }
}

/// A BRIN: the number of a Dutch school, two digits and two capitals, such as `25BE`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Brin(String);

/// The text is not a BRIN: two digits and two capitals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a BRIN: two digits and two capitals, such as 25BE")]
pub struct InvalidBrin;

impl Brin {
    /// The four characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Brin {
    type Err = InvalidBrin;

    fn from_str(text: &str) -> Result<Self, InvalidBrin> {
        match text.as_bytes() {
            [a, b, c, d]
                if a.is_ascii_digit()
                    && b.is_ascii_digit()
                    && c.is_ascii_uppercase()
                    && d.is_ascii_uppercase() =>
            {
                Ok(Self(text.to_owned()))
            }
            _ => Err(InvalidBrin),
        }
    }
}

impl TryFrom<String> for Brin {
    type Error = InvalidBrin;

    fn try_from(text: String) -> Result<Self, InvalidBrin> {
        text.parse()
    }
}

impl From<Brin> for String {
    fn from(brin: Brin) -> Self {
        brin.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_oin_has_twenty_positions_and_a_known_prefix() {
        assert!("00000001002220647000".parse::<Oin>().is_ok());
        assert!("0000000700025BE00000".parse::<Oin>().is_ok());
        assert!("00000003272448340204".parse::<Oin>().is_ok(), "a branch number in the suffix");
        for wrong in [
            "",
            "00000011002220647000",
            "0000000100222064700",
            "0000000100222064700é",
            "0000000700025be00000",
        ] {
            assert_eq!(wrong.parse::<Oin>(), Err(InvalidOin), "{wrong}");
        }
    }

    #[test]
    fn a_school_has_its_brin_in_its_oin() {
        let brin: Brin = "25BE".parse().unwrap();
        assert_eq!(Oin::of_school(&brin).as_str(), "0000000700025BE00000");
    }
}
