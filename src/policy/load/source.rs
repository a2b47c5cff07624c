//! The files of `policies/`, from a folder or from the program itself, and their digest.

use std::{borrow::Cow, collections::BTreeMap, fs, path::Path};

use include_dir::{Dir, include_dir};

use super::finding::Finding;
use crate::domain::{digest::Digest, machine, problem::Bilingual};

static EMBEDDED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/policies");

/// A policy file is prose and rules: one larger than this is a mistake.
const MAX_FILE: u64 = 4 << 20;

/// Every file by its path, with `/` between the names.
#[derive(Debug)]
pub(in crate::policy) struct Files(BTreeMap<String, Cow<'static, [u8]>>);

impl Files {
    pub(in crate::policy) fn embedded() -> Self {
        let mut files = BTreeMap::new();
        let mut folders = vec![&EMBEDDED];
        while let Some(folder) = folders.pop() {
            folders.extend(folder.dirs());
            for file in folder.files() {
                files.insert(slashes(file.path()), Cow::Borrowed(file.contents()));
            }
        }
        Self(files)
    }

    pub(in crate::policy) fn read(root: &Path) -> Result<Self, Vec<Finding>> {
        let mut files = BTreeMap::new();
        let mut findings = Vec::new();
        let mut folders = vec![root.to_owned()];
        while let Some(folder) = folders.pop() {
            let name = slashes(folder.strip_prefix(root).unwrap_or(&folder));
            let entries = match fs::read_dir(&folder) {
                Ok(entries) => entries,
                Err(error) => {
                    findings.push(Finding::new(
                        if name.is_empty() { "." } else { &name },
                        hindered("de map is niet te lezen", "the folder cannot be read", &error),
                        ("Noem de map waar law.toml in staat.", "Name the folder that holds law.toml."),
                    ));
                    continue;
                }
            };
            for entry in entries.flatten() {
                let path = entry.path();
                let name = slashes(path.strip_prefix(root).unwrap_or(&path));
                let size = fs::metadata(&path).map(|about| (about.is_dir(), about.len()));
                match size {
                    Ok((true, _)) => folders.push(path),
                    Ok((false, size)) if size > MAX_FILE => findings.push(Finding::new(
                        &name,
                        ("het bestand is groter dan 4 MiB", "the file is larger than 4 MiB"),
                        (
                            "Laat in deze map alleen bestanden van het beleid staan.",
                            "Keep only policy files in this folder.",
                        ),
                    )),
                    Ok((false, _)) => match fs::read(&path) {
                        Ok(bytes) => drop(files.insert(name, Cow::Owned(bytes))),
                        Err(error) => findings.push(unreadable(&name, &error)),
                    },
                    Err(error) => findings.push(unreadable(&name, &error)),
                }
            }
        }
        if findings.is_empty() { Ok(Self(files)) } else { Err(findings) }
    }

    #[cfg(test)]
    pub(in crate::policy) fn with(mut self, path: &str, text: &str) -> Self {
        self.0.insert(path.to_owned(), Cow::Owned(text.as_bytes().to_vec()));
        self
    }

    #[cfg(test)]
    pub(in crate::policy) fn without(mut self, path: &str) -> Self {
        self.0.remove(path);
        self
    }

    pub(in crate::policy) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The text of a file that must be there; its absence and wrong bytes are findings.
    pub(in crate::policy) fn text(&self, name: &str, findings: &mut Vec<Finding>) -> Option<&str> {
        let Some(bytes) = self.0.get(name) else {
            findings.push(Finding::new(
                name,
                ("het bestand ontbreekt", "the file is missing"),
                ("Schrijf het.", "Write it."),
            ));
            return None;
        };
        let text = std::str::from_utf8(bytes).ok();
        if text.is_none() {
            findings.push(Finding::new(
                name,
                ("het bestand is geen UTF-8", "the file is not UTF-8"),
                ("Bewaar het als UTF-8.", "Save it as UTF-8."),
            ));
        }
        text
    }

    /// SHA-256 over `sluis-policies-1` and a line feed, then for every file in the byte order of its path: the length
    /// of the path as 8 bytes big-endian, the path, the length of the content as 8 bytes big-endian, the content.
    pub(in crate::policy) fn digest(&self) -> Digest {
        let mut bytes = b"sluis-policies-1\n".to_vec();
        let length = |part: &[u8]| u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes();
        for (path, content) in &self.0 {
            for part in [path.as_bytes(), content] {
                bytes.extend_from_slice(&length(part));
                bytes.extend_from_slice(part);
            }
        }
        Digest::of(&bytes)
    }
}

impl Finding {
    /// With the line of the rule that it names first, found by the rule's `@id`.
    pub(in crate::policy) fn placed(mut self, files: &Files) -> Self {
        let named = self.what.en.strip_prefix('`').and_then(|rest| rest.split('`').next());
        let is_cedar = Path::new(&self.file).extension().is_some_and(|extension| extension == "cedar");
        let text = files.text(&self.file, &mut Vec::new()).filter(|_| is_cedar);
        if let (Some(id), Some(text)) = (named, text) {
            let marked = format!("@id(\"{id}\")");
            self.line =
                text.lines().position(|line| line.contains(&marked)).map(|index| index.saturating_add(1));
        }
        self
    }
}

fn unreadable(name: &str, error: &std::io::Error) -> Finding {
    Finding::new(
        name,
        hindered("het bestand is niet te lezen", "the file cannot be read", error),
        ("Geef de gateway het recht om het te lezen.", "Give the gateway the right to read it."),
    )
}

/// What could not be done, and what the machine says of it in both languages.
fn hindered(nl: &str, en: &str, error: &std::io::Error) -> Bilingual {
    let why = machine::in_dutch(error).map(|why| format!(": {why}")).unwrap_or_default();
    Bilingual::of(format!("{nl}{why}"), format!("{en}: {error}"))
}

fn slashes(path: &Path) -> String {
    path.iter().map(|name| name.to_string_lossy()).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_holds_the_folder_as_it_is() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies");
        assert_eq!(Files::read(&folder).unwrap().digest(), Files::embedded().digest());
    }

    #[test]
    fn every_change_changes_the_digest() {
        let digests: std::collections::BTreeSet<Digest> = [
            Files::embedded(),
            Files::embedded().with("law.toml", "#"),
            Files::embedded().with("law.toml", "# "),
            Files::embedded().without("law.toml"),
            Files::embedded().with("a", "bc"),
            Files::embedded().with("ab", "c"),
        ]
        .iter()
        .map(Files::digest)
        .collect();
        assert_eq!(digests.len(), 6);
    }

    #[test]
    fn a_folder_that_cannot_be_read_is_a_finding() {
        let findings = Files::read(Path::new("/nowhere/at/all")).unwrap_err();
        assert!(findings.iter().any(|finding| finding.what.en.contains("cannot be read")));
    }
}
