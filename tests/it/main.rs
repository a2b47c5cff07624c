//! The tests that act through the real surfaces.

mod cli;
mod config;
mod house;
mod http;
mod store;
