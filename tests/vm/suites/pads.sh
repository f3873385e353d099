# Pads, pens and scanners that type, on the nodes that the kernel makes of HID devices of ours (uhid); udev runs.

load uhid
load hid-generic
load evdev
start_udev
run devices 400 vm::pads:: vm::keys::
