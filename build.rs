//! Policies and migrations are part of the program: a change of any of them is a change of the program.

fn main() {
    println!("cargo:rerun-if-changed=policies");
    println!("cargo:rerun-if-changed=migrations");
}
