# A USB bus of umockdev's, for a host that is started with its preload: says where it lives, then does what each line
# of its standard input asks: `plug` or `unplug` an ID-card reader (0400:C35A, one pair of bulk pipes).
import sys

import gi

gi.require_version("UMockdev", "1.0")
from gi.repository import UMockdev  # noqa: E402

# USB 2.0 §9.6: device, configuration, interface, two bulk endpoints of 64 bytes.
DESCRIPTORS = (
    "1201000200000040" "00045ac30001000000" "01"
    "090220000101008032" "0904000002ff000000" "07050202400000" "07058102400000"
)
PATH = "/devices/pci0000:00/0000:00:14.0/usb1/1-2"
READER = f"""P: {PATH}
N: bus/usb/001/005
E: DEVNAME=/dev/bus/usb/001/005
E: DEVTYPE=usb_device
E: SUBSYSTEM=usb
E: BUSNUM=001
E: DEVNUM=005
E: PRODUCT=400/c35a/100
A: busnum=1\\n
A: devnum=5\\n
A: speed=12\\n
A: bConfigurationValue=1\\n
A: idVendor=0400\\n
A: idProduct=c35a\\n
H: descriptors={DESCRIPTORS}

"""

bed = UMockdev.Testbed.new()
# A bus without devices is there before anything is plugged in.
bed.add_device("usb", "usb1", None, [], [])
bed.add_device("tty", "ttyS0", None, [], [])
print(bed.get_root_dir(), flush=True)
for line in sys.stdin:
    if line.strip() == "plug":
        bed.add_from_string(READER)
        bed.uevent("/sys" + PATH, "add")
    else:
        bed.uevent("/sys" + PATH, "remove")
        bed.remove_device("/sys" + PATH)
    print("done", flush=True)
