//! Why there is no trusted connection, as far as the handshake tells.

use std::{error::Error, io};

use jiff::Timestamp;
use rustls::{AlertDescription, CertificateError};

use crate::cli::{Failure, Language, causes::ELSEWHERE, language::Said, moment};

/// Why there is no trusted connection. Trying again changes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Distrust {
    /// The profile's certificate was revoked.
    Revoked,
    /// The profile's certificate has expired.
    Expired,
    /// The profile's certificate holds only from then on.
    NotYetValid(Timestamp),
    /// The authority of the profile's certificate is none that the gateway knows: only the name is the same.
    UnknownAuthority,
    /// The gateway cannot tell whether the profile's certificate may be believed: it does not know its authority, or has no
    /// list of that authority's revocations that still holds. TLS has one alert for both.
    Unproven,
    /// The gateway takes the profile's certificate for another reason not.
    Refused,
    /// The gateway's own certificate is not in order: what is wrong, and who must do what.
    OfGateway(Said, (&'static str, &'static str)),
    /// Anything else.
    Other(Said),
}

/// How the text of an alert begins where only a text is left of it: HTTP/2 keeps no more of an error.
const ALERT: &str = "received fatal alert: ";

const BROKEN_OFF: &str = "de andere kant brak de verbinding af";

/// What an error says about trust, if it is about that. A TLS error hides inside I/O errors; with TLS 1.3 it may come after
/// the client believes that the handshake is done.
#[must_use]
pub(super) fn distrust(error: &(dyn Error + 'static)) -> Option<Distrust> {
    if let Some(error) = error.downcast_ref::<rustls::Error>() {
        return Some(match error {
            rustls::Error::AlertReceived(alert) => {
                of_alert(&format!("{alert:?}")).unwrap_or_else(|| of_tls(error))
            }
            other => of_tls(other),
        });
    }
    if let Some(inner) = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref)
        && let Some(found) = distrust(inner)
    {
        return Some(found);
    }
    let text = error.to_string();
    let (_, alert) = text.split_once(ALERT)?;
    Some(of_alert(alert).unwrap_or_else(|| Distrust::Other(Said::new(BROKEN_OFF, text.as_str()))))
}

/// What is not in order at the other end.
fn of_tls(error: &rustls::Error) -> Distrust {
    let nl = match error {
        rustls::Error::InvalidCertificate(fault) => return of_gateway(fault, error),
        rustls::Error::InvalidMessage(_) => "aan de andere kant spreekt iets anders dan TLS",
        rustls::Error::PeerIncompatible(_) => "de andere kant kent geen TLS van deze tijd",
        rustls::Error::AlertReceived(_) => BROKEN_OFF,
        _ => ELSEWHERE,
    };
    Distrust::Other(Said::new(nl, error.to_string()))
}

/// What is wrong with the gateway's own certificate. The caller can mend an address or a `ca` of the profile, and nothing else.
fn of_gateway(fault: &CertificateError, error: &rustls::Error) -> Distrust {
    const RENEW: (&str, &str) = (
        "vertel het de beheerder van de gateway: hij moet een certificaat plaatsen dat geldt; kijk zelf alleen of de klok van deze machine goed loopt",
        "tell the gateway's operator, who must install a certificate that is valid; check only that this machine's clock is right",
    );
    const REPLACE: (&str, &str) = (
        "vertel het de beheerder van de gateway: hij moet een ander certificaat plaatsen; verstuur tot dan niets",
        "tell the gateway's operator, who must install another certificate; send nothing until then",
    );
    let (nl, now) = match fault {
        CertificateError::UnknownIssuer => (
            "de uitgever van het certificaat van de gateway is niet die van het profiel",
            (
                "kijk of `gateway` in het profiel het goede adres is, en `ca` het bestand dat de beheerder van de gateway u gaf; vraag het hem als dat zo is",
                "check that `gateway` in the profile is the right address and `ca` the file that the gateway's operator gave you; ask the operator if they are",
            ),
        ),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            ("het certificaat van de gateway is verlopen", RENEW)
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            ("het certificaat van de gateway geldt nog niet", RENEW)
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => (
            "het certificaat van de gateway is van een andere naam",
            (
                "klopt het adres bij `gateway` in het profiel, vertel het dan de beheerder van de gateway: hij moet een certificaat plaatsen dat op die naam staat",
                "if the address at `gateway` in the profile is right, tell the gateway's operator, who must install a certificate for that name",
            ),
        ),
        CertificateError::Revoked => ("het certificaat van de gateway is ingetrokken", REPLACE),
        _ => ("het certificaat van de gateway deugt niet", REPLACE),
    };
    Distrust::OfGateway(Said::new(nl, error.to_string()), now)
}

/// What an alert about the client's certificate says, by the name that rustls gives it.
fn of_alert(name: &str) -> Option<Distrust> {
    let known = [
        (AlertDescription::CertificateRevoked, Distrust::Revoked),
        (AlertDescription::CertificateExpired, Distrust::Expired),
        (AlertDescription::UnknownCA, Distrust::Unproven),
        // The authority that the gateway trusts has the name of the certificate's, but signed with another key.
        (AlertDescription::DecryptError, Distrust::UnknownAuthority),
        (AlertDescription::BadCertificate, Distrust::Refused),
        (AlertDescription::UnsupportedCertificate, Distrust::Refused),
        (AlertDescription::CertificateUnknown, Distrust::Refused),
        (AlertDescription::CertificateRequired, Distrust::Refused),
        (AlertDescription::AccessDenied, Distrust::Refused),
    ];
    let is_named = |alert: &AlertDescription| {
        let rest = name.strip_prefix(&format!("{alert:?}"));
        rest.is_some_and(|rest| !rest.starts_with(|letter: char| letter.is_alphanumeric()))
    };
    known.into_iter().find(|(alert, _)| is_named(alert)).map(|(_, distrust)| distrust)
}

impl From<Distrust> for Failure {
    fn from(distrust: Distrust) -> Self {
        const NEW: (&str, &str) = (
            "vraag uw uitgever om een nieuw certificaat en de beheerder van de gateway om het te registreren; zet het in het profiel",
            "get a new certificate from your authority, have the gateway's operator register it, and put it in the profile",
        );
        let (what, now) = match distrust {
            Distrust::Revoked => {
                (("uw certificaat is ingetrokken", "your certificate was revoked").into(), NEW)
            }
            Distrust::Expired => (("uw certificaat is verlopen", "your certificate has expired").into(), NEW),
            Distrust::NotYetValid(begin) => {
                let from = |language| moment::zoned(&moment::long(begin, language), language);
                (
                    Said::new(
                        format!("uw certificaat is nog niet geldig, pas vanaf {}", from(Language::Nl)),
                        format!("your certificate is not valid yet, only from {}", from(Language::En)),
                    ),
                    (
                        "zet tot dan het certificaat van nu in het profiel; geldt het volgens u al, kijk dan naar de klok van deze machine",
                        "keep the present certificate in the profile until then; if it should be valid now, check this machine's clock",
                    ),
                )
            }
            Distrust::Unproven => (
                (
                    "de gateway kent de uitgever van uw certificaat niet, of heeft geen geldige lijst van wat die introk",
                    "the gateway does not know your certificate's authority, or has no valid list of what that revoked",
                )
                    .into(),
                (
                    "werkte dit certificaat hier eerder wel, vraag dan de beheerder van de gateway of de lijst van uw uitgever is verlopen; \
                     zo niet, kijk dan of `certificate` in het profiel de hele keten heeft en voor deze gateway is uitgegeven",
                    "if this certificate worked here before, ask the gateway's operator whether your authority's list has lapsed; if it did \
                     not, check that `certificate` in the profile has its whole chain and was issued for this gateway",
                ),
            ),
            Distrust::UnknownAuthority => (
                (
                    "de gateway kent de uitgever van uw certificaat niet",
                    "the gateway does not know your certificate's authority",
                )
                    .into(),
                (
                    "kijk of `certificate` in het profiel het certificaat met de hele keten is, en voor deze gateway is uitgegeven",
                    "check that `certificate` in the profile has its whole chain and was issued for this gateway",
                ),
            ),
            Distrust::Refused => (
                ("de gateway neemt uw certificaat niet aan", "the gateway does not take your certificate")
                    .into(),
                (
                    "kijk naar `certificate` en `key` in het profiel; is het geregistreerd en nog geldig?",
                    "check `certificate` and `key` in the profile; is it registered and still valid?",
                ),
            ),
            Distrust::OfGateway(what, now) => (untrusted(&what), now),
            Distrust::Other(what) => (
                untrusted(&what),
                (
                    "kijk naar `ca`, `certificate` en `gateway` in het profiel; is het certificaat geregistreerd en nog geldig?",
                    "check `ca`, `certificate` and `gateway` in the profile; is the certificate registered and still valid?",
                ),
            ),
        };
        Self::configuration(what).now(now)
    }
}

fn untrusted(what: &Said) -> Said {
    Said::new(
        format!("geen verbinding die te vertrouwen is: {}", what.text(Language::Nl)),
        format!("no trusted connection: {}", what.text(Language::En)),
    )
}
