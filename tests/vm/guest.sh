# Sourced by every suite in the guest: modules, udev, and how a test program is run.
# VM_KERNEL, VM_VERSION: the kernel's tree. VM_PROGRAMS: a file with "NAME PATH FOLDER" of each test program. SOURCE: the clone.
set -uo pipefail
export RUST_BACKTRACE=0
result=0

load() {
    modprobe -d "$VM_KERNEL" -S "$VM_VERSION" "$@" || echo "error: no module $1"
}

# udev with its own rules and ours, as at a counter.
start_udev() {
    # The guest's root is a changed one, which udev takes for a container.
    export SYSTEMD_IGNORE_CHROOT=1
    mkdir -p /run/udev/rules.d
    cp "$SOURCE"/installer/udev/*.rules /run/udev/rules.d/
    /lib/systemd/systemd-udevd --daemon || echo "error: no udevd"
    udevadm trigger --action=add && udevadm settle --timeout=20
}

# Waits until something exists: appears PATH
appears() {
    for _ in $(seq 100); do
        [ -e "$1" ] && return
        sleep 0.1
    done
    echo "error: $1 does not appear"
}

# Runs some of a program's tests that need this machine; a program that dies or runs no test is a failed case.
#   [as=WHERE] run NAME LIMIT_SECONDS WORD...
run() {
    local name=$1 limit=$2 path folder
    shift 2
    read -r _ path folder <<<"$(grep "^$name " "$VM_PROGRAMS")"
    echo "     Running ${as:-tests}/$name.rs ($path)"
    [ -n "${path:-}" ] || { echo "error: no program $name"; result=1; return; }
    (cd "$folder" && timeout "$limit" "$path" --ignored --test-threads=1 "$@") >/out/one 2>&1
    local ended=$?
    cat /out/one
    [ $ended = 0 ] || result=1
    # 101 is the end of a program whose failed tests stand in its lines.
    [ $ended = 0 ] || [ $ended = 101 ] || printf '\nerror: %s ended with %s at %s\n' "$name" "$ended" "$*"
    grep -q '^test .* \.\.\. ' /out/one || { echo "error: no test of $name ran at $*"; result=1; }
}
