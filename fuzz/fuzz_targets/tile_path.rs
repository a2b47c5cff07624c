#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| drop(sluis_fuzz::tile_path(bytes)));
