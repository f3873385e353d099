#!/usr/bin/env bash
# Random deaths of a whole terminal: killed from outside, ended between two steps that must not come apart, half of them by
# power cuts. Ends with `kills: N, lost: 0, twice: 0, half: 0`, counted from target/report/crash.json.
#
#   KILLS   deaths (60)      SEED   the seed (the clock's)
#   MUTANT  a planted fault that must turn it red: synchronous-off, no-dir-fsync, reply-before-commit, outbox-outside,
#           dedup-off; or a name of tests/full/mutants.sh
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
: "${CARGO_TARGET_DIR:=$PWD/target}"
export CARGO_TARGET_DIR KILLS=${KILLS:-60}
[ -n "${SEED:-}" ] || unset SEED
planted=()
case ${MUTANT:=} in
    '') unset MUTANT ;;
    synchronous-off) MUTANT=synchronous=OFF ;;
    no-dir-fsync) MUTANT=directory-fsync-removed ;;
    reply-before-commit) MUTANT=answer-before-commit ;;
    dedup-off) MUTANT=no-idempotency ;;
esac
if [ -n "${MUTANT:-}" ]; then
    export MUTANT
    planted=(--features store/mutants,server/mutants,domain/mutants,terminal/mutants)
    # No program with planted faults stays behind.
    trap 'cargo build --workspace --bins --quiet' EXIT
fi
mkdir -p target/report
rm -f target/report/crash.json
# The shape of the one build: nothing but the faults is compiled anew.
cargo test --workspace --test kill ${planted[@]+"${planted[@]}"} -- --nocapture killed_at_any_moment the_line_is_counted
result=$?
[ -f target/report/crash.json ] || { echo "no report was written"; exit 1; }
exit "$result"
