#!/usr/bin/env bash
# Random definitions and histories, many more of them than in `make test`. HISTORIES, WORLDS, SEQUENCES and SEED as
# there. One row a batch in target/report/histories.json.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
mkdir -p target/report
result=0
# Compiled anew with optimisation (some ten minutes): 100,000 histories cost an hour of a core then, and more than two
# without.
WORLDS=${WORLDS:-1000} SEQUENCES=${SEQUENCES:-10} cargo test --profile long -p histories-tests --test histories -- --nocapture \
    random_commands definitions_broken 2>&1 | tee target/report/random.log || result=1
node tests/report.mjs cargo random-long target/report/random.log || result=1
HISTORIES=${HISTORIES:-100000} cargo test --profile long -p histories-tests --test histories -- --nocapture \
    terminal_and_server_agree every_planted 2>&1 | tee target/report/histories.log || result=1
grep -q '^histories: [0-9]* agreed, 0 failed' target/report/histories.log || result=1
exit "$result"
