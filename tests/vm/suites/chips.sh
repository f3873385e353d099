# A CCID reader made by others as a USB gadget on the kernel's virtual bus, behind libccid and pcscd; udev runs.

load dummy_hcd
load libcomposite
load usb_f_fs
mount -t configfs configfs /sys/kernel/config
start_udev
# libccid serves the readers of its list only; Linux' own composite gadget is none of them.
info=$(readlink -f /usr/lib/pcsc/drivers/ifd-ccid.bundle/Contents/Info.plist)
sed -i -e '/<key>ifdVendorID<\/key>/,/<array>/ s|<array>|<array><string>0x1D6B</string>|' \
    -e '/<key>ifdProductID<\/key>/,/<array>/ s|<array>|<array><string>0x0104</string>|' \
    -e '/<key>ifdFriendlyName<\/key>/,/<array>/ s|<array>|<array><string>usb-f-ccid CCID</string>|' "$info"
grep -q 0x1D6B "$info" || echo "error: libccid's list of readers has another form"
# Where pcscd puts its socket; each test's own lies over it.
mkdir -p /run/pcscd
export CCID_PACKAGES=$SOURCE/target/vm/ccid
run devices 900 vm::chips::
