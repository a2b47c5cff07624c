//! The tests that act through the real surfaces.

mod house;
