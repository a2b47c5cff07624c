//! `sluis client profiles`: the profiles of this user.

use serde_json::json;

use crate::cli::{
    Context, Exit, Failure,
    client::profile::{Profile, known},
    language::{Said, both},
    table::Table,
};

/// Lists this user's profiles, each with its gateway or with what is wrong with it.
///
/// # Errors
/// When there is no home folder, or standard output cannot be written.
pub fn list(at: &mut Context) -> Result<Exit, Failure> {
    let folder = known::folder()?;
    let names = known::names();
    let language = at.out.language();
    let mut sound = Table::new(language.pick(["naam", "oin", "gateway"], ["name", "oin", "gateway"]));
    let mut faulty = Vec::new();
    for name in &names {
        let path = folder.join(format!("{name}.toml"));
        match Profile::read(&path) {
            Ok(profile) => {
                let oin = profile.oin();
                let mut found = json!({ "name": name, "file": path, "gateway": profile.gateway });
                if let (Some(oin), Some(members)) = (&oin, found.as_object_mut()) {
                    members.insert("oin".to_owned(), json!(oin));
                }
                if at.out.is_json() {
                    at.out.show(&found, String::new)?;
                }
                sound.row([name.clone(), oin.unwrap_or_default(), profile.gateway]);
            }
            Err(failure) => {
                let faults = failure.document().pointer("/error/problem").cloned();
                let mut found = json!({ "name": name, "file": path, "error": failure.to_string() });
                if let (Some(faults), Some(members)) = (faults, found.as_object_mut()) {
                    members.insert("faults".to_owned(), faults);
                }
                if at.out.is_json() {
                    at.out.show(&found, String::new)?;
                }
                let lines = failure.lines(language).into_iter().skip(1);
                let first = format!("{name}  {}", failure.text(language));
                faulty.push(std::iter::once(first).chain(lines).collect::<Vec<_>>().join("\n"));
            }
        }
    }
    if !sound.is_empty() {
        at.out.table(&sound)?;
    }
    for fault in faulty {
        at.out.say(Said::same(fault))?;
    }
    if names.is_empty() {
        at.out.say(both!("Geen profielen in: {}", "No profiles in: {}", folder.display()))?;
    }
    Ok(Exit::Done)
}
