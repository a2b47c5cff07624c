//! Signed checkpoints: the log's Ed25519 key, its public text form, and the check of a signature (C2SP `signed-note`).

use std::fmt;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{Engine, prelude::BASE64_STANDARD};
use signed_note::{Note, NoteError, Signature, StandardVerifier, VerifierError, VerifierList};

use super::checkpoint::{Checkpoint, InvalidCheckpoint, Origin};

/// The signature type of Ed25519 in a note.
const ED25519: u8 = 1;

/// The key with which a log signs its checkpoints. The key's name is the log's origin.
pub struct LogKey {
    origin: Origin,
    id: u32,
    pair: Ed25519KeyPair,
}

/// A checkpoint could not be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// The checkpoint is of another log.
    #[error("the checkpoint belongs to another log than the key")]
    OtherLog,
    /// The seed is not a key, or the note cannot be made.
    #[error("the log key cannot be used")]
    Key,
}

impl LogKey {
    /// The key that this seed makes (RFC 8032: 32 secret bytes).
    ///
    /// # Errors
    /// [`SignError::Key`] when the seed is refused.
    pub fn from_seed(origin: Origin, seed: &[u8; 32]) -> Result<Self, SignError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| SignError::Key)?;
        let id = signed_note::key_id(origin.as_str(), &typed(pair.public_key().as_ref()));
        Ok(Self { origin, id, pair })
    }

    /// The log that it signs for.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The public key as text: `<origin>+<key id in hexadecimal>+<base64 of the type and the key>`.
    #[must_use]
    pub fn vkey(&self) -> String {
        let key = BASE64_STANDARD.encode(typed(self.pair.public_key().as_ref()));
        format!("{}+{:08x}+{key}", self.origin, self.id)
    }

    /// The signed note: the checkpoint's text, an empty line and one signature line.
    ///
    /// A log must never publish two checkpoints that contradict each other: the caller lets the note leave only after the
    /// head that it signs is committed.
    ///
    /// # Errors
    /// [`SignError::OtherLog`] when the origin differs.
    pub fn sign(&self, checkpoint: &Checkpoint) -> Result<String, SignError> {
        if checkpoint.origin != self.origin {
            return Err(SignError::OtherLog);
        }
        let text = checkpoint.to_text();
        let signature = self.pair.sign(text.as_bytes()).as_ref().to_vec();
        let line = Signature::new(self.origin.as_str().to_owned(), self.id, signature);
        let note = Note::new(text.as_bytes(), &[line.map_err(|_| SignError::Key)?]);
        String::from_utf8(note.map_err(|_| SignError::Key)?.to_bytes()).map_err(|_| SignError::Key)
    }
}

impl fmt::Debug for LogKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogKey({})", self.vkey())
    }
}

fn typed(key: &[u8]) -> Vec<u8> {
    [&[ED25519], key].concat()
}

/// The public key of a log: checks its checkpoints.
#[derive(Clone)]
pub struct LogVerifier {
    origin: Origin,
    vkey: String,
    verifier: StandardVerifier,
}

/// The text is not the public key of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VkeyError {
    /// Another form.
    #[error("not the public key of a log: <origin>+<8 hexadecimal digits>+<base64>")]
    Form,
    /// Not Ed25519.
    #[error("the log's key is of a type that is not known here: only Ed25519 is")]
    Algorithm,
    /// The key id does not belong to the name and the key.
    #[error("the key id does not fit the origin and the key: the text was changed or cut")]
    KeyId,
}

/// A signed checkpoint was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteFault {
    /// Not a signed note at all.
    #[error("not a signed note: text, an empty line and signature lines are expected")]
    Malformed,
    /// No line is signed by this key.
    #[error("the checkpoint bears no signature by the log's key")]
    NotSigned,
    /// The line of this key does not verify: text or signature were changed.
    #[error("the log's signature on the checkpoint is wrong: the text or the signature was changed")]
    BadSignature,
    /// The signed text is not a checkpoint.
    #[error(transparent)]
    NotACheckpoint(#[from] InvalidCheckpoint),
    /// The signed text is the checkpoint of another log.
    #[error("the checkpoint is of another log than the key")]
    OtherLog,
}

impl LogVerifier {
    /// Reads a public key as [`LogKey::vkey`] writes it. White space around it is allowed.
    ///
    /// # Errors
    /// [`VkeyError`] says what is wrong with it.
    pub fn from_vkey(vkey: &str) -> Result<Self, VkeyError> {
        let vkey = vkey.trim();
        let verifier = StandardVerifier::new(vkey).map_err(|error| match error {
            VerifierError::Format => VkeyError::Form,
            VerifierError::Alg => VkeyError::Algorithm,
            VerifierError::Id => VkeyError::KeyId,
        })?;
        let (name, _) = vkey.split_once('+').ok_or(VkeyError::Form)?;
        Ok(Self { origin: name.parse().map_err(|_| VkeyError::Form)?, vkey: vkey.to_owned(), verifier })
    }

    /// The log whose checkpoints it checks.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The key as text.
    #[must_use]
    pub fn vkey(&self) -> &str {
        &self.vkey
    }

    /// Whether this text is the same public key. White space around it is allowed.
    #[must_use]
    pub fn has_vkey(&self, vkey: &str) -> bool {
        Self::from_vkey(vkey).is_ok_and(|other| other.vkey == self.vkey)
    }

    /// The checkpoint in a signed note, after its signature was checked. Lines by other keys (witnesses) are ignored.
    ///
    /// # Errors
    /// [`NoteFault`] says why nothing in the note may be believed.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the enum is another crate's, and may grow")]
    pub fn open(&self, note: &str) -> Result<Checkpoint, NoteFault> {
        let note = Note::from_bytes(note.as_bytes()).map_err(|_| NoteFault::Malformed)?;
        let known = VerifierList::new(vec![Box::new(self.verifier.clone())]);
        note.verify(&known).map_err(|error| match error {
            NoteError::InvalidSignature { .. } => NoteFault::BadSignature,
            NoteError::UnverifiedNote => NoteFault::NotSigned,
            _ => NoteFault::Malformed,
        })?;
        let checkpoint = Checkpoint::from_text(note.text())?;
        if checkpoint.origin == self.origin { Ok(checkpoint) } else { Err(NoteFault::OtherLog) }
    }
}

impl fmt::Debug for LogVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogVerifier({})", self.vkey)
    }
}

/// What a signed note says about the log, **unchecked**: for showing it, and for finding out what is wrong with it.
///
/// # Errors
/// [`NoteFault::Malformed`] or [`NoteFault::NotACheckpoint`].
pub fn read_unchecked(note: &str) -> Result<Checkpoint, NoteFault> {
    let note = Note::from_bytes(note.as_bytes()).map_err(|_| NoteFault::Malformed)?;
    Ok(Checkpoint::from_text(note.text())?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merkle::hash::EMPTY_ROOT;

    fn key(origin: &str, seed: u8) -> LogKey {
        LogKey::from_seed(origin.parse().unwrap(), &[seed; 32]).unwrap()
    }

    fn checkpoint(origin: &str) -> Checkpoint {
        Checkpoint { origin: origin.parse().unwrap(), size: 3, root: EMPTY_ROOT }
    }

    #[test]
    fn the_key_of_the_specification_has_its_text() {
        // From the documentation of golang.org/x/mod/sumdb/note: a known seed, name and verifier.
        let seed = BASE64_STANDARD.decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz").unwrap();
        let seed: [u8; 32] = seed[1..].try_into().unwrap();
        let key = LogKey::from_seed("PeterNeumann".parse().unwrap(), &seed).unwrap();
        assert_eq!(key.vkey(), "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
    }

    #[test]
    fn what_was_signed_opens() {
        let key = key("sluis.example/2026", 1);
        let note = key.sign(&checkpoint("sluis.example/2026")).unwrap();
        assert!(note.starts_with("sluis.example/2026\n3\n47DEQpj8"), "{note}");
        assert!(note.contains("=\n\n— sluis.example/2026 "), "{note}");
        let verifier = LogVerifier::from_vkey(&key.vkey()).unwrap();
        assert_eq!(verifier.open(&note), Ok(checkpoint("sluis.example/2026")));
        assert_eq!(read_unchecked(&note), Ok(checkpoint("sluis.example/2026")));
    }

    #[test]
    fn what_was_changed_does_not() {
        let log = key("sluis.example/2026", 1);
        let verifier = LogVerifier::from_vkey(&log.vkey()).unwrap();
        let note = log.sign(&checkpoint("sluis.example/2026")).unwrap();
        assert_eq!(verifier.open(&note.replace("\n3\n", "\n4\n")), Err(NoteFault::BadSignature));
        assert_eq!(verifier.open(note.trim_end()), Err(NoteFault::Malformed));
        assert_eq!(verifier.open(""), Err(NoteFault::Malformed));

        let stranger = key("sluis.example/2026", 2).sign(&checkpoint("sluis.example/2026")).unwrap();
        assert_eq!(verifier.open(&stranger), Err(NoteFault::NotSigned));
        let line = stranger.lines().last().unwrap();
        assert!(verifier.open(&format!("{note}{line}\n")).is_ok(), "a witness' line is ignored");
        assert_eq!(log.sign(&checkpoint("elsewhere")), Err(SignError::OtherLog));

        // A key that signs what it should not: the text of another log.
        let text = checkpoint("elsewhere").to_text();
        let signature = log.pair.sign(text.as_bytes()).as_ref().to_vec();
        let line = Signature::new("sluis.example/2026".to_owned(), log.id, signature).unwrap();
        let note = Note::new(text.as_bytes(), &[line]).unwrap().to_bytes();
        assert_eq!(verifier.open(std::str::from_utf8(&note).unwrap()), Err(NoteFault::OtherLog));
    }

    #[test]
    fn faults_of_a_vkey_are_told_apart() {
        let vkey = key("sluis.example/2026", 1).vkey();
        let verifier = LogVerifier::from_vkey(&format!("{vkey}\n")).unwrap();
        assert_eq!(verifier.vkey(), vkey, "without the white space");
        assert!(verifier.has_vkey(&format!(" {vkey}")));
        assert!(!verifier.has_vkey(&key("sluis.example/2026", 2).vkey()), "another key of the same log");
        let fault = |text: &str| LogVerifier::from_vkey(text).unwrap_err();
        assert_eq!(fault("sluis"), VkeyError::Form);
        assert_eq!(fault(&vkey.replace("2026", "2027")), VkeyError::KeyId);
        let other = BASE64_STANDARD.encode([4; 33]);
        let id = signed_note::key_id("o", &[4; 33]);
        assert_eq!(fault(&format!("o+{id:08x}+{other}")), VkeyError::Algorithm);
    }
}
