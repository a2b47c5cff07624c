//! What a text of the gateway calls a field, in the words of the sheet.

use super::{Column, Layout, faults::letters, pointer};
use crate::cli::client::problem::Reason;

impl Layout {
    /// A text of the gateway names a field behind what it means, as in `(verlatenOp)` or `(reden: gerechtvaardigd-belang)`, or by its
    /// pointer, as in `/person/ingeschreven`: who has a sheet is told the column.
    pub(super) fn in_words_of_the_sheet(&self, reason: &mut Reason) {
        let now = reason.now.as_mut().map(|now| (&mut now.nl, &mut now.en));
        for (nl, en) in now.into_iter().chain([(&mut reason.nl, &mut reason.en)]) {
            *nl = self.naming_columns(nl, ["kolom", "kolommen"]);
            *en = self.naming_columns(en, ["column", "columns"]);
        }
    }

    fn naming_columns(&self, text: &str, [word, words]: [&str; 2]) -> String {
        let mut named = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('(') {
            let end = after.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(after.len());
            let (field, behind) = after.split_at_checked(end).unwrap_or((after, ""));
            // What is left out of a sheet has an empty cell: there is nothing to name.
            let omitted = behind.split_once(')').filter(|_| field == "omit" && behind.starts_with(':'));
            if let Some((_, behind)) = omitted {
                named.push_str(before.trim_end());
                rest = behind;
                continue;
            }
            named.push_str(before);
            named.push('(');
            if let Some((columns, behind)) = self.all_named(after) {
                named.extend([words, " ", &columns]);
                rest = behind;
                continue;
            }
            match self.columns.field(field).filter(|_| behind.starts_with([')', ':', ';', ','])) {
                Some(path) => named.extend([word, " ", &self.called(&path)]),
                None => named.push_str(field),
            }
            rest = behind;
        }
        named.push_str(rest);
        self.naming_pointers(&named, word)
    }

    fn naming_pointers(&self, text: &str, word: &str) -> String {
        const PERSON: &str = "/person/";
        let mut named = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once(PERSON) {
            let end = after.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '/');
            let (field, behind) = after.split_at_checked(end.unwrap_or(after.len())).unwrap_or((after, ""));
            let path = format!("person.{}", field.replace('/', "."));
            named.extend([before, word, " ", &self.called(&path)]);
            rest = behind;
        }
        named.push_str(rest);
        named
    }

    /// Several fields between parentheses, as in `(municipality, role)`: the names of their columns, and what comes after them.
    fn all_named<'t>(&self, after: &'t str) -> Option<(String, &'t str)> {
        let (fields, _) = after.split_once(')').filter(|(fields, _)| fields.contains(", "))?;
        let name = |field| self.columns.field(field).map(|path| self.columns.called(&path));
        let columns: Vec<String> = fields.split(", ").map(name).collect::<Option<_>>()?;
        Some((columns.join(", "), after.get(fields.len()..)?))
    }

    /// What this sheet, or else a template, calls a path of the header.
    pub(super) fn called(&self, path: &str) -> String {
        let goes_to = |column: &Column| {
            let own = std::iter::once(&column.path).chain(column.also.iter().map(|(path, _)| path));
            own.map(|place| pointer(place))
                .any(|own| own == format!("/{}", path.replace('.', "/").replace('*', "0")))
        };
        let index = self.found.iter().position(|(_, column)| goes_to(column));
        match index.and_then(|index| Some((index, &self.found.get(index)?.0))) {
            Some((index, name)) => format!("{}, {name}", letters(index)),
            None => self.columns.called(path),
        }
    }
}
