//! The tests that act through the real surfaces.

mod cli;
mod house;
mod http;
