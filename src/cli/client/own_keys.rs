//! `sluis client keys`: the keys that others seal to.

mod proof;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    gateway::Call,
    input::read_input,
    paged,
    profile::{ProfileChoice, credentials::encryption_key},
    session::Session,
    tables::{register, tabled},
    words::{member, word},
};
use crate::{
    cli::{
        Context, Exit, Failure,
        day::instant,
        files,
        language::{both, tell},
        moment,
    },
    crypto::keys::{KeyAlgorithm, PrivateKey, RecipientKey},
    domain::{json, party::PartyId},
};

/// The arguments of `sluis client keys`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  sluis client keys generate --kind p-256 --out enc-2026.jwk
  sluis client keys publish enc-2026.jwk
  sluis client keys publish enc-2026.jwk --until 1-1-2028
  sluis client keys list 00000099000000001000/werk-en-inkomen
  sluis client keys retire THUMBPRINT      what was sealed to it is still delivered
  sluis client keys revoke THUMBPRINT      what was sealed to it is withheld: the key is lost or stolen")]
pub struct OwnKeys {
    /// What to do.
    #[command(subcommand)]
    pub command: OwnKeysCommand,
}

/// What can be done with a party's encryption keys.
#[derive(Debug, Subcommand)]
pub enum OwnKeysCommand {
    /// Make a key pair: the private half in FILE, the public half in FILE.pub.
    Generate {
        /// Which kind.
        #[arg(long, value_enum, default_value_t = KeyPairKind::Rsa3072)]
        kind: KeyPairKind,
        /// The new file for the private key (JWK); only you may read it.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// The name of the key, as it will stand in what is sealed to it; without it the thumbprint.
        #[arg(long, value_name = "NAME")]
        kid: Option<String>,
    },
    /// Publish a key, with proof by the party's certificate that it is this party's.
    Publish {
        /// The key (JWK), private or public: only the public half is sent.
        #[arg(value_name = "FILE")]
        key: PathBuf,
        /// Until when packets may be sealed to it: a day, not included, such as 31-12-2026, or a moment; without it until it is
        /// retired or revoked.
        #[arg(long, value_name = "INSTANT", value_parser = instant)]
        until: Option<Timestamp>,
    },
    /// List a party's keys.
    List {
        /// The party: an OIN, a slash and a role.
        party: PartyId,
    },
    /// Retire a key: nothing new is sealed to it, what was sealed is still delivered.
    Retire {
        /// The key's thumbprint (RFC 7638).
        #[arg(value_parser = thumbprint)]
        thumbprint: String,
    },
    /// Revoke a key that is lost or stolen: what was sealed to it is withheld, and the senders are told.
    Revoke {
        /// The key's thumbprint (RFC 7638).
        #[arg(value_parser = thumbprint)]
        thumbprint: String,
    },
}

/// The kinds of key pairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum KeyPairKind {
    /// RSA of 3072 bits, for RSA-OAEP: what the NL GOV encryption module prescribes.
    #[value(name = "rsa-3072")]
    Rsa3072,
    /// P-256, for ECDH-ES.
    #[value(name = "p-256")]
    P256,
    /// X25519, for ECDH-ES.
    #[value(name = "x25519")]
    X25519,
}

impl OwnKeys {
    /// Does it.
    ///
    /// # Errors
    /// When a file cannot be read or written, or the gateway says no.
    pub async fn run(self, choice: &ProfileChoice, at: &mut Context) -> Result<Exit, Failure> {
        match self.command {
            OwnKeysCommand::Generate { kind, out, kid } => generate(kind, &out, kid.as_deref(), at),
            OwnKeysCommand::Publish { key, until } => {
                publish(&key, until, &Session::open(choice, at)?, at).await
            }
            OwnKeysCommand::List { party } => list(party, &Session::open(choice, at)?, at).await,
            OwnKeysCommand::Retire { thumbprint } => {
                end(&thumbprint, "retirement", &Session::open(choice, at)?, at).await
            }
            OwnKeysCommand::Revoke { thumbprint } => {
                end(&thumbprint, "revocation", &Session::open(choice, at)?, at).await
            }
        }
    }
}

fn generate(kind: KeyPairKind, out: &Path, name: Option<&str>, at: &mut Context) -> Result<Exit, Failure> {
    let key = match kind {
        KeyPairKind::Rsa3072 => PrivateKey::generate(KeyAlgorithm::RsaOaep),
        KeyPairKind::P256 => PrivateKey::generate(KeyAlgorithm::EcdhEs),
        KeyPairKind::X25519 => PrivateKey::generate_x25519(),
    };
    let key = key.map_err(|error| {
        Failure::internal(("kan geen sleutels maken", "cannot make a key pair")).because(error)
    })?;
    let key = match name {
        Some(name) => key
            .named(name)
            .map_err(|_| Failure::usage(("zo kan een sleutel niet heten", "a key cannot have this name")))?,
        None => key,
    };
    let public = key.public().to_jwk();
    let public_path = files::beside(out, "pub");
    files::prove_new(&public_path)?;
    files::write_private(out, key.to_jwk().to_string().as_bytes())?;
    files::write_private(&public_path, public.to_string().as_bytes())?;
    let thumbprint = key.public().thumbprint().to_owned();
    let made = json!({ "thumbprint": thumbprint, "private": out, "public": public_path, "key": public });
    let language = at.out.language();
    at.out.show(&made, || {
        tell!(
            language,
            "{thumbprint}\n  privé: {}\n  publiek: {}\n\
             Zet het privébestand in `encryption_keys` van het profiel en publiceer de sleutel.",
            "{thumbprint}\n  private: {}\n  public: {}\n\
             Add the private file to `encryption_keys` in the profile and publish the key.",
            out.display(),
            public_path.display()
        )
    })?;
    Ok(Exit::Done)
}

async fn publish(
    path: &Path,
    until: Option<Timestamp>,
    session: &Session,
    at: &mut Context,
) -> Result<Exit, Failure> {
    let bytes = read_input(path)?;
    // Of a private key only the public half leaves.
    let public_half = || encryption_key(path).map(|key| key.public().to_jwk());
    let read = json::read(&bytes);
    // A certificate that stands beside the key would end it, and this command proves the key by the one of the profile.
    if read.as_ref().is_ok_and(|jwk| jwk.get("x5c").is_some()) {
        return Err(Failure::usage(both!(
            "in `{}` staat een certificaat bij de sleutel (x5c), en dat gaat niet mee; er is niets gepubliceerd",
            "`{}` holds a certificate beside the key (x5c), and that is not sent; nothing was published",
            path.display()
        ))
        .now((
            "laat x5c weg: het certificaat van het profiel bewijst de sleutel; wie met x5c wil bewijzen, stuurt het zelf naar POST /v1/keys",
            "leave x5c out: the certificate of the profile proves the key; who wants to prove it by x5c sends it to POST /v1/keys",
        )));
    }
    let key = match read {
        Ok(jwk) if jwk.get("d").is_none() => jwk,
        Ok(_) => public_half()?,
        Err(_) if String::from_utf8_lossy(&bytes).contains("PRIVATE KEY-----") => public_half()?,
        Err(_) => {
            return Err(Failure::usage(both!(
                "`{}` is geen JWK, en geen privésleutel in PEM",
                "`{}` is no JWK, and no private key in PEM",
                path.display()
            )));
        }
    };
    let checked = RecipientKey::from_jwk(&key).map_err(|error| {
        Failure::usage(both!(
            "`{}` is geen sleutel waarmee pakketten worden verzegeld",
            "`{}` is no key that packets are sealed to",
            path.display()
        ))
        .because(error)
        .now((
            "RSA van ten minste 3072 bits, P-256 of X25519; `sluis client keys generate` maakt er een",
            "RSA of at least 3072 bits, P-256 or X25519; `sluis client keys generate` makes one",
        ))
    })?;
    let proof = proof::of_key(&checked, &session.profile, at.clock.now())?;
    let mut body = json!({ "key": checked.to_jwk(), "proof": proof });
    if let (Some(until), Some(members)) = (until, body.as_object_mut()) {
        members.insert("validUntil".to_owned(), json!(until.to_string()));
    }
    let call = Call::post("/v1/keys", &body)?;
    // The same key by the same party a second time is the same key.
    let answer: Value = session.gateway.json(call.repeatable()).await?;
    let language = at.out.language();
    at.out.show(&answer, || {
        let (thumbprint, state) = (checked.thumbprint(), word(&member(&answer, "/state"), language));
        let of = |pointer| moment::zoned_of(&member(&answer, pointer), language);
        let (from, until) = (of("/validFrom"), of("/validUntil"));
        let until = if until.is_empty() { until } else { tell!(language, " tot {until}", " until {until}") };
        tell!(
            language,
            "Gepubliceerd: {thumbprint}\n  {state}; geldig sinds {from}{until}",
            "Published: {thumbprint}\n  {state}; valid since {from}{until}"
        )
    })?;
    Ok(Exit::Done)
}

async fn list(party: PartyId, session: &Session, at: &mut Context) -> Result<Exit, Failure> {
    let path = format!("/v1/parties/{}/{}/keys", party.oin, party.role);
    let items = paged::every(&session.gateway, &path).await?;
    if at.out.is_json() {
        at.out.show(&json!({ "items": items }), String::new)?;
        return Ok(Exit::Done);
    }
    tabled(&items, register::keys, session, at).await?;
    Ok(Exit::Done)
}

async fn end(thumbprint: &str, how: &str, session: &Session, at: &mut Context) -> Result<Exit, Failure> {
    let call = Call::post(format!("/v1/keys/{thumbprint}/{how}"), &json!({}))?;
    let answer: Value = session.gateway.json(call.repeatable()).await?;
    let language = at.out.language();
    at.out.show(&answer, || format!("{thumbprint}: {}", word(how, language)))?;
    Ok(Exit::Done)
}

/// A thumbprint is 43 characters of base64url: nothing that could be another path.
fn thumbprint(text: &str) -> Result<String, String> {
    let plain = text.len() == 43
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if plain { Ok(text.to_owned()) } else { Err("a thumbprint is 43 characters of base64url".to_owned()) }
}
