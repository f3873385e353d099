#!/usr/bin/env bash
# Builds window-terminal_VERSION_ARCH.deb, window-server_… and window-training_… into target/deb. PROFILE=debug packs
# the programs of an ordinary build instead of making a release.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
: "${CARGO_TARGET_DIR:=$PWD/target}"
: "${PROFILE:=release}"
: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct 2>/dev/null || date +%s)}"
export SOURCE_DATE_EPOCH

command -v dpkg-deb >/dev/null || { echo "dpkg-deb is missing: apt-get install dpkg"; exit 1; }
if [ "$PROFILE" = release ]; then
    cargo build --release --workspace --bins
fi
[ -f ui/dist/index.html ] || { echo "the pages are not built: make ui"; exit 1; }
programs=$CARGO_TARGET_DIR/$PROFILE
version=$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml)
architecture=$(dpkg --print-architecture)
out=$CARGO_TARGET_DIR/deb
rm -rf "$out"
mkdir -p "$out"

# copy MODE SOURCE TARGET, below the package's root
copy() { install -D -m "$1" "$2" "$root$3"; }

program() {
    copy 755 "$programs/$1" "$2/$1"
    strip --strip-unneeded "$root$2/$1"
}

assets() {
    local folder file
    for folder in "$@"; do
        while IFS= read -r -d '' file; do
            copy 644 "$file" "/usr/share/window-terminal/$file"
        done < <(find "assets/$folder" -type f -print0)
    done
}

# pack NAME CONTROL: fills in the control file and builds the package from $root
pack() {
    local size
    copy 644 LICENSE "/usr/share/doc/$1/copyright"
    copy 644 NOTICE "/usr/share/doc/$1/NOTICE"
    size=$(du -sk --exclude=DEBIAN "$root" | cut -f1)
    sed -e "s/@VERSION@/$version/g" -e "s/@ARCHITECTURE@/$architecture/" -e "s/@SIZE@/$size/" "$2" >"$root/DEBIAN/control"
    (cd "$root" && find . -path ./DEBIAN -prune -o -type f -printf '%P\0' | sort -z | xargs -0 md5sum >DEBIAN/md5sums)
    find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
    dpkg-deb --root-owner-group -Zxz --build "$root" "$out/$1_${version}_$architecture.deb"
}

root=$out/window-terminal
mkdir -p "$root/DEBIAN"
for name in window-terminal window-agent device-host paper-worker; do program "$name" /usr/lib/window-terminal; done
mkdir -p "$root/usr/bin"
ln -s ../lib/window-terminal/window-terminal "$root/usr/bin/window-terminal"
assets matters forms papersets flows codes calendar templates papers messages prompts fonts packages schema devices settings
(cd ui/dist && find . -type f -print0) | while IFS= read -r -d '' file; do
    copy 644 "ui/dist/$file" "/usr/share/window-terminal/ui/$file"
done
copy 644 installer/udev/70-window-terminal.rules /usr/lib/udev/rules.d/70-window-terminal.rules
copy 644 installer/fontconfig/62-window-terminal.conf /etc/fonts/conf.d/62-window-terminal.conf
copy 644 installer/files/window-terminal.desktop /usr/share/applications/window-terminal.desktop
copy 644 installer/files/devices.json /etc/window-terminal/devices.json
copy 644 src-tauri/icons/icon.png /usr/share/icons/hicolor/512x512/apps/window-terminal.png
copy 644 src-tauri/icons/128x128.png /usr/share/icons/hicolor/128x128/apps/window-terminal.png
copy 755 installer/deb/postinst /DEBIAN/postinst
printf '%s\n' /etc/fonts/conf.d/62-window-terminal.conf /etc/window-terminal/devices.json >"$root/DEBIAN/conffiles"
pack window-terminal installer/deb/control.in

root=$out/window-server
mkdir -p "$root/DEBIAN"
program window-server /usr/bin
assets matters forms papersets flows codes calendar packages schema
# Files of its own: two packages cannot own one.
mv "$root/usr/share/window-terminal" "$root/usr/share/window-server"
copy 644 installer/systemd/window-server.service /usr/lib/systemd/system/window-server.service
copy 644 installer/files/server.conf /etc/window-terminal/server.conf
copy 755 installer/deb/postinst-server /DEBIAN/postinst
copy 755 installer/deb/prerm-server /DEBIAN/prerm
echo /etc/window-terminal/server.conf >"$root/DEBIAN/conffiles"
pack window-server installer/deb/control-server.in
# A station of invented people and virtual devices to rehearse at: for training rooms, never for a counter.
root=$out/window-training
mkdir -p "$root/DEBIAN" "$root/usr/lib/window-terminal"
for name in demo virtual-devices changkou ippeve libskf_virtual.so; do program "$name" /usr/lib/window-terminal; done
# The station starts its programs from one folder.
ln -s ../../bin/window-server "$root/usr/lib/window-terminal/window-server"
assets demo
copy 755 installer/files/window-training /usr/bin/window-training
copy 644 installer/files/window-training.desktop /usr/share/applications/window-training.desktop
pack window-training installer/deb/control-training.in
ls -l "$out"/*.deb
