//! What a client reads: sheets, and the answers of a gateway.

use std::sync::LazyLock;

use sluis::cli::{
    Language,
    client::{
        problem::Problem,
        sheets::columns::{Columns, Fact},
        sheets::rows::{self, Layout},
        sheets::sheet::Sheet,
    },
    failure::Explanation as _,
};

use super::{CANARY, assert_silent, fixed::CATALOGUE};

/// Packets as CSV.
pub(super) fn sheet(bytes: &[u8]) -> bool {
    static COLUMNS: LazyLock<Columns> = LazyLock::new(|| {
        let dataset = CATALOGUE.dataset(&"overgangsdocument".parse().unwrap()).unwrap();
        Columns::of_schema(dataset.schema(), &Fact::all(CATALOGUE.glossary())).unwrap()
    });
    let lines = 1 + bytes.iter().filter(|byte| matches!(**byte, b'\n' | b'\r')).count();
    let on_a_line = |line: u64| (1..=lines).contains(&usize::try_from(line).unwrap());
    let sheet = match Sheet::read(bytes) {
        Ok(sheet) => sheet,
        Err(faults) => {
            assert!(!faults.is_empty() && faults.iter().all(|fault| on_a_line(fault.line)), "{faults:?}");
            assert_silent(&faults);
            return false;
        }
    };
    assert!(sheet.rows.is_sorted_by(|one, next| one.line < next.line), "lines out of order");
    let dataset = rows::dataset_of(&sheet, &[]);
    assert!(dataset.is_none_or(|dataset| !dataset.is_empty() && dataset == dataset.trim()));
    let layout = match Layout::of(&sheet, COLUMNS.clone(), &[]) {
        Ok(layout) => layout,
        Err(faults) => {
            // Columns are called by their names, in a row that has names; nothing else is repeated.
            if !sheet.names.iter().any(|name| name.contains(CANARY)) {
                assert_silent(&faults);
            }
            return false;
        }
    };
    let rows = rows::bodies(&sheet, &layout);
    assert_eq!(rows.len(), sheet.rows.len());
    for row in &rows {
        assert!(on_a_line(row.line));
        if let Err(reasons) = &row.body {
            assert!(!reasons.is_empty());
            assert_silent(reasons);
        }
    }
    !rows.is_empty() && rows.iter().all(|row| row.body.is_ok())
}

/// The body of a refusal.
pub(super) fn problem(bytes: &[u8]) -> bool {
    let problem = Problem::read(403, bytes);
    assert_eq!(problem.status, 403);
    let document = problem.document();
    assert_eq!(serde_json::from_value::<Problem>(document.clone()).unwrap().document(), document);
    drop(problem.lines(Language::Nl));
    // What is no problem at all still gets words for people.
    problem.kind != "unexplained"
}
