//! Which column of a file is which, and how a fault names it.

mod faults;
mod words;

use serde_json::Value;

use self::faults::{LISTED, is_bsn, letters, never_a_bsn, not_of_dataset, said_twice, twice};
use super::{
    super::{
        columns::{Column, Columns, indexes, pointer},
        sheet::{LineFault, Setting, Sheet},
    },
    field::read_for_every_row,
};
use crate::cli::client::problem::Reason;

/// What is said of a value that is absent or of another form; the header and the content have words of their own for it.
const FORMS: [&str; 9] = [
    "invalid-value",
    "wrong-form",
    "missing",
    "missing-field",
    "unknown-value",
    "not-a-choice",
    "wrong-type",
    "implausible-day",
    "no-such-day",
];

/// The columns of one file.
#[derive(Debug)]
pub struct Layout {
    columns: Columns,
    found: Vec<(String, Column)>,
    set: Vec<(Setting, Column, Value)>,
}

impl Layout {
    /// What the columns of a sheet are, with what holds for every row. What `set` says goes before what the sheet says.
    ///
    /// # Errors
    /// The columns and settings that the dataset does not have, that are there twice, or that are empty.
    pub fn of(sheet: &Sheet, columns: Columns, set: &[Setting]) -> Result<Self, Vec<LineFault>> {
        let mut faults = Vec::new();
        let at_names = |reason| LineFault { line: sheet.names_line, reason };
        let mut layout = Self { columns, found: Vec::new(), set: Vec::new() };
        let mut unknown = Vec::new();
        for (index, name) in sheet.names.iter().enumerate() {
            match layout.columns.find(name) {
                Some(column) => {
                    let same = |name: &String| {
                        layout.columns.find(name).is_some_and(|known| known.path == column.path)
                    };
                    if let Some(first) = sheet.names.iter().take(index).position(same) {
                        faults.push(at_names(twice(first, index, name)));
                    }
                    layout.found.push((name.clone(), column));
                }
                None => unknown.push((index, name.as_str())),
            }
        }
        if !unknown.is_empty() {
            faults.push(at_names(not_of_dataset(&unknown)));
            if let Some((index, _)) = unknown.iter().find(|(_, name)| is_bsn(name)) {
                faults.push(at_names(never_a_bsn(*index)));
            }
        }
        let same = |one: &Setting, other: &Setting| {
            let path = |setting: &Setting| layout.columns.find(&setting.name).map(|column| column.path);
            one.name == other.name || path(one).is_some_and(|path_of| Some(path_of) == path(other))
        };
        for settings in [set, &sheet.settings] {
            for (index, setting) in settings.iter().enumerate() {
                if let Some(first) = settings.iter().take(index).find(|first| same(first, setting)) {
                    let line = setting.line.unwrap_or(sheet.names_line);
                    faults.push(LineFault { line, reason: said_twice(first, setting) });
                }
            }
        }
        let of_sheet = sheet.settings.iter().filter(|one| !set.iter().any(|set| same(set, one)));
        let settings: Vec<&Setting> = set.iter().chain(of_sheet).collect();
        for setting in settings {
            if let Err(reason) = layout.add(setting) {
                let line = setting.line.unwrap_or(sheet.names_line);
                // A name that nobody knows may be anything: the line says where it is. What was typed behind --set has none.
                let is_told = match setting.line {
                    Some(_) => layout.columns.find(&setting.name).is_some(),
                    None => !is_bsn(&setting.name),
                };
                let name = is_told.then(|| setting.name.clone());
                faults.push(LineFault { line, reason: Reason { column: name, ..*reason } });
            }
        }
        layout.set.sort_by_key(|(_, column, _)| indexes(&column.path));
        if faults.is_empty() { Ok(layout) } else { Err(faults) }
    }

    fn add(&mut self, setting: &Setting) -> Result<(), Box<Reason>> {
        let Some(column) = self.columns.find(&setting.name) else {
            return Err(Box::new(Reason::found(
                "csv-unknown-setting",
                "Deze naam hoort niet bij de dataset. Gebruik de namen van `sluis client template`.",
                "This name is not of the dataset. Use the names that `sluis client template` writes.",
            )));
        };
        if setting.value.is_empty() {
            // A column of the same name says it for each row.
            if self.found.iter().any(|(_, known)| known.path == column.path) {
                return Ok(());
            }
            return Err(Box::new(Reason::found(
                "csv-empty-setting",
                "Vul in wat voor alle regels geldt, achter het =-teken, of haal deze regel weg.",
                "Fill in what holds for every row, behind the = sign, or remove this line.",
            )));
        }
        let value = read_for_every_row(&setting.name, &column, &setting.value)?;
        self.set.push((setting.clone(), column, value));
        Ok(())
    }

    /// The name of a column, and where its values go.
    #[must_use]
    pub fn column(&self, index: usize) -> Option<(&str, &Column)> {
        self.found.get(index).map(|(name, column)| (name.as_str(), column))
    }

    /// The values that hold for every row in which they are not filled.
    pub fn for_every_row(&self) -> impl Iterator<Item = (&Column, &Value)> {
        self.set.iter().map(|(_, column, value)| (column, value))
    }

    /// The reason at a column of this file.
    #[must_use]
    pub fn at_column(&self, index: usize, reason: Reason) -> Reason {
        let name = self.found.get(index).map(|(name, _)| name.clone());
        Reason { column: name, letters: Some(letters(index)), ..reason }
    }

    /// Names the columns of all reasons, as [`Layout::name`] does. A cell that fills two places is judged in both: it is told once,
    /// as the content's schema tells it. What is the same in every word is told once as well.
    pub fn name_all(&self, reasons: &mut Vec<Reason>) {
        let mut told: Vec<Reason> = Vec::new();
        for mut reason in std::mem::take(reasons) {
            let pointer = reason.pointer.clone();
            self.name(&mut reason);
            let twin = told.iter_mut().find(|one| {
                let forms = FORMS.contains(&one.code.as_str()) && FORMS.contains(&reason.code.as_str());
                let same = one.code == reason.code && one.nl == reason.nl && one.now.is_none();
                (forms || same)
                    && one.column.is_some()
                    && one.column == reason.column
                    && one.pointer != pointer
            });
            match twin {
                Some(twin) if pointer.starts_with("/content/") => *twin = reason,
                Some(_) => {}
                None => told.push(reason),
            }
        }
        for reason in &mut told {
            self.in_words_of_the_sheet(reason);
        }
        *reasons = told;
    }

    /// A reason that one of these members must be there, as the choice between their columns.
    fn at_one_of(&self, members: &[(String, String)], reason: Reason) -> Reason {
        let index = |member: &str| {
            self.found.iter().position(|(_, column)| {
                let also = column.also.iter().map(|(path, _)| path);
                std::iter::once(&column.path).chain(also).any(|path| pointer(path) == member)
            })
        };
        let (mut named, mut there) = (Vec::new(), Vec::new());
        for (member, name) in members {
            match index(member).and_then(|index| Some((letters(index), &self.found.get(index)?.0))) {
                Some((letter, name)) => {
                    named.push(format!("{name} ({letter})"));
                    there.push(letter);
                }
                None => named.push(name.clone()),
            }
        }
        let listed = named.join(", ");
        Reason {
            column: Some(members.iter().map(|(_, name)| &**name).collect::<Vec<_>>().join(", ")),
            letters: (!there.is_empty()).then(|| there.join(", ")),
            nl: format!("Vul ten minste een van deze kolommen in: {listed}."),
            en: format!("Fill in at least one of these columns: {listed}."),
            ..reason
        }
    }

    /// Names the columns that a reason of the gateway is about: with their letters where the file has them, and otherwise as
    /// the template calls them.
    pub fn name(&self, reason: &mut Reason) {
        let goes_to = |column: &Column, exactly: bool| {
            let paths = std::iter::once(&column.path).chain(column.also.iter().map(|(path, _)| path));
            let mut pointers = paths.map(|path| pointer(path));
            pointers.any(|own| {
                own == reason.pointer || (!exactly && own.starts_with(&format!("{}/", reason.pointer)))
            })
        };
        // A path of its own goes before one that is filled along with another.
        let own = self.found.iter().position(|(_, column)| pointer(&column.path) == reason.pointer);
        if let Some(index) = own.or_else(|| self.found.iter().position(|(_, column)| goes_to(column, true))) {
            *reason = self.at_column(index, std::mem::take(reason));
            return;
        }
        if let Some((setting, ..)) = self.set.iter().find(|(_, column, _)| goes_to(column, true)) {
            reason.column = Some(setting.name.clone());
            return;
        }
        let one_of = self.columns.one_of(&reason.pointer);
        if reason.code == "missing-field" && !one_of.is_empty() {
            *reason = self.at_one_of(&one_of, std::mem::take(reason));
            return;
        }
        let below = (0_usize..)
            .zip(&self.found)
            .filter(|(_, (_, column))| !reason.pointer.is_empty() && goes_to(column, false));
        let below: Vec<String> = below.map(|(index, _)| letters(index)).take(LISTED).collect();
        reason.column = self.columns.at(&reason.pointer);
        reason.letters = (!below.is_empty()).then(|| below.join(", "));
    }
}
