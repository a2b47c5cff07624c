//! A proof that stands alone: index, inclusion proof and signed checkpoint in one text (C2SP `tlog-proof@v1`).

use std::{fmt, str::FromStr};

use base64::{Engine, prelude::BASE64_STANDARD};

use super::{
    checkpoint::Checkpoint,
    note::{LogVerifier, NoteFault, read_unchecked},
    proof::{ProofError, verify_inclusion},
};
use crate::domain::digest::Digest;

const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// That a leaf stands at an index of a log, in a form that can be checked without the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlogProof {
    /// Data that the format carries and does not protect. Sluis writes none.
    pub extra: Option<Vec<u8>>,
    /// The index of the leaf, from 0.
    pub index: u64,
    /// The inclusion proof, from the leaf's sibling up.
    pub hashes: Vec<Digest>,
    /// The signed checkpoint, as it was issued.
    pub checkpoint: String,
}

/// The text is not a proof of this format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a tlog-proof at line {line}: {expected}")]
pub struct InvalidProof {
    /// The line at which it departs from the format, from 1.
    pub line: usize,
    /// What should stand there.
    pub expected: &'static str,
}

/// A proof was read but does not prove.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unproven {
    /// Its checkpoint is not acceptable.
    #[error(transparent)]
    Checkpoint(#[from] NoteFault),
    /// Its hashes do not lead from the leaf to the checkpoint's root.
    #[error(transparent)]
    Proof(#[from] ProofError),
}

impl TlogProof {
    /// Checks signature and path, and gives the checkpoint under which the leaf stands at the index.
    ///
    /// # Errors
    /// [`Unproven`] says which of the two fails.
    pub fn verify(&self, leaf: &Digest, log: &LogVerifier) -> Result<Checkpoint, Unproven> {
        let checkpoint = log.open(&self.checkpoint)?;
        verify_inclusion(&self.hashes, self.index, checkpoint.size, &checkpoint.root, leaf)?;
        Ok(checkpoint)
    }
}

impl fmt::Display for TlogProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", BASE64_STANDARD.encode(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        for hash in &self.hashes {
            writeln!(f, "{}", BASE64_STANDARD.encode(hash.0))?;
        }
        write!(f, "\n{}", self.checkpoint)
    }
}

impl FromStr for TlogProof {
    type Err = InvalidProof;

    fn from_str(text: &str) -> Result<Self, InvalidProof> {
        let (head, checkpoint) = text
            .split_once("\n\n")
            .ok_or(InvalidProof { line: 1, expected: "an empty line before the checkpoint" })?;
        let mut lines = (1..).zip(head.split('\n')).peekable();
        let at = |line, expected| InvalidProof { line, expected };

        if lines.next().is_none_or(|(_, line)| line != HEADER) {
            return Err(at(1, "c2sp.org/tlog-proof@v1"));
        }
        let mut extra = None;
        if let Some((number, encoded)) =
            lines.peek().and_then(|(number, line)| Some((*number, line.strip_prefix("extra ")?)))
        {
            extra = Some(BASE64_STANDARD.decode(encoded).map_err(|_| at(number, "extra and base64"))?);
            lines.next();
        }
        let index = lines.next().and_then(|(_, line)| decimal(line.strip_prefix("index ")?));
        let index = index.ok_or(at(if extra.is_some() { 3 } else { 2 }, "index and a decimal number"))?;
        let mut hashes = Vec::new();
        for (number, line) in lines {
            let hash = BASE64_STANDARD.decode(line).ok().and_then(|bytes| Digest::from_slice(&bytes).ok());
            // 63 is the height of the largest tree; more lines are not a proof but a burden.
            let hash = hash.filter(|_| hashes.len() < 63);
            hashes.push(hash.ok_or(at(number, "at most 63 hashes of 32 bytes in base64"))?);
        }
        read_unchecked(checkpoint)
            .map_err(|_| at(head.split('\n').count().saturating_add(2), "a signed checkpoint"))?;
        Ok(Self { extra, index, hashes, checkpoint: checkpoint.to_owned() })
    }
}

fn decimal(text: &str) -> Option<u64> {
    text.parse::<u64>().ok().filter(|number| number.to_string() == text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merkle::{naive, note::LogKey};

    fn log() -> LogKey {
        LogKey::from_seed("sluis.example/2026".parse().unwrap(), &[1; 32]).unwrap()
    }

    fn proof(index: usize, size: usize) -> TlogProof {
        let leaves = naive::leaves(size);
        let (origin, root) = (log().origin().clone(), naive::root(&leaves));
        TlogProof {
            extra: None,
            index: u64::try_from(index).unwrap(),
            hashes: naive::path(index, &leaves),
            checkpoint: log().sign(&Checkpoint { origin, size: u64::try_from(size).unwrap(), root }).unwrap(),
        }
    }

    #[test]
    fn the_text_is_that_of_the_specification() {
        let proof = proof(1, 3);
        let leaves = naive::leaves(3);
        let b64 = |hash: &Digest| BASE64_STANDARD.encode(hash.0);
        let expected = format!(
            "c2sp.org/tlog-proof@v1\nindex 1\n{}\n{}\n\nsluis.example/2026\n3\n",
            b64(&leaves[0]),
            b64(&leaves[2])
        );
        assert!(proof.to_string().starts_with(&expected), "{proof}");
        assert_eq!(proof.to_string().parse(), Ok(proof.clone()));

        let with_extra = TlogProof { extra: Some(b"age".to_vec()), ..proof };
        assert!(with_extra.to_string().contains("@v1\nextra YWdl\nindex 1\n"));
        assert_eq!(with_extra.to_string().parse(), Ok(with_extra));
    }

    #[test]
    fn it_proves_its_leaf_and_no_other() {
        let verifier = LogVerifier::from_vkey(&log().vkey()).unwrap();
        let leaves = naive::leaves(1000);
        for index in [0, 1, 500, 999] {
            let proof: TlogProof = proof(index, 1000).to_string().parse().unwrap();
            assert_eq!(proof.verify(&leaves[index], &verifier).unwrap().size, 1000);
            let other = proof.verify(&leaves[(index + 1) % 1000], &verifier);
            assert_eq!(other, Err(Unproven::Proof(ProofError::Wrong)));
            let moved = TlogProof { index: proof.index ^ 1, ..proof.clone() };
            assert!(moved.verify(&leaves[index], &verifier).is_err());
            let unsigned =
                TlogProof { checkpoint: proof.checkpoint.replace("\n1000\n", "\n1001\n"), ..proof };
            let fault = Err(Unproven::Checkpoint(NoteFault::BadSignature));
            assert_eq!(unsigned.verify(&leaves[index], &verifier), fault);
        }
    }

    #[test]
    fn a_single_leaf_needs_no_hash() {
        let proof = proof(0, 1);
        assert!(proof.to_string().starts_with("c2sp.org/tlog-proof@v1\nindex 0\n\nsluis"));
        let verifier = LogVerifier::from_vkey(&log().vkey()).unwrap();
        assert!(proof.verify(&naive::leaves(1)[0], &verifier).is_ok());
    }

    #[test]
    fn faults_name_their_line() {
        let good = proof(1, 3).to_string();
        let line = |text: String| text.parse::<TlogProof>().unwrap_err().line;
        assert_eq!(line(String::new()), 1);
        assert_eq!(line(good.replace("@v1", "@v2")), 1);
        assert_eq!(line(good.replace("index 1", "index 01")), 2);
        assert_eq!(line(good.replace("index 1", "extra ?\nindex 1")), 2);
        assert_eq!(line(good.replace("index 1", "extra YQ==\nindices 1")), 3);
        assert_eq!(line(good.replace("index 1", "index 1\nAAAA")), 3);
        assert_eq!(line(good.replace("\n3\n", "\nthree\n")), 6);
    }
}
