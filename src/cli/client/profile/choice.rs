//! Which profile a command uses.

use std::path::PathBuf;

use clap::Args;

use super::{Profile, known::path_of};
use crate::{
    cli::{Failure, language::both},
    config,
};

/// Under which these options stand in the help of every command.
const HEADING: &str = "Profile";

/// The profile of who names none.
const USUAL: &str = "default";
const VARIABLE: &str = "SLUIS_PROFILE";

/// Which profile to use; below `sluis client` on every command.
#[derive(Debug, Clone, Args)]
pub struct ProfileChoice {
    /// The profile `~/.config/sluis/profiles/<NAME>.toml`; `default` where none is named.
    #[arg(long, global = true, value_name = "NAME", env = VARIABLE, help_heading = HEADING)]
    pub profile: Option<String>,

    /// The profile in this file.
    #[arg(long, global = true, value_name = "FILE", env = "SLUIS_PROFILE_FILE", help_heading = HEADING)]
    pub profile_file: Option<PathBuf>,

    /// Who acts, in your own administration; instead of the profile's `staff_reference`.
    #[arg(
        long,
        global = true,
        value_name = "REFERENCE",
        env = "SLUIS_STAFF_REFERENCE",
        hide_env_values = true,
        help_heading = HEADING
    )]
    pub staff_reference: Option<String>,

    /// In which function; instead of the profile's `staff_function`.
    #[arg(
        long,
        global = true,
        value_name = "FUNCTION",
        env = "SLUIS_STAFF_FUNCTION",
        hide_env_values = true,
        help_heading = HEADING
    )]
    pub staff_function: Option<String>,
}

impl ProfileChoice {
    /// Reads the chosen profile.
    ///
    /// # Errors
    /// When there is no such profile, or it is not in order.
    pub fn read(&self) -> Result<Profile, Failure> {
        if let (Some(file), Some(name)) = (&self.profile_file, self.typed()) {
            return Err(Failure::usage(both!(
                "er zijn twee profielen genoemd: `{}` met --profile, en `{}` met --profile-file of SLUIS_PROFILE_FILE",
                "two profiles were given: `{}` by --profile, and `{}` by --profile-file or SLUIS_PROFILE_FILE",
                name,
                file.display()
            ))
            .now(("noem er een", "give one of them")));
        }
        let path = match &self.profile_file {
            Some(path) => path.clone(),
            None => path_of(self.profile.as_deref().unwrap_or(USUAL))?,
        };
        let mut profile = Profile::read(&path)?;
        if let Some(reference) = &self.staff_reference {
            profile.staff_reference = Some(reference.clone());
        }
        if let Some(function) = &self.staff_function {
            profile.staff_function = Some(function.clone());
        }
        Ok(profile)
    }

    /// The name that was typed; one that stands in the environment gives way to a file.
    fn typed(&self) -> Option<&str> {
        self.profile.as_deref().filter(|name| !config::says(VARIABLE, name))
    }
}
