//! A cause in Dutch: what this program itself says of the database, of receipts, keys and certificates, and what a machine
//! says of files and connections. What another library says is left out of a Dutch sentence, which says where it stands.

mod database;

use std::{error::Error, io};

use rustls::{InconsistentKeys, pki_types::InvalidDnsNameError};

use crate::{
    accesslog::{folder::FolderError, own::NotProven},
    config::ConfigError,
    crypto::{keys::KeyFault, receipt_key::InvalidReceiptKey, seal::OpenError, sign::VerifyError},
    domain::machine,
    identity::{certificate::CertificateFault, tls::TlsError},
    merkle::{
        note::{NoteFault, VkeyError},
        proof::ProofError,
        tlog_proof::Unproven,
    },
    policy::whatif::Unasked,
    store::{
        StoreError,
        writer::{WriteError, clock::ClockFault},
    },
};

/// What an error says of itself, without its own causes; none where only its maker has words for it.
pub(super) fn in_dutch(error: &(dyn Error + 'static)) -> Option<String> {
    None.or_else(|| told(error, |error: &io::Error| machine::in_dutch(error)))
        .or_else(|| told(error, |error: &StoreError| Some(database::in_dutch(error))))
        .or_else(|| told(error, of_write))
        .or_else(|| told(error, |error: &ClockFault| Some(of_clock(*error))))
        .or_else(|| told(error, |error: &VerifyError| Some(of_signature(*error).to_owned())))
        .or_else(|| told(error, |error: &NotProven| Some(of_entry(*error))))
        .or_else(|| told(error, |error: &Unproven| Some(of_proof(*error).to_owned())))
        .or_else(|| told(error, |error: &NoteFault| Some(of_checkpoint(*error).to_owned())))
        .or_else(|| told(error, |error: &ProofError| Some(of_path(*error).to_owned())))
        .or_else(|| told(error, |error: &VkeyError| Some(of_log_key(*error).to_owned())))
        .or_else(|| told(error, |error: &OpenError| Some(of_packet(*error).to_owned())))
        .or_else(|| told(error, |error: &CertificateFault| Some(of_certificate(*error).to_owned())))
        .or_else(|| told(error, |error: &TlsError| Some(of_tls(error).to_owned())))
        .or_else(|| told(error, of_rustls))
        .or_else(|| told(error, |_: &InvalidDnsNameError| Some("zo kan een machine niet heten".to_owned())))
        .or_else(|| told(error, |error: &FolderError| Some(of_folder(error))))
        .or_else(|| told(error, |error: &KeyFault| Some(of_key(error))))
        .or_else(|| told(error, |error: &ConfigError| Some(of_configuration(error))))
        .or_else(|| told(error, |_: &InvalidReceiptKey| Some(RECEIPT_KEY.to_owned())))
        .or_else(|| {
            told(error, |Unasked(part): &Unasked| Some(format!("de vraag noemt dit niet: {}", of_part(part))))
        })
}

const RECEIPT_KEY: &str = "het is geen publieke P-256-sleutel, als JWK (`{\"kty\": \"EC\", ...}`) of als PEM (`-----BEGIN PUBLIC KEY-----`)";

fn told<E: Error + 'static>(
    error: &(dyn Error + 'static),
    words: impl FnOnce(&E) -> Option<String>,
) -> Option<String> {
    error.downcast_ref().and_then(words)
}

/// Said once where a cause has no Dutch.
pub(super) const ELSEWHERE: &str = "wat er precies misging, staat er in het Engels met --lang en";

fn of_write(error: &WriteError) -> Option<String> {
    let words = match error {
        WriteError::Conflict(_) => return None,
        WriteError::StaleFacts => "tussen de beslissing en het schrijven veranderde een feit",
        WriteError::PermitExpired => "de toelating geldt niet meer",
        WriteError::PolicyDiffers => "deze gateway beslist met ander beleid dan er actief is",
        WriteError::Mismatch(_) => "een fout in het programma: de delen horen niet bij elkaar",
        WriteError::Clock(_) => "de klok van de gateway loopt niet goed",
        WriteError::Busy => "er wacht te veel om te schrijven",
        WriteError::Unavailable(_) => "de database schreef het niet",
        WriteError::Unknown(_) => "de database bevestigde niet dat zij het schreef",
    };
    Some(words.to_owned())
}

fn of_clock(error: ClockFault) -> String {
    match error {
        ClockFault::Behind(seconds) => {
            format!("de klok staat {seconds} seconden voor de laatste regel van het logboek")
        }
        ClockFault::Ahead(seconds) => {
            format!("de klok ging {seconds} seconden verder dan de tijd die verstreek")
        }
        ClockFault::Apart(seconds) => {
            format!("de klok scheelt {seconds} seconden met die van de server van de database")
        }
    }
}

const fn of_signature(error: VerifyError) -> &'static str {
    match error {
        VerifyError::Malformed => "het is geen ontvangstbewijs: een compacte JWS met `typ` sluis-receipt+jwt",
        VerifyError::Algorithm => "het is niet getekend met ES256",
        VerifyError::OtherKey => "het is getekend met een andere sleutel",
        VerifyError::Signature => "de handtekening is vals",
        VerifyError::Claims => "wat erin staat heeft een andere vorm",
    }
}

fn of_entry(error: NotProven) -> String {
    match error {
        NotProven::Leaf => "het blad heeft niet de vorm van dit logboek".to_owned(),
        NotProven::Form(_) => "het bewijs heeft niet de vorm van een tlog-proof".to_owned(),
        NotProven::OtherIndex => "het bewijs is voor een andere plaats dan de regel noemt".to_owned(),
        NotProven::Proof(error) => of_proof(error).to_owned(),
        NotProven::OtherPart(part) => format!("het deel `{part}` is niet dat waar het logboek voor instaat"),
        NotProven::Part(part) => format!("het deel `{part}` is niet van versie 1 van de vorm"),
    }
}

const fn of_proof(error: Unproven) -> &'static str {
    match error {
        Unproven::Checkpoint(error) => of_checkpoint(error),
        Unproven::Proof(error) => of_path(error),
    }
}

const fn of_path(error: ProofError) -> &'static str {
    match error {
        ProofError::OutOfRange => "de boom is niet groot genoeg, of te groot om mee te rekenen",
        ProofError::Missing(_) => "een tegel die het bewijs nodig heeft, ontbreekt",
        ProofError::Wrong => "het bewijs leidt niet naar de wortel",
    }
}

const fn of_checkpoint(error: NoteFault) -> &'static str {
    match error {
        NoteFault::Malformed => {
            "het is geen getekende notitie: tekst, een lege regel en regels met handtekeningen"
        }
        NoteFault::NotSigned => "op het controlepunt staat geen handtekening van de sleutel van het logboek",
        NoteFault::BadSignature => {
            "de handtekening van het logboek klopt niet: de tekst of de handtekening is veranderd"
        }
        NoteFault::NotACheckpoint(_) => "de getekende tekst is geen controlepunt",
        NoteFault::OtherLog => "het controlepunt is van een ander logboek dan de sleutel",
    }
}

const fn of_log_key(error: VkeyError) -> &'static str {
    match error {
        VkeyError::Form => {
            "het is niet de publieke sleutel van een logboek: <origin>+<8 hexadecimale cijfers>+<base64>"
        }
        VkeyError::Algorithm => {
            "de sleutel van het logboek is van een soort die hier niet bekend is: alleen Ed25519"
        }
        VkeyError::KeyId => {
            "het nummer van de sleutel hoort niet bij de naam en de sleutel: de tekst is veranderd of afgekapt"
        }
    }
}

const fn of_packet(error: OpenError) -> &'static str {
    match error {
        OpenError::TooLong => "het bericht is langer dan een gateway er maakt",
        OpenError::Malformed => "het is geen compacte JWE zoals Sluis die maakt",
        OpenError::Kind => "het bericht zegt niet dat het is wat werd gevraagd (`typ`, `cty`)",
        OpenError::Compressed => "het bericht is ingepakt (`zip`), en dat wordt geweigerd",
        OpenError::Critical => "het bericht eist een uitbreiding (`crit`), en dat wordt geweigerd",
        OpenError::Foreign => {
            "in de kop staat iets wat Sluis nooit stuurt (`apu`, `apv`, `jku`, `jwk`, `x5c`, `x5t`, `x5t#S256` of `x5u`)"
        }
        OpenError::KeyAlgorithm => {
            "het algoritme van de sleutel (`alg`) past niet bij deze sleutel, of wordt geweigerd"
        }
        OpenError::Encryption => "de inhoud is anders versleuteld (`enc`) dan met A256GCM",
        OpenError::EphemeralKey => {
            "de tijdelijke sleutel van de afzender (`epk`) ontbreekt, deugt niet of hoort er niet"
        }
        OpenError::OtherKey => "het bericht is voor een andere sleutel (`kid`)",
        OpenError::OtherPacket => "het is niet het pakket dat werd gevraagd",
        OpenError::Unopenable => {
            "het gaat niet open met deze sleutel: het is veranderd, of voor een ander verzegeld"
        }
        OpenError::Content => {
            "wat verzegeld was, is niet één JSON-object in UTF-8 waarin elke naam een keer staat"
        }
    }
}

pub(super) const fn of_certificate(error: CertificateFault) -> &'static str {
    match error {
        CertificateFault::NotACertificate => "het is geen X.509-certificaat",
        CertificateFault::TooMany => "een keten heeft ten hoogste zes certificaten",
        CertificateFault::Authority => "het is het certificaat van een CA, niet van een organisatie",
        CertificateFault::Oin => {
            "het onderwerp moet precies één serialNumber hebben, en dat moet een OIN zijn"
        }
        CertificateFault::Organisation => {
            "het onderwerp moet precies één naam van een organisatie hebben, van ten hoogste 200 tekens"
        }
        CertificateFault::Key => "de sleutel moet RSA van ten minste 3072 bits, P-256 of P-384 zijn",
        CertificateFault::Validity => "van wanneer tot wanneer het geldt, is niet te lezen",
    }
}

const fn of_tls(error: &TlsError) -> &'static str {
    match error {
        TlsError::Certificate => {
            "het eigen certificaat is geen keten van certificaten in PEM, het eigen voorop"
        }
        TlsError::Key => "de eigen sleutel is geen onversleutelde privésleutel in PEM",
        TlsError::NoAuthority => {
            "er is geen certificaat van een CA in PEM waarmee de server te vertrouwen is"
        }
        TlsError::Refused(_) => "deze instelling van TLS wordt geweigerd",
        TlsError::Verifier(_) => {
            "met deze CA's en lijsten van ingetrokken certificaten is niets te beoordelen"
        }
    }
}

fn of_rustls(error: &rustls::Error) -> Option<String> {
    let is_mismatch = matches!(error, rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch));
    is_mismatch.then(|| "de sleutel hoort niet bij het certificaat".to_owned())
}

fn of_folder(error: &FolderError) -> String {
    match error {
        FolderError::File { path, .. } => format!("`{}` is niet te gebruiken", path.display()),
        FolderError::NotEmpty(path) => format!("de map `{}` is niet leeg", path.display()),
        FolderError::Leaf(index) => format!("regel {index} is geen blad van deze vorm"),
        FolderError::Vkey(error) => of_log_key(*error).to_owned(),
        FolderError::Checkpoint(error) => of_checkpoint(*error).to_owned(),
        FolderError::OtherLeaves => {
            "het controlepunt noemt een andere grootte of wortel dan de bladen maken".to_owned()
        }
        FolderError::Proof(error) => of_path(*error).to_owned(),
    }
}

fn of_key(error: &KeyFault) -> String {
    let faults: Vec<&str> = error.faults().iter().map(|fault| &*fault.text.nl).collect();
    format!("de sleutel is niet te gebruiken: {}", faults.join(" "))
}

fn of_configuration(error: &ConfigError) -> String {
    match error {
        ConfigError::Unreadable { file, .. } => format!(
            "de configuratie {} is niet te lezen: schrijf er een met `sluis init`, of zeg waar zij staat met SLUIS_CONFIG",
            file.display()
        ),
        ConfigError::Faulty { file, faults } => {
            let noun = if faults.len() == 1 { "fout" } else { "fouten" };
            let head = format!("de configuratie {} heeft {} {noun}:", file.display(), faults.len());
            faults.iter().fold(head, |text, fault| format!("{text}\n  - {}", fault.nl))
        }
    }
}

fn of_part(part: &str) -> &str {
    match part {
        "sender's role" => "de rol van de verzender (senderRole)",
        "recipient's role" => "de rol van de ontvanger (recipientRole)",
        "dataset" => "de gegevensset (dataset)",
        "purpose" => "het doel (purpose)",
        other => other,
    }
}
