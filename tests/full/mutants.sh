#!/usr/bin/env bash
# Proves that the suites can fail: builds the programs with their planted faults, runs a suite under each of them and
# demands that it ends red; without any of them the same build must be green. One row a mutant in
# target/report/mutants.json.
#
#   tests/full/mutants.sh [WORD]     only the rows that hold the word
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
only=${1:-}
: "${CARGO_TARGET_DIR:=$PWD/target}"
export CARGO_TARGET_DIR
mkdir -p target/report
unset MUTANT
# The most deaths that a suite may need to meet the fault.
export ROUNDS=${MUTANT_ROUNDS:-40}
# Longer than the slowest suite takes on a busy PC: a suite that hangs proves nothing.
limit=900

# Mutant, suite (package:test binary), filter of its cases. `-` plants nothing.
rows() {
    cat <<'ROWS'
- store:store powercut::what_was_saved
synchronous=OFF store:store powercut::what_was_saved
directory-fsync-removed store:store powercut::what_was_saved
answer-before-commit store:store powercut::what_was_saved
- kill-tests:kill killed_at_any_moment
synchronous=OFF kill-tests:kill killed_at_any_moment
directory-fsync-removed kill-tests:kill killed_at_any_moment
answer-before-commit kill-tests:kill killed_at_any_moment
draft-not-kept kill-tests:kill killed_at_any_moment
number-not-taken kill-tests:kill killed_at_any_moment
outbox-outside kill-tests:kill killed_at_any_moment
- domain:stories
maker-may-review domain:stories
locked-value-accepted domain:stories
- check-assets:shipped every_matter
maker-may-review check-assets:shipped every_matter
household-without-head check-assets:shipped every_matter
tolerance-forgotten check-assets:shipped every_matter
every-material-tolerable check-assets:shipped every_matter
- server:server sqlite
reply-before-commit server:server sqlite
no-approver-check server:server sqlite
no-idempotency server:server sqlite
no-scope server:server sqlite
clear-events server:server sqlite
- histories-tests:histories
maker-may-review histories-tests:histories random_commands
no-approver-check histories-tests:histories every_planted_difference
context-not-compared histories-tests:histories every_planted_difference
clash-not-seen histories-tests:histories terminal_and_server_agree
- device-host:devices faults::
signature-outside-accepted device-host:devices faults::signature_pad
evaluation-stale-key-taken device-host:devices faults::evaluation_pad
code-length-not-checked device-host:devices faults::code_scanner
caller-not-confirmed device-host:devices faults::queue_caller
camera-frozen-taken device-host:devices faults::camera
camera-size-not-checked device-host:devices faults::camera
speaker-sound-error-ignored device-host:devices faults::speaker
finger-place-not-checked device-host:devices faults::fingerprint
card-number-not-checked device-host:devices faults::chip
signature-not-verified device-host:devices faults::ukey
idcard-checksum-ignored device-host:devices faults::idcard
short-page-accepted device-host:devices faults::network_scanner
printed-before-done device-host:devices faults::printer
receipt-printed-before-done device-host:devices faults::receipt_printer
- device-host:devices captures::
nonce-not-checked device-host:devices captures::
- device-host:devices recording::
number-not-masked device-host:devices recording::
ROWS
}

features=store/mutants,server/mutants,domain/mutants,terminal/mutants
features+=,driver-signature/mutants,driver-evaluation/mutants,driver-code/mutants,driver-caller/mutants,driver-speaker/mutants
features+=,driver-idcard/mutants,driver-scanner/mutants,driver-printer/mutants,driver-contract/mutants
features+=,driver-camera/mutants,driver-fingerprint/mutants,driver-chip/mutants,driver-ukey/mutants
# The same packages as the one build, so that dependencies are not compiled anew; and once more without the faults
# afterwards, so that no program of this build stays behind.
restore() { cargo build --workspace --bins --quiet; }
trap restore EXIT

echo "building with planted faults"
binaries=$(cargo build --workspace --test store --test kill --test stories --test shipped --test server --test histories --test devices \
    --features "$features" --message-format=json-render-diagnostics |
    node -e '
        let text = ""
        process.stdin.on("data", (part) => { text += part }).on("end", () => {
            for (const line of text.split("\n").filter(Boolean)) {
                const { reason, target, manifest_path: manifest, executable, profile } = JSON.parse(line)
                if (reason !== "compiler-artifact" || !executable || !profile.test || target.kind[0] !== "test") continue
                console.log(target.name, manifest.replace(/\/Cargo.toml$/, ""), executable)
            }
        })') || exit 1

plain() { sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g; s/"/\&quot;/g' <<<"$1"; }

fails_anyway=""
report=target/report/mutants.xml
echo '<testsuites><testsuite name="mutants">' >"$report"
while read -r mutant suite filter; do
    case "$mutant $suite" in *"$only"*) ;; *) continue ;; esac
    name=${suite#*:}
    read -r folder binary < <(awk -v name="$name" '$1 == name { print $2, $3 }' <<<"$binaries")
    log=target/report/mutant.log
    begin=$(date +%s)
    if [ -z "${binary:-}" ]; then
        code=127
        echo "no test binary $name" >"$log"
    else
        # Suites look for their files from their package's folder, as cargo starts them.
        planted=()
        [ "$mutant" = - ] || planted=(MUTANT="$mutant")
        # shellcheck disable=SC2086 # an empty filter is no argument
        (cd "$folder" && env ${planted[@]+"${planted[@]}"} timeout "$limit" "$binary" ${filter:-}) >"$log" 2>&1
        code=$?
    fi
    seconds=$(($(date +%s) - begin))
    failed=$(sed -n 's/^test \(.*\) \.\.\. FAILED$/\1/p' "$log" | sort)
    if [ "$mutant" = - ]; then
        fails_anyway=$failed
    else
        # What fails without the fault proves nothing about it.
        failed=$(comm -23 <(echo "$failed") <(echo "$fails_anyway"))
    fi
    failed=$(head -3 <<<"$failed" | paste -sd ' ')
    passed=$(grep -c '^test .* \.\.\. ok$' "$log")
    # Red means a failed case; a program that does not start, hangs or runs nothing is no proof.
    if [ "$mutant" = - ]; then
        [ "$code" = 0 ] && [ "$passed" -gt 0 ] && good=yes || good=no
        wanted="green" found="exit $code, $passed passed, failed: ${failed:-none}"
    else
        [ "$code" = 101 ] && [ -n "$failed" ] && good=yes || good=no
        wanted="red" found="exit $code, failed: ${failed:-none}"
    fi
    printf '%-24s %-16s %5ss  %s (%s)\n' "$mutant" "$name" "$seconds" "$([ $good = yes ] && echo "$wanted" || echo "NOT $wanted")" "$found"
    {
        printf '<testcase classname="%s" name="%s" time="%s">' "$(plain "$suite")" "$(plain "$mutant ends $wanted")" "$seconds"
        [ $good = yes ] || printf '<failure message="not %s">%s</failure>' "$wanted" "$(plain "$found
$(tail -c 1500 "$log")")"
        echo '</testcase>'
    } >>"$report"
done < <(rows)
echo '</testsuite></testsuites>' >>"$report"
node tests/report.mjs junit mutants "$report"
