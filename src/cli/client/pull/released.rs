//! What a gateway releases, and how it is opened.

use bytes::Bytes;
use http::HeaderMap;

use crate::{
    cli::{
        Failure,
        client::gateway::{Call, CallError, Gateway, GatewayAnswer},
    },
    crypto::{
        keys::PrivateKey,
        seal::{OpenError, Opened, SealHeader, open_packet},
    },
    domain::id::PacketId,
};

/// What a gateway releases on a pull.
#[derive(Debug)]
pub struct Released {
    /// What came as the sealed content: a compact JWE, if the gateway keeps its word. Of more than 64 MiB it is the begin.
    pub came: Bytes,
    /// The index of the entry in the log.
    pub log_index: Option<u64>,
    /// The signed receipt.
    pub receipt: Option<String>,
}

impl Released {
    /// Pulls a packet. A second pull gives the same sealed content, and is another entry in the log.
    ///
    /// # Errors
    /// [`CallError`] as any call.
    pub async fn pull(gateway: &Gateway, id: PacketId) -> Result<Self, CallError> {
        Self::get(gateway, format!("/v1/packets/{id}/payload")).await
    }

    /// Pulls the copy for the person of a packet that this party sent.
    ///
    /// # Errors
    /// [`CallError`] as any call.
    pub async fn pull_copy(gateway: &Gateway, id: PacketId) -> Result<Self, CallError> {
        Self::get(gateway, format!("/v1/packets/{id}/copy")).await
    }

    async fn get(gateway: &Gateway, path: String) -> Result<Self, CallError> {
        let call = Call::get(path).accepting("application/jose, application/jose+json;q=0.9");
        let GatewayAnswer { headers, body: came, .. } = match gateway.call(call).await {
            Err(CallError::TooLarge(begin)) => *begin,
            whole => whole?,
        };
        let text = |headers: &HeaderMap, name: &str| {
            headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
        };
        Ok(Self {
            came,
            log_index: text(&headers, "sluis-log-index").and_then(|index| index.parse().ok()),
            receipt: text(&headers, "sluis-receipt"),
        })
    }

    /// Opens it with whichever of the keys fits.
    ///
    /// # Errors
    /// When none does, or when it is another packet than the one asked for.
    pub fn open(&self, id: PacketId, keys: &[PrivateKey]) -> Result<(SealHeader, Opened), Failure> {
        let jwe = std::str::from_utf8(&self.came).map_err(|_| unopened(OpenError::Malformed))?;
        let mut why = OpenError::OtherKey;
        for key in keys {
            match open_packet(jwe, key, id) {
                Ok(opened) => return Ok(opened),
                // That the other keys are other keys says less than what is wrong with the one that should fit.
                Err(OpenError::OtherKey) => {}
                Err(error) => why = error,
            }
        }
        Err(unopened(why))
    }
}

/// A key that is missing is the profile's matter; a message that is not what `docs/sealed-packet.md` promises is not.
fn unopened(why: OpenError) -> Failure {
    match why {
        OpenError::KeyAlgorithm => Failure::configuration((
            "geen van de sleutels in het profiel mag het pakket openen",
            "none of the profile's keys may open the packet",
        ))
        .because(why)
        .now((
            "is de sleutel met een andere `alg` gepubliceerd dan in zijn JWK staat, zet die er dan in; open het anders met niets, laat \
             `<ID>.jwe` aan de beheerder van de gateway zien, en vraag de afzender om het nog eens te sturen",
            "if the key was published with another `alg` than its JWK has, write that into it; otherwise open it with nothing, show \
             `<ID>.jwe` to the gateway's operator, and ask the sender to push again",
        )),
        OpenError::OtherKey | OpenError::Unopenable => {
            Failure::configuration((
                "geen van de sleutels in het profiel opent het pakket",
                "none of the profile's keys opens the packet",
            ))
            .because(why)
            .now((
                "zet de privésleutel waarvoor het is verzegeld in `encryption_keys`; is die weg, trek hem dan in en vraag de \
                 afzender om het opnieuw te sturen",
                "add the private key that it was sealed to to `encryption_keys`; if it is lost, revoke it and ask the sender to push again",
            ))
        }
        OpenError::TooLong
        | OpenError::Malformed
        | OpenError::Kind
        | OpenError::Compressed
        | OpenError::Critical
        | OpenError::Foreign
        | OpenError::Encryption
        | OpenError::EphemeralKey
        | OpenError::OtherPacket
        | OpenError::Content => Failure::configuration(("wat kwam is geen verzegeld pakket zoals Sluis het maakt, en is niet geopend", "what came is not a sealed packet as Sluis makes it, and is not opened"))
            .because(why)
            .now(("open het ook met niets anders; laat `<ID>.jwe` aan de beheerder van de gateway zien, en vraag de afzender om het nog eens te sturen", "open it with nothing else; show `<ID>.jwe` to the gateway's operator, and ask the sender to push again")),
    }
}
