#!/usr/bin/env bash
# Every parser under libFuzzer, so many seconds of a processor each (FUZZ_SECONDS, ten minutes), FUZZ_SIDE of them (two) side by
# side. A finding is kept in target/fuzz/findings; mend it, and move it into tests/fuzz/corpus. One row a target in
# target/report/fuzz.json, and a line a target in docs/fuzzed.csv: what was run when, on which state.
#
#   tests/full/fuzz.sh [WORD]     only the targets that hold the word
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
: "${CARGO_TARGET_DIR:=$PWD/target}"
seconds=${FUZZ_SECONDS:-600}
side=${FUZZ_SIDE:-2}
# Longer than any message of a device; short inputs find more in the same time.
longest=8192
work=$PWD/target/fuzz
mkdir -p "$work/findings" target/report

# Coverage of the code under test, for the stable compiler; a folder of its own, since everything is compiled for it. Checks
# of overflow and assertions come with the profile, which says of which packages they are left out and why.
coverage=(-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table
    -Cllvm-args=-sanitizer-coverage-trace-compares)
RUSTFLAGS="${coverage[*]}" CARGO_TARGET_DIR="$CARGO_TARGET_DIR/fuzz" cargo build --profile long \
    --target "$(rustc -vV | sed -n 's/^host: //p')" -p fuzz-targets --features libfuzzer --bin fuzz || exit 1
# The state that was compiled.
state=$(git rev-parse --short HEAD)
program=$(find "$CARGO_TARGET_DIR/fuzz" -path '*/long/fuzz' -type f | head -1)

one() {
    local target=$1 spent=0 runs=0 took
    mkdir -p "$work/corpus/$target"
    # The time counts that a processor worked on it, not what a clock on the wall says: a busy PC fuzzes no less.
    while [ "$spent" -lt "$seconds" ]; do
        # New inputs go into the first folder, the tree's own stay as they are.
        took=$({ TIMEFORMAT='%0U %0S'; time FUZZ_TARGET=$target "$program" "$work/corpus/$target" "tests/fuzz/corpus/$target" \
            -max_len="$longest" -max_total_time="$((seconds - spent))" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
            -close_fd_mask=1 -artifact_prefix="$work/findings/$target-" >"$work/$target.log" 2>&1; echo $? >"$work/$target.rc"; } 2>&1)
        read -r user system <<<"$took"
        spent=$((spent + user + system + 1))
        runs=$((runs + $(sed -n 's/^stat::number_of_executed_units:  *//p' "$work/$target.log" | tail -1)))
        [ "$(cat "$work/$target.rc")" = 0 ] || break
    done
    # Ended from outside (libFuzzer's own number for it is 72): neither done nor a finding.
    case $(cat "$work/$target.rc") in 72 | 1[3-9]?) return 0 ;; esac
    echo "$runs" >"$work/$target.runs"
    echo "$target,$(date +%F),$state,$spent,$runs,$([ "$(cat "$work/$target.rc")" = 0 ] && echo none || echo found)" >>docs/fuzzed.csv
}
export -f one
export work program longest seconds state

mapfile -t targets < <(find tests/fuzz/corpus -mindepth 1 -maxdepth 1 -type d -printf '%f\n' | sort | grep -e "${1:-}")
rm -f "$work"/*.rc "$work"/*.log "$work"/*.runs
[ -f docs/fuzzed.csv ] || echo "target,day,commit,processor_seconds,runs,findings" >docs/fuzzed.csv
printf '%s\n' "${targets[@]}" | xargs -P "$side" -I{} bash -c 'one {}'

node -e '
const fs = require("fs")
const [work, ...targets] = process.argv.slice(1)
const cases = targets.map((id) => {
  const log = fs.existsSync(`${work}/${id}.log`) ? fs.readFileSync(`${work}/${id}.log`, "utf8") : ""
  const rc = fs.existsSync(`${work}/${id}.rc`) ? fs.readFileSync(`${work}/${id}.rc`, "utf8").trim() : "did not run"
  const runs = fs.existsSync(`${work}/${id}.runs`) ? Number(fs.readFileSync(`${work}/${id}.runs`, "utf8")) : 0
  const good = rc === "0" && runs > 0
  console.log(`fuzz ${id}: ${runs} runs, ${good ? "no finding" : `ended with ${rc}`}`)
  return { id, input: "", result: good ? "passed" : "failed", seconds: 0, evidence: good ? `${runs} runs` : log.slice(-800) }
})
console.log(`fuzz: ${cases.length} targets, ${cases.filter((one) => one.result === "failed").length} with findings`)
fs.writeFileSync("target/report/fuzz.json", JSON.stringify({ suite: "fuzz", mutant: null, cases }, null, 1))
process.exit(cases.length > 0 && cases.every((one) => one.result === "passed") ? 0 : 1)
' "$work" "${targets[@]}"
