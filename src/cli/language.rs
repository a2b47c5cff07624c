//! The language in which people are spoken to: one at a time.

use clap::ValueEnum;

use crate::{config::Terminal, domain::problem::Bilingual};

/// A language of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Language {
    /// Nederlands.
    #[default]
    Nl,
    /// English.
    En,
}

impl Language {
    /// The language that a terminal asks for: what `SLUIS_LANG` says, or else its locale, or else Dutch.
    #[must_use]
    pub fn of_terminal(terminal: &Terminal) -> Self {
        let named = terminal.language.as_deref().and_then(|named| Self::from_str(named, false).ok());
        let locale = || terminal.locale.as_deref().map(Self::of_locale);
        named.or_else(locale).unwrap_or_default()
    }

    /// The language of a locale (`LC_ALL`, `LC_MESSAGES` or `LANG`): English where it says so, Dutch otherwise.
    #[must_use]
    pub fn of_locale(locale: &str) -> Self {
        let language = locale.split(['_', '.', '-', '@']).next().unwrap_or_default();
        if language.eq_ignore_ascii_case("en") { Self::En } else { Self::Nl }
    }

    /// The one of two that is in this language.
    #[must_use]
    pub fn pick<T>(self, nl: T, en: T) -> T {
        match self {
            Self::Nl => nl,
            Self::En => en,
        }
    }
}

/// A number with what it counts, as `1 regel` and `2 regels`.
#[must_use]
pub fn counted(number: usize, one: &str, more: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { more })
}

/// One text in both languages, of which one is printed. There is no way from one text to it but [`Said::same`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    nl: String,
    en: String,
}

impl Said {
    /// A text in Dutch and in English.
    #[must_use]
    pub fn new(nl: impl Into<String>, en: impl Into<String>) -> Self {
        Self { nl: nl.into(), en: en.into() }
    }

    /// What is of no language: a name, a command, a path, the bytes of a file.
    #[must_use]
    pub fn same(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { nl: text.clone(), en: text }
    }

    /// The text with a list below it, a line for each item.
    #[must_use]
    pub fn listing(mut self, items: impl IntoIterator<Item = impl Into<Self>>) -> Self {
        for (place, Self { nl, en }) in items.into_iter().map(Into::into).enumerate() {
            let before = if place == 0 { ":\n  - " } else { "\n  - " };
            self.nl.extend([before, &nl]);
            self.en.extend([before, &en]);
        }
        self
    }

    /// The text in this language.
    #[must_use]
    pub fn text(&self, language: Language) -> &str {
        language.pick(&self.nl, &self.en)
    }
}

impl<N: Into<String>, E: Into<String>> From<(N, E)> for Said {
    fn from((nl, en): (N, E)) -> Self {
        Self::new(nl, en)
    }
}

impl From<Bilingual> for Said {
    fn from(Bilingual { nl, en }: Bilingual) -> Self {
        Self::new(nl, en)
    }
}

/// A [`Said`] of two formats that take the same arguments: `both!("{n} regels", "{n} lines")`.
macro_rules! both {
    ($nl:literal, $en:literal $(, $($arguments:tt)*)?) => {
        $crate::cli::language::Said::new(format!($nl $(, $($arguments)*)?), format!($en $(, $($arguments)*)?))
    };
}

/// One of two formats, in a language: `tell!(language, "{n} regels", "{n} lines")`.
macro_rules! tell {
    ($language:expr, $nl:literal, $en:literal $(, $($arguments:tt)*)?) => {
        match $language {
            $crate::cli::language::Language::Nl => format!($nl $(, $($arguments)*)?),
            $crate::cli::language::Language::En => format!($en $(, $($arguments)*)?),
        }
    };
}

pub(crate) use {both, tell};
