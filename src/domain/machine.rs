//! What a machine says of its files and connections, in Dutch.

use std::io;

/// What a machine says by a number alone, for which the standard library has no kind: Linux and macOS have the same ones.
const BY_NUMBER: [(i32, &str); 3] = [
    (5, "het apparaat of de schijf geeft een fout"),
    (23, "er staan op deze machine te veel bestanden open"),
    (24, "er staan te veel bestanden open"),
];

/// How the standard library begins what the resolver of names says, for which it has no kind.
const NO_SUCH_NAME: &str = "failed to lookup address information";

/// Whether there is no room left, on the disk or for this user.
#[must_use]
pub fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

/// What a machine says of a file or a connection, in Dutch and without its number; none of an error that a library made of
/// its own.
#[must_use]
#[expect(clippy::wildcard_enum_match_arm, reason = "the enum is the standard library's, and grows")]
pub fn in_dutch(error: &io::Error) -> Option<String> {
    let number = error.raw_os_error();
    if number.is_none() && error.to_string().starts_with(NO_SUCH_NAME) {
        return Some("een machine van die naam is niet te vinden".to_owned());
    }
    let words = match error.kind() {
        io::ErrorKind::NotFound => "dat bestaat niet",
        io::ErrorKind::PermissionDenied => "dat mag deze gebruiker niet",
        io::ErrorKind::AlreadyExists => "dat bestaat al",
        io::ErrorKind::IsADirectory => "het is een map",
        io::ErrorKind::NotADirectory => "een deel van het pad is geen map",
        io::ErrorKind::DirectoryNotEmpty => "de map is niet leeg",
        io::ErrorKind::ReadOnlyFilesystem => "de schijf staat op alleen lezen",
        io::ErrorKind::StorageFull => "de schijf is vol",
        io::ErrorKind::QuotaExceeded => "de ruimte van deze gebruiker is op",
        io::ErrorKind::FileTooLarge => "het bestand wordt te groot",
        io::ErrorKind::InvalidFilename => "zo mag een bestand niet heten",
        io::ErrorKind::ResourceBusy | io::ErrorKind::WouldBlock => "het is in gebruik",
        io::ErrorKind::NotSeekable => "het is een pijp of een apparaat, en geen gewoon bestand",
        io::ErrorKind::StaleNetworkFileHandle => "de netwerkschijf is weg",
        io::ErrorKind::OutOfMemory => "het geheugen is vol",
        io::ErrorKind::Unsupported => "dat kan op deze machine niet",
        io::ErrorKind::Interrupted => "het is onderbroken",
        io::ErrorKind::BrokenPipe => "wie het las, is weggegaan",
        io::ErrorKind::WriteZero => "er kon niets meer bij",
        io::ErrorKind::AddrInUse => "dat adres is al in gebruik",
        io::ErrorKind::AddrNotAvailable => "dat adres is niet van deze machine",
        io::ErrorKind::ConnectionRefused => "de verbinding is geweigerd",
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted => "de verbinding is verbroken",
        io::ErrorKind::NotConnected => "er is geen verbinding",
        io::ErrorKind::HostUnreachable => "die machine is niet te bereiken",
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::NetworkDown => "het netwerk is niet te bereiken",
        io::ErrorKind::TimedOut => "het duurde te lang",
        io::ErrorKind::InvalidData => "de inhoud is geen tekst in UTF-8, of heeft niet de goede vorm",
        io::ErrorKind::UnexpectedEof => "het houdt te vroeg op",
        io::ErrorKind::InvalidInput if number.is_none() => "het is geen gewoon bestand",
        _ => match BY_NUMBER.iter().find(|(known, _)| Some(*known) == number) {
            Some((_, words)) => words,
            None => return number.map(|number| format!("de machine weigerde het met foutnummer {number}")),
        },
    };
    Some(words.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn a_machine_is_understood_without_its_numbers() {
        for (number, says) in [
            (2, "dat bestaat niet"),
            (13, "dat mag deze gebruiker niet"),
            (21, "het is een map"),
            (24, "er staan te veel bestanden open"),
            (28, "de schijf is vol"),
            (30, "de schijf staat op alleen lezen"),
            (111, "de verbinding is geweigerd"),
            (110, "het duurde te lang"),
            (98, "dat adres is al in gebruik"),
            (95, "dat kan op deze machine niet"),
            (61, "de machine weigerde het met foutnummer 61"),
        ] {
            assert_eq!(in_dutch(&io::Error::from_raw_os_error(number)).as_deref(), Some(says), "{number}");
        }
        // Every number that Linux has, in words that are not the machine's.
        for number in 1..=133 {
            let error = io::Error::from_raw_os_error(number);
            let told = in_dutch(&error).unwrap();
            assert!(!told.contains("os error") && !error.to_string().contains(&told), "{told}");
        }
    }

    #[test]
    fn what_a_library_says_has_no_dutch() {
        assert_eq!(in_dutch(&io::Error::other("a library's own words")), None);
    }
}
