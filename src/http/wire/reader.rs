//! Collects what is wrong with a body while it becomes values.

use crate::{
    domain::problem::Fault,
    http::problem::{self, Problem},
};

/// Collects faults while a body becomes values.
#[derive(Debug, Default)]
pub struct Reader {
    faults: Vec<Fault>,
}

/// Tells more faults, but none that is told already: a body that is read again in parts may show one twice.
pub fn tell_also(told: &mut Vec<Fault>, more: impl IntoIterator<Item = Fault>) {
    for fault in more {
        if !told.iter().any(|known| known.pointer == fault.pointer && known.code == fault.code) {
            told.push(fault);
        }
    }
}

impl Reader {
    /// The value, or a note of what is wrong.
    pub fn take<T>(&mut self, read: Result<T, Fault>) -> Option<T> {
        read.map_err(|fault| self.faults.push(fault)).ok()
    }

    /// Notes a fault.
    pub fn fault(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    /// What was noted.
    #[must_use]
    pub fn into_faults(self) -> Vec<Fault> {
        self.faults
    }

    /// The value, if nothing was wrong.
    ///
    /// # Errors
    /// 400 with every fault that was noted.
    pub fn finish<T>(self, value: Option<T>) -> Result<T, Problem> {
        match value {
            Some(value) if self.faults.is_empty() => Ok(value),
            _ => Err(problem::INVALID.code("not-as-described").with_faults(self.faults)),
        }
    }
}
