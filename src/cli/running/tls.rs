//! How the data interface proves itself, and whom it lets in.

use std::sync::Arc;

use reqwest::Url;
use rustls::{InconsistentKeys, ServerConfig};

use super::readiness::Watch;
use crate::{
    cli::{
        Failure, Language,
        files::required,
        language::{Said, both},
    },
    config::Config,
    domain::clock::Clock,
    exchange::Exchange,
    identity::{
        tls::{self, OwnCertificate, OwnFault, TlsError},
        validity::Span,
    },
};

/// The same at the start, where it is said that its key is phased out.
///
/// # Errors
/// As [`own_certificate`].
pub(super) fn own_certificate_at_start(config: &Config) -> Result<OwnCertificate, Failure> {
    let own = own_certificate(config)?;
    if own.is_phased_out() {
        tracing::warn!(
            error_code = "own-certificate-phased-out",
            "the gateway's own certificate rests on an RSA key below 3072 bits, which the NCSC phases out; ask for one with P-256"
        );
    }
    if !own.is_in_order() {
        tracing::warn!(
            error_code = "certificate-order",
            file = %config.tls.certificate.display(),
            "the certificates are not each issued by the one that follows: callers may refuse them; its own first, then that of its authority, and so on"
        );
    }
    if let Some((refused, _)) = refused_by_callers(config, &own) {
        tracing::warn!(
            error_code = "own-certificate-unusable",
            cause = refused.text(Language::En),
            "callers refuse the gateway's own certificate"
        );
    }
    Ok(own)
}

/// The gateway's own certificate with its key.
///
/// # Errors
/// When it cannot be read; and in strict mode when no caller would take it, or it rests on a key that the NCSC phases out.
pub(super) fn own_certificate(config: &Config) -> Result<OwnCertificate, Failure> {
    let own = OwnCertificate::from_pem(&required(&config.tls.certificate)?, &required(&config.tls.key)?)
        .map_err(|error| {
            Failure::configuration((
                "het eigen certificaat van de gateway is niet te gebruiken",
                "the gateway's own certificate cannot be used",
            ))
            .because(error)
        })?;
    if config.strict && own.is_phased_out() {
        return Err(Failure::configuration(
            ("het eigen certificaat van de gateway heeft een RSA-sleutel van minder dan 3072 bits, en die raadt het NCSC af", "the gateway's own certificate rests on an RSA key below 3072 bits, which the NCSC phases out"),
        )
        .now(("vraag uw CA om een met P-256, of met RSA van ten minste 3072 bits", "ask your authority for one with P-256, or with RSA of at least 3072 bits")));
    }
    match refused_by_callers(config, &own) {
        Some((refused, advice)) if config.strict => Err(Failure::configuration(refused).now(advice)),
        _ => Ok(own),
    }
}

/// The same when it is read again: one that callers would refuse does not take the place of one that they take.
///
/// # Errors
/// As [`own_certificate`]; and when callers would refuse it, today or always, and not the one in use.
pub(super) fn own_certificate_again(
    config: &Config,
    in_use: &OwnCertificate,
    clock: &dyn Clock,
) -> Result<OwnCertificate, Failure> {
    let own = own_certificate(config)?;
    let out_of_time = |own: &OwnCertificate| match Span::of(own.leaf()) {
        Some(span) if span.is_over(clock.now()) => Some((
            both!(
                "het eigen certificaat van de gateway gold tot {end}",
                "the gateway's own certificate ended at {end}",
                end = span.end
            ),
            RENEWED,
        )),
        Some(span) if span.is_ahead(clock.now()) => Some((
            both!(
                "het eigen certificaat van de gateway geldt pas vanaf {begin}",
                "the gateway's own certificate is not valid before {begin}",
                begin = span.begin
            ),
            LATER,
        )),
        _ => None,
    };
    let wrong = |own| refused_by_callers(config, own).or_else(|| out_of_time(own));
    match wrong(&own) {
        Some((why, advice)) if wrong(in_use).is_none() => Err(Failure::configuration(why).now(advice)),
        _ => Ok(own),
    }
}

type Advice = (&'static str, &'static str);

const ANOTHER: Advice = (
    "vraag uw CA om een certificaat voor servers (serverAuth, digitalSignature) met de machine van `listen.public_url` in subjectAltName, of zet `listen.public_url` goed",
    "ask your authority for a certificate for servers (serverAuth, digitalSignature) with the host of `listen.public_url` in its subjectAltName, or mend `listen.public_url`",
);
const IN_ORDER: Advice = (
    "de certificaten in het bestand van `tls.certificate` (zoals server.pem) staan niet in de goede volgorde: het eigen voorop, dan dat van de CA die het uitgaf",
    "the certificates in the file of `tls.certificate` (such as server.pem) are not in the right order: its own first, then that of the authority that issued it",
);
const RENEWED: Advice = (
    "het certificaat dat in gebruik is, blijft; zet er een neer dat nu geldt",
    "the one in use stays; put one there that is valid now",
);
const LATER: Advice = (
    "het certificaat dat in gebruik is, blijft tot dan, als dat lang genoeg geldt; kijk anders of de klok goed staat",
    "the one in use stays until then, if it lasts that long; else look whether the clock is right",
);

/// Why callers refuse it whatever the day is.
fn refused_by_callers(config: &Config, own: &OwnCertificate) -> Option<(Said, Advice)> {
    let url = Url::parse(&config.listen.public_url).ok();
    let host = url.as_ref().and_then(Url::host_str).unwrap_or_default();
    // An IPv6 address stands between brackets in an address only.
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let faults = own.faults_as(host);
    if faults.is_empty() {
        return None;
    }
    let refused = (
        "wie belt, weigert het eigen certificaat van de gateway",
        "callers refuse the gateway's own certificate",
    );
    let refused = Said::from(refused).listing(faults.iter().map(|fault| match fault {
        OwnFault::Authority => Said::from(("het is dat van een CA", "it is that of an authority")),
        OwnFault::Usage => Said::from((
            "een server mag het niet gebruiken: in extended key usage ontbreekt serverAuth",
            "a server may not use it: its extended key usage leaves out serverAuth",
        )),
        OwnFault::KeyUsage => Said::from((
            "de sleutel mag niet tekenen: in key usage ontbreekt digitalSignature",
            "its key may not sign: its key usage leaves out digitalSignature",
        )),
        OwnFault::NoNames => Said::from((
            "het heeft geen subjectAltName, en naar de common name kijkt niemand meer",
            "it has no subjectAltName, and nobody looks at the common name any more",
        )),
        OwnFault::OtherNames => both!(
            "in subjectAltName staat `{host}` niet, de machine van `listen.public_url`",
            "its subjectAltName does not cover `{host}`, the host of `listen.public_url`"
        ),
    }));
    Some((refused, if own.is_in_order() { ANOTHER } else { IN_ORDER }))
}

pub(super) fn server_config(
    config: &Config,
    own: &OwnCertificate,
    exchange: &Exchange,
    clock: &Arc<dyn Clock>,
    watch: &Watch,
) -> Result<Arc<ServerConfig>, Failure> {
    let trust = exchange.trust();
    let made =
        tls::server_config(own, &trust.anchors, &trust.revocations, Arc::clone(clock)).map_err(|error| {
            let failure = match error {
                TlsError::Refused(rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch)) => {
                    let (key, certificate) = (config.tls.key.display(), config.tls.certificate.display());
                    Failure::configuration(both!(
                        "de sleutel in `{key}` hoort niet bij het certificaat in `{certificate}`",
                        "the key in `{key}` is not that of the certificate in `{certificate}`"
                    ))
                    .now(("zet de twee neer die bij elkaar horen", "put the two there that belong together"))
                }
                _ => Failure::configuration(("TLS is niet in te stellen", "TLS cannot be set up"))
                    .because(error),
            };
            if own.is_in_order() {
                return failure;
            }
            failure.now(IN_ORDER)
        })?;
    watch.serves_with(own);
    Ok(made)
}
