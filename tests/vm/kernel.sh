#!/usr/bin/env bash
# Debian's kernel with its modules in target/vm/VERSION, and target/vm/VERSION.initrd; prints VERSION. Fetched once.
# The kernel for the cloud has no virtual devices; this one has them all.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
folder=$PWD/target/vm
mkdir -p "$folder"

package=$(apt-cache depends linux-image-amd64 2>/dev/null | sed -n 's/.*Depends: \(linux-image-[0-9].*-amd64\).*/\1/p' | head -1)
if [ -z "$package" ]; then
    # Without a list of packages the one that was fetched before will do.
    package=$(find "$folder" -maxdepth 1 -name '*-amd64' -printf 'linux-image-%f\n' | sort -V | tail -1)
fi
[ -n "$package" ] || { echo "no kernel: apt-cache knows no linux-image-amd64 (apt-get update)" >&2; exit 1; }
version=${package#linux-image-}
root=$folder/$version

if [ ! -e "$root/complete" ]; then
    rm -rf "$root" "$folder/fetch"
    mkdir "$folder/fetch"
    (cd "$folder/fetch" && apt-get -qq -o APT::Sandbox::User=root download "$package") >&2 || { echo "no kernel: $package cannot be fetched" >&2; exit 1; }
    dpkg -x "$folder/fetch/$package"_*.deb "$root"
    rm -r "$folder/fetch"
    depmod -b "$root" "$version"
    touch "$root/complete"
fi

tree=$(mktemp -d "$folder/initrd-XXXXXX")
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree"/{bin,proc,sys,dev,modules,ro,rw,new}
cp /bin/busybox "$tree/bin/"
for word in sh mount insmod mkdir chroot cat echo sync sleep ip poweroff; do ln -s busybox "$tree/bin/$word"; done
for module in virtio_pci 9pnet_virtio 9p overlay; do
    modprobe -d "$root" -S "$version" --show-depends "$module" | awk '/^insmod/ { print $2 }'
done | awk '!seen[$0]++' | while read -r file; do
    cp "$file" "$tree/modules/"
    basename "$file" >>"$tree/modules/list"
done
install -m 755 tests/vm/init "$tree/init"
(cd "$tree" && find . | cpio -o -H newc --quiet | gzip -1) >"$root.initrd"
echo "$version"
