//! Where a gateway is.

use reqwest::Url;

use crate::cli::Failure;

/// The address that stands in a profile.
///
/// # Errors
/// When it is not `https`.
pub(super) fn read(gateway: &str) -> Result<Url, Failure> {
    Url::parse(gateway).ok().filter(|url| url.scheme() == "https").ok_or_else(|| {
        Failure::configuration((
            "`gateway` in het profiel is geen https-adres",
            "`gateway` in the profile is not an https address",
        ))
        .now((
            "schrijf het als `https://sluis.example` of `https://localhost:8443`",
            "write it as `https://sluis.example` or `https://localhost:8443`",
        ))
    })
}
