#!/usr/bin/env bash
# The deaths of `make test`, many more of them: the whole terminal and the store alone. KILLS and SEED as there.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
mkdir -p target/report
result=0
# The shape of the one build: nothing is compiled anew.
KILLS=${KILLS:-300} cargo test --workspace --test kill -- --nocapture killed_at_any_moment 2>&1 |
    tee target/report/kill.log || result=1
node tests/report.mjs cargo kill-long target/report/kill.log || result=1
ROUNDS=${STORE_ROUNDS:-3000} cargo test --workspace --test store -- --nocapture what_was_saved 2>&1 |
    tee target/report/powercut.log || result=1
node tests/report.mjs cargo powercut-long target/report/powercut.log || result=1
exit "$result"
