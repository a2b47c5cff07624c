//! What the store says of the database, in Dutch.

use crate::store::{StoreError, StoreErrorKind};

/// What it says beyond the sort of failure, in English and in Dutch. `{}` is what it names, and stands in the Dutch where
/// that is a number or a name and no word.
const SAID: [(&str, &str); 25] = [
    (
        "`{}` is a folder; name the file of the database in it",
        "`{}` is een map; noem het bestand van de database daarin",
    ),
    (
        "there is no database at {}; look whether this is the right file and its disk is there; `sluis migrate` makes a new, empty one",
        "op {} staat geen database; kijk of dit het goede bestand is en of de schijf er is; `sluis migrate` maakt een nieuwe, lege",
    ),
    (
        "the file of the database is empty: {}; if there was one in it, restore it from its last backup; `sluis migrate` makes a new, empty one",
        "het bestand van de database is leeg: {}; stond er een in, zet dan de laatste kopie terug; `sluis migrate` maakt een nieuwe, lege",
    ),
    ("`{}` is no SQLite database, or is damaged", "`{}` is geen database van SQLite, of is beschadigd"),
    ("the database file cannot be made: {}", "het bestand van de database is niet te maken"),
    (
        "`{}` is a database of another program: it has tables, and none of them is this program's",
        "`{}` is een database van een ander programma: er staan tabellen in, en geen daarvan is van dit programma",
    ),
    (
        "the log in this database is {}; a log does not change its name: open it under that name",
        "het logboek in deze database heet {}, en verandert niet van naam: open het onder die naam",
    ),
    (
        "the database was migrated by a newer Sluis than this one: update the program",
        "de database is bijgewerkt door een nieuwere Sluis dan deze: werk het programma bij",
    ),
    (
        "the database was migrated by a newer Sluis than this one (migration {}): update the program",
        "de database is bijgewerkt door een nieuwere Sluis dan deze (migratie {}): werk het programma bij",
    ),
    (
        "the database is not up to date: run `sluis migrate` first",
        "de database is niet bij: geef eerst de opdracht `sluis migrate`",
    ),
    (
        "migration {} was applied with another text than this program holds: nothing was changed",
        "migratie {} is uitgevoerd met een andere tekst dan dit programma heeft: er is niets veranderd",
    ),
    (
        "migration {} was broken off half-way: restore the database from its last backup",
        "migratie {} is halverwege afgebroken: zet de laatste kopie van de database terug",
    ),
    ("the schema cannot be brought up to date: {}", "de tabellen zijn niet bij te werken"),
    (
        "there is no log in the database: it was emptied or replaced while the gateway ran; restore it from the last backup, or restart the gateway to begin a new log",
        "er staat geen logboek in de database: zij is leeggemaakt of vervangen terwijl de gateway draaide; zet de laatste kopie terug, of start de gateway opnieuw om een nieuw logboek te beginnen",
    ),
    (
        "the log was not begun: run `sluis migrate`",
        "het logboek is niet begonnen: geef de opdracht `sluis migrate`",
    ),
    (
        "not the address of a database: `sqlite:<path>` or `postgres://…`",
        "het is geen adres van een database: `sqlite:<pad>` of `postgres://…`",
    ),
    (
        "a SQLite database is a file: `sqlite:<path>`, without parameters",
        "een database van SQLite is een bestand: `sqlite:<pad>`, zonder parameters",
    ),
    (
        "the server does not let this user in: look at the user and its password file",
        "de server laat deze gebruiker niet binnen: kijk naar de gebruiker en het bestand met zijn wachtwoord",
    ),
    ("the server has no database of that name", "de server heeft geen database met die naam"),
    (
        "PostgreSQL runs with fsync=off: what it confirms can be lost; turn it on",
        "PostgreSQL draait met fsync=off: wat het bevestigt, kan verloren gaan; zet fsync aan",
    ),
    (
        "the log of this database was moved to another one (`sluis database move`): give that one's address in `database.url`, and leave this one",
        "het logboek van deze database is verplaatst naar een andere (`sluis database move`): noem het adres daarvan in `database.url`, en laat deze staan",
    ),
    (
        "a database moves from SQLite to PostgreSQL, and to nothing else",
        "een database gaat van SQLite naar PostgreSQL, en niet anders",
    ),
    (
        "the other database is not empty, and holds no copy of this one: give one that `sluis migrate` made and nothing used",
        "de andere database is niet leeg, en is geen kopie van deze: geef er een die `sluis migrate` maakte en die niets gebruikte",
    ),
    (
        "the other database holds this log, but not all that is here: empty it and begin anew",
        "de andere database heeft dit logboek, maar niet alles wat hier staat: maak haar leeg en begin opnieuw",
    ),
    (
        "PostgreSQL is backed up by its own tools, such as pg_dump",
        "van PostgreSQL maakt u een kopie met zijn eigen gereedschap, zoals pg_dump",
    ),
];

/// The sort of failure, and what exactly is not in order where the store knows it.
pub(super) fn in_dutch(error: &StoreError) -> String {
    let said = error.to_string();
    if let Some(told) = SAID.iter().find_map(|(en, nl)| filled(en, nl, &said)) {
        return told;
    }
    match error.kind() {
        StoreErrorKind::Full => "de schijf van de database is vol".to_owned(),
        StoreErrorKind::ReadOnly => "de database staat op alleen lezen".to_owned(),
        StoreErrorKind::Io => "de schijf van de database neemt niet aan wat erop geschreven wordt".to_owned(),
        StoreErrorKind::Damaged => "het bestand is geen database van SQLite, of het is beschadigd".to_owned(),
        StoreErrorKind::Moved => {
            "het bestand van de database is weggehaald of vervangen terwijl dit programma liep".to_owned()
        }
        StoreErrorKind::Left => "het logboek van deze database is verplaatst naar een andere".to_owned(),
        StoreErrorKind::Unavailable => "de database gaf geen antwoord, of weigerde".to_owned(),
        StoreErrorKind::Inconsistent => {
            let place = said.split('`').nth(1).map(|place| format!(" in `{place}`")).unwrap_or_default();
            format!("in de database staat{place} iets wat dit programma niet schreef")
        }
        StoreErrorKind::Schema => "de tabellen van de database passen niet bij dit programma".to_owned(),
        StoreErrorKind::Settings => "zo is deze database niet te gebruiken".to_owned(),
    }
}

/// The Dutch of what was said, if it was said with this English.
fn filled(en: &str, nl: &str, said: &str) -> Option<String> {
    match en.split_once("{}") {
        Some((begin, end)) => {
            let named = said.strip_prefix(begin)?.strip_suffix(end)?;
            Some(nl.replacen("{}", named, 1))
        }
        None => (said == en).then(|| nl.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The texts that the store gives to errors of these sorts.
    fn texts(source: &str) -> Vec<String> {
        let mut found = Vec::new();
        for maker in ["StoreError::schema(", "StoreError::settings("] {
            for behind in source.split(maker).skip(1) {
                let begin = behind.trim_start().trim_start_matches("format!(").trim_start();
                let Some(literal) = begin.strip_prefix('"') else { continue };
                let text = literal.split_once('"').unwrap().0;
                found.push(text.split("\\\n").map(str::trim_start).collect());
            }
        }
        found
    }

    #[test]
    fn what_the_store_says_of_schema_and_settings_has_its_dutch() {
        // Nobody gives such a name to a file, nor lives before 1970.
        const LEFT: [&str; 2] = ["the name of the file is no UTF-8", "the clock stands before 1970"];
        let mut seen = 0;
        for source in [
            include_str!("../../store/db.rs"),
            include_str!("../../store/db/address.rs"),
            include_str!("../../store/db/connections.rs"),
            include_str!("../../store/db/log.rs"),
            include_str!("../../store/db/schema.rs"),
            include_str!("../../store/backup.rs"),
            include_str!("../../store/relocate.rs"),
            include_str!("../../store/writer/append.rs"),
        ] {
            for text in texts(source) {
                let said: String = text.split(['{', '}']).collect();
                let known = SAID.iter().any(|(en, nl)| filled(en, nl, &said).is_some());
                assert!(known || LEFT.contains(&text.as_str()), "{text}");
                seen += 1;
            }
        }
        assert!(seen > 12, "{seen}");
    }

    #[test]
    fn what_is_named_is_named_in_dutch_too() {
        let told = |kind: fn(&str) -> Option<String>, said: &str| kind(said).unwrap();
        let find: fn(&str) -> Option<String> = |said| SAID.iter().find_map(|(en, nl)| filled(en, nl, said));
        assert_eq!(
            told(find, "migration 3 was broken off half-way: restore the database from its last backup"),
            "migratie 3 is halverwege afgebroken: zet de laatste kopie van de database terug"
        );
        assert_eq!(
            told(find, "the database file cannot be made: permission denied"),
            "het bestand van de database is niet te maken"
        );
    }
}
