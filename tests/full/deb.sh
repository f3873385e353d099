#!/usr/bin/env bash
# The packages on a system that has nothing else: they are built, installed into a minimal tree of this distribution,
# and the window is opened there. DEB_PROFILE=debug packs the programs of an ordinary build.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
: "${CARGO_TARGET_DIR:=$PWD/target}"
export CARGO_TARGET_DIR
export DEB_FOLDER=$CARGO_TARGET_DIR/deb
reports=$PWD/target/report
mkdir -p "$reports"
rm -f "$reports/deb.xml"

PROFILE=${DEB_PROFILE:-release} installer/deb.sh || exit 1
if [ "$(id -u)" != 0 ]; then
    # Without these rights there is no tree to install into: told, and red, because nothing was proved.
    echo "the packages' test needs root: debootstrap, mount and chroot"
    exit 1
fi
for tool in debootstrap Xvfb xdotool scrot; do
    command -v "$tool" >/dev/null || { echo "$tool is missing: installer/packages.sh build run test"; exit 1; }
done

DEB_TREE=$(mktemp -d "${TMPDIR:-/tmp}/deb-XXXXXX")
export DEB_TREE
display=0
finish() {
    [ "$display" = 0 ] || kill "$display" 2>/dev/null
    wait 2>/dev/null
    rm -rf --one-file-system "$DEB_TREE"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

exec 3<>"$DEB_TREE/display"
# Anybody on this PC may draw on it: the program runs as another account.
Xvfb -displayfd 3 -screen 0 1280x1024x24 -nolisten tcp -ac >"$DEB_TREE/xvfb.log" 2>&1 &
display=$!
for _ in $(seq 600); do
    [ -s "$DEB_TREE/display" ] && break
    kill -0 "$display" 2>/dev/null || { cat "$DEB_TREE/xvfb.log"; exit 1; }
    sleep 0.05
done
DISPLAY=:$(head -1 "$DEB_TREE/display")
export DISPLAY
# Keys for the characters that are typed, see tests/desktop/run: 𠮷, 𬭚, and two that no standard has given a character.
keys=$(printf 'key <I%d> { [ U%s ] };' 247 20BB7 248 2CB5A 249 3F000 250 3F001)
xkbcomp -w0 "$DISPLAY" "$DEB_TREE/keyboard.xkb" &&
    awk -v keys="$keys" '/^xkb_symbols/ { inside = 1 } inside && /^};/ { print keys; inside = 0 } { print }' \
        "$DEB_TREE/keyboard.xkb" >"$DEB_TREE/keyboard-more.xkb" &&
    xkbcomp -w0 "$DEB_TREE/keyboard-more.xkb" "$DISPLAY" || exit 1

result=0
# All mounts are of a name space that ends with the tests.
unshare --mount --propagation private node --test --test-concurrency=1 \
    --test-reporter=spec --test-reporter-destination=stdout \
    --test-reporter=junit --test-reporter-destination="$reports/deb.xml" \
    tests/full/deb.test.mjs || result=1
node tests/report.mjs junit deb "$reports/deb.xml" || result=1
exit "$result"
