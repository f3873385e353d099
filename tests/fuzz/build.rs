//! Compiles the maker's library that says whatever a script tells it (`src/library.c`), as a maker would: with the
//! system's C compiler, against the header.

use std::process::Command;

fn main() {
    let source = "src/library.c";
    println!("cargo::rerun-if-changed={source}");
    println!("cargo::rerun-if-changed=../../drivers/abi/include/window_terminal_driver.h");
    let library = std::env::var("OUT_DIR").unwrap_or_default() + "/libscripted.so";
    let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".to_owned());
    let mut command = Command::new(compiler);
    command
        .args(["-std=c11", "-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", &library, source]);
    match command.status() {
        Ok(status) if status.success() => println!("cargo::rustc-env=SCRIPTED_LIBRARY={library}"),
        other => println!("cargo::error=the C compiler: {other:?}"),
    }
}
