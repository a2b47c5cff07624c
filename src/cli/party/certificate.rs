//! The certificate of a party, judged as the listener would.

use std::path::Path;

use crate::{
    cli::{
        Context, Failure, Language, causes,
        compose::{self, trust},
        files,
        language::both,
        moment, operated,
    },
    config::Config,
    domain::{party::PartyId, pem::holds_private_key},
    exchange::operate::OperateError,
    identity::{
        CertificateChain, CertificateFault,
        tls::{self, NotLetIn},
    },
};

/// A party's certificate; refused where the listener would never accept it, with a warning where it does not today.
pub(super) async fn read(
    file: &Path,
    party: PartyId,
    config: &Config,
    at: &mut Context,
) -> Result<CertificateChain, Failure> {
    if config.strict {
        refuse_open_key(file)?;
    }
    let chain = chain(file, at)?;
    let certificate = chain.leaf();
    if certificate.oin() != party.oin {
        return Err(operated::failure(OperateError::OtherOrganisation));
    }
    let anchors = trust::anchors(config)?;
    let store = compose::store::open(config).await?;
    let before = trust::kept(&store, &anchors).await;
    store.close().await;
    let lists = trust::lists(config, &anchors, &before.map_err(operated::store)?, at.clock.as_ref());
    match tls::let_in(chain.ders(), &anchors, &lists.revocations, at.clock.now()) {
        Ok(_) => {}
        Err(NotLetIn::Early) => {
            let from = |language| moment::zoned(&moment::long(certificate.not_before(), language), language);
            at.out.warn((
                format!(
                    "het certificaat is nog niet geldig, pas vanaf {}: tot dan komt de partij er niet in",
                    from(Language::Nl)
                ),
                format!(
                    "the certificate is not valid before {}: until then it is not let in",
                    from(Language::En)
                ),
            ));
        }
        Err(fault) if fault.may_pass() => {
            let (nl, en) = reason(fault);
            at.out.warn((
                format!(
                    "{nl}; tot de gateway een lijst heeft, komt de partij er niet in. Noem de lijst van elke CA die een certificaat van de keten \
                     uitgaf in `[tls.revocation]`, en het certificaat van die CA zelf in `[[tls.trust]]`, ook onder een root die daar al staat"
                ),
                format!(
                    "{en}; it is not let in before the gateway has one. Name the list of each authority that issued a certificate of the \
                     chain in `[tls.revocation]`, and that authority's own certificate in `[[tls.trust]]`, also below a root that stands there"
                ),
            ));
        }
        Err(fault) => {
            let (nl, en) = reason(fault);
            return Err(Failure::refused((
                format!("de gateway zou dit certificaat nooit toelaten: {nl}"),
                format!("the gateway would never let this certificate in: {en}"),
            ))
            .now(advice(fault)));
        }
    }
    Ok(chain)
}

/// Why it is not let in.
fn reason(fault: NotLetIn) -> (String, String) {
    let nl = match fault {
        NotLetIn::Form(fault) => causes::of_certificate(fault),
        NotLetIn::Early => "het certificaat is nog niet geldig",
        NotLetIn::Expired => "het certificaat is verlopen",
        NotLetIn::Usage => {
            "een client mag het certificaat niet gebruiken: in extended key usage ontbreekt clientAuth"
        }
        NotLetIn::KeyUsage => {
            "met de sleutel van het certificaat mag niet worden getekend: in key usage ontbreekt digitalSignature"
        }
        NotLetIn::Extension => {
            "in het certificaat, of in een van de keten, staat een kritieke uitbreiding die deze gateway niet kent"
        }
        NotLetIn::Prefix => "geen CA van deze gateway staat in voor OIN's die zo beginnen",
        NotLetIn::Authority => "het certificaat komt niet van een CA die deze gateway voor dit OIN vertrouwt",
        NotLetIn::Revoked => "het certificaat, of dat van een CA erboven, is ingetrokken",
        NotLetIn::RevocationUnknown => {
            "of het certificaat is ingetrokken, is niet te zeggen: de lijst van de CA ontbreekt of is verlopen"
        }
        NotLetIn::Signature => {
            "de handtekening op het certificaat, of op dat van een CA erboven, is vals of op een te zwakke manier gezet, zoals met SHA-1 of RSA van 1024 bits"
        }
        NotLetIn::Chain => "het certificaat of de keten is niet in orde",
    };
    (nl.to_owned(), fault.to_string())
}

const fn advice(fault: NotLetIn) -> (&'static str, &'static str) {
    match fault {
        NotLetIn::Form(fault) => advice_on_form(fault),
        NotLetIn::KeyUsage => (
            "vraag de CA om een certificaat met digitalSignature in key usage",
            "ask the authority for a certificate with digitalSignature in its key usage",
        ),
        NotLetIn::Extension => (
            "vraag de CA om een certificaat en een keten zonder die uitbreiding, of waarin zij niet kritiek is",
            "ask the authority for a certificate and a chain without that extension, or in which it is not critical",
        ),
        NotLetIn::Expired | NotLetIn::Revoked => {
            ("geef het certificaat dat erop volgt", "give the one that follows it")
        }
        NotLetIn::Usage => (
            "vraag de CA om een certificaat met clientAuth, zoals een van de private root van PKIoverheid",
            "ask the authority for a certificate with clientAuth, such as one of PKIoverheid's private root",
        ),
        NotLetIn::Prefix => (
            "noem het begin van deze OIN's in `oin_prefixes` van het anker in `[[tls.trust]]` dat ervoor instaat",
            "name these OINs' prefix in `oin_prefixes` of the anchor of `[[tls.trust]]` that vouches for them",
        ),
        NotLetIn::Authority => (
            "geef de hele keten, het eigen certificaat eerst; of zet de CA in `[[tls.trust]]`",
            "give the whole chain, its own certificate first; or list its authority in `[[tls.trust]]`",
        ),
        NotLetIn::Early | NotLetIn::RevocationUnknown | NotLetIn::Signature | NotLetIn::Chain => {
            ("vraag de CA om een ander certificaat", "ask its authority for another")
        }
    }
}

const fn advice_on_form(fault: CertificateFault) -> (&'static str, &'static str) {
    match fault {
        CertificateFault::NotACertificate => (
            "geef het certificaat in PEM, het eigen eerst; van een in DER maakt u er zo een: `openssl x509 -inform der -in <bestand>`",
            "give the certificate in PEM, its own first; of one in DER make it by `openssl x509 -inform der -in <file>`",
        ),
        CertificateFault::TooMany => (
            "laat weg wat niet tussen het eigen certificaat en de root staat",
            "leave out what does not stand between its own certificate and the root",
        ),
        CertificateFault::Authority => (
            "zet het eigen certificaat van de organisatie voorop, en dat van de CA erachter",
            "put the organisation's own certificate first, and that of its authority behind it",
        ),
        CertificateFault::Oin => (
            "vraag de CA om een certificaat met het OIN van de organisatie als enige serialNumber, zoals een van de private root van PKIoverheid",
            "ask the authority for a certificate with the organisation's OIN as the only serialNumber, such as one of PKIoverheid's private root",
        ),
        CertificateFault::Organisation => (
            "vraag de CA om een certificaat waarin de naam van de organisatie (O) een keer staat",
            "ask the authority for a certificate in which the organisation's name (O) stands once",
        ),
        CertificateFault::Key => (
            "vraag de partij om een certificaat op een nieuwe sleutel: P-256, P-384, of RSA van ten minste 3072 bits",
            "ask the party for a certificate on a new key: P-256, P-384, or RSA of at least 3072 bits",
        ),
        CertificateFault::Validity => {
            ("vraag de CA om een ander certificaat", "ask its authority for another")
        }
    }
}

/// # Errors
/// When a private key stands in the file and others may read it.
fn refuse_open_key(file: &Path) -> Result<(), Failure> {
    if holds_private_key(&files::required(file)?) && files::check_private(file).is_err() {
        return Err(Failure::configuration(both!(
            "in `{}` staat een privésleutel, en anderen mogen dat lezen",
            "`{}` holds a private key, and others may read it",
            file.display()
        ))
        .now(both!(
            "haal haar eruit, of chmod 600 {file}; zolang `strict` aan staat, wordt het niet gelezen",
            "take it out, or chmod 600 {file}; it is not read while `strict` is on",
            file = file.display()
        )));
    }
    Ok(())
}

/// The certificate of a file, and with it the whole chain.
pub(super) fn chain(file: &Path, at: &mut Context) -> Result<CertificateChain, Failure> {
    let bytes = files::required(file)?;
    if holds_private_key(&bytes) {
        at.out.warn(both!(
            "in `{}` staat een privésleutel, die alleen de partij zelf mag hebben: vraag haar om het certificaat zonder, en om een nieuw \
             certificaat als de sleutel bij een ander kwam",
            "`{}` holds a private key, which only the party itself may have: ask it for the certificate alone, and for a new \
             certificate if the key reached anybody else",
            file.display()
        ));
    }
    CertificateChain::from_pem(&bytes).map_err(|fault| {
        Failure::usage(both!(
            "`{}` is geen certificaat van een partij",
            "`{}` is no certificate of a party",
            file.display()
        ))
        .because(fault)
        .now(advice_on_form(fault))
    })
}
