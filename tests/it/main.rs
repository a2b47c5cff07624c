//! The tests that act through the real surfaces.

// `cfg(test)`, so that clippy knows helper functions for tests too.
#[cfg(test)]
mod cli;
#[cfg(test)]
mod config;
#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod house;
#[cfg(test)]
mod http;
#[cfg(test)]
mod log_format;
#[cfg(test)]
mod odd;
#[cfg(test)]
mod promises;
#[cfg(test)]
mod release;
#[cfg(test)]
mod store;
#[cfg(test)]
mod stories;
#[cfg(test)]
mod support;
#[cfg(test)]
mod survival;
