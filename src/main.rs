//! The `sluis` program: everything it does is in the library.

use std::process::ExitCode;

/// Every block of memory is wiped when it is given back. With it, no copy of a plaintext stays behind in freed
/// memory; the types that wipe themselves cannot reach the copies that parsers and growing vectors leave.
#[global_allocator]
static WIPING: zeroizing_alloc::ZeroAlloc<std::alloc::System> =
    zeroizing_alloc::ZeroAlloc(std::alloc::System);

fn main() -> ExitCode {
    sluis::cli::main(std::env::args_os())
}
