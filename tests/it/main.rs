//! The one integration binary. Its rooms mirror those of `src/` and the paths of the interface.

mod store;
