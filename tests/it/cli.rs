//! The command line.

mod tree;
