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
        let dutch = worded(&String::from_utf8_lossy(&text), &TEXTS.words.page);
        text = unhyphenated(&dutch).into_bytes();
    }
    fs::write(folder.join(page.get_filename()), text)
}

/// The same page without hyphens at the ends of lines: a reader's machine would put them by the rules of English. What a page
/// begins with sets them by the register `HY`, and whatever that leaves is switched off below its title.
fn unhyphenated(page: &str) -> String {
    let mut text = String::with_capacity(page.len());
    for line in page.split_inclusive('\n') {
        if line.starts_with(".TH ") {
            text.push_str(".nr HY 0\n");
            text.push_str(line);
            text.push_str(".nh\n");
        } else {
            text.push_str(line);
        }
    }
    text
}
