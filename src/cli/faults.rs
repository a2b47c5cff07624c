//! What is wrong with keys, anchors and lists, in the operator's language.

use std::path::Path;

use super::language::{Said, both};
use crate::{
    crypto::gateway_keys::KeyFileFault,
    domain::problem::Bilingual,
    identity::{
        anchors::AnchorFault,
        revocations::{ListFault, Named},
    },
    policy::finding::Finding,
};

impl From<&KeyFileFault> for Said {
    fn from(fault: &KeyFileFault) -> Self {
        if let Some(folder) = fault.full_folder() {
            return full(folder);
        }
        let nl = match fault {
            KeyFileFault::Missing(name) => format!("er is geen `{name}`"),
            KeyFileFault::Io { path, .. } => format!("kan `{}` niet lezen of schrijven", path.display()),
            KeyFileFault::Open(path) => {
                format!("anderen mogen bij `{}`: chmod 600 voor een sleutel, 700 voor de map", path.display())
            }
            KeyFileFault::Name(path) => format!(
                "`{}` heet bijna als een sleutel: noem het <soort>.v<nummer>.<key of pem>, of vernietig het",
                path.display()
            ),
            KeyFileFault::Malformed { path, .. } => {
                format!("`{}` heeft niet de inhoud van zo'n sleutel", path.display())
            }
            KeyFileFault::Example(path) => format!(
                "in `{}` staat de wegwerpsleutel van keys.example: maak de sleutels met `sluis init`",
                path.display()
            ),
            KeyFileFault::Twice(one, other) => format!(
                "`{}` en `{}` hebben hetzelfde geheim: elke sleutel is voor een gebruik gemaakt",
                one.display(),
                other.display()
            ),
            KeyFileFault::Origins => {
                "de sleutels van het logboek hebben meer dan een `origin`: een poort houdt een logboek bij"
                    .to_owned()
            }
            KeyFileFault::Origin => {
                "`origin` van het logboek mag niet leeg zijn en heeft geen spaties en geen plus".to_owned()
            }
            KeyFileFault::Exists(path) => {
                format!("`{}` bestaat al: over een sleutel wordt nooit heen geschreven", path.display())
            }
            KeyFileFault::Busy(path) => {
                format!("een ander programma maakt nu een versie van een sleutel in `{}`", path.display())
            }
            KeyFileFault::NotMade | KeyFileFault::NoEntropy(_) => "kan geen sleutel maken".to_owned(),
        };
        Self::new(nl, fault.to_string())
    }
}

impl From<&AnchorFault> for Said {
    fn from(fault: &AnchorFault) -> Self {
        let nl = match fault {
            AnchorFault::None => {
                "er is geen certificaat van een vertrouwde CA, dus niemand komt erin".to_owned()
            }
            AnchorFault::Unreadable(name) => {
                format!("in `{name}` staat geen certificaat in PEM, of een dat niet te lezen is")
            }
            AnchorFault::PrivateKey(name) => format!(
                "in `{name}` staat een privésleutel, en die hoort in een eigen bestand: haal haar eruit"
            ),
            AnchorFault::NotAnAuthority(name) => format!(
                "in `{name}` staat een certificaat dat niet van een CA is, of met een sleutel zwakker dan RSA 3072 of P-256"
            ),
            AnchorFault::Prefixes(name) => format!(
                "noem bij `{name}` met welke acht cijfers de OIN's beginnen waar de CA voor instaat, zoals 00000001"
            ),
        };
        Self::new(nl, fault.to_string())
    }
}

impl From<&ListFault> for Said {
    fn from(fault: &ListFault) -> Self {
        let nl = match fault {
            ListFault::None => {
                "er is geen lijst van ingetrokken certificaten, dus geen certificaat is te beoordelen"
                    .to_owned()
            }
            ListFault::Missing(name) => format!("de lijst `{name}` is er niet, of u mag hem niet lezen"),
            ListFault::Unreadable(name) => {
                format!(
                    "de lijst `{name}` is niet te lezen, of is een delta-, indirecte of gedeeltelijke lijst"
                )
            }
            ListFault::PrivateKey(name) => format!(
                "in de lijst `{name}` staat een privésleutel, en die hoort in een eigen bestand: haal haar eruit"
            ),
            ListFault::Signature(Named { source, authority }) => {
                format!(
                    "de lijst `{source}` van `{authority}` is niet getekend door een vertrouwde CA: zet het certificaat van deze CA in `[[tls.trust]]`, ook als zij onder een root valt die daar staat"
                )
            }
            ListFault::Expired(Named { source, authority }) => {
                format!(
                    "de lijst `{source}` van `{authority}` is verlopen of zegt niet tot wanneer hij geldt: haal de nieuwste op"
                )
            }
            ListFault::Early(Named { source, authority }) => {
                format!(
                    "de lijst `{source}` van `{authority}` komt uit de toekomst: kijk naar de klok van deze machine, en haal de nieuwste op"
                )
            }
            ListFault::Older(Named { source, authority }) => {
                format!(
                    "de lijst `{source}` van `{authority}` is ouder dan die in gebruik is, en die blijft: haal de nieuwste op"
                )
            }
        };
        Self::new(nl, fault.to_string())
    }
}

/// A disk that has no room left.
pub(super) fn full(folder: &Path) -> Said {
    // A file that is named without a folder stands in this one.
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    both!("de schijf van `{}` is vol", "the disk of `{}` is full", folder.display())
}

/// What is wrong, with the faults below it.
pub(super) fn listed<'f, T: 'f>(what: (&str, &str), faults: &'f [T]) -> Said
where
    Said: From<&'f T>,
{
    let (nl, en) = what;
    Said::new(nl, en).listing(faults)
}

/// Likewise, for what is wrong in a configuration.
pub(super) fn found_in((nl, en): (&str, &str), faults: Vec<Bilingual>) -> Said {
    Said::new(nl, en).listing(faults)
}

/// Likewise, for findings in policies and their cases.
pub(super) fn found_in_files((nl, en): (&str, &str), findings: &[Finding]) -> Said {
    Said::new(nl, en).listing(findings.iter().map(Finding::told))
}
