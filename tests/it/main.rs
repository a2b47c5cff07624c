//! Tests through the doors of the rooms, in one binary. The path of a test mirrors that of what it tests.

#[cfg(test)]
mod config;
#[cfg(test)]
mod http;
