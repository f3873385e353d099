#!/usr/bin/env bash
# The stages of `make test`, each with its minutes; `full` adds what takes long. Goes on after a failed suite, so
# that one run tells everything, and ends with an error then.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
full=${1:-}
: "${CARGO_TARGET_DIR:=$PWD/target}"
export CARGO_TARGET_DIR
reports=target/report
mkdir -p "$reports"
rm -f "$reports"/*.json

names=() minutes=() results=() failed=0

# stage NAME MUST COMMAND...: with MUST `must` nothing after it makes sense when it fails.
stage() {
    local name=$1 must=$2 begin end result=ok
    shift 2
    printf '\n=== %s\n' "$name"
    begin=$(date +%s%N)
    "$@" || result=FAILED
    end=$(date +%s%N)
    names+=("$name")
    minutes+=("$(awk -v n=$((end - begin)) 'BEGIN { printf "%.1f", n / 6e10 }')")
    results+=("$result")
    if [ "$result" = FAILED ]; then
        failed=1
        if [ "$must" = must ]; then finish; fi
    fi
}

finish() {
    printf '\n%-12s %8s  %s\n' stage minutes result
    local i
    for i in "${!names[@]}"; do printf '%-12s %8s  %s\n' "${names[$i]}" "${minutes[$i]}" "${results[$i]}"; done
    printf '\n'
    node tests/report.mjs sum "$reports" || failed=1
    exit "$failed"
}

# Before everything else: the desktop program embeds the built pages.
ui_build() {
    (cd ui && npm ci --no-audit --no-fund && node node_modules/vite/bin/vite.js build --logLevel warn)
}

ui_check() {
    local result=0
    (cd ui && node node_modules/vue-tsc/bin/vue-tsc.js --noEmit) || result=1
    (cd ui && node node_modules/vitest/vitest.mjs run --reporter=default --reporter=junit \
        --outputFile.junit=../target/report/ui.xml) || result=1
    node tests/report.mjs junit ui target/report/ui.xml || result=1
    return $result
}

lint() {
    local result=0
    cargo fmt --all --check || result=1
    cargo clippy --workspace --all-targets --quiet -- -D warnings || result=1
    if cargo deny --version >/dev/null 2>&1; then
        cargo deny check bans licenses sources || result=1
    else
        echo "cargo-deny is not installed: licences, bans and sources were NOT checked (cargo install cargo-deny)"
    fi
    return $result
}

# The shape of the build is the one of the Makefile.
build() { cargo build --workspace --all-targets; }

# Writes its own report, one row for each matter and each entry of the sources.
assets() { "$CARGO_TARGET_DIR/debug/check-assets"; }

rust_tests() {
    local result=0
    if cargo nextest --version >/dev/null 2>&1; then
        rm -f "$CARGO_TARGET_DIR/nextest/default/junit.xml"
        cargo nextest run --workspace --all-targets --no-fail-fast || result=1
        node tests/report.mjs junit rust "$CARGO_TARGET_DIR/nextest/default/junit.xml" || result=1
    else
        cargo test --workspace --all-targets --no-fail-fast 2>&1 | tee target/report/rust.log || result=1
        node tests/report.mjs cargo rust target/report/rust.log || result=1
    fi
    node tests/report.mjs devices rust || result=1
    return $result
}

story() { "$CARGO_TARGET_DIR/debug/demo" --state target/demo/station play --papers target/demo; }

# Figures are printed, never judged: only that they can be taken is. They are those of a release, as a counter has it.
bench() {
    cargo build --release --workspace --bins || return 1
    "$CARGO_TARGET_DIR/release/demo" --state target/bench/station bench || return 1
    PROFILE=release node tests/browser/bench.mjs
}

bench_devices() {
    cargo build --release --workspace --bins --examples || return 1
    "$CARGO_TARGET_DIR/release/examples/bench" || return 1
    PROFILE=release node tests/browser/bench-devices.mjs || return 1
    PROFILE=release DESKTOP_SCRIPT=tests/desktop/bench-devices.mjs tests/desktop/run
}

stage ui-build must ui_build
stage ui - ui_check
stage lint - lint
stage build must build
stage assets - assets
stage rust - rust_tests
[ -x tests/browser/run ] && stage browser - tests/browser/run
[ -x tests/desktop/run ] && stage desktop - tests/desktop/run
if [ "$full" = full ]; then
    stage story - story
    stage bench - bench
    stage bench-devices - bench_devices
    [ -x tests/full/run ] && stage long - tests/full/run
fi
finish
