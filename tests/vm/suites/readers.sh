# SAM_V readers as USB gadgets on the kernel's virtual bus, on endpoints of their own and as serial ports; udev runs.

load dummy_hcd
load libcomposite
load usb_f_fs
load usb_f_acm
load cdc-acm
mount -t configfs configfs /sys/kernel/config
start_udev
run devices 400 vm::readers:: vm::serial::
