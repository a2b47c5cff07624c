//! A folder that was looked into in vain is not looked into again at once.

use std::{
    fs,
    path::Path,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant, SystemTime},
};

/// How long after a look in vain the folder is not looked into again, while it stays as it was.
pub(in crate::crypto) const AGAIN: Duration = Duration::from_secs(1);

/// When the folder of keys was last looked into in vain, and how it was then. Who writes in the database makes no gateway read
/// files at will.
#[derive(Debug, Default)]
pub(in crate::crypto) struct InVain(Mutex<Option<(Instant, Option<SystemTime>)>>);

impl InVain {
    /// What reading gives; nothing, and without reading, where it gave nothing a moment ago and the folder is the same.
    pub(in crate::crypto) fn look<T>(
        &self,
        folder: &Path,
        now: Instant,
        read: impl FnOnce() -> Option<T>,
    ) -> Looked<T> {
        let changed = fs::metadata(folder).and_then(|metadata| metadata.modified()).ok();
        let last = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_soon =
            last.is_some_and(|(at, then)| then == changed && now.saturating_duration_since(at) < AGAIN);
        if is_soon {
            return Looked::Not;
        }
        let Some(found) = read() else {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, changed));
            return Looked::InVain;
        };
        Looked::Found(found)
    }
}

/// What came of a look.
#[derive(Debug)]
pub(in crate::crypto) enum Looked<T> {
    Not,
    InVain,
    Found(T),
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::*;

    const MOMENT: Duration = Duration::from_millis(999);

    fn set_changed(folder: &Path, at: SystemTime) {
        File::open(folder).unwrap().set_modified(at).unwrap();
    }

    #[test]
    fn a_folder_that_stays_as_it_was_is_not_read_again_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let (start, then) = (Instant::now(), SystemTime::UNIX_EPOCH + Duration::from_hours(1));
        set_changed(folder.path(), then);
        let (in_vain, mut reads) = (InVain::default(), 0);
        let mut look = |now, found: Option<()>| {
            let looked = in_vain.look(folder.path(), now, || {
                reads += 1;
                found
            });
            (reads, matches!(looked, Looked::Found(())))
        };
        for _ in 0..1000 {
            assert_eq!(look(start, None), (1, false));
        }
        assert_eq!(look(start + MOMENT, None), (1, false));
        assert_eq!(look(start + AGAIN, None), (2, false), "a second later");
        set_changed(folder.path(), then + AGAIN);
        assert_eq!(look(start + AGAIN, Some(())), (3, true), "it is another");
        assert_eq!(look(start + AGAIN, Some(())), (4, true), "what is found costs nobody a look");
    }
}
