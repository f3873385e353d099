#!/usr/bin/env bash
# The tests of the device hosts and their drivers alone, and the line that they are counted by.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
: "${CARGO_TARGET_DIR:=$PWD/target}"
export CARGO_TARGET_DIR
mkdir -p target/report
result=0
if cargo nextest --version >/dev/null 2>&1; then
    rm -f "$CARGO_TARGET_DIR/nextest/default/junit.xml"
    cargo nextest run --workspace --all-targets --no-fail-fast \
        -E 'package(/^driver-/) + package(device-host) + package(virtual-devices)' || result=1
    node tests/report.mjs junit device-tests "$CARGO_TARGET_DIR/nextest/default/junit.xml" || result=1
else
    # The shape of the one build; a filter by package would compile half of the crates a second time.
    cargo test --workspace --all-targets --no-fail-fast 2>&1 | tee target/report/devices.log || result=1
    node tests/report.mjs cargo device-tests target/report/devices.log || result=1
fi
count() {
    node tests/report.mjs devices device-tests
}
count || result=1
exit "$result"
