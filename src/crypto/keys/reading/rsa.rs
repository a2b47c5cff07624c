//! The numbers of an RSA key.

use super::{Origin, Reader};
use crate::{
    crypto::keys::{
        PublicNumbers,
        modulus::{Weakness, weakness},
    },
    domain::problem::{Bilingual, Fault},
};

/// NCSC 2025: RSA below 3072 bits is being phased out.
const SHORTEST_BITS: usize = 3072;
/// A larger modulus makes every push to its owner slow, and protects nothing more.
const LONGEST_BITS: usize = 8192;

impl Reader<'_> {
    pub(super) fn rsa(&mut self) -> Option<PublicNumbers> {
        let n = self.bytes("n");
        let e = self.bytes("e");
        if let Some(n) = &n {
            self.modulus(n);
        }
        if let Some(e) = &e {
            if e.first() == Some(&0) {
                self.not_canonical("/e");
            } else if !is_sound_exponent(e) {
                self.fault(
                    "/e",
                    "key-exponent",
                    "De exponent is oneven, minstens 65537 en hoogstens vier bytes lang.",
                    "The exponent is odd, at least 65537 and at most four bytes long.",
                );
            }
        }
        Some(PublicNumbers::Rsa { n: n?, e: e? })
    }

    fn modulus(&mut self, n: &[u8]) {
        let leading = n.first().map_or(0, |byte| byte.leading_zeros());
        let bits = n.len().saturating_mul(8).saturating_sub(usize::try_from(leading).unwrap_or(8));
        if leading == 8 {
            self.not_canonical("/n");
        } else if bits < SHORTEST_BITS {
            self.fault(
                "/n",
                "key-too-short",
                "De RSA-sleutel is te kort: minstens 3072 bits.",
                "The RSA key is too short: at least 3072 bits.",
            );
        } else if bits > LONGEST_BITS {
            self.fault(
                "/n",
                "key-too-long",
                "De RSA-sleutel is te lang: hoogstens 8192 bits.",
                "The RSA key is too long: at most 8192 bits.",
            );
        } else if n.last().is_none_or(|byte| byte & 1 == 0) {
            self.fault(
                "/n",
                "key-modulus",
                "De modulus is even: dit is geen RSA-sleutel.",
                "The modulus is even: this is no RSA key.",
            );
        } else if self.origin == Origin::Outside
            && let Some(weakness) = weakness(n)
        {
            self.faults.push(told(weakness));
        }
    }
}

fn told(weakness: Weakness) -> Fault {
    let (code, nl, en) = match weakness {
        Weakness::Regular => (
            "key-modulus-regular",
            "De modulus is een te regelmatig getal: hij bestaat bijna helemaal uit enen of nullen.",
            "The modulus is too regular a number: it is nearly all ones or all zeros.",
        ),
        Weakness::SmallFactor => (
            "key-modulus-small-factor",
            "De modulus is deelbaar door een getal onder 262.144: iedereen kan de geheime sleutel uitrekenen.",
            "The modulus is divisible by a number below 262,144: anybody can compute the private key.",
        ),
        Weakness::CloseFactors => (
            "key-modulus-close-factors",
            "De modulus is een kwadraat, of zijn twee factoren liggen te dicht bij elkaar: iedereen kan de geheime sleutel uitrekenen.",
            "The modulus is a square, or its two factors are too close to each other: anybody can compute the private key.",
        ),
        Weakness::Power => (
            "key-modulus-power",
            "De modulus is een macht van een ander getal: iedereen kan de geheime sleutel uitrekenen.",
            "The modulus is a power of another number: anybody can compute the private key.",
        ),
        Weakness::Roca => (
            "key-modulus-roca",
            "De modulus is gemaakt door een chip met een bekende fout (ROCA, CVE-2017-15361): de geheime sleutel is uit te rekenen.",
            "The modulus was made by a chip with a known defect (ROCA, CVE-2017-15361): the private key can be computed.",
        ),
    };
    let now = Bilingual::new(
        "Maak een nieuw sleutelpaar, bijvoorbeeld met `sluis client keys generate` of OpenSSL, en gebruik dit niet meer.",
        "Make a new key pair, for instance with `sluis client keys generate` or OpenSSL, and stop using this one.",
    );
    Fault { now: Some(now), ..Fault::at("/n", code, nl, en) }
}

fn is_sound_exponent(e: &[u8]) -> bool {
    let value = e.iter().fold(0_u64, |value, byte| (value << 8) | u64::from(*byte));
    e.len() <= 4 && value >= 65_537 && value & 1 == 1
}
