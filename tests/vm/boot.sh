#!/usr/bin/env bash
# Boots the machine for one suite: boot.sh SUITE VERSION PROGRAMS. Prints what the suite printed; a machine that did not come
# to its end is a failed case.
#
# The processor is made of software: where this machine is itself a guest, the hardware's help for guests is there and does
# not boot this kernel.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
suite=$1 version=$2 programs=$3
kernel=$PWD/target/vm/$version
share=$(mktemp -d "$PWD/target/vm/$suite-XXXXXX")
trap 'rm -rf "$share"' EXIT

# A picture for the camera that is a folder of files.
mkdir "$share/pictures"
cp src-tauri/icons/*.png "$share/pictures/"
cat >"$share/job" <<END
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8
export HOME=/run VM_KERNEL='$kernel' VM_VERSION='$version' VM_PROGRAMS='$programs' SOURCE='$PWD'
. '$PWD/tests/vm/guest.sh'
. '$PWD/tests/vm/suites/$suite.sh'
exit \$result
END
# A suite's first comment that begins with "qemu:" names the devices that it needs.
read -ra devices < <(sed -n 's/^# qemu: //p' "tests/vm/suites/$suite.sh" | sed "s|SHARE|$share|g")
timeout --kill-after=10 "${VM_LIMIT:-1500}" qemu-system-x86_64 -M pc -accel tcg -cpu max -smp 2 -m 1536 \
    -nodefaults -display none -no-reboot \
    -kernel "$kernel/boot/vmlinuz-$version" -initrd "$kernel.initrd" \
    -append "console=ttyS0 quiet panic=-1 random.trust_cpu=on" -serial "file:$share/console" \
    -fsdev local,id=root,path=/,security_model=none,readonly=on,multidevs=remap \
    -device virtio-9p-pci,fsdev=root,mount_tag=root \
    -fsdev "local,id=out,path=$share,security_model=none" -device virtio-9p-pci,fsdev=out,mount_tag=out \
    "${devices[@]}" || echo "error: the machine of $suite ended with $?"
cat "$share/log" 2>/dev/null
if [ ! -e "$share/ended" ]; then
    echo "error: the machine of $suite did not come to its end"
    tail -n 20 "$share/console"
    exit 1
fi
exit "$(cat "$share/ended")"
