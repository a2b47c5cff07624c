//! A party's next certificate, registered with the present one.

use jiff::Timestamp;

use super::{
    Exchange, caller::Caller, entry::Account, keys::KeyError, meter::weights, operate::registered,
    trouble::Trouble,
};
use crate::{
    accesslog::entry::{Event, Outcome, Part},
    domain::{
        pem::holds_private_key,
        problem::{Bilingual, Fault},
    },
    identity::{
        CertificateChain, CertificateFault, certificate_proof,
        key_proof::ProofFault,
        tls::{self, NotLetIn},
    },
    policy::routes::RouteAction,
    store::read::CertificateRow,
};

impl Exchange {
    /// Registers the caller's next certificate, with the present one, for the same organisation in the same role. It must
    /// be from an authority that vouches for the OIN, valid today, and come with a statement by its own key. The chain is in
    /// PEM, with the certificate first.
    ///
    /// # Errors
    /// [`KeyError`].
    pub async fn register_certificate(
        &self,
        caller: &Caller,
        pem: &str,
        proof: &str,
    ) -> Result<CertificateRow, KeyError> {
        let now = self.clock.now();
        self.key_route(caller, RouteAction::RegisterCertificate).await?;
        let (chain, mut faults) = read(pem);
        let Some(chain) = chain else { return Err(KeyError::Invalid(faults)) };
        let certificate = chain.leaf();
        faults.extend(self.wrong_with_certificate(caller, &chain, now));
        faults
            .extend(certificate_proof::check(certificate, proof, &caller.peer, now).err().map(not_possessed));
        if !faults.is_empty() {
            return Err(KeyError::Invalid(faults));
        }
        let mut account = Account::of(Event::CertificateRegistered, Outcome::Recorded);
        account.shared.subject = Some(caller.party());
        account.sender = Some(caller.party());
        account.for_sender = Part { certificate: Some(certificate.registration()), ..Part::default() };
        let effect = registered(caller.party(), &chain);
        self.meter.count(caller.party(), weights::KEY);
        self.perform_plain(caller, effect, vec![account]).await.map_err(KeyError::of)?;
        let register = self.store.register().await.map_err(Trouble::from)?;
        let row = register.certificate(&certificate.registration()).cloned();
        Ok(row.ok_or(Trouble::Inconsistent("a registered certificate is gone"))?)
    }

    fn wrong_with_certificate(
        &self,
        caller: &Caller,
        chain: &CertificateChain,
        now: Timestamp,
    ) -> Vec<Fault> {
        let mut faults = Vec::new();
        if chain.leaf().oin() != caller.party().oin {
            faults.push(other_organisation());
        }
        let trust = self.trust.load();
        faults
            .extend(tls::let_in(chain.ders(), &trust.anchors, &trust.revocations, now).err().map(not_let_in));
        faults
    }
}

/// The chain of a body, and what is wrong with its text.
fn read(pem: &str) -> (Option<CertificateChain>, Vec<Fault>) {
    let secret = holds_private_key(pem.as_bytes()).then(|| Fault {
        now: Some(Bilingual::new(
            "Maak een nieuwe, en vraag daarop een certificaat aan: deze is niet meer geheim.",
            "Make a new one, and ask for a certificate on that: this one is no longer secret.",
        )),
        ..at_certificate(
            "key-is-private",
            "Bij dit certificaat staat de geheime sleutel.",
            "This certificate comes with its private key.",
        )
    });
    match CertificateChain::from_pem(pem.as_bytes()) {
        Ok(chain) => (Some(chain), secret.into_iter().collect()),
        // What a key under a wrong label makes of a chain is no other fault.
        Err(fault) => (None, vec![secret.unwrap_or_else(|| of_form(fault))]),
    }
}

/// All that is wrong with the text of a chain, whatever else is wrong with the body.
#[must_use]
pub fn wrong_with_chain(pem: &str) -> Vec<Fault> {
    read(pem).1
}

fn at_certificate(code: &'static str, nl: &'static str, en: &'static str) -> Fault {
    Fault::at("/certificate", code, nl, en)
}

fn of_form(fault: CertificateFault) -> Fault {
    match fault {
        CertificateFault::NotACertificate | CertificateFault::TooMany => at_certificate(
            "not-a-chain",
            "Dit is geen keten van 1 tot en met 6 certificaten in PEM, het eigen certificaat eerst.",
            "This is no chain of 1 to 6 certificates in PEM, the own certificate first.",
        ),
        CertificateFault::Authority => at_certificate(
            "certificate-of-authority",
            "Het eerste certificaat is van een uitgever. Zet uw eigen certificaat voorop, en dat van de uitgever erachter.",
            "The first certificate is that of an authority. Put your own certificate first, and the authority's behind it.",
        ),
        CertificateFault::Oin => at_certificate(
            "certificate-oin",
            "Het onderwerp van dit certificaat moet precies een serialNumber hebben, en dat moet een OIN zijn. Vraag uw uitgever om zo een.",
            "The subject of this certificate must have exactly one serialNumber, and that must be an OIN. Ask your authority for such a one.",
        ),
        CertificateFault::Organisation => at_certificate(
            "certificate-organisation",
            "Het onderwerp van dit certificaat moet precies een naam van een organisatie (O) hebben, van ten hoogste 200 tekens. Vraag uw uitgever om zo een.",
            "The subject of this certificate must have exactly one organization name (O), of at most 200 characters. Ask your authority for such a one.",
        ),
        CertificateFault::Key => at_certificate(
            "certificate-key",
            "De sleutel van dit certificaat wordt niet aangenomen. Vraag een certificaat aan op een nieuwe sleutel: P-256, P-384, of RSA van ten minste 3072 bits.",
            "The key of this certificate is not taken. Ask for a certificate on a new key: P-256, P-384, or RSA of at least 3072 bits.",
        ),
        CertificateFault::Validity => at_certificate(
            "certificate-validity",
            "Van wanneer tot wanneer dit certificaat geldt, is niet te lezen. Vraag uw uitgever om een ander.",
            "From when until when this certificate is valid cannot be read. Ask your authority for another.",
        ),
    }
}

fn other_organisation() -> Fault {
    at_certificate(
        "other-organisation",
        "Dit certificaat is van een andere organisatie.",
        "This certificate is another organisation's.",
    )
}

/// What the caller can mend is told by name; the rest stays one answer.
fn not_let_in(fault: NotLetIn) -> Fault {
    match fault {
        NotLetIn::Early => not_valid_yet(),
        NotLetIn::Expired => at_certificate(
            "expired-certificate",
            "Dit certificaat is verlopen.",
            "This certificate has expired.",
        ),
        NotLetIn::Usage => at_certificate(
            "certificate-usage",
            "Dit certificaat mag niet voor een client worden gebruikt: in extendedKeyUsage ontbreekt clientAuth. Vraag een certificaat met clientAuth aan, zoals van de private root van PKIoverheid.",
            "This certificate may not be used by a client: its extendedKeyUsage leaves out clientAuth. Ask for one that has it, such as of PKIoverheid's private root.",
        ),
        NotLetIn::Revoked => at_certificate(
            "revoked-certificate",
            "Dit certificaat, of dat van een uitgever erboven, is ingetrokken.",
            "This certificate, or that of an authority above it, was revoked.",
        ),
        NotLetIn::RevocationUnknown => at_certificate(
            "revocation-unknown",
            "Of dit certificaat is ingetrokken, is nu niet te zeggen: de lijst van de uitgever ontbreekt of is verlopen. Probeer het later opnieuw, of vraag de beheerder van deze gateway.",
            "Whether this certificate was revoked cannot be told now: its authority's list is missing or has expired. Try again later, or ask the operator of this gateway.",
        ),
        NotLetIn::KeyUsage => at_certificate(
            "certificate-key-usage",
            "Met de sleutel van dit certificaat mag niet worden getekend: in keyUsage ontbreekt digitalSignature. Vraag een certificaat aan dat dat heeft.",
            "The key of this certificate may not sign: its keyUsage leaves out digitalSignature. Ask for one that has it.",
        ),
        NotLetIn::Extension => at_certificate(
            "certificate-extension",
            "In dit certificaat, of in een van de keten, staat een kritieke uitbreiding die de gateway niet kent. Vraag uw uitgever om een zonder.",
            "This certificate, or one of its chain, has a critical extension that the gateway does not know. Ask your authority for one without.",
        ),
        NotLetIn::Form(fault) => of_form(fault),
        NotLetIn::Signature => at_certificate(
            "certificate-signature",
            "De handtekening op dit certificaat, of op dat van een uitgever erboven, is vals of op een te zwakke manier gezet, zoals met SHA-1. Vraag uw uitgever om een ander certificaat.",
            "The signature on this certificate, or on that of an authority above it, is false or made too weakly, such as by SHA-1. Ask your authority for another certificate.",
        ),
        NotLetIn::Prefix | NotLetIn::Authority | NotLetIn::Chain => at_certificate(
            "untrusted-certificate",
            "Dit certificaat komt niet van een uitgever die de gateway voor dit OIN vertrouwt, of de keten is niet compleet.",
            "This certificate is not from an authority that the gateway trusts for this OIN, or its chain is not complete.",
        ),
    }
}

fn not_valid_yet() -> Fault {
    Fault {
        now: Some(Bilingual::new(
            "Registreer het op de dag dat het geldig wordt, of later.",
            "Register it on the day on which it becomes valid, or later.",
        )),
        ..at_certificate(
            "certificate-not-valid-yet",
            "Dit certificaat is nog niet geldig.",
            "This certificate is not valid yet.",
        )
    }
}

/// What is wrong with the proof that the caller holds the key of its next certificate.
fn not_possessed(fault: ProofFault) -> Fault {
    let (code, nl, en) = match fault {
        ProofFault::OtherStatement => (
            "other-statement",
            "Deze verklaring is voor een ander certificaat gemaakt dan dat waarmee u verbonden bent.",
            "This statement was made for another certificate than the one that you connect with.",
        ),
        ProofFault::Stale => (
            "stale-statement",
            "Deze verklaring is ouder dan tien minuten. Maak een nieuwe.",
            "This statement is older than ten minutes: make a new one.",
        ),
        ProofFault::Ahead => (
            "statement-ahead",
            "Volgens deze verklaring is het meer dan tien minuten later dan hier: de klok van uw computer loopt voor.",
            "By this statement it is more than ten minutes later than it is here: your computer's clock is ahead.",
        ),
        ProofFault::Signature => (
            "wrong-signature",
            "Deze verklaring is niet ondertekend met de sleutel van het nieuwe certificaat.",
            "This statement is not signed by the key of the new certificate.",
        ),
        ProofFault::Missing
        | ProofFault::Chain
        | ProofFault::Unlinked
        | ProofFault::Untrusted
        | ProofFault::OtherOrganisation
        | ProofFault::OtherKey
        | ProofFault::Statement => (
            "invalid-statement",
            "Dit is geen JWS van het soort sluis-certificate-proof+jwt met ES256, ES384 of PS256.",
            "This is no JWS with typ sluis-certificate-proof+jwt by ES256, ES384 or PS256.",
        ),
    };
    Fault::at("/proof", code, nl, en)
}
