//! The stage: a folder, a throw-away authority, the parties of a region, and a real gateway on real mutual TLS.

use std::{
    fs, io,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde_json::{Value, json};

use crate::{
    cli::{
        Context, Failure,
        client::{
            gateway::{Call, Gateway, GatewayAnswer},
            profile::Profile,
        },
        files,
        init::{self, InitOptions, LaidOut, LaidParty},
        language::{Said, both},
        running::Running,
    },
    crypto::{keys::PrivateKey, seal::open_packet},
    domain::{
        clock::Clock,
        id::Entropy,
        party::{PartyId, Role},
    },
    identity::{key_proof, tls::OwnCertificate},
    policy::catalogue::Catalogue,
};

/// The tries at a folder's name before the demo gives up.
const NAMES: u32 = 1000;

/// Everything that the story needs.
#[derive(Debug)]
pub(super) struct Stage {
    pub(super) folder: PathBuf,
    pub(super) ca: PathBuf,
    pub(super) vkey: String,
    pub(super) catalogue: Arc<Catalogue>,
    pub(super) school: Actor,
    pub(super) zaffier: Actor,
    pub(super) doorstroompunt: Actor,
    running: Running,
}

/// A party in the story.
#[derive(Debug)]
pub(super) struct Actor {
    pub(super) name: String,
    pub(super) party: PartyId,
    pub(super) gateway: Gateway,
    folder: PathBuf,
    key: PrivateKey,
}

/// The folder for the demo: the one that was asked for, if it is new or empty, or the first free name here.
pub(super) fn folder(asked: Option<&Path>) -> Result<PathBuf, Failure> {
    if let Some(path) = asked {
        files::private_folder(path)?;
        let mut found = fs::read_dir(path).map_err(|error| Failure::unreadable(path, error))?;
        if found.next().is_some() {
            return Err(Failure::usage(both!(
                "in `{}` staat al iets",
                "`{}` already holds something",
                path.display()
            ))
            .now((
                "geef een nieuwe of lege map; er wordt niets overschreven",
                "give a folder that is new or empty; nothing is overwritten",
            )));
        }
        return Ok(path.to_path_buf());
    }
    for number in 1..NAMES {
        let path =
            PathBuf::from(if number == 1 { "sluis-demo".to_owned() } else { format!("sluis-demo-{number}") });
        match fs::create_dir(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(Failure::unwritable(&path, error)),
        }
    }
    Err(Failure::usage(("er zijn hier te veel mappen van de demo", "there are too many demo folders here"))
        .now(("geef een andere met --dir", "give another with --dir")))
}

impl Stage {
    /// Sets the stage: lays out the folder, starts the gateway, has every party publish its key.
    pub(super) async fn set(folder: &Path, at: &mut Context) -> Result<Self, Failure> {
        at.out.say(both!(
            "Sluis: een sluis tussen school en gemeente\n\
             Alles is verzonnen: mensen, nummers en organisaties\n\
             Map: {}",
            "Sluis: a lock between school and municipality\n\
             Everything is invented: people, numbers and organisations\n\
             Folder: {}",
            folder.display()
        ))?;
        let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
        let options = InitOptions { data: loopback, ops: loopback, database: None };
        let laid = Box::pin(init::lay_out(&folder.join("gateway"), &options, &at.clock, &at.entropy)).await?;
        let running =
            Box::pin(Running::start(&laid.config, Arc::clone(&at.clock), Arc::clone(&at.entropy))).await?;
        let url = format!("https://localhost:{}", running.data.port());
        let parties = folder.join("parties");
        fs::rename(&laid.parties_folder, &parties).map_err(|error| Failure::unwritable(&parties, error))?;
        let school =
            Actor::new(cast(&laid, Role::ProSchool)?, &parties, &url, &at.clock, &at.entropy).await?;
        let zaffier =
            Actor::new(cast(&laid, Role::WerkEnInkomen)?, &parties, &url, &at.clock, &at.entropy).await?;
        let doorstroompunt =
            Actor::new(cast(&laid, Role::Doorstroompunt)?, &parties, &url, &at.clock, &at.entropy).await?;
        // Who has no part in the story can look too: with a profile that works, and a key that it may publish.
        let cast = [&school, &zaffier, &doorstroompunt].map(|actor| actor.party);
        for other in laid.parties.iter().filter(|laid| !cast.contains(&laid.party)) {
            init::point_profile(&parties.join(&other.name).join("profile.toml"), &url)?;
            init::give_key(other, &parties)?;
        }
        let vkey = running.vkeys.first().cloned().unwrap_or_default();
        let catalogue = Arc::clone(running.exchange.catalogue());
        let ca = parties.join(&zaffier.name).join("ca.pem");
        Ok(Self {
            folder: folder.to_path_buf(),
            ca,
            vkey,
            catalogue,
            school,
            zaffier,
            doorstroompunt,
            running,
        })
    }

    /// Who plays.
    pub(super) fn cast(&self) -> Said {
        let line = |actor: &Actor| format!("  {:<24} {}", actor.name, actor.party);
        both!(
            "\nDe gateway luistert op {}\n\n{}\n{}\n{}",
            "\nThe gateway listens on {}\n\n{}\n{}\n{}",
            self.data(),
            line(&self.school),
            line(&self.zaffier),
            line(&self.doorstroompunt)
        )
    }

    /// The address of the data interface.
    pub(super) fn data(&self) -> String {
        format!("https://localhost:{}", self.running.data.port())
    }

    /// The address of health and metrics.
    pub(super) const fn ops(&self) -> SocketAddr {
        self.running.ops
    }

    /// Stops the gateway.
    pub(super) async fn strike(self) {
        let Self { running, catalogue, .. } = self;
        drop(catalogue);
        running.stop().await;
    }
}

fn cast(laid: &LaidOut, role: Role) -> Result<&LaidParty, Failure> {
    let found = laid.parties.iter().find(|party| party.party.role == role);
    found.ok_or_else(|| {
        Failure::internal((
            "de regio mist een partij van het verhaal",
            "the region lacks a party of the story",
        ))
    })
}

impl Actor {
    /// A party with a key of its own, published with proof.
    async fn new(
        laid: &LaidParty,
        parties: &Path,
        url: &str,
        clock: &Arc<dyn Clock>,
        entropy: &Arc<dyn Entropy>,
    ) -> Result<Self, Failure> {
        let folder = parties.join(&laid.name);
        init::point_profile(&folder.join("profile.toml"), url)?;
        let profile = Profile::read(&folder.join("profile.toml"))?;
        let gateway = Gateway::of(&profile, Arc::clone(clock), Arc::clone(entropy))?;
        let key = PrivateKey::generate(init::usual_algorithm(laid.party.role)).map_err(|error| {
            Failure::internal(("kan geen sleutel maken", "cannot make a key")).because(error)
        })?;
        let text = serde_json::to_vec_pretty(&key.to_jwk()).map_err(|error| {
            Failure::internal(("kan geen sleutel schrijven", "cannot write a key")).because(error)
        })?;
        files::write_private(&folder.join("encryption.jwk"), &text)?;
        let actor = Self { name: laid.name.clone(), party: laid.party, gateway, folder, key };
        actor.publish(&profile, clock.as_ref()).await?;
        Ok(actor)
    }

    async fn publish(&self, profile: &Profile, clock: &dyn Clock) -> Result<(), Failure> {
        let read = |path: &Path| fs::read(path).map_err(|error| Failure::unreadable(path, error));
        let own = OwnCertificate::from_pem(&read(&profile.certificate)?, &read(&profile.key)?).map_err(
            |error| {
                Failure::internal((
                    "het certificaat van een partij is niet te lezen",
                    "a party's certificate cannot be read",
                ))
                .because(error)
            },
        )?;
        let public = self.key.public();
        let proof = key_proof::state(public, Some(self.party), &own, clock.now()).map_err(|error| {
            Failure::internal(("kan niet bewijzen van wie een sleutel is", "cannot prove a key"))
                .because(error)
        })?;
        let body = json!({ "key": public.to_jwk(), "proof": proof });
        self.gateway.call(Call::post("/v1/keys", &body)?).await?;
        Ok(())
    }

    /// Opens what was pulled with the actor's own key and keeps both, readable by the owner only.
    pub(super) fn open_and_keep(
        &self,
        packet: &str,
        answer: &GatewayAnswer,
        name: &str,
    ) -> Result<(), Failure> {
        let jwe = jwe_of(answer)?;
        files::write_private(&self.folder.join(format!("{name}.jwe")), jwe.as_bytes())?;
        if let Some(receipt) = answer.headers.get("sluis-receipt") {
            files::write_private(&self.folder.join(format!("{name}.receipt")), receipt.as_bytes())?;
        }
        let asked = packet.parse().map_err(|_| {
            Failure::internal(("het kenmerk van het pakket is geen kenmerk", "the packet's id is no id"))
        })?;
        let (_, content) = open_packet(&jwe, &self.key, asked).map_err(|error| {
            Failure::refused((
                "het pakket gaat niet open met de sleutel van zijn ontvanger",
                "the packet does not open with its recipient's key",
            ))
            .because(error)
        })?;
        files::write_private(&self.folder.join(format!("{name}.json")), content.expose())
    }

    /// Keeps an answer of the gateway.
    pub(super) fn keep_json(&self, name: &str, answer: &Value) -> Result<(), Failure> {
        let text = serde_json::to_vec_pretty(answer).map_err(|error| {
            Failure::internal(("kan geen JSON maken van een antwoord", "cannot make JSON of an answer"))
                .because(error)
        })?;
        files::write_private(&self.folder.join(name), &text)
    }
}

/// The JWE of an answer to a pull.
fn jwe_of(answer: &GatewayAnswer) -> Result<String, Failure> {
    let text = String::from_utf8(answer.body.to_vec())
        .map_err(|_| Failure::internal(("wat kwam is geen JWE", "the payload is no JWE")))?;
    Ok(text.trim().to_owned())
}
