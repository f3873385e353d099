#!/usr/bin/env bash
# Devices that only a kernel can show, in a small virtual machine: cameras, pads and pens on their nodes, readers on USB that
# come and go. tests/full/vm.sh [SUITE...]; each tests/vm/suites/*.sh is one boot. VM_BUILD: what cargo builds.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
: "${CARGO_TARGET_DIR:=$PWD/target}"
export CARGO_TARGET_DIR
mkdir -p target/report target/vm
rm -f target/report/vm.json target/report/vm.log

if [ "$(id -u)" != 0 ]; then
    # Its files are this PC's, read as they are; told, and red, because nothing was proved.
    echo "the virtual machine needs root: it reads this PC's own files"
    exit 1
fi
for tool in qemu-system-x86_64 /bin/busybox cpio depmod modprobe dpkg apt-get usbip python3 udevadm; do
    command -v "$tool" >/dev/null || { echo "$tool is missing: installer/packages.sh build run test"; exit 1; }
done
version=$(tests/vm/kernel.sh) || exit 1
# The USB camera's package, of this version and no other.
if [ ! -d target/vm/python/usbip-0.7.0.dist-info ]; then
    python3 -m pip install --quiet --no-deps --target target/vm/python usbip==0.7.0 ||
        { echo "the Python package usbip cannot be fetched"; exit 1; }
fi
# The CCID reader's packages, for the Python that the machine runs.
if ! cmp -s tests/vm/ccid.txt target/vm/ccid/fetched; then
    rm -rf target/vm/ccid
    env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin python3 -m pip install --quiet --no-deps \
        --disable-pip-version-check --target target/vm/ccid -r tests/vm/ccid.txt ||
        { echo "the Python packages of tests/vm/ccid.txt cannot be fetched"; exit 1; }
    cp tests/vm/ccid.txt target/vm/ccid/fetched
fi

# The shape of the one build: nothing is compiled anew.
read -ra build <<<"${VM_BUILD:---workspace --all-targets}"
cargo build "${build[@]}" --message-format=json-render-diagnostics |
    node tests/vm/programs.mjs >target/vm/programs || exit 1

if [ $# -gt 0 ]; then
    suites=("$@")
else
    suites=()
    for file in tests/vm/suites/*.sh; do suites+=("$(basename "$file" .sh)"); done
fi
result=0
for suite in "${suites[@]}"; do
    begun=$SECONDS
    tests/vm/boot.sh "$suite" "$version" "$PWD/target/vm/programs" 2>&1 | tee -a target/report/vm.log || result=1
    echo "--- $suite: $((SECONDS - begun)) s"
done
node tests/report.mjs cargo vm target/report/vm.log || result=1
# Everything that tests/devices.json places in the machine has been met there.
met=$(node tests/report.mjs devices vm | grep '(VM)')
echo "$met"
if [ $# = 0 ] && grep -q 'did not run' <<<"$met"; then result=1; fi
exit "$result"
