//! Exports as `age` streams (age-encryption.org/v1): whatever their size, in constant memory.
//!
//! A recipient either has an age key of its own, or a JWK: then a fresh age key is made for one export and travels to it
//! inside a JWE ([`wrap_identity`]).

use std::{
    fmt,
    io::{self, Read, Write},
    str::FromStr,
};

use age::secrecy::ExposeSecret;
use zeroize::Zeroizing;

use super::{
    jwe,
    keys::{PrivateKey, RecipientKey},
    seal::{OpenError, SealError},
};

/// `cty` of a JWE that carries an age identity.
pub const IDENTITY_CTY: &str = "application/vnd.sluis.age-identity";
const CHUNK: usize = 64 * 1024;

/// Why an export was not sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum EnvelopeError {
    /// The text is not an age X25519 key (`age1...` or `AGE-SECRET-KEY-1...`).
    #[error("not an age X25519 key")]
    Key,
    /// Nobody to seal to.
    #[error("an export needs at least one recipient")]
    NoRecipient,
    /// Not an age file, not for this key, or changed or cut short on the way. What was written so far must be thrown away.
    #[error("the export does not open with this key, or it was changed or cut short")]
    Unopenable,
    /// The identity could not be sealed to the recipient's JWK.
    #[error(transparent)]
    Sealing(#[from] SealError),
    /// The JWE that carries the identity does not open.
    #[error(transparent)]
    Identity(#[from] OpenError),
    /// Reading or writing failed.
    #[error("the export could not be read or written")]
    Io(#[source] io::Error),
}

/// An age X25519 public key.
#[derive(Clone)]
pub struct Recipient(age::x25519::Recipient);

impl FromStr for Recipient {
    type Err = EnvelopeError;

    fn from_str(text: &str) -> Result<Self, EnvelopeError> {
        text.parse().map(Self).map_err(|_| EnvelopeError::Key)
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Recipient({})", self.0)
    }
}

/// An age X25519 private key; wiped when dropped.
pub struct Identity(age::x25519::Identity);

impl Identity {
    /// A new key, from the operating system's randomness.
    #[must_use]
    pub fn generate() -> Self {
        Self(age::x25519::Identity::generate())
    }

    /// The public half.
    #[must_use]
    pub fn recipient(&self) -> Recipient {
        Recipient(self.0.to_public())
    }

    /// The text of the key, `AGE-SECRET-KEY-1...`, for a file that only its owner can read.
    #[must_use]
    pub fn expose(&self) -> Zeroizing<String> {
        Zeroizing::new(self.0.to_string().expose_secret().to_owned())
    }
}

impl FromStr for Identity {
    type Err = EnvelopeError;

    fn from_str(text: &str) -> Result<Self, EnvelopeError> {
        text.trim().parse().map(Self).map_err(|_| EnvelopeError::Key)
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity(redacted)")
    }
}

/// Seals a stream to all recipients; each of them can open it. Gives the number of bytes that went in.
///
/// # Errors
/// [`EnvelopeError::NoRecipient`]; [`EnvelopeError::Io`] when reading or writing fails: the output is then not whole.
pub fn seal(
    input: &mut dyn Read,
    output: impl Write,
    recipients: &[Recipient],
) -> Result<u64, EnvelopeError> {
    seal_with(output, recipients, |writer| copy(input, writer))
}

/// Seals what is written, as a stream in constant memory.
///
/// # Errors
/// [`EnvelopeError`], that of the writer included. What was written so far must be thrown away.
pub fn seal_with<T>(
    output: impl Write,
    recipients: &[Recipient],
    write: impl FnOnce(&mut dyn Write) -> Result<T, EnvelopeError>,
) -> Result<T, EnvelopeError> {
    let recipients = recipients.iter().map(|recipient| -> &dyn age::Recipient { &recipient.0 });
    let encryptor = age::Encryptor::with_recipients(recipients).map_err(|_| EnvelopeError::NoRecipient)?;
    let mut writer = encryptor.wrap_output(output).map_err(EnvelopeError::Io)?;
    let written = write(&mut writer)?;
    writer.finish().and_then(|mut output| output.flush()).map_err(EnvelopeError::Io)?;
    Ok(written)
}

/// Opens a stream. Gives the number of bytes that came out.
///
/// Every chunk is checked before it is written, but that the end is the end is known at the end only: on an error the
/// caller must throw away what was written.
///
/// # Errors
/// [`EnvelopeError::Unopenable`] or [`EnvelopeError::Io`].
pub fn open(input: impl Read, output: &mut dyn Write, identity: &Identity) -> Result<u64, EnvelopeError> {
    let decryptor = age::Decryptor::new(input).map_err(|_| EnvelopeError::Unopenable)?;
    let identity: &dyn age::Identity = &identity.0;
    let mut reader = decryptor.decrypt(std::iter::once(identity)).map_err(|_| EnvelopeError::Unopenable)?;
    copy(&mut reader, output)
}

/// Seals the private key of one export to a recipient's JWK.
///
/// # Errors
/// [`EnvelopeError::Sealing`].
pub fn wrap_identity(identity: &Identity, key: &RecipientKey) -> Result<String, EnvelopeError> {
    Ok(jwe::encrypt(identity.expose().as_bytes(), key, IDENTITY_CTY, &[])?)
}

/// Opens what [`wrap_identity`] sealed.
///
/// # Errors
/// [`EnvelopeError::Identity`] when the JWE does not open or carries something else; [`EnvelopeError::Key`] when its
/// content is no age key.
pub fn unwrap_identity(message: &str, key: &PrivateKey) -> Result<Identity, EnvelopeError> {
    let text = key.open(message, IDENTITY_CTY)?;
    std::str::from_utf8(&text).map_err(|_| EnvelopeError::Key)?.parse()
}

/// As `std::io::copy`, with a buffer that is wiped: what passes through is personal data.
fn copy(input: &mut dyn Read, output: &mut dyn Write) -> Result<u64, EnvelopeError> {
    let mut buffer = Zeroizing::new(vec![0; CHUNK]);
    let mut total = 0_u64;
    loop {
        let count = match input.read(&mut buffer) {
            Ok(0) => return Ok(total),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            // age reports a false or missing chunk as one of these two.
            Err(error)
                if matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof) =>
            {
                return Err(EnvelopeError::Unopenable);
            }
            Err(error) => return Err(EnvelopeError::Io(error)),
        };
        output.write_all(buffer.get(..count).unwrap_or_default()).map_err(EnvelopeError::Io)?;
        total = total.saturating_add(u64::try_from(count).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::keys::KeyAlgorithm;

    fn sealed(content: &[u8], recipients: &[Recipient]) -> Vec<u8> {
        let mut output = Vec::new();
        let count = seal(&mut &*content, &mut output, recipients).unwrap();
        assert_eq!(count, u64::try_from(content.len()).unwrap());
        output
    }

    fn opened(message: &[u8], identity: &Identity) -> Result<Vec<u8>, EnvelopeError> {
        let mut output = Vec::new();
        open(message, &mut output, identity).map(|_| output)
    }

    #[test]
    fn each_recipient_opens_and_nobody_else() {
        let (one, two, other) = (Identity::generate(), Identity::generate(), Identity::generate());
        let content = vec![7; 200_000];
        let message = sealed(&content, &[one.recipient(), two.recipient()]);
        assert_eq!(opened(&message, &one).unwrap(), content);
        assert_eq!(opened(&message, &two).unwrap(), content);
        assert!(matches!(opened(&message, &other), Err(EnvelopeError::Unopenable)));
        assert!(matches!(seal(&mut io::empty(), Vec::new(), &[]), Err(EnvelopeError::NoRecipient)));
    }

    #[test]
    fn a_cut_or_changed_export_is_noticed() {
        let own = Identity::generate();
        let message = sealed(&vec![7; 200_000], &[own.recipient()]);
        for cut in [0, 10, 300, 65_536 + 300, message.len() - 1] {
            assert!(matches!(opened(&message[..cut], &own), Err(EnvelopeError::Unopenable)), "cut at {cut}");
        }
        let mut changed = message;
        *changed.last_mut().unwrap() ^= 1;
        assert!(matches!(opened(&changed, &own), Err(EnvelopeError::Unopenable)));
    }

    #[test]
    fn the_key_of_an_export_travels_in_a_jwe() {
        let (own, other) = (
            PrivateKey::generate(KeyAlgorithm::EcdhEs).unwrap(),
            PrivateKey::generate(KeyAlgorithm::EcdhEs).unwrap(),
        );
        let identity = Identity::generate();
        let wrapped = wrap_identity(&identity, own.public()).unwrap();
        let unwrapped = unwrap_identity(&wrapped, &own).unwrap();
        assert_eq!(*unwrapped.expose(), *identity.expose());
        assert!(matches!(
            unwrap_identity(&wrapped, &other),
            Err(EnvelopeError::Identity(OpenError::OtherKey))
        ));
        assert_eq!(format!("{identity:?}"), "Identity(redacted)");
    }
}
