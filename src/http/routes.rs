//! The routes, one file each. How one is added stands in [`openapi`](super::openapi).
