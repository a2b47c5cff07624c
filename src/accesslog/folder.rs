//! The copy of a log in a folder, which needs no gateway: `checkpoint`, `tile/`, `leaf-hashes`, `vkey` and proofs.
//!
//! Files are read and written without async: this is for the command line, not for a server's task.

mod read;
mod sizes;
mod strays;
mod write;

use std::{
    io,
    path::{Path, PathBuf},
};

pub use read::Folder;
pub use write::FolderWriter;

use crate::merkle::{note::NoteFault, note::VkeyError, proof::ProofError};

const CHECKPOINT: &str = "checkpoint";
const VKEY: &str = "vkey";
const LEAF_HASHES: &str = "leaf-hashes";

const PROOF: &str = ".tlog-proof";

fn proof_name(index: u64) -> String {
    format!("proof-{index}{PROOF}")
}

/// The folder cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// A file.
    #[error("`{}` cannot be used", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A copy is written into a new or an empty folder only.
    #[error("the folder `{}` is not empty", .0.display())]
    NotEmpty(PathBuf),
    /// A leaf that is written is not one of this format, or a file could not hold it.
    #[error("entry {0} is not a leaf of this format")]
    Leaf(u64),
    /// The public key is not one.
    #[error(transparent)]
    Vkey(#[from] VkeyError),
    /// The checkpoint is not signed by the key.
    #[error(transparent)]
    Checkpoint(#[from] NoteFault),
    /// The checkpoint is signed, but it is not that of the leaves that were written.
    #[error("the checkpoint states another size or root than the leaves make: nothing was signed away")]
    OtherLeaves,
    /// A proof cannot be made from what is here.
    #[error(transparent)]
    Proof(#[from] ProofError),
}

fn file(path: &Path) -> impl FnOnce(io::Error) -> FolderError {
    let path = path.to_owned();
    move |source| FolderError::File { path, source }
}
