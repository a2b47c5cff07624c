//! The tests that play over real interfaces, one module per surface.

mod cli;
