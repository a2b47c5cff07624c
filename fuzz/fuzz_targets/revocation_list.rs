#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    sluis_fuzz::revocation_list(bytes);
});
