#!/usr/bin/env bash
# `make run` on a system that has make, Rust and Node and nothing else: what is missing is installed, the station
# starts. The checkout and what is built in it are seen through a layer, so nothing of this system changes.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
: "${CARGO_TARGET_DIR:=$PWD/target}"
export CARGO_TARGET_DIR
reports=$PWD/target/report
mkdir -p "$reports"
rm -f "$reports/fresh.xml"

if [ "$(id -u)" != 0 ]; then
    # Without these rights there is no tree to install into: told, and red, because nothing was proved.
    echo "the test of a fresh system needs root: debootstrap, mount and chroot"
    exit 1
fi
command -v debootstrap >/dev/null || { echo "debootstrap is missing: installer/packages.sh build run test"; exit 1; }

FRESH_TREE=$(mktemp -d "${TMPDIR:-/tmp}/fresh-XXXXXX")
export FRESH_TREE
trap 'rm -rf --one-file-system "$FRESH_TREE"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

result=0
unshare --mount --propagation private node --test --test-concurrency=1 \
    --test-reporter=spec --test-reporter-destination=stdout \
    --test-reporter=junit --test-reporter-destination="$reports/fresh.xml" \
    tests/full/fresh.test.mjs || result=1
node tests/report.mjs junit fresh "$reports/fresh.xml" || result=1
exit "$result"
