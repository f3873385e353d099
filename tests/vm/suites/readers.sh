# SAM_V readers as USB gadgets on the kernel's virtual bus; udev runs.

load dummy_hcd
load libcomposite
load usb_f_fs
mount -t configfs configfs /sys/kernel/config
start_udev
run devices 400 vm::readers::
