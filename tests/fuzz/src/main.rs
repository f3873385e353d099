//! One target under libFuzzer: `FUZZ_TARGET=samv-answers fuzz CORPUS -max_total_time=600`.
#![no_main]

use std::sync::LazyLock;

static RUN: LazyLock<fn(&[u8])> = LazyLock::new(|| {
    let name = std::env::var("FUZZ_TARGET").unwrap_or_default();
    let target = fuzz_targets::target(&name);
    target.unwrap_or_else(|| panic!("FUZZ_TARGET names no target: {name}")).run
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| RUN(bytes));
