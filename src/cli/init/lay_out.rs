//! Laying out a gateway's folder.

use std::{path::Path, sync::Arc};

use super::{InitOptions, LaidOut, configuration, dev, free};
use crate::{
    cli::{Failure, compose, compose::listed, files},
    config::{Config, Environment, USUAL_FILE},
    crypto::gateway_keys::GatewayKeys,
    domain::{
        clock::{Clock, amsterdam_date},
        id::Entropy,
    },
};

/// Writes the configuration and the keys of a new gateway into a folder, which is made where it is missing. With
/// [`InitOptions::dev`] also a throw-away authority, the gateway's certificate and revocation list, a migrated database,
/// and a registered party with a folder for each invented school and each college's party.
///
/// Nothing is overwritten, and all that is secret can be read by the owner only. The gateway is not started: its log
/// holds the registrations, nothing else.
///
/// # Errors
/// [`Failure`] when something stands there already, an option is not in order, or a file cannot be written.
pub async fn lay_out(
    dir: &Path,
    options: &InitOptions,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
) -> Result<LaidOut, Failure> {
    let gateway = match &options.dev {
        Some(dev) if !dev.gateway.as_os_str().is_empty() => dir.join(&dev.gateway),
        _ => dir.to_owned(),
    };
    let text = configuration::text(options)?;
    let config = Config::parse(&text, &gateway, &Environment::default()).map_err(|faults| {
        Failure::usage(listed("such a configuration could not be used", &faults))
            .now("correct the options; `sluis init --help` explains them")
    })?;
    let catalogue = compose::catalogue(None)?;
    let Some(region) = catalogue.region(&options.region) else {
        let known: Vec<&str> = catalogue.regions().map(|(name, _)| name).collect();
        return Err(Failure::usage(format!("there is no region `{}`", options.region))
            .now(format!("choose one of {}, or add a file to policies/regions", known.join(", "))));
    };
    let config_file = gateway.join(USUAL_FILE);
    free(&config_file)?;
    free(&config.keys.dir)?;
    if options.dev.is_some() {
        dev::free_places(dir, &gateway)?;
    }

    files::private_folder(&gateway)?;
    let origin = format!("{}/{}", options.origin, amsterdam_date(clock.now()).year());
    let broken = |faults: Vec<_>| Failure::configuration(listed("the keys cannot be made", &faults));
    GatewayKeys::generate(&config.keys.dir, &origin, entropy.as_ref()).map_err(broken)?;
    let keys = GatewayKeys::load(&config.keys.dir, config.strict).map_err(broken)?;
    let vkey = keys.log.signing().vkey();
    let mut laid = LaidOut { config_file, config, vkey, parties: Vec::new(), authority: None };
    if let Some(dev) = &options.dev {
        let receipt = keys.receipt.signing().public_jwk();
        dev::furnish(&mut laid, dir, dev, region, receipt, clock, entropy).await?;
    }
    // Last, so that a folder with a configuration is a whole one.
    files::write_private(&laid.config_file, text.as_bytes())?;
    Ok(laid)
}
