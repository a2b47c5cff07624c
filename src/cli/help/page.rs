//! One manual page.

use std::{fs, io, path::Path};

use clap::Command;

use super::texts::{TEXTS, worded};
use crate::cli::Language;

/// Writes the page of a command, and of every command below it, into a folder.
///
/// # Errors
/// When the folder cannot be written.
pub fn write(command: &Command, language: Language, folder: &Path) -> io::Result<()> {
    for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
        write(below, language, folder)?;
    }
    let page = clap_mangen::Man::new(command.clone());
    let mut text = Vec::new();
    page.render(&mut text)?;
    if language == Language::Nl {
        // The library has no other setting for its own words.
        text = worded(&String::from_utf8_lossy(&text), &TEXTS.words.page).into_bytes();
    }
    fs::write(folder.join(page.get_filename()), text)
}
